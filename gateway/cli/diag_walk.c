// SPDX-License-Identifier: GPL-2.0-or-later
/* The steps of `vrfgate diag`. */
#include "cli/diag_walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "cli/errand.h"
#include "net/bridge.h"
#include "net/channel.h"
#include "net/dump.h"
#include "net/duplicate.h"
#include "net/forwarding.h"
#include "net/netns.h"
#include "net/plan.h"
#include "net/reach.h"
#include "net/state.h"
#include "net/way.h"
#include "vrf/destinations.h"
#include "vrf/paths.h"
#include "vrf/proxy_config.h"
#include "vrf/wiring.h"
#include "zabbix/stats.h"

#define PATIENCE_MS   1000
#define DUPLICATE_MS  1000
/* As much as a supervisor keeps. */
#define START_LOG_MAX (16 * 1024)

enum verdict {
	VERDICT_OK,
	VERDICT_WARN,
	VERDICT_FAIL,
	VERDICT_SKIP,
};

struct walk {
	const struct diag *diag;
	const char *name;  /* of the VRF */
	const json_t *vrf; /* its part of the status; NULL: not known */
	struct net_netns_state netns;
	json_t *steps;
};

/* hint may be NULL. */
__attribute__((format(printf, 5, 6))) static void say(struct walk *walk, const char *step,
	enum verdict verdict, const char *hint, const char *format, ...)
{
	static const char *const words[] = { "ok", "warn", "fail", "skip" };
	char detail[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	/* Of proxies and servers too. */
	text_make_printable(detail);
	json_array_append_new(walk->steps,
		json_pack("{s:s, s:s, s:o, s:o}", "step", step, "verdict", words[verdict], "detail",
			json_text(detail), "hint", json_text(hint ? hint : "")));
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* --- the namespace and what is in it --- */

static bool names_hold(const json_t *names, const char *name)
{
	size_t i;
	json_t *each;

	json_array_foreach (names, i, each)
		if (json_is_string(each) && strcmp(json_string_value(each), name) == 0)
			return true;
	return false;
}

/* Who else suffers from the same; NULL: nobody. */
static const char *shared_cause(const struct walk *walk)
{
	const json_t *gateway = json_object_get(walk->diag->status, "gateway");
	size_t i;
	json_t *cause;

	json_array_foreach (json_object_get(gateway, "causes"), i, cause)
		if (names_hold(json_object_get(cause, "vrfs"), walk->name))
			return text_of(cause, "summary");
	return NULL;
}

static const json_t *check_find(const json_t *vrf, const char *name)
{
	size_t i;
	json_t *check;

	json_array_foreach (json_object_get(vrf, "checks"), i, check)
		if (strcmp(text_of(check, "name"), name) == 0)
			return check;
	return NULL;
}

static void reload_tell(struct walk *walk)
{
	const json_t *gateway = json_object_get(walk->diag->status, "gateway");
	const json_t *reload = json_object_get(gateway, "reload");

	if (json_is_false(json_object_get(reload, "ok")))
		say(walk, "supervisor", VERDICT_WARN, "vrfgate check",
			"the config as it is now is not in effect: %s", text_of(reload, "error"));
}

static void step_supervisor(struct walk *walk)
{
	const char *state = text_of(walk->vrf, "state"), *reason = text_of(walk->vrf, "reason");
	cleanup_free char *start = xasprintf("vrfgate start %s", walk->name);
	bool rests = strcmp(state, "disabled") == 0;

	if (!walk->diag->status)
		say(walk, "supervisor", VERDICT_FAIL, "systemctl start vrfgate", "it does not run");
	else if (!walk->vrf)
		say(walk, "supervisor", VERDICT_FAIL, "vrfgate reload",
			"it does not know the VRF: the config was not read since");
	else
		say(walk, "supervisor", rests ? VERDICT_FAIL : VERDICT_OK,
			rests && walk->diag->vrf->enabled ? start : shared_cause(walk),
			"the VRF is %s%s%s", state, *reason ? ": " : "", reason);
	reload_tell(walk);
}

static void step_disks(struct walk *walk)
{
	const json_t *gateway = json_object_get(walk->diag->status, "gateway");
	const json_t *disks = json_object_get(gateway, "disks");
	size_t i;
	json_t *warning;

	json_array_foreach (disks, i, warning)
		say(walk, "disk", VERDICT_WARN, NULL, "%s",
			json_is_string(warning) ? json_string_value(warning) : "");
	if (!json_is_array(disks))
		say(walk, "disk", VERDICT_SKIP, NULL, "not known");
	else if (json_array_size(disks) == 0)
		say(walk, "disk", VERDICT_OK, NULL,
			"state_dir, log_dir and run_dir are not nearly full");
}

/* What the plan says against the VRF, first of all. */
static char *plan_fault(const struct walk *walk)
{
	static const char unknown[] = "vrfgate plan tells what is in the way";
	cleanup_json json_t *document = NULL;
	struct net_want want;
	struct net_have *have = NULL;
	struct net_plan *plan = NULL;
	const char *fault = "";

	wiring_begin(&want, walk->diag->config, NULL);
	want.partial = true;
	wiring_add(&want, walk->diag->vrf, walk->diag->id);
	if (net_compare(&want, &have, &plan, NULL) == 0) {
		document = net_plan_to_json(plan);
		fault = text_of(json_array_get(json_object_get(document, "faults"), 0), "text");
	}
	net_plan_destroy(plan);
	net_have_destroy(have);
	net_want_finish(&want);
	return xstrdup(*fault ? fault : unknown);
}

static void step_netns(struct walk *walk)
{
	struct error err = ERROR_INIT;
	int r = net_netns_state_read(walk->name, &walk->netns, &err);
	cleanup_free char *fault = r == 0 && !walk->netns.exists ? plan_fault(walk) : NULL;

	if (r < 0)
		say(walk, "namespace", VERDICT_FAIL, NULL, "%s", err.text);
	else if (!walk->netns.exists)
		say(walk, "namespace", VERDICT_FAIL, fault,
			NETNS_DIR "/%s is not there, or not ours", walk->name);
	else
		say(walk, "namespace", VERDICT_OK, NULL, NETNS_DIR "/%s", walk->name);
}

static char *carrier_hint(const struct config_interface *interface)
{
	if (interface->kind == CONFIG_INTERFACE_LINK)
		return xasprintf("its other end, %s in '%s', is down", interface->peer_name,
			interface->peer_netns);
	return xasprintf("look at '%s': is it up, and is there a cable in it?",
		interface->parent ? interface->parent : interface->name);
}

/* A VLAN on a bridge that keeps it to its ports is up and hears nothing. */
static void step_bridge(struct walk *walk, const struct config_interface *interface)
{
	char bridge[NET_IFNAME_SIZE];
	cleanup_free char *hint = NULL;
	bool lacks;

	if (interface->kind != CONFIG_INTERFACE_VLAN || interface->n_tags == 0 ||
		net_bridge_lacks_vlan(interface->parent, interface->tags[0], &lacks, bridge, NULL) <
			0 ||
		!lacks)
		return;
	hint = xasprintf("bridge vlan add dev %s vid %u self", bridge, interface->tags[0]);
	say(walk, "link", VERDICT_FAIL, hint, "bridge '%s' does not let VLAN %u through to %s",
		bridge, interface->tags[0], interface->name);
}

static void step_interfaces(struct walk *walk)
{
	cleanup_free char *fault = NULL;
	const struct config_vrf *vrf = walk->diag->vrf;

	for (size_t i = 0; i < vrf->n_interfaces; i++) {
		const char *name = vrf->interfaces[i].name;
		const struct net_link_state *link = net_netns_state_find(&walk->netns, name);
		cleanup_free char *hint = carrier_hint(&vrf->interfaces[i]);

		if ((!link || !link->up) && !fault)
			fault = plan_fault(walk);
		if (!link || !link->up)
			say(walk, "link", VERDICT_FAIL, fault, "%s is %s", name,
				link ? "down" : "missing");
		else if (link->master[0])
			say(walk, "link", VERDICT_FAIL, "vrfgate up takes it out",
				"%s is a port of %s, which has what comes in", name, link->master);
		else
			say(walk, "link", VERDICT_OK, NULL, "%s is up", name);
		if (!link || !link->up)
			say(walk, "carrier", VERDICT_SKIP, NULL, "%s is not up", name);
		else
			say(walk, "carrier", link->carrier ? VERDICT_OK : VERDICT_FAIL,
				link->carrier ? NULL : hint, "%s %s", name,
				link->carrier ? "has it" : "has none");
		step_bridge(walk, &vrf->interfaces[i]);
	}
	if (vrf->n_interfaces == 0)
		say(walk, "link", VERDICT_SKIP, NULL, "the config names no interface");
}

static bool is_own_mac(
	const struct net_duplicate *duplicate, const uint8_t mac[6], const void *data)
{
	const struct walk *walk = data;

	(void)duplicate;
	return net_netns_state_has_mac(&walk->netns, mac);
}

/* A namespace of ours, in whichever config, but for the one that asks. */
static bool answers(
	const struct walk *walk, const char *netns, const struct net_duplicate *duplicate)
{
	struct net_netns_state state = { 0 };
	bool does = strcmp(netns, walk->name) != 0 &&
		net_netns_state_read(netns, &state, NULL) == 0 && state.exists &&
		net_netns_state_answers(&state, &duplicate->address, duplicate->mac);

	net_netns_state_finish(&state);
	return does;
}

/* The other VRFs that may have answered: one, as a rule, but all VLANs of a NIC may have its MAC. NULL: none. */
static char *owners_format(const struct walk *walk, const struct net_duplicate *duplicate)
{
	cleanup(strings_finish) struct strings owners = { 0 };
	cleanup_dir DIR *directory = opendir(NETNS_DIR);
	const struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (entry->d_name[0] != '.' && answers(walk, entry->d_name, duplicate))
			strings_add(&owners, entry->d_name);
	return owners.count ? strings_list(&owners) : NULL;
}

static bool asks(const struct config_interface *interface, const struct net_link_state *link)
{
	return interface->conflict_detection && link && link->carrier && link->ethernet;
}

/* Asks the network; nothing is found where nobody can be asked, or shall be. */
static struct net_duplicate duplicate_find(struct walk *walk,
	const struct config_interface *interface, const struct net_link_state *link,
	const struct address *address)
{
	struct net_duplicate duplicate = { .netns = walk->name, .address = *address, .fd = -1 };

	if (!asks(interface, link))
		return duplicate;
	duplicate.ifindex = link->ifindex;
	memcpy(duplicate.own_mac, link->mac, sizeof(duplicate.own_mac));
	net_duplicates_open(&duplicate, 1);
	net_duplicates_ask(&duplicate, 1, DUPLICATE_MS, is_own_mac, walk);
	net_duplicates_close(&duplicate, 1);
	return duplicate;
}

static void duplicate_say(struct walk *walk, const struct config_interface *interface,
	const struct net_duplicate *duplicate)
{
	const uint8_t *m = duplicate->mac;
	cleanup_free char *owners = duplicate->has_mac ? owners_format(walk, duplicate) : NULL;
	char who[32] = "another host", text[ADDRESS_TEXT_SIZE];

	if (duplicate->has_mac)
		snprintf(who, sizeof(who), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3],
			m[4], m[5]);
	say(walk, "address", VERDICT_FAIL,
		"duplicate address: take it off that host, or set another one here",
		"%s on %s is in use by %s%s%s", address_format(&duplicate->address, true, text),
		interface->name, who, owners ? ", of this gateway's VRF " : "",
		owners ? owners : "");
}

static void address_judge(struct walk *walk, const struct config_interface *interface,
	const struct net_link_state *link, const struct address *address)
{
	const struct net_link_address *there = net_link_state_find_address(link, address);
	bool duplicate = there && there->standing == NET_ADDRESS_DUPLICATE;
	struct net_duplicate found = { 0 };
	char text[ADDRESS_TEXT_SIZE];

	address_format(address, true, text);
	if (there && (duplicate || address->family == AF_INET))
		found = duplicate_find(walk, interface, link, address);
	if (!there)
		say(walk, "address", VERDICT_FAIL, "vrfgate plan tells what is in the way",
			"%s lacks %s", interface->name, text);
	else if (duplicate || found.found)
		duplicate_say(walk, interface, &found);
	else if (there->standing == NET_ADDRESS_TENTATIVE && link->carrier)
		say(walk, "address", VERDICT_WARN,
			"duplicate address detection; ask again in a moment",
			"%s on %s is tentative", text, interface->name);
	else
		say(walk, "address", VERDICT_OK, NULL, "%s has %s", interface->name, text);
}

/* Of an interface that the config gives no address. */
static void foreign_address_judge(
	struct walk *walk, const char *interface, const struct net_link_state *link)
{
	const json_t *check = check_find(walk->vrf, "address");
	char text[ADDRESS_TEXT_SIZE];

