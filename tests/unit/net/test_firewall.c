// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules in words, and their comments as the kernel would give them back. */
#include "../cmocka_all.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/firewall.h"
#include "net/mark.h"

#define OWNER "/run/vrfgate-test"

/* How the root namespace forwards. */
static const struct net_have_forwarding off[NET_FORWARDING_KINDS];
static const struct net_have_forwarding on[NET_FORWARDING_KINDS] = { { true, false },
	{ true, false } };
static const struct net_have_forwarding on_by_us[NET_FORWARDING_KINDS] = { { true, true },
	{ true, true } };

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

static char *chains_of(const struct scene *s, uint64_t *digest)
{
	struct net_firewall firewall;

	net_firewall_inside(&firewall, &s->want, &s->netns);
	*digest = firewall.digest;
	return firewall.chains;
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

/* The rules of a plain scene, and a dump of them. */
static struct net_have_firewall scene_dump(char **chains, uint64_t *digest)
{
	struct scene s;

	scene_init(&s);
	*chains = chains_of(&s, digest);
	return dump_fold(*chains, OWNER);
}

static void a_dump_of_the_rules_is_what_was_wanted(void **state)
{
	uint64_t digest;
	cleanup_free char *chains = NULL;
	struct net_have_firewall have = scene_dump(&chains, &digest);

	(void)state;
	assert_true(digest != 0);
	assert_true(have.digest == digest);
	assert_false(have.foreign);
	assert_true(dump_fold(chains, "/run/another").foreign);
}

static void a_foreign_rule_more_is_a_difference(void **state)
{
	uint64_t digest;
	cleanup_free char *chains = NULL;
	struct net_have_firewall have = scene_dump(&chains, &digest);

	(void)state;
	net_firewall_fold(&have, net_mark_owner(OWNER), "input", NULL);
	assert_true(have.digest != digest);
	assert_false(have.foreign);
}

static void what_the_config_says_is_in_the_rules(void **state)
{
	struct scene s;
	uint64_t closed, open;
	cleanup_free char *before = NULL, *after = NULL;

	(void)state;
	scene_init(&s);
	before = chains_of(&s, &closed);
	assert_null(strstr(before, "dport"));
	assert_null(strstr(before, "oifname != \"uplink\" accept"));
	s.netns.n_allow = 2;
	s.netns.forward = true;
	after = chains_of(&s, &open);
	assert_non_null(strstr(after, "udp dport 162 accept"));
	assert_non_null(strstr(after, "tcp dport 22 accept"));
	assert_non_null(strstr(after, "iifname != \"uplink\" oifname != \"uplink\" accept"));
	assert_true(open != closed);
}

static void the_uplink_hears_its_root_side_only(void **state)
{
	struct scene s;
	uint64_t digest;
	cleanup_free char *with = NULL, *without = NULL;

	(void)state;
	scene_init(&s);
	with = chains_of(&s, &digest);
	assert_non_null(strstr(with, "iifname \"uplink\" ip6 saddr fd00::5 accept"));
	assert_non_null(strstr(with, "iifname \"uplink\" drop"));
	assert_non_null(strstr(with, "ip6 saddr fd00::5/126 drop"));
	assert_non_null(strstr(with, "ip6 daddr fd00::6 drop"));
	s.netns.has_uplink = false;
	without = chains_of(&s, &digest);
	assert_null(strstr(without, "notrack"));
	assert_null(strstr(without, "iifname \"uplink\""));
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
	assert_int_equal(address_parse(&s->want.server, "2001:db8::1"), 0);
}

static void scene_nat(struct scene *s)
{
	scene_init(s);
	assert_int_equal(address_parse(&s->want.server, "192.0.2.1"), 0);
	assert_int_equal(address_parse(&s->want.uplink_prefix4, "198.18.0.0/15"), 0);
}

static void a_server_elsewhere_is_heard_inside(void **state)
{
	struct scene s;
	uint64_t digest;
	cleanup_free char *routed = NULL, *nat = NULL;

	(void)state;
	scene_routed(&s);
	routed = chains_of(&s, &digest);
	assert_non_null(strstr(routed, "iifname \"uplink\" ip6 saddr 2001:db8::1 accept"));
	assert_null(strstr(routed, "ip saddr"));
	scene_nat(&s);
	nat = chains_of(&s, &digest);
	assert_non_null(strstr(nat, "iifname \"uplink\" ip saddr 198.18.0.5 accept"));
	assert_non_null(strstr(nat, "iifname \"uplink\" ip saddr 192.0.2.1 accept"));
	assert_non_null(strstr(nat, "ip daddr 198.18.0.6 drop"));
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

/* Who forwarded before us goes on. */
static void what_we_have_forward_is_for_uplinks_alone(void **state)
{
	static const char narrow6[] = "meta nfproto ipv6 meta iifgroup != 7762534 meta oifgroup";
	static const char narrow4[] = "meta nfproto ipv4 meta iifgroup != 7762534 meta oifgroup";
	static const struct {
		const struct net_have_forwarding *forwarding;
		bool narrow;
	} rows[] = { { off, true }, { on, false }, { on_by_us, true } };
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
		cmocka_unit_test(what_the_config_says_is_in_the_rules),
		cmocka_unit_test(the_uplink_hears_its_root_side_only),
		cmocka_unit_test(root_lets_uplinks_reach_the_server_port),
		cmocka_unit_test(a_server_elsewhere_is_heard_inside),
		cmocka_unit_test(root_forwards_to_a_server_elsewhere_and_back),
		cmocka_unit_test(what_we_have_forward_is_for_uplinks_alone),
	};

	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
