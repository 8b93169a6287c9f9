// SPDX-License-Identifier: GPL-2.0-or-later
/* The status document as a table. */
#include "cli/status_table.h"

#include <assert.h>
#include <errno.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "base/strings.h"

#define WIDTH_WITHOUT_TERMINAL 100
/* What is left of a column that is cut says something still. */
#define CUT_WIDTH              12
#define DEFAULT_COLUMNS        "vrf,state,since,pid,restarts,seen,address,uplink,reason"

/* --- one cell from one VRF of the document; the caller frees it --- */

static const json_t *member(const json_t *vrf, const char *outer, const char *inner)
{
	const json_t *object = json_object_get(vrf, outer);

	return inner ? json_object_get(object, inner) : object;
}

char *status_duration_format(json_int_t seconds)
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
		return status_duration_format(json_integer_value(value));
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

/* Which columns are cut where the width does not hold all: the first of these that are enough. */
enum give_way {
	GIVE_WAY_NEVER,
	GIVE_WAY_FIRST,
	GIVE_WAY_THEN,
	GIVE_WAY_LAST,
};

struct column {
	const char *name, *heading, *summary;
	const char *outer, *inner; /* where in a VRF's object; NULL: of the interfaces */
	enum cell_format format;
	bool right;
	enum give_way give_way;
};

