// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables, chains and rules as messages of nfnetlink. */
#include "net/rules.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "net/firewall_kernel.h"

/* ---- messages ---- */

/* libnl fails here for want of memory only. */
static void need(bool done)
{
	if (!done)
		abort();
}

static void put(struct net_rules *rules, int attribute, const void *data, size_t size)
{
	rules->hash = hash_bytes(rules->hash, data, size);
	if (rules->message)
		need(nla_put(rules->message, attribute, (int)size, data) == 0);
}

static void put_u32(struct net_rules *rules, int attribute, uint32_t value)
{
	value = htonl(value);
	put(rules, attribute, &value, sizeof(value));
}

static void put_string(struct net_rules *rules, int attribute, const char *text)
{
	put(rules, attribute, text, strlen(text) + 1);
}

static struct nlattr *nest(struct net_rules *rules, int attribute)
{
	struct nlattr *start;

	if (!rules->message)
		return NULL;
	start = nla_nest_start(rules->message, attribute);
	need(start);
	return start;
}

static void nest_end(struct net_rules *rules, struct nlattr *start)
{
	if (rules->message)
		nla_nest_end(rules->message, start);
}

static void message_begin(
	struct net_rules *rules, uint16_t type, uint16_t flags, uint8_t family, uint16_t resource)
{
	struct nfgenmsg header = {
		.nfgen_family = family,
		.version = NFNETLINK_V0,
		.res_id = htons(resource),
	};

	if (!rules->message)
		return;
	*nlmsg_hdr(rules->message) = (struct nlmsghdr){
		.nlmsg_len = NLMSG_HDRLEN,
		.nlmsg_type = type,
		.nlmsg_flags = flags,
	};
	need(nlmsg_append(rules->message, &header, sizeof(header), NLMSG_ALIGNTO) == 0);
}

static void table_message_begin(
	struct net_rules *rules, enum nf_tables_msg_types type, uint16_t flags)
{
	message_begin(rules, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, NFPROTO_INET, 0);
}

static void message_end(struct net_rules *rules)
{
	if (rules->message)
		net_batch_add(rules->batch, rules->message);
}

