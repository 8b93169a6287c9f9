// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where configuration.importcompare tells something else than the import does: it knows Zabbix's side by an export, and
 * an export holds no passwords; it knows the file's objects by their uuids, of which a file may have one twice; it looks
 * for a trigger where an export has it; and it takes a template that has two names for unlinked.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "base/strings.h"
#include "zabbix/api.h"

/*
 * Makes the answer tell what an import of the file does: asks for the passwords and keys that Zabbix has of the objects
 * in the file, and sets "before" and "after" of those that differ; gives to an object that the file has twice the last
 * state, which is what Zabbix keeps, and to a trigger that is added here and removed there, one entry. `export` is the file's (zabbix/export.h). *compared may be another afterwards.
 * Appends to `notes` what a person should know of the file.
 */
int reporter_settle(struct zabbix_api *api, const json_t *export, json_t **compared,
	struct strings *notes, struct error *err);

/* The fields that no export of Zabbix 7.0 holds; NULL closes. */
extern const char *const reporter_settle_secrets[];
