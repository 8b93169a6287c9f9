// SPDX-License-Identifier: GPL-2.0-or-later
/* Named network namespaces, visible to ip-netns(8). */
#pragma once

#include <stdbool.h>

#include "base/error.h"

#define NETNS_DIR "/run/netns"

/* Opens /run/netns/NAME, close-on-exec; returns the fd. -ENOENT: none; -EINVAL: a file but no
 * namespace. */
int netns_open(const char *name, struct error *err);

/* Opens the namespace the calling thread is in; returns the fd. */
int netns_open_own(struct error *err);

/* Moves the calling thread into a namespace; *back is an fd of the one it left. */
int netns_enter(int netns_fd, int *back, struct error *err);

/* The way back; closes *back. Aborts where that fails: nothing after it could be right. */
void netns_leave(int *back);

/* Moves the calling thread into a namespace with no way back kept. */
int netns_switch(int netns_fd, struct error *err);

/*
 * Makes /run/netns, and a shared mount of it, where that has not been done, as `ip netns add` does
 * and under the same lock.
 */
int netns_make_dir(struct error *err);

/* Gives the namespace that the calling thread is in a name. A stale file of that name is replaced,
 * a young one once it has had half a second to become one, for which it is waited or -EAGAIN told; -EEXIST: a
 * namespace has it. */
int netns_publish(const char *name, bool wait, struct error *err);

/* Takes the name away; the namespace goes with its last user. A missing one is no error. */
int netns_unpublish(const char *name, struct error *err);
