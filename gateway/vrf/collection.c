// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether what a proxy has to collect is collected. */
#include "vrf/collection.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/strings.h"
#include "vrf/checks.h"
#include "vrf/proxy_config.h"
#include "vrf/renewal.h"

void collection_note_demand(struct vrf *vrf, const struct zabbix_demand *demand)
{
	unsigned kinds = zabbix_demand_kinds(demand) | proxy_config_pollers_of(vrf->config);

	vrf->demand = *demand;
	vrf->demand_read_ms = clock_now_ms();
	vrf->demand_items = vrf->stats.items;
	for (unsigned i = 0; i < ZABBIX_POLLERS; i++) {
		char *host = vrf->demand.kinds[i].host;

		host[sizeof(vrf->demand.kinds[i].host) - 1] = '\0';
		text_make_printable(host);
	}
	if (vrf_is_up(vrf))
		renewal_want_pollers(vrf, kinds);
}

/* --- what nobody polls --- */

static void remedy_write(
	const struct vrf *vrf, const struct zabbix_poller_kind *kind, char *text, size_t size)
{
	const struct config_proxy *proxy = &vrf->config->proxy;
	bool located = !kind->address_key || config_proxy_option(proxy, kind->address_key) ||
		(kind == &zabbix_poller_kinds[ZABBIX_POLLER_JMX] && *proxy->java_gateway);

	if (kind == &zabbix_poller_kinds[ZABBIX_POLLER_JMX] && !located)
		snprintf(text, size, "set proxy { java_gateway }");
	else if (!located)
		snprintf(text, size, "set %s in proxy { options }", kind->address_key);
	else if (config_proxy_option(proxy, kind->key))
		snprintf(text, size, "proxy { options } has %s=0", kind->key);
	else
		snprintf(text, size, "'vrfgate restart %.63s' starts a poller for them", vrf->name);
}

/* The first kind that there is something of and that the proxy has no process for; "": there is none. */
static const char *unpolled_find(const struct vrf *vrf, char text[192])
{
	unsigned kinds = zabbix_demand_kinds(&vrf->demand) & ~vrf->pollers.polled;
	char remedy[128];

	text[0] = '\0';
	for (unsigned i = 0; i < ZABBIX_POLLERS; i++) {
		if (!(kinds & ZABBIX_POLLER_BIT(i)))
			continue;
		remedy_write(vrf, &zabbix_poller_kinds[i], remedy, sizeof(remedy));
		snprintf(text, 192, "%s are not polled (%" PRIu32 ", host '%s'): %s",
			zabbix_poller_kinds[i].items, vrf->demand.kinds[i].count,
			vrf->demand.kinds[i].host, remedy);
		break;
	}
	return text;
}

/* --- what arrives --- */

/* The items of a proxy's own host are asked for each minute. */
#define FRESH_MS    120000
/* A new host has its first values when server and proxy have read their configuration, a minute each. */
#define FIRST_MS    300000
/* The reporter tells each half minute. */
#define TOLD_MAX_MS 120000
/* As far as clocks of one network may differ. */
#define AHEAD_MAX_S 60
/* Heard just now: an active proxy calls every ten seconds. */
#define HEARD_MAX_S 60

/*
 * The clocks need not agree, and each may be set: a value that was not there the last time has come since, whatever its
 * time. Only of the first one nothing is known but that.
 */
void collection_note_newest(struct vrf *vrf, time_t clock)
{
	struct vrf_newest *newest = &vrf->newest;
	int64_t now_ms = (int64_t)clock_now_ms(), told_ms = (int64_t)newest->told_ms;
	int64_t age_ms = clock ? (time(NULL) - clock) * INT64_C(1000) : 0;

	newest->told_ms = (uint64_t)now_ms;
	if (told_ms && clock == newest->clock)
		return;
	if (told_ms && age_ms > now_ms - told_ms)
		age_ms = now_ms - told_ms;
	newest->clock = clock;
	newest->at_ms = now_ms - (age_ms > 0 ? age_ms : 0);
}

static bool is_told(const struct vrf *vrf)
{
	return vrf->newest.told_ms && vrf->context->server_known &&
		clock_now_ms() - vrf->newest.told_ms <= TOLD_MAX_MS;
}

/* How long it was silent when the server was asked. */
static int64_t age_ms_of(const struct vrf *vrf)
{
	return (int64_t)vrf->newest.told_ms - vrf->newest.at_ms;
}

bool collection_is_fresh(const struct vrf *vrf)
{
	return is_told(vrf) && vrf->newest.clock && age_ms_of(vrf) <= FRESH_MS;
}

static bool is_heard(const struct vrf *vrf)
{
	return vrf->object == VRF_OBJECT_OURS && vrf->server_lastaccess &&
		vrf->checks[VRF_CHECK_SERVER].judged && vrf->checks[VRF_CHECK_SERVER].ok &&
		vrf_server_silence_s(vrf, vrf->server_told_ms) <= HEARD_MAX_S;
}

