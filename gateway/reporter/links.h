// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What templates have in them, as far as it keeps Zabbix from linking them to a host: a host has each key, graph
 * and web scenario once, and an item that is asked over an interface needs one of its type. Who makes a host with
 * one template too many gets none.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "zabbix/api.h"

/* host.interfaces.type of the API */
enum reporter_interface_type {
	REPORTER_INTERFACE_AGENT = 1,
	REPORTER_INTERFACE_SNMP = 2,
	REPORTER_INTERFACE_IPMI = 3,
	REPORTER_INTERFACE_JMX = 4,
};

/* All zero: of no template anything is known, and each can be linked. */
struct reporter_links {
	json_t *templates; /* by id */
	json_t *clashes;   /* of two by "id id": why they clash, or "" */
};

void reporter_links_finish(struct reporter_links *links);

/* Reads what is in the templates with these ids (keys of an object), but for those that are known already. What
 * the API refuses to tell stays unknown: its own refusal comes later. */
int reporter_links_read(
	struct reporter_links *links, struct zabbix_api *api, const json_t *ids, struct error *err);

/* What both templates have, as "item 'icmpping'"; NULL where nothing is known of the kind. */
const char *reporter_links_clash(struct reporter_links *links, const char *a, const char *b);

/* The same for items that fill one field of the host's inventory, which no call links. */
const char *reporter_links_inventory_clash(
	const struct reporter_links *links, const char *a, const char *b);

/* The key of an item of a template that needs an interface of that type; NULL where there is none. */
const char *reporter_links_need(const struct reporter_links *links, const char *templateid,
	enum reporter_interface_type type);
