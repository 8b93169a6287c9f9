// SPDX-License-Identifier: GPL-2.0-or-later
/* Collecting files to import. */
#include "cli/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reporter/import.h"

/* Ends a loop of symbolic links. */
#define MAX_DEPTH 16

static int directory_collect(const char *path, const struct zabbix_version *version, int depth,
	struct strings *files, struct error *err);

static int name_keep(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void names_free(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* The number behind a name such as "6.0", for comparison; 0 for other names. */
static unsigned version_number(const char *name)
{
	unsigned major, minor;
	int used = 0;

	if (sscanf(name, "%2u.%2u%n", &major, &minor, &used) != 2 || name[used] != '\0')
		return 0;
	return major * 100 + minor;
}

static bool name_is_wanted(const char *name, unsigned best, bool has_versions)
{
	return !has_versions || version_number(name) == 0 || version_number(name) == best;
}

static int entry_collect(const char *path, const struct zabbix_version *version, int depth,
	struct strings *files, struct error *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return error_set_errno(err, errno, "cannot read '%s'", path);
	if (S_ISDIR(st.st_mode))
		return directory_collect(path, version, depth, files, err);
	if (reporter_import_format(path))
		strings_add(files, path);
	return 0;
}

static int directory_collect(const char *path, const struct zabbix_version *version, int depth,
	struct strings *files, struct error *err)
{
	unsigned server = version->major * 100 + version->minor, best = 0;
	bool has_versions = false;
	struct dirent **names;
	int r = 0, count;

	if (depth > MAX_DEPTH)
		return error_set(err, ELOOP, "'%s' is too deep", path);
	count = scandir(path, &names, name_keep, alphasort);
	if (count < 0)
		return error_set_errno(err, errno, "cannot read '%s'", path);
	for (int i = 0; i < count; i++) {
		unsigned number = version_number(names[i]->d_name);

		has_versions = has_versions || number > 0;
		best = number > best && number <= server ? number : best;
	}
	for (int i = 0; r == 0 && i < count; i++) {
		cleanup_free char *entry = xasprintf("%s/%s", path, names[i]->d_name);

		if (name_is_wanted(names[i]->d_name, best, has_versions))
			r = entry_collect(entry, version, depth + 1, files, err);
	}
	names_free(names, count);
	return r;
}

int cli_files_collect(const char *path, const struct zabbix_version *version, struct strings *files,
	struct error *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return error_set_errno(err, errno, "cannot read '%s'", path);
	if (S_ISDIR(st.st_mode))
		return directory_collect(path, version, 0, files, err);
	/* Named by the user: a format that is none is told when it is its turn. */
	strings_add(files, path);
	return 0;
}
