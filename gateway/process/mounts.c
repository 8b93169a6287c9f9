// SPDX-License-Identifier: GPL-2.0-or-later
/* Mounts that only one process and its children have: mount_namespaces(7), open_tree(2), mount_setattr(2). */
#include "process/mounts.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define NETNS_DIR   "/run/netns"
#define RESOLV_CONF "/etc/resolv.conf"

#define SAFE_FLAGS   (MS_NOSUID | MS_NODEV | MS_NOEXEC)
/* One file system for all that is private, so that a start makes one and its size is one limit. It is /dev, with
 * what lies over other directories in one of its own. */
#define BASE         "/dev"
#define BASE_OPTIONS "mode=0755,size=16m,nr_inodes=4096"
#define COVERS       BASE "/.view"
/* kernel.pty.max is shared by all instances. */
#define PTS_OPTIONS  "newinstance,ptmxmode=0666,mode=0620,max=32"
#define HELD_MAX     (PROCESS_MAX_OWN_DIRS + PROCESS_MAX_PLACES + 10)

/* A tree of the machine, taken hold of before anything is hidden. */
struct held {
	const char *path;
	int tree;
};

struct work {
	const struct process_mounts *mounts;
	struct held held[HELD_MAX];
	int n_held;
	int n_covers; /* directories of the base that lie over others */
};

int process_mounts_begin(void)
{
	return unshare(CLONE_NEWNS) < 0 || mount("", "/", NULL, MS_SLAVE | MS_REC, NULL) < 0 ? -1
											     : 0;
}

/* --- a directory of another --- */

/* Where the calling process is; entering mounts moves it to their root. */
struct standpoint {
	int mounts, root, cwd;
};

static bool standpoint_take(struct standpoint *here)
{
	here->mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	here->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	here->cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return here->mounts >= 0 && here->root >= 0 && here->cwd >= 0;
}

/* Of a namespace that it has just left: if this fails, nothing that the process does is where it was meant. */
static void standpoint_return(const struct standpoint *here)
{
	if (setns(here->mounts, CLONE_NEWNS) < 0 || fchdir(here->root) < 0 || chroot(".") < 0 ||
		fchdir(here->cwd) < 0)
		abort();
}

static void standpoint_finish(const struct standpoint *here)
{
	const int fds[] = { here->mounts, here->root, here->cwd };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* Only who is among the mounts may copy one of them. */
static int directory_copy(const char *directory)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW };
	cleanup_fd int tree = open_tree(
		AT_FDCWD, directory, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);

	if (tree < 0 || mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		return -1;
	return steal_fd(&tree);
}

int process_mounts_borrow(int pidfd, const char *directory)
{
	struct standpoint here;
	int tree = -1, code;

	if (standpoint_take(&here) && setns(pidfd, CLONE_NEWNS) == 0) {
		tree = directory_copy(directory);
		code = errno;
		standpoint_return(&here);
	} else {
		code = errno;
	}
	standpoint_finish(&here);
	errno = code;
	return tree;
}

/* --- taking hold --- */

static int tree_hold(struct work *work, const char *path, unsigned flags, uint64_t attributes)
{
	struct mount_attr attr = { .attr_set = attributes };
	struct held *held = &work->held[work->n_held];
	int r;

	assert(work->n_held < HELD_MAX);
	held->path = path;
	held->tree = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags);
	if (held->tree < 0)
		return -1;
	work->n_held++;
	r = attributes ? mount_setattr(held->tree, "", AT_EMPTY_PATH | (flags & AT_RECURSIVE),
				 &attr, sizeof(attr))
		       : 0;
	return r;
}

static int own_dirs_hold(struct work *work)
{
	const char *const *dirs = work->mounts->own_dirs;

	for (int i = 0; dirs && dirs[i]; i++) {
		assert(i < PROCESS_MAX_OWN_DIRS);
		if (tree_hold(work, dirs[i], AT_SYMLINK_NOFOLLOW,
			    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) < 0)
			return -1;
	}
	return 0;
}

static int places_hold(struct work *work)
{
	const struct process_place *place = work->mounts->places;

	for (int i = 0; place && place->path; i++, place++) {
		assert(i < PROCESS_MAX_PLACES);
		if (tree_hold(work, place->path, AT_RECURSIVE,
			    MOUNT_ATTR_NOSUID | (place->writable ? 0 : MOUNT_ATTR_RDONLY)) < 0)
			return -1;
	}
	return 0;
}

