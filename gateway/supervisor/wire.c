// SPDX-License-Identifier: GPL-2.0-or-later
/* Applying the config to the kernel for those VRFs that asked for it. */
#include "supervisor/wire.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/plan.h"
#include "net/state.h"
#include "supervisor/drift.h"
#include "supervisor/duplicates.h"
#include "supervisor/forwarding.h"
#include "vrf/checks.h"
#include "vrf/life.h"
#include "vrf/removal.h"
#include "vrf/watch.h"
#include "vrf/wiring.h"

/* What passes on its own does so by then: the links of a namespace that was deleted, a dump that others disturb. */
#define CLASH_MS 3000
#define AGAIN_MS 10

static void wire_source_arm(struct supervisor *supervisor)
{
	sd_event_source_set_enabled(supervisor->wiring, SD_EVENT_ONESHOT);
}

static void again_on_elapsed(void *data)
{
	wire_source_arm(data);
}

/* Whether it may be tried once more: then it will be, and the loop goes on meanwhile. */
static bool again_soon(struct supervisor *supervisor, uint64_t *since_ms)
{
	uint64_t now_ms = clock_now_ms();

	if (!*since_ms)
		*since_ms = now_ms;
	if (now_ms - *since_ms >= CLASH_MS) {
		*since_ms = 0;
		return false;
	}
	timer_arm(
		&supervisor->wire_again, supervisor->event, AGAIN_MS, again_on_elapsed, supervisor);
	return true;
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

/* By its proxy, whose pid is not known where an earlier supervisor left it with a lock that cannot be read. */
static bool vrf_is_in_use(const struct vrf *vrf)
{
	return vrf->proxy.process.pid > 0 || vrf_state(vrf) == VRF_STOPPING;
}

/* A VRF that rests keeps its namespace; one that is disabled, or gone from the config, does not. */
static bool vrf_has_netns(const struct vrf *vrf)
{
	return vrf->config && (vrf->config->enabled || vrf_is_in_use(vrf));
}

/* A namespace made anew would be none of a proxy that still lives in the old one: it must end first. */
static bool vrf_lost_netns(struct vrf *vrf)
{
	struct net_netns_state none = { 0 };

	if (checks_proxy_in_netns(vrf))
		return false;
	checks_judge_kernel(vrf, &none);
	watch_tell_wellness(vrf);
	vrf->wiring_due = false;
	return true;
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

	wiring_begin(want, supervisor->config, supervisor->ids);
	want->hurried = true;
	want->partial = !supervisor->wire_everything;
	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct vrf *vrf = supervisor->vrfs[i];
		bool due = vrf_is_due(supervisor, vrf, linked);

		if (due && !vrf_lost_netns(vrf)) {
			vrf->trouble[0] = '\0';
			wiring_add(want, vrf->config, vrf->id);
			want->netns[want->n_netns - 1].retry =
				conflicts_take_retry(&vrf->conflicts, clock_now_ms());
		} else if (due || (!vrf->config && (vrf->left || vrf_is_in_use(vrf)))) {
			*array_append(&want->keep, &want->n_keep) = vrf->name;
			want->keeps_uplinks |= vrf->left && vrf->left_uplink;
			if (vrf->left && vrf->left_passive && vrf->left_uplink)
				wiring_keep_passive(
					want, supervisor->config, supervisor->ids, vrf->id);
		}
	}
}

/* ---- what comes of it ---- */

/* One comparison and its doing. */
struct wire_pass {
	struct supervisor *supervisor;
	struct net_want want;
	struct net_have *have;
	struct net_plan *plan;
	struct strings going; /* the namespaces that it deletes */
};

/* A VRF that was in order: what is done now undoes what somebody did. */
static bool is_repair(const struct vrf *vrf)
{
	return vrf->config && vrf_state(vrf) != VRF_WIRING && !vrf->config_new;
}

/* cause may be NULL: no other's. */
static void trouble_set(
	struct vrf *vrf, enum net_aspect aspect, const char *text, const struct cause *cause)
{
	vrf->trouble_cause = cause ? *cause : (struct cause){ 0 };
	snprintf(vrf->trouble, sizeof(vrf->trouble), "%.*s", (int)sizeof(vrf->trouble) - 1, text);
	vrf->trouble_aspect = aspect;
}

static void acts_forget(struct vrf_drift *drift)
{
	free(drift->cause_text);
	drift->cause_text = NULL;
	drift->n_acts = 0;
}

static bool has_cause(const struct vrf_drift *drift)
{
	return drift->n_acts && drift->cause.kind != NET_ACT_SYSCTL_SET;
}

/* The first thing tells what was undone, and the others follow from it; sysctls come before all else. */
static void acts_add(
	struct vrf_drift *drift, const struct net_act *act, const struct net_act_id *id)
{
	char text[NET_ACT_TEXT_SIZE];

