// SPDX-License-Identifier: GPL-2.0-or-later
/* Acts in words. */
#include "net/act.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "net/firewall.h"
#include "net/have.h"

typedef void (*phrase_fn)(const struct net_act *act, char *text, size_t size);

static void phrase_create(const struct net_act *act, char *text, size_t size)
{
	const struct net_act_create *c = &act->create;

	switch (c->kind) {
	case NET_LINK_VLAN:
		snprintf(text, size, "create vlan %u on '%s'", c->vlan_id, c->parent);
		break;
	case NET_LINK_MACVLAN:
		snprintf(text, size, "create macvlan on '%s'", c->parent);
		break;
	case NET_LINK_VETH:
		snprintf(text, size, "create veth to '%s%s%s'", c->peer_netns ? c->peer_netns : "",
			c->peer_netns ? "/" : "", c->peer_name);
		break;
	case NET_LINK_DEVICE:
		break;
	}
}

static void phrase_name(const struct net_act *act, char *text, size_t size)
{
	snprintf(text, size, "%s", act->name);
}

static void phrase_altname(const struct net_act *act, char *text, size_t size)
{
	bool mark = strncmp(act->name, NET_MARK_PREFIX, strlen(NET_MARK_PREFIX)) == 0;

	snprintf(text, size, "%s %s", mark ? "mark" : "altname", act->name);
}

static void phrase_number(const struct net_act *act, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu32, act->number);
}

static void phrase_mtu(const struct net_act *act, char *text, size_t size)
{
	int used = snprintf(text, size, "%" PRIu32, act->mtu.bytes);

	if (act->mtu.below)
		snprintf(text + used, size - (size_t)used, " (more than the %" PRIu32 " of '%s')",
			act->mtu.below_bytes, act->mtu.below);
}

static void mac_format(const uint8_t *m, char *text, size_t size)
{
	snprintf(text, size, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
}

static void phrase_guards(const struct net_act *act, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < NET_GUARDS && used < size; i++)
		if (act->number & 1U << i)
			used += (size_t)snprintf(text + used, size - used, "%s%s = %d",
				used ? ", " : "", net_guards[i].leaf, net_guards[i].value);
}

static void phrase_mac(const struct net_act *act, char *text, size_t size)
{
	mac_format(act->mac, text, size);
}

static void phrase_address(const struct net_act *act, char *text, size_t size)
{
	char address[ADDRESS_TEXT_SIZE];

	snprintf(text, size, "%s%s", address_format(&act->address.address, true, address),
		act->address.retry ? " (duplicate address)" : "");
}

static void phrase_neighbour(const struct net_act *act, char *text, size_t size)
{
	char address[ADDRESS_TEXT_SIZE], mac[20];

	mac_format(act->neighbour.mac, mac, sizeof(mac));
	snprintf(text, size, "%s at %s", address_format(&act->neighbour.address, false, address),
		mac);
}

/* Appends " WORD VALUE" as far as there is room. */
static void append(char *text, size_t size, const char *word, const char *value)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, " %s %s", word, value);
}

static void append_via(char *text, size_t size, const struct address *via)
{
	char address[ADDRESS_TEXT_SIZE];

	if (via->family != AF_UNSPEC)
		append(text, size, "via", address_format(via, false, address));
}

/* "DESTINATION via A metric 7"; of several next hops each with its link: "DESTINATION metric 7 via A dev
 * eth0 and via B dev eth1". */
static void phrase_route(const struct net_act *act, char *text, size_t size)
{
	const struct net_act_route *r = &act->route;
	char number[16], address[ADDRESS_TEXT_SIZE];

	snprintf(text, size, "%s", address_format(&r->destination, true, address));
	if (!r->n_others)
		append_via(text, size, &r->via);
	snprintf(number, sizeof(number), "%" PRIu32, r->metric);
	if (r->metric)
		append(text, size, "metric", number);
	if (!r->n_others)
		return;
	append_via(text, size, &r->via);
	if (act->link)
		append(text, size, "dev", act->link);
	for (size_t i = 0; i < r->n_others; i++) {
		snprintf(text + strlen(text), size - strlen(text), " and");
		append_via(text, size, &r->others[i].via);
		if (r->others[i].dev)
			append(text, size, "dev", r->others[i].dev);
	}
}

