// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON of Zabbix's: makers that abort instead of failing, readers that forgive. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/json.h"

/* json_pack() that aborts where it fails, which is a fault of ours. "s" takes only UTF-8: strings
 * from outside go in as "o" by zabbix_json_string(). */
json_t *zabbix_json_pack(const char *format, ...);

/* json_text() of base/json.h. */
json_t *zabbix_json_string(const char *text);

/* The string under a key, living as long as the object; "" where there is none. */
const char *zabbix_json_text(const json_t *object, const char *key);

/* The first object of a list that has this text under the key; NULL where there is none. */
const json_t *zabbix_json_find(const json_t *list, const char *key, const char *text);

/* A whole number that came as a number or, as the API mostly does, as a string; else 0. */
json_int_t zabbix_json_number(const json_t *value);

/* True where both are strings or numbers of the same text: the API gives "5" where it takes 5. */
bool zabbix_json_same(const json_t *a, const json_t *b);
