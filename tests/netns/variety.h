// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configs by chance: a few VRFs in any order with links of all kinds, from pools so small that two
 * configs share names, addresses, VLANs, uplink numbers and destinations, and differ in who has them.
 * What a supervisor does not start with is drawn again.
 */
#pragma once

#include "fleet.h"

#define VARIETY_NAMES 4
#define VARIETY_NICS  3

struct variety {
	struct chance chance;
	bool vlans, dummies, ipvlans; /* the kernel has such */
	const char *ipvlan_mode;      /* of the config at hand; NULL: it has macvlans */
	unsigned int drawn, refused;
	char *text; /* the last one */
};

static inline unsigned int variety_draw(struct variety *v, unsigned int limit)
{
	return chance_draw(&v->chance, limit);
}

static inline bool variety_one_in(struct variety *v, unsigned int n)
{
	return variety_draw(v, n) == 0;
}

#define variety_any(v, pool) ((pool)[variety_draw((v), sizeof(pool) / sizeof(*(pool)))])

/* The numbers 0 to n - 1 in any order. */
static inline void variety_shuffle(struct variety *v, unsigned int *items, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		items[i] = i;
	for (unsigned int i = n; i > 1; i--) {
		unsigned int other = variety_draw(v, i), kept = items[other];

		items[other] = items[i - 1];
		items[i - 1] = kept;
	}
}

static inline void variety_list(struct variety *v, FILE *out, const char *key,
	const char *const *pool, unsigned int n, unsigned int max)
{
	unsigned int count = 1 + variety_draw(v, max);

	fprintf(out, " %s = {", key);
	for (unsigned int i = 0; i < count; i++)
		fprintf(out, "%s \"%s\"", i ? "," : "", pool[variety_draw(v, n)]);
	fprintf(out, " }");
}

#define variety_write_list(v, out, key, pool, max) \
	variety_list((v), (out), (key), (pool), sizeof(pool) / sizeof(*(pool)), (max))

static inline void variety_write_addresses(struct variety *v, FILE *out)
{
	static const char *const addresses[] = { "10.0.0.2/24", "10.0.0.3/24", "10.0.0.4/24",
		"10.0.0.2/30", "10.0.0.2/29", "10.0.0.3/29", "10.0.0.2/32", "10.1.0.2/24",
		"10.1.0.3/24", "10.1.0.2/30", "10.2.0.2/31", "fd01::2/64", "fd01::3/64",
		"fd01::2/48", "fd01::2/128", "fd02::2/64", "fd02::3/64" };
	static const char *const gateways[] = { "10.0.0.1", "10.1.0.1", "10.0.0.6", "203.0.113.1",
		"fd01::1", "fd02::1", "fe80::1" };

	if (!variety_one_in(v, 8))
		variety_write_list(v, out, "address", addresses, 4);
	if (variety_one_in(v, 2))
		variety_write_list(v, out, "gateway", gateways, 2);
}

static inline void variety_write_routes(struct variety *v, FILE *out)
{
	static const char *const destinations[] = { "0.0.0.0/0", "10.8.0.0/16", "10.9.0.0/24",
		"10.0.0.0/24", "10.0.0.0/29", "10.9.0.1/32", "::/0", "fd08::/64", "fd01::/64",
		"fd01::/96", "fd09::/48" };
	static const char *const hops[] = { "10.0.0.1", "10.0.0.6", "10.1.0.1", "10.9.0.1",
		"fd01::1", "fd01::9", "fd02::1", "fd09::1", "fe80::1" };
	static const unsigned int metrics[] = { 5, 256, 1024 };

	for (unsigned int i = variety_draw(v, 4); i > 0; i--) {
		fprintf(out, "	route \"%s\" {", variety_any(v, destinations));
		if (!variety_one_in(v, 4))
			variety_write_list(v, out, "via", hops, 2);
		if (variety_one_in(v, 2))
			fprintf(out, " dev = c%u", variety_draw(v, 3));
		if (variety_one_in(v, 3))
			fprintf(out, " metric = %u", variety_any(v, metrics));
		fprintf(out, " }\n");
	}
}

static inline void variety_write_vlan(struct variety *v, FILE *out)
{
	static const char *const parents[] = { "trunk0", "trunk0", "trunk0.10", "trunk0.20",
		"trunk0.20.30" };

	fprintf(out, "kind = vlan parent = \"%s\" id = %u", variety_any(v, parents),
		10 * (1 + variety_draw(v, 4)));
	if (variety_one_in(v, 2))
		fprintf(out, " protocol = %s", variety_one_in(v, 2) ? "802.1q" : "802.1ad");
}

