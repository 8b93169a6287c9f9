// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does the acts of a plan. Acts of one place that follow each other go to the kernel as one batch,
 * so a new VRF costs one sendmsg in the root namespace and one inside.
 */
#include <errno.h>
#include <netlink/msg.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "net/channel.h"
#include "net/dump.h"
#include "net/message.h"
#include "net/netns.h"
#include "net/plan.h"
#include "net/planner.h"
#include "net/removal.h"
#include "net/sysctl.h"

#define LO_IFINDEX 1
#define RETRY_MS   3000

/* Names of links met in one group, each looked up once. */
struct known_link {
	const char *name;
	bool in_root;
	int ifindex;
};

struct run {
	struct net_channel root;
	int root_fd;
	uint32_t owner;
	struct net_removal removal;

	/* of the group at hand */
	const struct net_plan_group *group;
	struct net_channel inside;
	int netns_fd;  /* -1: not opened yet */
	int thread_in; /* root_fd, netns_fd, or -1: somewhere else */
	struct net_batch batch;
	const struct net_act **batched; /* the act of each message in the batch */
	size_t n_batched;
	bool batch_in_root;
	struct known_link *links;
	size_t n_links;
	int *peer_fds; /* open until the group's end */
	size_t n_peer_fds;
};

/* "interface 'eth0.10': cannot create vlan 10 on 'eth0': File exists (8021q: ...)" */
static int act_error(const struct net_act *act, int code, const char *text, struct error *err)
{
	char phrase[NET_ACT_TEXT_SIZE];

	net_act_phrase(act, phrase);
	error_set(err, code, "cannot %s: %s%s%s%s", phrase, strerror(code), text[0] ? " (" : "",
		text, text[0] ? ")" : "");
	return act->link ? error_wrap(err, "interface '%s'", act->link) : -code;
}

/* ---- places ---- */

static int open_netns(struct run *run, struct error *err)
{
	if (run->netns_fd < 0)
		run->netns_fd = netns_open(run->group->netns, err);
	return run->netns_fd < 0 ? run->netns_fd : 0;
}

static int go(struct run *run, bool root, struct error *err)
{
	int ret = root ? 0 : open_netns(run, err);
	int target = root ? run->root_fd : run->netns_fd;

	if (ret < 0 || run->thread_in == target)
		return ret;
	ret = netns_switch(target, err);
	if (ret == 0)
		run->thread_in = target;
	return ret;
}

/* The channel of a place, made when first wanted. */
static int get_channel(struct run *run, bool root, struct net_channel **channel, struct error *err)
{
	int ret = 0;

	*channel = root ? &run->root : &run->inside;
	if ((*channel)->fd < 0)
		ret = go(run, root, err);
	if (ret == 0 && (*channel)->fd < 0)
		ret = net_channel_open(*channel, err);
	return ret;
}

/* ---- batches ---- */

/* A namespace that was deleted a moment ago still has its links: its VLAN, MAC or veth is not free
 * yet.
 */
static bool is_passing(const struct net_act *act, int code)
{
	return (act->kind == NET_ACT_LINK_SET_UP && code == EADDRINUSE) ||
		(act->kind == NET_ACT_LINK_CREATE &&
			(act->create.kind == NET_LINK_VLAN || act->create.peer_netns) &&
			code == EEXIST);
}

/* What is to go may have gone already, on its own or with another. */
static const struct {
	enum net_act_kind kind;
	int code;
} gone_already[] = {
	{ NET_ACT_LINK_DELETE, ENODEV },
	{ NET_ACT_ADDRESS_DELETE, EADDRNOTAVAIL },
	{ NET_ACT_ADDRESS_DELETE, ENODEV },
	{ NET_ACT_ROUTE_DELETE, ESRCH },
	{ NET_ACT_ROUTE_DELETE, ENODEV },
};

