// SPDX-License-Identifier: GPL-2.0-or-later
/* RTM_GETROUTE of single addresses, and what the answers say. */
#include "net/way.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/dump.h"
#include "net/gateway.h"
#include "net/mark.h"
#include "net/message.h"

#define HOPS_MAX       8
#define LO_IFINDEX     1
#define RTPROT_DAEMONS 8 /* from RTPROT_GATED on */

/* ---- the way that is wanted ---- */

struct hop {
	int ifindex; /* 0: not there */
	const char *dev;
	struct address via;
};

/* Next hops of the longest networks that hold the address, and the address to send from. */
struct wanted {
	struct hop hops[HOPS_MAX];
	size_t n_hops;
	int length;
	bool usable; /* one of their links has a carrier */
	bool own;    /* it is an address of the namespace itself */
	struct address source;
};

static bool same_host(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, address_size(a)) == 0;
}

static const struct net_want_netns *netns_of(const struct net_ways *ways)
{
	return &ways->want->netns[0];
}

static void wanted_add(const struct net_ways *ways, struct wanted *wanted, const char *dev,
	const struct address *via, int length)
{
	const struct net_link_state *link = dev ? net_netns_state_find(ways->state, dev) : NULL;

	if (length < wanted->length || !dev)
		return;
	if (length > wanted->length)
		wanted->n_hops = wanted->usable = 0;
	wanted->length = length;
	if (wanted->n_hops == HOPS_MAX)
		return;
	wanted->hops[wanted->n_hops++] = (struct hop){ link ? link->ifindex : 0, dev, *via };
	wanted->usable = wanted->usable || (link && link->up && link->carrier);
}

/* As the kernel would find it. */
static const char *dev_of(const struct net_ways *ways, const struct net_want_route *route)
{
	const struct net_want_netns *netns = netns_of(ways);
	const char *found = route->dev;
	int length = -1;

	for (size_t i = 0; !route->dev && i < netns->n_links; i++)
		for (size_t a = 0; a < netns->links[i].n_addresses; a++) {
			const struct address *own = &netns->links[i].addresses[a];

			if (address_in_network(own, &route->via) && own->prefix_length > length) {
				length = own->prefix_length;
				found = netns->links[i].name;
			}
		}
	return found;
}

static void wanted_add_networks(const struct net_ways *ways, const struct address *to,
	const struct net_want_link *link, struct wanted *wanted)
{
	static const struct address none = { .family = AF_UNSPEC };

	for (size_t i = 0; i < link->n_addresses; i++) {
		wanted->own = wanted->own || same_host(&link->addresses[i], to);
		if (address_in_network(&link->addresses[i], to))
			wanted_add(
				ways, wanted, link->name, &none, link->addresses[i].prefix_length);
	}
}

static void wanted_find(
	const struct net_ways *ways, const struct address *to, struct wanted *wanted)
{
	const struct net_want_netns *netns = netns_of(ways);
	struct address root[NET_UPLINK_FAMILIES], inside[NET_UPLINK_FAMILIES];
	struct net_want_link uplink = { .name = NET_UPLINK_INSIDE, .addresses = inside };

	*wanted = (struct wanted){ .length = -1 };
	for (size_t i = 0; i < netns->n_links; i++)
		wanted_add_networks(ways, to, &netns->links[i], wanted);
	if (netns->has_uplink)
		uplink.n_addresses = net_want_uplink_addresses(ways->want, netns->id, root, inside);
	wanted_add_networks(ways, to, &uplink, wanted);
	for (size_t i = 0; i < netns->n_routes; i++) {
		const struct net_want_route *route = &netns->routes[i];

		if (route->destination.family == to->family &&
			address_in_network(&route->destination, to))
			wanted_add(ways, wanted, dev_of(ways, route), &route->via,
				route->destination.prefix_length);
	}
}

