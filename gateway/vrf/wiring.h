// SPDX-License-Identifier: GPL-2.0-or-later
/* From the config and the uplinks' numbers to what the kernel should hold. */
#pragma once

#include "config/model.h"
#include "net/want.h"

/* A want of nothing but who asks, where the uplinks are and how the server reaches them; net_want_finish() it.
 * Borrows from config; ids as ids_assign() gave them, NULL: without the ports of passive proxies. */
void wiring_begin(struct net_want *want, const struct config *config, const uint32_t *ids);

/* The addresses of uplink n that its proxy and the server know each other by: of the family that the server is
 * reached by. -ERANGE: it has no place in their prefix. */
int wiring_server_ends(const struct config_uplink *uplink, uint32_t id, struct address *root,
	struct address *inside);

/* The way of the server to a passive proxy that was left running, by its uplink's number: as long as no VRF of the
 * config has that. */
void wiring_keep_passive(
	struct net_want *want, const struct config *config, const uint32_t *ids, uint32_t id);

/* Adds one VRF. */
void wiring_add(struct net_want *want, const struct config_vrf *vrf, uint32_t id);

/* One VRF alone, without what concerns the proxies of others; net_want_finish() it. What that costs does not
 * depend on how many there are. */
void wiring_one(struct net_want *want, const struct config *config, const struct config_vrf *vrf,
	uint32_t id);

/* wiring_begin() and every enabled VRF; ids as ids_assign() gave them. */
void wiring_all(struct net_want *want, const struct config *config, const uint32_t *ids);
