// SPDX-License-Identifier: GPL-2.0-or-later
/* Starting a VRF's proxy. */
#include "supervisor/launch.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
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
	/* It logs to its own file; its first words, before that is open, would only double it. */
	cleanup_fd int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (netns_fd < 0)
		return netns_fd;
	return process_spawn(
		&(struct process_spec){
			.argv = argv,
			.user = vrf->config->proxy.user,
			.netns_fd = netns_fd,
			.contained = true,
			.resolv_conf = vrf->config->dns.count ? vrf->paths.resolv_conf : NULL,
			.lock_fd = lock_fd,
			.output_fd = null,
		},
		&vrf->proxy, err);
}

int launch_proxy(struct vrf *vrf, struct error *err)
{
	cleanup_fd int lock_fd = -1;
	bool changed = false;
	int r = launch_write_config(vrf, &changed, err);

	if (r < 0)
		return r;
	r = process_lock_take(vrf->paths.lock, &lock_fd, &vrf->proxy, err);
	if (r < 0)
		return r;
	if (r == 0)
		return changed ? LAUNCH_ADOPTED_OUTDATED : LAUNCH_ADOPTED;
	r = proxy_spawn(vrf, lock_fd, err);
	return r < 0 ? r : LAUNCH_STARTED;
}