	if (link && link->n_addresses > 0)
		say(walk, "address", VERDICT_OK, NULL, "%s has %s, set by another program",
			interface, address_format(&link->addresses[0].address, true, text));
	else if (check && !json_is_true(json_object_get(check, "ok")))
		say(walk, "address", VERDICT_FAIL, "does the DHCP client of this interface run?",
			"%s has no address: %s", interface, text_of(check, "detail"));
	else
		say(walk, "address", VERDICT_SKIP, NULL,
			"%s has no address, and the config gives it none", interface);
}

static void step_addresses(struct walk *walk)
{
	const struct config_vrf *vrf = walk->diag->vrf;

	for (size_t i = 0; i < vrf->n_interfaces; i++) {
		const struct config_interface *interface = &vrf->interfaces[i];
		const struct net_link_state *link =
			net_netns_state_find(&walk->netns, interface->name);

		if (interface->n_addresses == 0)
			foreign_address_judge(walk, interface->name, link);
		for (size_t a = 0; a < interface->n_addresses; a++)
			address_judge(walk, interface, link, &interface->addresses[a]);
	}
}

/* --- the customer's gateway --- */

static void mac_format(const uint8_t m[6], char text[18])
{
	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
}

/* One that somebody has set is asked for itself, which the kernel does not do. */
static void known_judge(
	struct walk *walk, const struct next_hop *hop, const uint8_t mac[6], bool is_set)
{
	const struct net_link_state *link =
		net_netns_state_find(&walk->netns, hop->interface->name);
	struct net_duplicate other = { .fd = -1 };
	bool own = net_netns_state_has_mac(&walk->netns, mac);
	char address[ADDRESS_TEXT_SIZE], entry[18], answer[18];
	cleanup_free char *hint = NULL;

