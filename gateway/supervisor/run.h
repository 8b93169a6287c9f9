// SPDX-License-Identifier: GPL-2.0-or-later
/* The supervisor: the privileged daemon behind `vrfgate run`. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "config/model.h"

struct supervisor_options {
	const char *config_path;
	bool leave_proxies; /* on SIGTERM the proxies stay, to be found again by the next supervisor
			     */
};

/*
 * Runs until SIGTERM or SIGINT; SIGHUP reads the config again. Takes the config over. Returns 0
 * after an orderly stop; -EBUSY where a supervisor runs with the same run_dir; other errors of the
 * start.
 */
int supervisor_run(
	struct config *config, const struct supervisor_options *options, struct error *err);

/* Takes the run_dir's lock; the fd holds it. -EBUSY where a supervisor runs, by the lock or as it answers on the
 * control socket, with its pid in the text. */
int supervisor_lock(const char *run_dir, struct error *err);
