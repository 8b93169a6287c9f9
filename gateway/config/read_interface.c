// SPDX-License-Identifier: GPL-2.0-or-later
/* Interfaces: their keys, and what the name PARENT.ID says where keys do not. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "config/check.h"
#include "config/model.h"
#include "config/reader.h"
#include "config/type.h"

#define INTERFACE(field) offsetof(struct config_interface, field)
#define MIN_VLAN         1
#define MAX_VLAN         4094

static const char *const kind_words[] = {
	[CONFIG_INTERFACE_VLAN] = "vlan",
	[CONFIG_INTERFACE_MACVLAN] = "macvlan",
	[CONFIG_INTERFACE_DEVICE] = "device",
	[CONFIG_INTERFACE_LINK] = "link",
	[CONFIG_INTERFACE_DUMMY] = "dummy",
	[CONFIG_INTERFACE_IPVLAN] = "ipvlan",
	NULL,
};

static const char *const protocol_words[] = {
	[CONFIG_VLAN_8021Q] = "802.1q",
	[CONFIG_VLAN_8021AD] = "802.1ad",
	NULL,
};

static const char *const mode_words[] = {
	[CONFIG_IPVLAN_L2] = "l2",
	[CONFIG_IPVLAN_L3] = "l3",
	[CONFIG_IPVLAN_L3S] = "l3s",
	NULL,
};

static int mac_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_interface *interface = object;
	static const uint8_t zero[6];
	uint8_t mac[6];
	char end;

	(void)key;
	if (strlen(text) != 17 || strspn(text, "0123456789abcdefABCDEF:") != 17 ||
		sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &mac[0], &mac[1], &mac[2],
			&mac[3], &mac[4], &mac[5], &end) != 6)
		return error_set(err, EINVAL,
			"not a MAC address, expected six bytes such as 02:00:00:00:00:01");
	if ((mac[0] & 1) || memcmp(mac, zero, sizeof(mac)) == 0)
		return error_set(err, EINVAL,
			"no address of one interface, expected a unicast address such as 02:00:00:00:00:01");
	memcpy(interface->mac, mac, sizeof(mac));
	interface->has_mac = true;
	return 0;
}

static int vlan_id_parse(const char *text, uint16_t *id, struct error *err)
{
	int64_t number;

	if (!*text)
		return error_set(
			err, EINVAL, "a VLAN id is missing, expected %d to %d", MIN_VLAN, MAX_VLAN);
	if (config_number_parse(text, MIN_VLAN, MAX_VLAN, &number, NULL) < 0)
		return error_set(
			err, EINVAL, "VLAN id %s, expected %d to %d", text, MIN_VLAN, MAX_VLAN);
	*id = (uint16_t)number;
	return 0;
}

static int vlan_id_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_interface *interface = object;
	uint16_t id = 0;
	int r = vlan_id_parse(text, &id, err);

	(void)key;
	if (r < 0)
		return r;
	interface->tags[0] = id;
	interface->n_tags = 1;
	return 0;
}

/* "NAMESPACE" or "NAMESPACE/IFNAME". */
static int peer_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_interface *interface = object;
	const char *slash = strchr(text, '/');
	cleanup_free char *netns = xstrndup(text, strcspn(text, "/"));

	(void)key;
	if (config_check_name(netns, NULL) < 0 || (slash && config_check_ifname(slash + 1, NULL)))
		return error_set(err, EINVAL, "no peer, expected NAMESPACE or NAMESPACE/INTERFACE");
	free(interface->peer);
	free(interface->peer_netns);
	free(interface->peer_name);
	interface->peer = xstrdup(text);
	interface->peer_netns = steal_ptr(&netns);
	interface->peer_name = xstrdup(slash ? slash + 1 : interface->name);
	return 0;
}

static const struct config_type type_mac = { .store = mac_store };
static const struct config_type type_vlan_id = { .store = vlan_id_store };
static const struct config_type type_peer = { .store = peer_store };

