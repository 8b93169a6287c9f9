// SPDX-License-Identifier: GPL-2.0-or-later
/* Templates into Zabbix: compared first, so that an import that changes nothing is known as such.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/strings.h"
#include "zabbix/api.h"

/* The API's word for the format of a file by its name: "yaml", "xml", "json"; NULL for others. */
const char *reporter_import_format(const char *path);

/*
 * Fills `changes` with what an import of the text would change, one text an object, as
 * reporter/changes.h says. None: Zabbix has all of it already.
 */
int reporter_import_compare(struct zabbix_api *api, const char *format, const char *source,
	struct strings *changes, struct error *err);

int reporter_import(
	struct zabbix_api *api, const char *format, const char *source, struct error *err);
