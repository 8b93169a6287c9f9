// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of VRFs, columns by spaces. */
#include "reporter/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "zabbix/json.h"

/* An item of the type text holds 65535 bytes. */
#define TABLE_MAX 60000

/* The worst first. */
static const char *const order[] = { "failed", "backoff", "degraded", "stopping", "wiring",
	"starting", "healthy", NULL };

static char *since_format(json_int_t since_s)
{
	if (since_s < 120)
		return xasprintf("%llds", (long long)since_s);
	if (since_s < 2 * 3600)
		return xasprintf("%lldm", (long long)since_s / 60);
	if (since_s < 2 * 86400)
		return xasprintf("%lldh", (long long)since_s / 3600);
	return xasprintf("%lldd", (long long)since_s / 86400);
}

static char *backlog_format(const json_t *proxy)
{
	const json_t *backlog = json_object_get(proxy, "backlog");

	return json_is_integer(backlog) ? xasprintf("%lld", (long long)json_integer_value(backlog))
					: xstrdup("-");
}

static void row_print(FILE *out, const json_t *vrf)
{
	const json_t *proxy = json_object_get(vrf, "proxy");
	cleanup_free char *since =
		since_format(zabbix_json_number(json_object_get(vrf, "since_s")));
	cleanup_free char *backlog = backlog_format(proxy);

	fprintf(out, "%-16s %-9s %6s %4lld %7s  %s\n", zabbix_json_text(vrf, "name"),
		zabbix_json_text(vrf, "state"), since,
		(long long)json_integer_value(json_object_get(proxy, "restarts")), backlog,
		zabbix_json_text(vrf, "reason"));
}

static bool has_state(const json_t *vrf, const char *state)
{
	return strcmp(zabbix_json_text(vrf, "state"), state) == 0;
}

char *reporter_table_format(const json_t *status, bool troubled)
{
	const json_t *vrfs = json_object_get(status, "vrfs");
	char *text = NULL;
	size_t size = 0, rows = 0;
	FILE *out = open_memstream(&text, &size);
	const json_t *vrf;
	size_t i;

	if (!out)
		abort();
	fprintf(out, "%-16s %-9s %6s %4s %7s  %s\n", "VRF", "STATE", "SINCE", "RST", "BACKLOG",
		"REASON");
	for (size_t state = 0; order[state]; state++) {
		if (troubled && strcmp(order[state], "healthy") == 0)
			break;
		json_array_foreach (vrfs, i, vrf) {
			if (!has_state(vrf, order[state]) || ftell(out) > TABLE_MAX)
				continue;
			row_print(out, vrf);
			rows++;
		}
	}
	fclose(out);
	if (rows > 0)
		return text;
	free(text);
	return xstrdup(troubled ? "All VRFs are healthy." : "There are no VRFs.");
}
