// SPDX-License-Identifier: GPL-2.0-or-later
/* Collecting the names of the inventory. */
#include "reporter/names.h"

#include "zabbix/json.h"

/* Each name once. */
struct names {
	json_t *list;
	json_t *seen;
};

static void names_add(struct names *names, const char *text)
{
	json_t *name = zabbix_json_string(text);

	if (!json_object_get(names->seen, json_string_value(name))) {
		json_object_set_new(names->seen, json_string_value(name), json_true());
		json_array_append(names->list, name);
	}
	json_decref(name);
}

static struct names names_begin(void)
{
	return (struct names){ .list = json_array(), .seen = json_object() };
}

static json_t *names_end(struct names *names)
{
	json_decref(names->seen);
	return names->list;
}

json_t *reporter_names_proxy_groups(const struct reporter_inventory *inventory)
{
	struct names names = names_begin();

	for (size_t i = 0; i < inventory->n_proxies; i++)
		if (inventory->proxies[i].group)
			names_add(&names, inventory->proxies[i].group);
	return names_end(&names);
}

json_t *reporter_names_proxies(const struct reporter_inventory *inventory)
{
	struct names names = names_begin();

	for (size_t i = 0; i < inventory->n_proxies; i++)
		names_add(&names, inventory->proxies[i].name);
	return names_end(&names);
}

json_t *reporter_names_hosts(const struct reporter_inventory *inventory)
{
	struct names names = names_begin();

	names_add(&names, inventory->config->gateway.name);
	for (size_t i = 0; i < inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &inventory->proxies[i];

		names_add(&names, proxy->name);
		for (size_t j = 0; j < proxy->n_hosts; j++)
			names_add(&names, proxy->hosts[j].name);
	}
	return names_end(&names);
}

json_t *reporter_names_templates(const struct reporter_inventory *inventory)
{
	struct names names = names_begin();

	names_add(&names, REPORTER_TEMPLATE_GATEWAY);
	names_add(&names, REPORTER_TEMPLATE_PROXY);
	for (size_t i = 0; i < inventory->n_proxies; i++)
		for (size_t j = 0; j < inventory->proxies[i].n_hosts; j++) {
			const struct strings *own = &inventory->proxies[i].hosts[j].templates;

			for (size_t k = 0; k < own->count; k++)
				names_add(&names, own->items[k]);
		}
	return names_end(&names);
}
