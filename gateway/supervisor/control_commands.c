// SPDX-License-Identifier: GPL-2.0-or-later
/* What each command of the control socket does. */
#include "supervisor/control_commands.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "control/protocol.h"
#include "supervisor/census.h"
#include "supervisor/events.h"
#include "supervisor/handover.h"
#include "supervisor/reporter_link.h"
#include "supervisor/saved_state.h"
#include "supervisor/status.h"
#include "vrf/life.h"

json_t *control_error_create(const char *error)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", error);
}

/* NULL where every name is that of a VRF; else the refusal. */
static json_t *names_judge(const struct supervisor *supervisor, const json_t *names)
{
	size_t i;
	json_t *name;

	json_array_foreach (names, i, name) {
		const char *text = json_string_value(name);

		if (!text || !supervisor_find_vrf(supervisor, text))
			return json_pack("{s:b, s:s, s:s}", "ok", 0, "error",
				CONTROL_ERROR_NO_SUCH_VRF, "vrf", text ? text : "");
		/* A request has room for thousands of names, each of which is looked for. */
		if (i >= supervisor->n_vrfs)
			return control_error_create("a VRF is named twice");
	}
	return NULL;
}

static json_t *command_status(struct supervisor *supervisor, const json_t *request)
{
	const json_t *names = json_object_get(request, "vrfs");
	json_t *refusal = names_judge(supervisor, names);

	return refusal
		? refusal
		: status_create(supervisor, names, json_is_true(json_object_get(request, "brief")));
}

static json_t *lines_to_json(const struct strings *lines)
{
	json_t *array = json_array();

	for (size_t i = 0; i < lines->count; i++)
		json_array_append_new(array, json_string(lines->items[i]));
	return array;
}

/* How it has ended: control_command_begin() began it. */
static json_t *command_reload(struct supervisor *supervisor, const json_t *request)
{
	const struct supervisor_reload *reload = &supervisor->reload;
	json_t *answer;

	(void)request;
	if (!reload->error.code)
		return reload_progress_create(supervisor);
	answer = control_error_create(reload->error.text);
	json_object_set_new(answer, "faults", lines_to_json(&reload->faults));
	json_object_set_new(answer, "warnings", lines_to_json(&reload->warnings));
	return answer;
}

static json_t *command_reloaded(struct supervisor *supervisor, const json_t *request)
{
	(void)request;
	return reload_progress_create(supervisor);
}

/* Of several the others are obeyed where one cannot be. */
static json_t *names_order(struct supervisor *supervisor, const json_t *request, order_fn order)
{
	const json_t *names = json_object_get(request, "vrfs");
	json_t *refusal = names_judge(supervisor, names);
	struct error err = ERROR_INIT;
	size_t i;
	json_t *name;

	if (refusal)
		return refusal;
	if (json_array_size(names) == 0)
		return control_error_create("no VRF is named");
	/* What it stops then can still be killed. */
	if (supervisor->stopping && order != order_stop_now)
		return control_error_create("the supervisor is stopping");
	json_array_foreach (names, i, name)
		order(supervisor_find_vrf(supervisor, json_string_value(name)), &err);
	status_changed(supervisor);
	/* An order that was answered outlives us. */
	saved_state_write(supervisor);
	return err.code ? control_error_create(err.text) : json_pack("{s:b}", "ok", 1);
}

static json_t *command_start(struct supervisor *supervisor, const json_t *request)
{
	return names_order(supervisor, request, handover_order_start);
}

static json_t *command_release(struct supervisor *supervisor, const json_t *request)
{
	return names_order(supervisor, request, handover_order_release);
}

static json_t *command_stop(struct supervisor *supervisor, const json_t *request)
{
	bool now = json_is_true(json_object_get(request, "now"));

	return names_order(supervisor, request, now ? order_stop_now : order_stop);
}

static json_t *command_restart(struct supervisor *supervisor, const json_t *request)
{
	return names_order(supervisor, request, order_restart);
}

/* The key files of these VRFs are others now: their proxies take them, and the reporter tells no old one. */
static json_t *command_rekey(struct supervisor *supervisor, const json_t *request)
{
	json_t *answer = names_order(supervisor, request, order_rekey);

	if (json_is_true(json_object_get(answer, "ok")))
		reporter_link_restart(supervisor->reporter);
	return answer;
}

static json_t *command_events(struct supervisor *supervisor, const json_t *request)
{
	(void)request;
	return event_snapshot_create(supervisor);
}

static const struct {
	const char *name;
	bool acts, listens;
	json_t *(*run)(struct supervisor *supervisor, const json_t *request);
} commands[] = {
	{ "status", false, false, command_status },
	{ "reload", true, false, command_reload },
	{ "reloaded", false, false, command_reloaded },
	{ "start", true, false, command_start },
	{ "stop", true, false, command_stop },
	{ "restart", true, false, command_restart },
	{ "release", true, false, command_release },
	{ "rekey", true, false, command_rekey },
	{ "events", false, true, command_events },
};

json_t *control_command_run(
	struct supervisor *supervisor, const struct control_request *request, bool *listens)
{
	cleanup_json json_t *object = json_loadb(request->text, request->size, 0, NULL);
	const char *name = json_string_value(json_object_get(object, "command"));

	*listens = false;
	if (!name)
		return control_error_create(
			"not a request: a JSON object with a command was expected");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (commands[i].acts && !request->may_act)
			return control_error_create("only root may do that");
		*listens = commands[i].listens;
		return commands[i].run(supervisor, object);
	}
	return control_error_create("this supervisor does not know that command");
}

static bool is_command(const json_t *object, const char *wanted)
{
	const char *name = json_string_value(json_object_get(object, "command"));

	return name && strcmp(name, wanted) == 0;
}

static bool is_brief(const json_t *object)
{
	return json_is_true(json_object_get(object, "brief"));
}

static enum control_wait status_begin(struct supervisor *supervisor, bool brief)
{
	if (!supervisor->census || census_is_fresh(supervisor->census, brief))
		return CONTROL_WAIT_NOT;
	census_begin(supervisor->census, brief);
	return CONTROL_WAIT_CENSUS;
}

static enum control_wait reload_or_wait(struct supervisor *supervisor, bool remove)
{
	if (supervisor->reload.job)
		return CONTROL_WAIT_TURN;
	return reload_begin(supervisor, remove) ? CONTROL_WAIT_RELOAD : CONTROL_WAIT_NOT;
}

enum control_wait control_command_begin(
	struct supervisor *supervisor, const struct control_request *request)
{
	cleanup_json json_t *object = json_loadb(request->text, request->size, 0, NULL);

	if (is_command(object, "status"))
		return status_begin(supervisor, is_brief(object));
	if (is_command(object, "reload") && request->may_act)
		return reload_or_wait(supervisor, json_is_true(json_object_get(object, "remove")));
	return CONTROL_WAIT_NOT;
}

char *control_command_answer(
	struct supervisor *supervisor, const struct control_request *request, bool *listens)
{
	cleanup_json json_t *object = json_loadb(request->text, request->size, 0, NULL);
	cleanup_json json_t *answer = NULL;
	char *text;

	*listens = false;
	if (is_command(object, "status") && json_array_size(json_object_get(object, "vrfs")) == 0)
		return xstrdup(status_text(supervisor, is_brief(object)));
	answer = control_command_run(supervisor, request, listens);
	text = json_dumps(answer, JSON_COMPACT);
	return text ? text : xstrdup("{}");
}