/* A machine may lack some. */
static int devices_hold(struct work *work)
{
	static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
		"/dev/urandom", "/dev/tty" };

	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (tree_hold(work, devices[i], AT_SYMLINK_NOFOLLOW, 0) < 0 && errno != ENOENT)
			return -1;
	return 0;
}

/* --- hiding --- */

/* The whole machine, but for what is held. Not nosuid: fping has its capability by its file. */
static int rest_protect(void)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV };

	return mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr, sizeof(attr));
}

/* A thousand mounts; the names go with /run. EINVAL: nothing is mounted there. */
static int netns_names_hide(void)
{
	return umount2(NETNS_DIR, MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT ? -1 : 0;
}

static int base_dir_make(const char *path, mode_t mode)
{
	return mkdir(path, 0700) < 0 || chmod(path, mode) < 0 ? -1 : 0;
}

/* An empty directory of the base over `path`; what is not there needs no hiding. */
static int directory_cover(struct work *work, const char *path, mode_t mode, uid_t uid, gid_t gid)
{
	char empty[sizeof(COVERS) + 16];

	snprintf(empty, sizeof(empty), COVERS "/%d", work->n_covers++);
	if (base_dir_make(empty, mode) < 0 || (uid != 0 && chown(empty, uid, gid) < 0))
		return -1;
	return mount(empty, path, NULL, MS_BIND, NULL) < 0 && errno != ENOENT ? -1 : 0;
}

/* One of these may be hidden by another already. */
static int others_hide(struct work *work, const char *own)
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
	return directory_cover(work, parent, 0755, 0, 0);
}

static int shared_hide(struct work *work)
{
	const char *const *dirs = work->mounts->own_dirs;

	if (mount("tmpfs", BASE, "tmpfs", MS_NOSUID | MS_NODEV, BASE_OPTIONS) < 0 ||
		base_dir_make(COVERS, 0700) < 0 || directory_cover(work, "/run", 0755, 0, 0) < 0 ||
		directory_cover(work, "/tmp", 01777, 0, 0) < 0 ||
		directory_cover(work, "/var/tmp", 01777, 0, 0) < 0)
		return -1;
	for (int i = 0; dirs && dirs[i]; i++)
		if (others_hide(work, dirs[i]) < 0)
			return -1;
	return 0;
}

/* --- putting back --- */

static int target_make(int tree, const char *path)
{
	char parents[PATH_MAX];
	struct stat st;
	int r, fd;

	if (strlen(path) >= sizeof(parents)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (lstat(path, &st) == 0)
		return 0;
	strcpy(parents, path);
	r = file_make_parents(parents);
	if (r < 0) {
		errno = -r;
		return -1;
	}
	if (fstat(tree, &st) < 0)
		return -1;
	if (S_ISDIR(st.st_mode))
		return mkdir(path, 0755);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? -1 : close(fd);
}

/* On the name itself, be that a link of the machine to what is hidden. */
static int held_put_back(const struct held *held)
{
	return target_make(held->tree, held->path) < 0 ||
			move_mount(held->tree, "", AT_FDCWD, held->path, MOVE_MOUNT_F_EMPTY_PATH) <
				0
		? -1
		: 0;
}

static int fresh_dirs_make(struct work *work)
{
	const struct process_mounts *mounts = work->mounts;

	for (int i = 0; mounts->fresh_dirs && mounts->fresh_dirs[i]; i++)
		if (directory_cover(work, mounts->fresh_dirs[i], 0750, mounts->uid, mounts->gid) <
			0)
			return -1;
	return 0;
}

/* A kernel may lack it, and few miss it. */
static int device_system_mount(
	const char *type, const char *path, unsigned long flags, const char *options)
{
	if (base_dir_make(path, 0755) < 0)
		return -1;
	return mount(type, path, type, flags, options) < 0 && errno != ENODEV ? -1 : 0;
}

static int dev_fill(bool own_ipc)
{
	static const char *const links[][2] = { { "/proc/self/fd", "/dev/fd" },
		{ "/proc/self/fd/0", "/dev/stdin" }, { "/proc/self/fd/1", "/dev/stdout" },
		{ "/proc/self/fd/2", "/dev/stderr" }, { "pts/ptmx", "/dev/ptmx" } };

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlink(links[i][0], links[i][1]) < 0)
			return -1;
	if (base_dir_make("/dev/shm", 01777) < 0 ||
		device_system_mount("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, PTS_OPTIONS) < 0)
		return -1;
	return own_ipc ? device_system_mount("mqueue", "/dev/mqueue", SAFE_FLAGS, NULL) : 0;
}

/* Not the file system itself is read-only, which others of this network have too. Where it may not be mounted, as in
 * some containers, or the machine has none, there is none. */
static int sys_mount(struct work *work)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };

	if (mount("sysfs", "/sys", "sysfs", SAFE_FLAGS, NULL) == 0)
		return mount_setattr(AT_FDCWD, "/sys", 0, &attr, sizeof(attr));
	return errno == ENOENT ? 0 : directory_cover(work, "/sys", 0755, 0, 0);
}

