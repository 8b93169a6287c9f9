// SPDX-License-Identifier: GPL-2.0-or-later
/* Edits that add things which are not ours. */
#pragma once

#include "lab.h"

__attribute__((format(printf, 4, 5))) static inline enum verdict add_foreign(
	struct lab *lab, const char *netns, const char *link, const char *format, ...)
{
	struct foreign *foreign = array_append(&lab->foreign, &lab->n_foreign);
	char text[256];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s ", *netns ? netns : "-");
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, sizeof(text) - used, format, args);
	va_end(args);
	foreign->line = xstrdup(text);
	foreign->netns = netns;
	snprintf(foreign->link, sizeof(foreign->link), "%s", link);
	tell(lab, "added: %s", text);
	return HARMLESS;
}

/* Where somebody may add something: inside, or in the root namespace. */
static inline void any_place(struct lab *lab, const char **netns, const char **link)
{
	const struct net_want_netns *inside = any_netns(lab);

	*netns = chance_draw(&lab->chance, 4) ? inside->name : "";
	*link = **netns ? any_name(lab, inside) : inside->has_uplink ? root_name(inside) : "trunk0";
}

static inline enum verdict foreign_address(struct lab *lab)
{
	char text[ADDRESS_TEXT_SIZE];
	const char *netns, *link;
	struct address address;
	unsigned int n = ++lab->serial % 250;

	any_place(lab, &netns, &link);
	snprintf(text, sizeof(text), "10.200.%u.1/24", n);
	if (draw(lab))
		snprintf(text, sizeof(text), "fd77:%u::1/64", n);
	address = world_address(text);
	if (nlops_address(netns, RTM_NEWADDR, link, &address) != 0)
		return IMPOSSIBLE;
	return add_foreign(
		lab, netns, link, "address %s %s", link, address_format(&address, true, text));
}

/* In the network of one of ours, and so its secondary. */
static inline enum verdict foreign_secondary(struct lab *lab)
{
	const struct net_want_netns *netns = any_netns(lab);
	const struct net_want_link *link = any_link(lab, netns);
	struct address address = link->addresses[0];
	char text[ADDRESS_TEXT_SIZE];

	if (address.family != AF_INET || address.prefix_length != 24)
		return IMPOSSIBLE;
	address.bytes[3] = (uint8_t)(10 + ++lab->serial % 200);
	if (nlops_address(netns->name, RTM_NEWADDR, link->name, &address) != 0)
		return IMPOSSIBLE;
	return add_foreign(lab, netns->name, link->name, "address %s %s", link->name,
		address_format(&address, true, text));
}

static inline enum verdict foreign_route(struct lab *lab)
{
	char text[ADDRESS_TEXT_SIZE];
	const char *netns, *link;
	struct address destination;
	bool ipv6 = draw(lab);
	unsigned int n = ++lab->serial % 250;

	any_place(lab, &netns, &link);
	snprintf(text, sizeof(text), "10.128.%u.0/24", n);
	if (ipv6)
		snprintf(text, sizeof(text), "fd78:%u::/64", n);
	destination = world_address(text);
	if (nlops_route(netns, RTM_NEWROUTE, &destination, link, 0) != 0)
		return IMPOSSIBLE;
	return add_foreign(lab, netns, link, "route %s via - dev %s metric %d",
		address_format(&destination, true, text), link, ipv6 ? 1024 : 0);
}

static inline enum verdict foreign_permanent_neighbour(struct lab *lab)
{
	char text[ADDRESS_TEXT_SIZE];
	const char *netns, *link;
	struct address address;

	any_place(lab, &netns, &link);
	snprintf(text, sizeof(text), "fd79::%u", ++lab->serial);
	address = world_address(text);
	if (nlops_neighbour(netns, RTM_NEWNEIGH, link, &address) != 0)
		return IMPOSSIBLE;
	return add_foreign(
		lab, netns, link, "neighbour %s %s", link, address_format(&address, true, text));
}

static inline enum verdict foreign_altname(struct lab *lab)
{
	const char *netns, *link;
	char name[32];

	any_place(lab, &netns, &link);
	snprintf(name, sizeof(name), "another-name-%u", ++lab->serial);
	if (nlops_altname(netns, RTM_NEWLINKPROP, link, name) != 0)
		return IMPOSSIBLE;
	return add_foreign(lab, netns, link, "altname %s %s", link, name);
}

static inline enum verdict foreign_link(struct lab *lab)
{
	char name[IF_NAMESIZE], peer[IF_NAMESIZE];
	const char *netns, *link;

	any_place(lab, &netns, &link);
	snprintf(name, sizeof(name), "x%u", ++lab->serial);
	snprintf(peer, sizeof(peer), "y%u", lab->serial);
	if (nlops_add_veth(netns, name, peer) != 0)
		return IMPOSSIBLE;
	return add_foreign(lab, netns, "", "link %s veth up mtu 1500 group 0", name);
}

static inline enum verdict foreign_macvlan(struct lab *lab)
{
	char name[IF_NAMESIZE];

	snprintf(name, sizeof(name), "x%u", ++lab->serial);
	if (nlops_add_macvlan("", name, "trunk0") != 0)
		return IMPOSSIBLE;
	return add_foreign(lab, "", "", "link %s macvlan up mtu 1500 group 0", name);
}

static inline enum verdict foreign_netns(struct lab *lab)
{
	char name[32];

	snprintf(name, sizeof(name), "foreign%u", ++lab->serial);
	nlops_add_netns(name);
	add_foreign(lab, "", "", "file %s", name);
	return nlops_set_up(name, "lo", true) == 0 ? HARMLESS : IMPOSSIBLE;
}

static inline enum verdict foreign_stale_file(struct lab *lab)
{
	char name[32], path[64];

	snprintf(name, sizeof(name), "stale%u", ++lab->serial);
	nlops_path(path, name);
	close(open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0));
	return add_foreign(lab, "", "", "file %s", name);
}