static const struct column columns[] = {
	{ "vrf", "VRF", "name", "name", NULL, CELL_TEXT, false, GIVE_WAY_LAST },
	{ "id", "ID", "number of the uplink", "id", NULL, CELL_TEXT, true, GIVE_WAY_NEVER },
	{ "state", "STATE", "state", "state", NULL, CELL_TEXT, false, GIVE_WAY_NEVER },
	{ "since", "SINCE", "how long in this state", "since_s", NULL, CELL_DURATION, true,
		GIVE_WAY_NEVER },
	{ "interface", "INTERFACE", "interfaces", NULL, "name", CELL_TEXT, false, GIVE_WAY_THEN },
	{ "address", "ADDRESS", "addresses of the interfaces", NULL, "addresses", CELL_TEXT, false,
		GIVE_WAY_THEN },
	{ "netns", "NETNS", "path of the namespace", "netns", NULL, CELL_TEXT, false,
		GIVE_WAY_THEN },
	{ "uplink", "UPLINK", "address of the uplink inside", "uplink", "address", CELL_TEXT, false,
		GIVE_WAY_NEVER },
	{ "proxy", "PROXY", "name of the proxy in Zabbix", "proxy", "name", CELL_TEXT, false,
		GIVE_WAY_THEN },
	{ "mode", "MODE", "active or passive", "proxy", "mode", CELL_TEXT, false, GIVE_WAY_NEVER },
	{ "pid", "PID", "main process of the proxy", "proxy", "pid", CELL_TEXT, true,
		GIVE_WAY_NEVER },
	{ "uptime", "UPTIME", "of the proxy", "proxy", "uptime_s", CELL_DURATION, true,
		GIVE_WAY_NEVER },
	{ "restarts", "RST", "of the proxy", "proxy", "restarts", CELL_TEXT, true, GIVE_WAY_NEVER },
	{ "last-exit", "LAST EXIT", "how the proxy exited last", "proxy", "last_exit", CELL_TEXT,
		false, GIVE_WAY_FIRST },
	{ "version", "VERSION", "of the proxy", "proxy", "version", CELL_TEXT, false,
		GIVE_WAY_NEVER },
	{ "seen", "SEEN", "since the server heard from the proxy", "proxy", "server_seen_s",
		CELL_DURATION, true, GIVE_WAY_NEVER },
	{ "vps", "VPS", "values per second that the proxy's items ask for", "proxy", "required_vps",
		CELL_TEXT, true, GIVE_WAY_NEVER },
	{ "busy", "BUSY", "how busy the busiest kind of the proxy's processes is, in percent",
		"proxy", "busy_percent", CELL_TEXT, true, GIVE_WAY_NEVER },
	{ "backlog", "BACKLOG", "values that the server does not have yet", "proxy", "backlog",
		CELL_TEXT, true, GIVE_WAY_NEVER },
	{ "rss", "RSS", "memory of the proxy's processes", "proxy", "rss_bytes", CELL_BYTES, true,
		GIVE_WAY_NEVER },
	{ "reason", "REASON", "reason for the state", "reason", NULL, CELL_TEXT, false,
		GIVE_WAY_FIRST },
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

void status_table_help(FILE *out)
{
	for (size_t i = 0; i < N_COLUMNS; i++)
		fprintf(out, "%-10s %-10s %s\n", columns[i].name, columns[i].heading,
			columns[i].summary);
}

/* By its name, or by what stands above it in the table. */
static const struct column *column_find(const char *word)
{
	for (size_t i = 0; i < N_COLUMNS; i++)
		if (strcasecmp(columns[i].name, word) == 0 ||
			strcasecmp(columns[i].heading, word) == 0)
			return &columns[i];
	return NULL;
}

/* Fills chosen[] from the words of `list`, which it cuts; the count, or -EINVAL and the offending
 * word in *unknown. */
static int columns_choose(char *list, const struct column *chosen[N_COLUMNS], const char **unknown)
{
	int count = 0;
	char *rest = NULL;

	for (char *word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		const struct column *column = column_find(word);

		*unknown = word;
		if (!column || count == (int)N_COLUMNS)
			return -EINVAL;
		chosen[count++] = column;
	}
	*unknown = "";
	return count ? count : -EINVAL;
}

int status_table_judge(const char *list, struct error *err)
{
	cleanup_free char *names = xstrdup(list);
	cleanup(strings_finish) struct strings known = { 0 };
	const struct column *chosen[N_COLUMNS];
	cleanup_free char *all = NULL;
	const char *word;
	struct nearest nearest;

	if (columns_choose(names, chosen, &word) >= 0)
		return 0;
	nearest = (struct nearest)NEAREST_INIT(word);
	for (size_t i = 0; i < N_COLUMNS; i++) {
		nearest_offer(&nearest, columns[i].name);
		strings_add(&known, columns[i].name);
	}
	if (nearest.word)
		return error_set(
			err, EINVAL, "no column '%s', did you mean '%s'?", word, nearest.word);
	all = strings_join(&known, ", ");
	return error_set(err, EINVAL, "no column '%s'; there are %s", word, all);
}

/* Bytes of a column's longest cell; not fewer than it takes on the screen. */
static size_t column_width(const json_t *document, const struct column *column)
{
	size_t widest = strlen(column->heading), i;
	json_t *vrf;

	json_array_foreach (json_object_get(document, "vrfs"), i, vrf) {
		cleanup_free char *text = cell_format(vrf, column);

		widest = strlen(text) > widest ? strlen(text) : widest;
	}
	return widest;
}

/* libsmartcols would cut a column to its heading while another has room to give. */
static enum give_way give_way_choose(
	const json_t *document, const struct column *const chosen[], int count, size_t width)
{
	size_t needed[GIVE_WAY_LAST + 1] = { 0 };
	int last = GIVE_WAY_FIRST;

	for (int c = 0; c < count; c++) {
		size_t whole = column_width(document, chosen[c]);

		for (int step = 0; step <= GIVE_WAY_LAST; step++) {
			bool cut = chosen[c]->give_way && (int)chosen[c]->give_way <= step;

			needed[step] += 1 + (cut && whole > CUT_WIDTH ? CUT_WIDTH : whole);
		}
	}
	while (last < GIVE_WAY_LAST && needed[last] > width + 1)
		last++;
	return (enum give_way)last;
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

void status_table_print(FILE *out, const json_t *document, const char *list, bool colour)
{
	cleanup_free char *names = xstrdup(list ? list : DEFAULT_COLUMNS);
	const struct column *chosen[N_COLUMNS];
	struct libscols_table *table;
	const char *unknown;
	int count = columns_choose(names, chosen, &unknown);
	enum give_way last;
	size_t i;
	json_t *vrf;

	assert(count > 0);
	table = scols_new_table();
	if (!table)
		abort();
	scols_table_enable_colors(table, colour);
	scols_table_set_stream(table, out);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
	if (!isatty(STDOUT_FILENO))
		scols_table_set_termwidth(table, WIDTH_WITHOUT_TERMINAL);
	last = give_way_choose(document, chosen, count, scols_table_get_termwidth(table));
	for (int c = 0; c < count; c++) {
		bool cut = chosen[c]->give_way && chosen[c]->give_way <= last;

		scols_table_new_column(table, chosen[c]->heading, 0,
			(chosen[c]->right ? SCOLS_FL_RIGHT : 0) | (cut ? SCOLS_FL_TRUNC : 0));
	}
	json_array_foreach (json_object_get(document, "vrfs"), i, vrf)
		table_add_vrf(table, vrf, chosen, count, colour);
	scols_print_table(table);
	scols_unref_table(table);
}
