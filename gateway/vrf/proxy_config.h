// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text of a zabbix_proxy.conf: a profile, the operator's options, and what vrfgate must own.
 * Source of the keys: the Zabbix manual, "Zabbix proxy" in the appendix on configuration; an
 * unknown key is a fatal start error there, so the profile's lines are chosen by version.
 */
#pragma once

#include "base/address.h"
#include "config/model.h"
#include "vrf/paths.h"

#define PROXY_PORT 10051

struct proxy_config {
	const struct config *config;
	const struct config_vrf *vrf;
	const struct vrf_paths *paths;
	const char *name;                    /* in Zabbix */
	const char *user;                    /* as it is told to people */
	const char *profile;                 /* text of the profile */
	unsigned version;                    /* of the binary: 600 is 6.0, 704 is 7.4 */
	const struct address *root, *inside; /* the uplink's two addresses */
	const struct address *server_root, *server_inside; /* those of wiring_server_ends() */
	const char *fping;                                 /* NULL: the binary's own default */
	const char *psk_identity;                          /* NULL: no TLS */
	unsigned
		pollers; /* kinds of zabbix/pollers.h that it shall poll, whatever its profile says */
	bool sends_only; /* what is in its database already: it collects nothing, and nobody may give it values */
};

/* Which kinds a config says that it starts processes for beyond its profile. */
unsigned proxy_config_read_pollers(const char *text);

/* Those that its hosts have interfaces for. */
unsigned proxy_config_pollers_of(const struct config_vrf *vrf);

/* How many processes its Start... lines ask for. */
uint32_t proxy_config_count_processes(const char *text);

/* The caller frees it. */
char *proxy_config_format(const struct proxy_config *proxy);
