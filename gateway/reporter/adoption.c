// SPDX-License-Identifier: GPL-2.0-or-later
/* Taking over what somebody else has made. */
#include "reporter/adoption.h"

#include <string.h>

#include "reporter/mark.h"
#include "zabbix/json.h"

static bool is_wanted(const struct reporter_inventory *inventory, const char *name)
{
	return inventory->adopts_all || strings_contain(&inventory->adopted, name);
}

/* The gateway's own host, where it takes over what one of its name has left: on other hardware its id is another one. */
static bool is_former_self(
	const struct reporter_inventory *inventory, const char *name, const json_t *holder)
{
	return (inventory->takes_all || inventory->takes.count > 0) &&
		strcmp(name, inventory->config->gateway.name) == 0 &&
		strcmp(reporter_mark_tag(holder, REPORTER_TAG_GATEWAY), name) == 0 &&
		!*reporter_mark_tag(holder, REPORTER_TAG_VRF);
}

void reporter_adopt_proxies(struct reporter_view *view, const struct reporter_inventory *inventory)
{
	for (size_t i = 0; i < inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &inventory->proxies[i];
		json_t *holder =
			json_object_get(view->objects[REPORTER_KIND_PROXY_NAME], proxy->name);

		if (holder && is_wanted(inventory, proxy->name) &&
			!reporter_view_find(view, REPORTER_KIND_PROXY, proxy->vrf) &&
			!reporter_mark_is_any(zabbix_json_text(holder, "description")))
			json_object_set(view->objects[REPORTER_KIND_PROXY], proxy->vrf, holder);
	}
}

int reporter_adopt_hosts(struct reporter_view *view, struct zabbix_api *api,
	const struct reporter_inventory *inventory, struct error *err)
{
	const char *name;
	json_t *holder, *host;
	int r;

	json_object_foreach (view->objects[REPORTER_KIND_HOST_NAME], name, holder)
		if ((is_wanted(inventory, name) &&
			    !*reporter_mark_tag(holder, REPORTER_TAG_GATEWAY)) ||
			is_former_self(inventory, name, holder))
			json_object_set_new(holder, REPORTER_VIEW_ADOPTED, json_true());
	r = reporter_view_read(
		view, api, inventory, REPORTER_KIND_ADOPTED, REPORTER_KIND_ADOPTED, err);
	if (r < 0)
		return r;
	json_object_foreach (view->objects[REPORTER_KIND_ADOPTED], name, host) {
		json_object_set(view->objects[REPORTER_KIND_HOST], name, host);
		json_object_del(view->objects[REPORTER_KIND_HOST_NAME], name);
	}
	return 0;
}
