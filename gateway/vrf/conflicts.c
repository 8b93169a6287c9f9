// SPDX-License-Identifier: GPL-2.0-or-later
/* Duplicate addresses: what is known of each, and what follows. */
#include "vrf/conflicts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/state.h"
#include "process/timer.h"
#include "vrf/destinations.h"

#define MAC_SIZE 6

/* RFC 5227, 1.1: PROBE_WAIT, PROBE_NUM, PROBE_MIN. */
#define FIRST_WAIT_MS 1000
#define FIRST_COUNT   3
#define FIRST_MS      1000
#define PERIOD_MS     60000
#define KNOWN_MS      5000
#define SILENT_MAX    3

#define RETRY_MIN_S 2
#define RETRY_MAX_S 60
/* With the usual settings the kernel takes two seconds. */
#define STUCK_MS    15000

static bool is_v4(const struct conflict *conflict)
{
	return conflict->address.family == AF_INET;
}

void conflicts_finish(struct vrf_conflicts *conflicts)
{
	free(conflicts->items);
	*conflicts = (struct vrf_conflicts){ 0 };
}

struct conflict *conflicts_find(const struct vrf_conflicts *conflicts, bool is_set,
	const char *interface, const struct address *address)
{
	for (size_t i = 0; i < conflicts->count; i++)
		if (conflicts->items[i].is_set == is_set &&
			strcmp(conflicts->items[i].interface, interface) == 0 &&
			address_equal(&conflicts->items[i].address, address))
			return &conflicts->items[i];
	return NULL;
}

static void retry_later(struct conflict *conflict, uint64_t now_ms)
{
	uint32_t pause_s = conflict->retry_s ? conflict->retry_s * 2 : RETRY_MIN_S;

	if (conflict->retry_ms)
		return;
	conflict->retry_s = pause_s > RETRY_MAX_S ? RETRY_MAX_S : pause_s;
	conflict->retry_ms = now_ms + timer_scatter_ms(conflict->retry_s * UINT64_C(1000));
}

static void note_standing(struct conflict *conflict, enum net_address_standing standing,
	bool may_ask, uint64_t now_ms)
{
	switch (standing) {
	case NET_ADDRESS_USABLE:
		conflict->known = conflict->has_mac = conflict->stuck = false;
		conflict->tentative_ms = conflict->retry_ms = conflict->probe_ms = 0;
		conflict->retry_s = 0;
		return;
	case NET_ADDRESS_TENTATIVE:
		if (!conflict->ifindex)
			conflict->tentative_ms = 0;
		else if (!conflict->tentative_ms)
			conflict->tentative_ms = now_ms;
		return;
	case NET_ADDRESS_DUPLICATE:
		conflict->known = true;
		conflict->stuck = false;
		conflict->tentative_ms = 0;
		if (!conflict->has_mac && may_ask && !conflict->retry_ms)
			conflict->probe_ms = now_ms;
		retry_later(conflict, now_ms);
		return;
	}
	__builtin_unreachable();
}

/* Without a carrier nobody can be asked; when it comes the first probes are due. */
static void note_link(struct conflict *conflict, int ifindex, uint64_t now_ms)
{
	if (conflict->ifindex == ifindex)
		return;
	conflict->ifindex = ifindex;
	conflict->first = FIRST_COUNT;
	conflict->silent = 0;
	conflict->probe_ms = ifindex ? now_ms + (uint64_t)random() % FIRST_WAIT_MS : 0;
}

static void note_address(struct conflict *conflict, const struct config_interface *interface,
	const struct net_link_state *link, uint64_t now_ms)
{
	const struct net_link_address *there =
		net_link_state_find_address(link, &conflict->address);
	int ifindex = there && link->up && link->carrier && link->ethernet ? link->ifindex : 0;

	if (is_v4(conflict)) {
		note_link(conflict, ifindex, now_ms);
		return;
	}
	conflict->ifindex = ifindex;
	if (there)
		note_standing(conflict, there->standing, interface->conflict_detection, now_ms);
}

static bool is_next_hop(const struct config_vrf *config, const struct conflict *conflict)
{
	cleanup_free struct next_hop *hops = NULL;
	size_t count = next_hops_list(config, &hops);

	for (size_t i = 0; i < count; i++)
		if (strcmp(hops[i].interface->name, conflict->interface) == 0 &&
			address_equal(hops[i].address, &conflict->address))
			return true;
	return false;
}

