// SPDX-License-Identifier: GPL-2.0-or-later
/* What each command of the control socket does (control/protocol.h). */
#pragma once

#include <jansson.h>

#include "supervisor/supervisor.h"

struct control_request {
	const char *text; /* one JSON object */
	size_t size;
	bool may_act; /* from root */
};

enum control_wait {
	CONTROL_WAIT_NOT,
	CONTROL_WAIT_CENSUS, /* what it asks for is being read */
	CONTROL_WAIT_RELOAD, /* its reload is under way */
	CONTROL_WAIT_TURN,   /* another's is: to be begun afterwards */
};

/* What its answer waits for: control_server_answer_waiting() will be called. Begins what it asks for. */
enum control_wait control_command_begin(
	struct supervisor *supervisor, const struct control_request *request);

/* The answer, a new reference; *listens where events shall follow it. */
json_t *control_command_run(
	struct supervisor *supervisor, const struct control_request *request, bool *listens);

/* The same as the text of one line, without its end; the caller's. */
char *control_command_answer(
	struct supervisor *supervisor, const struct control_request *request, bool *listens);

json_t *control_error_create(const char *error);
