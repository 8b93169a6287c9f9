// SPDX-License-Identifier: GPL-2.0-or-later
/* The answering side of the control socket; a slow or hostile client costs its own buffers, never
 * the loop. */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "supervisor/control_commands.h"
#include "supervisor/supervisor.h"

struct control_server;

/*
 * Binds run_dir/control.sock: root's, and open to the group `vrfgate` where there is one. Of its 64 places
 * each user but root may have 16, and all of them together 48. Root is served first.
 * Whoever takes the socket away: it is made again.
 */
int control_server_create(
	struct supervisor *supervisor, struct control_server **server, struct error *err);

/* Answers those whose answer waits for that, root before the others. */
void control_server_answer_waiting(struct control_server *server, enum control_wait wait);

/* An event for all who listen; it is theirs soon after. */
void control_server_tell(struct control_server *server, const json_t *event);

/* Also removes the socket. */
void control_server_destroy(struct control_server *server);
