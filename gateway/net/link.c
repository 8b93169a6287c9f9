// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows of all kinds of links. */
#include "net/link.h"

#include <string.h>

#define POINTER(upper, lower) [NET_LINK_##upper] = &net_link_##lower,

static const struct net_link_type *const types[] = { NET_LINK_KINDS(POINTER) };

const struct net_link_type *net_link_type(enum net_link_kind kind)
{
	return types[kind];
}

const struct net_link_type *net_link_type_find(const char *word)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i]->word && strcmp(types[i]->word, word) == 0)
			return types[i];
	return NULL;
}
