// SPDX-License-Identifier: GPL-2.0-or-later
/* Named network namespaces, visible to ip-netns(8). */
#pragma once

#include <stdbool.h>

#include "base/error.h"

#define NETNS_DIR "/run/netns"

/* Opens /run/netns/NAME, close-on-exec; returns the fd. -ENOENT: none; -EINVAL: a file but no
 * namespace. */
int netns_open(const char *name, struct error *err);

/* Moves the calling thread into a namespace; *back is an fd of the one it left. */
int netns_enter(int netns_fd, int *back, struct error *err);

/* The way back; closes *back. Aborts where that fails: nothing after it could be right. */
void netns_leave(int *back);