static bool tells_its_links(const struct net_act *act)
{
	return (act->kind == NET_ACT_ROUTE_ADD || act->kind == NET_ACT_ROUTE_DELETE) &&
		act->route.n_others;
}

static void phrase_sysctl(const struct net_act *act, char *text, size_t size)
{
	snprintf(text, size, "%s = %s", act->sysctl.key, act->sysctl.value);
}

static void phrase_firewall(const struct net_act *act, char *text, size_t size)
{
	snprintf(text, size, NET_FIREWALL_FAMILY " %s", act->firewall.table);
}

/* "VERB DETAIL" is the phrase, "VERB DETAIL LINKING link" the text. */
static const struct {
	const char *name, *verb, *linking;
	phrase_fn detail;
} kinds[NET_ACT_KINDS] = {
	[NET_ACT_NETNS_CREATE] = { "netns_create", "create namespace", NULL, phrase_name },
	[NET_ACT_NETNS_DELETE] = { "netns_delete", "delete namespace", NULL, phrase_name },
	[NET_ACT_LINK_CREATE] = { "link_create", NULL, "as", phrase_create },
	[NET_ACT_LINK_DELETE] = { "link_delete", "delete", "link", NULL },
	[NET_ACT_LINK_MOVE_IN] = { "link_move_in", "move in device", "as", phrase_name },
	[NET_ACT_LINK_GIVE_BACK] = { "link_give_back", "give back device", "from", phrase_name },
	[NET_ACT_LINK_RENAME] = { "link_rename", "give name", "to", phrase_name },
	[NET_ACT_LINK_SET_UP] = { "link_set_up", "set up", "link", NULL },
	[NET_ACT_LINK_SET_DOWN] = { "link_set_down", "set down", "link", NULL },
	[NET_ACT_LINK_SET_ARP] = { "link_set_arp", "switch on arp", "of", NULL },
	[NET_ACT_LINK_SET_MTU] = { "link_set_mtu", "set mtu", "on", phrase_mtu },
	[NET_ACT_LINK_SET_MAC] = { "link_set_mac", "set mac", "on", phrase_mac },
	[NET_ACT_LINK_SET_ADDR_GEN_MODE] = { "link_set_addr_gen_mode", "set addr_gen_mode", "on",
		phrase_number },
	[NET_ACT_LINK_SET_GUARDS] = { "link_set_guards", "set ipv4", "on", phrase_guards },
	[NET_ACT_ALTNAME_ADD] = { "altname_add", "add", "to", phrase_altname },
	[NET_ACT_ALTNAME_DELETE] = { "altname_delete", "delete", "from", phrase_altname },
	[NET_ACT_ADDRESS_ADD] = { "address_add", "add address", "to", phrase_address },
	[NET_ACT_ADDRESS_DELETE] = { "address_delete", "delete address", "from", phrase_address },
	[NET_ACT_NEIGHBOUR_SET] = { "neighbour_set", "set neighbour", "on", phrase_neighbour },
	[NET_ACT_ROUTE_ADD] = { "route_add", "add route", "dev", phrase_route },
	[NET_ACT_ROUTE_DELETE] = { "route_delete", "delete route", "dev", phrase_route },
	[NET_ACT_SYSCTL_SET] = { "sysctl_set", "set", NULL, phrase_sysctl },
	[NET_ACT_FIREWALL_SET] = { "firewall_set", "set firewall", NULL, phrase_firewall },
	[NET_ACT_FIREWALL_DELETE] = { "firewall_delete", "delete firewall", NULL, phrase_firewall },
};

const char *net_act_name(enum net_act_kind kind)
{
	return kinds[kind].name;
}

const char *net_act_phrase(const struct net_act *act, char text[NET_ACT_TEXT_SIZE])
{
	const char *verb = kinds[act->kind].verb;
	size_t used = 0;

	text[0] = '\0';
	if (verb)
		used = (size_t)snprintf(text, NET_ACT_TEXT_SIZE, "%s", verb);
	if (verb && kinds[act->kind].detail)
		text[used++] = ' ';
	if (kinds[act->kind].detail)
		kinds[act->kind].detail(act, text + used, NET_ACT_TEXT_SIZE - used);
	return text;
}

