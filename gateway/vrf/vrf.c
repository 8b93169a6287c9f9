// SPDX-License-Identifier: GPL-2.0-or-later
/* What state a VRF is in, and telling when that is another one. */
#include "vrf/vrf.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

/* So long a server may be away, or not know a new key yet. */
#define LINK_PATIENCE_MS 60000

static const char *const state_names[VRF_STATES] = {
	[VRF_DISABLED] = "disabled",
	[VRF_WIRING] = "wiring",
	[VRF_STARTING] = "starting",
	[VRF_HEALTHY] = "healthy",
	[VRF_DEGRADED] = "degraded",
	[VRF_BACKOFF] = "backoff",
	[VRF_FAILED] = "failed",
	[VRF_STOPPING] = "stopping",
};

static const char *const check_names[VRF_CHECKS] = {
	[VRF_CHECK_NETNS] = "netns",
	[VRF_CHECK_LINK] = "link",
	[VRF_CHECK_ADDRESS] = "address",
	[VRF_CHECK_UPLINK] = "uplink",
	[VRF_CHECK_ROUTE] = "route",
	[VRF_CHECK_PROCESS] = "process",
	[VRF_CHECK_STATS] = "stats",
	[VRF_CHECK_GATEWAY] = "gateway",
	[VRF_CHECK_SERVER] = "server",
	[VRF_CHECK_VALUES] = "values",
	[VRF_CHECK_LATE] = "late",
};

const char *vrf_state_name(enum vrf_state state)
{
	return state_names[state];
}

const char *vrf_check_name(enum vrf_check_kind check)
{
	return check_names[check];
}

static enum log_level state_level(enum vrf_state state)
{
	if (state == VRF_FAILED)
		return LOG_LEVEL_ERROR;
	return state == VRF_DEGRADED || state == VRF_BACKOFF ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
}

enum vrf_state vrf_state(const struct vrf *vrf)
{
	switch (vrf->proxy.state) {
	case PROGRAM_STOPPED:
		return vrf->proxy.wanted ? VRF_WIRING : VRF_DISABLED;
	case PROGRAM_STARTING:
		return VRF_STARTING;
	case PROGRAM_READY:
		return vrf->left || vrf->unwell ? VRF_DEGRADED : VRF_HEALTHY;
	case PROGRAM_BACKOFF:
		return VRF_BACKOFF;
	case PROGRAM_FAILED:
		return VRF_FAILED;
	case PROGRAM_STOPPING:
		return VRF_STOPPING;
	case PROGRAM_STATES:
		break;
	}
	__builtin_unreachable();
}

bool vrf_is_up(const struct vrf *vrf)
{
	return vrf->proxy.state == PROGRAM_READY;
}

const char *vrf_reason(const struct vrf *vrf)
{
	return vrf_is_up(vrf) && vrf->unwell ? vrf->bad : vrf->proxy.reason;
}

/*
 * What failed is tried again and again: until it is up, or fails for another reason, the log has it
 * already.
 */
static bool is_told_already(struct vrf *vrf, enum vrf_state state, const char *reason)
{
	bool told = *vrf->failure;

	switch (state) {
	case VRF_FAILED:
		told = strcmp(vrf->failure, reason) == 0;
		snprintf(vrf->failure, sizeof(vrf->failure), "%s", reason);
		return told;
	case VRF_WIRING:
	case VRF_STARTING:
	case VRF_STOPPING:
		return told;
	case VRF_DISABLED:
	case VRF_HEALTHY:
	case VRF_DEGRADED:
	case VRF_BACKOFF:
		vrf->failure[0] = '\0';
		return false;
	case VRF_STATES:
		break;
	}
	__builtin_unreachable();
}

static bool is_in_trouble(enum vrf_state state)
{
	return state == VRF_FAILED || state == VRF_DEGRADED || state == VRF_BACKOFF;
}

/* One that failed has that cause until it is up, or fails for another. */
static void cause_set(struct vrf *vrf, enum vrf_state state, const struct cause *blamed)
{
	struct cause cause = { 0 };

	if (is_in_trouble(state) && blamed)
		cause = *blamed;
	else if (*vrf->failure && (state == VRF_WIRING || state == VRF_STARTING))
		cause = vrf->cause;
	/* What is told of it next must not come before what led there. */
	if (vrf->shared_line && !(cause.kind && cause_equal(&cause, &vrf->cause)))
		vrf->context->tell_shared(vrf);
	vrf->cause = cause;
}

