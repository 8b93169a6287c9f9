// SPDX-License-Identifier: GPL-2.0-or-later
/* Ethernet frames made by hand: what somebody sends who keeps to no rule. */
#pragma once

#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include "world.h"

struct frame {
	uint8_t bytes[256];
	size_t size;
};

static inline void frame_put(struct frame *frame, const void *data, size_t size)
{
	assert_true(frame->size + size <= sizeof(frame->bytes));
	memcpy(frame->bytes + frame->size, data, size);
	frame->size += size;
}

static inline void frame_begin(
	struct frame *frame, const uint8_t to[6], const uint8_t from[6], uint16_t type)
{
	uint16_t wire_type = htons(type);

	frame->size = 0;
	frame_put(frame, to, 6);
	frame_put(frame, from, 6);
	frame_put(frame, &wire_type, sizeof(wire_type));
}

/* ---- RFC 1071 ---- */

static inline uint32_t frame_add(uint32_t sum, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	return sum;
}

static inline uint16_t frame_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* ---- IP ---- */

static inline void frame_put_ipv4(struct frame *frame, const struct address *from,
	const struct address *to, uint8_t protocol, size_t size)
{
	struct ip ip = {
		.ip_v = 4,
		.ip_hl = 5,
		.ip_len = htons((uint16_t)(sizeof(ip) + size)),
		.ip_ttl = 64,
		.ip_p = protocol,
	};

	memcpy(&ip.ip_src, from->bytes, 4);
	memcpy(&ip.ip_dst, to->bytes, 4);
	ip.ip_sum = frame_fold(frame_add(0, &ip, sizeof(ip)));
	frame_put(frame, &ip, sizeof(ip));
}

/* With the hop limit that neighbour discovery asks for. */
static inline void frame_put_ipv6(struct frame *frame, const struct address *from,
	const struct address *to, uint8_t protocol, size_t size)
{
	struct ip6_hdr ip = { 0 };

	ip.ip6_flow = htonl(6u << 28);
	ip.ip6_plen = htons((uint16_t)size);
	ip.ip6_nxt = protocol;
	ip.ip6_hlim = 255;
	memcpy(&ip.ip6_src, from->bytes, 16);
	memcpy(&ip.ip6_dst, to->bytes, 16);
	frame_put(frame, &ip, sizeof(ip));
}

static inline size_t frame_sum_offset(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return offsetof(struct tcphdr, th_sum);
	case IPPROTO_UDP:
		return offsetof(struct udphdr, uh_sum);
	default:
		return offsetof(struct icmp6_hdr, icmp6_cksum);
	}
}

/* A packet whose payload's checksum field is 0 so far. */
static inline void frame_put_packet(struct frame *frame, const struct address *from,
	const struct address *to, uint8_t protocol, const void *payload, size_t size)
{
	bool ipv6 = from->family == AF_INET6;
	uint32_t sum = frame_add(0, payload, size);
	uint8_t *start;
	uint16_t folded;

	if (ipv6 || protocol != IPPROTO_ICMP) {
		sum = frame_add(sum, from->bytes, address_size(from));
		sum = frame_add(sum, to->bytes, address_size(to)) + protocol + (uint32_t)size;
	}
	(ipv6 ? frame_put_ipv6 : frame_put_ipv4)(frame, from, to, protocol, size);
	start = frame->bytes + frame->size;
	frame_put(frame, payload, size);
	folded = frame_fold(sum);
	memcpy(start + frame_sum_offset(protocol), &folded, sizeof(folded));
}

/* A piece of an IPv6 packet's payload, RFC 8200, 4.5; offset is a multiple of 8. */
static inline void frame_cut(
	const struct frame *whole, size_t offset, size_t size, struct frame *piece)
{
	const size_t header = sizeof(struct ether_header) + sizeof(struct ip6_hdr);
	bool last = header + offset + size == whole->size;
	struct ip6_frag fragment = {
		.ip6f_offlg = htons((uint16_t)offset) | (last ? 0 : IP6F_MORE_FRAG),
		.ip6f_ident = htonl(7),
	};
	struct ip6_hdr ip;

	memcpy(&ip, whole->bytes + sizeof(struct ether_header), sizeof(ip));
	fragment.ip6f_nxt = ip.ip6_nxt;
	ip.ip6_nxt = IPPROTO_FRAGMENT;
	ip.ip6_plen = htons((uint16_t)(sizeof(fragment) + size));
	piece->size = 0;
	frame_put(piece, whole->bytes, sizeof(struct ether_header));
	frame_put(piece, &ip, sizeof(ip));
	frame_put(piece, &fragment, sizeof(fragment));
	frame_put(piece, whole->bytes + header + offset, size);
}
