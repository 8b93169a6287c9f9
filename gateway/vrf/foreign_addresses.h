// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces that the config gives no address, and another program does, such as a DHCP client: one that had an address
 * and has none any more is told, as the program may not know that the link was made anew. Remembered until
 * it has an address again, the config gives it one, or the VRF is stopped; beyond the supervisor's end in its saved
 * state.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "config/model.h"
#include "net/state.h"
#include "net/want.h"

struct foreign_address {
	char interface[NET_IFNAME_SIZE];
	struct address address; /* the last that it was seen with */
};

struct foreign_addresses {
	struct foreign_address *items;
	size_t count;
};

/* The kernel was read. True where there is something new to be saved. */
bool foreign_addresses_note(struct foreign_addresses *addresses, const struct config_vrf *config,
	const struct net_netns_state *kernel);

/* The address that an interface had, where it has none now; NULL: it has, or never had. */
const struct address *foreign_addresses_lost(const struct foreign_addresses *addresses,
	const struct net_netns_state *kernel, const char *interface);

/* { "INTERFACE": "ADDRESS/LENGTH" }; what is read is the last supervisor's, and may be damaged. */
json_t *foreign_addresses_to_json(const struct foreign_addresses *addresses);
void foreign_addresses_from_json(struct foreign_addresses *addresses, const json_t *saved);

void foreign_addresses_finish(struct foreign_addresses *addresses);
