// SPDX-License-Identifier: GPL-2.0-or-later
/* What must lie on disk before a proxy can start. */
#include "supervisor/proxy_files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
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
#include "reporter/inventory.h"
#include "supervisor/proxy_config.h"

#define PROFILE_MAX_SIZE (64 * 1024)
#define PSK_BYTES        32
#define IDENTITY_BYTES   8
#define LOCK_PATIENCE_MS 2000
#define LOCK_POLL_MS     5

static const struct file_owner psk_owner = { 0600, (uid_t)-1, (gid_t)-1 };

int proxy_files_owner(const struct config_vrf *vrf, struct file_owner *owner, struct error *err)
{
	const struct passwd *user = getpwnam(vrf->proxy.user);

	if (!user)
		return error_set(err, ENOENT, "proxy user '%s' not found", vrf->proxy.user);
	owner->uid = user->pw_uid;
	owner->gid = user->pw_gid;
	return 0;
}

/* What lies in the proxy's directories is touched with the proxy's own rights. */
static int user_enter(const struct config_vrf *vrf, struct fs_user *before, struct error *err)
{
	struct file_owner owner = { 0 };
	int r = proxy_files_owner(vrf, &owner, err);

	return r < 0 ? r : fs_user_enter(owner.uid, owner.gid, before, err);
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
		r = user_enter(vrf, &before, err);
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
static int dir_judge(
	const char *path, const struct file_owner *owner, const char *user, struct error *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return error_set_errno(err, errno, "'%s'", path);
	if (st.st_uid != owner->uid)
		return error_set(err, EPERM,
			"'%s' belongs to uid %u and not to the proxy's user: chown -R %s it", path,
			st.st_uid, user);
	return 0;
}

/* zabbix_proxy opens a database that it cannot write all the same, works, and saves nothing. */
static int database_judge(const char *path, const char *user, struct error *err)
{
	if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 || errno == ENOENT)
		return 0;
	if (errno == EACCES)
		return error_set(
			err, EACCES, "database '%s' cannot be written by user '%s'", path, user);
	return error_set_errno(err, errno, "database '%s' cannot be written", path);
}

static int directories_make(const struct config_vrf *vrf, const struct vrf_paths *paths,
	const struct file_owner *owner, struct error *err)
{
	const char *const dirs[] = { paths->state_dir, paths->log_dir, paths->socket_dir,
		paths->tmp_dir };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		r = file_make_dir(dirs[i], owner, err);
		if (r == 0)
			r = dir_judge(dirs[i], owner, vrf->proxy.user, err);
	}
	return r;
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
		r = proxy_files_owner(vrf, &owner, err);
	if (r == 0)
		r = socket_dir_judge(paths, err);
	if (r == 0)
		r = directories_make(vrf, paths, &owner, err);
	if (r == 0)
		r = fs_user_enter(owner.uid, owner.gid, &before, err);
	if (r == 0)
		r = database_judge(paths->database, vrf->proxy.user, err);
	return r == 0 && vrf->proxy.psk ? psk_make(paths, err) : r;
}

static int identity_read(const struct config_vrf *vrf, const struct vrf_paths *paths,
	char **identity, struct error *err)
{
	cleanup(fs_user_leave) struct fs_user before = FS_USER_SELF;
	int r = user_enter(vrf, &before, err);

	return r < 0 ? r : file_read_line_untrusted(paths->psk_identity, identity, err);
}

int proxy_files_read_psk(const struct config_vrf *vrf, const struct vrf_paths *paths,
	char **identity, char **key, struct error *err)
{
	cleanup_fd int lock = -1;
	cleanup(fs_user_leave) struct fs_user before = FS_USER_SELF;
	int r = files_lock(paths, 0, &lock, err);

	if (r == 0)
		r = user_enter(vrf, &before, err);
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

	return user_enter(vrf, &before, NULL) == 0 && lstat(paths->log, &log) == 0 ? log.st_size
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
	r = file_read(path, PROFILE_MAX_SIZE, text, &size, err);
	return r < 0 ? error_wrap(err, "profile '%s'", profile) : r;
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

int proxy_files_write_config(const struct config *config, const struct config_vrf *vrf, uint32_t id,
	const struct vrf_paths *paths, unsigned version, bool *changed, struct error *err)
{
	const struct passwd *user = getpwnam(vrf->proxy.user);
	/* Options may hold secrets. */
	struct file_owner owner = { 0640, 0, user ? user->pw_gid : 0 };
	cleanup_free char *profile = NULL, *identity = NULL, *text = NULL;
	cleanup_free char *name = reporter_proxy_name(config, vrf->name);
	struct address root, inside;
	int r = net_uplink_addresses(&config->uplink.prefix, id, &root, &inside);

	if (r < 0)
		return error_set(err, -r, "uplink number %u is outside of the prefix", id);
	r = profile_read(vrf->proxy.profile, &profile, err);
	if (r == 0 && vrf->proxy.psk)
		r = identity_read(vrf, paths, &identity, err);
	if (r < 0)
		return r;
	text = proxy_config_format(&(struct proxy_config){
		.config = config,
		.vrf = vrf,
		.paths = paths,
		.name = name,
		.profile = profile,
		.version = version,
		.root = &root,
		.inside = &inside,
		.fping = fping_find(),
		.psk_identity = identity,
	});
	return file_write_if_changed(paths->conf, text, strlen(text), &owner, changed, err);
}
