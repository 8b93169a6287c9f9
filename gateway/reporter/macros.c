// SPDX-License-Identifier: GPL-2.0-or-later
/* User macros of a host: those of the config get its values; others stay. */
#include <string.h>

#include "reporter/plan.h"
#include "zabbix/json.h"

/* Its value is never given back, so it is believed. */
#define MACRO_SECRET 1

static json_t *macro_make(const struct config_host_macro *macro)
{
	return zabbix_json_pack("{s:o, s:o}", "macro", zabbix_json_string(macro->name), "value",
		zabbix_json_string(macro->value));
}

json_t *reporter_macros_make(const struct config_host_macro *want, size_t count)
{
	json_t *macros = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(macros, macro_make(&want[i]));
	return macros;
}

/* The write that one macro needs; NULL: none. */
static json_t *macro_write(
	const struct config_host_macro *want, const json_t *have, const char **method)
{
	const json_t *there =
		zabbix_json_find(json_object_get(have, "macros"), "macro", want->name);
	json_t *params;

	if (!there) {
		*method = "usermacro.create";
		params = macro_make(want);
		json_object_set(params, "hostid", json_object_get(have, "hostid"));
		return params;
	}
	if (zabbix_json_number(json_object_get(there, "type")) == MACRO_SECRET ||
		strcmp(zabbix_json_text(there, "value"), want->value) == 0)
		return NULL;
	*method = "usermacro.update";
	return zabbix_json_pack("{s:s, s:o}", "hostmacroid", zabbix_json_text(there, "hostmacroid"),
		"value", zabbix_json_string(want->value));
}

void reporter_plan_macros(struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *have, enum reporter_write_kind *kind)
{
	for (size_t i = 0; i < want->n_macros; i++) {
		const char *method = NULL;
		json_t *params = macro_write(&want->macros[i], have, &method);

		if (!params)
			continue;
		reporter_writes_add(plan->writes, *kind, "host", want->name, method, params);
		*kind = REPORTER_WRITE_PART;
	}
}
