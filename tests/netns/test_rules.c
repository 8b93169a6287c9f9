// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of a namespace, sent to the kernel and listed by nft(8): all of it in the test's root namespace. */
#include "nft.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "net/firewall_kernel.h"
#include "net/rules.h"

#define OWNER     7
#define MAX_WORDS 14

static const struct net_want_port ports[] = { { IPPROTO_UDP, 162 }, { IPPROTO_TCP, 22 } };

struct scene {
	struct net_want want;
	struct net_want_netns netns;
};

static struct scene scene_plain(void)
{
	struct scene s = { world_want(), { .name = "acme", .has_uplink = true, .id = 1 } };

	return s;
}

static struct scene scene_open(void)
{
	struct scene s = scene_plain();

	s.netns.allow = (struct net_want_port *)ports;
	s.netns.n_allow = 2;
	s.netns.forward = true;
	return s;
}

static struct scene scene_without_uplink(void)
{
	struct scene s = scene_plain();

	s.netns.has_uplink = false;
	return s;
}

static struct scene scene_routed(void)
{
	struct scene s = scene_plain();

	s.want.servers = (struct net_servers){
		{ world_address("2001:db8::1"), world_address("2001:db8::5") }, 2
	};
	s.want.server_place = NET_SERVER_ROUTED;
	return s;
}

static struct scene scene_nat(void)
{
	struct scene s = scene_plain();

	s.want.servers = (struct net_servers){ { world_address("192.0.2.1") }, 1 };
	s.want.server_place = NET_SERVER_NAT;
	s.want.uplink_prefix4 = world_address("198.18.0.0/15");
	return s;
}

static void commit(struct net_batch *batch)
{
	struct error err = ERROR_INIT;

	if (net_firewall_commit(batch, &err) != 0)
		fail_msg("%s", err.text);
}

/* The table as nft(8) lists it, deleted. */
static char *take_listing(void)
{
	char *listing;

	assert_int_equal(nft_run(NULL, "list table inet vrfgate", &listing), 0);
	assert_int_equal(nft(NULL, "delete table inet vrfgate"), 0);
	return listing;
}

static char *list_inside(const struct scene *s)
{
	cleanup(net_batch_finish) struct net_batch batch = { 0 };

	net_firewall_inside(&batch, &s->want, &s->netns, false);
	commit(&batch);
	return take_listing();
}

