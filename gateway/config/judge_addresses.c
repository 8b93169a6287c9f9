// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judging the addresses of a VRF: those that no host can have, those of two interfaces, and those that take from
 * the uplink what is its own. The kernel takes most of them, and what is lost is not told by anything.
 */
#include "config/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"

struct judge {
	struct config_reader *reader;
	const struct config_vrf *vrf;
	const struct config_section *section;
};

static bool overlap(const struct address *a, const struct address *b)
{
	return address_in_network(a, b) || address_in_network(b, a);
}

/* An address alone, as an unnumbered interface has it, may be that of several. */
static bool is_alone(const struct address *address)
{
	return address->prefix_length == 8 * address_size(address);
}

static int address_line(const struct config_section *interface)
{
	return config_section_line_of(interface, "address");
}

/* ---- those of an interface ---- */

static void judge_kind(
	const struct judge *j, const struct config_section *own, const struct address *address)
{
	enum address_kind kind = address_kind(address);
	char text[ADDRESS_TEXT_SIZE];

	address_format(address, true, text);
	if (kind != ADDRESS_HOST)
		config_complain(&j->reader->doubts, own, address_line(own),
			"address \"%s\": %s, expected one of a host", text,
			address_kind_text(kind));
	else if (address->family == AF_INET6 && address->prefix_length < 127 &&
		!address_has_host_bits(address))
		config_complain(&j->reader->notes, own, address_line(own),
			"address \"%s\": that of all routers of its network (RFC 4291), expected another one",
			text);
}

/* Of two interfaces of one network the kernel uses the first. */
static void judge_pair(const struct judge *j, const struct config_section *own, size_t other,
	const struct address *a, const struct address *b)
{
	bool same = address_same_host(a, b);
	const struct config_section *section;
	char text[ADDRESS_TEXT_SIZE];

	if (is_alone(a) && is_alone(b))
		return;
	if (!same && (a->prefix_length != b->prefix_length || !address_in_network(a, b)))
		return;
	section = config_section_nth(j->section, "interface", other);
	address_format(a, true, text);
	if (same)
		config_complain(&j->reader->doubts, own, address_line(own),
			"address \"%s\": that of interface '%s' at %s:%d, too, expected one of its own",
			text, section->title, section->file->path, address_line(section));
	else
		config_complain(&j->reader->notes, own, address_line(own),
			"address \"%s\": in the network of interface '%s' at %s:%d, which the kernel reaches by that one",
			text, section->title, section->file->path, address_line(section));
}

static void judge_others(const struct judge *j, size_t index, const struct address *address)
{
	const struct config_section *own = config_section_nth(j->section, "interface", index);

	for (size_t i = 0; i < index; i++) {
		const struct config_interface *other = &j->vrf->interfaces[i];

		for (size_t a = 0; a < other->n_addresses; a++)
			judge_pair(j, own, i, address, &other->addresses[a]);
	}
}

/* Link-local ones are every link's own. */
static bool is_link_local(const struct address *address)
{
	return address->family == AF_INET6 && address->bytes[0] == 0xfe &&
		(address->bytes[1] & 0xc0) == 0x80;
}

/* ---- the uplink's ---- */

/* IPv4 is compared with the addresses of the VRF's own uplink, when its number is known. */
static void judge_uplink(
	const struct judge *j, const struct config_section *own, const struct address *address)
{
	const struct address *prefix = &j->reader->config->uplink.prefix;
	char text[ADDRESS_TEXT_SIZE], other[ADDRESS_TEXT_SIZE];

	if (j->vrf->has_uplink && address->prefix_length > 0 && overlap(prefix, address))
		config_complain(&j->reader->doubts, own, address_line(own),
			"address \"%s\": its network overlaps with the prefix of the uplinks, %s, expected another prefix in section uplink",
			address_format(address, true, text), address_format(prefix, true, other));
}

/* One that only goes around the prefix loses no more than that. */
static void judge_route(
	const struct judge *j, const struct config_section *own, const struct address *destination)
{
	const struct address *prefix = &j->reader->config->uplink.prefix;
	char other[ADDRESS_TEXT_SIZE];

	if (j->vrf->has_uplink && address_in_network(prefix, destination) &&
		destination->prefix_length >= prefix->prefix_length)
		config_complain(&j->reader->doubts, own, own->line,
			"in the prefix of the uplinks, %s, expected another prefix in section uplink",
			address_format(prefix, true, other));
}

/* ---- those of others ---- */

static void judge_remote(const struct judge *j, const struct config_section *own, const char *key,
	const struct address *address)
{
	enum address_kind kind = address->family ? address_kind(address) : ADDRESS_HOST;
	char text[ADDRESS_TEXT_SIZE];

	if (kind != ADDRESS_HOST && kind != ADDRESS_LOOPBACK)
		config_complain(&j->reader->doubts, own, config_section_line_of(own, key),
			"%s \"%s\": %s, expected one of a host", key,
			address_format(address, false, text), address_kind_text(kind));
}

