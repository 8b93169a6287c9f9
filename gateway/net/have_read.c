// SPDX-License-Identifier: GPL-2.0-or-later
/* Fills the have: each namespace that is wanted or bears our mark. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "net/channel.h"
#include "net/dump.h"
#include "net/firewall_kernel.h"
#include "net/netns.h"
#include "net/have_read.h"
#include "net/plan.h"
#include "net/sysctl.h"

#define LO_IFINDEX     1
#define PATIENCE_MS    1000 /* for a consistent dump */
#define ATTEMPTS       3    /* where it is not waited for one */
#define cleanup_have   cleanup(free_have)
#define cleanup_socket cleanup(net_channel_close)

struct reader {
	const struct net_want *want;
	struct net_sysctls sysctls;
};

static void reader_finish(struct reader *reader)
{
	net_sysctls_finish(&reader->sysctls);
}

static void free_have(struct net_have **have)
{
	net_have_destroy(*have);
}

int net_have_dump_links(
	struct net_channel *channel, struct net_have_netns *netns, struct error *err)
{
	return net_dump_links(channel, false, netns, err);
}

int net_have_dump(struct net_channel *channel, const net_have_dump_fn *dumps, bool wait,
	struct net_have_netns *netns, struct error *err)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	uint64_t deadline_ms = clock_now_ms() + PATIENCE_MS;

	for (int attempt = 1;; attempt++) {
		int ret = 0;

		net_have_netns_clear(netns);
		for (const net_have_dump_fn *dump = dumps; ret == 0 && *dump; dump++)
			ret = (*dump)(channel, netns, err);
		if (ret != -EINTR || (wait ? clock_now_ms() >= deadline_ms : attempt == ATTEMPTS))
			return ret;
		if (err)
			error_clear(err);
		/* Where namespaces die, their links go one by one for a while. */
		if (wait)
			nanosleep(&pause, NULL);
	}
}

/* A key the kernel does not have stays NULL: writing it will tell. */
static void read_sysctls(struct net_sysctls *sysctls, const struct net_want_netns *want,
	struct net_have_netns *netns)
{
	for (size_t i = 0; want && i < want->n_sysctls; i++) {
		struct net_have_sysctl *sysctl = array_append(&netns->sysctls, &netns->n_sysctls);

		sysctl->key = want->sysctls[i].key;
		(void)net_sysctl_read(sysctls, sysctl->key, &sysctl->value, NULL);
	}
}

static enum net_have_standing standing_of(const char *lo_mark, const char *name, uint32_t owner)
{
	struct net_mark mark;

	if (!net_mark_parse(lo_mark, &mark) || mark.kind != NET_MARK_NETNS ||
		strcmp(mark.vrf, name) != 0)
		return NET_HAVE_FOREIGN;
	return mark.owner == owner ? NET_HAVE_OURS : NET_HAVE_OTHERS;
}

/* One that is not wanted may be anybody's: who made it is asked first. */
static int read_standing(struct net_channel *channel, uint32_t owner, struct net_have_netns *netns,
	struct error *err)
{
	struct net_have_link lo;
	int ret = net_dump_link(channel, NULL, LO_IFINDEX, &lo, err);

	if (ret == 0)
		netns->standing = standing_of(lo.mark, netns->name, owner);
	return ret;
}

/* Of the neighbours only those that the plan may set. */
static int read_neighbours(struct net_channel *channel, const struct net_want *want,
	const struct net_want_netns *wanted, struct net_have_netns *netns, struct error *err)
{
	const struct net_have_link *uplink = net_have_find_link(netns, NET_UPLINK_INSIDE);
	struct address root[NET_UPLINK_FAMILIES], inside[NET_UPLINK_FAMILIES];
	size_t n = 0;
	int ret = 0;

	if (wanted && wanted->has_uplink && uplink)
		n = net_want_uplink_addresses(want, wanted->id, root, inside);
	for (size_t i = 0; ret == 0 && i < n; i++)
		ret = net_dump_neighbour(channel, uplink->ifindex, &root[i], netns, err);
	return ret;
}

static int read_entered(struct reader *reader, const struct net_want_netns *wanted,
	struct net_have_netns *netns, struct error *err)
{
	static const net_have_dump_fn all[] = { net_have_dump_links, net_dump_addresses,
		net_dump_routes, net_dump_rules, NULL };
	/* What goes takes all else along; only a NIC that was moved in has to be known. */
	static const net_have_dump_fn links_only[] = { net_have_dump_links, NULL };
	cleanup_socket struct net_channel channel = NET_CHANNEL_INIT;
	uint32_t owner = net_mark_owner(reader->want->owner);
	int ret = net_channel_open(&channel, err);