/* The kernel takes the first of the link's that reaches the next hop, or else its first. */
static void source_find(
	const struct net_ways *ways, const struct address *to, struct wanted *wanted)
{
	const struct hop *hop = &wanted->hops[0];
	const struct net_link_state *link =
		wanted->n_hops ? net_netns_state_find(ways->state, hop->dev) : NULL;
	const struct address *next = wanted->n_hops && hop->via.family ? &hop->via : to;

	for (size_t i = 0; link && i < link->n_addresses; i++) {
		const struct net_link_address *own = &link->addresses[i];

		if (own->address.family != to->family || own->standing != NET_ADDRESS_USABLE)
			continue;
		if (address_in_network(&own->address, next)) {
			wanted->source = own->address;
			return;
		}
		if (!wanted->source.family)
			wanted->source = own->address;
	}
}

/* ---- the way that the kernel has ---- */

struct answer {
	bool given;
	int code; /* errno; 0: there is a way */
	uint8_t type, protocol;
	uint32_t table;
	struct address destination; /* of the route that it is by */
	struct hop hops[HOPS_MAX];
	size_t n_hops;
};

static struct nl_msg *request_create(const struct net_way *way, const struct address *source)
{
	int size = (int)address_size(&way->to);
	struct rtmsg info = {
		.rtm_family = way->to.family,
		.rtm_dst_len = (uint8_t)(size * 8),
		.rtm_src_len = (uint8_t)(source->family ? size * 8 : 0),
		.rtm_flags = RTM_F_FIB_MATCH,
	};
	struct nl_msg *message = nlmsg_alloc_simple(RTM_GETROUTE, 0);

	if (!message)
		abort();
	/* Otherwise IPv4 says that it is the main one. */
	if (way->to.family == AF_INET)
		info.rtm_flags |= RTM_F_LOOKUP_TABLE;
	nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put(message, RTA_DST, size, way->to.bytes);
	if (source->family)
		nla_put(message, RTA_SRC, size, source->bytes);
	return message;
}

static void address_store(
	struct address *address, uint8_t family, uint8_t length, struct nlattr *attribute)
{
	*address = (struct address){ .family = family, .prefix_length = length };
	if (attribute && (size_t)nla_len(attribute) == address_size(address))
		memcpy(address->bytes, nla_data(attribute), address_size(address));
}

static void hop_store(struct answer *answer, uint8_t family, int ifindex, struct nlattr *gateway)
{
	struct hop *hop = &answer->hops[answer->n_hops];

	if (answer->n_hops == HOPS_MAX)
		return;
	answer->n_hops++;
	*hop = (struct hop){ .ifindex = ifindex };
	if (gateway)
		address_store(&hop->via, family, family == AF_INET ? 32 : 128, gateway);
}

static void hops_store(struct answer *answer, uint8_t family, struct nlattr *attribute)
{
	struct rtnexthop *next = nla_data(attribute);
	int rest = nla_len(attribute);

	for (; RTNH_OK(next, rest); rest -= RTNH_ALIGN(next->rtnh_len), next = RTNH_NEXT(next)) {
		struct nlattr *a[RTA_MAX + 1];

		if (nla_parse(a, RTA_MAX, (void *)RTNH_DATA(next),
			    next->rtnh_len - (int)sizeof(*next), NULL) < 0)
			return;
		hop_store(answer, family, next->rtnh_ifindex, a[RTA_GATEWAY]);
	}
}

static void answer_store(const struct nlmsghdr *header, int code, size_t at, void *data)
{
	struct answer *answer = &((struct answer *)data)[at];
	const struct rtmsg *info = nlmsg_data(header);
	struct nlattr *a[RTA_MAX + 1];

	answer->code = code;
	answer->given = code;
	if (code || header->nlmsg_type != RTM_NEWROUTE ||
		!net_message_parse(header, sizeof(*info), a, RTA_MAX))
		return;
	answer->given = true;
	answer->type = info->rtm_type;
	answer->protocol = info->rtm_protocol;
	answer->table = a[RTA_TABLE] ? nla_get_u32(a[RTA_TABLE]) : info->rtm_table;
	address_store(&answer->destination, info->rtm_family, info->rtm_dst_len, a[RTA_DST]);
	if (a[RTA_OIF])
		hop_store(answer, info->rtm_family, nla_get_s32(a[RTA_OIF]), a[RTA_GATEWAY]);
	if (a[RTA_MULTIPATH])
		hops_store(answer, info->rtm_family, a[RTA_MULTIPATH]);
}

