// SPDX-License-Identifier: GPL-2.0-or-later
/* Common causes, and how they are told. */
#include "base/cause.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* So many are named where there are more than can all be. */
#define NAMED_ALL  4
#define NAMED_SOME 2

/* "BEFORE 'OBJECT' AFTER: errno". */
static const struct {
	const char *word, *before, *after;
} kinds[CAUSE_KINDS] = {
	[CAUSE_NONE] = { "", "", "" },
	[CAUSE_PARENT_MISSING] = { "parent-missing", "parent", " does not exist" },
	[CAUSE_PARENT_DOWN] = { "parent-down", "parent", " is down" },
	[CAUSE_PARENT_NO_CARRIER] = { "parent-no-carrier", "parent", " has no carrier" },
	[CAUSE_PARENT_TAKEN] = { "parent-taken", "parent", " is in use by something else" },
	[CAUSE_PARENT_NARROW] = { "parent-narrow", "parent",
		" has an mtu below 1280, too small for IPv6" },
	[CAUSE_VLAN_TAKEN] = { "vlan-taken", "outer VLAN", " is in use by something else" },
	[CAUSE_LINK_REFUSED] = { "link-refused", "cannot create", "" },
	[CAUSE_NETNS_REFUSED] = { "namespace-refused", "cannot create a namespace", "" },
	[CAUSE_ROOT_FIREWALL] = { "root-firewall", "the root namespace has no firewall", "" },
	[CAUSE_KERNEL_UNREADABLE] = { "kernel-unreadable", "cannot compare with the kernel", "" },
	[CAUSE_BINARY] = { "proxy-binary", "proxy binary", " cannot be used" },
	[CAUSE_DISK_FULL] = { "disk-full", "no room in", "" },
	[CAUSE_DISK_READ_ONLY] = { "disk-read-only", "the file system of", " is read-only" },
	[CAUSE_PROXY_VERSION] = { "proxy-version", "Zabbix version",
		" of the proxies does not match the server's" },
	[CAUSE_PROXY_KEYS] = { "proxy-keys", "not registered in Zabbix", "" },
	[CAUSE_SERVER_UNREACHABLE] = { "server-unreachable", "no connection to the Zabbix server",
		"" },
	[CAUSE_SERVER_SILENT] = { "server-silent",
		"the Zabbix server has heard no proxy of this gateway", "" },
	[CAUSE_SERVER_BEHIND] = { "server-behind",
		"the Zabbix server stores no values of this gateway's proxies", "" },
};

struct cause cause_of(enum cause_kind kind, int code, const char *object)
{
	struct cause cause = { .kind = kind, .code = code };

	snprintf(cause.object, sizeof(cause.object), "%.*s", (int)sizeof(cause.object) - 1,
		object ? object : "");
	return cause;
}

bool cause_equal(const struct cause *a, const struct cause *b)
{
	return a->kind == b->kind && a->code == b->code && strcmp(a->object, b->object) == 0;
}

bool cause_is_of_gateway(const struct cause *cause)
{
	return cause->kind == CAUSE_ROOT_FIREWALL || cause->kind == CAUSE_DISK_FULL ||
		cause->kind == CAUSE_DISK_READ_ONLY || cause->kind == CAUSE_SERVER_BEHIND;
}

const char *cause_word(const struct cause *cause)
{
	return kinds[cause->kind].word;
}

const char *cause_format(const struct cause *cause, char text[CAUSE_TEXT_SIZE])
{
	bool quoted = *cause->object;

	snprintf(text, CAUSE_TEXT_SIZE, "%s%s%s%s%s%s%s", kinds[cause->kind].before,
		quoted ? " '" : "", cause->object, quoted ? "'" : "", kinds[cause->kind].after,
		cause->code ? ": " : "", cause->code ? strerror(cause->code) : "");
	return text;
}

/* "acme, bravo, ... and 498 more" */
static char *names_tell(const struct strings *vrfs)
{
	struct strings named = { vrfs->items, vrfs->count > NAMED_ALL ? NAMED_SOME : vrfs->count };
	char *names = strings_join(&named, ", "), *told;

	if (named.count == vrfs->count)
		return names;
	told = xasprintf("%s, ... and %zu more", names, vrfs->count - named.count);
	free(names);
	return told;
}

static char *tell(const struct cause *cause, const struct strings *vrfs, bool over)
{
	char *names = names_tell(vrfs), *told, what[CAUSE_TEXT_SIZE];

	told = xasprintf("%s: %s%zu VRF%s%s: %s", cause_format(cause, what),
		over ? "over for " : "", vrfs->count, vrfs->count == 1 ? "" : "s",
		over                       ? ""
			: vrfs->count == 1 ? " waits for it"
					   : " wait for it",
		names);
	free(names);
	return told;
}

char *cause_tell(const struct cause *cause, const struct strings *vrfs)
{
	return tell(cause, vrfs, false);
}

char *cause_tell_end(const struct cause *cause, const struct strings *vrfs)
{
	return tell(cause, vrfs, true);
}

static struct causes_item *item_find(const struct causes *causes, const struct cause *cause)
{
	for (size_t i = 0; i < causes->count; i++)
		if (cause_equal(&causes->items[i].cause, cause))
			return &causes->items[i];
	return NULL;
}

void causes_add(struct causes *causes, const struct cause *cause, const char *vrf)
{
	struct causes_item *item = item_find(causes, cause);

	if (cause->kind == CAUSE_NONE)
		return;
	if (!item) {
		item = array_append(&causes->items, &causes->count);
		item->cause = *cause;
	}
	if (!item->vrfs.count || strcmp(item->vrfs.items[item->vrfs.count - 1], vrf) != 0)
		strings_add(&item->vrfs, vrf);
}

const struct strings *causes_shared(const struct causes *causes, const struct cause *cause)
{
	const struct causes_item *item = item_find(causes, cause);

	return item && item->vrfs.count > 1 ? &item->vrfs : NULL;
}

void causes_finish(struct causes *causes)
{
	for (size_t i = 0; i < causes->count; i++)
		strings_finish(&causes->items[i].vrfs);
	free(causes->items);
	*causes = (struct causes){ 0 };
}
