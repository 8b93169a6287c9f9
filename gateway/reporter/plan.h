// SPDX-License-Identifier: GPL-2.0-or-later
/* Deciding what to write: the inventory beside what Zabbix has, one file a kind of object. Pure. */
#pragma once

#include "reporter/inventory.h"
#include "reporter/links.h"
#include "reporter/mark.h"
#include "reporter/view.h"
#include "reporter/writes.h"
#include "zabbix/version.h"

struct reporter_plan {
	const struct reporter_inventory *inventory;
	const struct zabbix_words *words;
	const struct reporter_view *view;
	struct reporter_writes *writes;
	struct reporter_sync_result *result;
	/* The addresses that values of the gateway come from, by commas, as Zabbix takes them. */
	char *senders;
	char own_address[46]; /* from which this machine reaches the server; "": not known */
	/* Name of a proxy or host: the VRF that it belongs to. Objects, empty at first. */
	json_t *proxy_vrfs, *host_vrfs;
	/* Names of the rules and actions of discovery that are wanted; an object, empty at first. */
	json_t *discoveries;
	/* VRFs that another gateway has, {"gateway", "id"} of it by VRF; and what of other gateways the config names,
	 * "ID host ce1". An object and an array, empty at first. */
	json_t *elsewhere, *claims;
	struct reporter_links links;
	/* Ids of the templates of hosts to which some are to be linked; an object, empty at first. */
	json_t *lacking;
};

/* Of an object whose name is taken: kind, name, name of the gateway, its id. */
#define REPORTER_OF_ANOTHER "%s '%s' belongs to another gateway named '%s' (id %.8s)"

/* What helps where nobody else's gateway has it. */
#define REPORTER_WAY_TO_ADOPT "; 'vrfgate adopt' or adopt = true takes it over"

/* The id of "none" in host.proxyid and the like. */
#define REPORTER_NO_ID "0"

/* A host as it shall be. */
struct reporter_host {
	const char *name;
	const char *vrf;                  /* NULL: the gateway's own */
	const struct config_host *device; /* NULL: nothing that is asked over the network */
	const struct reporter_key *key;   /* NULL: the operator's, if any */
	const char *proxyid;              /* REPORTER_NO_ID: the server itself asks */
	const char *proxy_groupid; /* REPORTER_NO_ID, or the group in the place of the proxy */
	const char *groupid;
	const char *visible; /* its visible name; NULL: the operator's */
	const struct strings *templates;
	const struct config_host_macro *macros;
	size_t n_macros;
	/* Only of a host that discovery has found: */
	const char *found_at;   /* its address */
	bool chosen;            /* its templates are by what has answered, not of the config */
	const char *supersedes; /* a template that `templates` take the place of; NULL: none */
};

/* The name that our marks carry. */
static inline const char *reporter_plan_gateway(const struct reporter_plan *plan)
{
	return plan->inventory->config->gateway.name;
}

/* Adds a write that changes an object, or makes a part of one, with what it changes of it. before: the object as
 * Zabbix has it, NULL: it has none. Takes params over. */
void reporter_plan_change(struct reporter_plan *plan, enum reporter_write_kind kind,
	const char *what, const char *name, const char *method, const json_t *before,
	json_t *params);

/* Finds out `senders`. */
void reporter_plan_senders(struct reporter_plan *plan, const struct zabbix_api *api);

/* The host group of config zabbix.host_group, those of discovery and the proxy groups: made where missing. */
void reporter_plan_groups(struct reporter_plan *plan);

/* The id of a VRF's proxy group; REPORTER_NO_ID where it is in none, NULL where it is not there. */
const char *reporter_plan_proxy_group_id(
	const struct reporter_plan *plan, const struct reporter_proxy *proxy);

/* Proxies of the inventory: made, or brought back to what we own of them. */
void reporter_plan_proxies(struct reporter_plan *plan);

/* The key of a VRF's proxy that is there, and nothing else. */
void reporter_plan_proxy_key(struct reporter_plan *plan, const struct reporter_proxy *proxy);

