// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose turn it is to write to Zabbix. The API looks whether a host of that name is there and then
 * makes it, with no lock between: two who write at once get two hosts of one name. So only one of a
 * gateway's does: its reporter, or a command. The turn is flock(2) on STATE/zabbix.lock and ends with
 * its holder.
 */
#pragma once

#include "base/error.h"
#include "config/model.h"

/* Takes no turn yet, but root's rights. *fd is close-on-exec. */
int reporter_turn_open(const struct config_gateway *gateway, int *fd, struct error *err);

/* 1: it is ours now. 0: it is another's. */
int reporter_turn_take(int fd, struct error *err);
void reporter_turn_end(int fd);