	if (!drift->n_acts || (!has_cause(drift) && id->kind != NET_ACT_SYSCTL_SET)) {
		free(drift->cause_text);
		drift->cause_text = xstrdup(net_act_text(act, text));
		drift->cause = *id;
	}
	drift->n_acts++;
}

static bool may_act(const char *netns, const struct net_act *act, void *data)
{
	struct wire_pass *pass = data;
	struct vrf *vrf = supervisor_find_vrf(pass->supervisor, netns);
	struct net_act_id id = net_act_identify(act);
	char trouble[sizeof(vrf->trouble)], text[NET_ACT_TEXT_SIZE];

	if (!vrf || !is_repair(vrf))
		return true;
	if (has_cause(&vrf->drift) || repairs_may(&vrf->drift.repairs, &id, clock_now_ms())) {
		acts_add(&vrf->drift, act, &id);
		return true;
	}
	snprintf(trouble, sizeof(trouble),
		"undone %d times within a minute and left alone for one: %.180s", REPAIRS_MAX,
		net_act_text(act, text));
	trouble_set(vrf, net_act_aspect(act), trouble, NULL);
	return false;
}

/* What the kernel takes down a while after the namespace, as the uplink's other end, is no removal of its own. */
static void on_removed(const struct net_outcome *outcome, const struct wire_pass *pass)
{
	if (outcome->error.code)
		log_error("vrf '%s': cannot be removed: %s", outcome->netns, outcome->error.text);
	else if (outcome->acts && strings_contain(&pass->going, outcome->netns))
		log_info("vrf '%s': removed", outcome->netns);
}

static void on_shared(struct supervisor *supervisor, const struct net_outcome *outcome)
{
	if (outcome->error.code)
		log_error("root namespace: %s", outcome->error.text);
	else if (outcome->acts && !outcome->removed)
		log_info("root namespace: firewall and forwarding set");
	if (outcome->acts)
		forwarding_look(supervisor->forwarding);
}

static void note_repairs(struct vrf *vrf)
{
	struct vrf_drift *drift = &vrf->drift;

	if (drift->n_acts > 1)
		log_warning("vrf '%s': repaired: %s, and %zu more", vrf->name, drift->cause_text,
			drift->n_acts - 1);
	else
		log_warning("vrf '%s': repaired: %s", vrf->name, drift->cause_text);
	repairs_note(&drift->repairs, &drift->cause, clock_now_ms());
	drift->count += drift->n_acts;
}

/* As it was before what was done now; where that was anything it is compared once more. */
static void kernel_remember(struct wire_pass *pass, struct vrf *vrf)
{
	net_netns_state_finish(&vrf->kernel);
	net_netns_state_copy(pass->have, vrf->name, &vrf->kernel);
	vrf->counted_ms = 0;
	duplicates_compared(pass->supervisor->duplicates, vrf);
	if (foreign_addresses_note(&vrf->foreign, vrf->config, &vrf->kernel))
		vrf->context->remember(vrf);
}

static void judge(struct vrf *vrf)
{
	checks_judge_kernel(vrf, &vrf->kernel);
	watch_tell_wellness(vrf);
}

static const struct net_want_netns *want_find(const struct net_want *want, const char *name)
{
	for (size_t i = 0; i < want->n_netns; i++)
		if (strcmp(want->netns[i].name, name) == 0)
			return &want->netns[i];
	return NULL;
}

static void on_outcome(const struct net_outcome *outcome, void *data)
{
	struct wire_pass *pass = data;
	struct vrf *vrf = supervisor_find_vrf(pass->supervisor, outcome->netns);
	bool failed = outcome->error.code;

	if (strcmp(outcome->netns, NET_PLAN_SHARED) == 0) {
		on_shared(pass->supervisor, outcome);
		return;
	}
	if (outcome->removed || !vrf || !vrf->config) {
		on_removed(outcome, pass);
		return;
	}
	if (outcome->passing && again_soon(pass->supervisor, &vrf->clashed_ms)) {
		vrf->wiring_due = true;
		acts_forget(&vrf->drift);
		return;
	}
	vrf->wiring_due = false;
	vrf->clashed_ms = 0;
	if (failed)
		trouble_set(vrf, outcome->aspect, outcome->error.text, &outcome->error.cause);
	else if (outcome->acts && vrf->drift.n_acts)
		note_repairs(vrf);
	acts_forget(&vrf->drift);
	if (vrf->config_new && outcome->acts)
		vrf->reloaded |= VRF_RELOAD_CHANGED;
	vrf->config_new = false;
	kernel_remember(pass, vrf);
	drift_compared(
		pass->supervisor->drift, vrf, want_find(&pass->want, vrf->name), outcome->acts > 0);
	if (vrf_state(vrf) == VRF_WIRING && failed && !outcome->minor) {
		vrf_dispatch_for(
			vrf, PROGRAM_EVENT_UNPREPARED, outcome->error.text, &outcome->error.cause);
	} else if (vrf_state(vrf) == VRF_WIRING) {
		/* What is missing is told by a comparison of what there is now. */
		if (failed)
			drift_look(pass->supervisor->drift, vrf);
		vrf_dispatch(vrf, PROGRAM_EVENT_PREPARED, "");
	} else if (failed || !outcome->acts) {
		judge(vrf);
	}
}

