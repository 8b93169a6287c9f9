// SPDX-License-Identifier: GPL-2.0-or-later
/* Users that proxies are given by name: looked up by a helper before each start, as that may take its time. */
#pragma once

#include "base/error.h"
#include "config/model.h"

struct sd_event;
struct named_users;

/* More is known of that user. */
typedef void (*named_users_fn)(const char *name, void *data);

struct named_users *named_users_create(struct sd_event *event, named_users_fn answered, void *data);
void named_users_destroy(struct named_users *users);

/*
 * Never waits. 0: process_user_find() knows it, as it was a moment ago, or where the database does not answer, as it was
 * last. -EINPROGRESS: it is being looked up, and `answered` will be called within seconds; -ENOENT; -ETIMEDOUT.
 */
int named_users_read(struct named_users *users, const char *name, struct error *err);

/* users_warn_of_shared() in a helper. */
void named_users_warn_of_shared(struct named_users *users, const struct config *config);