/* A link that leads nowhere will do. */
static bool has_resolv_conf(void)
{
	struct stat st;

	return lstat(RESOLV_CONF, &st) == 0;
}

int process_mounts_set_resolv_conf(const char *source)
{
	cleanup_fd int tree = open_tree(AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	return tree < 0 || move_mount(tree, "", AT_FDCWD, RESOLV_CONF, MOVE_MOUNT_F_EMPTY_PATH) < 0
		? -1
		: 0;
}

/* --- the whole --- */

static const char *all_hold(struct work *work)
{
	const char *source = has_resolv_conf() ? work->mounts->resolv_conf : NULL;
	char link[PATH_MAX];

	if (own_dirs_hold(work) < 0)
		return "cannot take hold of its directories";
	if (devices_hold(work) < 0)
		return "cannot take hold of its devices";
	if (places_hold(work) < 0)
		return "cannot take hold of its paths";
	/* The machine's own file may be hidden, where it is a link. */
	if (!source && readlink(RESOLV_CONF, link, sizeof(link)) > 0 &&
		access(RESOLV_CONF, R_OK) == 0)
		source = RESOLV_CONF;
	if (source && tree_hold(work, source, 0, MOUNT_ATTR_RDONLY) < 0)
		return "cannot mount its resolv.conf";
	if (source)
		work->held[work->n_held - 1].path = RESOLV_CONF;
	if (work->mounts->program &&
		tree_hold(work, work->mounts->program, 0, MOUNT_ATTR_RDONLY) < 0)
		return "cannot take hold of it";
	return NULL;
}

static const char *all_put_back(struct work *work)
{
	for (int i = 0; i < work->n_held; i++) {
		/* A program that is there as it was needs no mount. */
		if (work->held[i].path == work->mounts->program &&
			access(work->mounts->program, F_OK) == 0)
			continue;
		if (held_put_back(&work->held[i]) < 0)
			return "cannot put back what it sees";
	}
	return NULL;
}

static const char *mounts_make(struct work *work, bool own_proc)
{
	const char *failed;

	/* First, so that nothing else is done among a thousand mounts. */
	if (netns_names_hide() < 0)
		return "cannot hide " NETNS_DIR;
	failed = all_hold(work);
	if (failed)
		return failed;
	if (rest_protect() < 0)
		return "cannot make the machine's files read-only";
	if (shared_hide(work) < 0 || dev_fill(own_proc) < 0 || sys_mount(work) < 0)
		return "cannot hide the files of others";
	if (own_proc && mount("proc", "/proc", "proc", SAFE_FLAGS, NULL) < 0)
		return "cannot mount its proc";
	return NULL;
}

const char *process_mounts_enter(const struct process_mounts *mounts, bool own_proc)
{
	struct work work = { .mounts = mounts };
	const char *failed = NULL;

	if (process_mounts_begin() < 0)
		return "cannot have mounts of its own";
	failed = mounts_make(&work, own_proc);
	if (!failed)
		failed = all_put_back(&work);
	if (!failed && fresh_dirs_make(&work) < 0)
		failed = "cannot make its own directories";
	for (int i = 0; i < work.n_held; i++)
		close(work.held[i].tree);
	return failed;
}
