// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The user of each VRF's proxy where the config says `user = auto`: a number of gateway { user_range }, kept in
 * state_dir/users.json, so that it never moves to another VRF. That of a VRF that has gone stays its own.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "config/model.h"

/*
 * A number for every VRF whose user is auto, its group's number as well. *users (the caller's to free) goes along
 * with config->vrfs; 0 for the others. Numbers that a user or group of the machine has are not given away. With
 * `save` new ones are written down; without, nothing is touched.
 */
int users_assign(const struct config *config, bool save, uid_t **users, struct error *err);

/* What should be told of users that are shared: by VRFs, or with a zabbix_server that runs here. Logs warnings. */
void users_warn_of_shared(const struct config *config);
