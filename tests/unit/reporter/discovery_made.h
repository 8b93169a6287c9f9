// SPDX-License-Identifier: GPL-2.0-or-later
/* The inventory of sync_bench.h with discovery in both VRFs, at the same addresses. */
#pragma once

#include "sync_bench.h"

struct discovery_made {
	struct config_range ranges[2];
	struct config_probe probes[2];
	struct config_discover discovers[2];
	struct address own_addresses[2];
};

/* Starts a bench too. Both structs must stay where they are. */
static inline void discovery_start(
	struct bench *bench, struct discovery_made *discovery, const char *version)
{
	*discovery = (struct discovery_made){
		.ranges = { { .text = (char *)"10.0.0.0/24" }, { .text = (char *)"10.0.9.1" } },
		.probes = { { CONFIG_PROBE_ICMP, 0 }, { CONFIG_PROBE_SNMP, 0 } },
	};
	address_parse(&discovery->ranges[0].first, "10.0.0.0");
	address_parse(&discovery->ranges[0].last, "10.0.0.255");
	address_parse(&discovery->ranges[1].first, "10.0.9.1");
	address_parse(&discovery->ranges[1].last, "10.0.9.1");
	address_parse(&discovery->own_addresses[0], "10.0.0.2/24");
	address_parse(&discovery->own_addresses[1], "192.0.2.1/24");
	bench_start(bench, version);
	for (size_t i = 0; i < 2; i++) {
		discovery->discovers[i] = (struct config_discover){
			.ranges = discovery->ranges,
			.n_ranges = 2,
			.probes = discovery->probes,
			.n_probes = 2,
			.interval_s = 600,
			.snmp = { .port = 161,
				.version = 2,
				.community = (char *)"{$SNMP_COMMUNITY}" },
		};
		bench->made.proxies[i].discovers = &discovery->discovers[i];
		bench->made.proxies[i].n_discovers = 1;
		bench->made.proxies[i].own_addresses = discovery->own_addresses;
		bench->made.proxies[i].n_own_addresses = 2;
	}
}

/* Changes a rule ("drule") or an action as an operator would; takes params over. */
static inline void change_discovery(
	struct bench *bench, const char *kind, const char *name, json_t *params)
{
	cleanup_json json_t *whole = state(bench);
	cleanup_free char *method = xasprintf("%s.update", kind);
	cleanup_free char *id = xasprintf("%sid", kind);

	json_object_set(params, id, json_object_get(find(whole, kind, "name", name), id));
	json_decref(call(bench, method, params));
}

/* When the method was called first; fails where it was not. */
static inline size_t called_at(const json_t *whole, const char *method)
{
	const json_t *called;
	size_t i;

	json_array_foreach (json_object_get(whole, "called"), i, called)
		if (strcmp(json_string_value(called), method) == 0)
			return i;
	fail_msg("%s was not called", method);
	return 0;
}
