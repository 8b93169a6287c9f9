// SPDX-License-Identifier: GPL-2.0-or-later
/* Files touched with the rights of another user. */
#include "base/fs_user.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>

/* The calls tell what was before, and no error: an impossible id shows what is now. */
static bool fs_user_set(uid_t uid, gid_t gid)
{
	int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);

	(void)setfsgid(gid);
	(void)setfsuid(uid);
	/* The kernel sets it to fs.suid_dumpable with each change, which may allow the cores of who holds secrets. */
	if (dumpable == 0 || dumpable == 1)
		(void)prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
	return (uid_t)setfsuid((uid_t)-1) == uid && (gid_t)setfsgid((gid_t)-1) == gid;
}

int fs_user_enter(uid_t uid, gid_t gid, struct fs_user *before, struct error *err)
{
	struct fs_user self = { (uid_t)setfsuid((uid_t)-1), (gid_t)setfsgid((gid_t)-1) };

	if (!fs_user_set(uid, gid)) {
		(void)fs_user_set(self.uid, self.gid);
		return error_set(err, EPERM, "cannot touch files as user %u", uid);
	}
	*before = self;
	return 0;
}

void fs_user_leave(struct fs_user *before)
{
	if (before->uid != (uid_t)-1 && !fs_user_set(before->uid, before->gid))
		abort();
	*before = FS_USER_SELF;
}
