// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys under /proc/sys/net of the namespace the calling thread is in. Written as sysctl(8) has
 * them: "net.ipv4.ip_forward"; a dot within a component is a slash,
 * "net.ipv4.conf.eth0/10.rp_filter".
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* True for a key under net. that cannot lead out of it. */
bool net_sysctl_key_valid(const char *key);

/*
 * A way to the keys of many namespaces. In /proc each namespace that was looked into leaves entries of
 * the same names in one hash chain of the kernel's, so that the thousandth costs 0.15 ms a key and its
 * removal waits for them to go. Here they hang in a procfs mount that nobody else sees and that is made
 * anew now and then.
 */
struct net_sysctls {
	int fd; /* of that mount, -1: none yet */
	unsigned int uses;
};

#define NET_SYSCTLS_INIT \
	{                \
		-1, 0    \
	}

void net_sysctls_finish(struct net_sysctls *sysctls);

/* *value is the caller's, without its line end; -ENOENT: no such key. */
int net_sysctl_read(struct net_sysctls *sysctls, const char *key, char **value, struct error *err);
int net_sysctl_write(
	struct net_sysctls *sysctls, const char *key, const char *value, struct error *err);

/* True where both say the same to the kernel: "4096 16384" and "4096\t16384". */
bool net_sysctl_value_equal(const char *a, const char *b);
