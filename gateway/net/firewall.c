// SPDX-License-Identifier: GPL-2.0-or-later
/* What tables are known by: their names, and the comments of their rules. */
#include "net/firewall.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

const char *net_firewall_own_table(uint32_t owner, char name[NET_FIREWALL_NAME_SIZE])
{
	snprintf(name, NET_FIREWALL_NAME_SIZE, NET_FIREWALL_TABLE "-%08" PRIx32, owner);
	return name;
}

void net_firewall_comment(
	char comment[NET_FIREWALL_COMMENT_SIZE], const char *purpose, uint32_t owner, uint64_t hash)
{
	snprintf(comment, NET_FIREWALL_COMMENT_SIZE, "%s [vrfgate@%08" PRIx32 " %08" PRIx32 "]",
		purpose, owner, (uint32_t)hash);
}

uint64_t net_firewall_fold_rule(uint64_t digest, const char *chain, const char *comment)
{
	return hash_text(hash_text(digest ? digest : HASH_BASIS, chain), comment);
}

void net_firewall_fold(
	struct net_have_firewall *have, uint32_t owner, const char *chain_name, const char *comment)
{
	char mark[24];

	snprintf(mark, sizeof(mark), "[vrfgate@%08" PRIx32 " ", owner);
	if (!have->digest)
		have->foreign = true;
	if (comment && strstr(comment, mark))
		have->foreign = false;
	have->digest = net_firewall_fold_rule(have->digest, chain_name, comment ? comment : "");
}
