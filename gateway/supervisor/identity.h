// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which gateway this is: an id of 128 random bits, made once and kept in state_dir/gateway.json beside what
 * tells this machine from others. All that vrfgate makes in Zabbix bears the id, as two gateways may have one
 * name. A machine whose state_dir was copied from another one is known by its machine-id(5), of which only a
 * hash is kept; where there is none, by the product_uuid of its firmware; without either no copy is known.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "config/model.h"

#define IDENTITY_SIZE 33 /* 32 hex digits and a NUL */

/*
 * Reads the id. Where there is none yet one is made, which with `make` is written down, and takes root; so is the
 * name, where it is the host name for want of one in the config.
 * -ESTALE: it was made on another machine, the text says what to do.
 */
int identity_read(
	const struct config_gateway *gateway, bool make, char id[IDENTITY_SIZE], struct error *err);

/* This machine is a gateway of its own: it gets another id, no name that was kept is its any more, and the keys that the VRFs' proxies have here are
 * removed, so that they get new ones. */
int identity_renew(const struct config_gateway *gateway, char id[IDENTITY_SIZE], struct error *err);

/* This machine is the gateway of that id, on other hardware. Where there is no id yet, one is made. */
int identity_keep(const struct config_gateway *gateway, char id[IDENTITY_SIZE], struct error *err);
