// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a supervisor answers: at the socket in its run_dir, which is noted in state_dir/run_dir, so that whoever goes by a
 * config with another run_dir finds it.
 */
#pragma once

#include <sys/types.h>
#include <sys/un.h>

#include "base/error.h"

/* The socket of that run_dir. -ENAMETOOLONG. */
int control_address_init(struct sockaddr_un *address, const char *run_dir, struct error *err);

/* Who listens on it; 0: nobody who can be named. Does not wait. */
pid_t control_find(const char *run_dir);

/* Where a supervisor of this state_dir answers that was started with another run_dir: that one, the caller's to
 * free, and its pid; else NULL. */
char *control_find_elsewhere(const char *state_dir, const char *run_dir, pid_t *pid);

/*
 * Notes run_dir. -EBUSY: one of this state_dir answers at another run_dir. Waits for the disk. What the last one had, where
 * that differs, is *former, the caller's to free; else NULL.
 */
int control_place_note(
	const char *state_dir, const char *run_dir, char **former, struct error *err);