static inline void variety_write_macvlan(struct variety *v, FILE *out)
{
	if (v->ipvlan_mode) {
		fprintf(out, "kind = ipvlan parent = trunk0 mode = %s", v->ipvlan_mode);
		return;
	}
	fprintf(out, "kind = macvlan parent = trunk0");
	if (variety_one_in(v, 3))
		fprintf(out, " mac = \"02:00:00:00:00:%02x\"", 1 + variety_draw(v, 3));
}

static inline void variety_write_interface(struct variety *v, FILE *out, unsigned int n)
{
	static const unsigned int mtus[] = { 1500, 1400, 1280, 1000 };

	fprintf(out, "	interface c%u { ", n);
	if (variety_one_in(v, 4))
		fprintf(out, "kind = device parent = port%u", variety_draw(v, VARIETY_NICS));
	else if (v->dummies && variety_one_in(v, 6))
		fprintf(out, "kind = dummy");
	else if (v->vlans && !variety_one_in(v, 3))
		variety_write_vlan(v, out);
	else
		variety_write_macvlan(v, out);
	if (variety_one_in(v, 4))
		fprintf(out, " mtu = %u", variety_any(v, mtus));
	variety_write_addresses(v, out);
	fprintf(out, " }\n");
}

/* Both ends of a pair have one name. */
static inline void variety_write_pair(
	struct variety *v, FILE *out, unsigned int self, unsigned int other)
{
	unsigned int low = self < other ? self : other, high = self < other ? other : self;

	fprintf(out, "	interface p%u%u { kind = link peer = \"v%u\"", low, high, other);
	variety_write_addresses(v, out);
	fprintf(out, " }\n");
}

static inline void variety_write_vrf(struct variety *v, FILE *out, unsigned int self, int other)
{
	unsigned int names[3];

	fprintf(out, "%s v%u {\n", variety_one_in(v, 4) ? "namespace" : "vrf", self);
	if (variety_one_in(v, 4))
		fprintf(out, "	forward = true\n");
	variety_shuffle(v, names, 3);
	for (unsigned int i = variety_draw(v, 4); i > 0; i--)
		variety_write_interface(v, out, names[i - 1]);
	if (other >= 0)
		variety_write_pair(v, out, self, (unsigned int)other);
	variety_write_routes(v, out);
	fprintf(out, "}\n");
}

static inline char *variety_text(struct variety *v)
{
	static const char *const modes[] = { "l2", "l3", "l3s" };
	unsigned int names[VARIETY_NAMES], n = 1 + variety_draw(v, VARIETY_NAMES - 1);
	bool paired = n > 1 && variety_one_in(v, 2);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out,
		"gateway { name = gw state_dir = \"/run/vrfgate-test/state\" run_dir = \"/run/vrfgate-test/run\" "
		"log_dir = \"/run/vrfgate-test/log\" firewall = %s }\n",
		nft_missing() ? "false" : "true");
	v->ipvlan_mode = v->ipvlans && variety_one_in(v, 2) ? variety_any(v, modes) : NULL;
	variety_shuffle(v, names, VARIETY_NAMES);
	for (unsigned int i = 0; i < n; i++)
		variety_write_vrf(v, out, names[i], paired && i < 2 ? (int)names[1 - i] : -1);
	fclose(out);
	return text;
}

/* The next config that a supervisor starts with; the caller's, as the want that borrows from it. Uplink
 * numbers are drawn, too. */
static inline void variety_load(struct variety *v, struct config **config, struct net_want *want)
{
	uint32_t ids[VARIETY_NAMES];
	unsigned int numbers[VARIETY_NAMES];

	for (int refused = 0;; refused++) {
		struct config_report report = { 0 };
		int ret;

		free(v->text);
		v->text = variety_text(v);
		v->drawn++;
		ret = config_load_text(
			"variety.conf", v->text, CONFIG_LOAD_IN_USE, config, &report);
		config_report_finish(&report);
		if (ret == 0)
			break;
		v->refused++;
		if (refused == 10000)
			fail_msg("no config without a fault; the last:\n%s", v->text);
	}
	variety_shuffle(v, numbers, VARIETY_NAMES);
	for (size_t i = 0; i < VARIETY_NAMES; i++)
		ids[i] = numbers[i];
	wiring_all(want, *config, ids);
}

static inline void variety_add_nics(void)
{
	for (int i = 0; i < VARIETY_NICS; i++) {
		char nic[IF_NAMESIZE], far[IF_NAMESIZE];

		snprintf(nic, sizeof(nic), "port%d", i);
		snprintf(far, sizeof(far), "portfar%d", i);
		assert_int_equal(nlops_add_veth("", nic, far), 0);
		assert_int_equal(nlops_set_up("", far, true), 0);
	}
	assert_true(world_settle());
}

static inline void variety_delete_nics(void)
{
	for (int i = 0; i < VARIETY_NICS; i++) {
		char nic[IF_NAMESIZE];

		snprintf(nic, sizeof(nic), "port%d", i);
		assert_int_equal(nlops_delete_link("", nic), 0);
	}
}
