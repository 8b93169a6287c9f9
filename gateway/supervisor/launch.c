// SPDX-License-Identifier: GPL-2.0-or-later
/* Starting a VRF's proxy. */
#include "supervisor/launch.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "net/netns.h"
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

static int proxy_spawn(struct vrf *vrf, int lock_fd, struct error *err)
{
	char *argv[] = { vrf->config->proxy.binary, (char *)"-f", (char *)"-c", vrf->paths.conf,
		NULL };
	cleanup_fd int netns_fd = netns_open(vrf->name, err);
	/* What it says before it opens its own log: a key that it does not know, for one. */
	cleanup_fd int words = open(
		vrf->paths.start_log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (netns_fd < 0)
		return netns_fd;
	if (words < 0)
		return error_set_errno(err, errno, "cannot write '%s'", vrf->paths.start_log);
	return process_spawn(
		&(struct process_spec){
			.argv = argv,
			.user = vrf->config->proxy.user,
			.netns_fd = netns_fd,
			.contained = true,
			.resolv_conf = vrf->config->dns.count ? vrf->paths.resolv_conf : NULL,
			.lock_fd = lock_fd,
			.output_fd = words,
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
