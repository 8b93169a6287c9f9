// SPDX-License-Identifier: GPL-2.0-or-later
/* jansson in our manner. */
#include "zabbix/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

json_t *zabbix_json_pack(const char *format, ...)
{
	json_error_t why;
	json_t *json;
	va_list args;

	va_start(args, format);
	json = json_vpack_ex(&why, 0, format, args);
	va_end(args);
	if (!json) {
		fprintf(stderr, "vrfgate: cannot make JSON '%s': %s\n", format, why.text);
		abort();
	}
	return json;
}

json_t *zabbix_json_string(const char *text)
{
	return json_text(text);
}

const char *zabbix_json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

const json_t *zabbix_json_find(const json_t *list, const char *key, const char *text)
{
	const json_t *each;
	size_t i;

	json_array_foreach (list, i, each) {
		if (strcmp(zabbix_json_text(each, key), text) == 0)
			return each;
	}
	return NULL;
}

json_int_t zabbix_json_number(const json_t *value)
{
	if (json_is_string(value))
		return strtoll(json_string_value(value), NULL, 10);
	return json_integer_value(value);
}

/* The text of a string or a whole number; NULL for anything else. */
static const char *scalar_text(const json_t *value, char room[32])
{
	if (json_is_string(value))
		return json_string_value(value);
	if (!json_is_integer(value))
		return NULL;
	snprintf(room, 32, "%lld", (long long)json_integer_value(value));
	return room;
}

bool zabbix_json_same(const json_t *a, const json_t *b)
{
	char room_a[32], room_b[32];
	const char *text_a = scalar_text(a, room_a), *text_b = scalar_text(b, room_b);

	return text_a && text_b && strcmp(text_a, text_b) == 0;
}
