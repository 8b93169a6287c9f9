// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The supervisor's side of the reporter process: starts it, hears what the server says, starts it
 * again with a back-off when it dies. Its death is nothing to the VRFs.
 */
#pragma once

#include <jansson.h>

#include "supervisor/supervisor.h"

struct reporter_link *reporter_link_create(struct supervisor *supervisor);
void reporter_link_destroy(struct reporter_link *link);

/* Starts the reporter with the inventory of the present config; ends the one that runs. */
void reporter_link_restart(struct reporter_link *link);

/* "zabbix" of the status document: url, version, state, error, synced_s. A new reference. */
json_t *reporter_link_status(const struct reporter_link *link);

/* The state of that VRF is another one now. */
void reporter_link_tell_change(struct reporter_link *link, struct vrf *vrf);

/* The secret for the API, read again from its file. NULL: none is needed. */
void reporter_link_tell_secret(struct reporter_link *link, const char *secret);

/* "" : none. */
const char *reporter_link_error(const struct reporter_link *link);

/* "ok", "unreachable", "denied", "off". */
const char *reporter_link_state(const struct reporter_link *link);
