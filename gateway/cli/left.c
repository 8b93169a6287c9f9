// SPDX-License-Identifier: GPL-2.0-or-later
/* A VRF of the config, or one that was left running. */
#include "cli/left.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/command.h"
#include "config/check.h"
#include "net/mark.h"
#include "net/state.h"
#include "vrf/ids.h"
#include "vrf/leftovers.h"

static void interface_add(struct config_vrf *vrf, const struct net_link_state *link)
{
	struct config_interface *interface = array_append(&vrf->interfaces, &vrf->n_interfaces);

	interface->name = xstrdup(link->name);
	interface->kind = CONFIG_INTERFACE_DEVICE;
	interface->parent = xstrdup(link->name);
	for (size_t i = 0; i < link->n_addresses; i++)
		*array_append(&interface->addresses, &interface->n_addresses) =
			link->addresses[i].address;
}

static void left_read(struct cli_left *left, const struct config *config, const char *name,
	const struct net_netns_state *state)
{
	left->vrf = (struct config_vrf){ .name = xstrdup(name), .enabled = true, .id = -1 };
	left->vrf.has_proxy = leftovers_is_running(config->gateway.run_dir, name);
	left->vrf.has_uplink =
		net_netns_state_find(state, NET_UPLINK_INSIDE) && ids_find(config, name, &left->id);
	for (size_t i = 0; i < state->n_links; i++)
		if (strcmp(state->links[i].name, NET_UPLINK_INSIDE) != 0)
			interface_add(&left->vrf, &state->links[i]);
}

int cli_no_vrf_of(const struct config *config, const char *name)
{
	struct nearest nearest = NEAREST_INIT(name);

	for (size_t i = 0; i < config->n_vrfs; i++)
		nearest_offer(&nearest, config->vrfs[i].name);
	return cli_no_such_vrf(&nearest);
}

const struct config_vrf *cli_find_vrf(
	const struct config *config, const char *name, struct cli_left *left)
{
	const struct config_vrf *vrf = config_find_vrf(config, name);
	struct net_netns_state state = { 0 };

	*left = (struct cli_left){ 0 };
	if (vrf)
		return vrf;
	if (config_check_name(name, NULL) == 0 && net_netns_state_read(name, &state, NULL) == 0 &&
		state.exists && state.owner == net_mark_owner(config->gateway.run_dir))
		left_read(left, config, name, &state);
	net_netns_state_finish(&state);
	if (left->vrf.name)
		return &left->vrf;
	(void)cli_no_vrf_of(config, name);
	return NULL;
}

void cli_left_finish(struct cli_left *left)
{
	for (size_t i = 0; i < left->vrf.n_interfaces; i++) {
		free(left->vrf.interfaces[i].name);
		free(left->vrf.interfaces[i].parent);
		free(left->vrf.interfaces[i].addresses);
	}
	free(left->vrf.interfaces);
	free(left->vrf.name);
}
