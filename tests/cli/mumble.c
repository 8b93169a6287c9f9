// SPDX-License-Identifier: GPL-2.0-or-later
/* All acts in one word. Linked before the library it takes the place of net/act_words.c, so that a vrfgate with it
 * decides by nothing that is meant for people. */
#include <stdio.h>

#include "net/act.h"

const char *net_act_phrase(const struct net_act *act, char text[NET_ACT_TEXT_SIZE])
{
	(void)act;
	snprintf(text, NET_ACT_TEXT_SIZE, "mumble");
	return text;
}

const char *net_act_text(const struct net_act *act, char text[NET_ACT_TEXT_SIZE])
{
	return net_act_phrase(act, text);
}
