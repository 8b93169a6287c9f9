// SPDX-License-Identifier: GPL-2.0-or-later
/* Which Zabbix a zabbix_proxy binary is. */
#pragma once

#include "base/error.h"

struct proxy_binary {
	char text[32]; /* "6.0.14" */
	unsigned
		version; /* major * 100 + minor: 600; Zabbix calls 6.0 and 6.4 two major versions */
};

/* Runs `binary -V` and reads the version; takes a few milliseconds, at most 3 s. */
int proxy_binary_read(const char *binary, struct proxy_binary *result, struct error *err);

/* Reads "zabbix_proxy (Zabbix) 6.0.14"; -EINVAL. */
int proxy_binary_parse(const char *output, struct proxy_binary *result);

/* Remembers the version of each binary for as long as the file stays the same. */
struct proxy_binary_cache;

struct proxy_binary_cache *proxy_binary_cache_create(void);
void proxy_binary_cache_destroy(struct proxy_binary_cache *cache);
int proxy_binary_cache_read(struct proxy_binary_cache *cache, const char *binary,
	struct proxy_binary *result, struct error *err);
