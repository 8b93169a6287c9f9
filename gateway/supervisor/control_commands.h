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

/* Whether what it asks for is being read, in which case control_server_answer_waiting() will be called. */
bool control_command_must_wait(
	struct supervisor *supervisor, const struct control_request *request);

/* The answer, a new reference; *listens where events shall follow it. */
json_t *control_command_run(
	struct supervisor *supervisor, const struct control_request *request, bool *listens);

/* The same as the text of one line, without its end; the caller's. */
char *control_command_answer(
	struct supervisor *supervisor, const struct control_request *request, bool *listens);

json_t *control_error_create(const char *error);
