// SPDX-License-Identifier: GPL-2.0-or-later
/* Marks of ownership in descriptions and tags. */
#include "reporter/mark.h"

#include <stdbool.h>
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
		return xasprintf("[vrfgate %s vrf %s psk none]", gateway, proxy->vrf);
	hash = hash_add(hash, proxy->psk_identity);
	hash = hash_add(hash, proxy->psk ? proxy->psk : "");
	return xasprintf("[vrfgate %s vrf %s psk %08x]", gateway, proxy->vrf, hash);
}

char *reporter_mark_start(const char *gateway)
{
	return xasprintf("[vrfgate %s vrf ", gateway);
}

struct mark {
	const char *text, *vrf;
	size_t length, vrf_length;
};

/* False where there is none. The name of a VRF has no space, that of a gateway may. */
static bool mark_find(const char *description, const char *gateway, struct mark *mark)
{
	static const char psk[] = " psk ";
	cleanup_free char *start = reporter_mark_start(gateway);
	const char *end;

	mark->text = strstr(description, start);
	if (!mark->text)
		return false;
	mark->vrf = mark->text + strlen(start);
	mark->vrf_length = strcspn(mark->vrf, " ");
	end = mark->vrf + mark->vrf_length;
	if (strncmp(end, psk, strlen(psk)) != 0)
		return false;
	end = strchr(end, ']');
	mark->length = end ? (size_t)(end - mark->text) + 1 : 0;
	return end;
}

char *reporter_mark_vrf(const char *description, const char *gateway)
{
	struct mark mark;

	if (!mark_find(description, gateway, &mark))
		return NULL;
	return xstrndup(mark.vrf, mark.vrf_length);
}

char *reporter_mark_put(const char *description, const char *gateway, const char *mark)
{
	struct mark old;

	if (!mark_find(description, gateway, &old))
		return xasprintf("%s%s%s", description, *description ? " " : "", mark);
	return xasprintf("%.*s%s%s", (int)(old.text - description), description, mark,
		old.text + old.length);
}

const char *reporter_mark_tag(const json_t *host, const char *name)
{
	return zabbix_json_text(
		zabbix_json_find(json_object_get(host, "tags"), "tag", name), "value");
}

char *reporter_mark_discovery(const char *gateway, const char *vrf, size_t n)
{
	return xasprintf("[vrfgate %s vrf %s] discovery %zu", gateway, vrf, n);
}

char *reporter_mark_discovery_vrf(const char *name, const char *gateway)
{
	cleanup_free char *start = reporter_mark_start(gateway);
	const char *vrf = name + strlen(start);
	size_t length;

	if (strncmp(name, start, strlen(start)) != 0)
		return NULL;
	length = strcspn(vrf, "]");
	return vrf[length] ? xstrndup(vrf, length) : NULL;
}
