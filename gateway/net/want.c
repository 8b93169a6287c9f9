// SPDX-License-Identifier: GPL-2.0-or-later
/* The want's own arrays, and the arithmetic of uplinks. */
#include "net/want.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define UPLINK_STEP 4 /* addresses of an uplink's network, which is a /126 or a /30 */

void net_want_finish(struct net_want *want)
{
	for (size_t i = 0; i < want->n_netns; i++) {
		free(want->netns[i].links);
		free(want->netns[i].routes);
		free(want->netns[i].sysctls);
		free(want->netns[i].allow);
	}
	free(want->netns);
	free(want->passive);
	free(want->keep);
	memset(want, 0, sizeof(*want));
}

uint8_t net_servers_family(const struct net_servers *servers)
{
	return servers->count > 0 ? servers->nodes[0].family : AF_UNSPEC;
}

bool net_servers_contain(const struct net_servers *servers, const struct address *address)
{
	for (size_t i = 0; i < servers->count; i++)
		if (address_equal(&servers->nodes[i], address))
			return true;
	return false;
}

static const char *find_sysctl(const struct net_want_netns *netns, const char *key)
{
	for (size_t i = 0; i < netns->n_sysctls; i++)
		if (strcmp(netns->sysctls[i].key, key) == 0)
			return netns->sysctls[i].value;
	return NULL;
}

const char *net_want_accepts_ra(const struct net_want_netns *netns, const char *link)
{
	char key[48], name[NET_IFNAME_SIZE] = "";
	const char *value;

	if (!netns->n_sysctls)
		return NULL;
	for (size_t i = 0; i < sizeof(name) - 1 && link[i]; i++)
		name[i] = link[i] == '.' ? '/' : link[i];
	snprintf(key, sizeof(key), "net.ipv6.conf.%s.accept_ra", name);
	value = find_sysctl(netns, key);
	/* The kernel does not ask what `all` says. */
	if (!value)
		value = find_sysctl(netns, "net.ipv6.conf.default.accept_ra");
	return value && atoi(value) > 0 ? value : NULL;
}

/* Of one uplink's network; less than the prefix's own where that is too long. */
static uint8_t uplink_length(const struct address *prefix)
{
	return (uint8_t)(address_size(prefix) * 8 - 2);
}

int net_uplink_addresses(
	const struct address *prefix, uint32_t id, struct address *root, struct address *inside)
{
	uint64_t base = (uint64_t)id * UPLINK_STEP;

	if (prefix->family == AF_UNSPEC || prefix->prefix_length > uplink_length(prefix) ||
		address_add(prefix, base + UPLINK_STEP - 1, root) < 0 ||
		address_add(prefix, base + 1, root) < 0 ||
		address_add(prefix, base + 2, inside) < 0)
		return -ERANGE;
	root->prefix_length = inside->prefix_length = uplink_length(prefix);
	return 0;
}

size_t net_want_uplink_addresses(const struct net_want *want, uint32_t id,
	struct address root[NET_UPLINK_FAMILIES], struct address inside[NET_UPLINK_FAMILIES])
{
	const struct address *prefixes[] = { &want->uplink_prefix, &want->uplink_prefix4 };
	size_t n = 0;

	for (size_t i = 0; i < NET_UPLINK_FAMILIES; i++)
		if (net_uplink_addresses(prefixes[i], id, &root[n], &inside[n]) == 0)
			n++;
	return n;
}

uint32_t net_uplink_capacity(const struct address *prefix)
{
	unsigned int bits;

	if (prefix->family == AF_UNSPEC || prefix->prefix_length > uplink_length(prefix))
		return 0;
	bits = uplink_length(prefix) - (unsigned int)prefix->prefix_length;
	return bits >= 32 ? UINT32_MAX : UINT32_C(1) << bits;
}

const char *net_uplink_root_name(uint32_t id, char name[NET_IFNAME_SIZE])
{
	snprintf(name, NET_IFNAME_SIZE, NET_UPLINK_ROOT "%" PRIu32, id);
	return name;
}