static void wire_failed(struct supervisor *supervisor, const struct error *err)
{
	const struct cause cause = cause_of(CAUSE_KERNEL_UNREADABLE, err->code, NULL);

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct vrf *vrf = supervisor->vrfs[i];

		if (vrf->wiring_due)
			vrf_dispatch_for(vrf, PROGRAM_EVENT_UNPREPARED, err->text, &cause);
		vrf->wiring_due = false;
	}
}

/* Those that have gone from the config and have ended are no more. */
static void vrfs_drop_gone(struct supervisor *supervisor)
{
	size_t kept = 0;

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct vrf *vrf = supervisor->vrfs[i];

		if (!vrf->config && !vrf->left && vrf_state(vrf) == VRF_DISABLED) {
			drift_forget(supervisor->drift, vrf);
			vrf_destroy(vrf);
		} else {
			supervisor->vrfs[kept++] = vrf;
		}
	}
	supervisor->n_vrfs = kept;
}

/* Of the namespaces that would go: was it said that they are to? */
static bool may_remove(const struct supervisor *supervisor, const char *name)
{
	return supervisor_find_vrf(supervisor, name) || config_find_vrf(supervisor->config, name) ||
		strings_contain(&supervisor->removed, name);
}

/* One that runs and is in the config no more is left; so are those without a proxy that nobody has met yet. */
static void pass_spare(struct wire_pass *pass)
{
	struct supervisor *supervisor = pass->supervisor;
	size_t n_kept = pass->want.n_keep;

	net_plan_list_removed(pass->plan, &pass->going);
	for (size_t i = 0; i < pass->going.count; i++) {
		const char *name = pass->going.items[i];

		if (may_remove(supervisor, name))
			continue;
		supervisor_leave(supervisor, name);
		*array_append(&pass->want.keep, &pass->want.n_keep) =
			supervisor->vrfs[supervisor->n_vrfs - 1]->name;
	}
	if (pass->want.n_keep == n_kept)
		return;
	net_plan_destroy(pass->plan);
	pass->plan = net_plan_create(&pass->want, pass->have);
	strings_finish(&pass->going);
	net_plan_list_removed(pass->plan, &pass->going);
}

/* The start's first pass knows of all of them. */
static void left_tell(struct supervisor *supervisor)
{
	struct strings left = { 0 };
	char *list;

	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (supervisor->vrfs[i]->left)
			strings_add(&left, supervisor->vrfs[i]->name);
	if (left.count > supervisor->n_left_told) {
		list = strings_list(&left);
		log_warning(
			"%zu %s not in the config any more and left running: %s; 'vrfgate reload --remove' ends %s",
			left.count, left.count == 1 ? "VRF is" : "VRFs are", list,
			left.count == 1 ? "it" : "them");
		free(list);
	}
	supervisor->n_left_told = left.count;
	strings_finish(&left);
}

static void pass_run(struct wire_pass *pass, struct error *err)
{
	if (net_compare(&pass->want, &pass->have, &pass->plan, err) < 0)
		return;
	if (!pass->want.partial) {
		pass_spare(pass);
		left_tell(pass->supervisor);
	}
	net_plan_filter(pass->plan, may_act, pass);
	net_plan_set_patience(pass->plan, 0);
	/* -EIO: the outcomes have told each VRF's own error. Another is everybody's. */
	if (net_plan_apply(pass->plan, on_outcome, pass, err) == -EIO)
		error_clear(err);
}

static int wire_on_defer(sd_event_source *source, void *data)
{
	struct supervisor *supervisor = data;
	struct wire_pass pass = { .supervisor = supervisor };
	struct error err = ERROR_INIT;
	bool everything = supervisor->wire_everything;

	(void)source;
	want_fill(&pass.want, supervisor);
	supervisor->wire_everything = false;
	pass_run(&pass, &err);
	if (err.code == EINTR && again_soon(supervisor, &supervisor->wire_clashed_ms)) {
		supervisor->wire_everything = supervisor->wire_everything || everything;
	} else if (err.code) {
		supervisor->wire_clashed_ms = 0;
		log_warning("cannot compare with the kernel: %s", err.text);
		wire_failed(supervisor, &err);
	} else {
		supervisor->wire_clashed_ms = 0;
	}
	net_plan_destroy(pass.plan);
	net_have_destroy(pass.have);
	net_want_finish(&pass.want);
	strings_finish(&pass.going);
	vrfs_drop_gone(supervisor);
	/* A reading of all VRFs took what one of a few never needs again. */
	if (everything)
		malloc_trim(0);
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