/* The id of a VRF's proxy when it is there, ours, and this VRF's; else NULL. */
const char *reporter_plan_proxy_id(
	const struct reporter_plan *plan, const struct reporter_proxy *proxy);

/* Hosts, on a view that has the proxies and the group: without these they are left for later. */
void reporter_plan_hosts(struct reporter_plan *plan);

/* Into `lacking`, for these hosts: their templates and those of the config, where they lack one. */
void reporter_plan_hosts_collect(struct reporter_plan *plan);
void reporter_plan_found_collect(struct reporter_plan *plan);

/* A problem for each of our hosts that is not attached to its VRF's proxy. */
void reporter_plan_verify_hosts(struct reporter_plan *plan);

/* One host: made, or brought back to what we own of it. */
void reporter_plan_host(struct reporter_plan *plan, const struct reporter_host *want);

/* The same for one that is there, by whatever name: it gets the wanted one. */
void reporter_plan_host_update(
	struct reporter_plan *plan, const struct reporter_host *want, const json_t *have);

/* Rules of discovery, on a view that has the proxies; then the actions that go with them, on one
 * that has rules and groups too: without these they are left for later. */
void reporter_plan_rules(struct reporter_plan *plan);
void reporter_plan_actions(struct reporter_plan *plan);

/* Hosts that discovery has found: given their VRF's name, tags and templates, and kept so. */
void reporter_plan_found(struct reporter_plan *plan);

/* Whether the host was made by somebody else and is being taken over; have: NULL for one that is made. */
static inline bool reporter_host_is_new_to_us(const struct reporter_host *want, const json_t *have)
{
	return have && !want->found_at && !*reporter_mark_tag(have, REPORTER_TAG_GATEWAY);
}

/* Whether Zabbix has the host where it shall be. */
bool reporter_host_is_attached(
	const struct reporter_plan *plan, const struct reporter_host *want, const json_t *have);

/*
 * The parts of a host that are objects of their own: what is missing or differs is written. *kind
 * is what the first write counts as; it becomes REPORTER_WRITE_PART with it.
 */
void reporter_plan_interfaces(struct reporter_plan *plan, const struct config_host *want,
	const json_t *have, enum reporter_write_kind *kind);
void reporter_plan_macros(struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *have, enum reporter_write_kind *kind);

/* Value of the macro that says where the further interfaces of the config are, by which they are known when they
 * move; the caller frees it. NULL: there are none. */
char *reporter_interfaces_record(const struct config_host *want);

/* The same for one macro. */
void reporter_plan_macro(struct reporter_plan *plan, const char *host,
	const struct config_host_macro *want, const json_t *have, enum reporter_write_kind *kind);

/* These parts of a new host. */
json_t *reporter_interfaces_make(const struct config_host *want);
json_t *reporter_macros_make(const struct config_host_macro *want, size_t count);
void reporter_macros_add(json_t *macros, const char *name, const char *value);

/* Templates of a host. */
struct reporter_templates {
	json_t *all;     /* [{"templateid"}], that it shall have */
	json_t *added;   /* [{"templateid", "name"}], those of them that are not linked yet */
	json_t *removed; /* [{"templateid"}], linked by us and no longer in the config */
	json_t *kept;    /* `all` without `added` */
	char *record; /* the value of the macro that says which we have linked; NULL: the host needs none */
};

/* What can be linked, on links that know the templates of the host; have: NULL for a new one. Others become
 * problems. */
void reporter_templates_plan(struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *have, struct reporter_templates *templates);
void reporter_templates_finish(struct reporter_templates *templates);

/* Into `lacking`, for one host. */
void reporter_templates_collect(
	struct reporter_plan *plan, const struct reporter_host *want, const json_t *have);

/* All tags of a host: ours, and those of `have` (NULL: it is new) whose names we do not own. NULL
 * where `have` is right already. */
json_t *reporter_tags_plan(
	const struct reporter_plan *plan, const struct reporter_host *want, const json_t *have);

/* What bears our mark and is no longer in the config: deleted, where the config says prune. */
void reporter_plan_prune(struct reporter_plan *plan);
