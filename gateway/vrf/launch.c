// SPDX-License-Identifier: GPL-2.0-or-later
/* Starting a VRF's proxy. */
#include "vrf/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/netns.h"
#include "process/cgroup.h"
#include "process/lock.h"
#include "process/user.h"
#include "vrf/binary_copies.h"
#include "vrf/named_users.h"
#include "vrf/proxy_config.h"
#include "vrf/proxy_files.h"
#include "vrf/renewal.h"
#include "vrf/resolv_conf.h"
#include "zabbix/version.h"

int launch_judge_binary(struct vrf *vrf, struct proxy_binary *binary, struct error *err)
{
	const struct vrf_context *context = vrf->context;
	const char *path = vrf->config->proxy.binary;
	int r = proxy_binary_cache_read(context->binaries, path, binary, err);

	if (r == 0 &&
		zabbix_version_pair(binary->version, context->server_version) ==
			ZABBIX_PAIR_IMPOSSIBLE)
		r = error_set(err, EINVAL,
			"proxy binary '%s' is Zabbix %s, the server is %s, which takes no values from it",
			path, binary->text, context->server_version_text);
	if (r < 0 && r != -EINPROGRESS)
		error_blame(err, CAUSE_BINARY, path);
	if (r == 0 && !config_user_is_auto(&vrf->config->proxy))
		r = named_users_read(context->named_users, vrf->config->proxy.user, err);
	return r;
}

/* Its config would be another only for that; none that runs is ended for a version. */
static bool is_of_other_version(const struct vrf *vrf, const struct proxy_binary *binary)
{
	return vrf->proxy.process.pid > 0 && vrf->database_version &&
		vrf->database_version != binary->version;
}

/* Names cost names: its proxy runs without, and asks nobody, least of all the machine's name servers. */
#define NO_NAMES "/dev/null"

bool launch_write_names(struct vrf *vrf)
{
	struct error err = ERROR_INIT;
	bool failed = resolv_conf_write(vrf->config, &vrf->paths, &err) < 0;

	if (failed && !*vrf->names_fault)
		log_warning(
			"vrf '%s': its name servers are not in effect: %s", vrf->name, err.text);
	snprintf(vrf->names_fault, sizeof(vrf->names_fault), "%.*s",
		(int)sizeof(vrf->names_fault) - 1, failed ? err.text : "");
	return !failed;
}

#define FILES_POLL_MS 50

static void files_on_elapsed(void *data)
{
	renewal_binary_answered(data);
}

/* Files that somebody else writes just now (-EAGAIN) are waited for, but not here. */
static int files_await(struct vrf *vrf, int r, struct error *err)
{
	if (r != -EAGAIN)
		return r;
	timer_arm(&vrf->files_timer, vrf->context->event, FILES_POLL_MS, files_on_elapsed, vrf);
	if (err)
		err->code = EINPROGRESS;
	return -EINPROGRESS;
}

int launch_write_config(struct vrf *vrf, bool *changed, struct error *err)
{
	struct proxy_binary binary;
	int r = launch_judge_binary(vrf, &binary, err);

	if (r == 0 && is_of_other_version(vrf, &binary))
		return error_set(err, ESTALE,
			"its binary is Zabbix %s now, and it is of another: 'vrfgate restart %s' starts the new one",
			binary.text, vrf->name);
	if (r == 0)
		(void)launch_write_names(vrf);
	if (r == 0)
		r = files_await(vrf, proxy_files_make(vrf->config, &vrf->paths, err), err);
	if (r < 0)
		return r;
	if (vrf->context->copies)
		binary_copies_keep(vrf->context->copies, vrf->config->proxy.binary, binary.version);
	return proxy_files_write_config(vrf->context->config, vrf->config, vrf->id, &vrf->paths,
		binary.version, &vrf->pollers, changed, err);
}

/* --- limits --- */

/* Where no other limit is given, what its configuration starts, with these beside, is never too much. */
#define SPARE_TASKS   64
#define CONF_MAX_SIZE (1024 * 1024)

