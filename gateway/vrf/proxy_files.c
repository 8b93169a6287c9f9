// SPDX-License-Identifier: GPL-2.0-or-later
/* What must lie on disk before a proxy can start. */
#include "vrf/proxy_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/data.h"
#include "base/file.h"
#include "base/fs_user.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/strings.h"
#include "net/want.h"
#include "process/helper.h"
#include "process/user.h"
#include "vrf/proxy_config.h"
#include "vrf/wiring.h"
#include "zabbix/pollers.h"

#define PROFILE_MAX_SIZE (64 * 1024)
#define CONF_MAX_SIZE    (1024 * 1024)
#define PSK_BYTES        32
#define IDENTITY_BYTES   8
#define LOCK_PATIENCE_MS 2000
#define LOCK_POLL_MS     5

static const struct file_owner psk_owner = { 0600, (uid_t)-1, (gid_t)-1 };

static int owner_wanted(const struct config_vrf *vrf, const struct vrf_paths *paths,
	struct file_owner *owner, struct error *err)
{
	struct process_user user;
	int r;

	if (config_user_is_auto(&vrf->proxy)) {
		owner->uid = owner->gid = paths->uid;
		return paths->uid ? 0 : error_set(err, EINVAL, "no user is allocated to it");
	}
	r = process_user_find(vrf->proxy.user, &user, err);
	if (r == -ENOENT)
		return error_set(err, ENOENT, "proxy user '%s' not found", vrf->proxy.user);
	if (r < 0)
		return error_wrap(err, r, "proxy");
	owner->uid = user.uid;
	owner->gid = user.gid;
	return 0;
}

/* The directory that it lies in is root's, so who owns it was put there by us. */
int proxy_files_owner(const struct config_vrf *vrf, const struct vrf_paths *paths,
	struct file_owner *owner, struct error *err)
{
	struct stat st = { 0 };

	if (lstat(paths->state_dir, &st) < 0 && errno != ENOENT)
		return error_set_errno(err, errno, "'%s'", paths->state_dir);
	if (!S_ISDIR(st.st_mode) || st.st_uid == 0)
		return owner_wanted(vrf, paths, owner, err);
	owner->uid = st.st_uid;
	owner->gid = st.st_gid;
	return 0;
}

/* What lies in the proxy's directories is touched with the proxy's own rights. */
static int user_enter(const struct config_vrf *vrf, const struct vrf_paths *paths,
	struct fs_user *before, struct error *err)
{
	struct file_owner owner = { 0 };
	int r = proxy_files_owner(vrf, paths, &owner, err);

	return r < 0 ? r : fs_user_enter(owner.uid, owner.gid, before, err);
}

/* --- another owner --- */

#define MAX_DEPTH 8
#define MAX_FILES 10000

struct change {
	struct file_owner from, to;
	unsigned files;
};

/* With the rights of that user: root may not look into its directories. */
static int open_as(uid_t uid, gid_t gid, int dir, const char *name, int flags)
{
	cleanup(fs_user_leave) struct fs_user before = FS_USER_SELF;
	int fd;

	if (fs_user_enter(uid, gid, &before, NULL) < 0)
		return -1;
	fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC);
	return fd;
}

static int directory_change(struct change *change, int fd, unsigned depth, struct error *err);

/* Nothing but files of one name, and directories, of the former owner: what else lies there may be somebody's. */
static int entry_change(
	struct change *change, int dir, const char *name, unsigned depth, struct error *err)
{
	cleanup_fd int fd = open_as(change->from.uid, change->from.gid, dir, name, O_PATH);
	struct stat st;
	int r = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return errno == ENOENT ? 0 : error_set_errno(err, errno, "'%s'", name);
	if (st.st_uid != change->from.uid)
		return 0;
	if (++change->files > MAX_FILES)
		return error_set(err, E2BIG, "more than %d files", MAX_FILES);
	if (S_ISDIR(st.st_mode))
		r = directory_change(change, fd, depth + 1, err);
	else if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return 0;
	if (r == 0 && fchownat(fd, "", change->to.uid, change->to.gid, AT_EMPTY_PATH) < 0)
		r = error_set_errno(err, errno, "'%s'", name);
	return r;
}

