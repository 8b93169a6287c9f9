// SPDX-License-Identifier: GPL-2.0-or-later
/* Removal of namespaces: drop everything, then wait once. */
#include "net/removal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "net/dump.h"
#include "net/netns.h"

#define POLL_MS 2

static bool deletes_netns(const struct net_plan *plan)
{
	for (size_t i = 0; i < plan->n_groups; i++)
		for (size_t a = 0; a < plan->groups[i].n_acts; a++)
			if (plan->groups[i].acts[a].kind == NET_ACT_NETNS_DELETE)
				return true;
	return false;
}

void net_removal_init(struct net_removal *removal, const struct net_plan *plan)
{
	struct rlimit files = { .rlim_cur = 1024 };

	memset(removal, 0, sizeof(*removal));
	(void)getrlimit(RLIMIT_NOFILE, &files);
	removal->patience_ms = plan->patience_ms;
	removal->held_max = files.rlim_cur / 2;
	if (deletes_netns(plan))
		net_busy_init(&removal->busy);
}

void net_removal_let_go(struct net_removal *removal)
{
	for (; removal->n_let_go < removal->n_pending; removal->n_let_go++)
		cleanup_close_fd(&removal->pending[removal->n_let_go].netns_fd);
}

void net_removal_finish(struct net_removal *removal)
{
	net_busy_finish(&removal->busy);
	net_removal_let_go(removal);
	free(removal->pending);
}

int net_removal_netns(
	struct net_removal *removal, const struct net_act *act, int *netns_fd, struct error *err)
{
	int ret = netns_unpublish(act->name, err);

	if (ret < 0)
		return ret;
	if (removal->n_pending - removal->n_let_go >= removal->held_max)
		net_removal_let_go(removal);
	*array_append(&removal->pending, &removal->n_pending) = (struct net_removal_pending){
		.outcome = { .netns = act->name },
		.link = act->link[0] ? act->link : NULL,
		.netns_fd = steal_fd(netns_fd),
	};
	return 0;
}

bool net_removal_hold(struct net_removal *removal, const struct net_outcome *outcome)
{
	struct net_removal_pending *last;

	if (!removal->n_pending)
		return false;
	last = &removal->pending[removal->n_pending - 1];
	if (last->outcome.netns != outcome->netns)
		return false;
	last->outcome = *outcome;
	return true;
}

static bool is_gone(struct net_channel *root, const char *name)
{
	struct net_have_link link;

	return net_dump_link(root, name, 0, &link, NULL) == -ENODEV;
}

static int wait_gone(struct net_channel *root, const char *name, unsigned int patience_ms)
{
	uint64_t deadline_ms = clock_now_ms() + patience_ms;
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };

	while (!is_gone(root, name)) {
		if (clock_now_ms() >= deadline_ms)
			return -EBUSY;
		nanosleep(&pause, NULL);
	}
	return 0;
}

int net_removal_wait(
	struct net_removal *removal, struct net_channel *root, net_outcome_fn report, void *data)
{
	int ret = 0;

	net_removal_let_go(removal);
	for (size_t i = 0; i < removal->n_pending; i++) {
		struct net_removal_pending *pending = &removal->pending[i];

		if (pending->link && removal->patience_ms &&
			wait_gone(root, pending->link, removal->patience_ms) < 0)
			error_set(&pending->outcome.error, EBUSY,
				"its link '%s' has not gone after %u ms: something still holds the namespace (a process, a socket or a mount)",
				pending->link, removal->patience_ms);
		if (pending->outcome.error.code)
			ret = -EBUSY;
		if (report)
			report(&pending->outcome, data);
	}
	return ret;
}