/* Nothing is late before the proxy has lived, and was heard, for as long as a value takes. */
static bool is_late(const struct vrf *vrf)
{
	int64_t limit_ms = vrf->newest.clock ? FRESH_MS : FIRST_MS;
	int64_t begun_ms = vrf->newest.at_ms;

	if (begun_ms < (int64_t)vrf->proxy.started_ms)
		begun_ms = (int64_t)vrf->proxy.started_ms;
	if (begun_ms < (int64_t)vrf->checks[VRF_CHECK_SERVER].since_ms)
		begun_ms = (int64_t)vrf->checks[VRF_CHECK_SERVER].since_ms;
	return (int64_t)vrf->newest.told_ms - begun_ms > limit_ms;
}

static int64_t value_age_s(const struct vrf *vrf)
{
	return ((int64_t)clock_now_ms() - vrf->newest.at_ms) / 1000;
}

/* Of one proxy alone it cannot be told. */
static bool server_is_behind(const struct vrf *vrf)
{
	return vrf->context->n_heard > 1 && vrf->context->n_fresh == 0;
}

/* Why nothing new arrives of a proxy that the server hears: the nearest to the proxy first. */
static void cause_write(const struct vrf *vrf, char *text, size_t size)
{
	int64_t unsent = vrf->vitals.unsent;

	if (vrf->vitals.write_error)
		snprintf(text, size, "the proxy may not write to its database");
	else if (vrf->wedge.blocked_since_ms)
		snprintf(text, size, "the proxy is wedged: %u of its processes wait for a lock",
			vrf->wedge.look.blocked);
	else if (vrf->has_stats && vrf->stats.items == 0)
		snprintf(text, size, "the proxy has no items: it got no configuration");
	else if (server_is_behind(vrf))
		snprintf(text, size,
			"the server stores no values of any proxy here: it is behind, see its queue");
	else if (unsent > 0)
		snprintf(text, size, "the proxy has %" PRId64 " values that it does not send",
			unsent);
	else
		snprintf(text, size, "nothing new comes from the proxy, see 'vrfgate logs %.63s'",
			vrf->name);
}

/* The machine's clock was set back since: what arrives now is older than that, and cannot be seen. */
static bool is_hidden(const struct vrf *vrf)
{
	return is_late(vrf) && vrf->newest.clock > time(NULL) + AHEAD_MAX_S;
}

static void judge_arrival(struct vrf *vrf)
{
	char text[192], cause[128];

	if (!is_told(vrf) || !is_heard(vrf) || is_hidden(vrf)) {
		checks_forget(vrf, VRF_CHECK_VALUES);
		return;
	}
	if (!is_late(vrf) && !vrf->newest.clock) {
		checks_count(vrf, VRF_CHECK_VALUES, true, "none yet");
		return;
	}
	cause_write(vrf, cause, sizeof(cause));
	if (!is_late(vrf))
		snprintf(text, sizeof(text), "last value %" PRId64 " s ago", value_age_s(vrf));
	else if (vrf->newest.clock)
		snprintf(text, sizeof(text), "last value %" PRId64 " s ago: %s", value_age_s(vrf),
			cause);
	else
		snprintf(text, sizeof(text), "no value ever: %s", cause);
	vrf->newest.behind = is_late(vrf) && server_is_behind(vrf);
	checks_count(vrf, VRF_CHECK_VALUES, !is_late(vrf), text);
}

/* --- what is late --- */

void collection_note_late(struct vrf *vrf, uint64_t count)
{
	vrf->late.told_ms = clock_now_ms();
	vrf->late.count = count;
}

/* By what this life of the proxy has said. Of what it polls by no process its queue holds some, and others not. */
static void judge_late(struct vrf *vrf)
{
	uint64_t count = vrf->late.count;
	char text[96];

	if (!vrf->late.told_ms || vrf->late.told_ms < vrf->proxy.started_ms) {
		checks_forget(vrf, VRF_CHECK_LATE);
		return;
	}
	if (count == 0)
		snprintf(text, sizeof(text), "no item is late by 10 minutes");
	else
		snprintf(text, sizeof(text), "%" PRIu64 " %s late by more than 10 minutes", count,
			count == 1 ? "item is" : "items are");
	checks_count(vrf, VRF_CHECK_LATE, count == 0, text);
}

void collection_judge(struct vrf *vrf)
{
	char text[192];

	vrf->checks[VRF_CHECK_VALUES].judged &= vrf->config->has_proxy;
	vrf->checks[VRF_CHECK_LATE].judged &= vrf->config->has_proxy;
	if (!vrf->config->has_proxy || vrf->proxy.process.pid <= 0)
		return;
	vrf->newest.behind = false;
	if (*unpolled_find(vrf, text))
		checks_set(vrf, VRF_CHECK_VALUES, false, "%s", text);
	else
		judge_arrival(vrf);
	judge_late(vrf);
}