static void judge_interface(const struct judge *j, size_t index)
{
	const struct config_interface *interface = &j->vrf->interfaces[index];
	const struct config_section *own = config_section_nth(j->section, "interface", index);

	for (size_t i = 0; i < interface->n_addresses; i++) {
		const struct address *address = &interface->addresses[i];

		judge_kind(j, own, address);
		judge_uplink(j, own, address);
		if (!is_link_local(address))
			judge_others(j, index, address);
	}
}

static void judge_host(
	const struct judge *j, const struct config_section *own, const struct config_host *host)
{
	if (!host->dns)
		judge_remote(j, own, "address", &host->address);
	for (size_t i = 0; i < host->n_interfaces; i++)
		if (!host->interfaces[i].dns)
			judge_remote(j, config_section_nth(own, "interface", i), "address",
				&host->interfaces[i].address);
}

void config_judge_addresses(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	const struct judge j = { reader, vrf, section };
	struct address server;

	for (size_t i = 0; i < vrf->n_interfaces; i++)
		judge_interface(&j, i);
	for (size_t i = 0; i < vrf->n_routes; i++)
		judge_route(
			&j, config_section_nth(section, "route", i), &vrf->routes[i].destination);
	for (size_t i = 0; i < vrf->n_hosts; i++)
		judge_host(&j, config_section_nth(section, "host", i), &vrf->hosts[i]);
	for (size_t i = 0; i < vrf->dns.count; i++)
		if (address_parse(&server, vrf->dns.items[i]) == 0)
			judge_remote(&j, section, "dns", &server);
}

/* ---- one address of several VRFs on one wire ---- */

/* Overlap is the point of a VRF, but not where two of them are hosts of one network. */
struct place {
	char *wire;
	const struct address *address;
	const struct config_vrf *vrf;
	const struct config_section *section;
	size_t number;
	bool asks;
};

/* Two VLANs of one number are a fault in any case, and a device is in one VRF alone; NULL: only there. */
static char *wire_format(const struct config_vrf *vrf, const struct config_interface *interface)
{
	bool first;

	if (interface->kind == CONFIG_INTERFACE_MACVLAN && interface->parent)
		return xasprintf("parent '%s'", interface->parent);
	if (interface->kind != CONFIG_INTERFACE_LINK || !interface->peer)
		return NULL;
	first = strcmp(vrf->name, interface->peer_netns) < 0;
	return xasprintf("link '%s/%s' to '%s/%s'", first ? vrf->name : interface->peer_netns,
		first ? interface->name : interface->peer_name,
		first ? interface->peer_netns : vrf->name,
		first ? interface->peer_name : interface->name);
}

static int place_compare_address(const struct place *a, const struct place *b)
{
	int order = strcmp(a->wire, b->wire);

	if (order == 0)
		order = (int)a->address->family - (int)b->address->family;
	return order ? order
		     : memcmp(a->address->bytes, b->address->bytes, address_size(a->address));
}

static int place_compare(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	int order = place_compare_address(a, b);

	return order ? order : a->number < b->number ? -1 : 1;
}

static void places_collect(struct place **places, size_t *count, const struct config_vrf *vrf,
	const struct config_section *section)
{
	for (size_t i = 0; vrf->enabled && i < vrf->n_interfaces; i++) {
		const struct config_interface *interface = &vrf->interfaces[i];

		for (size_t a = 0; a < interface->n_addresses; a++) {
			char *wire = wire_format(vrf, interface);
			size_t number = *count;

			if (wire)
				*array_append(places, count) =
					(struct place){ wire, &interface->addresses[a], vrf,
						config_section_nth(section, "interface", i), number,
						interface->conflict_detection };
		}
	}
}

/* Those of one address on one wire, in the order of the config. One line for all: a template may have made them. */
static void places_judge(struct config_reader *reader, const struct place *places, size_t count)
{
	const struct place *first = &places[0], *second = NULL;
	size_t others = 0;
	bool asks = false;
	char text[ADDRESS_TEXT_SIZE], more[40] = "";

	for (size_t i = 0; i < count; i++) {
		asks |= places[i].asks;
		if (places[i].vrf == first->vrf)
			continue;
		others += second != NULL;
		if (!second)
			second = &places[i];
	}
	if (!second || !asks)
		return;
	if (others)
		snprintf(more, sizeof(more), " and of %zu more", others);
	config_complain(&reader->notes, second->section, address_line(second->section),
		"address \"%s\": that of %s '%s' at %s:%d%s, too, on the same wire (%s), so that they take it from each other; expected one of its own, or conflict_detection = false where the network tells them apart",
		address_format(second->address, true, text), first->section->parent->name,
		first->vrf->name, first->section->file->path, address_line(first->section), more,
		first->wire);
}

void config_judge_wires(struct config_reader *reader)
{
	struct place *places = NULL;
	size_t count = 0, end;

	for (size_t i = 0; i < reader->config->n_vrfs; i++)
		places_collect(&places, &count, &reader->config->vrfs[i], reader->vrf_sections[i]);
	if (count > 1)
		qsort(places, count, sizeof(*places), place_compare);
	for (size_t i = 0; i < count; i = end) {
		for (end = i + 1; end < count; end++)
			if (place_compare_address(&places[i], &places[end]) != 0)
				break;
		places_judge(reader, &places[i], end - i);
	}
	for (size_t i = 0; i < count; i++)
		free(places[i].wire);
	free(places);
}
