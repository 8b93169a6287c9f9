// SPDX-License-Identifier: GPL-2.0-or-later
/* Users by their names, asked or known. */
#include "process/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "process/helper.h"

struct known_user {
	char *name;
	struct process_user user;
};

static struct known_user *known;
static size_t n_known;

static struct known_user *known_find(const char *name)
{
	for (size_t i = 0; i < n_known; i++)
		if (strcmp(known[i].name, name) == 0)
			return &known[i];
	return NULL;
}

static int user_ask(const char *name, struct process_user *user, struct error *err)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(name);
	if (!entry)
		return error_set(err, errno ? errno : ENOENT, "user '%s' not found", name);
	*user = (struct process_user){ entry->pw_uid, entry->pw_gid, PROCESS_USER_GROUPS, { 0 } };
	if (getgrouplist(name, user->gid, user->groups, &user->n_groups) < 0)
		return error_set(err, E2BIG, "user '%s' is in more than %d groups", name,
			PROCESS_USER_GROUPS);
	return 0;
}

int process_user_find(const char *name, struct process_user *user, struct error *err)
{
	const struct known_user *found = known_find(name);

	if (found)
		*user = found->user;
	else if (!process_may_wait())
		return error_set(err, EAGAIN, "user '%s' has not been looked up yet", name);
	return found ? 0 : user_ask(name, user, err);
}

void process_user_know(const char *name, const struct process_user *user)
{
	struct known_user *found = known_find(name);

	if (!found && user) {
		found = array_append(&known, &n_known);
		found->name = xstrdup(name);
	}
	if (user) {
		found->user = *user;
	} else if (found) {
		free(found->name);
		*found = known[--n_known];
	}
}
