// SPDX-License-Identifier: GPL-2.0-or-later
/* Acts in words: for people only. */
#include "net/act.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "net/firewall.h"
#include "net/have.h"
#include "net/link.h"

typedef void (*phrase_fn)(const struct net_act *act, char *text, size_t size);

static void phrase_create(const struct net_act *act, char *text, size_t size)
{
	const struct net_link_type *type = net_link_type(act->create.kind);

	if (type->phrase)
		type->phrase(&act->create, text, size);
	else
		snprintf(text, size, "%s", type->word);
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

	if (act->mtu.below[0])
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
	if (act->link[0])
		append(text, size, "dev", act->link);
	for (size_t i = 0; i < r->n_others; i++) {
		snprintf(text + strlen(text), size - strlen(text), " and");
		append_via(text, size, &r->others[i].via);
		if (r->others[i].dev[0])
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
	const char *verb, *linking;
	phrase_fn detail;
} kinds[NET_ACT_KINDS] = {
	[NET_ACT_NETNS_CREATE] = { "create namespace", NULL, phrase_name },
	[NET_ACT_NETNS_DELETE] = { "delete namespace", NULL, phrase_name },
	[NET_ACT_LINK_CREATE] = { "create", "as", phrase_create },
	[NET_ACT_LINK_DELETE] = { "delete", "link", NULL },
	[NET_ACT_LINK_MOVE_IN] = { "move in device", "as", phrase_name },
	[NET_ACT_LINK_GIVE_BACK] = { "give back device", "from", phrase_name },
	[NET_ACT_LINK_RENAME] = { "give name", "to", phrase_name },
	[NET_ACT_LINK_SET_UP] = { "set up", "link", NULL },
	[NET_ACT_LINK_SET_DOWN] = { "set down", "link", NULL },
	[NET_ACT_LINK_SET_ARP] = { "switch on arp", "of", NULL },
	[NET_ACT_LINK_RELEASE] = { "take out of", "link", phrase_name },
	[NET_ACT_LINK_SET_MTU] = { "set mtu", "on", phrase_mtu },
	[NET_ACT_LINK_SET_MAC] = { "set mac", "on", phrase_mac },
	[NET_ACT_LINK_SET_ADDR_GEN_MODE] = { "set addr_gen_mode", "on", phrase_number },
	[NET_ACT_LINK_SET_GUARDS] = { "set ipv4", "on", phrase_guards },
	[NET_ACT_ALTNAME_ADD] = { "add", "to", phrase_altname },
	[NET_ACT_ALTNAME_DELETE] = { "delete", "from", phrase_altname },
	[NET_ACT_ADDRESS_ADD] = { "add address", "to", phrase_address },
	[NET_ACT_ADDRESS_DELETE] = { "delete address", "from", phrase_address },
	[NET_ACT_NEIGHBOUR_SET] = { "set neighbour", "on", phrase_neighbour },
	[NET_ACT_ROUTE_ADD] = { "add route", "dev", phrase_route },
	[NET_ACT_ROUTE_DELETE] = { "delete route", "dev", phrase_route },
	[NET_ACT_SYSCTL_SET] = { "set", NULL, phrase_sysctl },
	[NET_ACT_FIREWALL_SET] = { "set firewall", NULL, phrase_firewall },
	[NET_ACT_FIREWALL_DELETE] = { "delete firewall", NULL, phrase_firewall },
};

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

	if (act->link[0] && kinds[act->kind].linking && !tells_its_links(act))
		snprintf(text + used, NET_ACT_TEXT_SIZE - used, " %s %s", kinds[act->kind].linking,
			act->link);
	return text;
}
