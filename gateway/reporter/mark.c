// SPDX-License-Identifier: GPL-2.0-or-later
/* Marks of ownership in descriptions and tags. */
#include "reporter/mark.h"

#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "zabbix/json.h"

/* FNV-1a of 32 bits, the closing NUL included so that two texts do not run together. */
static uint32_t hash_add(uint32_t hash, const char *text)
{
	do
		hash = (hash ^ (uint8_t)*text) * 16777619u;
	while (*text++);
	return hash;
}

char *reporter_mark_make(const char *gateway, const struct reporter_proxy *proxy)
{
	uint32_t hash = 2166136261u;

	if (!proxy->psk_identity)
		return xasprintf("[vrfgate %s psk none]", gateway);
	hash = hash_add(hash, proxy->psk_identity);
	hash = hash_add(hash, proxy->psk ? proxy->psk : "");
	return xasprintf("[vrfgate %s psk %08x]", gateway, hash);
}

/* The mark inside a description and its length; NULL where there is none. */
static const char *mark_find(const char *description, const char *gateway, size_t *length)
{
	cleanup_free char *start = xasprintf("[vrfgate %s psk ", gateway);
	const char *mark = strstr(description, start);
	const char *end = mark ? strchr(mark, ']') : NULL;

	if (!end)
		return NULL;
	*length = (size_t)(end - mark) + 1;
	return mark;
}

bool reporter_mark_is_ours(const char *description, const char *gateway)
{
	size_t length;

	return mark_find(description, gateway, &length) != NULL;
}

char *reporter_mark_put(const char *description, const char *gateway, const char *mark)
{
	size_t length;
	const char *old = mark_find(description, gateway, &length);

	if (!old)
		return xasprintf("%s%s%s", description, *description ? " " : "", mark);
	return xasprintf("%.*s%s%s", (int)(old - description), description, mark, old + length);
}

bool reporter_tags_are_ours(const json_t *tags, const char *gateway)
{
	const json_t *tag;
	size_t i;

	json_array_foreach (tags, i, tag) {
		if (strcmp(zabbix_json_text(tag, "tag"), REPORTER_TAG_GATEWAY) == 0 &&
			strcmp(zabbix_json_text(tag, "value"), gateway) == 0)
			return true;
	}
	return false;
}
