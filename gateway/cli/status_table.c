// SPDX-License-Identifier: GPL-2.0-or-later
/* The status document as a table. */
#include "cli/status_table.h"

#include <errno.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"

#define WIDTH_WITHOUT_TERMINAL 100
#define DEFAULT_COLUMNS        "vrf,state,since,pid,restarts,seen,address,uplink,reason"

/* --- one cell from one VRF of the document; the caller frees it --- */

static const json_t *member(const json_t *vrf, const char *outer, const char *inner)
{
	const json_t *object = json_object_get(vrf, outer);

	return inner ? json_object_get(object, inner) : object;
}

/* 5s, 12m, 3h, 40d: two figures say enough in a table. */
static char *duration_format(json_int_t seconds)
{
	if (seconds < 120)
		return xasprintf("%llds", (long long)seconds);
	if (seconds < 120 * 60)
		return xasprintf("%lldm", (long long)seconds / 60);
	if (seconds < 48 * 3600)
		return xasprintf("%lldh", (long long)seconds / 3600);
	return xasprintf("%lldd", (long long)seconds / 86400);
}

static char *bytes_format(json_int_t bytes)
{
	static const char units[] = "BKMGT";
	double value = (double)bytes;
	size_t unit = 0;

	for (; value >= 1024 && unit + 2 < sizeof(units); unit++)
		value /= 1024;
	return xasprintf(unit ? "%.1f%c" : "%.0f%c", value, units[unit]);
}

enum cell_format {
	CELL_TEXT,
	CELL_DURATION,
	CELL_BYTES,
};

static char *scalar_format(const json_t *value, enum cell_format format)
{
	if (format == CELL_DURATION && json_is_integer(value))
		return duration_format(json_integer_value(value));
	if (format == CELL_BYTES && json_is_integer(value))
		return bytes_format(json_integer_value(value));
	if (json_is_integer(value))
		return xasprintf("%lld", (long long)json_integer_value(value));
	if (json_is_real(value))
		return xasprintf("%.1f", json_real_value(value));
	if (json_is_string(value) && *json_string_value(value))
		return xstrdup(json_string_value(value));
	return xstrdup("-");
}

/* All strings of a kind joined by blanks: the interfaces' names, or their addresses. */
static char *interfaces_format(const json_t *vrf, bool addresses)
{
	const json_t *interfaces = json_object_get(vrf, "interfaces");
	char *text = NULL;
	size_t size, i, a;
	json_t *interface, *address;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	json_array_foreach (interfaces, i, interface) {
		if (!addresses)
			fprintf(out, "%s%s", ftell(out) ? " " : "",
				json_string_value(json_object_get(interface, "name")));
		json_array_foreach (json_object_get(interface, "addresses"), a, address)
			if (addresses)
				fprintf(out, "%s%s", ftell(out) ? " " : "",
					json_string_value(address));
	}
	if (ftell(out) == 0)
		fputs("-", out);
	fclose(out);
	return text;
}

/* --- the columns --- */

struct column {
	const char *name, *heading;
	const char *outer, *inner; /* where in a VRF's object; NULL: of the interfaces */
	enum cell_format format;
	bool right;
	bool cut; /* gives way where the terminal is narrow */
};

