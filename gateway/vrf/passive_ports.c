// SPDX-License-Identifier: GPL-2.0-or-later
/* The ports of passive proxies beside the listeners of this machine and what the kernel gives out. */
#include "vrf/passive_ports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/port.h"

#define LOCAL_RANGE    "/proc/sys/net/ipv4/ip_local_port_range"
#define LOCAL_RESERVED "/proc/sys/net/ipv4/ip_local_reserved_ports"

/* What the kernel gives to who asks for none: "32768	60999", less "40000,50000-50010". */
static void given_read(struct net_port_set *given)
{
	cleanup_free char *range = NULL, *reserved = NULL;
	unsigned int first, last;
	int used;

	if (file_read_line(LOCAL_RANGE, &range, NULL) < 0 ||
		sscanf(range, "%5u %5u", &first, &last) != 2)
		return;
	for (unsigned int port = first; port <= last && port <= UINT16_MAX; port++)
		net_port_set_add(given, (uint16_t)port);
	if (file_read_line(LOCAL_RESERVED, &reserved, NULL) < 0)
		return;
	for (const char *at = reserved; sscanf(at, "%5u%n", &first, &used) == 1;) {
		at += used;
		last = first;
		if (sscanf(at, "-%5u%n", &last, &used) == 1)
			at += used;
		for (unsigned int port = first; port <= last && port <= UINT16_MAX; port++)
			net_port_set_remove(given, (uint16_t)port);
		at += *at == ',';
	}
}

static void listeners_judge(
	uint16_t port, const struct net_port_set *listeners, struct strings *warnings)
{
	if (net_port_set_has(listeners, port))
		strings_addf(warnings,
			"port %u is that of a passive proxy, uplink { passive_port }, and a program of this machine listens there, which the server does not reach any more",
			port);
}

void passive_ports_judge(const struct config *config, const uint32_t *ids, struct strings *warnings)
{
	cleanup_free struct net_port_set *given = xcalloc(1, sizeof(*given));
	cleanup_free struct net_port_set *listeners = xcalloc(1, sizeof(*listeners));
	size_t at_risk = 0;
	uint16_t first = 0;

	if (config_uplink_ports(&config->uplink) == UINT32_MAX)
		return;
	given_read(given);
	(void)net_port_listeners_read(listeners, NULL);
	for (size_t i = 0; i < config->n_vrfs; i++) {
		uint16_t port = config_passive_port(config, &config->vrfs[i], ids[i]);

		if (!port)
			continue;
		listeners_judge(port, listeners, warnings);
		if (!net_port_set_has(given, port))
			continue;
		first = at_risk++ == 0 || port < first ? port : first;
	}
	if (at_risk > 0)
		strings_addf(warnings,
			"%zu ports of passive proxies from %u on, uplink { passive_port }, are among those that the kernel gives to programs of this machine, net.ipv4.ip_local_port_range: name them in net.ipv4.ip_local_reserved_ports, or take others",
			at_risk, first);
}

void passive_ports_warn(const struct config *config, const uint32_t *ids)
{
	cleanup(strings_finish) struct strings warnings = { 0 };

	passive_ports_judge(config, ids, &warnings);
	for (size_t i = 0; i < warnings.count; i++)
		log_warning("%s", warnings.items[i]);
}
