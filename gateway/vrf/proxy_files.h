// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What must lie on disk before a proxy can start: directories, key, config. What is in the directories of the
 * proxy's user is read and written with that user's rights: who has taken a proxy over gains nothing by what
 * is put there.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/file.h"
#include "config/model.h"
#include "vrf/paths.h"

/*
 * Whom its files belong to, which is as whom they are to be touched: a proxy that was started for another user
 * keeps it until its next start. The mode is left.
 */
int proxy_files_owner(const struct config_vrf *vrf, const struct vrf_paths *paths,
	struct file_owner *owner, struct error *err);

/*
 * Where they belong to another than the proxy is to run as, gives its files to that one. To be called while it does
 * not run. Only what is the former owner's is touched: regular files of one name, and directories; 10000 at most.
 */
int proxy_files_change_owner(const struct config_vrf *vrf, const struct vrf_paths *paths,
	bool *changed, struct error *err);

/*
 * Makes the directories, and the PSK where there is none yet: 256 bits of getrandom(2) as 64 hex
 * digits, and an identity that names no customer. Directories and key belong to the proxy's user; those of
 * run_dir are root's, where its own are mounted.
 */
int proxy_files_make(
	const struct config_vrf *vrf, const struct vrf_paths *paths, struct error *err);

/* A new key and identity, the caller's to free; nothing is written. */
void proxy_files_random_psk(char **identity, char **key);

/* Writes them in the place of those that are there; the proxy's next start takes them. */
int proxy_files_write_psk(const struct config_vrf *vrf, const struct vrf_paths *paths,
	const char *identity, const char *key, struct error *err);

/*
 * Reads the key and its identity, the caller's to free. Their directory is the proxy's own, so what
 * its user may have put in their place is not believed.
 */
int proxy_files_read_psk(const struct config_vrf *vrf, const struct vrf_paths *paths,
	char **identity, char **key, struct error *err);

/* How large the proxy's log is; 0 where there is none. */
off_t proxy_files_log_size(const struct config_vrf *vrf, const struct vrf_paths *paths);

/* Kinds of zabbix/pollers.h. */
struct proxy_pollers {
	unsigned wanted; /* what it has to poll, as far as known */
	unsigned polled; /* by its config as it was written last */
};

/*
 * Writes the proxy's config for this version of its binary; *changed tells whether it differs from
 * what was there. pollers: which kinds are wanted, and then which are polled; NULL: none, and nobody asks.
 */
int proxy_files_write_config(const struct config *config, const struct config_vrf *vrf, uint32_t id,
	const struct vrf_paths *paths, unsigned version, struct proxy_pollers *pollers,
	bool *changed, struct error *err);

/* The same for a proxy that only sends what its database holds: paths->send_conf. */
int proxy_files_write_send_config(const struct config *config, const struct config_vrf *vrf,
	uint32_t id, const struct vrf_paths *paths, unsigned version, struct error *err);
