// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate reload: the supervisor reads its config again and changes what differs; says what that was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "config/load.h"
#include "control/client.h"

#define LOOK_AGAIN_US 50000
#define PROGRESS_MS   5000
/* Shorter than systemd waits for a reload. A proxy may write its values for longer. */
#define WAIT_MS       60000
#define NAMED_MAX     10

/* --- what it said --- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* It may hold what a proxy said, and goes to a terminal; takes the line over. */
static void line_print(FILE *out, char *line)
{
	text_make_printable(line);
	fprintf(out, "%s\n", line);
	free(line);
}

static void lines_print(const json_t *lines)
{
	size_t i;
	json_t *line;

	json_array_foreach (lines, i, line)
		fprintf(stderr, "%s\n", json_string_value(line));
}

/* "acme", or "acme (stopping: still writing after 25 s)"; of many the first ones. Takes the array's order. */
static char *vrfs_format(const json_t *vrfs)
{
	char *text = xstrdup("");
	size_t i;
	json_t *vrf;

	json_array_foreach (vrfs, i, vrf) {
		cleanup_free char *before = text;
		const char *reason = text_of(vrf, "reason");

		if (i == NAMED_MAX) {
			text = xasprintf("%s and %zu more", before, json_array_size(vrfs) - i);
			break;
		}
		if (json_is_string(vrf))
			text = xasprintf("%s%s%s", before, i ? ", " : "", json_string_value(vrf));
		else
			text = xasprintf("%s%s%s (%s%s%s)", before, i ? ", " : "",
				text_of(vrf, "name"), text_of(vrf, "state"), *reason ? ": " : "",
				reason);
	}
	return text;
}

static void waiting_tell(const json_t *progress, const char *what)
{
	const json_t *waiting = json_object_get(progress, "waiting");
	cleanup_free char *vrfs = vrfs_format(waiting);

	line_print(stderr,
		xasprintf("%s %s", what,
			json_array_size(waiting) ? vrfs : "the kernel to remove links"));
}

/* A line for each kind of change, and the counts; what could not be brought up goes to the standard error. */
static int changes_tell(const json_t *progress)
{
	static const char *const kinds[] = { "added", "removed", "changed", "restarted" };
	const json_t *failed = json_object_get(progress, "failed");
	size_t i;
	json_t *vrf;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		const json_t *vrfs = json_object_get(progress, kinds[k]);
		cleanup_free char *names = vrfs_format(vrfs);

		if (json_array_size(vrfs))
			line_print(stdout, xasprintf("%s: %s", kinds[k], names));
	}
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		printf("%zu %s, ", json_array_size(json_object_get(progress, kinds[k])), kinds[k]);
	printf("%lld unchanged\n",
		(long long)json_integer_value(json_object_get(progress, "unchanged")));
	json_array_foreach (failed, i, vrf) {
		if (i == NAMED_MAX) {
			line_print(stderr,
				xasprintf("vrfgate: and %zu more VRFs: see 'vrfgate status'",
					json_array_size(failed) - i));
			break;
		}
		line_print(stderr,
			xasprintf("vrfgate: vrf '%s': %s: %s", text_of(vrf, "name"),
				text_of(vrf, "state"), text_of(vrf, "reason")));
	}
	return json_array_size(failed) ? CLI_EXIT_FAILED : CLI_EXIT_DONE;
}

/* --- waiting for it --- */

static bool is_done(const json_t *progress)
{
	return json_is_true(json_object_get(progress, "done"));
}

static json_int_t generation_of(const json_t *progress)
{
	return json_integer_value(json_object_get(progress, "generation"));
}

/* Takes what was said first over. */
static int end_await(const struct config *config, json_t *first)
{
	cleanup_json json_t *progress = first;
	uint64_t begun_ms = clock_now_ms(), told_ms = begun_ms;
	json_int_t generation = generation_of(first);

	while (!is_done(progress)) {
		json_t *next = NULL;
		uint64_t now_ms;
		int r;

		usleep(LOOK_AGAIN_US);
		r = cli_ask(config, json_pack("{s:s}", "command", "reloaded"), CONTROL_PATIENCE_MS,
			&next);
		if (r != CLI_EXIT_DONE) {
			json_decref(next);
			return r;
		}
		json_decref(progress);
		progress = next;
		if (generation_of(progress) != generation) {
			generation = generation_of(progress);
			fputs("vrfgate: a newer reload came before this one was done; waiting for that\n",
				stderr);
		}
		now_ms = clock_now_ms();
		if (!is_done(progress) && now_ms - begun_ms >= WAIT_MS) {
			waiting_tell(progress,
				"vrfgate: the reload goes on; not waiting any longer for");
			return CLI_EXIT_FAILED;
		}
		if (!is_done(progress) && now_ms - told_ms >= PROGRESS_MS) {
			waiting_tell(progress, "waiting for");
			told_ms = now_ms;
		}
	}
	return changes_tell(progress);
}

/* The config was judged here first: a faulty file is told with its faults, whether a supervisor runs or not. */
static int reload_act(struct cli_call *call)
{
	cleanup_json json_t *answer = NULL;
	const json_t *faults;
	int r = cli_ask(call->config,
		json_pack("{s:s, s:b}", "command", "reload", "remove", call->remove),
		CONTROL_PATIENCE_MS, &answer);

	/* A supervisor of before an upgrade says no more than that it is done. */
	if (r == CLI_EXIT_DONE)
		return !call->no_wait && json_object_get(answer, "done")
			? end_await(call->config, steal_ptr(&answer))
			: r;
	faults = json_object_get(answer, "faults");
	lines_print(faults);
	/* Of a refusal they may tell the reason, such as an include that matches nothing. */
	lines_print(json_object_get(answer, "warnings"));
	return json_array_size(faults) ? CLI_EXIT_CONFIG : r;
}

static const struct cli_option options[] = { CLI_CONFIG, CLI_NO_WAIT, CLI_REMOVE, { 0 } };

const struct cli_command cli_reload = {
	.name = "reload",
	.summary = "have the supervisor read its config again",
	.options = options,
	.load = CONFIG_LOAD_TO_ACT,
	.act = reload_act,
};
