// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Brings Zabbix in step with an inventory: groups, proxies, and hosts with their interfaces,
 * macros, tags and templates, each host attached to its VRF's proxy and that read back; beside
 * these a host for each proxy's own figures and one for the gateway. Idempotent: when all is right,
 * nothing is written. What we make carries our mark (reporter/mark.h); an object of the same name
 * without it is left alone and reported, if it is not to be taken over (reporter/adoption.h), and so is another gateway that has our name.
 *
 * Discovery: a rule and an action for each discover section, and what they find is given a name, tags
 * and templates; see reporter/found.c.
 *
 * Ours, and put back when changed: a proxy's name, mode, address, group, encryption and key; a
 * host's proxy, the addresses of its main interfaces, its tags `vrf`, `vrfgate` and `vrfgate.id`, that it is in
 * our group and the config's and has at least the config's templates; and of interfaces, macros, tags, visible name,
 * description, status and inventory what the config says; rules and actions of discovery whole. All else is the operator's.
 *
 * A gateway that has another name than before is known by its id, and all that is its gets the new name. A VRF
 * goes from one gateway to another as reporter/handover.h has it.
 *
 * A host that the config names anew is known by its mark, VRF and address, and renamed. A template that is taken out
 * of the config is unlinked where we have linked it, which the host's macro {$VRFGATE.TEMPLATES} tells.
 */
#pragma once

#include "reporter/inventory.h"
#include "zabbix/api.h"

struct reporter_sync_result {
	size_t created, updated, unchanged, deleted;
	struct strings changes;  /* one line each: "~ host 'ce1': tags" */
	struct strings problems; /* one line each: "host 'ce1': template 'X' not found in Zabbix" */
	struct strings
		notes; /* no problems, but good to know: "host 'ce1': macro '{$X}' is secret ..." */
	json_t *elsewhere; /* "gateway 'gw2' (id 01234567)" by VRF that another gateway has; or NULL */
	struct strings released; /* VRFs whose release Zabbix has */
	bool has_own_host;       /* the gateway's host is ours: its values may be sent */
};

void reporter_sync_result_finish(struct reporter_sync_result *result);

/*
 * Returns 0 also with problems; an errno of zabbix/api.h when it could not be carried through. With
 * `look` nothing is written, and the result says what would be.
 */
int reporter_sync(struct zabbix_api *api, const struct reporter_inventory *inventory, bool look,
	struct reporter_sync_result *result, struct error *err);

/*
 * Writes the key of the inventory's first proxy, and nothing else of the config. Where Zabbix has no such
 * proxy yet it is done: a sync makes it with that key. -EEXIST: its name is another's.
 */
int reporter_sync_key(
	struct zabbix_api *api, const struct reporter_inventory *inventory, struct error *err);