static void nft_lists_what_was_meant(void **state)
{
	static const struct {
		struct scene (*make)(void);
		const char *has[MAX_WORDS], *lacks[MAX_WORDS];
	} rows[] = {
		{ scene_plain,
			{ "type filter hook prerouting priority raw; policy accept;\n"
			  "\t\tiifname \"uplink\" notrack comment",
				"type filter hook output priority raw; policy accept;\n"
				"\t\toifname \"uplink\" notrack comment",
				"type filter hook input priority filter; policy drop;\n"
				"\t\tiifname \"lo\" accept comment",
				"type filter hook forward priority filter; policy drop;\n"
				"\t\tdrop comment \"all else",
				"iifname \"uplink\" ip6 saddr fd5a:b1c0:de00::5 accept comment",
				"\t\tiifname \"uplink\" drop comment \"spoofed",
				"\t\tip6 saddr fd5a:b1c0:de00::4/126 drop comment \"spoofed",
				"\t\tip6 daddr fd5a:b1c0:de00::6 drop comment \"to the uplink's",
				"\t\tct state established accept comment \"answers",
				"\t\ticmp type echo-request accept comment \"echo requests",
				"\t\ticmp type 11-12 accept comment \"errors",
				"\t\ticmpv6 type 135-136 accept comment \"neighbours",
				"\t\ticmpv6 type 1-4 accept comment \"errors" },
			{ "dport", "ip saddr", "icmp type redirect", "icmpv6 type nd-redirect",
				"nd-router" } },
		{ scene_open,
			{ "\t\tudp dport 162 accept comment \"allowed",
				"\t\ttcp dport 22 accept comment \"allowed",
				"policy drop;\n\t\tiifname != \"uplink\" oifname != \"uplink\" "
				"accept comment \"between" },
			{ NULL } },
		{ scene_without_uplink, { "\t\tct state established accept comment" },
			{ "notrack", "uplink", "ip6 saddr" } },
		{ scene_routed,
			{ "\t\tiifname \"uplink\" ip6 saddr 2001:db8::1 accept comment \"server",
				"\t\tiifname \"uplink\" icmpv6 type 1-4 accept comment \"errors",
				"\t\tip6 saddr 2001:db8::1 drop comment \"spoofed" },
			{ "ip saddr", "\"uplink\" icmp type" } },
		{ scene_nat,
			{ "\t\tiifname \"uplink\" ip saddr 198.18.0.5 accept comment \"gateway",
				"\t\tiifname \"uplink\" ip saddr 192.0.2.1 accept comment \"server",
				"\t\tiifname \"uplink\" icmp type destination-unreachable accept "
				"comment",
				"\t\tip saddr 198.18.0.4/30 drop comment \"spoofed",
				"\t\tip saddr 192.0.2.1 drop comment \"spoofed",
				"\t\tip daddr 198.18.0.6 drop comment \"to the uplink's" },
			{ "\"uplink\" icmpv6 type" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scene s = rows[i].make();
		cleanup_free char *listing = list_inside(&s);

		for (size_t k = 0; k < MAX_WORDS && rows[i].has[k]; k++)
			if (!strstr(listing, rows[i].has[k]))
				fail_msg("row %zu lacks '%s':\n%s", i, rows[i].has[k], listing);
		for (size_t k = 0; k < MAX_WORDS && rows[i].lacks[k]; k++)
			if (strstr(listing, rows[i].lacks[k]))
				fail_msg("row %zu has '%s':\n%s", i, rows[i].lacks[k], listing);
	}
}

/* nft(8) makes the same expressions of its own listing: the kernel's table does not change by it. */
static void nft_would_write_it_alike(void **state)
{
	struct scene (*const makers[])(void) = { scene_open, scene_routed, scene_nat };

	(void)state;
	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
		struct scene s = makers[i]();
		cleanup_free char *ours = list_inside(&s), *again = NULL;

		assert_int_equal(nft(NULL, ours), 0);
		again = take_listing();
		assert_string_equal(ours, again);
	}
}

/* More than a socket's buffer holds by itself. */
static void thousands_of_allowed_ports_are_one_transaction(void **state)
{
	enum { PORTS = 3000 };
	struct net_want_port many[PORTS];
	struct scene s = scene_plain();
	cleanup_free char *listing = NULL;

	(void)state;
	for (size_t i = 0; i < PORTS; i++)
		many[i] = (struct net_want_port){ IPPROTO_TCP, (uint16_t)(i + 1) };
	s.netns.allow = many;
	s.netns.n_allow = PORTS;
	listing = list_inside(&s);
	assert_non_null(strstr(listing, "tcp dport 3000 accept"));
}

/* A table of one rule. */
static void write_one(struct net_batch *batch, uint32_t verdict, bool replace)
{
	struct net_rules rules;

	net_rules_begin(&rules, batch, "vrfgate", replace, OWNER);
	net_rules_chain(&rules, "input", NF_INET_LOCAL_IN, 0, NF_ACCEPT);
	net_rule_end(&rules, verdict, "one");
	net_rules_end(&rules);
}

static void a_table_is_replaced_in_one_transaction(void **state)
{
	cleanup(net_batch_finish) struct net_batch first = { 0 }, second = { 0 };
	cleanup_free char *listing = NULL;

	(void)state;
	write_one(&first, NF_ACCEPT, false);
	commit(&first);
	write_one(&second, NF_DROP, true);
	commit(&second);
	listing = take_listing();
	assert_non_null(strstr(listing, "\t\tdrop comment"));
	assert_null(strstr(listing, "\t\taccept comment"));
}

static void what_cannot_be_done_names_its_message_and_leaves_nothing(void **state)
{
	cleanup(net_batch_finish) struct net_batch batch = { 0 };
	struct error err = ERROR_INIT;
	cleanup_free char *listing = NULL;

	(void)state;
	write_one(&batch, 12345, false);
	assert_int_equal(net_firewall_commit(&batch, &err), -EINVAL);
	assert_string_equal(err.text, "nftables, message 3: Invalid argument");
	assert_int_equal(nft_run(NULL, "list tables", &listing), 0);
	assert_string_equal(listing, "");
}

/* As by a kernel without nftables. */
static void what_is_refused_as_a_whole_ends(void **state)
{
	cleanup(net_batch_finish) struct net_batch batch = { 0 };
	struct error err = ERROR_INIT;
	struct nfgenmsg *header;

	(void)state;
	write_one(&batch, NF_ACCEPT, false);
	header = (struct nfgenmsg *)(batch.data + NLMSG_HDRLEN);
	header->res_id = htons(NFNL_SUBSYS_NONE);
	assert_int_equal(net_firewall_commit(&batch, &err), -EOPNOTSUPP);
	assert_string_equal(err.text, "this kernel has no nftables");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(nft_lists_what_was_meant),
	cmocka_unit_test(nft_would_write_it_alike),
	cmocka_unit_test(thousands_of_allowed_ports_are_one_transaction),
	cmocka_unit_test(a_table_is_replaced_in_one_transaction),
	cmocka_unit_test(what_cannot_be_done_names_its_message_and_leaves_nothing),
	cmocka_unit_test(what_is_refused_as_a_whole_ends),
};

world_main_but(tests, nft_missing())