static bool ignore_gone(size_t index, int code, void *data)
{
	const struct run *run = data;

	for (size_t i = 0; i < sizeof(gone_already) / sizeof(*gone_already); i++)
		if (run->batched[index]->kind == gone_already[i].kind &&
			code == gone_already[i].code)
			return true;
	return false;
}

/* On a second sending much is there already. */
static bool ignore_done(size_t index, int code, void *data)
{
	return code == EEXIST || ignore_gone(index, code, data);
}

/* Tries the act again for a while, then once more those behind it: some stood on it. */
static int retry(struct run *run, struct net_channel *channel, struct net_batch_fault *fault,
	struct error *err)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	uint64_t deadline_ms = clock_now_ms() + RETRY_MS;
	size_t index = fault->index;
	int ret;

	do {
		nanosleep(&pause, NULL);
		ret = net_batch_send(&run->batch, index, 1, NULL, NULL, channel, fault, err);
	} while (ret == -EREMOTEIO && is_passing(run->batched[index], fault->code) &&
		clock_now_ms() < deadline_ms);
	if (ret == 0)
		ret = net_batch_send(&run->batch, index + 1, run->n_batched - index - 1,
			ignore_done, run, channel, fault, err);
	return ret;
}

static int flush(struct run *run, struct error *err)
{
	struct net_channel *channel = NULL;
	struct net_batch_fault fault;
	int ret;

	if (!run->n_batched)
		return 0;
	ret = get_channel(run, run->batch_in_root, &channel, err);
	if (ret == 0)
		ret = net_batch_send(
			&run->batch, 0, run->n_batched, ignore_gone, run, channel, &fault, err);
	while (ret == -EREMOTEIO && is_passing(run->batched[fault.index], fault.code)) {
		size_t index = fault.index;

		ret = retry(run, channel, &fault, err);
		if (ret == -EREMOTEIO && fault.index == index)
			break;
	}
	if (ret == -EREMOTEIO)
		ret = act_error(run->batched[fault.index], fault.code, fault.text, err);
	run->n_batched = 0;
	net_batch_clear(&run->batch);
	return ret;
}

static int learn(struct run *run, bool in_root, const char *name, struct error *err)
{
	struct net_channel *channel = NULL;
	struct net_have_link link;
	int ret = flush(run, err);

	if (ret == 0)
		ret = get_channel(run, in_root, &channel, err);
	if (ret < 0)
		return ret;
	ret = net_dump_link(channel, name, 0, &link, err);
	if (ret < 0)
		return error_wrap(err, "interface '%s'", name);
	*array_append(&run->links, &run->n_links) =
		(struct known_link){ name, in_root, link.ifindex };
	return link.ifindex;
}

static int find_ifindex(struct run *run, bool in_root, const char *name, struct error *err)
{
	for (size_t i = 0; i < run->n_links; i++)
		if (run->links[i].in_root == in_root && strcmp(run->links[i].name, name) == 0)
			return run->links[i].ifindex;
	return learn(run, in_root, name, err);
}

/* Fills the context of a link's making: where its ends go and what it stands on. */
static int prepare_create(struct run *run, const struct net_act *act,
	struct net_message_context *context, struct error *err)
{
	const struct net_act_create *create = &act->create;
	int ret = 0;

	if (create->peer_netns) {
		ret = netns_open(create->peer_netns, err);
		if (ret < 0)
			return ret;
		context->peer_netns_fd = ret;
		*array_append(&run->peer_fds, &run->n_peer_fds) = ret;
	}
	if (create->parent) {
		ret = create->parent_ifindex ? create->parent_ifindex
					     : find_ifindex(run, true, create->parent, err);
		context->parent_ifindex = ret;
	}
	return ret < 0 ? ret : 0;
}