/* As long as its entry is there, which conflicts_note_set() says, and the config has it. */
static void keep_set(struct vrf_conflicts *now, const struct vrf_conflicts *before,
	const struct config_vrf *config, const struct net_netns_state *kernel)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct net_link_state *link =
			net_netns_state_find(kernel, before->items[i].interface);

		if (!before->items[i].is_set || !is_next_hop(config, &before->items[i]))
			continue;
		*array_append(&now->items, &now->count) = before->items[i];
		now->items[now->count - 1].ifindex =
			link && link->up && link->carrier && link->ethernet ? link->ifindex : 0;
	}
}

static void add(struct vrf_conflicts *now, const struct vrf_conflicts *before,
	const char *interface, const struct address *address)
{
	const struct conflict *known = conflicts_find(before, false, interface, address);
	struct conflict *conflict;

	if (conflicts_find(now, false, interface, address))
		return;
	conflict = array_append(&now->items, &now->count);
	if (known)
		*conflict = *known;
	snprintf(conflict->interface, sizeof(conflict->interface), "%s", interface);
	conflict->address = *address;
}

void conflicts_note_kernel(struct vrf_conflicts *conflicts, const struct config_vrf *config,
	const struct net_netns_state *kernel, uint64_t now_ms)
{
	struct vrf_conflicts before = *conflicts;

	*conflicts = (struct vrf_conflicts){ 0 };
	for (size_t i = 0; i < config->n_interfaces; i++) {
		const struct config_interface *interface = &config->interfaces[i];
		const struct net_link_state *link = net_netns_state_find(kernel, interface->name);

		for (size_t a = 0; a < interface->n_addresses; a++) {
			const struct address *address = &interface->addresses[a];

			if (address->family == AF_INET && !interface->conflict_detection)
				continue;
			add(conflicts, &before, interface->name, address);
			note_address(conflicts_find(conflicts, false, interface->name, address),
				interface, link, now_ms);
		}
	}
	keep_set(conflicts, &before, config, kernel);
	conflicts_finish(&before);
}

bool conflicts_note_set(struct vrf_conflicts *conflicts, const char *interface,
	const struct address *gateway, const uint8_t mac[MAC_SIZE], uint64_t now_ms)
{
	struct conflict *conflict = conflicts_find(conflicts, true, interface, gateway);

	if (!mac && conflict)
		*conflict = conflicts->items[--conflicts->count];
	if (!mac || (conflict && memcmp(conflict->set_mac, mac, MAC_SIZE) == 0))
		return false;
	if (!conflict)
		conflict = array_append(&conflicts->items, &conflicts->count);
	*conflict = (struct conflict){ .is_set = true, .address = *gateway, .probe_ms = now_ms };
	snprintf(conflict->interface, sizeof(conflict->interface), "%s", interface);
	memcpy(conflict->set_mac, mac, MAC_SIZE);
	return true;
}

bool conflict_note_time(struct conflict *conflict, uint64_t now_ms)
{
	if (!conflict->tentative_ms || now_ms - conflict->tentative_ms < STUCK_MS)
		return false;
	conflict->stuck = true;
	conflict->tentative_ms = 0;
	retry_later(conflict, now_ms);
	return true;
}

static bool note_mac(struct conflict *conflict, const uint8_t mac[MAC_SIZE])
{
	bool changed =
		!conflict->known || !conflict->has_mac || memcmp(conflict->mac, mac, MAC_SIZE) != 0;

	conflict->known = conflict->has_mac = true;
	memcpy(conflict->mac, mac, MAC_SIZE);
	return changed;
}

/* Who has it may have lost one packet. */
static bool note_silence(struct conflict *conflict)
{
	if (!conflict->known || ++conflict->silent < SILENT_MAX)
		return false;
	conflict->known = conflict->has_mac = false;
	return true;
}

bool conflict_note_owner(struct conflict *conflict, const char *owner, bool left)
{
	const char *name = owner && conflict->has_mac ? owner : "";
	bool changed;

	left = left && *name;
	changed = strcmp(conflict->owner, name) != 0 || conflict->owner_left != left;
	snprintf(conflict->owner, sizeof(conflict->owner), "%s", name);
	conflict->owner_left = left;
	return changed;
}

static uint64_t next_probe_ms(struct conflict *conflict)
{
	if (conflict->known)
		return timer_scatter_ms(KNOWN_MS);
	if (conflict->first > 1) {
		conflict->first--;
		return FIRST_MS;
	}
	conflict->first = 0;
	return timer_scatter_ms(PERIOD_MS);
}

