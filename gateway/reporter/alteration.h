// SPDX-License-Identifier: GPL-2.0-or-later
/* What a write changes of an object, for a person: fields with their old and new values, ids by their names. Pure. */
#pragma once

#include <jansson.h>

#include "reporter/view.h"
#include "zabbix/version.h"

/*
 * "host: "a" -> "b", proxyid: none -> "gw1-acme"" for a write with these parameters; the caller frees it. before: the
 * object as Zabbix has it, or NULL, then it is the names of the fields. Of keys, passphrases, communities and macros
 * no value is shown. "" where nothing is to be said.
 */
char *reporter_alteration_text(const struct reporter_view *view, const struct zabbix_words *words,
	const char *method, const json_t *before, const json_t *params);
