// SPDX-License-Identifier: GPL-2.0-or-later
/* Edits that somebody may make to things of ours. Each tells what it did. */
#pragma once

#include "lab.h"

/* ---- tampering inside ---- */

static inline enum verdict link_down(struct lab *lab)
{
	const struct net_want_netns *netns = any_netns(lab);
	const char *name = chance_draw(&lab->chance, 8) ? any_name(lab, netns) : "lo";

	if (nlops_set_up(netns->name, name, false) != 0)
		return IMPOSSIBLE;
	tell(lab, "%s: %s set down", netns->name, name);
	return HARM;
}

static inline enum verdict link_delete(struct lab *lab)
{
	const struct net_want_netns *netns = any_netns(lab);
	const struct net_want_link *device = find_device(netns);
	const char *name = any_name(lab, netns);

	if (nlops_delete_link(netns->name, name) != 0)
		return IMPOSSIBLE;
	if (device && strcmp(name, device->name) == 0)
		plug_in(lab, device);
	touch(lab, netns, name);
	tell(lab, "%s: %s deleted", netns->name, name);
	return HARM;
}

static inline enum verdict link_rename(struct lab *lab)
{
	const struct net_want_netns *netns = any_netns(lab);
	const char *name = any_name(lab, netns);
	char other[IF_NAMESIZE];

	snprintf(other, sizeof(other), "z%u", ++lab->serial);
	if (nlops_rename(netns->name, name, other) != 0)
		return IMPOSSIBLE;
	touch(lab, netns, name);
	tell(lab, "%s: %s renamed to %s", netns->name, name, other);
	return HARM;
}

static inline enum verdict mark_removed(struct lab *lab)
{
	const struct net_want_netns *netns = any_netns(lab);
	const char *name = any_name(lab, netns);
	char mark[NET_MARK_SIZE];

	net_mark_link(mark, netns->name, name, net_mark_owner(lab->want.owner));
	if (nlops_altname(netns->name, RTM_DELLINKPROP, name, mark) != 0)
		return IMPOSSIBLE;
	tell(lab, "%s: mark of %s removed", netns->name, name);
	return HARM;
}

static inline enum verdict mtu_changed(struct lab *lab)
{
	static const uint32_t sizes[] = { 1300, 1280, 1279, 600 };
	const struct net_want_netns *netns = any_netns(lab);
	const struct net_want_link *link = any_link(lab, netns);
	bool root = netns->has_uplink && draw(lab);
	const char *name = root   ? root_name(netns)
		: link->mtu_bytes ? link->name
				  : NET_UPLINK_INSIDE;
	uint32_t mtu = sizes[chance_draw(&lab->chance, 4)];

	if (nlops_set_number(root ? "" : netns->name, name, IFLA_MTU, mtu) != 0)
		return IMPOSSIBLE;
	tell(lab, "%s: mtu %u on %s", netns->name, mtu, name);
	return HARM;
}

static inline enum verdict sysctl_changed(struct lab *lab)
{
	static const struct {
		const char *path, *value;
	} keys[] = {
		{ "/proc/sys/net/ipv4/ip_forward", "1" },
		{ "/proc/sys/net/ipv6/conf/all/forwarding", "1" },
	};
	const struct net_want_netns *netns = any_netns(lab);
	unsigned int i = chance_draw(&lab->chance, 2);

	if (nlops_sysctl(netns->name, keys[i].path, keys[i].value) != 0)
		return IMPOSSIBLE;
	tell(lab, "%s: %s = %s", netns->name, keys[i].path, keys[i].value);
	return HARM;
}

static inline enum verdict accept_ra_changed(struct lab *lab)
{
	const struct net_want_netns *netns = any_netns(lab);
	const char *name = any_name(lab, netns);
	char path[64];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/accept_ra", name);
	if (nlops_sysctl(netns->name, path, "2") != 0)
		return IMPOSSIBLE;
	tell(lab, "%s: %s accepts router advertisements", netns->name, name);
	return HARM;
}

static inline enum verdict wanted_sysctl_changed(struct lab *lab)
{
	const struct net_want_netns *netns = any_netns(lab);

	if (!netns->n_sysctls ||
		nlops_sysctl(netns->name, "/proc/sys/net/ipv4/conf/all/rp_filter", "0") != 0)
		return IMPOSSIBLE;
	tell(lab, "%s: rp_filter = 0", netns->name);
	return HARM;
}

static inline enum verdict address_delete(struct lab *lab)
{
	const struct net_want_netns *netns = any_netns(lab);
	const struct net_want_link *link = any_link(lab, netns);
	const struct address *address =
		&link->addresses[chance_draw(&lab->chance, (unsigned int)link->n_addresses)];
	char text[ADDRESS_TEXT_SIZE];

	if (nlops_address(netns->name, RTM_DELADDR, link->name, address) != 0)
		return IMPOSSIBLE;
	tell(lab, "%s: %s of %s deleted", netns->name, address_format(address, true, text),
		link->name);
	return HARM;
}

static inline enum verdict address_flush(struct lab *lab)
{
	const struct net_want_netns *netns = any_netns(lab);
	const struct net_want_link *link = any_link(lab, netns);
	bool any = false;

	for (size_t i = 0; i < link->n_addresses; i++)
		any = nlops_address(netns->name, RTM_DELADDR, link->name, &link->addresses[i]) ==
				0 ||
			any;
	if (!any)
		return IMPOSSIBLE;
	tell(lab, "%s: addresses of %s flushed", netns->name, link->name);
	return HARM;
}

