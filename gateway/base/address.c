// SPDX-License-Identifier: GPL-2.0-or-later
/* IPv4 and IPv6 addresses: text, comparison, arithmetic. */
#include "base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

size_t address_size(const struct address *address)
{
	return address->family == AF_INET ? 4 : 16;
}

static int prefix_length_parse(const char *text, unsigned max, uint8_t *length)
{
	unsigned value = 0;
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 3 || text[digits] != '\0')
		return -EINVAL;
	value = (unsigned)strtoul(text, NULL, 10);
	if (value > max)
		return -EINVAL;
	*length = (uint8_t)value;
	return 0;
}

int address_parse(struct address *address, const char *text)
{
	struct address parsed = { 0 };
	char host[ADDRESS_TEXT_SIZE];
	size_t length = strcspn(text, "/");

	if (length >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, length);
	host[length] = '\0';
	if (inet_pton(AF_INET, host, parsed.bytes) == 1)
		parsed.family = AF_INET;
	else if (inet_pton(AF_INET6, host, parsed.bytes) == 1)
		parsed.family = AF_INET6;
	else
		return -EINVAL;
	parsed.prefix_length = (uint8_t)(address_size(&parsed) * 8);
	if (text[length] == '/' &&
		prefix_length_parse(
			text + length + 1, parsed.prefix_length, &parsed.prefix_length) < 0)
		return -EINVAL;
	*address = parsed;
	return 0;
}

const char *address_format(
	const struct address *address, bool with_length, char text[ADDRESS_TEXT_SIZE])
{
	if (!inet_ntop(address->family, address->bytes, text, ADDRESS_TEXT_SIZE))
		return strcpy(text, "(none)");
	if (with_length)
		snprintf(text + strlen(text), ADDRESS_TEXT_SIZE - strlen(text), "/%u",
			address->prefix_length);
	return text;
}

uint8_t address_network_mask(const struct address *address, size_t i)
{
	size_t bits = address->prefix_length;

	if (bits >= (i + 1) * 8)
		return 0xff;
	if (bits <= i * 8)
		return 0;
	return (uint8_t)(0xff << (8 - (bits - i * 8)));
}

bool address_has_host_bits(const struct address *address)
{
	for (size_t i = 0; i < address_size(address); i++)
		if (address->bytes[i] & (uint8_t)~address_network_mask(address, i))
			return true;
	return false;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && a->prefix_length == b->prefix_length &&
		memcmp(a->bytes, b->bytes, address_size(a)) == 0;
}

bool address_same_host(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, address_size(a)) == 0;
}

bool address_in_network(const struct address *network, const struct address *host)
{
	if (network->family != host->family)
		return false;
	for (size_t i = 0; i < address_size(network); i++)
		if ((network->bytes[i] ^ host->bytes[i]) & address_network_mask(network, i))
			return false;
	return true;
}

void address_network_last(const struct address *network, struct address *last)
{
	size_t size = address_size(network);

	*last = *network;
	for (size_t i = 0; i < size; i++)
		last->bytes[i] |= (uint8_t)~address_network_mask(network, i);
	last->prefix_length = (uint8_t)(size * 8);
}

bool address_in_range(
	const struct address *first, const struct address *last, const struct address *host)
{
	size_t size = address_size(host);

	return first->family == host->family && last->family == host->family &&
		memcmp(first->bytes, host->bytes, size) <= 0 &&
		memcmp(host->bytes, last->bytes, size) <= 0;
}

int address_add(const struct address *network, uint64_t offset, struct address *sum)
{
	unsigned carry = 0;

	*sum = *network;
	for (size_t i = address_size(network); i-- > 0;) {
		unsigned byte = sum->bytes[i] + (unsigned)(offset & 0xff) + carry;

		sum->bytes[i] = (uint8_t)byte;
		carry = byte >> 8;
		offset >>= 8;
	}
	return carry || offset || !address_in_network(network, sum) ? -ERANGE : 0;
}

static enum address_kind kind_ipv4(const uint8_t bytes[4])
{
	static const uint8_t broadcast[4] = { 255, 255, 255, 255 }, unspecified[4];

	if (memcmp(bytes, unspecified, 4) == 0)
		return ADDRESS_UNSPECIFIED;
	if (memcmp(bytes, broadcast, 4) == 0)
		return ADDRESS_BROADCAST;
	if (bytes[0] == 127)
		return ADDRESS_LOOPBACK;
	return (bytes[0] & 0xf0) == 0xe0 ? ADDRESS_MULTICAST : ADDRESS_HOST;
}

static enum address_kind kind_ipv6(const uint8_t bytes[16])
{
	static const uint8_t unspecified[16], loopback[16] = { [15] = 1 };
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (memcmp(bytes, unspecified, 16) == 0)
		return ADDRESS_UNSPECIFIED;
	if (memcmp(bytes, loopback, 16) == 0)
		return ADDRESS_LOOPBACK;
	if (memcmp(bytes, mapped, 12) == 0)
		return ADDRESS_IPV4_MAPPED;
	return bytes[0] == 0xff ? ADDRESS_MULTICAST : ADDRESS_HOST;
}

enum address_kind address_kind(const struct address *address)
{
	return address->family == AF_INET ? kind_ipv4(address->bytes) : kind_ipv6(address->bytes);
}

const char *address_kind_text(enum address_kind kind)
{
	static const char *const texts[] = {
		[ADDRESS_HOST] = "the address of a host",
		[ADDRESS_UNSPECIFIED] = "the unspecified address",
		[ADDRESS_LOOPBACK] = "a loopback address",
		[ADDRESS_BROADCAST] = "the broadcast address",
		[ADDRESS_MULTICAST] = "a multicast address",
		[ADDRESS_IPV4_MAPPED] = "an IPv4-mapped address",
	};

	return texts[kind];
}
