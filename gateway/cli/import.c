// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate import: Zabbix templates into Zabbix, or (-n) what that would change. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/data.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/strings.h"
#include "cli/api.h"
#include "cli/command.h"
#include "cli/errand.h"
#include "cli/files.h"
#include "config/load.h"
#include "reporter/import.h"
#include "reporter/inventory.h"

#define FILE_MAX (12 * 1024 * 1024)

/* Of a path the end, so that a line of progress is one line. */
#define PROGRESS_MAX 60

struct import {
	struct zabbix_api *api;
	bool dry_run;
	bool force; /* dangers, too */
	bool shows_progress;
	struct strings provided;            /* templates that a dry run would have imported */
	json_t *created;                    /* objects that it would have created */
	size_t imported, unchanged, failed; /* files */
	size_t n_created, n_changed, n_deleted, n_renamed; /* objects */
};

/* Each line of the text indented. */
static void lines_print(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		cleanup_free char *line = xstrndup(text, length);

		text_make_printable(line);
		printf("  %s\n", line);
		text += length + (text[length] == '\n');
	}
}

static void changes_print(const char *path, const struct strings *lines)
{
	printf("%s: %zu %s\n", path, lines->count, lines->count == 1 ? "change" : "changes");
	for (size_t i = 0; i < lines->count; i++)
		lines_print(lines->items[i]);
}

/* "1 created, 2 renamed": what there is. */
static void counts_print(const struct reporter_changes *changes)
{
	const struct {
		size_t count;
		const char *word;
	} counts[] = {
		{ changes->created, "created" },
		{ changes->changed, "changed" },
		{ changes->deleted, "deleted" },
		{ changes->renamed, "renamed" },
	};
	const char *between = "";

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i].count == 0)
			continue;
		printf("%s%zu %s", between, counts[i].count, counts[i].word);
		between = ", ";
	}
}

/* On a terminal: which file is at work, on a line that what is said of the file takes the place of. */
static void progress_show(const struct import *import, size_t n, size_t count, const char *path)
{
	const char *end = strlen(path) > PROGRESS_MAX ? path + strlen(path) - PROGRESS_MAX : path;

	if (import->shows_progress)
		fprintf(stderr, "[%zu/%zu] %s", n, count, end);
}

static void progress_clear(const struct import *import)
{
	if (import->shows_progress)
		fputs("\r\033[K", stderr);
}

/* --- files, which may be root's --- */

struct source {
	const char *path;
	const char *format;
	char *data;
	size_t size;
	bool done;
	struct reporter_import_file file;
	struct error err; /* why there is no data, or no file */
};

static void source_read(struct source *source, const char *path)
{
	source->path = path;
	source->format = reporter_import_format(path);
	if (source->format)
		(void)file_read(path, FILE_MAX, &source->data, &source->size, &source->err);
	else
		error_set(&source->err, EINVAL,
			"not a name of an export, expected .yaml, .xml or .json");
}

static struct source *sources_read(const struct strings *files)
{
	struct source *sources = xcalloc(files->count + 1, sizeof(*sources));

	for (size_t i = 0; i < files->count; i++)
		source_read(&sources[i], files->items[i]);
	return sources;
}

static void sources_free(struct source *sources, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(sources[i].data);
		reporter_import_finish(&sources[i].file);
	}
	free(sources);
}

/* The files of the arguments, or the bundled ones. */
static void arguments_collect(struct import *import, const struct zabbix_version *version,
	char **paths, struct strings *files)
{
	cleanup_free char *bundled = NULL;
	struct error err = ERROR_INIT;
	int r = 0;

	if (!*paths) {
		r = data_dir_find("templates", &bundled, &err);
		if (r == 0)
			r = cli_files_collect(bundled, version, files, &err);
	}
	for (; r == 0 && *paths; paths++) {
		if (cli_files_collect(*paths, version, files, &err) == 0)
			continue;
		fprintf(stderr, "vrfgate import: %s\n", err.text);
		import->failed++;
	}
	if (r < 0) {
		fprintf(stderr, "vrfgate import: %s\n", err.text);
		import->failed++;
	}
}

/* --- Zabbix and what is in the files, without any rights --- */

