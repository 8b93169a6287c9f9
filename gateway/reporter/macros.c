// SPDX-License-Identifier: GPL-2.0-or-later
/* User macros of a host: those of the config get its values; others stay. */
#include <string.h>

#include "reporter/plan.h"
#include "zabbix/json.h"

/* usermacro.type of the API: the value of a secret one is never given back, and that of the other is a path in a
 * vault. Either was chosen by an operator, so it is believed. */
#define MACRO_SECRET 1
#define MACRO_VAULT  2

static json_t *macro_make(const struct config_host_macro *macro)
{
	return zabbix_json_pack("{s:o, s:o}", "macro", zabbix_json_string(macro->name), "value",
		zabbix_json_string(macro->value));
}

void reporter_macros_add(json_t *macros, const char *name, const char *value)
{
	const struct config_host_macro macro = { (char *)name, (char *)value };

	json_array_append_new(macros, macro_make(&macro));
}

json_t *reporter_macros_make(const struct config_host_macro *want, size_t count)
{
	json_t *macros = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(macros, macro_make(&want[i]));
	return macros;
}

/* Whether its value can be compared; that it cannot is noted. */
static bool is_plain(struct reporter_plan *plan, const char *host, const json_t *macro)
{
	json_int_t type = zabbix_json_number(json_object_get(macro, "type"));

	if (type == MACRO_SECRET || type == MACRO_VAULT)
		strings_addf(&plan->result->notes,
			"host '%s': macro '%s' is %s in Zabbix: its value is neither compared nor written",
			host, zabbix_json_text(macro, "macro"),
			type == MACRO_SECRET ? "secret" : "a path in a vault");
	return type != MACRO_SECRET && type != MACRO_VAULT;
}

/* The write that one macro needs; NULL: none. */
static json_t *macro_write(struct reporter_plan *plan, const char *host,
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
	if (!is_plain(plan, host, there) ||
		strcmp(zabbix_json_text(there, "value"), want->value) == 0)
		return NULL;
	*method = "usermacro.update";
	return zabbix_json_pack("{s:s, s:o}", "hostmacroid", zabbix_json_text(there, "hostmacroid"),
		"value", zabbix_json_string(want->value));
}

void reporter_plan_macro(struct reporter_plan *plan, const char *host,
	const struct config_host_macro *want, const json_t *have, enum reporter_write_kind *kind)
{
	const char *method = NULL;
	json_t *params = macro_write(plan, host, want, have, &method);

	if (!params)
		return;
	reporter_plan_change(plan, *kind, "host", host, method,
		zabbix_json_find(json_object_get(have, "macros"), "macro", want->name), params);
	*kind = REPORTER_WRITE_PART;
}

void reporter_plan_macros(struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *have, enum reporter_write_kind *kind)
{
	for (size_t i = 0; i < want->n_macros; i++)
		reporter_plan_macro(plan, want->name, &want->macros[i], have, kind);
}
