// SPDX-License-Identifier: GPL-2.0-or-later
/* Marks of ownership in descriptions and tags. */
#include "reporter/mark.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/memory.h"
#include "zabbix/json.h"

/* In a mark, before the id. */
#define ADOPTED  " adopted"
#define RELEASED " released"

#define START "[vrfgate "

char *reporter_mark_start(const char *gateway)
{
	return xasprintf("[vrfgate %s vrf ", gateway);
}

/* A mark in a text: parts of it, the id and the former owners empty where it has none. */
struct mark {
	const char *text, *name, *vrf, *words, *from, *id;
	size_t length, name_length, vrf_length, words_length, from_length, id_length;
};

static const char *part_find(const char *text, size_t length, const char *part)
{
	return memmem(text, length, part, strlen(part));
}

/* From the name of the VRF on; false where that is no mark's rest. */
static bool mark_read_rest(struct mark *mark, const char *vrf, const char *end)
{
	static const char id[] = " id ", from[] = " from ";
	const char *after = vrf + strcspn(vrf, " ]"), *found;

	if (after > end ||
		(after < end && strncmp(after, id, 4) != 0 && strncmp(after, " psk ", 5) != 0))
		return false;
	mark->name_length = (size_t)(vrf - mark->name) - strlen(" vrf ");
	mark->vrf = vrf;
	mark->vrf_length = (size_t)(after - vrf);
	mark->length = (size_t)(end - mark->text) + 1;
	mark->words = after;
	found = part_find(after, (size_t)(end - after), id);
	mark->words_length = (size_t)((found ? found : end) - after);
	mark->id = found ? found + strlen(id) : end;
	mark->id_length = (size_t)(end - mark->id);
	found = part_find(mark->words, mark->words_length, from);
	mark->from = found ? found + strlen(from) : mark->words + mark->words_length;
	mark->from_length = (size_t)(mark->words + mark->words_length - mark->from);
	return true;
}

/* Reads a mark that begins there; false where it is none. The name of a VRF has no space, that of a gateway may, and
 * may be as one of `gateway` and a VRF. */
static bool mark_read(const char *text, const char *gateway, struct mark *mark)
{
	cleanup_free char *start = reporter_mark_start(gateway);
	const char *end = strchr(text, ']');

	if (!end || strncmp(text, START, strlen(START)) != 0)
		return false;
	*mark = (struct mark){ .text = text, .name = text + strlen(START) };
	if (strncmp(text, start, strlen(start)) == 0 &&
		mark_read_rest(mark, text + strlen(start), end))
		return true;
	for (const char *at = mark->name; (at = part_find(at, (size_t)(end - at), " vrf ")); at++)
		if (mark_read_rest(mark, at + strlen(" vrf "), end))
			return true;
	return false;
}

/* The mark of a proxy somewhere in a description; false where there is none. */
static bool mark_find(const char *description, const char *gateway, struct mark *mark)
{
	for (const char *at = description; (at = strstr(at, START)); at++)
		if (mark_read(at, gateway, mark) && strncmp(mark->words, " psk ", 5) == 0)
			return true;
	return false;
}

static bool is_named(const struct mark *mark, const char *gateway)
{
	return mark->name_length == strlen(gateway) &&
		strncmp(mark->name, gateway, mark->name_length) == 0;
}

/* By the id, as a gateway may get another name; one without an id is whose comes first. */
static bool is_ours(const struct mark *mark, const struct reporter_owner *owner)
{
	return mark->id_length == 0 ? is_named(mark, owner->gateway)
				    : mark->id_length == strlen(owner->id) &&
			strncmp(mark->id, owner->id, mark->id_length) == 0;
}

bool reporter_mark_read(
	const char *description, const struct reporter_owner *owner, struct reporter_mark *read)
{
	struct mark mark;

	*read = (struct reporter_mark){ 0 };
	if (!mark_find(description, owner->gateway, &mark))
		return false;
	read->gateway = xstrndup(mark.name, mark.name_length);
	read->vrf = xstrndup(mark.vrf, mark.vrf_length);
	read->id = xstrndup(mark.id, mark.id_length);
	read->from = xstrndup(mark.from, mark.from_length);
	read->is_ours = is_ours(&mark, owner);
	read->adopted = part_find(mark.words, mark.words_length, ADOPTED) != NULL;
	read->released = part_find(mark.words, mark.words_length, RELEASED) != NULL;
	return true;
}