/* was: the cause of the state before. */
static void state_log(
	struct vrf *vrf, enum vrf_state state, const struct cause *was, const char *reason)
{
	const struct cause *shared = vrf->cause.kind ? &vrf->cause : was;
	cleanup_free char *line = xasprintf(
		"vrf '%s': %s%s%s", vrf->name, state_names[state], *reason ? ": " : "", reason);

	if (vrf->context->share && shared->kind && (is_in_trouble(state) || state == VRF_HEALTHY))
		vrf->context->share(vrf, shared, state_level(state), line);
	else
		log_message(state_level(state), "%s", line);
}

void vrf_tell(struct vrf *vrf, const struct cause *cause)
{
	enum vrf_state before = vrf->told, state = vrf_state(vrf);
	const char *reason = vrf_reason(vrf);
	const struct cause was = vrf->cause;

	cause_set(vrf, state, cause);
	if (state == before)
		return;
	vrf->told = state;
	vrf->since_ms = clock_now_ms();
	/* A notice was told when it came to be. */
	if (!is_told_already(vrf, state, reason))
		state_log(vrf, state, &was, strcmp(reason, vrf->proxy.notice) == 0 ? "" : reason);
	vrf->context->changed(vrf, before);
}

void vrf_note_health(struct vrf *vrf, const char *bad, const struct cause *cause)
{
	if (!vrf_is_up(vrf) || (!bad && !vrf->unwell))
		return;
	vrf->unwell = bad;
	snprintf(vrf->bad, sizeof(vrf->bad), "%s", bad ? bad : "");
	if (!bad)
		program_note(&vrf->proxy, "");
	vrf_tell(vrf, cause);
}

void vrf_dispatch_for(
	struct vrf *vrf, enum program_event event, const char *reason, const struct cause *cause)
{
	program_dispatch(&vrf->proxy, event, reason, cause);
}

void vrf_dispatch(struct vrf *vrf, enum program_event event, const char *reason)
{
	program_dispatch(&vrf->proxy, event, reason, NULL);
}

const struct config_vrf *vrf_own_config(const struct vrf *vrf)
{
	return vrf->config ? vrf->config : vrf->last;
}

/*
 * The clocks of server and gateway need not agree, and each may be set. A contact that was not known
 * the last time has been made since; only of the first one nothing is known but its time.
 */
void vrf_set_server_seen(struct vrf *vrf, time_t lastaccess)
{
	int64_t now_ms = (int64_t)clock_now_ms(),
		age_ms = (time(NULL) - lastaccess) * INT64_C(1000);
	int64_t told_ms = (int64_t)vrf->server_told_ms;

	vrf->object = VRF_OBJECT_OURS;
	vrf->server_told_ms = (uint64_t)now_ms;
	if (lastaccess == vrf->server_lastaccess)
		return;
	if (told_ms && age_ms > now_ms - told_ms)
		age_ms = now_ms - told_ms;
	vrf->server_lastaccess = lastaccess;
	vrf->server_seen_ms = now_ms - (age_ms > 0 ? age_ms : 0);
}

void vrf_set_server_unknown(struct vrf *vrf, enum vrf_object object)
{
	vrf->object = object;
	vrf->server_told_ms = clock_now_ms();
	vrf->server_lastaccess = 0;
}

void vrf_set_link(struct vrf *vrf, enum zabbix_link link)
{
	bool fails = link == ZABBIX_LINK_FAILED || link == ZABBIX_LINK_TLS;

	/* The cause is logged once; later lines, which may be all that was read, say only that it lasts. */
	if (link == ZABBIX_LINK_FAILED && vrf->link == ZABBIX_LINK_TLS)
		link = ZABBIX_LINK_TLS;
	vrf->link = link;
	if (!fails)
		vrf->link_failed_ms = 0;
	else if (!vrf->link_failed_ms)
		vrf->link_failed_ms = clock_now_ms();
}

/* A passive proxy has none; of what it refused to accept, nothing says when that is over. */
bool vrf_link_fails(const struct vrf *vrf)
{
	const struct vrf_check *server = &vrf->checks[VRF_CHECK_SERVER];
	bool passive = vrf->config->proxy.mode == CONFIG_PROXY_PASSIVE;

	return vrf->link_failed_ms && clock_now_ms() - vrf->link_failed_ms >= LINK_PATIENCE_MS &&
		(!passive || (server->judged && !server->ok));
}

long vrf_server_silence_s(const struct vrf *vrf, uint64_t at_ms)
{
	return (long)(((int64_t)at_ms - vrf->server_seen_ms) / 1000);
}
