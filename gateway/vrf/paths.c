// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the files of one VRF are. */
#include "vrf/paths.h"

#include <stdlib.h>

#include "base/memory.h"

void vrf_paths_init(struct vrf_paths *paths, const struct config_gateway *gateway, const char *vrf)
{
	paths->uid = 0;
	paths->run_dir = xasprintf("%s/vrfs/%s", gateway->run_dir, vrf);
	paths->lock = xasprintf("%s/lock", paths->run_dir);
	paths->files_lock = xasprintf("%s/files.lock", paths->run_dir);
	paths->start_log = xasprintf("%s/start.log", paths->run_dir);
	paths->conf = xasprintf("%s/zabbix_proxy.conf", paths->run_dir);
	paths->send_conf = xasprintf("%s/send.conf", paths->run_dir);
	paths->resolv_conf = xasprintf("%s/resolv.conf", paths->run_dir);
	paths->socket_dir = xasprintf("%s/sockets", paths->run_dir);
	paths->tmp_dir = xasprintf("%s/tmp", paths->run_dir);
	paths->state_dir = xasprintf("%s/vrfs/%s", gateway->state_dir, vrf);
	paths->database = xasprintf("%s/proxy.db", paths->state_dir);
	paths->psk = xasprintf("%s/psk", paths->state_dir);
	paths->psk_identity = xasprintf("%s/psk.identity", paths->state_dir);
	paths->log_dir = xasprintf("%s/%s", gateway->log_dir, vrf);
	paths->log = xasprintf("%s/zabbix_proxy.log", paths->log_dir);
}

void vrf_paths_finish(struct vrf_paths *paths)
{
	free(paths->run_dir);
	free(paths->lock);
	free(paths->files_lock);
	free(paths->start_log);
	free(paths->conf);
	free(paths->send_conf);
	free(paths->resolv_conf);
	free(paths->socket_dir);
	free(paths->tmp_dir);
	free(paths->state_dir);
	free(paths->database);
	free(paths->psk);
	free(paths->psk_identity);
	free(paths->log_dir);
	free(paths->log);
	*paths = (struct vrf_paths){ 0 };
}