static void sources_parse(struct source *sources, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct source *source = &sources[i];

		if (!source->data)
			continue;
		(void)reporter_import_read(
			source->format, source->data, source->size, &source->file, &source->err);
		free(steal_ptr(&source->data));
	}
}

/* True where a template that the source links comes by another that is still to be imported. */
static bool source_waits(const struct source *source, const struct source *sources, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (sources[i].done || &sources[i] == source)
			continue;
		for (size_t k = 0; k < source->file.needs.count; k++)
			if (strings_contain(&sources[i].file.provides, source->file.needs.items[k]))
				return true;
	}
	return false;
}

/* The first that waits for none; of those that wait for each other, the first. NULL: all are done. */
static struct source *source_next(struct source *sources, size_t count)
{
	struct source *waiting = NULL;

	for (size_t i = 0; i < count; i++) {
		if (sources[i].done)
			continue;
		if (!source_waits(&sources[i], sources, count))
			return &sources[i];
		waiting = waiting ? waiting : &sources[i];
	}
	return waiting;
}

/* What would be lost or called otherwise is nobody's wish until it is said to be. */
static int dangers_refuse(const struct strings *dangers, struct error *err)
{
	cleanup_free char *first = xstrdup(dangers->items[0]);
	cleanup_free char *more = xstrdup("");

	text_make_printable(first);
	if (dangers->count > 1) {
		free(more);
		more = xasprintf(" and %zu more", dangers->count - 1);
	}
	return error_set(err, EPERM,
		"not imported, as it %s%s: -n shows all, --force imports all the same", first,
		more);
}

/* Fills `changes` with what the file changes, or has changed. -EPERM: what it would, had it been forced. */
static int source_import(const struct import *import, const struct source *source,
	struct reporter_changes *changes, struct error *err)
{
	int r;

	if (source->err.code)
		return error_set(err, source->err.code, "%s", source->err.text);
	if (import->dry_run)
		changes->created_before = import->created;
	r = reporter_import_compare(import->api, &source->file,
		import->dry_run ? &import->provided : NULL, changes, err);
	if (r == 0 && changes->dangers.count > 0 && !import->force)
		return dangers_refuse(&changes->dangers, err);
	if (r == 0 && !import->dry_run && changes->lines.count > 0)
		r = reporter_import(import->api, source->file.format, source->file.text, err);
	return r;
}

/* What the next files of a dry run have to know of this one. */
static void file_remember(
	struct import *import, const struct source *source, const struct reporter_changes *changes)
{
	for (size_t i = 0; i < source->file.provides.count; i++)
		strings_add(&import->provided, source->file.provides.items[i]);
	json_object_update(import->created, changes->created_set);
}

static void file_count(struct import *import, const struct reporter_changes *changes)
{
	*(changes->lines.count > 0 ? &import->imported : &import->unchanged) += 1;
	import->n_created += changes->created;
	import->n_changed += changes->changed;
	import->n_deleted += changes->deleted;
	import->n_renamed += changes->renamed;
}

static void file_tell(
	const struct import *import, const char *path, const struct reporter_changes *changes)
{
	if (import->dry_run || changes->lines.count == 0)
		return;
	printf("%s: imported: ", path);
	counts_print(changes);
	printf("\n");
}

static void notes_tell(const char *path, const struct strings *notes)
{
	fflush(stdout);
	for (size_t i = 0; i < notes->count; i++) {
		cleanup_free char *line = xstrdup(notes->items[i]);

		text_make_printable(line);
		fprintf(stderr, "vrfgate import: %s: note: %s\n", path, line);
	}
}

static void source_tell(struct import *import, const struct source *source,
	const struct reporter_changes *changes, int r, const struct error *err)
{
	/* Also of a file that is refused: for that the message says -n. */
	if (import->dry_run && changes->lines.count > 0)
		changes_print(source->path, &changes->lines);
	if (r == 0 && changes->lines.count == 0)
		printf("%s: unchanged\n", source->path);
	if (r == 0) {
		file_tell(import, source->path, changes);
		notes_tell(source->path, &changes->notes);
		file_count(import, changes);
		file_remember(import, source, changes);
	} else {
		fflush(stdout);
		fprintf(stderr, "vrfgate import: %s: %s\n", source->path, err->text);
		import->failed++;
	}
	fflush(stdout);
}

