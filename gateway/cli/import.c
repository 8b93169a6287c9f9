// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate import: Zabbix templates into Zabbix, or (-n) what that would change. */
#include <errno.h>
#include <getopt.h>
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
#include "cli/errand.h"
#include "cli/files.h"
#include "cli/options.h"
#include "config/cleanup.h"
#include "reporter/import.h"
#include "reporter/inventory.h"

#define FILE_MAX (12 * 1024 * 1024)

/* Of a path the end, so that a line of progress is one line. */
#define PROGRESS_MAX 60

struct import {
	struct zabbix_api *api;
	bool dry_run;
	bool shows_progress;
	size_t imported, unchanged, failed;
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

static void changes_print(const char *path, const struct strings *changes)
{
	printf("%s: %zu %s\n", path, changes->count, changes->count == 1 ? "change" : "changes");
	for (size_t i = 0; i < changes->count; i++)
		lines_print(changes->items[i]);
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
	char *text;
	struct error err; /* why there is no text */
};

static void source_read(struct source *source, const char *path)
{
	size_t size;

	source->path = path;
	source->format = reporter_import_format(path);
	if (source->format)
		(void)file_read(path, FILE_MAX, &source->text, &size, &source->err);
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
	for (size_t i = 0; i < count; i++)
		free(sources[i].text);
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

/* --- Zabbix, without any rights --- */

/* Fills `changes` with what the file changes, or has changed. */
static int source_import(const struct import *import, const struct source *source,
	struct strings *changes, struct error *err)
{
	int r = 0;

	if (!source->text)
		return error_set(err, source->err.code, "%s", source->err.text);
	r = reporter_import_compare(import->api, source->format, source->text, changes, err);
	if (r == 0 && !import->dry_run && changes->count > 0)
		r = reporter_import(import->api, source->format, source->text, err);
	return r;
}

static void file_tell(struct import *import, const char *path, const struct strings *changes)
{
	if (import->dry_run && changes->count > 0)
		changes_print(path, changes);
	else
		printf("%s: %s\n", path, changes->count > 0 ? "imported" : "unchanged");
	fflush(stdout);
	*(changes->count > 0 ? &import->imported : &import->unchanged) += 1;
}

static void sources_import(struct import *import, const struct source *sources, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		cleanup(strings_finish) struct strings changes = { 0 };
		struct error err = ERROR_INIT;
		int r;

		progress_show(import, i + 1, count, sources[i].path);
		r = source_import(import, &sources[i], &changes, &err);
		progress_clear(import);
		if (r == 0) {
			file_tell(import, sources[i].path, &changes);
			continue;
		}
		fprintf(stderr, "vrfgate import: %s: %s\n", sources[i].path, err.text);
		import->failed++;
		if (r == -ECANCELED)
			break;
	}
	printf("%zu %s, %zu unchanged, %zu failed\n", import->imported,
		import->dry_run ? "would change" : "imported", import->unchanged, import->failed);
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
	import->shows_progress = files.count > 1 && isatty(STDERR_FILENO);
	if (r == 0)
		sources_import(import, sources, files.count);
	sources_free(sources, files.count);
	return r;
}

static int import_run(const char *config_path, bool dry_run, char **paths)
{
	cleanup_config struct config *config = NULL;
	cleanup(reporter_inventory_finish) struct reporter_inventory inventory = { 0 };
	struct import import = { .dry_run = dry_run };
	struct error err = ERROR_INIT;
	int r, status = cli_load_config(config_path, &config);

	if (status != CLI_EXIT_DONE)
		return status;
	inventory.config = config;
	r = reporter_inventory_read_secrets(&inventory, &err);
	if (r == 0)
		r = import_all(&import, &inventory, paths, &err);
	if (r < 0)
		fprintf(stderr, "vrfgate import: %s\n", err.text);
	return r < 0 || import.failed ? CLI_EXIT_FAILED : CLI_EXIT_DONE;
}

int cli_import(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *config_path = CONFIG_DEFAULT_PATH;
	bool dry_run = false;
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, ":c:nh", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			config_path = optarg;
			break;
		case 'n':
			dry_run = true;
			break;
		case 'h':
			return cli_help(argv[0]);
		default:
			return cli_bad_option(argv, option);
		}
	}
	return import_run(config_path, dry_run, argv + optind);
}
