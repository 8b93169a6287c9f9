// SPDX-License-Identifier: GPL-2.0-or-later
/* Old and new names of hosts, by VRF and address or DNS name. */
#include "reporter/renames.h"

#include <string.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "reporter/mark.h"
#include "reporter/names.h"
#include "zabbix/json.h"

/* By place, "VRF ADDRESS": a name, or JSON's null where there are several. */
static void place_note(json_t *places, char *place, const char *name)
{
	json_object_set_new(places, place,
		json_object_get(places, place) ? json_null() : zabbix_json_string(name));
	free(place);
}

/* The host of a proxy's own figures has no interface. */
static char *place_make(const char *vrf, const char *address)
{
	return xasprintf("%s %s", vrf, address);
}

static const char *address_of(const json_t *host)
{
	const json_t *interface =
		zabbix_json_find(json_object_get(host, "interfaces"), "main", "1");

	return zabbix_json_text(
		interface, strcmp(zabbix_json_text(interface, "useip"), "0") == 0 ? "dns" : "ip");
}

/* Ours that the config does not name; what discovery has found is named by its address. */
static json_t *old_make(
	const struct reporter_view *view, const struct reporter_inventory *inventory)
{
	cleanup_json json_t *list = reporter_names_hosts(inventory), *wanted = json_object();
	json_t *places = json_object(), *host, *each;
	const char *name;
	size_t i;

	json_array_foreach (list, i, each)
		json_object_set(wanted, json_string_value(each), each);
	json_object_foreach (view->objects[REPORTER_KIND_HOST], name, host) {
		const char *vrf = reporter_mark_tag(host, REPORTER_TAG_VRF);

		if (*vrf && !*reporter_mark_tag(host, REPORTER_TAG_FOUND) &&
			!json_object_get(wanted, name))
			place_note(places, place_make(vrf, address_of(host)), name);
	}
	return places;
}

static void new_note(
	const struct reporter_view *view, json_t *places, char *place, const char *name)
{
	if (reporter_view_find(view, REPORTER_KIND_HOST, name) ||
		reporter_view_find(view, REPORTER_KIND_HOST_NAME, name))
		free(place);
	else
		place_note(places, place, name);
}

/* Hosts of the config whose names nobody has. */
static json_t *new_make(
	const struct reporter_view *view, const struct reporter_inventory *inventory)
{
	json_t *places = json_object();

	for (size_t i = 0; i < inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &inventory->proxies[i];

		new_note(view, places, place_make(proxy->vrf, ""), proxy->name);
		for (size_t j = 0; j < proxy->n_hosts; j++) {
			const struct config_host *host = &proxy->hosts[j];
			char room[ADDRESS_TEXT_SIZE];
			const char *address =
				host->dns ? host->dns : address_format(&host->address, false, room);

			new_note(view, places, place_make(proxy->vrf, address), host->name);
		}
	}
	return places;
}

/* The gateway's own host bears the gateway's name of before, and that name. */
static void own_host_find(struct reporter_view *view, const struct reporter_inventory *inventory)
{
	const char *to = inventory->config->gateway.name, *name, *from = NULL;
	json_t *hosts = view->objects[REPORTER_KIND_HOST], *host;

	if (reporter_view_find(view, REPORTER_KIND_HOST, to) ||
		reporter_view_find(view, REPORTER_KIND_HOST_NAME, to))
		return;
	json_object_foreach (hosts, name, host)
		if (!*reporter_mark_tag(host, REPORTER_TAG_VRF) &&
			strcmp(reporter_mark_tag(host, REPORTER_TAG_GATEWAY), name) == 0)
			from = name;
	if (!from)
		return;
	json_object_set(hosts, to, json_object_get(hosts, from));
	json_object_del(hosts, from);
}

void reporter_renames_find(struct reporter_view *view, const struct reporter_inventory *inventory)
{
	cleanup_json json_t *old = old_make(view, inventory);
	cleanup_json json_t *new = NULL;
	json_t *hosts = view->objects[REPORTER_KIND_HOST], *from;
	const char *place;

	own_host_find(view, inventory);
	if (json_object_size(old) == 0)
		return;
	new = new_make(view, inventory);
	json_object_foreach (old, place, from) {
		const char *to = json_string_value(json_object_get(new, place));

		if (!to || !json_is_string(from))
			continue;
		json_object_set(hosts, to, json_object_get(hosts, json_string_value(from)));
		json_object_del(hosts, json_string_value(from));
	}
}