void reporter_mark_finish(struct reporter_mark *mark)
{
	free(mark->gateway);
	free(mark->vrf);
	free(mark->id);
	free(mark->from);
	*mark = (struct reporter_mark){ 0 };
}

bool reporter_mark_is_from(const char *from, const char *id)
{
	size_t length = strlen(id);

	for (const char *at = from; length && (at = strstr(at, id)); at++)
		if ((at == from || at[-1] == ',') && (at[length] == ',' || !at[length]))
			return true;
	return false;
}

char *reporter_mark_from_add(const char *from, const char *id, const char *own)
{
	char *all = xstrdup(reporter_mark_is_from(from, id) ? "" : id);
	cleanup_free char *list = xstrdup(from);
	char *rest = NULL;

	for (char *each = strtok_r(list, ",", &rest); each; each = strtok_r(NULL, ",", &rest)) {
		cleanup_free char *before = all;

		all = strcmp(each, own) == 0
			? xstrdup(before)
			: xasprintf("%s%s%s", before, *before ? "," : "", each);
	}
	return all;
}

bool reporter_mark_is_any(const char *description)
{
	return strstr(description, START) != NULL;
}

bool reporter_mark_is_adopted(const char *description, const struct reporter_owner *owner)
{
	cleanup(reporter_mark_finish) struct reporter_mark mark;

	return reporter_mark_read(description, owner, &mark) && mark.is_ours && mark.adopted;
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

char *reporter_mark_make(const struct reporter_owner *owner, const struct reporter_proxy *proxy,
	const struct reporter_mark *words)
{
	const char *adopted = words && words->adopted ? ADOPTED : "";
	const char *released = words && words->released ? RELEASED : "";
	const char *from = words && words->from ? words->from : "";
	char key[REPORTER_FINGERPRINT_SIZE] = "none";

	if (proxy->psk_identity)
		reporter_mark_fingerprint(proxy->psk_identity, proxy->psk ? proxy->psk : "", key);
	return xasprintf(START "%s vrf %s psk %s%s%s%s%s id %s]", owner->gateway, proxy->vrf, key,
		adopted, released, *from ? " from " : "", from, owner->id);
}

char *reporter_mark_release(const char *description, const struct reporter_owner *owner)
{
	struct mark mark;

	if (!mark_find(description, owner->gateway, &mark))
		return xstrdup(description);
	/* After the key, and before all that follows. */
	mark.words += strlen(" psk ");
	mark.words += strcspn(mark.words, " ]");
	return xasprintf(
		"%.*s" RELEASED "%s", (int)(mark.words - description), description, mark.words);
}

char *reporter_mark_vrf(const char *description, const struct reporter_owner *owner)
{
	struct mark mark;

	if (!mark_find(description, owner->gateway, &mark) || !is_ours(&mark, owner))
		return NULL;
	return xstrndup(mark.vrf, mark.vrf_length);
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

bool reporter_mark_is_own_host(const json_t *host, const struct reporter_owner *owner)
{
	const char *id = reporter_mark_tag(host, REPORTER_TAG_ID);

	return *id ? strcmp(id, owner->id) == 0
		   : strcmp(reporter_mark_tag(host, REPORTER_TAG_GATEWAY), owner->gateway) == 0;
}

const char *reporter_mark_other_host(const json_t *host, const struct reporter_owner *owner)
{
	const char *id = reporter_mark_tag(host, REPORTER_TAG_ID);

	return *id && strcmp(id, owner->id) != 0 ? id : NULL;
}

char *reporter_mark_discovery(const struct reporter_owner *owner, const char *vrf, size_t n)
{
	return xasprintf(
		"[vrfgate %s vrf %s id %s] discovery %zu", owner->gateway, vrf, owner->id, n);
}

bool reporter_mark_discovery_read(
	const char *name, const struct reporter_owner *owner, char **vrf, char **id, size_t *n)
{
	struct mark mark;
	int used = 0;

	if (!mark_read(name, owner->gateway, &mark) ||
		(mark.id_length == 0 && !is_named(&mark, owner->gateway)))
		return false;
	name += mark.length;
	if (sscanf(name, " discovery %zu%n", n, &used) != 1 || used == 0 || name[used])
		return false;
	*vrf = xstrndup(mark.vrf, mark.vrf_length);
	*id = mark.id_length ? xstrndup(mark.id, mark.id_length) : xstrdup(owner->id);
	return true;
}
