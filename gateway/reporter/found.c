// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hosts that Zabbix's discovery has found. It names a host by its address: 10.0.0.1, and in the
 * next VRF 10.0.0.1_2, or 10.0.0.1 a second time where both were found at once (seen with 6.0.14).
 * So each becomes VRF-ADDRESS, which no other can be, with our tags and templates; its visible name
 * keeps what the device calls itself. From then on it is known by its tags.
 *
 * Nothing in Zabbix tells a host that was found from one that was made by hand. We take for found
 * what is in the VRF's group of discovery, at its proxy, and named by its address as above.
 */
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strings.h"
#include "reporter/mark.h"
#include "reporter/names.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

#define INTERFACE_SNMP "2"

/* hosts.name of Zabbix holds so many characters. */
#define NAME_MAX_BYTES 128

static const char *const icmp_template[] = { REPORTER_TEMPLATE_ICMP };
static const char *const snmp_template[] = { REPORTER_TEMPLATE_SNMP };
static const struct strings icmp_templates = { (char **)icmp_template, 1 };
static const struct strings snmp_templates = { (char **)snmp_template, 1 };
static const struct strings no_templates = { 0 };

/* The VRFs that discover, each by what a host says of its own: index of its proxy by name of the
 * VRF, and by id of its group. */
struct places {
	json_t *by_vrf, *by_group;
	/* What is done with a found host. */
	void (*visit)(
		struct reporter_plan *plan, const struct reporter_host *want, const json_t *have);
};

static struct places places_make(const struct reporter_plan *plan)
{
	struct places places = { json_object(), json_object(), NULL };

	for (size_t i = 0; i < plan->inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &plan->inventory->proxies[i];
		cleanup_free char *name = reporter_names_found_group(plan->inventory, proxy->vrf);
		const json_t *group = reporter_view_find(plan->view, REPORTER_KIND_GROUP, name);

		if (proxy->n_discovers == 0 || !group || !reporter_plan_proxy_id(plan, proxy))
			continue;
		json_object_set_new(places.by_vrf, proxy->vrf, json_integer((json_int_t)i));
		json_object_set_new(places.by_group, zabbix_json_text(group, "groupid"),
			json_integer((json_int_t)i));
	}
	return places;
}

static void places_finish(struct places *places)
{
	json_decref(places->by_vrf);
	json_decref(places->by_group);
}

static const struct reporter_proxy *place_find(
	const struct reporter_plan *plan, const json_t *places, const char *key)
{
	const json_t *index = json_object_get(places, key);

	return index ? &plan->inventory->proxies[json_integer_value(index)] : NULL;
}

/* A found host as it shall be. */
struct found {
	const struct reporter_proxy *proxy;
	const struct config_discover *discover; /* NULL: its address is in no range any more */
	struct address address;
	bool is_new;
};

static const struct config_discover *discover_find(
	const struct reporter_proxy *proxy, const struct address *address)
{
	for (size_t i = 0; i < proxy->n_discovers; i++)
		if (config_discover_covers(&proxy->discovers[i], address))
			return &proxy->discovers[i];
	return NULL;
}

/* Zabbix takes no colon in the name of a host; it makes "_" of it itself. */
static void colons_replace(char *text)
{
	for (char *p = text; *p; p++)
		if (*p == ':')
			*p = '_';
}

static void templates_choose(
	struct reporter_host *want, const struct config_discover *discover, const json_t *host)
{
	want->templates = &no_templates;
	want->chosen = !discover || !discover->has_templates;
	if (!discover)
		return;
	if (discover->has_templates) {
		want->templates = &discover->templates;
	} else if (zabbix_json_find(json_object_get(host, "interfaces"), "type", INTERFACE_SNMP)) {
		/* One that answered ICMP first has the other already. */
		want->templates = &snmp_templates;
		want->supersedes = REPORTER_TEMPLATE_ICMP;
	} else if (config_discover_probe(discover, CONFIG_PROBE_ICMP)) {
		want->templates = &icmp_templates;
	}
}

static char *name_make(const struct found *found, const char *address)
{
	char *name = xasprintf("%s-%s", found->proxy->vrf, address);

	colons_replace(name);
	return name;
}

/* "acme router7 (10.0.0.1)" where the device has told its name; the caller frees it. */
static char *visible_make(const struct found *found, const char *address, const json_t *host)
{
	const char *name = zabbix_json_text(host, "name");
	size_t length = strlen(name);
	size_t room = NAME_MAX_BYTES - strlen(found->proxy->vrf) - strlen(address) - strlen("  ()");

	if (strcmp(name, zabbix_json_text(host, "host")) == 0)
		return name_make(found, address);
	if (length > room)
		length = room;
	/* Not in the middle of a character of UTF-8. */
	while (length > 0 && text_is_inside_character(name[length]))
		length--;
	return xasprintf("%s %.*s (%s)", found->proxy->vrf, (int)length, name, address);
}

