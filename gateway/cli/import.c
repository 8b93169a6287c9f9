// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate import: Zabbix templates into Zabbix, or (-n) what that would change. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/data.h"
#include "base/file.h"
#include "cli/api.h"
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

		printf("  %.*s\n", (int)length, text);
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

/* Fills `changes` with what the file changes, or has changed. */
static int file_import(
	const struct import *import, const char *path, struct strings *changes, struct error *err)
{
	const char *format = reporter_import_format(path);
	cleanup_free char *source = NULL;
	size_t size;
	int r;

	if (!format)
		return error_set(
			err, EINVAL, "not a name of an export, expected .yaml, .xml or .json");
	r = file_read(path, FILE_MAX, &source, &size, err);
	if (r == 0)
		r = reporter_import_compare(import->api, format, source, changes, err);
	if (r == 0 && !import->dry_run && changes->count > 0)
		r = reporter_import(import->api, format, source, err);
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

static void files_import(struct import *import, const struct strings *files)
{
	for (size_t i = 0; i < files->count; i++) {
		cleanup(strings_finish) struct strings changes = { 0 };
		const char *path = files->items[i];
		struct error err = ERROR_INIT;
		int r;

		progress_show(import, i + 1, files->count, path);
		r = file_import(import, path, &changes, &err);
		progress_clear(import);
		if (r == 0) {
			file_tell(import, path, &changes);
			continue;
		}
		fprintf(stderr, "vrfgate import: %s: %s\n", path, err.text);
		import->failed++;
	}
	printf("%zu %s, %zu unchanged, %zu failed\n", import->imported,
		import->dry_run ? "would change" : "imported", import->unchanged, import->failed);
}

/* The files of the arguments, or the bundled ones. */
static void arguments_collect(struct import *import, char **paths, struct strings *files)
{
	const struct zabbix_version *version = zabbix_api_version(import->api);
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

static int api_connect(const struct config *config, struct zabbix_api **api, struct error *err)
{
	cleanup(reporter_inventory_finish) struct reporter_inventory inventory = {
		.config = config,
	};
	int r = reporter_inventory_read_secrets(&inventory, err);

	return r < 0 ? r : cli_api_open(&inventory, api, err);
}

static int import_run(const char *config_path, bool dry_run, char **paths)
{
	cleanup_config struct config *config = NULL;
	cleanup(cli_api_close) struct zabbix_api *api = NULL;
	cleanup(strings_finish) struct strings files = { 0 };
	struct import import = { .dry_run = dry_run };
	struct error err = ERROR_INIT;
	int status = cli_load_config(config_path, &config);

	if (status != CLI_EXIT_DONE)
		return status;
	if (api_connect(config, &api, &err) < 0) {
		fprintf(stderr, "vrfgate import: %s\n", err.text);
		return CLI_EXIT_FAILED;
	}
	import.api = api;
	arguments_collect(&import, paths, &files);
	import.shows_progress = files.count > 1 && isatty(STDERR_FILENO);
	files_import(&import, &files);
	return import.failed ? CLI_EXIT_FAILED : CLI_EXIT_DONE;
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
