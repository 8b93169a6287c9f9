// SPDX-License-Identifier: GPL-2.0-or-later
/* Giving up rights for good. */
#include "process/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <unistd.h>

#define FALLBACK_USER "nobody"

/*
 * The supervisor's, with the calls that need each; SECURITY.md and the service file have the same, and
 * tests/cli/test_capabilities.py takes each away in its turn.
 */
static const int supervisor_capabilities[] = {
	/* setns(2), mounts, clone(2) with CLONE_NEWPID and CLONE_NEWIPC */
	CAP_SYS_ADMIN,
	/* links, addresses, routes, sysctls and firewalls, in every namespace */
	CAP_NET_ADMIN,
	/* NETLINK_LISTEN_ALL_NSID, netlink(7): one socket for the events of all namespaces */
	CAP_NET_BROADCAST,
	/* packet(7) sockets for ARP probes, of a helper; and of a proxy's bounding set, so that fping gets
	 * what its file names */
	CAP_NET_RAW,
	/* setresuid(2) and setfsuid(2) to the proxy's user and the reporter's */
	CAP_SETUID,
	CAP_SETGID,
	/* prctl(2) PR_CAPBSET_DROP, in each child */
	CAP_SETPCAP,
	/* pidfd_send_signal(2) to processes of the proxy's user */
	CAP_KILL,
	/* fchown(2) of the proxy's directories and config, and of the control socket */
	CAP_CHOWN,
	/* /proc/PID/smaps_rollup and /proc/PID/ns/net of processes of other users, proc(5) */
	CAP_SYS_PTRACE,
};

static int user_become(uid_t uid, gid_t gid, struct error *err)
{
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return error_set_errno(err, errno, "cannot become user %u", uid);
	return 0;
}

/* The bounding set goes first: it wants CAP_SETPCAP, which leaving root takes away. */
static int capabilities_drop(capng_select_t set, struct error *err)
{
	capng_clear(set);
	if (capng_apply(set) != 0)
		return error_set(err, EPERM, "cannot drop capabilities");
	return 0;
}

static int privileges_drop_to(uid_t uid, gid_t gid, struct error *err)
{
	int r = 0, parent_signal = 0;

	/* The kernel forgets it when the user changes. */
	(void)prctl(PR_GET_PDEATHSIG, &parent_signal, 0, 0, 0);
	if (geteuid() == 0) {
		r = capabilities_drop(CAPNG_SELECT_BOUNDS, err);
		if (r == 0)
			r = user_become(uid, gid, err);
	}
	if (r == 0)
		r = capabilities_drop(CAPNG_SELECT_CAPS, err);
	if (r < 0)
		return r;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
		prctl(PR_SET_PDEATHSIG, parent_signal, 0, 0, 0) < 0)
		return error_set_errno(err, errno, "cannot set process attributes");
	return 0;
}

int privileges_drop(const char *user, struct error *err)
{
	const struct passwd *entry = getpwnam(user);

	/* Who is not root keeps the user it has. */
	if (!entry && geteuid() == 0)
		return error_set(err, ESRCH, "user '%s' does not exist", user);
	return entry ? privileges_drop_to(entry->pw_uid, entry->pw_gid, err)
		     : privileges_drop_to(geteuid(), getegid(), err);
}

int privileges_drop_for_network(const char **user, struct error *err)
{
	int r;

	*user = PRIVILEGES_USER;
	r = privileges_drop(*user, err);
	if (r != -ESRCH)
		return r;
	*user = FALLBACK_USER;
	return privileges_drop(*user, err);
}

/* The sets that a supervisor has no need of this one in. */
static capng_type_t sets_to_leave(int number)
{
	for (size_t i = 0; i < sizeof(supervisor_capabilities) / sizeof(supervisor_capabilities[0]);
		i++)
		if (supervisor_capabilities[i] == number)
			return CAPNG_INHERITABLE;
	return CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE | CAPNG_BOUNDING_SET;
}

int privileges_reduce(struct error *err)
{
	if (setgroups(0, NULL) < 0)
		return error_set_errno(err, errno, "cannot leave other groups");
	if (capng_get_caps_process() != 0)
		return error_set(err, EIO, "cannot read our capabilities");
	/* Also those of kernels to come; what a kernel does not have is not there to be dropped. */
	for (int number = 0; number < 64; number++)
		(void)capng_update(CAPNG_DROP, sets_to_leave(number), (unsigned)number);
	if (capng_apply(CAPNG_SELECT_BOTH) != 0)
		return error_set(err, EPERM, "cannot drop capabilities: cap_setpcap is lacking");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return error_set_errno(err, errno, "cannot drop ambient capabilities");
	return 0;
}
