// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing and reading of ownership marks. */
#include "net/mark.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

/* No interface is named so. */
#define FORWARDING "forward:"

uint32_t net_mark_owner(const char *owner)
{
	return hash32_bytes(HASH32_BASIS, owner, strlen(owner));
}

uint16_t net_mark_alias(const char *name)
{
	uint32_t hash = net_mark_owner(name);
	uint16_t alias = (uint16_t)(hash ^ hash >> 16);

	return alias ? alias : 1;
}

const char *net_mark_netns(char mark[NET_MARK_SIZE], const char *vrf, uint32_t owner)
{
	snprintf(mark, NET_MARK_SIZE, NET_MARK_PREFIX "%s@%08" PRIx32, vrf, owner);
	return mark;
}

const char *net_mark_link(
	char mark[NET_MARK_SIZE], const char *vrf, const char *ifname, uint32_t owner)
{
	snprintf(mark, NET_MARK_SIZE, NET_MARK_PREFIX "%s:%s@%08" PRIx32, vrf, ifname, owner);
	return mark;
}

const char *net_mark_shared(char mark[NET_MARK_SIZE], const char *ifname, uint32_t owner)
{
	return net_mark_link(mark, "*", ifname, owner);
}

const char *net_mark_moved(
	char mark[NET_MARK_SIZE], const char *vrf, const struct net_mark_was *was, uint32_t owner)
{
	const uint8_t *m = was->mac;
	char alias[8] = "";

	if (was->alias)
		snprintf(alias, sizeof(alias), "a%04x", was->alias);
	snprintf(mark, NET_MARK_SIZE,
		NET_MARK_PREFIX "%s:was:%s/%" PRIu32 "/%02x%02x%02x%02x%02x%02x/%d%s@%08" PRIx32,
		vrf, was->name, was->mtu_bytes, m[0], m[1], m[2], m[3], m[4], m[5], was->up, alias,
		owner);
	return mark;
}

const char *net_mark_forwarding(char mark[NET_MARK_SIZE], const char *word, uint32_t owner)
{
	snprintf(mark, NET_MARK_SIZE, NET_MARK_PREFIX "*:" FORWARDING "%s@%08" PRIx32, word, owner);
	return mark;
}

static bool was_parse(const char *text, struct net_mark_was *was)
{
	unsigned int mac[6], up;

	if (sscanf(text, "%15[^/]/%" SCNu32 "/%2x%2x%2x%2x%2x%2x/%ua%4hx", was->name,
		    &was->mtu_bytes, &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5], &up,
		    &was->alias) < 9)
		return false;
	for (size_t i = 0; i < 6; i++)
		was->mac[i] = (uint8_t)mac[i];
	was->up = up;
	return true;
}

bool net_mark_parse(const char *text, struct net_mark *mark)
{
	char *at, *colon;
	int end = 0;

	memset(mark, 0, sizeof(*mark));
	if (strncmp(text, NET_MARK_PREFIX, strlen(NET_MARK_PREFIX)) != 0)
		return false;
	snprintf(mark->vrf, sizeof(mark->vrf), "%s", text + strlen(NET_MARK_PREFIX));
	at = strrchr(mark->vrf, '@');
	if (!at || sscanf(at, "@%8" SCNx32 "%n", &mark->owner, &end) != 1 || end != 9 || at[end])
		return false;
	*at = '\0';
	colon = strchr(mark->vrf, ':');
	mark->kind = colon ? NET_MARK_LINK : NET_MARK_NETNS;
	if (!colon)
		return true;
	*colon = '\0';
	if (strcmp(mark->vrf, "*") == 0)
		mark->kind = strncmp(colon + 1, FORWARDING, strlen(FORWARDING)) == 0
			? NET_MARK_FORWARDING
			: NET_MARK_SHARED;
	if (strncmp(colon + 1, "was:", 4) != 0)
		return true;
	mark->kind = NET_MARK_MOVED;
	return was_parse(colon + 5, &mark->was);
}

bool net_mark_forwarding_word(const char *text, uint32_t owner, char word[NET_MARK_SIZE])
{
	static const char before[] = NET_MARK_PREFIX "*:" FORWARDING;
	struct net_mark mark;

	if (!net_mark_parse(text, &mark) || mark.kind != NET_MARK_FORWARDING || mark.owner != owner)
		return false;
	snprintf(word, NET_MARK_SIZE, "%s", text + strlen(before));
	*strrchr(word, '@') = '\0';
	return true;
}
