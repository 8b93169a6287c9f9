// SPDX-License-Identifier: GPL-2.0-or-later
/* One row a version: the words of the API that differ. */
#include "zabbix/version.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define WORDS_BEFORE_7_0                                                                         \
	.proxy_is_host = true, .proxy_name = "host", .proxy_mode = "status", .mode_active = "5", \
	.mode_passive = "6", .host_proxy = "proxy_hostid", .proxy_allowed = "proxy_address"
#define WORDS_SINCE_7_0                                                          \
	.auth_in_header = true, .history_push = true, .proxy_name = "name",      \
	.proxy_mode = "operating_mode", .mode_active = "0", .mode_passive = "1", \
	.host_proxy = "proxyid", .proxy_allowed = "allowed_addresses"
#define WORDS_ONE_GROUP .host_groups_get = "selectGroups", .host_groups = "groups"
#define WORDS_TWO_GROUPS \
	.host_groups_get = "selectHostGroups", .host_groups = "hostgroups", .template_groups = true

static const struct {
	unsigned major, minor;
	struct zabbix_words words;
} versions[] = {
	{ 6, 0, { WORDS_BEFORE_7_0, WORDS_ONE_GROUP, .sessions_last = true, .links_twice = true } },
	{ 6, 4,
		{ WORDS_BEFORE_7_0, WORDS_TWO_GROUPS, .sessions_last = true,
			.auth_in_header = true } },
	{ 7, 0, { WORDS_SINCE_7_0, WORDS_TWO_GROUPS } },
	{ 7, 2, { WORDS_SINCE_7_0, WORDS_TWO_GROUPS } },
	{ 7, 4, { WORDS_SINCE_7_0, WORDS_TWO_GROUPS } },
};

const char *zabbix_version_supported(void)
{
	return "6.0, 6.4, 7.0, 7.2, 7.4";
}

int zabbix_version_parse(const char *text, struct zabbix_version *version, struct error *err)
{
	int used = 0;

	*version = (struct zabbix_version){ 0 };
	if (strlen(text) >= sizeof(version->text) ||
		text[strspn(text, "0123456789.abcdefghijklmnopqrstuvwxyz")] != '\0' ||
		sscanf(text, "%3u.%3u%n", &version->major, &version->minor, &used) != 2 ||
		(text[used] != '\0' && text[used] != '.'))
		return error_set(err, EPROTO, "\"%.40s\" is no version of Zabbix", text);
	strcpy(version->text, text);
	return 0;
}

const struct zabbix_words *zabbix_version_words(const struct zabbix_version *version)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (versions[i].major == version->major && versions[i].minor == version->minor)
			return &versions[i].words;
	return NULL;
}

enum zabbix_pair zabbix_version_pair(unsigned proxy, unsigned server)
{
	/* The oldest proxy that each server takes values from. */
	static const struct {
		unsigned server, oldest;
	} servers[] = { { 600, 600 }, { 602, 602 }, { 604, 600 }, { 700, 600 }, { 702, 700 },
		{ 704, 700 }, { 800, 700 } };

	if (proxy == server || proxy == 0 || server == 0)
		return ZABBIX_PAIR_GOOD;
	if (proxy > server)
		return ZABBIX_PAIR_IMPOSSIBLE;
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++)
		if (servers[i].server == server)
			return proxy >= servers[i].oldest ? ZABBIX_PAIR_OUTDATED
							  : ZABBIX_PAIR_IMPOSSIBLE;
	return ZABBIX_PAIR_UNKNOWN;
}
