// SPDX-License-Identifier: GPL-2.0-or-later
/* What a VRF's life begins and ends with, and what the config and an operator make of it. */
#include "vrf/life.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "vrf/checks.h"
#include "vrf/probe.h"
#include "vrf/proxy.h"
#include "vrf/renewal.h"
#include "vrf/watch.h"

#define CONF_MAX_SIZE (1024 * 1024)

static struct vrf *vrf_of(const struct program *program)
{
	return (struct vrf *)((char *)program - offsetof(struct vrf, proxy));
}

static void on_changed(struct program *program, const struct cause *cause)
{
	struct vrf *vrf = vrf_of(program);
	struct cause bad;

	vrf->unwell &= vrf_is_up(vrf);
	if (vrf->unwell) {
		bad = checks_cause(vrf);
		cause = &bad;
	}
	vrf_tell(vrf, cause);
}

static void on_rested(struct program *program)
{
	struct vrf *vrf = vrf_of(program);

	vrf->leaving = vrf->sending.tried = false;
	conflicts_finish(&vrf->conflicts);
	foreign_addresses_finish(&vrf->foreign);
	memset(vrf->checks, 0, sizeof(vrf->checks));
	vrf->has_stats = false;
	vrf->pollers = (struct proxy_pollers){ 0 };
	vrf->context->rested(vrf);
}

static const struct program_kind proxy_kind = {
	.binary = "zabbix_proxy",
	.noun = "proxy",
	.restart = proxy_restart_config,
	.prepare = proxy_prepare,
	.start = proxy_start,
	.start_period_s = proxy_start_period_s,
	.started = proxy_started,
	.ready = proxy_ready,
	.unwatch = proxy_unwatch,
	.exited = proxy_exited,
	.explain = proxy_explain,
	.died = proxy_died,
	.interrupt = proxy_interrupt,
	.retire = proxy_retire,
	.attend = proxy_attend,
	.rested = on_rested,
	.changed = on_changed,
};

struct vrf *vrf_create_gone(struct vrf_context *context, const char *name)
{
	struct vrf *vrf = xcalloc(1, sizeof(*vrf));

	vrf->context = context;
	vrf->words_fd = -1;
	vrf->name = xstrdup(name);
	vrf->since_ms = clock_now_ms();
	vrf_paths_init(&vrf->paths, &context->config->gateway, name);
	program_init(&vrf->proxy, &proxy_kind, &context->event, vrf->name, vrf->paths.lock);
	program_set_stop_timeout(&vrf->proxy, context->config->proxy.stop_timeout_s);
	return vrf;
}

struct vrf *vrf_create(struct vrf_context *context, const struct config_vrf *config, uint32_t id)
{
	struct vrf *vrf = vrf_create_gone(context, config->name);

	vrf->config = config;
	vrf->id = vrf->wanted_id = id;
	program_set_stop_timeout(&vrf->proxy, config->proxy.stop_timeout_s);
	return vrf;
}

void vrf_remove(struct vrf *vrf, struct config *config, const char *reason)
{
	vrf->last = vrf->config;
	vrf->kept = config_share(config);
	vrf->config = NULL;
	vrf->leaving = vrf->last->has_proxy;
	vrf_dispatch(vrf, PROGRAM_EVENT_STOP, reason);
}

static bool is_passive(const char *conf)
{
	cleanup_free char *text = NULL;
	size_t size;

	return file_read(conf, CONF_MAX_SIZE, &text, &size, NULL) == 0 &&
		strstr(text, "ProxyMode=1\n");
}

void vrf_leave(struct vrf *vrf)
{
	struct error err = ERROR_INIT;
	enum vrf_state before = vrf->told;
	char reason[sizeof(vrf->proxy.reason)];
	int r = program_leave(&vrf->proxy, &err);

	vrf->left = true;
	if (r == 0)
		vrf->left_passive = is_passive(vrf->paths.conf);
	snprintf(reason, sizeof(reason), VRF_LEFT "%s%.180s", r < 0 ? "; " : "",
		r < 0 ? err.text : "");
	program_note(&vrf->proxy, reason);
	/* The log has all of them in one line (supervisor.c). */
	vrf->told = vrf_state(vrf);
	vrf->since_ms = clock_now_ms();
	vrf->context->changed(vrf, before);
}

void vrf_end_left(struct vrf *vrf, const char *reason)
{
	vrf->left = false;
	if (vrf->proxy.process.pid <= 0 && access(vrf->paths.lock, F_OK) == 0)
		program_end_leftover(&vrf->proxy, reason);
	vrf_dispatch(vrf, PROGRAM_EVENT_STOP, reason);
	/* It rests already. */
	if (vrf_state(vrf) == VRF_DISABLED)
		vrf->context->rested(vrf);
}

