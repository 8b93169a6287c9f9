// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What many may suffer from at once, as data: a kind and the thing that is to blame, so that it can be told
 * once, with their count. Whether two have the same cause is asked of these, never of the texts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strings.h"

enum cause_kind {
	CAUSE_NONE, /* its own trouble, or not known to be anybody else's */
	CAUSE_PARENT_MISSING,
	CAUSE_PARENT_DOWN,
	CAUSE_PARENT_NO_CARRIER,
	CAUSE_PARENT_TAKEN,
	CAUSE_PARENT_NARROW,
	CAUSE_VLAN_TAKEN,         /* that carries others; object "eth0.100" */
	CAUSE_LINK_REFUSED,       /* by the kernel, with its errno; object "vlan on eth0" */
	CAUSE_NETNS_REFUSED,      /* likewise; no object */
	CAUSE_ROOT_FIREWALL,      /* no object */
	CAUSE_KERNEL_UNREADABLE,  /* no object */
	CAUSE_BINARY,             /* object: its path */
	CAUSE_DISK_FULL,          /* object: a directory of it */
	CAUSE_DISK_READ_ONLY,     /* likewise */
	CAUSE_PROXY_VERSION,      /* object: that version */
	CAUSE_PROXY_KEYS,         /* cannot be read or written, with an errno; no object */
	CAUSE_SERVER_UNREACHABLE, /* object: its address, as far as it is known */
	CAUSE_SERVER_SILENT,      /* no object */
	CAUSE_SERVER_BEHIND,      /* no object */
	CAUSE_KINDS,
};

#define CAUSE_OBJECT_SIZE 108
#define CAUSE_TEXT_SIZE   256

struct cause {
	enum cause_kind kind;
	int code; /* errno; 0: the kind says all */
	char object[CAUSE_OBJECT_SIZE];
};

/* object may be NULL; a longer one is cut. */
struct cause cause_of(enum cause_kind kind, int code, const char *object);
bool cause_equal(const struct cause *a, const struct cause *b);

/* Of that thing a gateway has one: whoever suffers from it first, all will. */
bool cause_is_of_gateway(const struct cause *cause);

/* The kind as a word for programs: "parent-missing". */
const char *cause_word(const struct cause *cause);

/* "parent 'eth0' does not exist"; returns text. */
const char *cause_format(const struct cause *cause, char text[CAUSE_TEXT_SIZE]);

/* "parent 'eth0' does not exist: 500 VRFs wait for it: acme, bravo, ... and 498 more"; the caller frees it. */
char *cause_tell(const struct cause *cause, const struct strings *vrfs);

/* "parent 'eth0' does not exist: over for 500 VRFs: acme, ..."; likewise. */
char *cause_tell_end(const struct cause *cause, const struct strings *vrfs);

/* Who suffers from what. */
struct causes {
	struct causes_item {
		struct cause cause;
		struct strings vrfs;
	} * items;
	size_t count;
};

/* A VRF that was the last one added to that cause is there already. CAUSE_NONE is left out. */
void causes_add(struct causes *causes, const struct cause *cause, const char *vrf);

/* Those with that cause; NULL where it is nobody's, or one VRF's alone. */
const struct strings *causes_shared(const struct causes *causes, const struct cause *cause);
void causes_finish(struct causes *causes);