	address_format(hop->address, false, address);
	mac_format(mac, entry);
	hint = xasprintf("ip -n %s neigh del %s dev %s", walk->name, address, hop->interface->name);
	if (is_set && !own && asks(hop->interface, link))
		other = duplicate_find(walk, hop->interface, link, hop->address);
	mac_format(other.mac, answer);
	if (own)
		say(walk, "neighbour", VERDICT_FAIL, hint,
			"%s is %s, which is an interface of the VRF itself", address, entry);
	else if (other.found && memcmp(other.mac, mac, sizeof(other.mac)) != 0)
		say(walk, "neighbour", VERDICT_FAIL, hint,
			"%s is %s, set by hand, and %s answers for it", address, entry, answer);
	else if (is_set && !other.found && asks(hop->interface, link))
		say(walk, "neighbour", VERDICT_FAIL, hint,
			"%s is %s, set by hand, and does not answer itself", address, entry);
	else
		say(walk, "neighbour", VERDICT_OK, NULL, "%s is %s%s", address, entry,
			is_set ? ", set by hand" : "");
}

/* True where its hardware address is known. */
static bool neighbour_judge(struct walk *walk, const struct next_hop *hop,
	const struct net_reach *reach, const char *address)
{
	enum net_neighbour neighbour;
	struct error err = ERROR_INIT;
	uint8_t mac[6] = { 0 };

	if (net_reach_neighbour(reach, &neighbour, mac, &err) < 0) {
		say(walk, "neighbour", VERDICT_SKIP, NULL, "%s: %s", address, err.text);
		return false;
	}
	if (neighbour == NET_NEIGHBOUR_KNOWN || neighbour == NET_NEIGHBOUR_SET) {
		known_judge(walk, hop, mac, neighbour == NET_NEIGHBOUR_SET);
		return true;
	}
	say(walk, "neighbour", VERDICT_FAIL,
		"is the VLAN right, is the router up, is its address this one?",
		"nobody on %s says that he is %s", reach->interface, address);
	return false;
}

/* The ping first: it makes the kernel look for the neighbour. */
static void gateway_judge(struct walk *walk, const struct next_hop *hop)
{
	const struct net_reach reach = { walk->name, hop->interface->name, hop->address,
		PATIENCE_MS };
	char address[ADDRESS_TEXT_SIZE];
	struct error err = ERROR_INIT;
	uint64_t rtt_us = 0;
	int r = net_reach_ping(&reach, &rtt_us, &err);
	bool known =
		neighbour_judge(walk, hop, &reach, address_format(hop->address, false, address));

	if (r == 0)
		say(walk, "gateway", VERDICT_OK, NULL, "%s answers in %.1f ms", address,
			(double)rtt_us / 1000);
	else if (known && r == -ETIMEDOUT)
		say(walk, "gateway", VERDICT_WARN, "it is there, so it may not answer pings",
			"%s does not answer within %d s", address, PATIENCE_MS / 1000);
	else
		say(walk, "gateway", VERDICT_FAIL, NULL, "%s: %s", address, err.text);
}

static void step_gateways(struct walk *walk)
{
	cleanup_free struct next_hop *hops = NULL;
	size_t count = next_hops_list(walk->diag->vrf, &hops);

	for (size_t i = 0; i < count; i++)
		gateway_judge(walk, &hops[i]);
	if (count == 0)
		say(walk, "gateway", VERDICT_SKIP, NULL, "the config names none");
}

/* --- the ways of its packets --- */

#define ASTRAY_MAX 10

static void rules_say(struct walk *walk, struct net_channel *channel)
{
	cleanup(net_have_netns_clear) struct net_have_netns have = { 0 };
	char text[NET_WAY_TEXT_SIZE];

	(void)net_dump_rules(channel, &have, NULL);
	for (size_t i = 0; i < have.n_rules; i++)
		if (net_rule_is_foreign(&have.rules[i]))
			say(walk, "route", VERDICT_WARN, "kept: 'ip rule' shows it",
				"foreign rule '%s'", net_rule_text(&have.rules[i], text));
}

static void ways_say(struct walk *walk, const struct net_ways *ways, size_t fixed)
{
	const struct config_vrf *vrf = walk->diag->vrf;
	size_t astray = 0, known = 0;

	for (size_t i = 0; i < ways->count; i++) {
		char text[NET_WAY_TEXT_SIZE + 128];

		known += ways->items[i].known;
		if (!ways->items[i].astray || ++astray > ASTRAY_MAX)
			continue;
		destination_describe(ways->want, i < fixed ? NULL : &vrf->hosts[i - fixed],
			&ways->items[i], text, sizeof(text));
		say(walk, "route", VERDICT_FAIL, NULL, "%s", text);
	}
	if (astray > ASTRAY_MAX)
		say(walk, "route", VERDICT_FAIL, NULL, "%zu more", astray - ASTRAY_MAX);
	if (astray == 0 && known)
		say(walk, "route", VERDICT_OK, NULL, "%zu ways as configured", known);
	else if (astray == 0)
		say(walk, "route", VERDICT_SKIP, NULL, "nothing has a way that can be asked for");
}

static void step_routes(struct walk *walk)
{
	const struct diag *diag = walk->diag;
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;
	cleanup(net_want_finish) struct net_want want;
	cleanup_free struct net_way *ways = NULL;
	struct error err = ERROR_INIT;
	size_t fixed, count;
	int r = net_channel_open_in(&channel, walk->name, &err);

	wiring_one(&want, diag->config, diag->vrf, diag->id);
	fixed = count = destinations_list(&want, &ways);
	destinations_add_hosts(diag->vrf, 0, diag->vrf->n_hosts, &ways, &count);
	if (r == 0)
		r = net_ways_read(
			&channel, &(struct net_ways){ &want, &walk->netns, ways, count }, &err);
	if (r < 0)
		say(walk, "route", VERDICT_SKIP, NULL, "%s", err.text);
	else
		ways_say(walk, &(struct net_ways){ &want, &walk->netns, ways, count }, fixed);
	if (channel.fd >= 0)
		rules_say(walk, &channel);
}

/* --- the uplink --- */

/* The root side lets in no ping, and what comes for the server's port: a refusal is an answer, too. */
static int ask_root(struct walk *walk, const struct address *to, struct error *err)
{
	int fd = net_reach_connect(&(struct net_reach){ walk->name, NULL, to, PATIENCE_MS },
		walk->diag->config->zabbix.server_port, err);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || fd == -ECONNREFUSED ? 0 : fd;
}

static void judge_root(struct walk *walk, const struct address *to, const char *hint)
{
	unsigned int port = walk->diag->config->zabbix.server_port;
	char address[ADDRESS_TEXT_SIZE];
	struct error err = ERROR_INIT;

	address_format(to, false, address);
	if (ask_root(walk, to, &err) == 0)
		say(walk, "uplink", VERDICT_OK, NULL, "out of the namespace: %s answers at port %u",
			address, port);
	else
		say(walk, "uplink", VERDICT_FAIL, hint, "out of the namespace: %s, port %u: %s",
			address, port, err.text);
}

static void judge_inside(struct walk *walk, const struct address *to, const char *hint)
{
	char address[ADDRESS_TEXT_SIZE];
	struct error err = ERROR_INIT;
	uint64_t rtt_us = 0;

	address_format(to, false, address);
	if (net_reach_ping(&(struct net_reach){ NULL, NULL, to, PATIENCE_MS }, &rtt_us, &err) == 0)
		say(walk, "uplink", VERDICT_OK, NULL, "into the namespace: %s answers in %.1f ms",
			address, (double)rtt_us / 1000);
	else
		say(walk, "uplink", VERDICT_FAIL, hint, "into the namespace: %s: %s", address,
			err.text);
}

/* Asked from here first: what fails from here fails from inside for the same reason. Of a cluster the node that is
 * active listens, and no other. */
static void servers_judge(struct walk *walk, const char *way, const char *netns, const char *hint)
{
	const struct net_servers *servers = &walk->diag->config->uplink.servers;
	uint16_t port = walk->diag->config->zabbix.server_port;
	struct error failures[NET_SERVERS_MAX] = { 0 };
	int answers[NET_SERVERS_MAX];
	bool any = false;

	for (size_t i = 0; i < servers->count; i++) {
		answers[i] = net_reach_connect(
			&(struct net_reach){ netns, NULL, &servers->nodes[i], PATIENCE_MS }, port,
			&failures[i]);
		any |= answers[i] >= 0;
		if (answers[i] >= 0)
			close(answers[i]);
	}
	for (size_t i = 0; i < servers->count; i++) {
		char address[ADDRESS_TEXT_SIZE];

		address_format(&servers->nodes[i], false, address);
		if (answers[i] >= 0)
			say(walk, "uplink", VERDICT_OK, NULL, "%s: %s answers at port %u", way,
				address, port);
		else if (any && answers[i] == -ECONNREFUSED)
			say(walk, "uplink", VERDICT_OK, NULL,
				"%s: %s is not the active node of the cluster", way, address);
		else
			say(walk, "uplink", any ? VERDICT_WARN : VERDICT_FAIL, any ? NULL : hint,
				"%s: %s port %u: %s", way, address, port, failures[i].text);
	}
}

/* What the way to the server costs this machine, and what it lacks. */
static void step_forwarding(struct walk *walk)
{
	struct strings warnings = { 0 };
	struct net_want want;

	wiring_begin(&want, walk->diag->config, NULL);
	if (want.firewall && net_forwarding_warn(&want, &warnings, NULL) == 0)
		for (size_t i = 0; i < warnings.count; i++)
			say(walk, "uplink", VERDICT_WARN, NULL, "%s", warnings.items[i]);
	strings_finish(&warnings);
	net_want_finish(&want);
}

static void step_uplink(struct walk *walk)
{
	static const char *const hints[] = {
		[CONFIG_UPLINK_LOCAL] = "does another firewall of this machine drop its packets?",
		[CONFIG_UPLINK_ROUTED] =
			"does the network there have a route back to the uplinks' prefix?",
		[CONFIG_UPLINK_NAT] =
			"does another firewall of this machine drop what is forwarded?",
	};
	cleanup_free char *hint = NULL;
	struct address root, inside;
	char name[NET_IFNAME_SIZE];

	if (!walk->diag->vrf->has_uplink) {
		say(walk, "uplink", VERDICT_SKIP, NULL, "it has none");
		return;
	}
	if (net_uplink_addresses(
		    &walk->diag->config->uplink.prefix, walk->diag->id, &root, &inside) < 0) {
		say(walk, "uplink", VERDICT_FAIL, NULL, "number %u is outside of the prefix",
			walk->diag->id);
		return;
	}
	hint = xasprintf("is %s up? does another firewall of this machine drop its packets?",
		net_uplink_root_name(walk->diag->id, name));
	judge_root(walk, &root, hint);
	judge_inside(walk, &inside, hint);
	if (walk->diag->config->uplink.servers.count == 0)
		return;
	step_forwarding(walk);
	servers_judge(walk, "server, from this machine", NULL,
		"is it up? does this machine have a route to it?");
	servers_judge(walk, "server, from the namespace", walk->name,
		hints[walk->diag->config->uplink.mode]);
}

/* --- the proxy --- */

struct proxy_answer {
	int listens;
	struct zabbix_stats stats;
};

static int proxy_connect(const void *data, int *fd, struct error *err)
{
	*fd = net_reach_connect(data, PROXY_PORT, err);
	return *fd < 0 ? *fd : 0;
}

static int proxy_ask(const void *data, int fd, void *answer, struct error *err)
{
	struct proxy_answer *proxy = answer;

	(void)data;
	proxy->listens = 1;
	return zabbix_stats_ask(fd, &proxy->stats, err);
}

/* What the proxy said when it ended before its log was open, for which its log is no use; a line a step. Root's to
 * read, where it is there. */
static bool step_start_log(struct walk *walk)
{
	cleanup(vrf_paths_finish) struct vrf_paths paths = { 0 };
	cleanup_free char *words = NULL;
	char *rest = NULL;
	bool said = false;
	size_t size;

	vrf_paths_init(&paths, &walk->diag->config->gateway, walk->name);
	if (file_read(paths.start_log, START_LOG_MAX, &words, &size, NULL) < 0)
		return false;
	for (char *line = strtok_r(words, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		say(walk, "proxy", VERDICT_FAIL, "see proxy { options } and profile", "%s", line);
		said = true;
	}
	return said;
}

static void step_proxy(struct walk *walk)
{
	static const struct address loopback = { AF_INET, 32, { 127, 0, 0, 1 } };
	cleanup_free char *logs = xasprintf("vrfgate logs %s", walk->name);
	struct net_reach reach = { walk->name, NULL, &loopback, PATIENCE_MS };
	struct proxy_answer proxy = { 0 };
	struct error err = ERROR_INIT;
	int r;

	if (!walk->diag->vrf->has_proxy) {
		say(walk, "proxy", VERDICT_SKIP, NULL, "it has none");
		return;
	}
	r = cli_errand_run(&(struct cli_errand){ proxy_connect, proxy_ask, &reach, sizeof(proxy) },
		&proxy, &err);
	if (!proxy.listens) {
		bool said = step_start_log(walk);

		say(walk, "proxy", VERDICT_FAIL, said ? NULL : logs, "port %d: %s", PROXY_PORT,
			err.text);
		say(walk, "stats", VERDICT_SKIP, NULL, "there is nobody to ask");
		return;
	}
	say(walk, "proxy", VERDICT_OK, NULL, "it listens at port %d", PROXY_PORT);
	if (r < 0)
		say(walk, "stats", VERDICT_FAIL, logs, "%s", err.text);
	else
		say(walk, "stats", VERDICT_OK, NULL,
			"Zabbix %.*s, %llu hosts, %llu items, %.1f values/s",
			(int)sizeof(proxy.stats.version), proxy.stats.version,
			(unsigned long long)proxy.stats.hosts,
			(unsigned long long)proxy.stats.items, proxy.stats.required_vps);
}

/* --- the server --- */

static void step_server(struct walk *walk)
{
	const json_t *check = check_find(walk->vrf, "server");
	const json_t *zabbix =
		json_object_get(json_object_get(walk->diag->status, "gateway"), "zabbix");
	cleanup_free char *hint = xasprintf("is '%s' known to the server, with the key it has?",
		text_of(json_object_get(walk->vrf, "proxy"), "name"));

	if (!walk->diag->vrf->has_proxy || !*walk->diag->config->zabbix.url)
		say(walk, "server", VERDICT_SKIP, NULL,
			walk->diag->vrf->has_proxy ? "there is no Zabbix API to ask" : "no proxy");
	else if (strcmp(text_of(zabbix, "state"), "ok") != 0)
		say(walk, "server", walk->diag->status ? VERDICT_WARN : VERDICT_SKIP, NULL,
			"not known: the Zabbix API is %s: %s",
			zabbix ? text_of(zabbix, "state") : "not asked", text_of(zabbix, "error"));
	else if (!check)
		say(walk, "server", VERDICT_SKIP, NULL, "not known yet");
	else
		say(walk, "server",
			json_is_true(json_object_get(check, "ok")) ? VERDICT_OK : VERDICT_FAIL,
			json_is_true(json_object_get(check, "ok")) ? NULL : hint, "%s",
			text_of(check, "detail"));
}

static const struct {
	const char *name;
	bool inside; /* nothing to look at without a namespace */
	void (*take)(struct walk *walk);
} steps[] = {
	{ "supervisor", false, step_supervisor },
	{ "disk", false, step_disks },
	{ "namespace", false, step_netns },
	{ "link", true, step_interfaces },
	{ "address", true, step_addresses },
	{ "route", true, step_routes },
	{ "gateway", true, step_gateways },
	{ "uplink", true, step_uplink },
	{ "proxy", true, step_proxy },
	{ "server", false, step_server },
};

json_t *diag_walk(const struct diag *diag)
{
	struct walk walk = { .diag = diag,
		.name = diag->vrf->name,
		.vrf = json_array_get(json_object_get(diag->status, "vrfs"), 0),
		.steps = json_array() };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].inside && !walk.netns.exists)
			say(&walk, steps[i].name, VERDICT_SKIP, NULL, "there is no namespace");
		else
			steps[i].take(&walk);
	}
	net_netns_state_finish(&walk.netns);
	return walk.steps;
}
