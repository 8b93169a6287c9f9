// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a command asks of the network, in a child: it may open what takes root, and then has no rights left
 * when it reads an answer.
 */
#pragma once

#include <stddef.h>

#include "base/error.h"

struct cli_errand {
	/* With our rights: *fd is for ask(). NULL: there is nothing to open, and *fd is -1. */
	int (*open)(const void *data, int *fd, struct error *err);
	/* As the reporter's user; fills *answer, which holds no pointers and was zeroed. */
	int (*ask)(const void *data, int fd, void *answer, struct error *err);
	const void *data;
	size_t answer_size;
};

/*
 * Waits for it. Returns what open() or ask() did, with its error; *answer is as far as ask() came, and to be
 * taken for the network's word: its strings may lack their end. May be NULL where it has no size.
 */
int cli_errand_run(const struct cli_errand *errand, void *answer, struct error *err);

/* For a command that asks, and needs no rights afterwards: gives them up itself. Nothing where it is not root. */
int cli_rights_drop(struct error *err);