/* What is in it. */
static int directory_change(struct change *change, int fd, unsigned depth, struct error *err)
{
	cleanup_fd int readable =
		open_as(change->from.uid, change->from.gid, fd, ".", O_RDONLY | O_DIRECTORY);
	cleanup_dir DIR *directory = NULL;
	const struct dirent *entry;
	int r = 0;

	if (depth > MAX_DEPTH)
		return error_set(err, ELOOP, "directories more than %d deep", MAX_DEPTH);
	directory = readable < 0 ? NULL : fdopendir(readable);
	if (!directory)
		return error_set_errno(err, errno, "cannot be read");
	(void)steal_fd(&readable);
	while (r == 0 && (entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = entry_change(change, dirfd(directory), entry->d_name, depth, err);
	return r;
}

/* The directory comes last: while it is the former owner's, there is something left to be done. */
static int tree_change(struct change *change, const char *path, struct error *err)
{
	cleanup_fd int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return errno == ENOENT ? 0 : error_set_errno(err, errno, "'%s'", path);
	if (st.st_uid == change->to.uid)
		return 0;
	if (st.st_uid == 0)
		return error_set(err, EPERM, "'%s' belongs to root", path);
	change->from.uid = st.st_uid;
	change->from.gid = st.st_gid;
	r = directory_change(change, fd, 0, err);
	if (r == 0 && fchownat(fd, "", change->to.uid, change->to.gid, AT_EMPTY_PATH) < 0)
		r = error_set_errno(err, errno, "chown");
	return error_wrap(err, r, "'%s'", path);
}

static int files_lock(const struct vrf_paths *paths, int flags, int *fd, struct error *err);

int proxy_files_change_owner(const struct config_vrf *vrf, const struct vrf_paths *paths,
	bool *changed, struct error *err)
{
	struct change change = { 0 };
	cleanup_fd int lock = -1;
	int r = files_lock(paths, O_CREAT, &lock, err);

	if (r == 0)
		r = owner_wanted(vrf, paths, &change.to, err);
	if (r < 0)
		return r;
	r = tree_change(&change, paths->log_dir, err);
	if (r == 0)
		r = tree_change(&change, paths->state_dir, err);
	*changed = r == 0 && change.from.uid != 0;
	return error_wrap(err, r, "its files cannot be given to uid %u", change.to.uid);
}

/* Two hex digits a byte; returns text. */
static const char *random_hex(size_t bytes, char *text)
{
	unsigned char random[PSK_BYTES];

	/* Up to 256 bytes come whole, once the kernel's generator is ready. */
	if (getrandom(random, bytes, 0) != (ssize_t)bytes)
		abort();
	for (size_t i = 0; i < bytes; i++)
		sprintf(text + 2 * i, "%02x", random[i]);
	explicit_bzero(random, sizeof(random));
	return text;
}

void proxy_files_random_psk(char **identity, char **key)
{
	char hex[2 * PSK_BYTES + 1];

	secret_guard();
	*identity = xasprintf("vrfgate-%s", random_hex(IDENTITY_BYTES, hex));
	*key = xstrdup(random_hex(PSK_BYTES, hex));
	explicit_bzero(hex, sizeof(hex));
}

/* Where both are while they take the place of the former ones. */
static char *psk_next(const struct vrf_paths *paths)
{
	return xasprintf("%s.next", paths->psk);
}

/* The identity first: a key that is there has one. */
static int psk_put(
	const struct vrf_paths *paths, const char *identity, const char *key, struct error *err)
{
	cleanup_free char *line = xasprintf("%s\n", identity);
	int r = file_write(paths->psk_identity, line, strlen(line), &psk_owner, err);

	return r < 0 ? r : file_write(paths->psk, key, strlen(key), &psk_owner, err);
}

/* Two files cannot change at once: a third has both from before the first changes until the last has. */
static int psk_write(
	const struct vrf_paths *paths, const char *identity, const char *key, struct error *err)
{
	cleanup_free char *next = psk_next(paths);
	cleanup(secret_free) char *line = xasprintf("%s %s\n", identity, key);
	int r = file_write(next, line, strlen(line), &psk_owner, err);

	if (r == 0)
		r = psk_put(paths, identity, key, err);
	if (r == 0)
		(void)unlink(next);
	return r;
}

/* Goes on with a change that was cut short. */
static int psk_finish(const struct vrf_paths *paths, struct error *err)
{
	cleanup_free char *next = psk_next(paths);
	cleanup(secret_free) char *line = NULL;
	struct stat st;
	char *blank;
	int r;

	if (lstat(next, &st) < 0)
		return 0;
	secret_guard();
	r = file_read_line_untrusted(next, &line, err);
	if (r < 0)
		return r;
	blank = strchr(line, ' ');
	if (blank) {
		*blank = '\0';
		r = psk_put(paths, line, blank + 1, err);
	}
	if (r == 0)
		(void)unlink(next);
	return r;
}

static int psk_make(const struct vrf_paths *paths, struct error *err)
{
	cleanup_free char *identity = NULL;
	cleanup(secret_free) char *key = NULL;
	struct stat st;
	int r = psk_finish(paths, err);

	if (r < 0 || stat(paths->psk, &st) == 0)
		return r;
	proxy_files_random_psk(&identity, &key);
	return psk_write(paths, identity, key, err);
}

/*
 * Supervisor and commands make these files, each what is missing: one after the other, so that there is
 * one key. Where there is no lock nobody makes any: who only reads need not.
 */
static int files_lock(const struct vrf_paths *paths, int flags, int *fd, struct error *err)
{
	const char *path = paths->files_lock;
	int r = 0;

	*fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
	if (*fd < 0 && errno == ENOENT && !(flags & O_CREAT))
		return 0;
	if (*fd < 0)
		return error_set_errno(err, errno, "cannot open '%s'", path);
	for (int waited_ms = 0; r == 0; waited_ms += LOCK_POLL_MS) {
		r = file_lock(*fd, path, err);
		if (r == 0 && !process_may_wait())
			return error_set(err, EAGAIN, "waiting for '%s', held by another", path);
		if (r == 0 && waited_ms >= LOCK_PATIENCE_MS)
			return error_set(err, EBUSY, "'%s' is held by another", path);
		if (r == 0)
			poll(NULL, 0, LOCK_POLL_MS);
	}
	return r < 0 ? r : 0;
}

int proxy_files_write_psk(const struct config_vrf *vrf, const struct vrf_paths *paths,
	const char *identity, const char *key, struct error *err)
{
	cleanup_fd int lock = -1;
	cleanup(fs_user_leave) struct fs_user before = FS_USER_SELF;
	int r = files_lock(paths, O_CREAT, &lock, err);

	if (r == 0)
		r = user_enter(vrf, paths, &before, err);
	return r < 0 ? r : psk_write(paths, identity, key, err);
}

/* The socket names that zabbix_proxy appends must fit sockaddr_un. */
static int socket_dir_judge(const struct vrf_paths *paths, struct error *err)
{
	static const char longest[] = "/zabbix_proxy_preprocessing.sock";

	if (strlen(paths->socket_dir) + sizeof(longest) > 108)
		return error_set(err, ENAMETOOLONG,
			"'%s' is too long for the proxy's sockets; shorten gateway.run_dir",
			paths->socket_dir);
	return 0;
}

/* Made for another user once, it is of no use to this one. */
static int dir_judge(const char *path, const struct file_owner *owner, struct error *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return error_set_errno(err, errno, "'%s'", path);
	if (st.st_uid != owner->uid)
		return error_set(err, EPERM,
			"'%s' belongs to uid %u and not to the proxy's user: chown -R %u:%u it",
			path, st.st_uid, owner->uid, owner->gid);
	return 0;
}

/* zabbix_proxy opens a database that it cannot write all the same, works, and saves nothing. */
static int database_judge(const char *path, uid_t uid, struct error *err)
{
	if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 || errno == ENOENT)
		return 0;
	if (errno == EACCES)
		return error_set(
			err, EACCES, "database '%s' cannot be written by uid %u", path, uid);
	return error_set_errno(err, errno, "database '%s' cannot be written", path);
}

/* Those in run_dir are only where its own are mounted. */
static int directories_make(
	const struct vrf_paths *paths, const struct file_owner *owner, struct error *err)
{
	static const struct file_owner ours = { 0755, (uid_t)-1, (gid_t)-1 };
	int r = file_make_dir(paths->state_dir, owner, err);

	if (r == 0)
		r = dir_judge(paths->state_dir, owner, err);
	if (r == 0)
		r = file_make_dir(paths->log_dir, owner, err);
	if (r == 0)
		r = dir_judge(paths->log_dir, owner, err);
	if (r == 0)
		r = file_make_dir(paths->socket_dir, &ours, err);
	return r == 0 ? file_make_dir(paths->tmp_dir, &ours, err) : r;
}

int proxy_files_make(const struct config_vrf *vrf, const struct vrf_paths *paths, struct error *err)
{
	struct file_owner ours = { 0755, (uid_t)-1, (gid_t)-1 }, owner = { .mode = 0750 };
	cleanup_fd int lock = -1;
	cleanup(fs_user_leave) struct fs_user before = FS_USER_SELF;
	int r = file_make_dir(paths->run_dir, &ours, err);

	if (r == 0)
		r = files_lock(paths, O_CREAT, &lock, err);
	if (r == 0)
		r = proxy_files_owner(vrf, paths, &owner, err);
	if (r == 0)
		r = socket_dir_judge(paths, err);
	if (r == 0)
		r = directories_make(paths, &owner, err);
	if (r == 0)
		r = fs_user_enter(owner.uid, owner.gid, &before, err);
	if (r == 0)
		r = database_judge(paths->database, owner.uid, err);
	return r == 0 && vrf->proxy.psk ? psk_make(paths, err) : r;
}

static int identity_read(const struct config_vrf *vrf, const struct vrf_paths *paths,
	char **identity, struct error *err)
{
	cleanup(fs_user_leave) struct fs_user before = FS_USER_SELF;
	int r = user_enter(vrf, paths, &before, err);

	return r < 0 ? r : file_read_line_untrusted(paths->psk_identity, identity, err);
}

int proxy_files_read_psk(const struct config_vrf *vrf, const struct vrf_paths *paths,
	char **identity, char **key, struct error *err)
{
	cleanup_fd int lock = -1;
	cleanup(fs_user_leave) struct fs_user before = FS_USER_SELF;
	int r = files_lock(paths, 0, &lock, err);

	if (r == 0)
		r = user_enter(vrf, paths, &before, err);
	if (r == 0 && lock >= 0)
		r = psk_finish(paths, err);
	if (r == 0)
		r = file_read_line_untrusted(paths->psk_identity, identity, err);
	if (r < 0)
		return r;
	secret_guard();
	r = file_read_line_untrusted(paths->psk, key, err);
	if (r < 0) {
		free(*identity);
		*identity = NULL;
	}
	return r;
}

off_t proxy_files_log_size(const struct config_vrf *vrf, const struct vrf_paths *paths)
{
	cleanup(fs_user_leave) struct fs_user before = FS_USER_SELF;
	struct stat log;

	return user_enter(vrf, paths, &before, NULL) == 0 && lstat(paths->log, &log) == 0
		? log.st_size
		: 0;
}

/* A name is a file among the bundled profiles; a path is itself. */
static int profile_read(const char *profile, char **text, struct error *err)
{
	cleanup_free char *directory = NULL, *path = NULL;
	size_t size;
	int r = *profile == '/' ? 0 : data_dir_find("proxies", &directory, err);

	if (r < 0)
		return r;
	path = directory ? xasprintf("%s/%s.conf", directory, profile) : xstrdup(profile);
	r = file_read_now(path, PROFILE_MAX_SIZE, text, &size, err);
	return error_wrap(err, r, "profile '%s'", profile);
}

/* Where distributions put fping; the default that is compiled into zabbix_proxy is often another
 * place. */
static const char *fping_find(void)
{
	static const char *const places[] = { "/usr/bin/fping", "/usr/sbin/fping",
		"/usr/local/sbin/fping" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

/* A proxy that still runs as its former user is to be restarted only where the config names another: the name is the one
 * that its config has. */
static char *user_name(const struct config_vrf *vrf, const struct vrf_paths *paths, uid_t uid)
{
	static const char before[] = ", user ";
	cleanup_free char *text = NULL;
	const char *name = NULL;
	size_t size;

	if (config_user_is_auto(&vrf->proxy) && uid != paths->uid &&
		file_read(paths->conf, CONF_MAX_SIZE, &text, &size, NULL) == 0)
		name = strstr(text, before);
	return name ? xstrndup(name + strlen(before), strcspn(name + strlen(before), ",\n"))
		    : xstrdup(vrf->proxy.user);
}

static int config_write(const struct config *config, const struct config_vrf *vrf, uint32_t id,
	const struct vrf_paths *paths, unsigned version, bool sends_only,
	struct proxy_pollers *pollers, bool *changed, struct error *err)
{
	/* Options may hold secrets. */
	struct file_owner owner = { .mode = 0640 };
	cleanup_free char *profile = NULL, *identity = NULL, *text = NULL, *user = NULL;
	cleanup_free char *name = config_proxy_name(config, vrf->name);
	struct address root, inside, server_root, server_inside;
	int r = net_uplink_addresses(&config->uplink.prefix, id, &root, &inside);

	if (r == 0)
		r = wiring_server_ends(&config->uplink, id, &server_root, &server_inside);
	if (r < 0)
		return error_set(err, -r, "uplink number %u is outside of the prefix", id);
	r = proxy_files_owner(vrf, paths, &owner, err);
	if (r == 0)
		r = profile_read(vrf->proxy.profile, &profile, err);
	if (r == 0 && vrf->proxy.psk)
		r = identity_read(vrf, paths, &identity, err);
	if (r < 0)
		return r;
	user = user_name(vrf, paths, owner.uid);
	owner.uid = 0;
	text = proxy_config_format(&(struct proxy_config){
		.config = config,
		.vrf = vrf,
		.paths = paths,
		.name = name,
		.profile = profile,
		.user = user,
		.version = version,
		.root = &root,
		.inside = &inside,
		.server_root = &server_root,
		.server_inside = &server_inside,
		.fping = fping_find(),
		.psk_identity = identity,
		.pollers = pollers ? pollers->wanted : 0,
		.sends_only = sends_only,
	});
	if (pollers)
		pollers->polled = zabbix_conf_polls(text, version);
	return file_write_volatile(sends_only ? paths->send_conf : paths->conf, text, strlen(text),
		&owner, changed, err);
}

int proxy_files_write_config(const struct config *config, const struct config_vrf *vrf, uint32_t id,
	const struct vrf_paths *paths, unsigned version, struct proxy_pollers *pollers,
	bool *changed, struct error *err)
{
	return config_write(config, vrf, id, paths, version, false, pollers, changed, err);
}

int proxy_files_write_send_config(const struct config *config, const struct config_vrf *vrf,
	uint32_t id, const struct vrf_paths *paths, unsigned version, struct error *err)
{
	return config_write(config, vrf, id, paths, version, true, NULL, NULL, err);
}