/* After the end of the work before its time. */
static void rest_tell(struct import *import, const struct source *sources, size_t count)
{
	size_t rest = 0;

	for (size_t i = 0; i < count; i++)
		rest += !sources[i].done;
	if (rest == 0)
		return;
	fprintf(stderr, "vrfgate import: %zu more %s not tried\n", rest,
		rest == 1 ? "file" : "files");
	import->failed += rest;
}

static void sources_import(struct import *import, struct source *sources, size_t count)
{
	struct source *source;

	sources_parse(sources, count);
	for (size_t n = 1; (source = source_next(sources, count)) != NULL; n++) {
		cleanup(reporter_changes_finish) struct reporter_changes changes = { 0 };
		struct error err = ERROR_INIT;
		int r;

		progress_show(import, n, count, source->path);
		r = source_import(import, source, &changes, &err);
		progress_clear(import);
		source_tell(import, source, &changes, r, &err);
		source->done = true;
		if (r == -ECANCELED || r == -EBUSY)
			break;
	}
	rest_tell(import, sources, count);
	printf("%zu %s, %zu unchanged, %zu failed; objects: %zu created, %zu changed, %zu deleted, %zu renamed\n",
		import->imported, import->dry_run ? "would change" : "imported", import->unchanged,
		import->failed, import->n_created, import->n_changed, import->n_deleted,
		import->n_renamed);
}

static int version_ask(const void *data, int fd, void *answer, struct error *err)
{
	cleanup(cli_api_close) struct zabbix_api *api = NULL;
	int r = cli_api_open(data, &api, err);

	(void)fd;
	if (r == 0)
		*(struct zabbix_version *)answer = *zabbix_api_version(api);
	return r;
}

/* Which files it is of a directory depends on the server, and whether they can be read on our rights: so it is
 * asked first what it is, in a child. */
static int files_find(struct import *import, const struct reporter_inventory *inventory,
	char **paths, struct strings *files, struct error *err)
{
	struct zabbix_version version;
	int r = cli_errand_run(
		&(struct cli_errand){
			.ask = version_ask, .data = inventory, .answer_size = sizeof(version) },
		&version, err);

	if (r == 0)
		arguments_collect(import, &version, paths, files);
	return r;
}

static int import_all(struct import *import, const struct reporter_inventory *inventory,
	char **paths, struct error *err)
{
	cleanup(strings_finish) struct strings files = { 0 };
	cleanup(cli_api_close) struct zabbix_api *api = NULL;
	cleanup_fd int turn = -1;
	struct source *sources;
	int r = files_find(import, inventory, paths, &files, err);

	/* Who is not root may import, too, and has no turn to take. */
	if (r == 0 && !import->dry_run && geteuid() == 0)
		r = cli_turn_take(&inventory->config->gateway, &turn, err);
	if (r < 0)
		return r;
	sources = sources_read(&files);
	r = cli_rights_drop(err);
	if (r == 0)
		r = cli_api_open(inventory, &api, err);
	import->api = api;
	import->created = json_object();
	import->shows_progress = files.count > 1 && isatty(STDERR_FILENO);
	if (r == 0)
		sources_import(import, sources, files.count);
	strings_finish(&import->provided);
	json_decref(import->created);
	sources_free(sources, files.count);
	return r;
}

static int import_act(struct cli_call *call)
{
	cleanup(reporter_inventory_finish) struct reporter_inventory inventory = {
		.config = call->config
	};
	struct import import = { .dry_run = call->dry_run, .force = call->force };
	struct error err = ERROR_INIT;
	int r = reporter_inventory_read_secrets(&inventory, &err);

	if (r == 0)
		r = import_all(&import, &inventory, call->operands, &err);
	if (r < 0)
		fprintf(stderr, "vrfgate import: %s\n", err.text);
	return r < 0 || import.failed ? CLI_EXIT_FAILED : CLI_EXIT_DONE;
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_DRY_RUN,
	CLI_FLAG(0, "force", force, "rename, delete and go back in version, too"),
	{ 0 },
};

const struct cli_command cli_import = {
	.name = "import",
	.summary = "import Zabbix templates",
	.operands = "[FILE|DIR...]",
	.options = options,
	.most = CLI_MANY,
	.load = CONFIG_LOAD_IN_USE,
	.act = import_act,
};
