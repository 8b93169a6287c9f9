// SPDX-License-Identifier: GPL-2.0-or-later
/* The reporter's life inside its process: attempt, report, wait, until the socket closes. */
#pragma once

#include "reporter/inventory.h"

/* Returns when the other end of the socket is closed. Blocks on it and on the API only. `turn` is of
 * reporter/turn.h. */
void reporter_loop(const struct reporter_inventory *inventory, int fd, int turn);
