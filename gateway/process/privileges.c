// SPDX-License-Identifier: GPL-2.0-or-later
/* Giving up rights for good. */
#include "process/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

static int user_become(const char *user, struct error *err)
{
	const struct passwd *entry = getpwnam(user);

	if (!entry)
		return error_set(err, ESRCH, "user '%s' does not exist", user);
	if (setgroups(0, NULL) < 0 || setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) < 0 ||
		setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) < 0)
		return error_set_errno(err, errno, "cannot become user '%s'", user);
	return 0;
}

/* The bounding set goes first: it wants CAP_SETPCAP, which leaving root takes away. */
static int capabilities_drop(capng_select_t set, struct error *err)
{
	capng_clear(set);
	if (capng_apply(set) != 0)
		return error_set(err, EPERM, "cannot drop capabilities");
	return 0;
}

int privileges_drop(const char *user, struct error *err)
{
	int r = 0;

	if (geteuid() == 0) {
		r = capabilities_drop(CAPNG_SELECT_BOUNDS, err);
		if (r == 0)
			r = user_become(user, err);
	}
	if (r == 0)
		r = capabilities_drop(CAPNG_SELECT_CAPS, err);
	if (r < 0)
		return r;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return error_set_errno(err, errno, "cannot set process attributes");
	return 0;
}