static const struct config_key interface_keys[] = {
	{ "kind", &config_type_word, INTERFACE(kind), .words = kind_words },
	{ "parent", &config_type_string, INTERFACE(parent), .check = config_check_not_empty },
	{ .name = "id", .type = &type_vlan_id },
	{ "protocol", &config_type_word, INTERFACE(protocol), .words = protocol_words },
	{ "mode", &config_type_word, INTERFACE(mode), .words = mode_words },
	{ "mtu", &config_type_uint32, INTERFACE(mtu_bytes), .min = 68, .max = 65535 },
	{ .name = "mac", .type = &type_mac },
	{ .name = "peer", .type = &type_peer },
	{ "address", &config_type_addresses, .offset = INTERFACE(addresses),
		.count_offset = INTERFACE(n_addresses) },
	{ "gateway", &config_type_hosts, .offset = INTERFACE(gateways),
		.count_offset = INTERFACE(n_gateways) },
	{ "conflict_detection", &config_type_bool, INTERFACE(conflict_detection),
		.fallback = "true" },
	{ 0 },
};

/* An interface being read. */
struct work {
	struct config_reader *reader;
	const struct config_section *section;
	struct config_interface *interface;
};

__attribute__((format(printf, 3, 4))) static void work_complain(
	const struct work *work, const char *key, const char *format, ...)
{
	cleanup_free char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	config_complain(&work->reader->faults, work->section,
		config_section_line_of(work->section, key), "%s", text);
}

static bool is_written(const struct work *work, const char *key)
{
	return config_section_find(work->section, key) != NULL;
}

/* Cuts "eth0.100.10" into NIC and tags; returns their number, or -EINVAL with one complaint. */
static int chain_cut(const struct work *work, const char *key, const char *chain, char **parent,
	uint16_t tags[CONFIG_MAX_TAGS])
{
	cleanup_free char *rest = xstrdup(chain);
	struct error err = ERROR_INIT;
	char *next = rest;
	int n = 0;

	*parent = xstrdup(strsep(&next, "."));
	while (next) {
		const char *id = strsep(&next, ".");

		if (n == CONFIG_MAX_TAGS) {
			work_complain(work, key, "%s has too many VLAN ids, expected at most %d",
				chain, CONFIG_MAX_TAGS);
			return -EINVAL;
		}
		if (vlan_id_parse(id, &tags[n++], &err) < 0) {
			work_complain(work, key, "%s", err.text);
			return -EINVAL;
		}
	}
	return n;
}

/* The last ".ID" of the name. */
static int name_id_read(const struct work *work, uint16_t *id)
{
	const char *last = strrchr(work->interface->name, '.');
	struct error err = ERROR_INIT;

	if (!last)
		work_complain(work, "parent", "no VLAN id, expected id = 1 to 4094");
	else if (vlan_id_parse(last + 1, id, &err) < 0)
		work_complain(work, "", "%s", err.text);
	else
		return 0;
	return -EINVAL;
}

/* The tags: those of the parent, then the id; both from the name where no key says otherwise. */
static int vlan_chain_read(const struct work *work)
{
	struct config_interface *interface = work->interface;
	uint16_t id = interface->tags[0];
	bool has_id = is_written(work, "id"), has_parent = is_written(work, "parent");
	cleanup_free char *chain =
		interface->parent ? steal_ptr(&interface->parent) : xstrdup(interface->name);
	const char *last = strrchr(interface->name, '.');
	int n;

	interface->n_tags = 0;
	if (!has_parent && has_id && last)
		chain[last - interface->name] = '\0';
	n = chain_cut(work, has_parent ? "parent" : "", chain, &interface->parent, interface->tags);
	if (n < 0 || (has_parent && !has_id && name_id_read(work, &id) < 0))
		return -EINVAL;
	if (has_parent || has_id) {
		if (n == CONFIG_MAX_TAGS) {
			work_complain(work, "id", "too many VLAN ids, expected at most %d",
				CONFIG_MAX_TAGS);
			return -EINVAL;
		}
		interface->tags[n++] = id;
	}
	interface->n_tags = (size_t)n;
	return 0;
}