	netns->standing = NET_HAVE_OURS;
	if (ret == 0 && !wanted)
		ret = read_standing(&channel, owner, netns, err);
	if (ret < 0 || netns->standing != NET_HAVE_OURS)
		return ret;
	ret = net_have_dump(
		&channel, wanted ? all : links_only, !reader->want->hurried, netns, err);
	if (ret == 0) {
		const struct net_have_link *lo = net_have_find_ifindex(netns, LO_IFINDEX);

		netns->standing = standing_of(lo ? lo->mark : "", netns->name, owner);
	}
	if (ret < 0 || netns->standing != NET_HAVE_OURS) {
		net_have_netns_clear(netns);
		return ret;
	}
	read_sysctls(&reader->sysctls, wanted, netns);
	if (wanted)
		ret = net_firewall_read(owner, &netns->firewall, err);
	if (ret < 0)
		return ret;
	return read_neighbours(&channel, reader->want, wanted, netns, err);
}

static int read_netns(struct reader *reader, const struct net_want_netns *wanted,
	struct net_have_netns *netns, struct error *err)
{
	cleanup_fd int fd = netns_open(netns->name, NULL);
	int ret;

	if (fd == -ENOENT || fd == -EINVAL) {
		netns->standing = fd == -ENOENT ? NET_HAVE_ABSENT : NET_HAVE_STALE;
		return 0;
	}
	if (fd < 0)
		return error_set_errno(err, -fd, "cannot open namespace '%s'", netns->name);
	ret = netns_switch(fd, err);
	if (ret == 0)
		ret = read_entered(reader, wanted, netns, err);
	return error_wrap(err, ret, "namespace '%s'", netns->name);
}

/* A namespace to look at: wanted, there, or both. */
struct candidate {
	const char *name;
	const struct net_want_netns *want; /* NULL: not wanted */
};

static int candidate_compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->want == NULL) - (y->want == NULL);
}

static struct candidate *list_candidates(
	const struct net_want *want, const struct strings *names, size_t *count)
{
	struct candidate *list = NULL;

	*count = 0;
	for (size_t i = 0; i < want->n_netns; i++)
		*array_append(&list, count) =
			(struct candidate){ want->netns[i].name, &want->netns[i] };
	for (size_t i = 0; i < names->count; i++)
		*array_append(&list, count) = (struct candidate){ names->items[i], NULL };
	if (*count)
		qsort(list, *count, sizeof(*list), candidate_compare);
	return list;
}

static void list_names(struct strings *names)
{
	cleanup_dir DIR *dir = opendir(NETNS_DIR);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			strings_add(names, entry->d_name);
}

static int read_candidates(const struct net_want *want, struct net_have *have, struct error *err)
{
	cleanup(reader_finish) struct reader reader = { want, NET_SYSCTLS_INIT };
	cleanup(strings_finish) struct strings names = { 0 };
	cleanup_free struct candidate *list = NULL;
	size_t count;
	int ret = 0;

	if (!want->partial)
		list_names(&names);
	list = list_candidates(want, &names, &count);
	for (size_t i = 0; ret == 0 && i < count; i++) {
		if (i && strcmp(list[i].name, list[i - 1].name) == 0)
			continue;
		ret = read_netns(
			&reader, list[i].want, net_have_add_netns(have, list[i].name), err);
	}
	return ret;
}

static int read_have(
	const struct net_want *want, bool glance, struct net_have **result, struct error *err)
{
	cleanup_have struct net_have *have = xcalloc(1, sizeof(*have));
	cleanup(netns_leave) int back = netns_open_own(err);
	uint32_t owner = net_mark_owner(want->owner);
	int ret = back;

	if (ret >= 0)
		ret = glance ? net_have_read_named_root(want, have, err)
			     : net_have_read_root(!want->hurried, have, err);
	if (ret == 0)
		ret = net_firewall_read_root(owner, &have->root.firewall, err);
	if (ret == 0)
		ret = net_forwarding_read(want, have->forwarding, err);
	if (ret == 0)
		ret = read_candidates(want, have, err);
	net_have_sort(have);
	*result = ret < 0 ? NULL : steal_ptr(&have);
	return ret;
}

int net_have_read(const struct net_want *want, struct net_have **result, struct error *err)
{
	return read_have(want, false, result, err);
}

int net_have_glance(const struct net_want *want, struct net_have **result, struct error *err)
{
	return read_have(want, true, result, err);
}
