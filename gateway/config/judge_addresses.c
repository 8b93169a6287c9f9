// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judging the addresses of a VRF: those that no host can have, those of two interfaces, and those that take from
 * the uplink what is its own. The kernel takes most of them, and what is lost is not told by anything.
 */
#include "config/judge_addresses.h"

#include <string.h>
#include <sys/socket.h>

struct judge {
	struct config_reader *reader;
	const struct config_vrf *vrf;
	const struct config_section *section;
};

static bool same_host(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, address_size(a)) == 0;
}

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
	bool same = same_host(a, b);
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
		judge_remote(&j, config_section_nth(section, "host", i), "address",
			&vrf->hosts[i].address);
	for (size_t i = 0; i < vrf->dns.count; i++)
		if (address_parse(&server, vrf->dns.items[i]) == 0)
			judge_remote(&j, section, "dns", &server);
}
