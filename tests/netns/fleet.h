// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Twenty VRFs v0 to v19 of mixed kinds, as a config: each kind of link, several addresses of both
 * families, routes of all shapes, fixed MTUs and MACs, sysctls, and namespaces without an uplink.
 */
#pragma once

#include "config/model.h"
#include "config/load.h"
#include "nlops.h"
#include "nft.h"
#include "vrf/ids.h"
#include "vrf/wiring.h"

#define FLEET_SIZE 20

static inline bool fleet_kernel_has(const char *kind)
{
	return world_run(
		       "ip link add link trunk0 name probe type %s 2>/dev/null && ip link del probe",
		       kind) == 0;
}

static inline bool fleet_kernel_has_vlan(void)
{
	return fleet_kernel_has("vlan id 4000");
}

/* Several addresses, one of them a secondary, and both families. All are on one wire: the kernel would find an IPv6
 * address that two have. */
static inline void fleet_write_macvlan(FILE *out, int i)
{
	fprintf(out,
		"vrf v%d {\n"
		"	interface cust { kind = macvlan  parent = trunk0\n"
		"		address = { \"10.0.0.2/24\", \"10.0.0.3/24\", \"10.1.0.2/30\", \"fd01::2:%d/64\" }\n"
		"		gateway = { \"10.0.0.1\", \"fd01::1\" } }\n"
		"	route \"192.168.0.0/16\" { via = \"10.1.0.1\" }\n"
		"	route \"172.16.0.0/12\" { dev = cust  metric = 7 }\n"
		"	route \"fd02::/64\" { via = \"fd01::9\"  metric = 50 }\n"
		"	sysctl = { \"net.ipv4.conf.all.rp_filter=2\" }\n"
		"}\n",
		i, i);
}

/* A pair joins it to the next, which has no uplink. */
static inline void fleet_write_left(FILE *out, int i)
{
	fprintf(out,
		"vrf v%d {\n"
		"	interface right { kind = link  peer = \"v%d/left\"\n"
		"		address = { \"192.0.2.1/30\", \"fd03::1/64\" } }\n"
		"	interface cust { kind = macvlan  parent = trunk0  mtu = 1400\n"
		"		address = \"10.0.0.2/32\" }\n"
		"	route \"198.51.100.0/24\" { via = \"192.0.2.2\" }\n"
		"	route \"0.0.0.0/0\" { via = \"203.0.113.1\"  dev = cust }\n"
		"}\n",
		i, i + 1);
}

static inline void fleet_write_right(FILE *out, int i)
{
	fprintf(out,
		"namespace v%d {\n"
		"	interface left { kind = link  peer = \"v%d/right\"\n"
		"		address = { \"192.0.2.2/30\", \"fd03::2/64\" } }\n"
		"	route \"10.0.0.0/8\" { via = \"192.0.2.1\" }\n"
		"}\n",
		i, i - 1);
}

static inline void fleet_write_device(FILE *out, int i)
{
	fprintf(out,
		"vrf v%d {\n"
		"	interface cust { kind = device  parent = nic%d  mtu = 1400\n"
		"		mac = \"02:00:00:00:01:%02x\"\n"
		"		address = { \"10.0.0.2/30\", \"fd01::2/64\" }\n"
		"		gateway = \"10.0.0.1\" }\n"
		"}\n",
		i, i, i);
}

/* A plain VLAN, two that share an outer device, and one of three tags. */
static inline void fleet_write_vlan(FILE *out, int i)
{
	static const char *const parents[] = { "trunk0", "trunk0.100", "trunk0.100",
		"trunk0.200.30" };

	fprintf(out,
		"vrf v%d {\n"
		"	interface cust { kind = vlan  parent = \"%s\"  id = %d\n"
		"		address = { \"10.0.0.2/30\", \"fd01::2/64\" }  gateway = \"10.0.0.1\" }\n"
		"	route \"192.168.0.0/16\" { via = \"10.0.0.1\" }\n"
		"}\n",
		i, parents[i / 5], 10 + i);
}

/* Without VLANs macvlans stand in for them. */
static inline char *fleet_config(const char *dir, bool vlans)
{
	static void (*const write[])(FILE *, int) = { fleet_write_macvlan, fleet_write_left,
		fleet_write_right, fleet_write_device, fleet_write_vlan };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out,
		"gateway { name = gw  state_dir = \"%s/state\"  run_dir = \"%s/run\"  "
		"log_dir = \"%s/log\"  firewall = %s }\n",
		dir, dir, dir, nft_missing() ? "false" : "true");
	for (int i = 0; i < FLEET_SIZE; i++)
		write[i % 5 == 4 && !vlans ? 0 : i % 5](out, i);
	fclose(out);
	return text;
}

/* What fleet_config() names: NICs that are veth, "nicN" with the other end "farN". */
static inline void fleet_add_nics(void)
{
	for (int i = 3; i < FLEET_SIZE; i += 5) {
		char nic[IF_NAMESIZE], far[IF_NAMESIZE];

		snprintf(nic, sizeof(nic), "nic%d", i);
		snprintf(far, sizeof(far), "far%d", i);
		assert_int_equal(nlops_add_veth("", nic, far), 0);
		assert_int_equal(nlops_set_up("", far, true), 0);
	}
	assert_true(world_settle());
}

static inline void fleet_delete_nics(void)
{
	for (int i = 3; i < FLEET_SIZE; i += 5) {
		char nic[IF_NAMESIZE];

		snprintf(nic, sizeof(nic), "nic%d", i);
		assert_int_equal(nlops_delete_link("", nic), 0);
	}
}

/* The config as a want that borrows from it. */
static inline void fleet_load(const char *text, struct config **config, struct net_want *want)
{
	struct config_report report = { 0 };
	cleanup_free uint32_t *ids = NULL;
	struct error err = ERROR_INIT;

	if (config_load_text("fleet.conf", text, 0, config, &report) < 0)
		fail_msg("%s", report.faults.count ? report.faults.items[0] : "no config");
	config_report_finish(&report);
	assert_int_equal(ids_assign(*config, false, &ids, &err), 0);
	wiring_all(want, *config, ids);
}

/* ---- chance that can be had again ---- */

struct chance {
	uint64_t state;
};

/* From 0 to limit - 1 (splitmix64). */
static inline unsigned int chance_draw(struct chance *chance, unsigned int limit)
{
	uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (unsigned int)((z ^ (z >> 31)) % limit);
}

static inline unsigned int fleet_number(const char *variable, unsigned int otherwise)
{
	const char *text = getenv(variable);

	return text ? (unsigned int)strtoul(text, NULL, 10) : otherwise;
}

/* Seeded by SEED, else anew each time; says so, as a comment of TAP. */
static inline struct chance chance_begin(void)
{
	struct chance chance = { fleet_number(
		"SEED", (unsigned int)time(NULL) ^ (unsigned int)getpid()) };

	printf("# SEED=%u\n", (unsigned int)chance.state);
	fflush(stdout);
	return chance;
}
