// SPDX-License-Identifier: GPL-2.0-or-later
/* What Zabbix should know of a config: its VRFs with their numbers, addresses and keys. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "reporter/inventory.h"

/*
 * Fills the inventory, which borrows from config. ids goes along config->vrfs. With `make` keys
 * that are not there yet are made, which takes root; without, nothing is touched. A VRF whose proxy
 * cannot be registered, as its key cannot be read or made, is left out, and logged unless left_out (which may be
 * NULL) has its name from before; left_out holds those names afterwards. Fails where a secret of the config cannot
 * be read, and where this machine is a copy of another (supervisor/identity.h).
 */
int inventory_fill(struct reporter_inventory *inventory, const struct config *config,
	const uint32_t *ids, bool make, struct strings *left_out, struct error *err);

/* Whether any of those could be registered now, or is not to be any more; makes keys likewise. */
bool inventory_would_grow(
	const struct config *config, const uint32_t *ids, const struct strings *left_out);