/* Loopback carries no other, and an uplink's end is vrfgate's own. */
static void parent_judge(const struct work *work)
{
	const struct config_interface *interface = work->interface;
	const char *parent = interface->parent;
	bool uplink = strncmp(parent, "vg", 2) == 0 && parent[2] &&
		!parent[2 + strspn(parent + 2, "0123456789")];
	struct error err = ERROR_INIT;

	if (config_check_parent(parent, &err) < 0)
		work_complain(work, "parent", "parent \"%s\": %s", parent, err.text);
	else if ((strcmp(parent, "lo") == 0 && strcmp(interface->name, "lo") != 0) || uplink)
		config_complain(&work->reader->doubts, work->section,
			config_section_line_of(work->section, "parent"),
			"parent \"%s\": %s, expected a NIC of the machine", parent,
			uplink ? "the name of an uplink" : "the loopback interface");
}

static void vlan_judge(const struct work *work)
{
	struct config_interface *interface = work->interface;
	const struct config_entry *id = config_section_find(work->section, "id");

	if (id && interface->n_tags == 0)
		return; /* complained of when it was read */
	if (!is_written(work, "parent") && !strchr(interface->name, '.')) {
		work_complain(work, "kind",
			"no parent, expected parent = \"NIC\" and id = N, or a name PARENT.ID");
		return;
	}
	if (vlan_chain_read(work) < 0)
		return;
	parent_judge(work);
	if (!is_written(work, "protocol"))
		interface->protocol =
			interface->n_tags > 1 ? CONFIG_VLAN_8021AD : CONFIG_VLAN_8021Q;
}

static void nic_judge(const struct work *work)
{
	struct config_interface *interface = work->interface;

	if (!interface->parent && interface->kind == CONFIG_INTERFACE_DEVICE)
		interface->parent = xstrdup(interface->name);
	if (!interface->parent)
		work_complain(work, "kind", "no parent, expected parent = \"NIC\"");
	else
		parent_judge(work);
}

static void link_judge(const struct work *work)
{
	if (!is_written(work, "peer"))
		work_complain(work, "kind", "no peer, expected peer = \"NAMESPACE/INTERFACE\"");
}

/* By kind: what else there is to judge, and which of the keys that not all kinds have it takes. */
static const struct {
	void (*judge)(const struct work *work);
	const char *keys[5];
} kinds[] = {
	[CONFIG_INTERFACE_VLAN] = { vlan_judge, { "parent", "id", "protocol", "mac" } },
	[CONFIG_INTERFACE_MACVLAN] = { nic_judge, { "parent", "mac" } },
	[CONFIG_INTERFACE_DEVICE] = { nic_judge, { "parent", "mac" } },
	[CONFIG_INTERFACE_LINK] = { link_judge, { "peer", "mac" } },
	[CONFIG_INTERFACE_DUMMY] = { NULL, { "mac" } },
	[CONFIG_INTERFACE_IPVLAN] = { nic_judge, { "parent", "mode" } },
};

static bool kind_takes(enum config_interface_kind kind, const char *key)
{
	for (const char *const *k = kinds[kind].keys; *k; k++)
		if (strcmp(*k, key) == 0)
			return true;
	return false;
}

static void kind_keys_judge(const struct work *work)
{
	static const char *const special[] = { "parent", "id", "protocol", "peer", "mode", "mac" };

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (is_written(work, special[i]) && !kind_takes(work->interface->kind, special[i]))
			work_complain(work, special[i],
				"%s makes no sense for kind %s, expected it not to be set",
				special[i], kind_words[work->interface->kind]);
}

static bool kind_is_known(const struct config_entry *kind)
{
	for (size_t i = 0; kind->n_values == 1 && kind_words[i]; i++)
		if (strcasecmp(kind_words[i], kind->values[0].text) == 0)
			return true;
	return false;
}

/* The kind as written, else vlan where the name or the id says so; false where there is none. */
static bool kind_find(const struct work *work)
{
	const struct config_entry *kind = config_section_find(work->section, "kind");

	if (kind) /* a wrong word was complained of when it was read */
		return kind_is_known(kind);
	work->interface->kind = CONFIG_INTERFACE_VLAN;
	if (is_written(work, "id") || strchr(work->interface->name, '.'))
		return true;
	work_complain(work, "",
		"no kind and no name PARENT.ID, expected a name such as eth0.10, or kind = vlan, macvlan, device, link, dummy or ipvlan");
	return false;
}