void vrf_destroy(struct vrf *vrf)
{
	if (!vrf)
		return;
	proxy_finish(vrf);
	probe_cancel(vrf->probe);
	config_destroy(vrf->kept);
	timer_finish(&vrf->watch_timer);
	timer_finish(&vrf->files_timer);
	program_finish(&vrf->proxy);
	net_netns_state_finish(&vrf->kernel);
	net_netns_state_finish(&vrf->seen);
	repairs_finish(&vrf->drift.repairs);
	free(vrf->drift.cause_text);
	conflicts_finish(&vrf->conflicts);
	foreign_addresses_finish(&vrf->foreign);
	destinations_finish(&vrf->destinations);
	vrf_paths_finish(&vrf->paths);
	free(vrf->name);
	free(vrf);
}

/* Its addresses are in its proxy's hands: the proxy ends before they change. */
static void vrf_restart_renumbered(struct vrf *vrf)
{
	char reason[64];

	vrf->reloaded |= VRF_RELOAD_RESTARTED;
	snprintf(reason, sizeof(reason), "its uplink's id changes from %" PRIu32 " to %" PRIu32,
		vrf->id, vrf->wanted_id);
	program_restart(&vrf->proxy, reason);
}

/* Nothing runs yet that has the former address, and nothing is launched before it is wired again. */
static void vrf_renumber_wiring(struct vrf *vrf)
{
	if (vrf->id == vrf->wanted_id)
		return;
	vrf->id = vrf->wanted_id;
	vrf->context->wire(vrf);
}

void vrf_reconfigure(struct vrf *vrf, const struct config_vrf *config, uint32_t id)
{
	const struct config_vrf *old = vrf->config;

	if (old && old != config &&
		(old->digest != config->digest || old->enabled != config->enabled))
		vrf->reloaded |= VRF_RELOAD_CHANGED;
	vrf->config = config;
	vrf->last = NULL;
	config_destroy(vrf->kept);
	vrf->kept = NULL;
	vrf->config_new = true;
	destinations_finish(&vrf->destinations);
	vrf->wanted_id = id;
	program_set_stop_timeout(&vrf->proxy, config->proxy.stop_timeout_s);
	/* One that ends because it was not wanted has not failed. */
	if (!vrf->proxy.wanted)
		program_restart_when_ended(&vrf->proxy);
	if (!config->enabled || vrf->held) {
		/* Of one that another gateway has the server takes nothing. */
		vrf->leaving |= !config->enabled && vrf_state(vrf) != VRF_DISABLED &&
			(!config->given_up || config->released);
		vrf_dispatch(vrf, PROGRAM_EVENT_STOP,
			config->given_up    ? config->given_up
				: vrf->held ? VRF_STOPPED_BY_HAND
					    : "disabled in the config");
		return;
	}
	if (vrf_state(vrf) == VRF_WIRING) {
		vrf_renumber_wiring(vrf);
		return;
	}
	if (vrf->proxy.process.pid <= 0 || !vrf->proxy.wanted || vrf_state(vrf) == VRF_STOPPING) {
		bool lacks_proxy = config->has_proxy && (vrf_is_up(vrf));

		vrf_dispatch(vrf, lacks_proxy ? PROGRAM_EVENT_HUNG : PROGRAM_EVENT_START, "");
		return;
	}
	if (id != vrf->id) {
		vrf_restart_renumbered(vrf);
		return;
	}
	renewal_apply_config(vrf);
}

/* --- orders --- */

int order_start(struct vrf *vrf, struct error *err)
{
	if (!vrf->config || !vrf->config->enabled)
		return error_set(err, EINVAL, "vrf '%s' is %s the config", vrf->name,
			vrf->config ? "disabled in" : "gone from");
	vrf->held = false;
	vrf->failure[0] = '\0';
	program_forgive(&vrf->proxy);
	/* One that ends just now starts when it has, and not after a delay. */
	program_restart_when_ended(&vrf->proxy);
	vrf_dispatch(vrf, PROGRAM_EVENT_START, "");
	return 0;
}

int order_stop(struct vrf *vrf, struct error *err)
{
	(void)err;
	vrf->held = true;
	vrf_dispatch(vrf, PROGRAM_EVENT_STOP, VRF_STOPPED_BY_HAND);
	return 0;
}

int order_stop_now(struct vrf *vrf, struct error *err)
{
	int r = order_stop(vrf, err);

	vrf_dispatch(vrf, PROGRAM_EVENT_KILL, "ordered by 'vrfgate stop --now'");
	return r;
}

int order_restart(struct vrf *vrf, struct error *err)
{
	int r = order_start(vrf, err);

	if (r < 0 || !program_is_up(&vrf->proxy))
		return r;
	if (!renewal_restart(vrf)) {
		checks_judge_process(vrf);
		watch_tell_wellness(vrf);
	}
	return 0;
}

int order_rekey(struct vrf *vrf, struct error *err)
{
	(void)err;
	if (vrf->config && program_is_up(&vrf->proxy) && vrf->proxy.process.pid > 0)
		program_restart(&vrf->proxy, "its key has changed");
	return 0;
}
