// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses of a VRF that another host of the customer's network has, too, be it another VRF on the same wire: the
 * VRF cannot be reached by them, and nothing else tells.
 *
 * IPv6: the kernel looks for a duplicate when an address comes, and never uses one that it has found a
 * duplicate of. It is deleted and added again (net/want.h, enum net_retry), after a pause that grows from 2 s to a
 * minute, until nobody else has it. IPv4: a probe as RFC 5227 has it, three when the link comes up and then
 * one a minute; while somebody answers, every five seconds, until three in a row had no answer.
 * Who asks is supervisor/duplicates.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/model.h"
#include "net/want.h"

struct net_netns_state;

/* One address of the config, or a gateway whose entry somebody has set. Times are of clock_now_ms(), 0: never. */
struct conflict {
	char interface[NET_IFNAME_SIZE];
	struct address address;
	int ifindex; /* where it was seen in use, with a carrier; 0: it cannot be asked for */
	bool known;  /* another host has it */
	bool is_set; /* a gateway or next hop, that another host is to have: nothing of IPv6 below is about it */
	uint8_t set_mac[6]; /* of its entry in the neighbour table */
	bool has_mac;
	uint8_t mac[6];
	char owner[CONFIG_MAX_NAME + 1]; /* the VRF of this gateway whose that is; "": none known */
	bool owner_left;                 /* which is not in the config any more */
	uint64_t tentative_ms;           /* IPv6: since when the kernel could have ended looking */
	bool stuck;                      /* IPv6: it has not, for a long time */
	uint64_t retry_ms;               /* IPv6: when it is added again */
	uint32_t retry_s;                /* IPv6: the last pause */
	uint64_t probe_ms;               /* when somebody is asked */
	unsigned int first;              /* of the first probes, those that are still to come */
	unsigned int silent; /* while known, or of a gateway: probes in a row without an answer */
};

#define CONFLICT_TEXT_SIZE 256

struct vrf_conflicts {
	struct conflict *items;
	size_t count;
};

/* That of this address, which is the VRF's or (is_set) a gateway; NULL: it is not one that is looked after. */
struct conflict *conflicts_find(const struct vrf_conflicts *conflicts, bool is_set,
	const char *interface, const struct address *address);

/* The kernel was read: takes over which addresses there are, and what has become of each. */
void conflicts_note_kernel(struct vrf_conflicts *conflicts, const struct config_vrf *config,
	const struct net_netns_state *kernel, uint64_t now_ms);

/* The kernel looks for duplicates of an address at this time still. True where that is longer than it can take. */
bool conflict_note_time(struct conflict *conflict, uint64_t now_ms);

/* An answer to a probe; mac NULL: none came in time. True where what is known has changed. */
bool conflict_note_answer(struct conflict *conflict, const uint8_t mac[6], uint64_t now_ms);

/* Which VRF's hardware address that is; NULL: no VRF's; left: it is in the config no more. True where what is known
 * has changed. */
bool conflict_note_owner(struct conflict *conflict, const char *owner, bool left);

/* When something is to be done about it; UINT64_MAX: never. */
uint64_t conflict_due_ms(const struct conflict *conflict);

/* It is to be added again now. */
bool conflict_retry_is_due(const struct conflict *conflict, uint64_t now_ms);

/* What of a VRF's addresses is due to be added again; it is taken for done. */
enum net_retry conflicts_take_retry(struct vrf_conflicts *conflicts, uint64_t now_ms);

/* Why an address that is there cannot be used; false where nothing is known against it. */
bool conflicts_describe(const struct vrf_conflicts *conflicts, const char *interface,
	const struct address *address, char text[CONFLICT_TEXT_SIZE]);

/*
 * A gateway or next hop has an entry in the neighbour table that somebody has set for good, with that hardware address;
 * NULL: it has none any more. The kernel asks for it no more, so we do. True where it is to be asked for, and was not
 * yet: the next comparison begins.
 */
bool conflicts_note_set(struct vrf_conflicts *conflicts, const char *interface,
	const struct address *gateway, const uint8_t mac[6], uint64_t now_ms);

/* "and 02:00:00:00:00:99 answers for it"; false where nothing is known against it. */
bool conflicts_describe_set(const struct vrf_conflicts *conflicts, const char *interface,
	const struct address *gateway, char text[CONFLICT_TEXT_SIZE]);

void conflicts_finish(struct vrf_conflicts *conflicts);