/* False: what it would say of kind, parent and id is not to be asked. */
static bool name_judge(const struct work *work)
{
	/* The kernel has settings by the names of the last two. */
	static const char *const reserved[] = { "lo", "uplink", "all", "default" };
	const char *name = work->interface->name, *dot = strrchr(name, '.');
	uint16_t id = 0;
	struct error err = ERROR_INIT;

	if (config_check_ifname(work->interface->name, &err) < 0 && dot && strlen(name) > 15 &&
		vlan_id_parse(dot + 1, &id, NULL) == 0)
		work_complain(work, "",
			"%s; the NIC and the VLAN may be said by parent = \"%.*s\" and id = %u within",
			err.text, (int)(dot - name), name, id);
	else if (err.code)
		work_complain(work, "", "%s", err.text);
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(work->interface->name, reserved[i]) == 0)
			work_complain(work, "",
				"the name is taken in every namespace, expected another one");
	return !err.code;
}

static bool has_family(const struct address *addresses, size_t n, uint8_t family)
{
	for (size_t i = 0; i < n; i++)
		if (addresses[i].family == family)
			return true;
	return false;
}

static const struct address *find_host(
	const struct address *addresses, size_t n, const struct address *host)
{
	for (size_t i = 0; i < n; i++)
		if (addresses[i].family == host->family &&
			memcmp(addresses[i].bytes, host->bytes, address_size(host)) == 0)
			return &addresses[i];
	return NULL;
}

/* In IPv4 one address may be there with several lengths. */
static void addresses_judge(const struct work *work)
{
	const struct config_interface *interface = work->interface;

	if (interface->mtu_bytes && interface->mtu_bytes < CONFIG_MIN_IPV6_MTU &&
		has_family(interface->addresses, interface->n_addresses, AF_INET6))
		work_complain(work, "mtu",
			"mtu \"%u\": too small for an IPv6 address, expected %d or more",
			interface->mtu_bytes, CONFIG_MIN_IPV6_MTU);
	for (size_t i = 1; i < interface->n_addresses; i++) {
		const struct address *address = &interface->addresses[i];
		const struct address *first = find_host(interface->addresses, i, address);
		char text[ADDRESS_TEXT_SIZE];

		if (!first || (address->family == AF_INET && !address_equal(first, address)))
			continue;
		address_format(address, true, text);
		if (address_equal(first, address))
			config_complain(&work->reader->notes, work->section,
				config_section_line_of(work->section, "address"),
				"address \"%s\" is there twice, counted once", text);
		else
			work_complain(work, "address",
				"address \"%s\" is there with another length, expected one of the two",
				text);
	}
}

static void gateways_judge(const struct work *work)
{
	const struct config_interface *interface = work->interface;
	/* Else the fault is told where it is. */
	bool whole = config_section_is_read(work->section, "address", interface->n_addresses);

	for (size_t i = 0; i < interface->n_gateways; i++) {
		const struct address *gateway = &interface->gateways[i];
		char text[ADDRESS_TEXT_SIZE];

		address_format(gateway, false, text);
		if (has_family(interface->gateways, i, gateway->family))
			work_complain(work, "gateway",
				"gateway \"%s\": a second one, expected one per address family",
				text);
		if (whole &&
			!has_family(interface->addresses, interface->n_addresses, gateway->family))
			work_complain(work, "gateway",
				"gateway \"%s\": no address of its family, expected one in address",
				text);
	}
}

static void interface_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_vrf *vrf = parent;
	struct config_interface *interface = array_append(&vrf->interfaces, &vrf->n_interfaces);
	struct work work = { reader, section, interface };
	bool named;

	interface->name = xstrdup(section->title);
	interface->line = section->line;
	named = name_judge(&work);
	config_read_defaults(&config_schema_interface, interface);
	config_read_section(reader, section, &config_schema_interface, interface);
	if ((named || config_section_find(section, "kind")) && kind_find(&work)) {
		kind_keys_judge(&work);
		if (kinds[interface->kind].judge)
			kinds[interface->kind].judge(&work);
	}
	addresses_judge(&work);
	gateways_judge(&work);
}

const struct config_schema config_schema_interface = {
	.name = "interface",
	.title = "NAME",
	.keys = interface_keys,
	.read = interface_read,
};
