// SPDX-License-Identifier: GPL-2.0-or-later
/* Starting a VRF's proxy. */
#include "supervisor/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/netns.h"
#include "process/cgroup.h"
#include "process/lock.h"
#include "supervisor/proxy_files.h"
#include "supervisor/resolv_conf.h"

static int binary_judge(struct vrf *vrf, struct proxy_binary *binary, struct error *err)
{
	const char *path = vrf->config->proxy.binary;
	int r = proxy_binary_cache_read(vrf->context->binaries, path, binary, err);

	if (r < 0)
		return r;
	if (vrf->context->server_version && vrf->context->server_version != binary->version)
		return error_set(err, EINVAL,
			"proxy binary '%s' is Zabbix %s, the server is %s: their major versions must match",
			path, binary->text, vrf->context->server_version_text);
	return 0;
}

int launch_write_config(struct vrf *vrf, bool *changed, struct error *err)
{
	struct proxy_binary binary;
	int r = binary_judge(vrf, &binary, err);

	if (r == 0)
		r = resolv_conf_write(vrf->config, &vrf->paths, err);
	if (r == 0)
		r = proxy_files_make(vrf->config, &vrf->paths, err);
	if (r < 0)
		return r;
	return proxy_files_write_config(vrf->context->config, vrf->config, vrf->id, &vrf->paths,
		binary.version, changed, err);
}

/* --- limits --- */

static struct cgroup_limits limits_of(const struct vrf *vrf)
{
	const struct config_limits *limits = &vrf->config->proxy.limits;

	return (struct cgroup_limits){ limits->memory_bytes, limits->tasks, limits->cpu_weight };
}

/* A proxy without its limits (*fd -1) is better than none; one beside another is not. */
static int group_open(struct vrf *vrf, int *fd, struct error *err)
{
	struct cgroup_limits limits = limits_of(vrf);
	struct error why = ERROR_INIT;
	int r;

	*fd = -1;
	if (!vrf->context->cgroups || !config_limits_any(&vrf->config->proxy.limits))
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

	if (!vrf->context->cgroups || vrf->proxy.pid <= 0)
		return;
	r = cgroups_limit(vrf->context->cgroups, vrf->name, &limits, &err);
	if (r == -ENOENT && config_limits_any(&vrf->config->proxy.limits))
		log_info("vrf '%s': its proxy gets its limits at its next start", vrf->name);
	else if (r < 0 && r != -ENOENT)
		log_warning("vrf '%s': its proxy keeps its former limits: %s", vrf->name, err.text);
}

void launch_close_limits(struct vrf *vrf)
{
	size_t used = strlen(vrf->last_exit);

	if (vrf->context->cgroups && cgroups_close(vrf->context->cgroups, vrf->name))
		snprintf(vrf->last_exit + used, sizeof(vrf->last_exit) - used,
			", at its memory limit");
}

/* --- the proxy --- */

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

static int proxy_spawn(struct vrf *vrf, int lock_fd, struct error *err)
{
	const struct config_proxy *proxy = &vrf->config->proxy;
	char *argv[] = { proxy->binary, (char *)"-f", (char *)"-c", vrf->paths.conf, NULL };
	/* Others of the same user cannot even be named. */
	const char *own_dirs[] = { vrf->paths.run_dir, vrf->paths.state_dir, vrf->paths.log_dir,
		NULL };
	/* What it puts there is its own memory, not the machine's /run. */
	const char *fresh_dirs[] = { vrf->paths.socket_dir, vrf->paths.tmp_dir, NULL };
	cleanup_free struct process_place *places = places_create(&proxy->paths);
	struct file_owner owner = { 0 };
	cleanup_fd int netns_fd = netns_open(vrf->name, err), cgroup_fd = -1;
	/* What it says before it opens its own log: a key that it does not know, for one. */
	cleanup_fd int words = open(
		vrf->paths.start_log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (netns_fd < 0)
		return netns_fd;
	if (words < 0)
		return error_set_errno(err, errno, "cannot write '%s'", vrf->paths.start_log);
	if (group_open(vrf, &cgroup_fd, err) < 0)
		return -err->code;
	if (places_judge(places, err) < 0 || proxy_files_owner(vrf->config, &owner, err) < 0)
		return -err->code;
	vrf->log_offset = proxy_files_log_size(vrf->config, &vrf->paths);
	return process_spawn(
		&(struct process_spec){
			.argv = argv,
			.user = vrf->config->proxy.user,
			.netns_fd = netns_fd,
			.contained = true,
			.view =
				&(struct process_view){
					.own_dirs = own_dirs,
					.fresh_dirs = fresh_dirs,
					.places = places,
					.program = proxy->binary,
					.resolv_conf = vrf->config->dns.count
						? vrf->paths.resolv_conf
						: NULL,
					.uid = owner.uid,
					.gid = owner.gid,
				},
			.lock_fd = lock_fd,
			.output_fd = words,
			.cgroup_fd = cgroup_fd,
		},
		&vrf->proxy, err);
}

/* One that runs is taken over in any case; a config that cannot be written is for its next start. */
static int proxy_adopt(struct vrf *vrf)
{
	struct error err = ERROR_INIT;
	bool changed = false;

	if (launch_write_config(vrf, &changed, &err) < 0)
		log_error("vrf '%s': its proxy goes on with the config it has: %s", vrf->name,
			err.text);
	launch_set_limits(vrf);
	return changed ? LAUNCH_ADOPTED_OUTDATED : LAUNCH_ADOPTED;
}

int launch_proxy(struct vrf *vrf, struct error *err)
{
	struct file_owner ours = { 0755, (uid_t)-1, (gid_t)-1 };
	cleanup_fd int lock_fd = -1;
	bool changed;
	int r = file_make_dir(vrf->paths.run_dir, &ours, err);

	if (r == 0)
		r = process_lock_take(vrf->paths.lock, &lock_fd, &vrf->proxy, err);
	if (r < 0)
		return r;
	if (r == 0)
		return proxy_adopt(vrf);
	r = launch_write_config(vrf, &changed, err);
	if (r == 0)
		r = proxy_spawn(vrf, lock_fd, err);
	return r < 0 ? r : LAUNCH_STARTED;
}
