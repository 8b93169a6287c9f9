// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What there is to know of the root namespace's forwarding to a server elsewhere: which switch is ours and what is
 * dropped for it, and whether there is a route to the server. Events of the kernel do not tell of that route, for
 * there may be a million; it is asked for every few seconds.
 */
#pragma once

#include "base/strings.h"

struct supervisor;
struct forwarding;

struct forwarding *forwarding_create(struct supervisor *supervisor);
void forwarding_destroy(struct forwarding *forwarding);

/* Reads it now, and logs what is new or over. Also for NULL. */
void forwarding_look(struct forwarding *forwarding);

/* Appends a sentence for each thing. Also for NULL. */
void forwarding_list_warnings(const struct forwarding *forwarding, struct strings *warnings);