static void note_set_answer(struct conflict *conflict, const uint8_t mac[MAC_SIZE], uint64_t now_ms)
{
	bool same = mac && memcmp(mac, conflict->set_mac, MAC_SIZE) == 0;

	if (mac) {
		(void)note_mac(conflict, mac);
		conflict->silent = 0;
	} else if (conflict->silent < SILENT_MAX) {
		conflict->silent++;
	}
	conflict->probe_ms = now_ms + timer_scatter_ms(same ? PERIOD_MS : KNOWN_MS);
}

bool conflict_note_answer(struct conflict *conflict, const uint8_t mac[MAC_SIZE], uint64_t now_ms)
{
	bool changed;

	conflict->probe_ms = 0;
	if (conflict->is_set) {
		note_set_answer(conflict, mac, now_ms);
		return false;
	}
	/* The kernel says who is a duplicate; an answer says only whose. */
	if (!is_v4(conflict))
		return mac && conflict->known && note_mac(conflict, mac);
	if (mac)
		conflict->silent = 0;
	changed = mac ? note_mac(conflict, mac) : note_silence(conflict);
	if (conflict->ifindex)
		conflict->probe_ms = now_ms + next_probe_ms(conflict);
	return changed;
}

uint64_t conflict_due_ms(const struct conflict *conflict)
{
	uint64_t due_ms = UINT64_MAX;

	if (!conflict->ifindex)
		return due_ms;
	if (conflict->probe_ms)
		due_ms = conflict->probe_ms;
	if (conflict->retry_ms && conflict->retry_ms < due_ms)
		due_ms = conflict->retry_ms;
	if (conflict->tentative_ms && conflict->tentative_ms + STUCK_MS < due_ms)
		due_ms = conflict->tentative_ms + STUCK_MS;
	return due_ms;
}

bool conflict_retry_is_due(const struct conflict *conflict, uint64_t now_ms)
{
	return conflict->ifindex && conflict->retry_ms && conflict->retry_ms <= now_ms;
}

enum net_retry conflicts_take_retry(struct vrf_conflicts *conflicts, uint64_t now_ms)
{
	enum net_retry retry = NET_RETRY_NONE;

	for (size_t i = 0; i < conflicts->count; i++) {
		struct conflict *conflict = &conflicts->items[i];

		if (!conflict_retry_is_due(conflict, now_ms))
			continue;
		conflict->retry_ms = 0;
		if (conflict->stuck)
			retry = NET_RETRY_TENTATIVE;
		else if (retry == NET_RETRY_NONE)
			retry = NET_RETRY_DUPLICATES;
	}
	return retry;
}

static void who_describe(const struct conflict *conflict, char who[128])
{
	const uint8_t *m = conflict->mac;

	if (conflict->has_mac && *conflict->owner)
		snprintf(who, 128, "VRF '%s' of this gateway%s", conflict->owner,
			conflict->owner_left ? ", which is not in the config any more" : "");
	else if (conflict->has_mac)
		snprintf(who, 128, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4],
			m[5]);
	else
		snprintf(who, 128, "another host");
}

bool conflicts_describe(const struct vrf_conflicts *conflicts, const char *interface,
	const struct address *address, char text[CONFLICT_TEXT_SIZE])
{
	const struct conflict *conflict = conflicts_find(conflicts, false, interface, address);
	char formatted[ADDRESS_TEXT_SIZE], who[128];

	if (!conflict || !(conflict->known || conflict->stuck))
		return false;
	address_format(address, true, formatted);
	who_describe(conflict, who);
	if (conflict->known)
		snprintf(text, CONFLICT_TEXT_SIZE, "%s on '%s' is in use by %s (duplicate address)",
			formatted, interface, who);
	else
		snprintf(text, CONFLICT_TEXT_SIZE,
			"%s on '%s' is tentative (duplicate address detection does not end)",
			formatted, interface);
	return true;
}

bool conflicts_describe_set(const struct vrf_conflicts *conflicts, const char *interface,
	const struct address *gateway, char text[CONFLICT_TEXT_SIZE])
{
	const struct conflict *conflict = conflicts_find(conflicts, true, interface, gateway);
	const uint8_t *m = conflict ? conflict->mac : NULL;
	bool silent = conflict && conflict->silent == SILENT_MAX;
	bool other = conflict && conflict->known && memcmp(m, conflict->set_mac, MAC_SIZE) != 0;

	if (silent)
		snprintf(text, CONFLICT_TEXT_SIZE, "and does not answer %s",
			is_v4(conflict) ? "ARP" : "neighbour solicitations");
	else if (other)
		snprintf(text, CONFLICT_TEXT_SIZE,
			"and %02x:%02x:%02x:%02x:%02x:%02x answers for it", m[0], m[1], m[2], m[3],
			m[4], m[5]);
	return silent || other;
}
