// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The versions of the API that we speak and the words that differ between them.
 * Source: Zabbix manual, "Changes in Zabbix API" of 6.2, 6.4, 7.0, 7.2 and 7.4.
 */
#pragma once

#include <stdbool.h>

#include "zabbix/api.h"

struct zabbix_words {
	bool auth_in_header;     /* "Authorization: Bearer" (6.4), not the body's "auth" */
	bool proxy_is_host;      /* before 7.0: proxy.interface, host.proxy_hostid */
	const char *proxy_name;  /* field of a proxy that holds its name */
	const char *proxy_mode;  /* field of a proxy that tells active from passive */
	const char *mode_active; /* its values */
	const char *mode_passive;
	const char *proxy_allowed;   /* field of an active proxy: addresses that it may come from */
	const char *host_proxy;      /* field of a host that holds its proxy's id */
	const char *host_groups_get; /* parameter of host.get that asks for the groups ... */
	const char *host_groups;     /* ... and where the answer has them */
	bool history_push;           /* values by the API (7.0) */
	bool template_groups;        /* groups of templates are a kind of their own (6.2) */
	bool sessions_last; /* a session outlives the password that it was opened with (6.0, not 7.0) */
	bool links_twice; /* an item of two templates that one call links is made twice (6.0), not refused */
};

/* Reads "7.0.22". -EPROTO where it is no version. */
int zabbix_version_parse(const char *text, struct zabbix_version *version, struct error *err);

/* The words of a version; NULL where it is none we support. */
const struct zabbix_words *zabbix_version_words(const struct zabbix_version *version);

/* "6.0, 6.4, 7.0, 7.2, 7.4" */
const char *zabbix_version_supported(void);

/* Of a proxy and a server, both as major * 100 + minor. */
enum zabbix_pair {
	ZABBIX_PAIR_GOOD,     /* the same, or one of them is not known (0) */
	ZABBIX_PAIR_OUTDATED, /* the server takes the proxy's values, and gives it no configuration */
	ZABBIX_PAIR_IMPOSSIBLE, /* the server takes nothing from it */
	ZABBIX_PAIR_UNKNOWN,    /* of a server newer than all we know */
};

/*
 * Source: Zabbix manual, "Version compatibility": from 6.4 on a server works with proxies of the LTS
 * release before it and of those since, and with none that is newer; before, with those of its own release alone.
 * 6.0 and 7.0 were measured, both ways.
 */
enum zabbix_pair zabbix_version_pair(unsigned proxy, unsigned server);