/* ---- who is to blame ---- */

/* Read when the first way is found astray. */
struct blame {
	struct net_channel *channel;
	struct net_have_netns rules;
	struct net_have_netns discards;
	bool rules_read, discards_read, objects_read;
};

static void blame_finish(struct blame *blame)
{
	net_have_netns_clear(&blame->rules);
	net_have_netns_clear(&blame->discards);
}

static bool rule_selects(
	const struct net_have_rule *rule, const struct address *to, const struct address *source)
{
	bool selects = (!rule->to.family || address_in_network(&rule->to, to)) &&
		(!rule->from.family || (source->family && address_in_network(&rule->from, source)));

	return rule->family == to->family && net_rule_is_foreign(rule) && selects != rule->inverted;
}

static bool rule_discards(const struct net_have_rule *rule, int code)
{
	return (rule->action == FR_ACT_BLACKHOLE && code == EINVAL) ||
		(rule->action == FR_ACT_UNREACHABLE &&
			(code == ENETUNREACH || code == EHOSTUNREACH)) ||
		(rule->action == FR_ACT_PROHIBIT && code == EACCES);
}

/* table 0: one that discards with that errno. */
static const struct net_have_rule *rule_find(struct blame *blame, const struct address *to,
	const struct address *source, uint32_t table, int code)
{
	const struct net_have_rule *found = NULL;

	if (!blame->rules_read)
		(void)net_dump_rules(blame->channel, &blame->rules, NULL);
	blame->rules_read = true;
	for (size_t i = 0; i < blame->rules.n_rules; i++) {
		const struct net_have_rule *rule = &blame->rules.rules[i];
		bool fits = table ? rule->action == FR_ACT_TO_TBL && rule->table == table
				  : rule_discards(rule, code);

		if (fits && rule_selects(rule, to, source) &&
			(!found || rule->priority < found->priority))
			found = rule;
	}
	return found;
}

static void discards_read(struct blame *blame)
{
	static const uint8_t types[] = { RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT };

	for (size_t i = 0; !blame->discards_read && i < sizeof(types); i++) {
		(void)net_dump_discards(blame->channel, AF_INET, types[i], &blame->discards, NULL);
		(void)net_dump_discards(blame->channel, AF_INET6, types[i], &blame->discards, NULL);
	}
	blame->discards_read = true;
}

static bool discard_fits(const struct net_have_discard *discard, int code)
{
	return (discard->type == RTN_BLACKHOLE && code == EINVAL) ||
		(discard->type == RTN_UNREACHABLE && code == EHOSTUNREACH) ||
		(discard->type == RTN_PROHIBIT && code == EACCES);
}

static const struct net_have_discard *discard_look(
	const struct blame *blame, const struct address *to, int code)
{
	const struct net_have_discard *found = NULL;

	for (size_t i = 0; i < blame->discards.n_discards; i++) {
		const struct net_have_discard *discard = &blame->discards.discards[i];

		if (discard->destination.family == to->family &&
			address_in_network(&discard->destination, to) &&
			net_discard_is_foreign(discard) && discard_fits(discard, code) &&
			(!found ||
				discard->destination.prefix_length >
					found->destination.prefix_length))
			found = discard;
	}
	return found;
}

/* One by a next-hop object that discards is a unicast one to the kernel's filter: it is looked for among all. */
static const struct net_have_discard *discard_find(
	struct blame *blame, const struct address *to, int code)
{
	const struct net_have_discard *found;

	discards_read(blame);
	found = discard_look(blame, to, code);
	if (found || code != EINVAL || blame->objects_read)
		return found;
	blame->objects_read = true;
	(void)net_dump_discards(blame->channel, AF_INET, RTN_UNICAST, &blame->discards, NULL);
	(void)net_dump_discards(blame->channel, AF_INET6, RTN_UNICAST, &blame->discards, NULL);
	return discard_look(blame, to, code);
}

