// SPDX-License-Identifier: GPL-2.0-or-later
/* The have as a container. */
#include "net/have.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct net_have_netns *net_have_add_netns(struct net_have *have, const char *name)
{
	struct net_have_netns *netns = array_append(&have->netns, &have->n_netns);

	netns->name = xstrdup(name);
	return netns;
}

static int netns_compare(const void *a, const void *b)
{
	return strcmp(
		((const struct net_have_netns *)a)->name, ((const struct net_have_netns *)b)->name);
}

static int link_compare(const void *a, const void *b)
{
	return strcmp(
		((const struct net_have_link *)a)->name, ((const struct net_have_link *)b)->name);
}

void net_have_sort(struct net_have *have)
{
	if (have->root.n_links)
		qsort(have->root.links, have->root.n_links, sizeof(*have->root.links),
			link_compare);
	if (have->n_netns)
		qsort(have->netns, have->n_netns, sizeof(*have->netns), netns_compare);
}

const struct net_have_netns *net_have_find_netns(const struct net_have *have, const char *name)
{
	struct net_have_netns key = { .name = (char *)name };

	if (!have->n_netns)
		return NULL;
	return bsearch(&key, have->netns, have->n_netns, sizeof(key), netns_compare);
}

const struct net_have_link *net_have_find_link(const struct net_have_netns *netns, const char *name)
{
	for (size_t i = 0; i < netns->n_links; i++)
		if (strcmp(netns->links[i].name, name) == 0)
			return &netns->links[i];
	return NULL;
}

const struct net_have_link *net_have_find_ifindex(const struct net_have_netns *netns, int ifindex)
{
	for (size_t i = 0; i < netns->n_links; i++)
		if (netns->links[i].ifindex == ifindex)
			return &netns->links[i];
	return NULL;
}

void net_have_add_altname(struct net_have_netns *netns, int ifindex, const char *name)
{
	*array_append(&netns->altnames, &netns->n_altnames) =
		(struct net_have_altname){ ifindex, xstrdup(name) };
}

bool net_have_is_named(
	const struct net_have_netns *netns, const struct net_have_link *link, const char *name)
{
	if (strcmp(link->name, name) == 0)
		return true;
	for (size_t i = 0; i < netns->n_altnames; i++)
		if (netns->altnames[i].ifindex == link->ifindex &&
			strcmp(netns->altnames[i].name, name) == 0)
			return true;
	return false;
}

/* Sorted as they are by name, those of the root namespace cannot be sought by index. */
static const struct net_have_link *find_by_altname(
	const struct net_have_netns *netns, const char *name)
{
	for (size_t i = 0; i < netns->n_altnames; i++)
		if (strcmp(netns->altnames[i].name, name) == 0)
			return net_have_find_ifindex(netns, netns->altnames[i].ifindex);
	return NULL;
}

const struct net_have_link *net_have_find_root(const struct net_have *have, const char *name)
{
	const struct net_have_link *link = NULL;
	struct net_have_link key = { 0 };

	if (!have->root.n_links)
		return NULL;
	if (strlen(name) < sizeof(key.name)) {
		memcpy(key.name, name, strlen(name) + 1);
		link = bsearch(
			&key, have->root.links, have->root.n_links, sizeof(key), link_compare);
	}
	return link ? link : find_by_altname(&have->root, name);
}

bool net_have_is_device(const struct net_have_netns *netns, const struct net_have_link *link,
	const struct net_mark *mark, const struct net_want_link *device)
{
	const char *name = device->parent;

	return strcmp(mark->was.name, name) == 0 || net_have_is_named(netns, link, name) ||
		(mark->was.alias && mark->was.alias == net_mark_alias(name));
}

bool net_have_is_wanted_device(const struct net_have_netns *netns, const struct net_have_link *link,
	const struct net_mark *mark, const struct net_want_netns *want)
{
	for (size_t i = 0; i < want->n_links; i++)
		if (want->links[i].kind == NET_LINK_DEVICE &&
			net_have_is_device(netns, link, mark, &want->links[i]))
			return true;
	return false;
}

const struct net_have_link *net_have_find_device(const struct net_have *have,
	const struct net_want_link *device, const char *vrf, uint32_t owner)
{
	struct net_mark mark;

	for (size_t i = 0; i < have->root.n_links; i++) {
		const struct net_have_link *link = &have->root.links[i];

		if (net_mark_parse(link->mark, &mark) && mark.kind == NET_MARK_MOVED &&
			mark.owner == owner && strcmp(mark.vrf, vrf) == 0 &&
			net_have_is_device(&have->root, link, &mark, device))
			return link;
	}
	return net_have_find_root(have, device->parent);
}

const char *net_have_master_text(const struct net_have_netns *netns,
	const struct net_have_link *link, char text[2 * NET_IFNAME_SIZE])
{
	const struct net_have_link *master = net_have_find_ifindex(netns, link->master);

	snprintf(text, 2 * NET_IFNAME_SIZE, "%s %s",
		link->port_kind[0] ? link->port_kind : "device", master ? master->name : "?");
	return text;
}

bool net_have_link_is_ours(const struct net_have_link *link)
{
	return link->mark[0] || link->group == NET_LINK_GROUP;
}

void net_have_netns_clear(struct net_have_netns *netns)
{
	struct net_have_netns bare = { .name = netns->name, .standing = netns->standing };

	for (size_t i = 0; i < netns->n_sysctls; i++)
		free(netns->sysctls[i].value);
	for (size_t i = 0; i < netns->n_routes; i++)
		free(netns->routes[i].others);
	for (size_t i = 0; i < netns->n_altnames; i++)
		free(netns->altnames[i].name);
	free(netns->altnames);
	free(netns->sysctls);
	free(netns->links);
	free(netns->addresses);
	free(netns->routes);
	free(netns->discards);
	free(netns->rules);
	free(netns->neighbours);
	*netns = bare;
}

void net_have_destroy(struct net_have *have)
{
	if (!have)
		return;
	net_have_netns_clear(&have->root);
	for (size_t i = 0; i < have->n_netns; i++) {
		net_have_netns_clear(&have->netns[i]);
		free(have->netns[i].name);
	}
	free(have->netns);
	free(have);
}

bool net_links_are_pair(const struct net_have_link *a, const struct net_have_link *b)
{
	return a->lower == b->ifindex && b->lower == a->ifindex;
}
