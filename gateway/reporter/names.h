// SPDX-License-Identifier: GPL-2.0-or-later
/* The names that the inventory wants in Zabbix, as JSON arrays for a filter. Pure. */
#pragma once

#include <jansson.h>

#include "reporter/inventory.h"

/* The stock template that shows a proxy's own figures; 6.0 to 7.4 have it by this name. */
#define REPORTER_TEMPLATE_PROXY   "Zabbix proxy health"
/* Stock templates for what discovery has found, by what has answered there. */
#define REPORTER_TEMPLATE_ICMP    "ICMP Ping"
#define REPORTER_TEMPLATE_SNMP    "Generic by SNMP"
/* Ours, with the figures of the gateway: templates/ has it. */
#define REPORTER_TEMPLATE_GATEWAY "VRF gateway by vrfgate"
/* Its macro that says who may send these figures; earlier versions of it lack it. */
#define REPORTER_MACRO_SENDER     "{$VRFGATE.SENDER}"

/* A macro of a host that says which of its templates we have linked. */
#define REPORTER_MACRO_TEMPLATES "{$VRFGATE.TEMPLATES}"

/* One that says where we have put its further interfaces. */
#define REPORTER_MACRO_INTERFACES "{$VRFGATE.INTERFACES}"

json_t *reporter_names_proxy_groups(const struct reporter_inventory *inventory);
json_t *reporter_names_groups(const struct reporter_inventory *inventory);
json_t *reporter_names_proxies(const struct reporter_inventory *inventory);

/* The config's, one for each proxy with the proxy's name, and the gateway's. */
json_t *reporter_names_hosts(const struct reporter_inventory *inventory);
json_t *reporter_names_inventory(const struct reporter_inventory *inventory); /* fields of hosts */
json_t *reporter_names_templates(const struct reporter_inventory *inventory);

/* The host group of what discovery finds in a VRF; the caller frees it. */
char *reporter_names_found_group(const struct reporter_inventory *inventory, const char *vrf);