static const char *name_of(const struct net_ways *ways, int ifindex)
{
	for (size_t i = 0; i < ways->state->n_links; i++)
		if (ways->state->links[i].ifindex == ifindex)
			return ways->state->links[i].name;
	return ifindex == LO_IFINDEX ? "lo" : "a foreign link";
}

__attribute__((format(printf, 2, 3))) static void text_add(
	char text[NET_WAY_TEXT_SIZE], const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, NET_WAY_TEXT_SIZE - used, format, args);
	va_end(args);
}

/* Of a network nothing is told that discards but a part of it. */
static void tell_discarded(
	struct net_way *way, const struct address *source, int code, struct blame *blame)
{
	const struct net_have_rule *rule = rule_find(blame, &way->to, source, 0, code);
	const struct net_have_discard *discard = rule ? NULL : discard_find(blame, &way->to, code);
	const struct address *network = rule ? &rule->to : discard ? &discard->destination : NULL;
	char text[NET_WAY_TEXT_SIZE];

	if (way->kind == NET_WAY_ROUTE && network && network->family &&
		network->prefix_length > way->to.prefix_length) {
		way->astray = false;
		return;
	}

	snprintf(way->why, sizeof(way->why), "%s",
		code == EINVAL            ? "discarded"
			: code == EACCES  ? "prohibited"
			: rule || discard ? "unreachable"
					  : "no route");
	if (rule)
		text_add(way->why, " by foreign rule '%s'", net_rule_text(rule, text));
	else if (discard)
		text_add(way->why, " by foreign route '%s'", net_discard_text(discard, text));
}

static void tell_elsewhere(const struct net_ways *ways, struct net_way *way,
	const struct wanted *wanted, const struct answer *answer, const struct hop *hop,
	struct blame *blame)
{
	bool other_link = strcmp(wanted->hops[0].dev, name_of(ways, hop->ifindex)) != 0;
	const struct net_have_rule *rule = answer->table != RT_TABLE_MAIN
		? rule_find(blame, &way->to, &wanted->source, answer->table, 0)
		: NULL;
	char address[ADDRESS_TEXT_SIZE], text[NET_WAY_TEXT_SIZE];

	if (answer->type == RTN_LOCAL) {
		snprintf(way->why, sizeof(way->why), "is a foreign address of '%s'",
			name_of(ways, hop->ifindex));
		return;
	}
	snprintf(way->why, sizeof(way->why), "sent by '%s'", name_of(ways, hop->ifindex));
	if (hop->via.family && !other_link)
		text_add(way->why, " via %s", address_format(&hop->via, false, address));
	if (other_link)
		text_add(way->why, ", not by '%s'", wanted->hops[0].dev);
	if (answer->protocol == RTPROT_RA)
		text_add(way->why, ": the router advertises itself (accept_ra)");
	else
		text_add(way->why, ": foreign route '%s'",
			answer->destination.prefix_length
				? address_format(&answer->destination, true, address)
				: "default");
	if (rule)
		text_add(way->why, " by rule '%s'", net_rule_text(rule, text));
}

/* ---- both ---- */

/* Where a route is missing the kernel says that the network is not reachable. */
static bool is_discarded(int code)
{
	return code == EINVAL || code == EACCES || code == EHOSTUNREACH;
}

static const struct hop *wanted_hop(const struct wanted *wanted, const struct hop *hop)
{
	for (size_t i = 0; i < wanted->n_hops; i++)
		if (wanted->hops[i].ifindex == hop->ifindex)
			return &wanted->hops[i];
	return NULL;
}

static bool wants_via(const struct wanted *wanted, const struct address *via)
{
	for (size_t i = 0; i < wanted->n_hops; i++)
		if (wanted->hops[i].via.family && same_host(&wanted->hops[i].via, via))
			return true;
	return false;
}

