// SPDX-License-Identifier: GPL-2.0-or-later
/* Bringing the kernel in line for those VRFs that asked for it. */
#include "supervisor/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "base/log.h"
#include "base/memory.h"
#include "net/plan.h"
#include "supervisor/wiring.h"

static void wire_source_arm(struct supervisor *supervisor)
{
	sd_event_source_set_enabled(supervisor->wiring, SD_EVENT_ONESHOT);
}

void wire_request(struct vrf *vrf)
{
	vrf->wiring_due = true;
	wire_source_arm(vrf->context->owner);
}

void wire_request_all(struct supervisor *supervisor)
{
	supervisor->wire_everything = true;
	wire_source_arm(supervisor);
}

static bool vrf_is_linked(const struct vrf *vrf)
{
	for (size_t i = 0; i < vrf->config->n_interfaces; i++)
		if (vrf->config->interfaces[i].kind == CONFIG_INTERFACE_LINK)
			return true;
	return false;
}

/* A VRF that rests keeps its namespace; one that is disabled, or gone from the config, does not. */
static bool vrf_has_netns(const struct vrf *vrf)
{
	return vrf->config && (vrf->config->enabled || vrf->proxy.pid > 0);
}

static bool vrf_is_due(const struct supervisor *supervisor, const struct vrf *vrf, bool linked)
{
	if (!vrf_has_netns(vrf))
		return false;
	return supervisor->wire_everything || vrf->wiring_due || (linked && vrf_is_linked(vrf));
}

static bool any_link_is_due(const struct supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (vrf_is_due(supervisor, supervisor->vrfs[i], false) &&
			vrf_is_linked(supervisor->vrfs[i]))
			return true;
	return false;
}

/* Both ends of a veth between two namespaces are planned together. */
static void want_fill(struct net_want *want, const struct supervisor *supervisor)
{
	bool linked = any_link_is_due(supervisor);

	wiring_begin(want, supervisor->config);
	want->partial = !supervisor->wire_everything;
	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		const struct vrf *vrf = supervisor->vrfs[i];

		if (vrf_is_due(supervisor, vrf, linked))
			wiring_add(want, vrf->config, vrf->id);
		else if (!vrf->config && vrf->proxy.pid > 0)
			*array_append(&want->keep, &want->n_keep) = vrf->name;
	}
}

static void on_outcome(const struct net_outcome *outcome, void *data)
{
	struct supervisor *supervisor = data;
	struct vrf *vrf = supervisor_find_vrf(supervisor, outcome->netns);

	if (outcome->removed || !vrf || !vrf->config) {
		if (outcome->error.code)
			log_error("vrf '%s': cannot be removed: %s", outcome->netns,
				outcome->error.text);
		else if (outcome->acts)
			log_info("vrf '%s': removed", outcome->netns);
		return;
	}
	vrf->wiring_due = false;
	if (outcome->acts && vrf->state != VRF_WIRING)
		log_warning(
			"vrf '%s': %zu things in the kernel put right", vrf->name, outcome->acts);
	if (outcome->error.code)
		vrf_dispatch(vrf, VRF_EVENT_WIRING_FAILED, outcome->error.text);
	else
		vrf_dispatch(vrf, VRF_EVENT_WIRED, "");
}

static void wire_failed(struct supervisor *supervisor, const struct error *err)
{
	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct vrf *vrf = supervisor->vrfs[i];

		if (vrf->wiring_due)
			vrf_dispatch(vrf, VRF_EVENT_WIRING_FAILED, err->text);
		vrf->wiring_due = false;
	}
}

/* Those that have gone from the config and have ended are no more. */
static void vrfs_drop_gone(struct supervisor *supervisor)
{
	size_t kept = 0;

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct vrf *vrf = supervisor->vrfs[i];

		if (!vrf->config && vrf->state == VRF_DISABLED)
			vrf_destroy(vrf);
		else
			supervisor->vrfs[kept++] = vrf;
	}
	supervisor->n_vrfs = kept;
}

static int wire_on_defer(sd_event_source *source, void *data)
{
	struct supervisor *supervisor = data;
	struct error err = ERROR_INIT;
	struct net_have *have = NULL;
	struct net_plan *plan = NULL;
	struct net_want want;

	(void)source;
	want_fill(&want, supervisor);
	supervisor->wire_everything = false;
	if (net_have_read(&want, &have, &err) == 0) {
		plan = net_plan_create(&want, have);
		/* -EIO: the outcomes have told each VRF's own error. Another is everybody's. */
		if (net_plan_apply(plan, on_outcome, supervisor, &err) == -EIO)
			error_clear(&err);
	}
	if (err.code)
		wire_failed(supervisor, &err);
	net_plan_destroy(plan);
	net_have_destroy(have);
	net_want_finish(&want);
	vrfs_drop_gone(supervisor);
	return 0;
}

int wire_start(struct supervisor *supervisor, struct error *err)
{
	int r = sd_event_add_defer(
		supervisor->event, &supervisor->wiring, wire_on_defer, supervisor);

	if (r < 0)
		return error_set_errno(err, -r, "cannot watch the loop");
	sd_event_source_set_enabled(supervisor->wiring, SD_EVENT_OFF);
	return 0;
}
