// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the way of a VRF's packets is watched for: its gateways and next hops, its side of the server, its default
 * routes and its hosts. Of very many hosts so many are asked for in a round, the others in the next ones.
 */
#pragma once

#include "config/model.h"
#include "net/way.h"

/* What is known of a VRF's hosts since its config was read. */
struct destinations {
	const struct config_vrf *config; /* what that is of */
	bool *astray;                    /* of its hosts, in their order */
	size_t n_hosts;
	size_t next; /* whose turn it is */
};

/* Also where its config was read again: nothing is known any more. */
void destinations_finish(struct destinations *destinations);

/* All but the hosts, as an array that is the caller's; want is wiring_one()'s. How many there are. */
size_t destinations_list(const struct net_want *want, struct net_way **ways);

/* Appends the hosts from `from` on, `max` at most. */
void destinations_add_hosts(const struct config_vrf *vrf, size_t from, size_t max,
	struct net_way **ways, size_t *count);

/* "gateway 10.0.0.1: ", "host 'ce1' (10.0.0.9): " and why. host: NULL for what is none. */
void destination_describe(const struct net_want *want, const struct config_host *host,
	const struct net_way *way, char *text, size_t size);

/* A gateway of an interface, or the next hop of a route, and the interface that leads to it. */
struct next_hop {
	const struct config_interface *interface;
	const struct address *address;
	const struct address *network; /* of that route; NULL: a gateway */
};

/* Each once, gateways first, as an array that is the caller's; none by the uplink. How many there are. */
size_t next_hops_list(const struct config_vrf *vrf, struct next_hop **hops);

#define NEXT_HOP_TEXT_SIZE 192

/* "10.0.0.1 on 'cust0'", "10.0.0.9 on 'cust0' (next hop of 192.168.0.0/16)"; returns text. */
const char *next_hop_describe(const struct next_hop *hop, char text[NEXT_HOP_TEXT_SIZE]);

struct destinations_found {
	size_t known;   /* of those asked for: how many the config has a way to */
	size_t astray;  /* of all, as far as they were asked for */
	char text[320]; /* the first of them that was asked for now, and why; "": none */
};

/* One round, through a channel of the namespace, whose links and addresses are as they were read last. */
int destinations_ask(struct destinations *destinations, const struct net_want *want,
	const struct config_vrf *vrf, const struct net_netns_state *state,
	struct net_channel *channel, struct destinations_found *found, struct error *err);
