// SPDX-License-Identifier: GPL-2.0-or-later
/* Templates into Zabbix: compared first, so that an import that changes nothing is known as such.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "reporter/changes.h"
#include "zabbix/api.h"

/* A file with templates. */
struct reporter_import_file {
	const char *format;      /* "yaml", "xml", "json" */
	char *text;              /* as the API takes it */
	char *version;           /* of Zabbix that it says to be for; "" where it says none */
	struct strings provides; /* the templates in it */
	struct strings
		needs; /* those that they and their host prototypes link, and that are not in it */
	struct strings groups;  /* of host prototypes, and not in it */
	struct strings ignored; /* what else is in it and is not imported: "hosts" */
};

/* The API's word for the format of a file by its name: "yaml", "xml", "json"; NULL for others. */
const char *reporter_import_format(const char *path);

/*
 * Reads what was in a file of that format; the caller finishes the file, also after an error: zabbix/export.h says
 * which, and -ENOMSG where there are no templates in it.
 */
int reporter_import_read(const char *format, const char *data, size_t size,
	struct reporter_import_file *file, struct error *err);
void reporter_import_finish(struct reporter_import_file *file);

/*
 * Fills `changes` with what an import of the file would change. No lines: Zabbix has all of it already.
 * -EPROTONOSUPPORT: the file is for a newer Zabbix. -ENOENT: it links templates that neither Zabbix has nor `others`,
 * the names of those that come by other files; or its host prototypes are in groups that Zabbix does not have. err is not NULL.
 */
int reporter_import_compare(struct zabbix_api *api, const struct reporter_import_file *file,
	const struct strings *others, struct reporter_changes *changes, struct error *err);

int reporter_import(
	struct zabbix_api *api, const char *format, const char *source, struct error *err);
