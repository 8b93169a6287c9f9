// SPDX-License-Identifier: GPL-2.0-or-later
/* Acts of one place collected into batches, and errors traced back to their acts. */
#include "net/run.h"

#include <errno.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "net/dump.h"
#include "net/link.h"
#include "net/message.h"
#include "net/netns.h"

/* For all retries of a run together: one VRF's clash must not hold up the others for long. */
#define RETRY_MS  1000
/* Well below the send buffer that the kernel gives a socket. */
#define BATCH_MAX (64 * 1024)

/* What it is that an errno alone does not tell, where the plan could not see it. */
static const char *hint(const struct net_act *act, int code)
{
	static const struct {
		enum net_act_kind act;
		int code;
		const char *text;
	} hints[] = {
		{ NET_ACT_LINK_SET_UP, ENETDOWN, "its parent is down" },
		{ NET_ACT_LINK_SET_UP, EADDRINUSE,
			"its parent, or another macvlan there, has that mac" },
		{ NET_ACT_LINK_MOVE_IN, EINVAL, "it cannot leave its namespace" },
		{ NET_ACT_LINK_MOVE_IN, EEXIST,
			"its name, or an alternative one of it, is taken in there" },
	};
	for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++)
		if (hints[i].act == act->kind && hints[i].code == code)
			return hints[i].text;
	if (act->kind == NET_ACT_ADDRESS_ADD && code == EINVAL &&
		act->address.address.family == AF_INET6)
		return "IPv6 needs an mtu of 1280 or more";
	if (act->kind == NET_ACT_ROUTE_ADD && code == EEXIST)
		return act->route.rival;
	for (size_t i = 0; act->kind == NET_ACT_LINK_CREATE && i < NET_LINK_HINTS; i++)
		if (net_link_type(act->create.kind)->hints[i].code == code)
			return net_link_type(act->create.kind)->hints[i].text;
	return NULL;
}

/* "interface 'eth0.10': cannot create vlan 10 on 'eth0': File exists (8021q: ...): a link in another ..." */
static int act_error(const struct net_act *act, int code, const char *text, struct error *err)
{
	const char *why = hint(act, code);
	char phrase[NET_ACT_TEXT_SIZE];

	net_act_phrase(act, phrase);
	error_set(err, code, "cannot %s: %s%s%s%s%s%s", phrase, strerror(code), text[0] ? " (" : "",
		text, text[0] ? ")" : "", why ? ": " : "", why ? why : "");
	return act->link[0] ? error_wrap(err, -code, "interface '%s'", act->link) : -code;
}

/* ---- places ---- */

int net_run_open_netns(struct net_run *run, struct error *err)
{
	if (run->netns_fd < 0)
		run->netns_fd = netns_open(run->group->netns, err);
	return run->netns_fd < 0 ? run->netns_fd : 0;
}

int net_run_go(struct net_run *run, bool root, struct error *err)
{
	int ret = root ? 0 : net_run_open_netns(run, err);
	int target = root ? run->root_fd : run->netns_fd;

	if (ret < 0 || run->thread_in == target)
		return ret;
	ret = netns_switch(target, err);
	if (ret == 0)
		run->thread_in = target;
	return ret;
}

int net_run_get_channel(
	struct net_run *run, bool root, struct net_channel **channel, struct error *err)
{
	int ret = 0;

	*channel = root ? &run->root : &run->inside;
	if ((*channel)->fd < 0)
		ret = net_run_go(run, root, err);
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
		(act->kind == NET_ACT_LINK_CREATE && !net_act_makes_uplink(act) &&
			code == net_link_type(act->create.kind)->passing);
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

static bool is_gone_already(const struct net_act *act, int code)
{
	for (size_t i = 0; i < sizeof(gone_already) / sizeof(*gone_already); i++)
		if (act->kind == gone_already[i].kind && code == gone_already[i].code)
			return true;
	return false;
}

void net_run_miss(struct net_run *run, const struct net_act *act, const struct error *err)
{
	for (size_t i = 0; i < run->n_missed; i++)
		if (run->missed[i] == act)
			return;
	if (!run->n_missed)
		run->missed_error = *err;
	*array_append(&run->missed, &run->n_missed) = act;
}

static bool ignore_minor(const struct net_batch_fault *fault, void *data)
{
	struct net_run *run = data;
	const struct net_act *act = run->batched[fault->index];
	struct error err = ERROR_INIT;

	if (is_gone_already(act, fault->code))
		return true;
	if (!act->minor || is_passing(act, fault->code))
		return false;
	act_error(act, fault->code, fault->text, &err);
	net_run_miss(run, act, &err);
	return true;
}

/* On a second sending much is there already. */
static bool ignore_done(const struct net_batch_fault *fault, void *data)
{
	return fault->code == EEXIST || ignore_minor(fault, data);
}

/* Tries the act again for a while, then once more those behind it: some stood on it. */
static int retry(struct net_run *run, struct net_channel *channel, struct net_batch_fault *fault,
	struct error *err)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	size_t index = fault->index;
	int ret;

