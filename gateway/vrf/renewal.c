// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether a proxy that runs has what it should have, or is to be started anew for it. */
#include "vrf/renewal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "vrf/launch.h"
#include "vrf/proxy_config.h"
#include "zabbix/version.h"

/* So few are sent in a moment. */
#define FEW_VALUES 1000

/* That another version waits for a restart is no fault. */
static void config_tell_fault(struct vrf *vrf, const struct error *err)
{
	log_error("vrf '%s': its proxy goes on with the old config: %s", vrf->name, err->text);
	if (err->code != ESTALE)
		snprintf(vrf->config_fault, sizeof(vrf->config_fault), "%.*s",
			(int)sizeof(vrf->config_fault) - 1, err->text);
}

/* To a proxy that runs: restarts it where its file changed. */
void renewal_apply_config(struct vrf *vrf)
{
	struct error err = ERROR_INIT;
	bool changed = false;
	int r;

	vrf->pollers.wanted |= proxy_config_pollers_of(vrf->config);
	r = vrf->config->has_proxy ? launch_write_config(vrf, &changed, &err) : 0;

	vrf->config_due = r == -EINPROGRESS;
	vrf->config_fault[0] = '\0';
	vrf->names_restart_done = false;
	if (r < 0 && !vrf->config_due) {
		config_tell_fault(vrf, &err);
		return;
	}
	launch_set_limits(vrf);
	if (vrf->config->has_proxy && !changed)
		return;
	vrf->reloaded |= VRF_RELOAD_RESTARTED;
	program_restart(&vrf->proxy, "its config has changed");
}

void renewal_want_pollers(struct vrf *vrf, unsigned kinds)
{
	struct error err = ERROR_INIT;
	bool changed = false;
	int r;

	if (!(kinds & ~vrf->pollers.wanted) || vrf->config_due)
		return;
	vrf->pollers.wanted |= kinds;
	r = launch_write_config(vrf, &changed, &err);
	vrf->config_due = r == -EINPROGRESS;
	if (r < 0 && !vrf->config_due)
		log_warning("vrf '%s': its proxy goes on without pollers for some of its items: %s",
			vrf->name, err.text);
	if (r < 0 || !changed)
		return;
	launch_set_limits(vrf);
	program_restart(&vrf->proxy, "its items need pollers that it does not have");
}

/* As long as that is not known of its binary it waits, too. */
static bool restart_waits(const struct vrf *vrf)
{
	const struct vrf_context *context = vrf->context;
	bool many = vrf->vitals.read_ms >= vrf->proxy.started_ms && vrf->vitals.unsent > FEW_VALUES;
	struct proxy_binary binary;
	int r;

	if (!many ||
		clock_now_ms() - vrf->restart_due_ms >= (uint64_t)vrf->proxy.stop_timeout_s * 1000)
		return false;
	r = proxy_binary_cache_read(context->binaries, vrf->config->proxy.binary, &binary, NULL);
	if (r == 0)
		return vrf->database_version && vrf->database_version != binary.version &&
			zabbix_version_pair(vrf->database_version, context->server_version) !=
			ZABBIX_PAIR_IMPOSSIBLE;
	return r == -EINPROGRESS;
}

bool renewal_restart(struct vrf *vrf)
{
	bool first = !vrf->restart_due_ms;

	if (first)
		vrf->restart_due_ms = clock_now_ms();
	if (restart_waits(vrf)) {
		if (first)
			log_info("vrf '%s': restarts when its %" PRId64 " values are sent",
				vrf->name, vrf->vitals.unsent);
		return false;
	}
	vrf->restart_due_ms = 0;
	program_restart(&vrf->proxy, "restarted by hand");
	return true;
}

/* Where it is to be wired first, the end of that starts it. */
void renewal_prepared(struct vrf *vrf)
{
	if (!vrf->wiring_due)
		vrf_dispatch(vrf, PROGRAM_EVENT_PREPARED, "");
}

void renewal_binary_answered(struct vrf *vrf)
{
	if (vrf->restart_due_ms)
		(void)renewal_restart(vrf);
	if (vrf->config_due && vrf->proxy.wanted && vrf->proxy.process.pid > 0 &&
		vrf->proxy.state != PROGRAM_STOPPING)
		renewal_apply_config(vrf);
	renewal_prepared(vrf);
}

void renewal_limits_found(struct vrf *vrf)
{
	if (vrf->config && vrf->config->has_proxy)
		launch_set_limits(vrf);
	renewal_prepared(vrf);
}
