// SPDX-License-Identifier: GPL-2.0-or-later
/* Values of the gateway, its VRFs and their interfaces. */
#include "reporter/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
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
 * that began. JSON null: none runs.
 */
static json_t *contact_make(const json_t *vrfs)
{
	json_int_t shortest_s = -1;
	const json_t *vrf;
	size_t i;

	json_array_foreach (vrfs, i, vrf) {
		const json_t *seen = path_find(vrf, "proxy.server_seen_s"),
			     *uptime = path_find(vrf, "proxy.uptime_s");
		json_int_t silence_s = json_integer_value(uptime);

		if (!vrf_is_shown(vrf) || !json_is_integer(uptime))
			continue;
		if (json_is_integer(seen) && json_integer_value(seen) < silence_s)
			silence_s = json_integer_value(seen);
		if (shortest_s < 0 || silence_s < shortest_s)
			shortest_s = silence_s;
	}
	return shortest_s < 0 ? json_null() : json_integer(shortest_s);
}

static void gateway_add(struct reporter_queue *queue, const json_t *status,
	const struct reporter_figures *figures, const struct timespec *when)
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
			contact_make(json_object_get(status, "vrfs")), when);
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
	const struct reporter_figures *figures, const struct timespec *when)
{
	const json_t *vrf;
	size_t i;

	gateway_add(queue, status, figures, when);
	json_array_foreach (json_object_get(status, "vrfs"), i, vrf) {
		if (vrf_is_shown(vrf))
			vrf_add(queue, vrf, contact_is_known(status), when);
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
