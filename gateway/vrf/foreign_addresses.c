// SPDX-License-Identifier: GPL-2.0-or-later
/* Which interfaces another program gave an address. */
#include "vrf/foreign_addresses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Of a saved state; a VRF has a few. */
#define SAVED_MAX 256

void foreign_addresses_finish(struct foreign_addresses *addresses)
{
	free(addresses->items);
	*addresses = (struct foreign_addresses){ 0 };
}

static struct foreign_address *find(
	const struct foreign_addresses *addresses, const char *interface)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (strcmp(addresses->items[i].interface, interface) == 0)
			return &addresses->items[i];
	return NULL;
}

static void set(
	struct foreign_addresses *addresses, const char *interface, const struct address *address)
{
	struct foreign_address *item = find(addresses, interface);

	if (!item)
		item = array_append(&addresses->items, &addresses->count);
	snprintf(item->interface, sizeof(item->interface), "%s", interface);
	item->address = *address;
}

/* The one that is known already, where the interface still has it. */
static const struct address *address_of(
	const struct net_link_state *link, const struct foreign_address *known)
{
	if (!link || link->n_addresses == 0)
		return known ? &known->address : NULL;
	if (known && net_link_state_find_address(link, &known->address))
		return &known->address;
	return &link->addresses[0].address;
}

bool foreign_addresses_note(struct foreign_addresses *addresses, const struct config_vrf *config,
	const struct net_netns_state *kernel)
{
	struct foreign_addresses now = { 0 };
	bool changed = false;

	for (size_t i = 0; i < config->n_interfaces; i++) {
		const struct config_interface *interface = &config->interfaces[i];
		const struct foreign_address *known = find(addresses, interface->name);
		const struct address *address =
			address_of(net_netns_state_find(kernel, interface->name), known);

		if (interface->n_addresses > 0 || !address)
			continue;
		changed |= !known || !address_equal(&known->address, address);
		set(&now, interface->name, address);
	}
	changed |= now.count != addresses->count;
	foreign_addresses_finish(addresses);
	*addresses = now;
	return changed;
}

const struct address *foreign_addresses_lost(const struct foreign_addresses *addresses,
	const struct net_netns_state *kernel, const char *interface)
{
	const struct foreign_address *known = find(addresses, interface);
	const struct net_link_state *link = net_netns_state_find(kernel, interface);

	return known && link && link->n_addresses == 0 ? &known->address : NULL;
}

json_t *foreign_addresses_to_json(const struct foreign_addresses *addresses)
{
	json_t *object = json_object();

	for (size_t i = 0; i < addresses->count; i++) {
		char text[ADDRESS_TEXT_SIZE];

		address_format(&addresses->items[i].address, true, text);
		json_object_set_new(object, addresses->items[i].interface, json_string(text));
	}
	return object;
}

void foreign_addresses_from_json(struct foreign_addresses *addresses, const json_t *saved)
{
	const char *interface;
	json_t *text;

	json_object_foreach ((json_t *)saved, interface, text) {
		struct address address = { 0 };

		if (addresses->count < SAVED_MAX && strlen(interface) < NET_IFNAME_SIZE &&
			json_is_string(text) &&
			address_parse(&address, json_string_value(text)) == 0)
			set(addresses, interface, &address);
	}
}
