// SPDX-License-Identifier: GPL-2.0-or-later
/* Values of the gateway, its VRFs and their interfaces. */
#include "reporter/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strings.h"
#include "reporter/table.h"
#include "zabbix/json.h"

/* The numbers are those of the template's value maps. */
static const char *const gateway_states[] = { "healthy", "degraded", "down", NULL };
static const char *const vrf_states[] = { "healthy", "degraded", "starting", "wiring", "stopping",
	"backoff", "failed", "disabled", NULL };

enum {
	VRF_HEALTHY_NUMBER = 0,
	VRF_BACKOFF_NUMBER = 5,
	VRF_FAILED_NUMBER = 6,
	VRF_DISABLED_NUMBER = 7,
};

/* A key of the status document and the item that shows it. */
struct figure {
	const char *path; /* "proxy.restarts" */
	const char *item;
};

static const struct figure gateway_figures[] = {
	{ "version", "vrfgate.version" },
	{ "uptime_s", "vrfgate.uptime" },
	{ "config_generation", "vrfgate.config.generation" },
};

static const struct figure vrf_figures[] = {
	{ "proxy.uptime_s", "uptime" },
	{ "proxy.restarts", "restarts" },
	{ "proxy.backlog", "backlog" },
	{ "proxy.required_vps", "vps" },
	{ "proxy.rss_bytes", "rss" },
	{ "repairs", "repairs" },
	{ "uplink.up", "uplink" },
};

static const struct figure interface_figures[] = {
	{ "carrier", "carrier" },
	{ "rx_bytes", "rx" },
	{ "tx_bytes", "tx" },
	{ "rx_errors", "rx_errors" },
	{ "tx_errors", "tx_errors" },
};

/* Kinds of gateway.causes that "vrfgate.server.seen" tells of. */
static const char *const contact_causes[] = { "server-silent", "server-unreachable" };

/* Kinds by which a proxy sends nothing, and need not for a while after them. */
static const char *const muting_causes[] = { "disk-full", "disk-read-only" };

#define NS_MAX 999999999

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static int state_number(const char *const states[], const char *state)
{
	for (int i = 0; states[i]; i++)
		if (strcmp(states[i], state) == 0)
			return i;
	return -1;
}

static int vrf_number(const json_t *vrf)
{
	return state_number(vrf_states, zabbix_json_text(vrf, "state"));
}

static bool vrf_is_shown(const json_t *vrf)
{
	return vrf_number(vrf) != VRF_DISABLED_NUMBER;
}