static inline enum verdict route_delete(struct lab *lab)
{
	const struct net_want_netns *netns = any_netns(lab);
	const struct net_want_route *route;
	char text[ADDRESS_TEXT_SIZE];

	if (!netns->n_routes)
		return IMPOSSIBLE;
	route = &netns->routes[chance_draw(&lab->chance, (unsigned int)netns->n_routes)];
	if (nlops_route(netns->name, RTM_DELROUTE, &route->destination, NULL, route->metric) != 0)
		return IMPOSSIBLE;
	tell(lab, "%s: route %s deleted", netns->name,
		address_format(&route->destination, true, text));
	return HARM;
}

static inline enum verdict device_taken_out(struct lab *lab)
{
	const struct net_want_netns *netns = any_netns(lab);
	const struct net_want_link *device = find_device(netns);

	if (!device || nlops_move_out(netns->name, device->name) != 0)
		return IMPOSSIBLE;
	touch(lab, netns, device->name);
	tell(lab, "%s: device %s moved out", netns->name, device->name);
	return HARM;
}

static inline enum verdict netns_delete(struct lab *lab)
{
	const struct net_want_netns *netns = any_netns(lab);
	const struct net_want_link *device = find_device(netns);
	bool inside = device && nlops_ifindex(netns->name, device->name);
	bool leave_file = draw(lab);

	if (nlops_delete_netns(netns->name, leave_file) != 0)
		return IMPOSSIBLE;
	if (inside)
		plug_in(lab, device);
	touch(lab, netns, NULL);
	tell(lab, "%s: deleted%s", netns->name, leave_file ? ", a stale file left" : "");
	return HARM;
}

/* ---- tampering outside ---- */

static inline enum verdict root_down(struct lab *lab)
{
	const struct net_want_netns *netns = any_uplinked(lab);

	if (nlops_set_up("", root_name(netns), false) != 0)
		return IMPOSSIBLE;
	tell(lab, "%s set down", root_name(netns));
	return HARM;
}

static inline enum verdict root_delete(struct lab *lab)
{
	const struct net_want_netns *netns = any_uplinked(lab);

	if (nlops_delete_link("", root_name(netns)) != 0)
		return IMPOSSIBLE;
	touch(lab, netns, NET_UPLINK_INSIDE);
	tell(lab, "%s deleted", root_name(netns));
	return HARM;
}

static inline enum verdict root_rename(struct lab *lab)
{
	const struct net_want_netns *netns = any_uplinked(lab);
	char other[IF_NAMESIZE];

	snprintf(other, sizeof(other), "z%u", ++lab->serial);
	if (nlops_rename("", root_name(netns), other) != 0)
		return IMPOSSIBLE;
	touch(lab, netns, NET_UPLINK_INSIDE);
	tell(lab, "%s renamed to %s", root_name(netns), other);
	return HARM;
}

static inline enum verdict root_mark_removed(struct lab *lab)
{
	const struct net_want_netns *netns = any_uplinked(lab);
	char mark[NET_MARK_SIZE];

	net_mark_netns(mark, netns->name, net_mark_owner(lab->want.owner));
	if (nlops_altname("", RTM_DELLINKPROP, root_name(netns), mark) != 0)
		return IMPOSSIBLE;
	tell(lab, "mark of %s removed", root_name(netns));
	return HARM;
}

/* The address, or the permanent neighbour, of either end of an uplink. */
static inline enum verdict uplink_stripped(struct lab *lab)
{
	const struct net_want_netns *netns = any_uplinked(lab);
	bool root = draw(lab), neighbour = draw(lab);
	struct address ends[2];
	int ret;

	net_uplink_addresses(&lab->want.uplink_prefix, netns->id, &ends[0], &ends[1]);
	if (neighbour)
		ret = nlops_neighbour(root ? "" : netns->name, RTM_DELNEIGH,
			root ? root_name(netns) : NET_UPLINK_INSIDE, &ends[root]);
	else
		ret = nlops_address(root ? "" : netns->name, RTM_DELADDR,
			root ? root_name(netns) : NET_UPLINK_INSIDE, &ends[!root]);
	if (ret != 0)
		return IMPOSSIBLE;
	tell(lab, "%s: %s of the uplink's %s end deleted", netns->name,
		neighbour ? "neighbour" : "address", root ? "root" : "inner");
	return HARM;
}

static inline enum verdict trunk_flaps(struct lab *lab)
{
	assert_int_equal(nlops_set_up("", "trunk0", false), 0);
	assert_int_equal(nlops_set_up("", "trunk0", true), 0);
	tell(lab, "trunk0 set down and up");
	return EITHER;
}

static inline const char *any_outer(struct lab *lab)
{
	static const char *const outers[] = { "trunk0.100", "trunk0.200", "trunk0.200.30" };

	return outers[chance_draw(&lab->chance, 3)];
}

static inline void touch_vlans(struct lab *lab, const struct net_want_netns *netns)
{
	for (size_t i = 0; i < netns->n_links; i++)
		if (netns->links[i].n_tags > 1)
			touch_link(lab, netns->name, netns->links[i].name);
}

static inline enum verdict outer_delete(struct lab *lab)
{
	const char *name = any_outer(lab);

	if (!lab->vlans || nlops_delete_link("", name) != 0)
		return IMPOSSIBLE;
	for (size_t i = 0; i < lab->want.n_netns; i++)
		touch_vlans(lab, &lab->want.netns[i]);
	tell(lab, "%s deleted", name);
	return HARM;
}

static inline enum verdict outer_down(struct lab *lab)
{
	const char *name = any_outer(lab);

	if (!lab->vlans || nlops_set_up("", name, false) != 0)
		return IMPOSSIBLE;
	tell(lab, "%s set down", name);
	return HARM;
}
