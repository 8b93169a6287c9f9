// SPDX-License-Identifier: GPL-2.0-or-later
/* A config text loaded for a test: the model or the report. */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../cmocka_all.h"
#include "base/cleanup.h"
#include "config/load.h"

struct loaded {
	struct config *config;
	struct config_report report;
	int result;
};

static inline struct loaded loaded_text(const char *text)
{
	struct loaded loaded = { 0 };

	loaded.result = config_load_text("test.conf", text, 0, &loaded.config, &loaded.report);
	return loaded;
}

static inline struct loaded loaded_file(const char *path)
{
	struct loaded loaded = { 0 };

	loaded.result = config_load(path, CONFIG_LOAD_TO_ACT, &loaded.config, &loaded.report);
	return loaded;
}

static inline void loaded_finish(struct loaded *loaded)
{
	config_destroy(loaded->config);
	config_report_finish(&loaded->report);
}

#define cleanup_loaded cleanup(loaded_finish)

/* A text, and the one fault that it has. */
struct fault_row {
	const char *text;
	const char *fault; /* without "test.conf:" */
};

static inline bool row_holds(const struct fault_row *row)
{
	cleanup_loaded struct loaded loaded = loaded_text(row->text);
	char expected[512];

	snprintf(expected, sizeof(expected), "test.conf:%s", row->fault);
	if (loaded.result == -EINVAL && !loaded.config && loaded.report.faults.count == 1 &&
		strcmp(loaded.report.faults.items[0], expected) == 0)
		return true;
	print_error("%s\nexpected: %s\n", row->text, expected);
	for (size_t i = 0; i < loaded.report.faults.count; i++)
		print_error("found:    %s\n", loaded.report.faults.items[i]);
	return false;
}

static inline void assert_rows(const struct fault_row *rows, size_t count)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++)
		wrong += !row_holds(&rows[i]);
	assert_int_equal(wrong, 0);
}

/* Fails the test with the faults that there are. */
static inline void assert_no_faults(const struct loaded *loaded)
{
	for (size_t i = 0; i < loaded->report.faults.count; i++)
		print_error("%s\n", loaded->report.faults.items[i]);
	assert_int_equal(loaded->report.faults.count, 0);
	assert_int_equal(loaded->result, 0);
	assert_non_null(loaded->config);
}
