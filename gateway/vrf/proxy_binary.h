// SPDX-License-Identifier: GPL-2.0-or-later
/* Which Zabbix a zabbix_proxy binary is. */
#pragma once

#include "base/error.h"

struct sd_event;

struct proxy_binary {
	char text[32]; /* "6.0.14" */
	unsigned
		version; /* major * 100 + minor: 600; Zabbix calls 6.0 and 6.4 two major versions */
};

/* Reads "zabbix_proxy (Zabbix) 6.0.14"; -EINVAL. */
int proxy_binary_parse(const char *output, struct proxy_binary *result);

/*
 * Asks each binary once, `binary -V` in a process of its own, and remembers what it said for as long as
 * the file stays the same; that it said nothing of use only for a while.
 */
struct proxy_binary_cache;

/* Of the binary at path more is known now. */
typedef void (*proxy_binary_fn)(const char *path, void *data);

struct proxy_binary_cache *proxy_binary_cache_create(
	struct sd_event *event, proxy_binary_fn answered, void *data);
void proxy_binary_cache_destroy(struct proxy_binary_cache *cache);

/*
 * Never waits. -EINPROGRESS: it is being asked, and `answered` will be called within seconds, from the
 * loop. Other errors name the binary; -EINVAL and -ETIMEDOUT are what became of asking it.
 */
int proxy_binary_cache_read(struct proxy_binary_cache *cache, const char *binary,
	struct proxy_binary *result, struct error *err);
