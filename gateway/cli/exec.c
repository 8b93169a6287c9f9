// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vrfgate exec: a command inside a VRF's namespace, as `ip netns exec` does it (a /sys of that
 * namespace), with the VRF's name servers and the sockets of its proxy; or, with --root, back in the machine's own
 * namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/left.h"
#include "cli/load.h"
#include "config/load.h"
#include "net/netns.h"
#include "process/lock.h"
#include "process/mounts.h"
#include "vrf/paths.h"
#include "vrf/resolv_conf.h"

/* Written here: a namespace that only `up` has made has none yet. One that was left has what its proxy has. */
static int mount_resolv_conf(
	const struct config_vrf *vrf, const struct vrf_paths *paths, bool left, struct error *err)
{
	int r;

	if (left ? access(paths->resolv_conf, F_OK) < 0 : vrf->dns.count == 0)
		return 0;
	r = left ? 0 : resolv_conf_write(vrf, paths, err);
	if (r < 0 || process_mounts_set_resolv_conf(paths->resolv_conf) == 0)
		return r;
	if (errno != ENOENT)
		return error_set_errno(err, errno, "cannot mount its resolv.conf");
	fprintf(stderr,
		"vrfgate exec: vrf '%s': without its name servers: " RESOLV_CONF_MISSING "\n",
		vrf->name);
	return 0;
}

/*
 * The sockets of a proxy are in memory that only it sees; with these its own binary tells it things ("-R"). -1: it
 * does not run, or has no such directory.
 */
static int sockets_borrow(const struct vrf_paths *paths)
{
	struct process proxy = PROCESS_NONE;
	int tree = process_lock_find(paths->lock, &proxy)
		? process_mounts_borrow(proxy.pidfd, paths->socket_dir)
		: -1;

	process_finish(&proxy);
	return tree;
}

/* Who looks for what is wrong with a proxy has use for a command without its sockets, too. */
static int mount_views(
	const struct config_vrf *vrf, const struct vrf_paths *paths, bool left, struct error *err)
{
	/* Before the mounts are ours alone: from there it is the same way back. */
	cleanup_fd int sockets = sockets_borrow(paths);

	if (process_mounts_begin() < 0)
		return error_set_errno(err, errno, "cannot have mounts of its own");
	/* A /sys of this namespace; where the machine has none mounted there is none to replace. */
	if (umount2("/sys", MNT_DETACH) == 0 && mount("sysfs", "/sys", "sysfs", 0, NULL) < 0)
		return error_set_errno(err, errno, "cannot mount /sys");
	if (sockets >= 0 &&
		move_mount(sockets, "", AT_FDCWD, paths->socket_dir, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		fprintf(stderr, "vrfgate exec: vrf '%s': cannot mount its proxy's sockets: %s\n",
			vrf->name, strerror(errno));
	return mount_resolv_conf(vrf, paths, left, err);
}

static int enter_vrf(const struct config_vrf *vrf, const struct config *config)
{
	struct error err = ERROR_INIT;
	cleanup_fd int fd = netns_open(vrf->name, &err);
	struct vrf_paths paths;
	int r = fd < 0 ? fd : 0;

	vrf_paths_init(&paths, &config->gateway, vrf->name);
	if (r == 0 && setns(fd, CLONE_NEWNET) < 0)
		r = error_set_errno(&err, errno, "cannot enter its namespace");
	if (r == 0)
		r = mount_views(vrf, &paths, !config_find_vrf(config, vrf->name), &err);
	vrf_paths_finish(&paths);
	if (r < 0) {
		fprintf(stderr, "vrfgate exec: vrf '%s': %s\n", vrf->name, err.text);
		return CLI_EXIT_FAILED;
	}
	return CLI_GO_ON;
}

/* The namespaces of process 1: its mounts too, so that /sys and resolv.conf are the machine's. */
static int enter_root(void)
{
	cleanup_fd int net = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	cleanup_fd int mounts = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (net < 0 || mounts < 0 || setns(net, CLONE_NEWNET) < 0 ||
		setns(mounts, CLONE_NEWNS) < 0) {
		fprintf(stderr, "vrfgate exec: cannot enter the root namespace: %s\n",
			strerror(errno));
		return CLI_EXIT_FAILED;
	}
	return CLI_GO_ON;
}

static int become(const char *name)
{
	const struct passwd *user = getpwnam(name);

	if (!user) {
		fprintf(stderr, "vrfgate exec: user '%s' not found\n", name);
		return CLI_EXIT_FAILED;
	}
	if (initgroups(name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
		setuid(user->pw_uid) < 0) {
		fprintf(stderr, "vrfgate exec: cannot become '%s': %s\n", name, strerror(errno));
		return CLI_EXIT_FAILED;
	}
	return CLI_GO_ON;
}

static int enter(const struct cli_call *call)
{
	cleanup_config struct config *config = NULL;
	cleanup(cli_left_finish) struct cli_left left = { 0 };
	const struct config_vrf *vrf;
	int r;

	if (call->root)
		return enter_root();
	r = cli_load_config(call->config_path, CONFIG_LOAD_TO_LOOK, &config);
	if (r != CLI_EXIT_DONE)
		return r;
	vrf = cli_find_vrf(config, call->vrf, &left);
	return vrf ? enter_vrf(vrf, config) : CLI_EXIT_NO_SUCH_VRF;
}

static int exec_act(struct cli_call *call)
{
	char **command = call->operands;
	int r = enter(call);

	if (r == CLI_GO_ON && call->user)
		r = become(call->user);
	if (r != CLI_GO_ON)
		return r;
	execvp(command[0], command);
	fprintf(stderr, "vrfgate exec: cannot execute '%s': %s\n", command[0], strerror(errno));
	/* As a shell has it. */
	return errno == ENOENT ? 127 : 126;
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_VALUE('u', "user", "USER", NULL, user, "run it as this user"),
	CLI_FLAG(0, "root", root, "run it in the machine's own namespaces"),
	{ 0 },
};

const struct cli_command cli_exec = {
	.name = "exec",
	.summary = "run a command inside a VRF, or back in the root namespace",
	.operands = "VRF|--root [--] COMMAND...",
	.options = options,
	.needs_root = true,
	.runs_command = true,
	.act = exec_act,
};
