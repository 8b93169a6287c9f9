// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the files that come with vrfgate are: templates/ and proxies/. */
#pragma once

#include "base/error.h"

/*
 * Finds a directory of bundled data by its name ("templates"): in the directory that the
 * environment names in VRFGATE_DATA and there only, else beside the build tree that the program was
 * started from (dirname of the program, ".."), else where it was installed. The caller frees *path.
 * -ENOENT names the places.
 */
int data_dir_find(const char *name, char **path, struct error *err);
