// SPDX-License-Identifier: GPL-2.0-or-later
/* Mounts that only one process and its children have: mount_namespaces(7), open_tree(2). */
#include "process/view.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define NETNS_DIR "/run/netns"

#define SAFE_FLAGS    (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define TMPFS_OPTIONS "mode=0755,size=64k"

int process_view_begin(void)
{
	return unshare(CLONE_NEWNS) < 0 || mount("", "/", NULL, MS_SLAVE | MS_REC, NULL) < 0 ? -1
											     : 0;
}

/* What is not there needs no hiding. */
static int directory_cover(const char *path)
{
	return mount("tmpfs", path, "tmpfs", SAFE_FLAGS, TMPFS_OPTIONS) < 0 && errno != ENOENT ? -1
											       : 0;
}

/* Neither the mounts, of which there may be a thousand, nor the files below them, which bear the names.
 * EINVAL: nothing is mounted there. */
static int netns_names_hide(void)
{
	if (umount2(NETNS_DIR, MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
		return -1;
	return directory_cover(NETNS_DIR);
}

/* One of these may be hidden by another already. */
static int others_hide(const char *own)
{
	const char *slash = strrchr(own, '/');
	size_t length = slash ? (size_t)(slash - own) : 0;
	char parent[PATH_MAX];

	if (length == 0 || length >= sizeof(parent)) {
		errno = EINVAL;
		return -1;
	}
	memcpy(parent, own, length);
	parent[length] = '\0';
	return directory_cover(parent);
}

static int own_put_back(int tree, const char *own)
{
	char path[PATH_MAX];
	int r;

	/* others_hide() has taken it: it fits. */
	strcpy(path, own);
	r = file_make_parents(path);
	if (r < 0)
		errno = -r;
	if (r < 0 || (mkdir(own, 0755) < 0 && errno != EEXIST))
		return -1;
	return move_mount(tree, "", AT_FDCWD, own, MOVE_MOUNT_F_EMPTY_PATH);
}

/* What is its own is taken hold of before anything is hidden. */
static int others_hide_all(process_own_dirs own_dirs)
{
	int trees[PROCESS_MAX_OWN_DIRS], count = 0, r = 0;

	for (; r == 0 && own_dirs && own_dirs[count]; count++) {
		assert(count < PROCESS_MAX_OWN_DIRS);
		trees[count] = open_tree(AT_FDCWD, own_dirs[count],
			OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
		r = trees[count] < 0 ? -1 : 0;
	}
	for (int i = 0; r == 0 && i < count; i++)
		r = others_hide(own_dirs[i]);
	for (int i = 0; r == 0 && i < count; i++)
		r = own_put_back(trees[i], own_dirs[i]);
	return r;
}

const char *process_view_enter(process_own_dirs own_dirs, const char *resolv_conf, bool own_proc)
{
	if (process_view_begin() < 0)
		return "cannot have mounts of its own";
	if (netns_names_hide() < 0)
		return "cannot hide " NETNS_DIR;
	if (resolv_conf && mount(resolv_conf, "/etc/resolv.conf", NULL, MS_BIND, NULL) < 0)
		return "cannot mount its resolv.conf";
	if (others_hide_all(own_dirs) < 0)
		return "cannot hide the files of others";
	if (own_proc && mount("proc", "/proc", "proc", SAFE_FLAGS, NULL) < 0)
		return "cannot mount its proc";
	return NULL;
}
