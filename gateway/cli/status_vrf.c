// SPDX-License-Identifier: GPL-2.0-or-later
/* One VRF of the status document in full. */
#include "cli/status_vrf.h"

#include <stdarg.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "cli/status_table.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static json_int_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

__attribute__((format(printf, 3, 4))) static void row_print(
	FILE *out, const char *label, const char *format, ...)
{
	cleanup_free char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	text_make_printable(text);
	fprintf(out, "  %-10s %s\n", label, text);
}

/* --- what is wrong --- */

static void checks_print(FILE *out, const json_t *vrf)
{
	size_t i;
	json_t *check;

	json_array_foreach (json_object_get(vrf, "checks"), i, check) {
		cleanup_free char *since = status_duration_format(number_of(check, "since_s"));

		if (json_is_false(json_object_get(check, "ok")))
			row_print(out, text_of(check, "name"), "%s (for %s)",
				text_of(check, "detail"), since);
	}
}

/* Which of the causes that several VRFs have this one has. */
static void causes_print(FILE *out, const json_t *document, const char *name)
{
	const json_t *gateway = json_object_get(document, "gateway");
	size_t i, v;
	json_t *cause, *vrf;

	json_array_foreach (json_object_get(gateway, "causes"), i, cause)
		json_array_foreach (json_object_get(cause, "vrfs"), v, vrf)
			if (json_is_string(vrf) && strcmp(json_string_value(vrf), name) == 0)
				row_print(out, "cause", "%s", text_of(cause, "summary"));
}

/* What was tried against it. */
static void attempts_print(FILE *out, const json_t *vrf)
{
	const json_t *proxy = json_object_get(vrf, "proxy");
	json_int_t restarts = number_of(proxy, "restarts"), repairs = number_of(vrf, "repairs");
	const char *exit = text_of(proxy, "last_exit");

	if (restarts || *exit)
		row_print(out, "restarts", "%lld of the proxy%s%s", (long long)restarts,
			*exit ? "; last exit: " : "", exit);
	if (repairs)
		row_print(out, "repairs", "%lld of the namespace", (long long)repairs);
}

static void next_print(FILE *out, const char *name, const char *state)
{
	static const struct {
		const char *state, *command, *purpose;
	} steps[] = {
		{ "degraded", "diag", "shows which step fails" },
		{ "failed", "diag", "shows which step fails" },
		{ "failed", "start", "tries again at once" },
		{ "backoff", "logs", "shows why the proxy exited" },
		{ "backoff", "start", "tries again at once" },
		{ "disabled", "start", "starts it, unless the config disables it" },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (strcmp(steps[i].state, state) == 0)
			row_print(out, "next", "'vrfgate %s %s' %s", steps[i].command, name,
				steps[i].purpose);
}

/* --- what it has --- */

static void interfaces_print(FILE *out, const json_t *vrf)
{
	size_t i, a;
	json_t *interface, *address;

	json_array_foreach (json_object_get(vrf, "interfaces"), i, interface) {
		cleanup(strings_finish) struct strings addresses = { 0 };
		cleanup_free char *list = NULL;
		bool up = json_is_true(json_object_get(interface, "up"));
		bool carrier = json_is_true(json_object_get(interface, "carrier"));

		json_array_foreach (json_object_get(interface, "addresses"), a, address)
			strings_add(&addresses,
				json_is_string(address) ? json_string_value(address) : "");
		list = strings_join(&addresses, " ");
		row_print(out, "interface", "%s (%s): %s%s%s", text_of(interface, "name"),
			text_of(interface, "kind"),
			!up               ? "down"
				: carrier ? "up"
					  : "no carrier",
			*list ? ", " : "", list);
	}
}

static void uplink_print(FILE *out, const json_t *vrf)
{
	const json_t *uplink = json_object_get(vrf, "uplink");

	if (json_is_object(uplink))
		row_print(out, "uplink", "%s via %s: %s", text_of(uplink, "address"),
			text_of(uplink, "root_ifname"),
			json_is_true(json_object_get(uplink, "up")) ? "up" : "down");
}

static void proxy_print(FILE *out, const json_t *vrf)
{
	const json_t *proxy = json_object_get(vrf, "proxy"), *seen;
	cleanup_free char *uptime = status_duration_format(number_of(proxy, "uptime_s"));

	if (!json_is_object(proxy))
		return;
	seen = json_object_get(proxy, "server_seen_s");
	row_print(out, "proxy", "%s (%s%s%s): %s", text_of(proxy, "name"), text_of(proxy, "mode"),
		*text_of(proxy, "version") ? ", " : "", text_of(proxy, "version"),
		text_of(proxy, "state"));
	if (json_is_integer(json_object_get(proxy, "pid")))
		row_print(out, "process", "pid %lld, up %s", (long long)number_of(proxy, "pid"),
			uptime);
	if (json_is_integer(seen)) {
		cleanup_free char *age = status_duration_format(json_integer_value(seen));

		row_print(out, "server", "heard from the proxy %s ago; %lld values not sent yet",
			age, (long long)number_of(proxy, "backlog"));
	}
}

static void passed_print(FILE *out, const json_t *vrf)
{
	cleanup(strings_finish) struct strings names = { 0 };
	cleanup_free char *list = NULL;
	size_t i;
	json_t *check;

	json_array_foreach (json_object_get(vrf, "checks"), i, check)
		if (json_is_true(json_object_get(check, "ok")))
			strings_add(&names, text_of(check, "name"));
	list = strings_join(&names, ", ");
	if (names.count)
		row_print(out, "ok", "%s", list);
}

void status_vrf_print(FILE *out, const json_t *document)
{
	const json_t *vrf = json_array_get(json_object_get(document, "vrfs"), 0);
	const char *name = text_of(vrf, "name"), *state = text_of(vrf, "state");
	const char *reason = text_of(vrf, "reason");
	cleanup_free char *since = status_duration_format(number_of(vrf, "since_s"));
	cleanup_free char *line =
		xasprintf("%s: %s for %s%s%s", name, state, since, *reason ? ": " : "", reason);

	text_make_printable(line);
	fprintf(out, "%s\n", line);
	checks_print(out, vrf);
	causes_print(out, document, name);
	attempts_print(out, vrf);
	next_print(out, name, state);
	row_print(out, "namespace", "%s", text_of(vrf, "netns"));
	interfaces_print(out, vrf);
	uplink_print(out, vrf);
	proxy_print(out, vrf);
	passed_print(out, vrf);
}
