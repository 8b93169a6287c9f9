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
#include "cli/left.h"
#include "cli/options.h"
#include "config/cleanup.h"
#include "net/netns.h"
#include "process/lock.h"
#include "process/view.h"
#include "vrf/paths.h"
#include "vrf/resolv_conf.h"

struct exec_options {
	const char *config_path, *user, *vrf;
	bool root;
	char **command;
};

static int exec_parse(int argc, char **argv, struct exec_options *options)
{
	static const struct option long_options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "user", required_argument, NULL, 'u' },
		{ "root", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	optind = 1;
	/* "+": what follows the VRF belongs to the command. */
	while ((option = getopt_long(argc, argv, "+:c:u:h", long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->config_path = optarg;
			break;
		case 'u':
			options->user = optarg;
			break;
		case 'r':
			options->root = true;
			break;
		case 'h':
			return cli_help(argv[0]);
		default:
			return cli_bad_option(argv, option);
		}
	}
	return CLI_PARSED;
}

/* VRF, then options again, then the command: `exec acme -u zabbix -- fping 10.0.0.1`. */
static int exec_parse_all(int argc, char **argv, struct exec_options *options)
{
	int r = exec_parse(argc, argv, options), first;

	if (r != CLI_PARSED)
		return r;
	first = optind;
	if (!options->root) {
		if (first >= argc)
			return cli_usage(argv[0], "expected a VRF");
		options->vrf = argv[first];
		argv[first] = argv[0];
		r = exec_parse(argc - first, argv + first, options);
		if (r != CLI_PARSED)
			return r;
		first += optind;
	}
	options->command = argv + first;
	return first < argc ? CLI_PARSED : cli_usage(argv[0], "expected a command");
}

/* Written here: a namespace that only `up` has made has none yet. One that was left has what its proxy has. */
static int mount_resolv_conf(
	const struct config_vrf *vrf, const struct vrf_paths *paths, bool left, struct error *err)
{
	int r;

	if (left ? access(paths->resolv_conf, F_OK) < 0 : vrf->dns.count == 0)
		return 0;
	r = left ? 0 : resolv_conf_write(vrf, paths, err);
	if (r < 0 || process_view_mount_resolv_conf(paths->resolv_conf) == 0)
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
		? process_view_borrow(proxy.pidfd, paths->socket_dir)
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

	if (process_view_begin() < 0)
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
	return CLI_PARSED;
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
	return CLI_PARSED;
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
	return CLI_PARSED;
}

static int enter(const struct exec_options *options)
{
	cleanup_config struct config *config = NULL;
	cleanup(cli_left_finish) struct cli_left left = { 0 };
	const struct config_vrf *vrf;
	int r;

	if (options->root)
		return enter_root();
	r = cli_load_config_to_look(options->config_path, &config);
	if (r != CLI_EXIT_DONE)
		return r;
	vrf = cli_find_vrf(config, options->vrf, &left);
	return vrf ? enter_vrf(vrf, config) : CLI_EXIT_NO_SUCH_VRF;
}

int cli_exec(int argc, char **argv)
{
	struct exec_options options = { .config_path = CONFIG_DEFAULT_PATH };
	int r = exec_parse_all(argc, argv, &options);

	if (r == CLI_PARSED)
		r = cli_need_root(argv[0]);
	if (r == CLI_PARSED)
		r = enter(&options);
	if (r == CLI_PARSED && options.user)
		r = become(options.user);
	if (r != CLI_PARSED || !options.command)
		return r;
	execvp(options.command[0], options.command);
	fprintf(stderr, "vrfgate exec: cannot execute '%s': %s\n", options.command[0],
		strerror(errno));
	/* As a shell has it. */
	return errno == ENOENT ? 127 : 126;
}
