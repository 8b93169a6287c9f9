// SPDX-License-Identifier: GPL-2.0-or-later
/* An IPv4 or IPv6 address with its prefix length; a plain value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address {
	uint8_t family;        /* AF_INET or AF_INET6; AF_UNSPEC: not set */
	uint8_t prefix_length; /* 0..32 or 0..128 */
	uint8_t bytes[16];     /* network order; the first 4 for AF_INET */
};

#define ADDRESS_TEXT_SIZE 64

/* Bytes of an address of that family: 4 or 16. */
size_t address_size(const struct address *address);

/*
 * Reads "10.0.0.2", "10.0.0.2/30", "fd00::1/64". Without "/N" the length is that of a single host.
 * Returns 0 or -EINVAL.
 */
int address_parse(struct address *address, const char *text);

/* Writes "10.0.0.2/30" (with_length) or "10.0.0.2"; returns text. */
const char *address_format(
	const struct address *address, bool with_length, char text[ADDRESS_TEXT_SIZE]);

/* The part of byte i that belongs to the network, as a mask: 0xf0 of byte 1 of an IPv4 /12. */
uint8_t address_network_mask(const struct address *address, size_t i);

/* True where bits behind the prefix length are set: "10.0.0.2/30" is a host, "10.0.0.0/30" a
 * network. */
bool address_has_host_bits(const struct address *address);

/* True where family, bytes and length are the same. */
bool address_equal(const struct address *a, const struct address *b);

/* The same without the length. */
bool address_same_host(const struct address *a, const struct address *b);

/* True where the network of `network` holds `host` (same family). */
bool address_in_network(const struct address *network, const struct address *host);

/* What the address of a host is not. */
enum address_kind {
	ADDRESS_HOST,
	ADDRESS_UNSPECIFIED,
	ADDRESS_LOOPBACK,
	ADDRESS_BROADCAST, /* 255.255.255.255; that of a network is a host's to who knows the length only */
	ADDRESS_MULTICAST,
	ADDRESS_IPV4_MAPPED,
};

enum address_kind address_kind(const struct address *address);

/* "a multicast address" */
const char *address_kind_text(enum address_kind kind);

/* The last address of a network, as a host. */
void address_network_last(const struct address *network, struct address *last);

/* True where the address lies from `first` to `last` (same family). */
bool address_in_range(
	const struct address *first, const struct address *last, const struct address *host);

/*
 * The address of a network plus an offset, same length: fd00::/64 + 5 = fd00::5/64.
 * Returns 0, or -ERANGE where it leaves the network.
 */
int address_add(const struct address *network, uint64_t offset, struct address *sum);