	if (!run->retry_deadline_ms)
		run->retry_deadline_ms = clock_now_ms() + RETRY_MS;
	do {
		nanosleep(&pause, NULL);
		ret = net_batch_send(&run->batch, index, 1, NULL, NULL, channel, fault, err);
	} while (ret == -EREMOTEIO && is_passing(run->batched[index], fault->code) &&
		clock_now_ms() < run->retry_deadline_ms);
	if (ret == 0)
		ret = net_batch_send(&run->batch, index + 1, run->n_batched - index - 1,
			ignore_done, run, channel, fault, err);
	return ret;
}

int net_run_flush(struct net_run *run, struct error *err)
{
	struct net_channel *channel = NULL;
	struct net_batch_fault fault = { 0 };
	int ret;

	if (!run->n_batched)
		return 0;
	ret = net_run_get_channel(run, run->batch_in_root, &channel, err);
	if (ret == 0)
		ret = net_batch_send(
			&run->batch, 0, run->n_batched, ignore_minor, run, channel, &fault, err);
	while (ret == -EREMOTEIO && is_passing(run->batched[fault.index], fault.code)) {
		size_t index = fault.index;

		run->passing = !run->patient;
		if (run->passing)
			break;
		ret = retry(run, channel, &fault, err);
		if (ret == -EREMOTEIO && fault.index == index)
			break;
	}
	if (ret == -EREMOTEIO) {
		run->failed = run->batched[fault.index];
		ret = act_error(run->failed, fault.code, fault.text, err);
	}
	run->n_batched = 0;
	net_batch_clear(&run->batch);
	return ret;
}

static int learn(struct net_run *run, bool in_root, const char *name, struct error *err)
{
	struct net_channel *channel = NULL;
	struct net_have_link link;
	int ret = net_run_flush(run, err);

	if (ret == 0)
		ret = net_run_get_channel(run, in_root, &channel, err);
	if (ret < 0)
		return ret;
	ret = net_dump_link(channel, name, 0, &link, err);
	if (ret < 0)
		return error_wrap(err, ret, "interface '%s'", name);
	*array_append(&run->links, &run->n_links) =
		(struct net_known_link){ name, in_root, link.ifindex };
	return link.ifindex;
}

static int find_ifindex(struct net_run *run, bool in_root, const char *name, struct error *err)
{
	for (size_t i = 0; i < run->n_links; i++)
		if (run->links[i].in_root == in_root && strcmp(run->links[i].name, name) == 0)
			return run->links[i].ifindex;
	return learn(run, in_root, name, err);
}

/* Fills the context of a link's making: where its ends go and what it stands on. */
static int prepare_create(struct net_run *run, const struct net_act *act,
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

static bool is_route(const struct net_act *act)
{
	return act->kind == NET_ACT_ROUTE_ADD || act->kind == NET_ACT_ROUTE_DELETE;
}

/* The ifindexes of a route's other next hops; *list is the caller's. */
static int find_hops(struct net_run *run, const struct net_act *act, int **list, struct error *err)
{
	int ret = 0;
	size_t count = 0;

	for (size_t i = 0; ret >= 0 && i < act->route.n_others; i++) {
		const struct net_act_hop *hop = &act->route.others[i];

		ret = hop->ifindex || !hop->dev[0] ? hop->ifindex
						   : find_ifindex(run, act->in_root, hop->dev, err);
		*array_append(list, &count) = ret;
	}
	return ret < 0 ? ret : 0;
}

int net_run_add(struct net_run *run, const struct net_act *act, struct error *err)
{
	struct net_message_context context = { .ifindex = act->ifindex, .root_fd = run->root_fd };
	cleanup_free int *hops = NULL;
	struct nl_msg *message;
	/* What strayed in the root namespace may have no namespace of its own. */
	int ret = net_run_open_netns(run, act->in_root ? NULL : err);

	if (ret < 0 && !act->in_root)
		return ret;
	context.netns_fd = run->netns_fd;
	if (run->n_batched && run->batch_in_root != act->in_root)
		ret = net_run_flush(run, err);
	else
		ret = 0;
	if (ret == 0 && act->kind == NET_ACT_LINK_CREATE)
		ret = prepare_create(run, act, &context, err);
	if (ret == 0 && !context.ifindex && act->kind == NET_ACT_LINK_MOVE_IN)
		ret = context.ifindex = find_ifindex(run, true, act->name, err);
	if (ret == 0 && !context.ifindex && net_message_needs_ifindex(act)) {
		ret = context.ifindex = find_ifindex(run, act->in_root, act->link, err);
	}
	if (ret >= 0 && is_route(act))
		ret = find_hops(run, act, &hops, err);
	context.hops = hops;
	if (ret < 0)
		return ret;
	message = net_message_build(act, &context);
	net_batch_add(&run->batch, message);
	nlmsg_free(message);
	*array_append(&run->batched, &run->n_batched) = act;
	run->batch_in_root = act->in_root;
	return run->batch.size > BATCH_MAX ? net_run_flush(run, err) : 0;
}