/* Numbers and texts go as text; true is 1. */
static json_t *value_text(const json_t *value)
{
	cleanup_free char *text = NULL;

	if (json_is_boolean(value))
		return json_string(json_is_true(value) ? "1" : "0");
	if (json_is_integer(value))
		text = xasprintf("%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		text = xasprintf("%.4f", json_real_value(value));
	return text ? json_string(text) : json_copy((json_t *)value);
}

void reporter_values_add_one(
	struct reporter_queue *queue, const char *key, json_t *value, const struct timespec *when)
{
	if (value && !json_is_null(value))
		reporter_queue_add(queue,
			zabbix_json_pack("{s:o, s:o, s:I, s:i}", "key", zabbix_json_string(key),
				"value", value_text(value), "clock", (json_int_t)when->tv_sec, "ns",
				(int)when->tv_nsec));
	json_decref(value);
}

static const json_t *path_find(const json_t *object, const char *path)
{
	const char *dot = strchr(path, '.');
	cleanup_free char *first = dot ? xstrndup(path, (size_t)(dot - path)) : NULL;

	return dot ? json_object_get(json_object_get(object, first), dot + 1)
		   : json_object_get(object, path);
}

/* --- what VRFs have in common --- */

static bool is_one_of(const json_t *cause, const char *const kinds[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(zabbix_json_text(cause, "kind"), kinds[i]) == 0)
			return true;
	return false;
}

/* What is to be told of the cause that began last stays until another begins, or all are over. */
static void causes_follow(struct reporter_causes *causes, json_t *now, const char *text)
{
	const char *key;
	json_t *cause;
	bool begun = false;

	json_object_foreach (now, key, cause)
		begun |= !json_object_get(causes->known, key);
	json_decref(causes->known);
	causes->known = now;
	if (!begun && *text && causes->begun)
		return;
	free(causes->begun);
	causes->begun = xstrdup(text);
}

/* Returns the cause of each VRF that has one with others, by its name. */
static json_t *common_causes_add(struct reporter_queue *queue, const json_t *status,
	struct reporter_causes *causes, const struct timespec *when)
{
	json_t *sufferers = json_object(), *now = json_object();
	cleanup(strings_finish) struct strings lines = { 0 };
	cleanup_free char *text = NULL;
	const json_t *cause, *name;
	size_t i, j;

	if (!causes->muted)
		causes->muted = json_object();
	json_array_foreach (path_find(status, "gateway.causes"), i, cause) {
		cleanup_free char *key = xasprintf("%s %s", zabbix_json_text(cause, "kind"),
			zabbix_json_text(cause, "object"));

		if (is_one_of(cause, contact_causes, COUNT(contact_causes)))
			continue;
		json_object_set_new(now, key, json_true());
		strings_add(&lines, zabbix_json_text(cause, "summary"));
		json_array_foreach (json_object_get(cause, "vrfs"), j, name) {
			json_object_set(sufferers, json_string_value(name), (json_t *)cause);
			if (is_one_of(cause, muting_causes, COUNT(muting_causes)))
				json_object_set_new(causes->muted, json_string_value(name),
					json_integer((json_int_t)when->tv_sec));
		}
	}
	text = strings_join(&lines, "; ");
	causes_follow(causes, now, text);
	reporter_values_add_one(queue, "vrfgate.causes", zabbix_json_string(text), when);
	reporter_values_add_one(
		queue, "vrfgate.causes.begun", zabbix_json_string(causes->begun), when);
	return sufferers;
}

void reporter_causes_finish(struct reporter_causes *causes)
{
	json_decref(causes->known);
	json_decref(causes->muted);
	free(causes->begun);
	*causes = (struct reporter_causes){ 0 };
}

/* --- the gateway --- */

struct sums {
	json_int_t total, healthy, down, restarts, backlog;
};

static struct sums vrfs_sum(const json_t *vrfs)
{
	struct sums sums = { 0 };
	const json_t *vrf;
	size_t i;

	json_array_foreach (vrfs, i, vrf) {
		int number = vrf_number(vrf);

		if (!vrf_is_shown(vrf))
			continue;
		sums.total++;
		sums.healthy += number == VRF_HEALTHY_NUMBER;
		sums.down += number == VRF_BACKOFF_NUMBER || number == VRF_FAILED_NUMBER;
		sums.restarts += json_integer_value(path_find(vrf, "proxy.restarts"));
		sums.backlog += json_integer_value(path_find(vrf, "proxy.backlog"));
	}
	return sums;
}

/* What the API says of the proxies is old news while it says nothing. */
static bool contact_is_known(const json_t *status)
{
	const json_t *zabbix = json_object_get(json_object_get(status, "gateway"), "zabbix");

	return strcmp(zabbix_json_text(zabbix, "state"), "ok") == 0;
}

/*
 * Since the server heard of any of the proxies that run: of one that it has not heard in this life, since
 * that began, and of one that could not send, since that was over. JSON null: none runs.
 */
static json_t *contact_make(const json_t *vrfs, const json_t *muted, json_int_t now_s)
{
	json_int_t shortest_s = -1;
	const json_t *vrf;
	size_t i;

	json_array_foreach (vrfs, i, vrf) {
		const json_t *seen = path_find(vrf, "proxy.server_seen_s"),
			     *uptime = path_find(vrf, "proxy.uptime_s");
		json_int_t silence_s = json_integer_value(uptime);
		const json_t *mute;

		if (!vrf_is_shown(vrf) || !json_is_integer(uptime))
			continue;
		if (json_is_integer(seen) && json_integer_value(seen) < silence_s)
			silence_s = json_integer_value(seen);
		mute = json_object_get(muted, zabbix_json_text(vrf, "name"));
		if (mute && now_s - json_integer_value(mute) < silence_s)
			silence_s = now_s - json_integer_value(mute);
		if (shortest_s < 0 || silence_s < shortest_s)
			shortest_s = silence_s;
	}
	return shortest_s < 0 ? json_null() : json_integer(shortest_s);
}

static void gateway_add(struct reporter_queue *queue, const json_t *status,
	const struct reporter_figures *figures, const json_t *muted, const struct timespec *when)
{
	const json_t *gateway = json_object_get(status, "gateway");
	struct sums sums = vrfs_sum(json_object_get(status, "vrfs"));
	cleanup_free char *table = reporter_table_format(status, false);
	cleanup_free char *troubles = reporter_table_format(status, true);
	const struct {
		const char *item;
		json_int_t value;
	} counts[] = {
		{ "vrfgate.state",
			state_number(gateway_states, zabbix_json_text(gateway, "state")) },
		{ "vrfgate.vrfs.total", sums.total },
		{ "vrfgate.vrfs.healthy", sums.healthy },
		{ "vrfgate.vrfs.down", sums.down },
		{ "vrfgate.vrfs.degraded", sums.total - sums.healthy - sums.down },
		{ "vrfgate.restarts", sums.restarts },
		{ "vrfgate.backlog", sums.backlog },
		{ "vrfgate.zabbix.problems", (json_int_t)figures->problems },
		{ "vrfgate.values.dropped", (json_int_t)figures->dropped },
	};

	for (size_t i = 0; i < COUNT(counts); i++)
		reporter_values_add_one(queue, counts[i].item, json_integer(counts[i].value), when);
	for (size_t i = 0; i < COUNT(gateway_figures); i++)
		reporter_values_add_one(queue, gateway_figures[i].item,
			json_copy((json_t *)path_find(gateway, gateway_figures[i].path)), when);
	if (contact_is_known(status))
		reporter_values_add_one(queue, "vrfgate.server.seen",
			contact_make(
				json_object_get(status, "vrfs"), muted, (json_int_t)when->tv_sec),
			when);
	reporter_values_add_one(queue, "vrfgate.vrfs.table", zabbix_json_string(table), when);
	reporter_values_add_one(queue, "vrfgate.vrfs.troubles", zabbix_json_string(troubles), when);
}

/* --- VRFs --- */

static void vrf_value_add(struct reporter_queue *queue, const char *vrf, const char *item,
	json_t *value, const struct timespec *when)
{
	cleanup_free char *key = xasprintf("vrfgate.vrf.%s[%s]", item, vrf);

	reporter_values_add_one(queue, key, value, when);
}

static void checks_add(struct reporter_queue *queue, const char *name, const json_t *vrf,
	const struct timespec *when)
{
	const json_t *check;
	size_t i;

	json_array_foreach (json_object_get(vrf, "checks"), i, check) {
		cleanup_free char *key = xasprintf(
			"vrfgate.vrf.check[%s,%s]", name, zabbix_json_text(check, "name"));

		reporter_values_add_one(queue, key, json_copy(json_object_get(check, "ok")), when);
	}
}

static void interfaces_add(struct reporter_queue *queue, const char *name, const json_t *vrf,
	const struct timespec *when)
{
	const json_t *interface;
	size_t i;

	json_array_foreach (json_object_get(vrf, "interfaces"), i, interface) {
		for (size_t j = 0; j < COUNT(interface_figures); j++) {
			cleanup_free char *key =
				xasprintf("vrfgate.if.%s[%s,%s]", interface_figures[j].item, name,
					zabbix_json_text(interface, "name"));

			reporter_values_add_one(queue, key,
				json_copy(
					(json_t *)path_find(interface, interface_figures[j].path)),
				when);
		}
	}
}

/* Whether its trouble is another's, too, and whether that of each interface is. */
static void shared_add(struct reporter_queue *queue, const json_t *vrf, const json_t *cause,
	const struct timespec *when)
{
	const char *name = zabbix_json_text(vrf, "name"),
		   *blamed = zabbix_json_text(cause, "object");
	const json_t *interface;
	size_t i;

	vrf_value_add(queue, name, "shared", json_boolean(cause), when);
	json_array_foreach (json_object_get(vrf, "interfaces"), i, interface) {
		cleanup_free char *key = xasprintf(
			"vrfgate.if.shared[%s,%s]", name, zabbix_json_text(interface, "name"));

		reporter_values_add_one(queue, key,
			json_boolean(*blamed &&
				strcmp(zabbix_json_text(interface, "parent"), blamed) == 0),
			when);
	}
}

static void vrf_add(struct reporter_queue *queue, const json_t *vrf, bool contact_known,
	const struct timespec *when)
{
	const char *name = zabbix_json_text(vrf, "name");

	vrf_value_add(queue, name, "state", json_integer(vrf_number(vrf)), when);
	vrf_value_add(
		queue, name, "reason", zabbix_json_string(zabbix_json_text(vrf, "reason")), when);
	for (size_t i = 0; i < COUNT(vrf_figures); i++)
		vrf_value_add(queue, name, vrf_figures[i].item,
			json_copy((json_t *)path_find(vrf, vrf_figures[i].path)), when);
	if (contact_known)
		vrf_value_add(queue, name, "seen",
			json_copy((json_t *)path_find(vrf, "proxy.server_seen_s")), when);
	checks_add(queue, name, vrf, when);
	interfaces_add(queue, name, vrf, when);
}

void reporter_values_add(struct reporter_queue *queue, const json_t *status,
	const struct reporter_figures *figures, struct reporter_causes *causes,
	const struct timespec *when)
{
	const json_t *vrf;
	/* Of the items of one trigger the server takes the oldest value first: what silences the problem of a VRF must be
	 * there before it. */
	const bool is_last = when->tv_nsec == NS_MAX;
	const struct timespec after = { when->tv_sec + is_last, is_last ? 0 : when->tv_nsec + 1 };
	cleanup_json json_t *sufferers = common_causes_add(queue, status, causes, when);
	size_t i;

	json_array_foreach (json_object_get(status, "vrfs"), i, vrf) {
		const char *name = zabbix_json_text(vrf, "name");

		if (vrf_is_shown(vrf))
			shared_add(queue, vrf, json_object_get(sufferers, name), when);
	}
	gateway_add(queue, status, figures, causes->muted, &after);
	json_array_foreach (json_object_get(status, "vrfs"), i, vrf) {
		if (vrf_is_shown(vrf))
			vrf_add(queue, vrf, contact_is_known(status), &after);
	}
}

void reporter_values_add_change(
	struct reporter_queue *queue, const json_t *vrf, const struct timespec *when)
{
	if (vrf_is_shown(vrf))
		vrf_add(queue, vrf, false, when);
}

/* --- discovery --- */

json_t *reporter_values_discovery(const json_t *status)
{
	cleanup_json json_t *vrfs = json_array(), *interfaces = json_array();
	cleanup_free char *vrfs_text = NULL, *interfaces_text = NULL;
	const json_t *vrf, *interface;
	size_t i, j;

	json_array_foreach (json_object_get(status, "vrfs"), i, vrf) {
		json_t *name = json_object_get(vrf, "name");

		if (!vrf_is_shown(vrf))
			continue;
		json_array_append_new(vrfs, zabbix_json_pack("{s:O}", "{#VRF}", name));
		json_array_foreach (json_object_get(vrf, "interfaces"), j, interface)
			json_array_append_new(interfaces,
				zabbix_json_pack("{s:O, s:O}", "{#VRF}", name, "{#IFNAME}",
					json_object_get(interface, "name")));
	}
	vrfs_text = json_dumps(vrfs, JSON_COMPACT);
	interfaces_text = json_dumps(interfaces, JSON_COMPACT);
	return zabbix_json_pack("{s:s, s:s}", "vrfgate.vrf.discovery", vrfs_text,
		"vrfgate.interface.discovery", interfaces_text);
}
