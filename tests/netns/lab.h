// SPDX-License-Identifier: GPL-2.0-or-later
/* Where chance plays against a live set of VRFs: what is wanted, what was done to it, and choices. */
#pragma once

#include "snapshot.h"
#include "fleet.h"
#include "net/mark.h"

#define cleanup_strings cleanup(strings_finish)

/* Something that an operator added, as a snapshot shows it. */
struct foreign {
	char *line;
	const char *netns;
	char link[IF_NAMESIZE]; /* what it hangs on, "": nothing */
};

struct lab {
	struct chance chance;
	struct config *config;
	struct net_want want;
	bool vlans;
	unsigned int serial;           /* makes names and addresses unique */
	struct strings story, touched; /* since all was well: edits, and links that go by them */
	struct foreign *foreign;
	size_t n_foreign;
	unsigned int made[64]; /* edits of each sort */
};

enum verdict {
	IMPOSSIBLE, /* nothing was done */
	HARM,
	HARMLESS,
	EITHER,
};

/* ---- choosing ---- */

static inline const struct net_want_netns *any_netns(struct lab *lab)
{
	return &lab->want.netns[chance_draw(&lab->chance, (unsigned int)lab->want.n_netns)];
}

static inline const struct net_want_netns *any_uplinked(struct lab *lab)
{
	const struct net_want_netns *netns;

	do
		netns = any_netns(lab);
	while (!netns->has_uplink);
	return netns;
}

static inline const struct net_want_link *any_link(
	struct lab *lab, const struct net_want_netns *netns)
{
	return &netns->links[chance_draw(&lab->chance, (unsigned int)netns->n_links)];
}

/* One of its own links or the uplink. */
static inline const char *any_name(struct lab *lab, const struct net_want_netns *netns)
{
	unsigned int n = (unsigned int)netns->n_links + netns->has_uplink;
	unsigned int i = chance_draw(&lab->chance, n);

	return i < netns->n_links ? netns->links[i].name : NET_UPLINK_INSIDE;
}

static inline const struct net_want_link *find_device(const struct net_want_netns *netns)
{
	for (size_t i = 0; i < netns->n_links; i++)
		if (netns->links[i].kind == NET_LINK_DEVICE)
			return &netns->links[i];
	return NULL;
}

static inline bool draw(struct lab *lab)
{
	return chance_draw(&lab->chance, 2);
}

static inline const char *root_name(const struct net_want_netns *netns)
{
	static char name[IF_NAMESIZE];

	return net_uplink_root_name(netns->id, name);
}

__attribute__((format(printf, 2, 3))) static inline void tell(
	struct lab *lab, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	strings_add(&lab->story, text);
}

/* A link goes, and what hangs on it with it. */
static inline void touch_link(struct lab *lab, const char *netns, const char *link)
{
	strings_addf(&lab->touched, "%s/%s", netns, link);
}

/* A link of a namespace, or with NULL each; the other end of a pair goes along. */
static inline void touch(struct lab *lab, const struct net_want_netns *netns, const char *name)
{
	for (size_t i = 0; i < netns->n_links; i++) {
		const struct net_want_link *link = &netns->links[i];

		if (name && strcmp(name, link->name) != 0)
			continue;
		touch_link(lab, netns->name, link->name);
		if (link->kind == NET_LINK_VETH)
			touch_link(lab, link->peer_netns, link->peer_name);
	}
	if (!name || strcmp(name, NET_UPLINK_INSIDE) == 0) {
		touch_link(lab, netns->name, NET_UPLINK_INSIDE);
		touch_link(lab, "", root_name(netns));
	}
}

/* A veth goes with the namespace it was moved into; somebody plugs in another. */
static inline void plug_in(struct lab *lab, const struct net_want_link *device)
{
	char far[IF_NAMESIZE];

	snprintf(far, sizeof(far), "again%u", ++lab->serial);
	assert_int_equal(nlops_add_veth("", device->parent, far), 0);
	assert_int_equal(nlops_set_up("", far, true), 0);
}