const char *net_act_text(const struct net_act *act, char text[NET_ACT_TEXT_SIZE])
{
	size_t used = strlen(net_act_phrase(act, text));

	if (act->link && kinds[act->kind].linking && !tells_its_links(act))
		snprintf(text + used, NET_ACT_TEXT_SIZE - used, " %s %s", kinds[act->kind].linking,
			act->link);
	return text;
}

static const struct {
	bool structural;
	enum net_aspect aspect;
	bool disturbs;
} natures[NET_ACT_KINDS] = {
	[NET_ACT_NETNS_CREATE] = { true, NET_ASPECT_NETNS, false },
	[NET_ACT_NETNS_DELETE] = { true, NET_ASPECT_NETNS, true },
	[NET_ACT_LINK_CREATE] = { true, NET_ASPECT_LINK, false },
	[NET_ACT_LINK_DELETE] = { true, NET_ASPECT_LINK, true },
	[NET_ACT_LINK_MOVE_IN] = { true, NET_ASPECT_LINK, true },
	[NET_ACT_LINK_GIVE_BACK] = { true, NET_ASPECT_LINK, true },
	[NET_ACT_LINK_RENAME] = { true, NET_ASPECT_LINK, true },
	[NET_ACT_LINK_SET_UP] = { false, NET_ASPECT_LINK, false },
	[NET_ACT_LINK_SET_DOWN] = { false, NET_ASPECT_LINK, true },
	[NET_ACT_LINK_SET_ARP] = { false, NET_ASPECT_LINK, false },
	[NET_ACT_LINK_SET_MTU] = { false, NET_ASPECT_LINK, false },
	[NET_ACT_LINK_SET_MAC] = { false, NET_ASPECT_LINK, true },
	[NET_ACT_LINK_SET_ADDR_GEN_MODE] = { false, NET_ASPECT_LINK, false },
	[NET_ACT_LINK_SET_GUARDS] = { false, NET_ASPECT_LINK, false },
	[NET_ACT_ALTNAME_ADD] = { false, NET_ASPECT_LINK, false },
	[NET_ACT_ALTNAME_DELETE] = { false, NET_ASPECT_LINK, false },
	[NET_ACT_ADDRESS_ADD] = { false, NET_ASPECT_ADDRESS, false },
	[NET_ACT_ADDRESS_DELETE] = { false, NET_ASPECT_ADDRESS, true },
	[NET_ACT_NEIGHBOUR_SET] = { false, NET_ASPECT_UPLINK, false },
	[NET_ACT_ROUTE_ADD] = { false, NET_ASPECT_ADDRESS, false },
	[NET_ACT_ROUTE_DELETE] = { false, NET_ASPECT_ADDRESS, true },
	[NET_ACT_SYSCTL_SET] = { false, NET_ASPECT_NETNS, false },
	[NET_ACT_FIREWALL_SET] = { false, NET_ASPECT_NETNS, false },
	[NET_ACT_FIREWALL_DELETE] = { false, NET_ASPECT_NETNS, true },
};

bool net_act_is_structural(const struct net_act *act)
{
	return natures[act->kind].structural;
}

bool net_act_disturbs(const struct net_act *act)
{
	return natures[act->kind].disturbs;
}

bool net_act_is_retry(const struct net_act *act)
{
	return (act->kind == NET_ACT_ADDRESS_ADD || act->kind == NET_ACT_ADDRESS_DELETE) &&
		act->address.retry;
}

static bool is_uplink(const struct net_act *act)
{
	const char *link = act->link ? act->link : "";

	return strcmp(link, NET_UPLINK_INSIDE) == 0 ||
		(act->in_root && strncmp(link, NET_UPLINK_ROOT, 2) == 0 &&
			isdigit((unsigned char)link[2]));
}

enum net_aspect net_act_aspect(const struct net_act *act)
{
	return is_uplink(act) ? NET_ASPECT_UPLINK : natures[act->kind].aspect;
}