static const struct column columns[] = {
	{ "vrf", "VRF", "name", NULL, CELL_TEXT, false, false },
	{ "id", "ID", "id", NULL, CELL_TEXT, true, false },
	{ "state", "STATE", "state", NULL, CELL_TEXT, false, false },
	{ "since", "SINCE", "since_s", NULL, CELL_DURATION, true, false },
	{ "interface", "INTERFACE", NULL, "name", CELL_TEXT, false, false },
	{ "address", "ADDRESS", NULL, "addresses", CELL_TEXT, false, false },
	{ "netns", "NETNS", "netns", NULL, CELL_TEXT, false, false },
	{ "uplink", "UPLINK", "uplink", "address", CELL_TEXT, false, false },
	{ "proxy", "PROXY", "proxy", "name", CELL_TEXT, false, false },
	{ "mode", "MODE", "proxy", "mode", CELL_TEXT, false, false },
	{ "pid", "PID", "proxy", "pid", CELL_TEXT, true, false },
	{ "uptime", "UPTIME", "proxy", "uptime_s", CELL_DURATION, true, false },
	{ "restarts", "RST", "proxy", "restarts", CELL_TEXT, true, false },
	{ "last-exit", "LAST EXIT", "proxy", "last_exit", CELL_TEXT, false, true },
	{ "version", "VERSION", "proxy", "version", CELL_TEXT, false, false },
	{ "seen", "SEEN", "proxy", "server_seen_s", CELL_DURATION, true, false },
	{ "vps", "VPS", "proxy", "required_vps", CELL_TEXT, true, false },
	{ "backlog", "BACKLOG", "proxy", "backlog", CELL_TEXT, true, false },
	{ "rss", "RSS", "proxy", "rss_bytes", CELL_BYTES, true, false },
	{ "reason", "REASON", "reason", NULL, CELL_TEXT, false, true },
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static char *cell_format(const json_t *vrf, const struct column *column)
{
	if (!column->outer)
		return interfaces_format(vrf, strcmp(column->inner, "addresses") == 0);
	return scalar_format(member(vrf, column->outer, column->inner), column->format);
}

static const char *state_colour(const char *state)
{
	static const struct {
		const char *state, *colour;
	} colours[] = {
		{ "healthy", "green" },
		{ "degraded", "yellow" },
		{ "wiring", "yellow" },
		{ "starting", "yellow" },
		{ "stopping", "yellow" },
		{ "backoff", "red" },
		{ "failed", "red" },
	};

	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
		if (strcmp(colours[i].state, state) == 0)
			return colours[i].colour;
	return NULL;
}

char *status_table_columns(void)
{
	char *text = xstrdup(columns[0].name);

	for (size_t i = 1; i < N_COLUMNS; i++) {
		char *longer = xasprintf("%s, %s", text, columns[i].name);

		free(text);
		text = longer;
	}
	return text;
}

/* Fills chosen[]; the count, or -EINVAL with the offending word in *unknown (in `list`, cut at it).
 */
static int columns_choose(char *list, const struct column *chosen[N_COLUMNS], const char **unknown)
{
	int count = 0;
	char *rest = NULL;

	for (char *word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		const struct column *column = NULL;

		for (size_t i = 0; i < N_COLUMNS; i++)
			if (strcasecmp(columns[i].name, word) == 0)
				column = &columns[i];
		if (!column || count == (int)N_COLUMNS) {
			*unknown = xstrdup(word);
			return -EINVAL;
		}
		chosen[count++] = column;
	}
	return count;
}

static void table_add_vrf(struct libscols_table *table, const json_t *vrf,
	const struct column *const chosen[], int count, bool colour)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	for (int i = 0; line && i < count; i++) {
		struct libscols_cell *cell = scols_line_get_cell(line, (size_t)i);
		char *text = cell_format(vrf, chosen[i]);

		if (colour && strcmp(chosen[i]->name, "state") == 0 && state_colour(text))
			scols_cell_set_color(cell, state_colour(text));
		scols_line_refer_data(line, (size_t)i, text);
	}
}

int status_table_print(const json_t *document, const char *list, bool colour, const char **unknown)
{
	cleanup_free char *names = xstrdup(list ? list : DEFAULT_COLUMNS);
	const struct column *chosen[N_COLUMNS];
	struct libscols_table *table;
	int count = columns_choose(names, chosen, unknown);
	size_t i;
	json_t *vrf;

	if (count < 0)
		return count;
	table = scols_new_table();
	if (!table)
		abort();
	scols_table_enable_colors(table, colour);
	if (!isatty(STDOUT_FILENO)) {
		scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
		scols_table_set_termwidth(table, WIDTH_WITHOUT_TERMINAL);
	}
	for (int c = 0; c < count; c++)
		scols_table_new_column(table, chosen[c]->heading, 0,
			(chosen[c]->right ? SCOLS_FL_RIGHT : 0) |
				(chosen[c]->cut ? SCOLS_FL_TRUNC : 0));
	json_array_foreach (json_object_get(document, "vrfs"), i, vrf)
		table_add_vrf(table, vrf, chosen, count, colour);
	scols_print_table(table);
	scols_unref_table(table);
	return 0;
}