/* A router advertises itself by its link-local address: it is the one that is wanted where it has its hardware one. */
static bool is_same_router(const struct wanted *wanted, const struct hop *hop, struct blame *blame)
{
	uint8_t mac[6], other[6];

	if (wants_via(wanted, &hop->via))
		return true;
	if (!net_gateway_mac(blame->channel, hop->ifindex, &hop->via, mac))
		return false;
	for (size_t i = 0; i < wanted->n_hops; i++)
		if (wanted->hops[i].via.family && wanted->hops[i].ifindex == hop->ifindex &&
			net_gateway_mac(
				blame->channel, hop->ifindex, &wanted->hops[i].via, other) &&
			memcmp(mac, other, sizeof(mac)) == 0)
			return true;
	return false;
}

/* What routers tell each other goes by any interface that the config has. */
static bool is_by_daemon(const struct net_ways *ways, const struct answer *answer, int ifindex)
{
	const struct net_want_netns *netns = netns_of(ways);
	uint8_t protocol = answer->protocol;

	if (protocol < RTPROT_DAEMONS || protocol == RTPROT_RA || protocol == RTPROT_DHCP ||
		protocol == NET_PROTOCOL)
		return false;
	for (size_t i = 0; i < netns->n_links; i++)
		if (strcmp(netns->links[i].name, name_of(ways, ifindex)) == 0)
			return true;
	return false;
}

static bool hop_strays(const struct net_ways *ways, const struct net_way *way,
	const struct wanted *wanted, const struct answer *answer, const struct hop *hop,
	struct blame *blame)
{
	if (!wanted_hop(wanted, hop))
		return !is_by_daemon(ways, answer, hop->ifindex);
	if (answer->protocol == RTPROT_RA)
		return hop->via.family && !is_same_router(wanted, hop, blame);
	if (way->kind == NET_WAY_ROUTE)
		return hop->via.family && !wants_via(wanted, &hop->via) &&
			!is_by_daemon(ways, answer, hop->ifindex);
	return way->kind == NET_WAY_NEIGHBOUR && hop->via.family && !same_host(&hop->via, &way->to);
}

static void way_judge(const struct net_ways *ways, struct net_way *way, const struct wanted *wanted,
	const struct answer *answer, struct blame *blame)
{
	bool whole = answer->code ||
		(way->kind == NET_WAY_DEFAULT ? answer->destination.prefix_length <= 1
					      : way->kind != NET_WAY_ROUTE ||
					answer->destination.prefix_length <= way->to.prefix_length);

	if (!answer->given || !whole || wanted->own || (wanted->n_hops && !wanted->usable))
		return;
	way->known = wanted->n_hops;
	if (answer->code) {
		way->astray = is_discarded(answer->code) ||
			(wanted->n_hops && answer->code == ENETUNREACH);
		if (way->astray)
			tell_discarded(way, &wanted->source, answer->code, blame);
		return;
	}
	if (answer->type != RTN_UNICAST && answer->type != RTN_LOCAL)
		return;
	for (size_t i = 0; wanted->n_hops && !way->astray && i < answer->n_hops; i++) {
		const struct hop *hop = &answer->hops[i];

		way->astray = answer->type == RTN_LOCAL ||
			hop_strays(ways, way, wanted, answer, hop, blame);
		if (way->astray)
			tell_elsewhere(ways, way, wanted, answer, hop, blame);
	}
}

static int read_some(struct net_channel *channel, struct net_ways *ways, size_t from, size_t count,
	struct blame *blame, struct error *err)
{
	struct wanted wanted[NET_CHANNEL_ASK_MAX];
	struct answer answers[NET_CHANNEL_ASK_MAX] = { 0 };
	struct net_batch batch = { 0 };
	int ret;

	for (size_t i = 0; i < count; i++) {
		struct net_way *way = &ways->items[from + i];
		struct nl_msg *request;

		way->known = way->astray = false;
		wanted_find(ways, &way->to, &wanted[i]);
		source_find(ways, &way->to, &wanted[i]);
		request = request_create(way, &wanted[i].source);
		net_batch_add(&batch, request);
		nlmsg_free(request);
	}
	ret = net_channel_ask(channel, &batch, answer_store, answers, err);
	for (size_t i = 0; ret == 0 && i < count; i++)
		way_judge(ways, &ways->items[from + i], &wanted[i], &answers[i], blame);
	net_batch_finish(&batch);
	return ret;
}

