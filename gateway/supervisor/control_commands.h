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

/* The answer, a new reference; *listens where events shall follow it. */
json_t *control_command_run(
	struct supervisor *supervisor, const struct control_request *request, bool *listens);

json_t *control_error_create(const char *error);