static void write_bracket(struct net_rules *rules, uint16_t type)
{
	message_begin(rules, type, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	message_end(rules);
}

static void write_table(struct net_rules *rules, enum nf_tables_msg_types type, uint16_t flags)
{
	table_message_begin(rules, type, flags);
	put_string(rules, NFTA_TABLE_NAME, rules->table);
	message_end(rules);
}

void net_rules_begin(struct net_rules *rules, struct net_batch *batch, const char *table,
	bool replace, uint32_t owner)
{
	*rules = (struct net_rules){ .batch = batch, .table = table, .owner = owner };
	if (batch) {
		rules->message = nlmsg_alloc();
		need(rules->message);
	}
	write_bracket(rules, NFNL_MSG_BATCH_BEGIN);
	if (replace)
		write_table(rules, NFT_MSG_DELTABLE, 0);
	write_table(rules, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
}

void net_rules_end(struct net_rules *rules)
{
	write_bracket(rules, NFNL_MSG_BATCH_END);
	if (rules->message)
		nlmsg_free(rules->message);
}

void net_rules_chain(
	struct net_rules *rules, const char *name, uint32_t hook, int32_t priority, uint32_t policy)
{
	struct nlattr *start;

	rules->hash = HASH_BASIS;
	table_message_begin(rules, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	put_string(rules, NFTA_CHAIN_TABLE, rules->table);
	put_string(rules, NFTA_CHAIN_NAME, name);
	start = nest(rules, NFTA_CHAIN_HOOK);
	put_u32(rules, NFTA_HOOK_HOOKNUM, hook);
	put_u32(rules, NFTA_HOOK_PRIORITY, (uint32_t)priority);
	nest_end(rules, start);
	put_u32(rules, NFTA_CHAIN_POLICY, policy);
	put_string(rules, NFTA_CHAIN_TYPE, "filter");
	message_end(rules);
	rules->chain = name;
	rules->chain_hash = rules->hash;
}

/* ---- expressions: each loads register 1, works on it, or compares it ---- */

struct expression {
	struct nlattr *element, *data;
};

static void rule_begin(struct net_rules *rules)
{
	if (rules->in_rule)
		return;
	rules->in_rule = true;
	rules->hash = rules->chain_hash;
	table_message_begin(rules, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	put_string(rules, NFTA_RULE_TABLE, rules->table);
	put_string(rules, NFTA_RULE_CHAIN, rules->chain);
	rules->expressions = nest(rules, NFTA_RULE_EXPRESSIONS);
}

static struct expression expression_begin(struct net_rules *rules, const char *name)
{
	struct expression expression;

	rule_begin(rules);
	expression.element = nest(rules, NFTA_LIST_ELEM);
	put_string(rules, NFTA_EXPR_NAME, name);
	expression.data = nest(rules, NFTA_EXPR_DATA);
	return expression;
}

static void expression_end(struct net_rules *rules, const struct expression *expression)
{
	nest_end(rules, expression->data);
	nest_end(rules, expression->element);
}

static void put_value(struct net_rules *rules, int attribute, const void *value, size_t size)
{
	struct nlattr *start = nest(rules, attribute);

	put(rules, NFTA_DATA_VALUE, value, size);
	nest_end(rules, start);
}

static void load_meta(struct net_rules *rules, enum nft_meta_keys key)
{
	struct expression e = expression_begin(rules, "meta");

	put_u32(rules, NFTA_META_DREG, NFT_REG_1);
	put_u32(rules, NFTA_META_KEY, key);
	expression_end(rules, &e);
}

static void load_payload(
	struct net_rules *rules, enum nft_payload_bases base, uint32_t offset, size_t size)
{
	struct expression e = expression_begin(rules, "payload");

	put_u32(rules, NFTA_PAYLOAD_DREG, NFT_REG_1);
	put_u32(rules, NFTA_PAYLOAD_BASE, base);
	put_u32(rules, NFTA_PAYLOAD_OFFSET, offset);
	put_u32(rules, NFTA_PAYLOAD_LEN, (uint32_t)size);
	expression_end(rules, &e);
}

static void load_connection_state(struct net_rules *rules)
{
	struct expression e = expression_begin(rules, "ct");

	put_u32(rules, NFTA_CT_DREG, NFT_REG_1);
	put_u32(rules, NFTA_CT_KEY, NFT_CT_STATE);
	expression_end(rules, &e);
}

static void mask(struct net_rules *rules, const void *bits, size_t size)
{
	static const uint8_t zero[16];
	struct expression e = expression_begin(rules, "bitwise");

	put_u32(rules, NFTA_BITWISE_SREG, NFT_REG_1);
	put_u32(rules, NFTA_BITWISE_DREG, NFT_REG_1);
	put_u32(rules, NFTA_BITWISE_LEN, (uint32_t)size);
	put_value(rules, NFTA_BITWISE_MASK, bits, size);
	put_value(rules, NFTA_BITWISE_XOR, zero, size);
	expression_end(rules, &e);
}

static void compare(
	struct net_rules *rules, enum nft_cmp_ops operation, const void *value, size_t size)
{
	struct expression e = expression_begin(rules, "cmp");

	put_u32(rules, NFTA_CMP_SREG, NFT_REG_1);
	put_u32(rules, NFTA_CMP_OP, operation);
	put_value(rules, NFTA_CMP_DATA, value, size);
	expression_end(rules, &e);
}

static void decide(struct net_rules *rules, uint32_t verdict)
{
	struct expression e = expression_begin(rules, "immediate");
	struct nlattr *data, *start;

	put_u32(rules, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = nest(rules, NFTA_IMMEDIATE_DATA);
	start = nest(rules, NFTA_DATA_VERDICT);
	put_u32(rules, NFTA_VERDICT_CODE, verdict);
	nest_end(rules, start);
	nest_end(rules, data);
	expression_end(rules, &e);
}

/* An expression without data. */
static void leave_untracked(struct net_rules *rules)
{
	struct nlattr *element;

	rule_begin(rules);
	element = nest(rules, NFTA_LIST_ELEM);
	put_string(rules, NFTA_EXPR_NAME, "notrack");
	nest_end(rules, element);
}

/* ---- matches ---- */

static void match_byte(struct net_rules *rules, enum nft_meta_keys key, uint8_t value)
{
	load_meta(rules, key);
	compare(rules, NFT_CMP_EQ, &value, sizeof(value));
}

static void match_family(struct net_rules *rules, int family)
{
	match_byte(rules, NFT_META_NFPROTO, family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
}

void net_rule_match_interface(
	struct net_rules *rules, enum net_rule_side side, const char *ifname, bool other)
{
	char name[IFNAMSIZ] = "";

	memcpy(name, ifname, strnlen(ifname, sizeof(name) - 1));
	load_meta(rules, side == NET_RULE_SOURCE ? NFT_META_IIFNAME : NFT_META_OIFNAME);
	compare(rules, other ? NFT_CMP_NEQ : NFT_CMP_EQ, name, sizeof(name));
}

/* Where a header has its addresses: RFC 791 3.1, RFC 8200 3. */
static void load_address(struct net_rules *rules, enum net_rule_side side, int family, size_t size)
{
	uint32_t offset = family == AF_INET6 ? 8 : 12;

	match_family(rules, family);
	load_payload(rules, NFT_PAYLOAD_NETWORK_HEADER,
		offset + (side == NET_RULE_SOURCE ? 0 : (uint32_t)size), size);
}

void net_rule_match_host(
	struct net_rules *rules, enum net_rule_side side, const struct address *host)
{
	size_t size = address_size(host);

	load_address(rules, side, host->family, size);
	compare(rules, NFT_CMP_EQ, host->bytes, size);
}

void net_rule_match_network(
	struct net_rules *rules, enum net_rule_side side, const struct address *network)
{
	size_t size = address_size(network);
	uint8_t bits[sizeof(network->bytes)] = { 0 }, masked[sizeof(network->bytes)] = { 0 };

	for (size_t i = 0; i < size; i++) {
		bits[i] = address_network_mask(network, i);
		masked[i] = network->bytes[i] & bits[i];
	}
	load_address(rules, side, network->family, size);
	mask(rules, bits, size);
	compare(rules, NFT_CMP_EQ, masked, size);
}

/* The second half of the first word of TCP and UDP alike: RFC 9293 3.1, RFC 768. */
void net_rule_match_port(struct net_rules *rules, uint8_t protocol, uint16_t port)
{
	uint16_t wanted = htons(port);

	match_byte(rules, NFT_META_L4PROTO, protocol);
	load_payload(rules, NFT_PAYLOAD_TRANSPORT_HEADER, 2, sizeof(wanted));
	compare(rules, NFT_CMP_EQ, &wanted, sizeof(wanted));
}

void net_rule_match_icmp(struct net_rules *rules, int family, uint8_t first, uint8_t last)
{
	match_family(rules, family);
	match_byte(rules, NFT_META_L4PROTO, family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
	load_payload(rules, NFT_PAYLOAD_TRANSPORT_HEADER, 0, sizeof(first));
	if (first == last) {
		compare(rules, NFT_CMP_EQ, &first, sizeof(first));
	} else {
		compare(rules, NFT_CMP_GTE, &first, sizeof(first));
		compare(rules, NFT_CMP_LTE, &last, sizeof(last));
	}
}

/* RFC 8200, 3. */
void net_rule_match_hop_limit(struct net_rules *rules, uint8_t hop_limit)
{
	match_family(rules, AF_INET6);
	load_payload(rules, NFT_PAYLOAD_NETWORK_HEADER, 7, sizeof(hop_limit));
	compare(rules, NFT_CMP_EQ, &hop_limit, sizeof(hop_limit));
}

/* linux/netfilter/nf_conntrack_common.h: NF_CT_STATE_BIT(IP_CT_ESTABLISHED). The register is a number of
 * the host's. */
#define STATE_ESTABLISHED (1U << 1)

void net_rule_match_established(struct net_rules *rules)
{
	static const uint32_t established = STATE_ESTABLISHED, none = 0;

	load_connection_state(rules);
	mask(rules, &established, sizeof(established));
	compare(rules, NFT_CMP_NEQ, &none, sizeof(none));
}

/* ---- ends ---- */

static void put_comment(struct net_rules *rules, const char *comment)
{
	uint8_t data[2 + NET_FIREWALL_COMMENT_SIZE] = { NET_FIREWALL_UDATA_COMMENT };
	size_t size = strlen(comment) + 1;

	data[1] = (uint8_t)size;
	memcpy(data + 2, comment, size);
	put(rules, NFTA_RULE_USERDATA, data, 2 + size);
}

static void rule_end(struct net_rules *rules, const char *purpose)
{
	char comment[NET_FIREWALL_COMMENT_SIZE];

	nest_end(rules, rules->expressions);
	net_firewall_comment(comment, purpose, rules->owner, rules->hash);
	put_comment(rules, comment);
	message_end(rules);
	rules->in_rule = false;
	rules->digest = net_firewall_fold_rule(rules->digest, rules->chain, comment);
}

void net_rule_end(struct net_rules *rules, uint32_t verdict, const char *purpose)
{
	decide(rules, verdict);
	rule_end(rules, purpose);
}

void net_rule_end_untracked(struct net_rules *rules, const char *purpose)
{
	leave_untracked(rules);
	rule_end(rules, purpose);
}