static uint32_t tasks_of(const struct vrf *vrf)
{
	uint32_t tasks = vrf_own_config(vrf)->proxy.limits.tasks, own;
	cleanup_free char *conf = NULL;
	size_t size;

	if (tasks != CONFIG_DEFAULT_TASKS ||
		file_read(vrf->paths.conf, CONF_MAX_SIZE, &conf, &size, NULL) < 0)
		return tasks;
	own = proxy_config_count_processes(conf) + SPARE_TASKS;
	return tasks > own ? tasks : own;
}

static struct cgroup_limits limits_of(const struct vrf *vrf)
{
	const struct config_limits *limits = &vrf_own_config(vrf)->proxy.limits;

	return (struct cgroup_limits){ limits->memory_bytes, tasks_of(vrf), limits->cpu_weight };
}

/* A proxy without its limits (*fd -1) is better than none; one beside another is not. */
int launch_open_limits(struct vrf *vrf, int *fd, struct error *err)
{
	struct cgroup_limits limits = limits_of(vrf);
	struct error why = ERROR_INIT;
	int r;

	*fd = -1;
	if (!config_limits_any(&vrf_own_config(vrf)->proxy))
		return 0;
	if (vrf->context->limits_due)
		return error_set(err, EINPROGRESS, "asking systemd for a control group");
	if (!vrf->context->cgroups)
		return 0;
	r = cgroups_open(vrf->context->cgroups, vrf->name, &limits, fd, &why);
	if (r == -EBUSY)
		return error_set(err, EBUSY, "%s", why.text);
	if (r < 0)
		log_warning("vrf '%s': its proxy runs without limits: %s", vrf->name, why.text);
	return 0;
}

void launch_set_limits(struct vrf *vrf)
{
	struct cgroup_limits limits = limits_of(vrf);
	struct error err = ERROR_INIT;
	int r;

	if (!vrf->context->cgroups || vrf->proxy.process.pid <= 0)
		return;
	r = cgroups_limit(vrf->context->cgroups, vrf->name, &limits, &err);
	if (r == -ENOENT && config_limits_any(&vrf->config->proxy))
		log_info("vrf '%s': its proxy gets its limits at its next start", vrf->name);
	else if (r < 0 && r != -ENOENT)
		log_warning("vrf '%s': its proxy keeps its former limits: %s", vrf->name, err.text);
}

void launch_close_limits(struct vrf *vrf)
{
	if (vrf->context->cgroups && cgroups_close(vrf->context->cgroups, vrf->name))
		program_add_to_exit(&vrf->proxy, ", at its memory limit");
}

/* --- the proxy --- */

#define WORDS_SIZE (16 * 1024)

/* "PATH" or "PATH:rw" of the config; the list, closed by one without a path, is one block. */
static struct process_place *places_create(const struct strings *paths)
{
	size_t size = (paths->count + 1) * sizeof(struct process_place);
	struct process_place *places;
	char *text;

	for (size_t i = 0; i < paths->count; i++)
		size += strlen(paths->items[i]) + 1;
	places = xcalloc(1, size);
	text = (char *)(places + paths->count + 1);
	for (size_t i = 0; i < paths->count; i++) {
		size_t length = strlen(paths->items[i]);

		places[i].path = strcpy(text, paths->items[i]);
		places[i].writable = length > 3 && strcmp(text + length - 3, ":rw") == 0;
		if (places[i].writable)
			text[length - 3] = '\0';
		text += length + 1;
	}
	return places;
}

static int places_judge(const struct process_place *places, struct error *err)
{
	for (; places->path; places++)
		if (access(places->path, F_OK) < 0)
			return error_set_errno(err, errno, "path '%s' of its proxy", places->path);
	return 0;
}

/* Files of a proxy that was started for another user have another owner. */
static bool user_is_named(const struct config_proxy *proxy, uid_t uid)
{
	struct process_user user;

	return !config_user_is_auto(proxy) && process_user_find(proxy->user, &user, NULL) == 0 &&
		user.uid == uid;
}