static void found_visit(struct reporter_plan *plan, const struct places *places,
	const struct found *found, const json_t *host)
{
	cleanup_free char *group_name =
		reporter_names_found_group(plan->inventory, found->proxy->vrf);
	const json_t *group = reporter_view_find(plan->view, REPORTER_KIND_GROUP, group_name);
	char room[ADDRESS_TEXT_SIZE];
	const char *address = address_format(&found->address, false, room);
	cleanup_free char *name = name_make(found, address);
	cleanup_free char *visible = found->is_new ? visible_make(found, address, host) : NULL;
	struct reporter_host want = {
		.name = name,
		.vrf = found->proxy->vrf,
		.groupid = zabbix_json_text(group, "groupid"),
		.proxyid = reporter_plan_proxy_id(plan, found->proxy),
		/* Zabbix looks for what it has found at the proxy, not at its group. */
		.proxy_groupid = REPORTER_NO_ID,
		.found_at = address,
		.visible = visible,
	};

	templates_choose(&want, found->discover, host);
	places->visit(plan, &want, host);
}

/* --- those that have our marks --- */

static void known_plan(struct reporter_plan *plan, const struct places *places)
{
	const char *name;
	json_t *host;

	json_object_foreach (plan->view->objects[REPORTER_KIND_HOST], name, host) {
		struct found found = { .proxy = place_find(plan, places->by_vrf,
					       reporter_mark_tag(host, REPORTER_TAG_VRF)) };

		if (!found.proxy || json_object_get(plan->host_vrfs, name) ||
			address_parse(&found.address, reporter_mark_tag(host, REPORTER_TAG_FOUND)) <
				0)
			continue;
		found.discover = discover_find(found.proxy, &found.address);
		found_visit(plan, places, &found, host);
	}
}

/* --- those that have none yet --- */

/* "10.0.0.1" or "10.0.0.1_2" for the address 10.0.0.1 */
static bool is_name_of_discovery(const char *name, const char *ip)
{
	cleanup_free char *first = xstrdup(ip);
	size_t length = strlen(first);

	colons_replace(first);
	if (strncmp(name, first, length) != 0)
		return false;
	name += length;
	return !*name || (name[0] == '_' && name[1] && !name[1 + strspn(name + 1, "0123456789")]);
}

/* Finds the interface by whose address the host was found. */
static bool address_find(struct found *found, const json_t *host)
{
	const json_t *interface;
	size_t i;

	json_array_foreach (json_object_get(host, "interfaces"), i, interface) {
		const char *ip = zabbix_json_text(interface, "ip");

		if (address_parse(&found->address, ip) < 0 ||
			!is_name_of_discovery(zabbix_json_text(host, "host"), ip))
			continue;
		found->discover = discover_find(found->proxy, &found->address);
		if (found->discover)
			return true;
	}
	return false;
}

static const struct reporter_proxy *place_of(
	const struct reporter_plan *plan, const struct places *places, const json_t *host)
{
	const json_t *groups = json_object_get(host, plan->words->host_groups);
	const json_t *group;
	size_t i;

	json_array_foreach (groups, i, group) {
		const struct reporter_proxy *proxy =
			place_find(plan, places->by_group, zabbix_json_text(group, "groupid"));

		if (proxy &&
			strcmp(zabbix_json_text(host, plan->words->host_proxy),
				reporter_plan_proxy_id(plan, proxy)) == 0)
			return proxy;
	}
	return NULL;
}

static void new_plan(struct reporter_plan *plan, const struct places *places)
{
	const char *id;
	json_t *host;

	json_object_foreach (plan->view->objects[REPORTER_KIND_FOUND], id, host) {
		struct found found = { .proxy = place_of(plan, places, host), .is_new = true };

		if (found.proxy && address_find(&found, host))
			found_visit(plan, places, &found, host);
	}
}

static void all_visit(struct reporter_plan *plan,
	void (*visit)(struct reporter_plan *, const struct reporter_host *, const json_t *))
{
	cleanup(places_finish) struct places places = places_make(plan);

	places.visit = visit;
	known_plan(plan, &places);
	new_plan(plan, &places);
}

void reporter_plan_found_collect(struct reporter_plan *plan)
{
	all_visit(plan, reporter_templates_collect);
}

void reporter_plan_found(struct reporter_plan *plan)
{
	all_visit(plan, reporter_plan_host_update);
}