int net_ways_read(struct net_channel *channel, struct net_ways *ways, struct error *err)
{
	cleanup(blame_finish) struct blame blame = { .channel = channel };
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < ways->count; i += NET_CHANNEL_ASK_MAX) {
		size_t rest = ways->count - i;

		ret = read_some(channel, ways, i,
			rest < NET_CHANNEL_ASK_MAX ? rest : NET_CHANNEL_ASK_MAX, &blame, err);
	}
	return ret;
}

/* ---- foreign rules and routes ---- */

bool net_rule_is_foreign(const struct net_have_rule *rule)
{
	return rule->protocol != RTPROT_KERNEL;
}

bool net_discard_is_foreign(const struct net_have_discard *discard)
{
	return discard->protocol != RTPROT_KERNEL && discard->protocol != NET_PROTOCOL;
}

static void text_add_network(
	char text[NET_WAY_TEXT_SIZE], const char *word, const struct address *network)
{
	char address[ADDRESS_TEXT_SIZE];
	bool host = network->prefix_length == address_size(network) * 8;

	text_add(text, " %s %s", word, address_format(network, !host, address));
}

static void text_add_action(char text[NET_WAY_TEXT_SIZE], const struct net_have_rule *rule)
{
	static const char *const actions[] = { [FR_ACT_BLACKHOLE] = "blackhole",
		[FR_ACT_UNREACHABLE] = "unreachable",
		[FR_ACT_PROHIBIT] = "prohibit",
		[FR_ACT_GOTO] = "goto",
		[FR_ACT_NOP] = "nop" };
	const char *action =
		rule->action < sizeof(actions) / sizeof(*actions) ? actions[rule->action] : NULL;

	if (rule->action == FR_ACT_TO_TBL && rule->table == RT_TABLE_MAIN)
		text_add(text, " lookup main");
	else if (rule->action == FR_ACT_TO_TBL)
		text_add(text, " lookup %" PRIu32, rule->table);
	else
		text_add(text, " %s", action ? action : "with an unknown action");
}

const char *net_rule_text(const struct net_have_rule *rule, char text[NET_WAY_TEXT_SIZE])
{
	snprintf(text, NET_WAY_TEXT_SIZE, "%" PRIu32 ":%s", rule->priority,
		rule->inverted ? " not" : "");
	if (rule->from.family)
		text_add_network(text, "from", &rule->from);
	else
		text_add(text, " from all");
	if (rule->to.family)
		text_add_network(text, "to", &rule->to);
	if (rule->iif[0])
		text_add(text, " iif %s", rule->iif);
	if (rule->oif[0])
		text_add(text, " oif %s", rule->oif);
	if (rule->selects_more)
		text_add(text, " ...");
	text_add_action(text, rule);
	if (rule->family == AF_INET6 && !rule->from.family && !rule->to.family)
		text_add(text, " (IPv6)");
	return text;
}

const char *net_discard_text(const struct net_have_discard *discard, char text[NET_WAY_TEXT_SIZE])
{
	char address[ADDRESS_TEXT_SIZE];

	snprintf(text, NET_WAY_TEXT_SIZE, "%s %s",
		discard->type == RTN_BLACKHOLE          ? "blackhole"
			: discard->type == RTN_PROHIBIT ? "prohibit"
							: "unreachable",
		address_format(&discard->destination, true, address));
	if (discard->table != RT_TABLE_MAIN)
		text_add(text, " table %" PRIu32, discard->table);
	if (discard->metric &&
		!(discard->destination.family == AF_INET6 && discard->metric == 1024))
		text_add(text, " metric %" PRIu32, discard->metric);
	if (discard->nexthop)
		text_add(text, " nhid %" PRIu32, discard->nexthop);
	return text;
}