void launch_place_init(struct launch_place *place, const struct vrf *vrf)
{
	const struct config_vrf *config = vrf_own_config(vrf);
	struct file_owner owner = { 0 };

	*place = (struct launch_place){
		/* Others of the same user cannot even be named. */
		.own_dirs = { vrf->paths.run_dir, vrf->paths.state_dir, vrf->paths.log_dir },
		/* What it puts there is its own memory, not the machine's /run. */
		.fresh_dirs = { vrf->paths.socket_dir, vrf->paths.tmp_dir },
		.netns_fd = netns_open(vrf->name, NULL),
	};
	if (proxy_files_owner(config, &vrf->paths, &owner, NULL) < 0)
		owner.uid = 0;
	place->mounts = (struct process_mounts){
		.own_dirs = place->own_dirs,
		.fresh_dirs = place->fresh_dirs,
		.uid = owner.uid,
		.gid = owner.gid,
	};
	place->spec = (struct process_spec){
		/* By its name, where it has one, for its groups; where there is no such user, its start says so. */
		.user = owner.uid == 0 || user_is_named(&config->proxy, owner.uid)
			? config->proxy.user
			: NULL,
		.uid = owner.uid,
		.gid = owner.gid,
		.netns_fd = place->netns_fd,
		.contained = true,
		.mounts = &place->mounts,
		.lock_fd = -1,
		.output_fd = -1,
		.cgroup_fd = -1,
	};
}

void launch_place_finish(struct launch_place *place)
{
	if (place->netns_fd >= 0)
		close(place->netns_fd);
}

/*
 * What it says before it opens its own log: a key that it does not know, for one. In memory of a size that it cannot
 * change, for as long as it may say something: no proxy fills run_dir.
 */
static int words_open(void)
{
	cleanup_fd int fd = memfd_create("start.log", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, WORDS_SIZE) < 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return -1;
	return steal_fd(&fd);
}

static void words_keep(struct vrf *vrf, int fd)
{
	if (vrf->words_fd >= 0)
		close(vrf->words_fd);
	vrf->words_fd = fd;
	(void)unlink(vrf->paths.start_log);
}

void launch_write_words(struct vrf *vrf)
{
	const struct file_owner owner = { 0600, (uid_t)-1, (gid_t)-1 };
	char words[WORDS_SIZE];
	ssize_t n = vrf->words_fd < 0 ? 0 : pread(vrf->words_fd, words, sizeof(words), 0);
	size_t length = n > 0 ? strnlen(words, (size_t)n) : 0;

	/* Where there is no room it is lost. */
	if (length > 0)
		(void)file_write_volatile(vrf->paths.start_log, words, length, &owner, NULL, NULL);
	if (vrf->words_fd >= 0)
		close(vrf->words_fd);
	vrf->words_fd = -1;
}

static int proxy_spawn(
	struct vrf *vrf, const char *binary, const char *conf, int lock_fd, struct error *err)
{
	const struct config_vrf *config = vrf_own_config(vrf);
	const struct config_proxy *proxy = &config->proxy;
	char *argv[] = { (char *)binary, (char *)"-f", (char *)"-c", (char *)conf, NULL };
	cleanup_launch_place struct launch_place place;
	cleanup_free struct process_place *places = places_create(&proxy->paths);
	cleanup_fd int cgroup_fd = -1;
	cleanup_fd int words = words_open();
	int r;

	launch_place_init(&place, vrf);
	if (place.netns_fd < 0)
		return error_set(err, ENOENT, "namespace '%s' is missing", vrf->name);
	if (words < 0)
		return error_set_errno(err, errno, "cannot make a file in memory");
	if (launch_open_limits(vrf, &cgroup_fd, err) < 0)
		return -err->code;
	if (places_judge(places, err) < 0)
		return -err->code;
	vrf->log_offset = proxy_files_log_size(config, &vrf->paths);
	place.mounts.places = places;
	place.mounts.program = binary;
	if (config->dns.count)
		place.mounts.resolv_conf = *vrf->names_fault ? NO_NAMES : vrf->paths.resolv_conf;
	place.spec.argv = argv;
	place.spec.lock_fd = lock_fd;
	place.spec.output_fd = words;
	place.spec.cgroup_fd = cgroup_fd;
	/* The kernel counts by user: it is one VRF's only where the user is. */
	place.spec.max_tasks = config_user_is_auto(proxy) ? tasks_of(vrf) : 0;
	r = process_spawn(&place.spec, &vrf->proxy.process, err);
	if (r == 0)
		words_keep(vrf, steal_fd(&words));
	return r;
}

