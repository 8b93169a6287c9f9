// SPDX-License-Identifier: GPL-2.0-or-later
/* Collecting the names of the inventory. */
#include "reporter/names.h"

#include "base/memory.h"
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

static void names_add_all(struct names *names, const struct strings *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		names_add(names, texts->items[i]);
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

char *reporter_names_found_group(const struct reporter_inventory *inventory, const char *vrf)
{
	return xasprintf("%s/%s", inventory->config->zabbix.host_group, vrf);
}

json_t *reporter_names_groups(const struct reporter_inventory *inventory)
{
	struct names names = names_begin();

	names_add(&names, inventory->config->zabbix.host_group);
	for (size_t i = 0; i < inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &inventory->proxies[i];
		cleanup_free char *group = reporter_names_found_group(inventory, proxy->vrf);

		if (proxy->n_discovers > 0)
			names_add(&names, group);
		for (size_t j = 0; j < proxy->n_hosts; j++)
			names_add_all(&names, &proxy->hosts[j].groups);
	}
	return names_end(&names);
}

json_t *reporter_names_proxies(const struct reporter_inventory *inventory)
{
	struct names names = names_begin();

	for (size_t i = 0; i < inventory->n_proxies; i++)
		names_add(&names, inventory->proxies[i].name);
	for (size_t i = 0; i < inventory->n_given_up; i++)
		names_add(&names, inventory->given_up[i].name);
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

static void names_add_discovery(struct names *names, const struct reporter_proxy *proxy)
{
	for (size_t i = 0; i < proxy->n_discovers; i++) {
		names_add_all(names, &proxy->discovers[i].templates);
		if (proxy->discovers[i].has_templates)
			continue;
		names_add(names, REPORTER_TEMPLATE_ICMP);
		names_add(names, REPORTER_TEMPLATE_SNMP);
	}
}

json_t *reporter_names_templates(const struct reporter_inventory *inventory)
{
	struct names names = names_begin();

	names_add(&names, REPORTER_TEMPLATE_GATEWAY);
	names_add(&names, REPORTER_TEMPLATE_PROXY);
	for (size_t i = 0; i < inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &inventory->proxies[i];

		for (size_t j = 0; j < proxy->n_hosts; j++)
			names_add_all(&names, &proxy->hosts[j].templates);
		names_add_discovery(&names, proxy);
	}
	return names_end(&names);
}

json_t *reporter_names_inventory(const struct reporter_inventory *inventory)
{
	struct names names = names_begin();

	for (size_t i = 0; i < inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &inventory->proxies[i];

		for (size_t j = 0; j < proxy->n_hosts; j++)
			for (size_t k = 0; k < proxy->hosts[j].n_inventory; k++)
				names_add(&names, proxy->hosts[j].inventory[k].name);
	}
	return names_end(&names);
}
