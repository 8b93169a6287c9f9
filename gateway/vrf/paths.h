// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the files of one VRF are; all of them private to it. */
#pragma once

#include <sys/types.h>

#include "config/model.h"

struct vrf_paths {
	char *run_dir;    /* RUN/vrfs/NAME, root's */
	char *lock;       /* held by the proxy's process tree */
	char *files_lock; /* root's, too: held while its directories and key are made or changed */
	char *start_log;  /* what the proxy said before its log was open */
	char *conf;       /* generated zabbix_proxy.conf */
	char *send_conf; /* of a proxy that sends the database empty and collects nothing; there while one runs */
	char *resolv_conf;
	char *socket_dir; /* RUN/vrfs/NAME/sockets, the proxy's, as are the following */
	char *tmp_dir;
	char *state_dir; /* STATE/vrfs/NAME */
	char *database;
	char *psk; /* hex key, 0600 */
	char *psk_identity;
	char *log_dir; /* LOG/NAME */
	char *log;
	uid_t uid; /* of the proxy, and its gid, where its user is auto; 0: not known */
};

void vrf_paths_init(struct vrf_paths *paths, const struct config_gateway *gateway, const char *vrf);
void vrf_paths_finish(struct vrf_paths *paths);
