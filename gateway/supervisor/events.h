// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * State changes as JSON, a line each, for who listens on the control socket (`vrfgate events`):
 *
 *	{ "schema": 1, "event": "snapshot", "time": "2026-11-25T01:11:28.123Z", "gateway": "gw1",
 *	  "vrfs": [ { "name", "state", "reason", "since_s" } ] }
 *	{ "schema": 1, "event": "state", "time", "vrf", "state", "before", "reason", "restarts",
 *	  "last_exit" }
 *	{ "schema": 1, "event": "zabbix", "time", "change": "~ host 'ce1': tags[vrf].value: \"x\" -> \"acme\"" }
 *	{ "schema": 1, "event": "api", "time", "state", "before", "reason" }: of the Zabbix API, as the status
 *	  document has it ("ok", "unreachable", "denied", "off"); the snapshot has "zabbix": { "state", "reason" }
 * Only ever grows.
 */
#pragma once

#include <jansson.h>

#include "supervisor/supervisor.h"

/* What a listener hears first. */
json_t *event_snapshot_create(const struct supervisor *supervisor);

json_t *event_state_create(const struct vrf *vrf, enum vrf_state before);

/* The state of the Zabbix API is another one now. */
json_t *event_api_create(const char *state, const char *before, const char *reason);

/* An object that the reporter has made (+), changed (~) or deleted (-) in Zabbix. */
json_t *event_zabbix_create(const char *change);
