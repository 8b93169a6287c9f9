// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Users by their names (nsswitch.conf(5)). The database may be a directory service somewhere else, which takes its time
 * or does not answer at all: a loop knows of a user what a helper process has found out.
 */
#pragma once

#include <sys/types.h>

#include "base/error.h"

#define PROCESS_USER_GROUPS 64

struct process_user {
	uid_t uid;
	gid_t gid;
	int n_groups;
	gid_t groups[PROCESS_USER_GROUPS]; /* gid among them */
};

/*
 * May block, where process_may_wait() (process/helper.h). -ENOENT: no such user; -E2BIG: it is in too many groups; -EAGAIN: nothing is
 * known of it, and this process may not wait.
 */
int process_user_find(const char *name, struct process_user *user, struct error *err);

/* What process_user_find() says from now on, without waiting; NULL: nothing is known. */
void process_user_know(const char *name, const struct process_user *user);
