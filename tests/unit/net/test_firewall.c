// SPDX-License-Identifier: GPL-2.0-or-later
/* Comments of rules as the kernel would give them back, and root's rules in words. Those of namespaces are
 * listed in words by tests/netns/test_rules. */
#include "../cmocka_all.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/firewall.h"
#include "net/mark.h"
#include "net/message.h"

#define OWNER "/run/vrfgate-test"

/* How the root namespace forwards. */
#define WAY(...) \
	.n_ways = 1, .ways = { { .name = "eth0", .ifindex = 7, .wanted = true, __VA_ARGS__ } }
static const struct net_have_forwarding off[NET_FORWARDING_KINDS] = { { .on = false },
	{ WAY(.on = false) } };
static const struct net_have_forwarding on[NET_FORWARDING_KINDS] = { { .on = true },
	{ .on = true, WAY(.on = true) } };
static const struct net_have_forwarding on_by_us[NET_FORWARDING_KINDS] = {
	{ .on = true, .ours = true, .sealed = true }, { WAY(.on = true, .ours = true) }
};
static const struct net_have_forwarding on_by_an_earlier_version[NET_FORWARDING_KINDS] = {
	{ .on = true, .ours = true }, { .on = true, .ours = true, WAY(.on = true) }
};
static const struct net_have_forwarding on_by_both[NET_FORWARDING_KINDS] = {
	{ .on = true, .ours = true, .sealed = true, .shared = true },
	{ .on = true, WAY(.on = true, .ours = true) }
};
static const struct net_have_forwarding on_for_others_there[NET_FORWARDING_KINDS] = {
	{ .on = true }, { WAY(.on = true) }
};

struct scene {
	struct net_want want;
	struct net_want_netns netns;
	struct net_want_port ports[2];
};

static void scene_init(struct scene *s)
{
	*s = (struct scene){
		.want = { .owner = OWNER, .firewall = true, .server_port = 10051 },
		.netns = { .name = "acme", .has_uplink = true, .id = 1, .firewall = true },
		.ports = { { IPPROTO_UDP, 162 }, { IPPROTO_TCP, 22 } },
	};
	assert_int_equal(address_parse(&s->want.uplink_prefix, "fd00::/64"), 0);
	s->netns.allow = s->ports;
}

/* What a dump of these rules would be folded into. */
static struct net_have_firewall dump_fold(const char *chains, const char *owner)
{
	struct net_have_firewall have = { .exists = true };
	cleanup_free char *text = xstrdup(chains);
	char *rest = text, *line, chain[32] = "";

	while ((line = strsep(&rest, "\n"))) {
		char *comment = strstr(line, " comment \"");

		(void)sscanf(line, "chain %31s", chain);
		if (!comment)
			continue;
		comment += strlen(" comment \"");
		*strchr(comment, '"') = '\0';
		net_firewall_fold(&have, net_mark_owner(owner), chain, comment);
	}
	return have;
}

static void rule_fold(struct net_have_firewall *have, struct nlmsghdr *header, const char *owner)
{
	struct nlattr *a[NFTA_RULE_MAX + 1];

	assert_true(net_message_parse(header, sizeof(struct nfgenmsg), a, NFTA_RULE_MAX));
	/* The text is behind its type and length. */
	net_firewall_fold(have, net_mark_owner(owner), nla_get_string(a[NFTA_RULE_CHAIN]),
		(const char *)nla_data(a[NFTA_RULE_USERDATA]) + 2);
}

/* What a dump of the rules that this transaction makes would be folded into. */
static struct net_have_firewall batch_fold(const struct net_batch *batch, const char *owner)
{
	struct net_have_firewall have = { .exists = true };

	for (size_t at = 0; at < batch->size;) {
		struct nlmsghdr *header = (void *)(batch->data + at);

		if (header->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE))
			rule_fold(&have, header, owner);
		at += NLMSG_ALIGN(header->nlmsg_len);
	}
	return have;
}

static uint64_t digest_of(const struct scene *s)
{
	cleanup(net_batch_finish) struct net_batch batch = { 0 };
	uint64_t digest = net_firewall_inside(&batch, &s->want, &s->netns, false);

	assert_true(batch_fold(&batch, OWNER).digest == digest);
	assert_true(net_firewall_inside(NULL, &s->want, &s->netns, true) == digest);
	return digest;
}

/* The rules of a plain scene, dumped to somebody. */
static struct net_have_firewall scene_dump(const char *owner, uint64_t *digest)
{
	cleanup(net_batch_finish) struct net_batch batch = { 0 };
	struct scene s;

	scene_init(&s);
	*digest = net_firewall_inside(&batch, &s.want, &s.netns, false);
	return batch_fold(&batch, owner);
}

static void a_dump_of_the_rules_is_what_was_wanted(void **state)
{
	uint64_t digest;
	struct net_have_firewall have = scene_dump(OWNER, &digest);

	(void)state;
	assert_true(digest != 0);
	assert_true(have.digest == digest);
	assert_false(have.foreign);
	assert_true(scene_dump("/run/another", &digest).foreign);
}

