// SPDX-License-Identifier: GPL-2.0-or-later
/* Marks of ownership in descriptions and tags. */
#include "reporter/mark.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/memory.h"
#include "zabbix/json.h"

/* In a mark, before the id. */
#define ADOPTED " adopted"

char *reporter_mark_start(const char *gateway)
{
	return xasprintf("[vrfgate %s vrf ", gateway);
}

/* A mark in a text: parts of it, the id empty where it has none. */
struct mark {
	const char *text, *vrf, *id;
	size_t length, vrf_length, id_length;
};

/* Reads the rest of a mark that begins there; false where it is none. The name of a VRF has no space, that of
 * a gateway may. */
static bool mark_read(const char *text, const char *gateway, struct mark *mark)
{
	static const char id[] = " id ";
	cleanup_free char *start = reporter_mark_start(gateway);
	const char *end;

	*mark = (struct mark){ .text = text, .vrf = text + strlen(start) };
	if (strncmp(text, start, strlen(start)) != 0)
		return false;
	end = strchr(mark->vrf, ']');
	if (!end)
		return false;
	mark->vrf_length = strcspn(mark->vrf, " ]");
	mark->length = (size_t)(end - text) + 1;
	mark->id = memmem(mark->vrf, (size_t)(end - mark->vrf), id, strlen(id));
	mark->id = mark->id ? mark->id + strlen(id) : end;
	mark->id_length = (size_t)(end - mark->id);
	return true;
}

/* The mark of a proxy somewhere in a description; false where there is none. */
static bool mark_find(const char *description, const char *gateway, struct mark *mark)
{
	static const char psk[] = " psk ";
	cleanup_free char *start = reporter_mark_start(gateway);
	const char *text = strstr(description, start);

	return text && mark_read(text, gateway, mark) &&
		strncmp(mark->vrf + mark->vrf_length, psk, strlen(psk)) == 0;
}

/* One without an id is whose comes first. */
static bool is_ours(const struct mark *mark, const struct reporter_owner *owner)
{
	return mark->id_length == 0 ||
		(mark->id_length == strlen(owner->id) &&
			strncmp(mark->id, owner->id, mark->id_length) == 0);
}

bool reporter_mark_is_any(const char *description)
{
	return strstr(description, "[vrfgate ") != NULL;
}

bool reporter_mark_is_adopted(const char *description, const struct reporter_owner *owner)
{
	struct mark mark;

	return mark_find(description, owner->gateway, &mark) && is_ours(&mark, owner) &&
		memmem(mark.vrf, (size_t)(mark.text + mark.length - mark.vrf), ADOPTED,
			strlen(ADOPTED));
}

const char *reporter_mark_fingerprint(
	const char *identity, const char *psk, char text[REPORTER_FINGERPRINT_SIZE])
{
	/* With their ends, so that the two do not run together. */
	uint32_t hash = hash32_bytes(HASH32_BASIS, identity, strlen(identity) + 1);

	hash = hash32_bytes(hash, psk, strlen(psk) + 1);
	snprintf(text, REPORTER_FINGERPRINT_SIZE, "%08x", hash);
	return text;
}

char *reporter_mark_make(
	const struct reporter_owner *owner, const struct reporter_proxy *proxy, bool adopted)
{
	const char *word = adopted ? ADOPTED : "";
	char text[REPORTER_FINGERPRINT_SIZE];

	if (!proxy->psk_identity)
		return xasprintf("[vrfgate %s vrf %s psk none%s id %s]", owner->gateway, proxy->vrf,
			word, owner->id);
	reporter_mark_fingerprint(proxy->psk_identity, proxy->psk ? proxy->psk : "", text);
	return xasprintf("[vrfgate %s vrf %s psk %s%s id %s]", owner->gateway, proxy->vrf, text,
		word, owner->id);
}

char *reporter_mark_vrf(const char *description, const struct reporter_owner *owner)
{
	struct mark mark;

	if (!mark_find(description, owner->gateway, &mark) || !is_ours(&mark, owner))
		return NULL;
	return xstrndup(mark.vrf, mark.vrf_length);
}

char *reporter_mark_other(const char *description, const struct reporter_owner *owner)
{
	struct mark mark;

	if (!mark_find(description, owner->gateway, &mark) || is_ours(&mark, owner))
		return NULL;
	return xstrndup(mark.id, mark.id_length);
}

char *reporter_mark_put(
	const char *description, const struct reporter_owner *owner, const char *mark)
{
	struct mark old;

	if (!mark_find(description, owner->gateway, &old))
		return xasprintf("%s%s%s", description, *description ? " " : "", mark);
	return xasprintf("%.*s%s%s", (int)(old.text - description), description, mark,
		old.text + old.length);
}

const char *reporter_mark_tag(const json_t *host, const char *name)
{
	return zabbix_json_text(
		zabbix_json_find(json_object_get(host, "tags"), "tag", name), "value");
}

const char *reporter_mark_other_host(const json_t *host, const struct reporter_owner *owner)
{
	const char *id = reporter_mark_tag(host, REPORTER_TAG_ID);

	if (strcmp(reporter_mark_tag(host, REPORTER_TAG_GATEWAY), owner->gateway) != 0)
		return NULL;
	return *id && strcmp(id, owner->id) != 0 ? id : NULL;
}

char *reporter_mark_discovery(const struct reporter_owner *owner, const char *vrf, size_t n)
{
	return xasprintf(
		"[vrfgate %s vrf %s id %s] discovery %zu", owner->gateway, vrf, owner->id, n);
}

bool reporter_mark_discovery_read(
	const char *name, const struct reporter_owner *owner, char **vrf, size_t *n)
{
	struct mark mark;
	int used = 0;

	if (!mark_read(name, owner->gateway, &mark) || !is_ours(&mark, owner))
		return false;
	name += mark.length;
	if (sscanf(name, " discovery %zu%n", n, &used) != 1 || used == 0 || name[used])
		return false;
	*vrf = xstrndup(mark.vrf, mark.vrf_length);
	return true;
}
