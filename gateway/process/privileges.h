// SPDX-License-Identifier: GPL-2.0-or-later
/* Giving up rights for good. */
#pragma once

#include "base/error.h"

/*
 * Becomes `user` (its uid, gid and no other groups), with no capability in any set, nothing to be
 * gained by exec (no_new_privs) and not dumpable; whether it dies with its parent stays. A process that is not root keeps its user and
 * gives up the rest. -ESRCH where there is no such user; the errno of what failed otherwise, and
 * then the caller must exit: some of it may have been done.
 */
int privileges_drop(const char *user, struct error *err);

/* Ours, for what talks to the network. */
#define PRIVILEGES_USER "vrfgate"

/* As privileges_drop() to that user, or, where there is none, to "nobody": *user tells which. */
int privileges_drop_for_network(const char **user, struct error *err);

/*
 * Keeps what a supervisor and its children need, of what this process has: the capabilities of
 * privileges.c in all sets (none inheritable), no other groups. To be called by root at the start.
 */
int privileges_reduce(struct error *err);
