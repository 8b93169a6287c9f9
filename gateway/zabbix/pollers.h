// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kinds of checks that a zabbix_proxy polls by processes of their own, and which of them a configuration of it
 * starts. A kind without its processes is never polled: no item of it has an error.
 *
 * Source: Zabbix manual, "Zabbix proxy" in the appendix on configuration, "Item object", "Web scenario object";
 * that 7.0 polls no HTTP agent item by its ordinary pollers, and 6.0 no internal one, was measured.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum zabbix_poller {
	ZABBIX_POLLER_HTTP_AGENT,
	ZABBIX_POLLER_WEB,
	ZABBIX_POLLER_ODBC,
	ZABBIX_POLLER_IPMI,
	ZABBIX_POLLER_JMX,
	ZABBIX_POLLER_BROWSER,
	ZABBIX_POLLER_INTERNAL,
	ZABBIX_POLLERS,
};

/* Sets of them have the bits 1 << kind. */
#define ZABBIX_POLLER_BIT(kind) (1u << (kind))

struct zabbix_poller_kind {
	const char *items;       /* "HTTP agent items" */
	int item_type;           /* item.type of Zabbix; -1: a web scenario, which is no item */
	const char *key;         /* of the configuration: how many processes */
	unsigned since;          /* the first version with that key; 0: all */
	unsigned until;          /* the first that polls such items without it again; 0: none */
	unsigned fallback;       /* how many there are where the configuration says nothing */
	const char *address_key; /* which must say where something else is; NULL: none */
};

extern const struct zabbix_poller_kind zabbix_poller_kinds[ZABBIX_POLLERS];

/* Whether that version (600 is 6.0) has the key; without it other processes poll such items, or there are none. */
bool zabbix_poller_has_key(enum zabbix_poller which, unsigned version);

/* What a proxy has to poll. */
struct zabbix_demand {
	struct {
		uint32_t count;
		char host[64]; /* the first by its name, as far as it fits */
	} kinds[ZABBIX_POLLERS];
};

/* Of which kinds there is anything. */
unsigned zabbix_demand_kinds(const struct zabbix_demand *demand);

/* The value of the last line of a configuration with that key, up to its line's end; NULL: there is none. */
const char *zabbix_conf_find(const char *conf, const char *key);

/* Which kinds a proxy of that version (600 is 6.0) polls by this configuration. */
unsigned zabbix_conf_polls(const char *conf, unsigned version);
