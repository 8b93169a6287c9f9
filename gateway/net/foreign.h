// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What others have inside our namespaces: links without our mark, addresses and routes without our
 * protocol, routes that send nothing on and rules of policy routing. It stays; `plan` tells of it. What the kernel
 * itself makes is not foreign.
 */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "net/act.h"
#include "net/have.h"
#include "net/want.h"

/* The route of somebody else that has that destination and metric, of which the kernel has one; NULL: there is none. */
const char *net_foreign_rival(const struct net_have_netns *netns, const struct address *destination,
	uint32_t metric, char text[NET_ACT_TEXT_SIZE]);

/* A line each, "acme: foreign, kept: address 192.0.2.1/24 on eth0.10"; of many routes the first ten. */
void net_foreign_print(const struct net_want *want, const struct net_have *have, FILE *out);

/* [ { "netns", "kind": "link|address|route|rule", "text" } ], all of them. */
json_t *net_foreign_to_json(const struct net_want *want, const struct net_have *have);