/* What it has processes for: another config than that would be a reason to restart it. Until its config is written,
 * nothing is known of what it lacks. */
static void pollers_adopt(struct vrf *vrf)
{
	cleanup_free char *conf = NULL;
	size_t size;

	vrf->pollers.polled = ~0u;
	if (file_read(vrf->paths.conf, CONF_MAX_SIZE, &conf, &size, NULL) == 0)
		vrf->pollers.wanted |= proxy_config_read_pollers(conf);
}

/* One that runs is taken over in any case; a config that cannot be written is for its next start. */
static int proxy_adopt(struct vrf *vrf)
{
	struct error err = ERROR_INIT;
	bool changed = false;
	int r;

	pollers_adopt(vrf);
	r = launch_write_config(vrf, &changed, &err);
	vrf->config_due = r == -EINPROGRESS;
	if (r < 0 && !vrf->config_due)
		log_error("vrf '%s': its proxy goes on with the config it has: %s", vrf->name,
			err.text);
	launch_set_limits(vrf);
	return changed ? PROGRAM_ADOPTED_OUTDATED : PROGRAM_ADOPTED;
}

static int lock_take(struct vrf *vrf, int *lock_fd, struct error *err)
{
	struct file_owner ours = { 0755, (uid_t)-1, (gid_t)-1 };
	int r = file_make_dir(vrf->paths.run_dir, &ours, err);

	return r < 0 ? r : process_lock_take(vrf->paths.lock, lock_fd, &vrf->proxy.process, err);
}

int launch_adopt(struct vrf *vrf, struct error *err)
{
	cleanup_fd int lock_fd = -1;
	int r = lock_take(vrf, &lock_fd, err);

	if (r == 0)
		return proxy_adopt(vrf);
	return r < 0 ? r : 0;
}

int launch_change_owner(struct vrf *vrf, struct error *err)
{
	bool changed = false;
	int r = files_await(
		vrf, proxy_files_change_owner(vrf->config, &vrf->paths, &changed, err), err);

	if (changed)
		log_info("vrf '%s': the files of its proxy were given to its new user", vrf->name);
	return r;
}

int launch_proxy(struct vrf *vrf, struct error *err)
{
	struct proxy_binary binary;
	cleanup_fd int lock_fd = -1;
	bool changed;
	int r = lock_take(vrf, &lock_fd, err);

	if (r == 0) {
		process_finish(&vrf->proxy.process);
		return error_set(err, EBUSY, "its proxy runs already");
	}
	if (r > 0)
		r = launch_judge_binary(vrf, &binary, err);
	/* The config may name another user since its database was judged. */
	if (r == 0)
		r = launch_change_owner(vrf, err);
	vrf->pollers.wanted |= proxy_config_pollers_of(vrf->config);
	if (r == 0)
		r = launch_write_config(vrf, &changed, err);
	/* Of one whose supervisor was killed. */
	if (r == 0)
		(void)unlink(vrf->paths.send_conf);
	return r < 0 ? r
		     : proxy_spawn(vrf, vrf->config->proxy.binary, vrf->paths.conf, lock_fd, err);
}

int launch_sender(struct vrf *vrf, const char *binary, unsigned version, struct error *err)
{
	const struct config *config = vrf->kept ? vrf->kept : vrf->context->config;
	cleanup_fd int lock_fd = -1;
	int r = lock_take(vrf, &lock_fd, err);

	if (r == 0) {
		process_finish(&vrf->proxy.process);
		return error_set(err, EBUSY, "its proxy runs already");
	}
	if (r > 0)
		r = proxy_files_make(vrf_own_config(vrf), &vrf->paths, err);
	if (r == -EAGAIN)
		return error_set(err, EBUSY, "its files are held by another");
	if (r == 0)
		r = proxy_files_write_send_config(
			config, vrf_own_config(vrf), vrf->id, &vrf->paths, version, err);
	if (r == 0)
		r = proxy_spawn(vrf, binary, vrf->paths.send_conf, lock_fd, err);
	if (r < 0)
		(void)unlink(vrf->paths.send_conf);
	return r;
}