static void a_foreign_rule_more_is_a_difference(void **state)
{
	uint64_t digest;
	struct net_have_firewall have = scene_dump(OWNER, &digest);

	(void)state;
	net_firewall_fold(&have, net_mark_owner(OWNER), "input", NULL);
	assert_true(have.digest != digest);
	assert_false(have.foreign);
}

/* Each scene differs from all before it. */
static struct net_servers servers_of(const char *first, const char *second)
{
	struct net_servers servers = { .count = second ? 2 : 1 };

	assert_int_equal(address_parse(&servers.nodes[0], first), 0);
	if (second)
		assert_int_equal(address_parse(&servers.nodes[1], second), 0);
	return servers;
}

static void what_the_config_says_is_in_the_digest(void **state)
{
	struct scene s;
	uint64_t digests[8];
	size_t n = 0;

	(void)state;
	scene_init(&s);
	digests[n++] = digest_of(&s);
	s.netns.n_allow = 1;
	digests[n++] = digest_of(&s);
	s.ports[0].port++;
	digests[n++] = digest_of(&s);
	s.netns.forward = true;
	digests[n++] = digest_of(&s);
	s.netns.id++;
	digests[n++] = digest_of(&s);
	s.want.servers = servers_of("2001:db8::1", NULL);
	digests[n++] = digest_of(&s);
	s.want.servers = servers_of("2001:db8::1", "2001:db8::2");
	digests[n++] = digest_of(&s);
	s.netns.has_uplink = false;
	digests[n++] = digest_of(&s);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			assert_true(digests[i] != digests[k]);
}

static void root_lets_uplinks_reach_the_server_port(void **state)
{
	struct scene s;
	struct net_firewall root;

	(void)state;
	scene_init(&s);
	s.want.server_port = 10061;
	net_firewall_root(&root, &s.want, off);
	assert_non_null(strstr(root.chains, "tcp dport 10061 accept"));
	assert_non_null(strstr(root.chains, "ip6 saddr != fd00::/64 accept"));
	assert_true(dump_fold(root.chains, OWNER).digest == root.digest);
	net_firewall_finish(&root);
}

static char *root_of(const struct scene *s, const struct net_have_forwarding *forwarding)
{
	struct net_firewall root;

	net_firewall_root(&root, &s->want, forwarding);
	assert_true(dump_fold(root.chains, OWNER).digest == root.digest);
	return root.chains;
}

static void scene_routed(struct scene *s)
{
	scene_init(s);
	s->want.server_place = NET_SERVER_ROUTED;
	s->want.servers = servers_of("2001:db8::1", NULL);
}

static void scene_nat(struct scene *s)
{
	scene_init(s);
	s->want.server_place = NET_SERVER_NAT;
	s->want.servers = servers_of("192.0.2.1", NULL);
	assert_int_equal(address_parse(&s->want.uplink_prefix4, "198.18.0.0/15"), 0);
}

static void root_forwards_to_a_server_elsewhere_and_back(void **state)
{
	struct scene s;
	cleanup_free char *local = NULL, *routed = NULL, *passive = NULL, *nat = NULL;

	(void)state;
	scene_init(&s);
	local = root_of(&s, off);
	assert_null(strstr(local, "masquerade"));
	assert_null(strstr(local, "uplinks alone"));
	scene_routed(&s);
	routed = root_of(&s, off);
	assert_non_null(
		strstr(routed, "ip6 saddr fd00::/64 ip6 daddr 2001:db8::1 tcp dport 10051 accept"));
	assert_null(strstr(routed, "ip6 saddr 2001:db8::1 ip6 daddr fd00::/64 tcp dport"));
	s.want.proxy_port = 10052;
	passive = root_of(&s, off);
	assert_non_null(strstr(
		passive, "ip6 saddr 2001:db8::1 ip6 daddr fd00::/64 tcp dport 10052 accept"));
	scene_nat(&s);
	nat = root_of(&s, off);
	assert_non_null(
		strstr(nat, "ip saddr 198.18.0.0/15 ip daddr 192.0.2.1 tcp dport 10051 accept"));
	assert_non_null(strstr(nat, "masquerade"));
}

static void root_forwards_to_each_node_of_a_cluster(void **state)
{
	struct scene s;
	cleanup_free char *routed = NULL, *nat = NULL;

	(void)state;
	scene_routed(&s);
	s.want.servers = servers_of("2001:db8::1", "2001:db8::2");
	s.want.proxy_port = 10052;
	routed = root_of(&s, off);
	assert_non_null(strstr(routed,
		"ip6 saddr fd00::/64 ip6 daddr { 2001:db8::1, 2001:db8::2 } tcp dport 10051 accept"));
	assert_non_null(strstr(routed,
		"ip6 saddr { 2001:db8::1, 2001:db8::2 } ip6 daddr fd00::/64 tcp dport 10052 accept"));
	scene_nat(&s);
	s.want.servers = servers_of("192.0.2.1", "192.0.2.2");
	nat = root_of(&s, off);
	assert_non_null(strstr(nat,
		"ip saddr 198.18.0.0/15 ip daddr { 192.0.2.1, 192.0.2.2 } tcp dport 10051 accept"));
}

