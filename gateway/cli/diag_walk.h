// SPDX-License-Identifier: GPL-2.0-or-later
/* The way of a value from a customer's device to the Zabbix server, looked at step by step. */
#pragma once

#include <jansson.h>

#include "config/model.h"

struct diag {
	const struct config *config;
	const struct config_vrf *vrf;
	uint32_t id;          /* of its uplink */
	const json_t *status; /* the status document; NULL: no supervisor */
};

/*
 * Takes every step and returns a list of objects: "step", "verdict" ("ok", "warn", "fail", or "skip"
 * where it does not apply or cannot be looked at), "detail", "hint" ("" where there is none). Waits at most
 * some seconds.
 */
json_t *diag_walk(const struct diag *diag);
