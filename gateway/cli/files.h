// SPDX-License-Identifier: GPL-2.0-or-later
/* The files that `vrfgate import` was given, by name or inside directories. */
#pragma once

#include "base/error.h"
#include "base/strings.h"
#include "zabbix/api.h"

/*
 * Appends a file; or of a directory the files of a format that Zabbix imports, sorted, its
 * subdirectories too. Where these are named by versions (6.0, 7.0) only the newest is taken that
 * the server understands.
 */
int cli_files_collect(const char *path, const struct zabbix_version *version, struct strings *files,
	struct error *err);