static void root_forwards_ipv4_without_nat_where_it_is_routed(void **state)
{
	struct scene s;
	cleanup_free char *routed = NULL, *here = NULL;

	(void)state;
	scene_nat(&s);
	s.want.server_place = NET_SERVER_ROUTED;
	s.want.proxy_port = 10052;
	routed = root_of(&s, off);
	assert_non_null(
		strstr(routed, "ip saddr 198.18.0.0/15 ip daddr 192.0.2.1 tcp dport 10051 accept"));
	assert_non_null(
		strstr(routed, "ip saddr 192.0.2.1 ip daddr 198.18.0.0/15 tcp dport 10052 accept"));
	assert_null(strstr(routed, "masquerade"));
	assert_null(strstr(routed, "ct state"));
	s.want.server_place = NET_SERVER_HERE;
	here = root_of(&s, off);
	assert_null(strstr(here, "uplinks alone"));
	assert_null(strstr(here, "oifgroup != 7762534 ip saddr"));
	assert_non_null(strstr(here, "ip daddr 192.0.2.1 tcp dport 10051 accept"));
}

static void root_leads_the_server_from_a_port_to_each_passive_proxy(void **state)
{
	struct net_want_passive ports[2] = { { .port = 20000 }, { .port = 20003 } };
	struct scene s;
	cleanup_free char *none = NULL, *both = NULL, *one = NULL;

	(void)state;
	scene_nat(&s);
	s.want.proxy_port = 10051;
	assert_int_equal(address_parse(&ports[0].proxy, "198.18.0.2/30"), 0);
	assert_int_equal(address_parse(&ports[1].proxy, "198.18.0.14/30"), 0);
	none = root_of(&s, off);
	assert_null(strstr(none, "dnat"));
	s.want.passive = ports;
	s.want.n_passive = 2;
	both = root_of(&s, off);
	assert_non_null(strstr(both,
		"ip saddr 192.0.2.1 fib daddr type local dnat ip to tcp dport map "
		"{ 20000 : 198.18.0.2, 20003 : 198.18.0.14 }:10051"));
	s.want.n_passive = 1;
	one = root_of(&s, off);
	assert_string_not_equal(one, both);
}

/* Thousands are one rule. */
static void root_has_room_for_many_ports(void **state)
{
	enum { PORTS = 3000 };
	cleanup_free struct net_want_passive *ports = xcalloc(PORTS, sizeof(*ports));
	struct scene s;
	cleanup_free char *root = NULL;

	(void)state;
	scene_nat(&s);
	for (size_t i = 0; i < PORTS; i++) {
		ports[i].port = (uint16_t)(20000 + i);
		assert_int_equal(address_parse(&ports[i].proxy, "198.18.0.2/30"), 0);
	}
	s.want.passive = ports;
	s.want.n_passive = PORTS;
	root = root_of(&s, off);
	assert_non_null(strstr(root, ", 22999 : 198.18.0.2 }"));
}

/* Who forwarded before us goes on. */
static void what_we_have_forward_is_for_uplinks_alone(void **state)
{
	static const char narrow6[] = "meta nfproto ipv6 meta iifgroup != 7762534 meta oifgroup";
	static const char narrow4[] = "meta nfproto ipv4 meta iif 7 meta oifgroup != 7762534 drop";
	static const struct {
		const struct net_have_forwarding *forwarding;
		bool narrow;
	} rows[] = { { off, true }, { on, false }, { on_by_us, true },
		{ on_by_an_earlier_version, true }, { on_by_both, false },
		{ on_for_others_there, false } };
	struct scene s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		cleanup_free char *routed = NULL, *nat = NULL;

		scene_routed(&s);
		routed = root_of(&s, rows[i].forwarding);
		scene_nat(&s);
		nat = root_of(&s, rows[i].forwarding);
		assert_int_equal(strstr(routed, narrow6) != NULL, rows[i].narrow);
		assert_int_equal(strstr(nat, narrow4) != NULL, rows[i].narrow);
		assert_null(strstr(routed, narrow4));
		assert_null(strstr(nat, narrow6));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_of_the_rules_is_what_was_wanted),
		cmocka_unit_test(a_foreign_rule_more_is_a_difference),
		cmocka_unit_test(what_the_config_says_is_in_the_digest),
		cmocka_unit_test(root_lets_uplinks_reach_the_server_port),
		cmocka_unit_test(root_forwards_to_a_server_elsewhere_and_back),
		cmocka_unit_test(root_forwards_to_each_node_of_a_cluster),
		cmocka_unit_test(root_forwards_ipv4_without_nat_where_it_is_routed),
		cmocka_unit_test(root_leads_the_server_from_a_port_to_each_passive_proxy),
		cmocka_unit_test(root_has_room_for_many_ports),
		cmocka_unit_test(what_we_have_forward_is_for_uplinks_alone),
	};

	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