static int add_to_batch(struct run *run, const struct net_act *act, struct error *err)
{
	struct net_message_context context = { .ifindex = act->ifindex, .root_fd = run->root_fd };
	struct nl_msg *message;
	/* What strayed in the root namespace may have no namespace of its own. */
	int ret = open_netns(run, act->in_root ? NULL : err);

	if (ret < 0 && !act->in_root)
		return ret;
	context.netns_fd = run->netns_fd;
	if (run->n_batched && run->batch_in_root != act->in_root)
		ret = flush(run, err);
	else
		ret = 0;
	if (ret == 0 && act->kind == NET_ACT_LINK_CREATE)
		ret = prepare_create(run, act, &context, err);
	if (ret == 0 && !context.ifindex && net_message_needs_ifindex(act)) {
		ret = context.ifindex = find_ifindex(run, act->in_root, act->link, err);
	}
	if (ret < 0)
		return ret;
	message = net_message_build(act, &context);
	net_batch_add(&run->batch, message);
	nlmsg_free(message);
	*array_append(&run->batched, &run->n_batched) = act;
	run->batch_in_root = act->in_root;
	return 0;
}

/* ---- namespaces ---- */

static int mark_lo(struct net_channel *channel, const char *mark, struct error *err)
{
	struct net_batch batch = { 0 };
	struct net_batch_fault fault;
	struct nl_msg *message = net_message_build_mark(LO_IFINDEX, "lo", mark);
	int ret;

	net_batch_add(&batch, message);
	nlmsg_free(message);
	ret = net_batch_send(&batch, 0, batch.count, NULL, NULL, channel, &fault, err);
	net_batch_finish(&batch);
	if (ret == -EREMOTEIO)
		ret = error_set_errno(err, fault.code, "cannot mark the namespace");
	return ret;
}

/* Marked before it has a name, so a crash leaves nothing that is visible and not known as ours. */
static int netns_create(struct run *run, const struct net_act *act, struct error *err)
{
	bool own = strcmp(act->name, run->group->netns) == 0;
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;
	char mark[NET_MARK_SIZE];
	int ret;

	if (unshare(CLONE_NEWNET) < 0)
		return error_set_errno(err, errno, "cannot create namespace '%s'", act->name);
	run->thread_in = -1;
	ret = net_channel_open(&channel, err);
	if (ret == 0)
		ret = mark_lo(&channel, net_mark_netns(mark, act->name, run->owner), err);
	if (ret == 0)
		ret = netns_publish(act->name, err);
	if (ret < 0 || !own)
		return ret;
	run->inside.sequence = channel.sequence;
	run->inside.fd = steal_fd(&channel.fd);
	run->netns_fd = netns_open_own(err);
	run->thread_in = run->netns_fd;
	return run->netns_fd < 0 ? run->netns_fd : 0;
}

static int delete_links(struct run *run, struct error *err)
{
	struct net_batch batch = { 0 };
	struct net_batch_fault fault;
	struct net_channel *channel;
	struct nl_msg *message = net_message_build_delete_group();
	int ret = get_channel(run, false, &channel, err);

	net_batch_add(&batch, message);
	nlmsg_free(message);
	if (ret == 0)
		ret = net_batch_send(&batch, 0, batch.count, NULL, NULL, channel, &fault, err);
	net_batch_finish(&batch);
	return ret == -EREMOTEIO ? error_set_errno(err, fault.code, "cannot delete its links")
				 : ret;
}

/* A namespace with a foreign process in it lives on without a name; it must not keep a way to the
 * customer, or the VLAN its successor will want. */
static int netns_delete(struct run *run, const struct net_act *act, struct error *err)
{
	int ret = open_netns(run, err);
	pid_t pid = ret < 0 ? 0 : net_busy_find(&run->removal.busy, run->netns_fd);

	if (ret == 0 && pid)
		ret = delete_links(run, err);
	if (ret == 0)
		ret = net_removal_netns(&run->removal, act, err);
	if (ret == 0 && pid)
		ret = error_set(err, EBUSY,
			"its links and name are gone, but process %d is still in the namespace",
			pid);
	return ret;
}

static int set_sysctl(struct run *run, const struct net_act *act, struct error *err)
{
	int ret = go(run, act->in_root, err);

	return ret < 0 ? ret : net_sysctl_write(act->sysctl.key, act->sysctl.value, err);
}

