// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding, reading and parsing what is included. */
#include "config/include.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "config/parse.h"

/* The directory's files in it: a missing one is an empty one, any other trouble ends the search. */
static int on_glob_error(const char *path, int code)
{
	(void)path;
	return code != ENOENT && code != ENOTDIR;
}

static char *pattern_resolve(const struct config_file *file, const char *pattern)
{
	const char *slash = strrchr(file->path, '/');

	if (pattern[0] == '/' || !slash)
		return xstrdup(pattern);
	return xasprintf("%.*s/%s", (int)(slash - file->path), file->path, pattern);
}

static bool is_read(const struct config_tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->n_files; i++)
		if (strcmp(tree->files[i]->path, path) == 0)
			return true;
	return false;
}

/* Sections but those of customers are the main file's. */
static void sections_judge(const struct config_section *root, struct config_complaints *faults)
{
	for (size_t i = 0; i < root->n_sections; i++) {
		const struct config_section *section = root->sections[i];

		if (strcmp(section->name, "vrf") == 0 || strcmp(section->name, "namespace") == 0)
			continue;
		config_complain(faults, root, section->line,
			"section '%s' in an included file, expected vrf and namespace sections only",
			section->name);
	}
}

static int file_include(struct config_tree *tree, struct config_complaints *faults,
	struct config_complaints *notes, const struct config_section *gateway,
	const struct config_text *value, const char *path)
{
	cleanup_free char *text = NULL;
	struct error err = ERROR_INIT;
	struct config_section *root;
	size_t size;
	int r;

	if (is_read(tree, path))
		return 0;
	if (file_read_now(path, CONFIG_MAX_FILE, &text, &size, &err) < 0) {
		config_complain(
			faults, gateway, value->line, "include \"%s\": %s", value->text, err.text);
		return -EINVAL;
	}
	root = config_tree_add_file(tree, path);
	if (strlen(text) != size)
		config_complain(faults, root, 1, "a NUL byte in the file, expected text");
	r = config_parse(text, true, root, faults);
	sections_judge(root, faults);
	if (r == 0 && root->n_sections == 0)
		config_complain(notes, root, 1, "%s, expected vrf or namespace sections",
			size ? "no section in the file" : "the file is empty");
	return r;
}

/* True where what stands as a directory in it, before the first wildcard, is something else: `file` then. */
static bool leads_through_file(const char *pattern, char **file)
{
	size_t plain = strcspn(pattern, "*?[");
	struct stat st;

	for (const char *slash = strchr(pattern + 1, '/'); slash && slash < pattern + plain;
		slash = strchr(slash + 1, '/')) {
		cleanup_free char *path = xstrndup(pattern, (size_t)(slash - pattern));

		if (stat(path, &st) < 0)
			return false;
		if (!S_ISDIR(st.st_mode)) {
			*file = steal_ptr(&path);
			return true;
		}
	}
	return false;
}

/* False where it is a fault. */
static bool nothing_judge(const char *pattern, bool wild, struct config_complaints *faults,
	struct config_complaints *notes, const struct config_section *gateway,
	const struct config_text *value)
{
	cleanup_free char *file = NULL;

	if (leads_through_file(pattern, &file))
		config_complain(faults, gateway, value->line,
			"include \"%s\": '%s' is not a directory, expected one", value->text, file);
	else if (!wild)
		config_complain(faults, gateway, value->line,
			"include \"%s\": no such file, expected one or a pattern such as conf.d/*.conf",
			value->text);
	else
		config_complain(notes, gateway, value->line, "include \"%s\": matches no file",
			value->text);
	return wild && !file;
}

static int path_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int pattern_include(struct config_tree *tree, struct config_complaints *faults,
	struct config_complaints *notes, const struct config_section *gateway,
	const struct config_text *value)
{
	cleanup_free char *pattern = pattern_resolve(gateway->file, value->text);
	bool wild = strpbrk(pattern, "*?[") != NULL;
	glob_t found = { 0 };
	int result = 0;
	int r = glob(pattern, GLOB_NOSORT, on_glob_error, &found);

	if (r == GLOB_NOMATCH && !nothing_judge(pattern, wild, faults, notes, gateway, value))
		result = -EINVAL;
	else if (r != 0 && r != GLOB_NOMATCH)
		config_complain(faults, gateway, value->line,
			"include \"%s\": cannot be searched: %s", value->text, strerror(errno));
	/* Not by glob: its order is the locale's. */
	if (r == 0)
		qsort(found.gl_pathv, found.gl_pathc, sizeof(*found.gl_pathv), path_compare);
	for (size_t i = 0; r == 0 && i < found.gl_pathc; i++)
		if (file_include(tree, faults, notes, gateway, value, found.gl_pathv[i]) < 0)
			result = -EINVAL;
	globfree(&found);
	if (r != 0 && r != GLOB_NOMATCH)
		result = -EINVAL;
	return result;
}

int config_include(
	struct config_tree *tree, struct config_complaints *faults, struct config_complaints *notes)
{
	const struct config_section *gateway = config_section_child(tree->roots[0], "gateway");
	const struct config_entry *include =
		gateway ? config_section_find(gateway, "include") : NULL;
	int r = 0;

	for (size_t i = 0; include && i < include->n_values; i++)
		if (include->values[i].text[0] &&
			pattern_include(tree, faults, notes, gateway, &include->values[i]) < 0)
			r = -EINVAL;
	return r;
}
