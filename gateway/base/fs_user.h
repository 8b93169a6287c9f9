// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files touched with the rights of another user, setfsuid(2): a link, or a name moved away, that this user has
 * put in a file's place then leads to nothing that is not within the user's own reach.
 */
#pragma once

#include <sys/types.h>

#include "base/error.h"

/* Whom we were; to be declared by FS_USER_SELF and cleanup(fs_user_leave). */
struct fs_user {
	uid_t uid;
	gid_t gid;
};

#define FS_USER_SELF                               \
	(struct fs_user)                           \
	{                                          \
		.uid = (uid_t)-1, .gid = (gid_t)-1 \
	}

/*
 * Until fs_user_leave(before), names are looked up and files opened, made and owned as this user's. Whether
 * cores are written does not change. -EPERM: we may not.
 */
int fs_user_enter(uid_t uid, gid_t gid, struct fs_user *before, struct error *err);

/* Ourselves again; nothing where the user was not changed. */
void fs_user_leave(struct fs_user *before);