/* Acts that are no message. */
typedef int (*do_fn)(struct run *run, const struct net_act *act, struct error *err);

static const do_fn doers[NET_ACT_KINDS] = {
	[NET_ACT_NETNS_CREATE] = netns_create,
	[NET_ACT_NETNS_DELETE] = netns_delete,
	[NET_ACT_SYSCTL_SET] = set_sysctl,
};

/* ---- groups ---- */

static int do_act(struct run *run, const struct net_act *act, struct error *err)
{
	int ret;

	if (!doers[act->kind])
		return add_to_batch(run, act, err);
	ret = flush(run, err);
	return ret < 0 ? ret : doers[act->kind](run, act, err);
}

static void group_finish(struct run *run)
{
	net_channel_close(&run->inside);
	for (size_t i = 0; i < run->n_peer_fds; i++)
		close(run->peer_fds[i]);
	run->n_peer_fds = run->n_links = run->n_batched = 0;
	net_batch_clear(&run->batch);
	/* The number may be given to the next namespace. */
	if (run->netns_fd >= 0) {
		close(run->netns_fd);
		run->thread_in = -1;
	}
	run->netns_fd = -1;
}

static void run_group(
	struct run *run, const struct net_plan_group *group, struct net_outcome *outcome)
{
	int ret = 0;

	run->group = group;
	if (group->faults.count) {
		error_set(&outcome->error, group->fault_code, "%s", group->faults.items[0]);
		return;
	}
	for (size_t i = 0; ret == 0 && i < group->n_acts; i++) {
		ret = do_act(run, &group->acts[i], &outcome->error);
		outcome->acts = i;
	}
	if (ret == 0)
		ret = flush(run, &outcome->error);
	if (ret == 0)
		outcome->acts = group->n_acts;
	group_finish(run);
}

static void run_finish(struct run *run)
{
	net_channel_close(&run->root);
	net_batch_finish(&run->batch);
	net_removal_finish(&run->removal);
	free(run->batched);
	free(run->links);
	free(run->peer_fds);
}

static bool creates_netns(const struct net_plan *plan)
{
	for (size_t i = 0; i < plan->n_groups; i++)
		for (size_t a = 0; a < plan->groups[i].n_acts; a++)
			if (plan->groups[i].acts[a].kind == NET_ACT_NETNS_CREATE)
				return true;
	return false;
}

static int run_groups(
	struct run *run, const struct net_plan *plan, net_outcome_fn report, void *data)
{
	int ret = 0;

	for (size_t i = 0; i < plan->n_groups; i++) {
		struct net_outcome outcome = {
			.netns = plan->groups[i].netns,
			.removed = plan->groups[i].removed,
		};

		run_group(run, &plan->groups[i], &outcome);
		/* What is removed is reported once it is really gone. */
		if (net_removal_hold(&run->removal, &outcome))
			continue;
		if (outcome.error.code)
			ret = -EIO;
		if (report)
			report(&outcome, data);
	}
	return ret;
}

int net_plan_apply(
	const struct net_plan *plan, net_outcome_fn report, void *data, struct error *err)
{
	cleanup(netns_leave) int back = netns_open_own(err);
	cleanup(run_finish) struct run run = {
		.root = NET_CHANNEL_INIT,
		.inside = NET_CHANNEL_INIT,
		.root_fd = back,
		.thread_in = back,
		.netns_fd = -1,
		.owner = plan->owner,
	};
	int ret = back < 0 ? back : net_channel_open(&run.root, err);

	if (ret == 0 && creates_netns(plan))
		ret = netns_make_dir(err);
	if (ret < 0)
		return ret;
	net_removal_init(&run.removal, plan);
	ret = run_groups(&run, plan, report, data);
	if (go(&run, true, err) < 0 || net_removal_wait(&run.removal, &run.root, report, data) < 0)
		ret = -EIO;
	return ret < 0 ? error_set(err, EIO, "not everything could be done") : 0;
}
