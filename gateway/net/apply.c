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
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/dump.h"
#include "net/firewall_kernel.h"
#include "net/link.h"
#include "net/message.h"
#include "net/netns.h"
#include "net/plan.h"
#include "net/run.h"
#include "net/sysctl.h"

#define LO_IFINDEX 1

/* ---- namespaces ---- */

static int mark_lo(struct net_channel *channel, const char *mark, struct error *err)
{
	struct net_batch batch = { 0 };
	struct net_batch_fault fault = { 0 };
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

/* What it inherited from the host, written only where it has to be. */
static int stop_forwarding(struct net_run *run, struct net_channel *channel, struct error *err)
{
	static const struct {
		int family;
		const char *key;
	} families[] = {
		{ AF_INET, "net.ipv4.ip_forward" },
		{ AF_INET6, "net.ipv6.conf.all.forwarding" },
	};
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < sizeof(families) / sizeof(*families); i++) {
		bool forwarding;

		ret = net_dump_forwarding(channel, families[i].family, &forwarding, err);
		/* Writing what is there already changes nothing, not even `default`. */
		if (ret == 0 && forwarding)
			ret = net_sysctl_write(&run->sysctls, families[i].key, "1", err);
		if (ret == 0 && forwarding)
			ret = net_sysctl_write(&run->sysctls, families[i].key, "0", err);
	}
	return ret;
}

/* Marked before it has a name, so a crash leaves nothing that is visible and not known as ours. */
static int netns_create(struct net_run *run, const struct net_act *act, struct error *err)
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
		ret = stop_forwarding(run, &channel, err);
	if (ret == 0)
		ret = netns_publish(act->name, run->patient, err);
	run->passing = ret == -EAGAIN;
	if (ret < 0 || !own)
		return ret;
	run->inside.sequence = channel.sequence;
	run->inside.fd = steal_fd(&channel.fd);
	run->netns_fd = netns_open_own(err);
	run->thread_in = run->netns_fd;
	return run->netns_fd < 0 ? run->netns_fd : 0;
}

static int delete_links(struct net_run *run, struct error *err)
{
	struct net_batch batch = { 0 };
	struct net_batch_fault fault = { 0 };
	struct net_channel *channel;
	struct nl_msg *message = net_message_build_delete_group();
	int ret = net_run_get_channel(run, false, &channel, err);

	net_batch_add(&batch, message);
	nlmsg_free(message);
	if (ret == 0)
		ret = net_batch_send(&batch, 0, batch.count, NULL, NULL, channel, &fault, err);
	net_batch_finish(&batch);
	/* ENODEV: it has none. */
	if (ret == -EREMOTEIO && fault.code == ENODEV)
		return 0;
	return ret == -EREMOTEIO ? error_set_errno(err, fault.code, "cannot delete its links")
				 : ret;
}

/* A namespace with a foreign process in it, or with what is left of connections, lives on without a name; it must not
 * keep a way to the customer, or the VLAN its successor will want. */
static int netns_delete(struct net_run *run, const struct net_act *act, struct error *err)
{
	int ret = net_run_go(run, false, err);
	pid_t pid = ret < 0 ? 0 : net_busy_find(&run->removal.busy, run->netns_fd);

	if (ret == 0 && (pid || net_busy_has_connections()))
		ret = delete_links(run, err);
	if (ret == 0)
		ret = net_run_go(run, true, err);
	if (ret == 0)
		ret = net_removal_netns(&run->removal, act, &run->netns_fd, err);
	if (ret == 0 && pid)
		ret = error_set(err, EBUSY,
			"its links and name are gone, but process %d is still in the namespace",
			pid);
	return ret;
}

static int set_sysctl(struct net_run *run, const struct net_act *act, struct error *err)
{
	int ret = net_run_go(run, act->in_root, err);

	return ret < 0 ? ret
		       : net_sysctl_write(&run->sysctls, act->sysctl.key, act->sysctl.value, err);
}

static int write_firewall(const struct net_act_firewall *firewall, struct error *err)
{
	return firewall->transaction
		? net_firewall_commit(firewall->transaction, err)
		: net_firewall_set(firewall->table, firewall->chains, firewall->replace, err);
}

/* Whose way to the root namespace would stand open gets none. */
static int set_firewall(struct net_run *run, const struct net_act *act, struct error *err)
{
	int ret = net_run_go(run, act->in_root, err);

	if (ret == 0 && run->unguarded) {
		ret = error_set(err, EIO, "without a firewall in the root namespace");
		error_blame(err, CAUSE_ROOT_FIREWALL, NULL);
	}
	if (ret == 0)
		ret = write_firewall(&act->firewall, err);
	if (ret < 0 && act->in_root)
		run->unguarded = true;
	return error_wrap(
		err, ret, "cannot set firewall " NET_FIREWALL_FAMILY " %s", act->firewall.table);
}

static int delete_firewall(struct net_run *run, const struct net_act *act, struct error *err)
{
	int ret = net_run_go(run, act->in_root, err);

	if (ret == 0)
		ret = net_firewall_delete(act->firewall.table, err);
	return error_wrap(
		err, ret, "cannot delete firewall " NET_FIREWALL_FAMILY " %s", act->firewall.table);
}

/* Acts that are no message. */
typedef int (*do_fn)(struct net_run *run, const struct net_act *act, struct error *err);

static const do_fn doers[NET_ACT_KINDS] = {
	[NET_ACT_NETNS_CREATE] = netns_create,
	[NET_ACT_NETNS_DELETE] = netns_delete,
	[NET_ACT_SYSCTL_SET] = set_sysctl,
	[NET_ACT_FIREWALL_SET] = set_firewall,
	[NET_ACT_FIREWALL_DELETE] = delete_firewall,
};

/* ---- groups ---- */

static int do_act(struct net_run *run, const struct net_act *act, struct error *err)
{
	int ret;

	if (!doers[act->kind])
		return net_run_add(run, act, err);
	ret = net_run_flush(run, err);
	return ret < 0 ? ret : doers[act->kind](run, act, err);
}

static void group_finish(struct net_run *run)
{
	net_channel_close(&run->inside);
	for (size_t i = 0; i < run->n_peer_fds; i++)
		close(run->peer_fds[i]);
	run->n_peer_fds = run->n_links = run->n_batched = 0;
	net_batch_clear(&run->batch);
	cleanup_close_fd(&run->netns_fd);
	run->netns_fd = -1;
	/* Its number may be given to the next namespace. */
	if (run->thread_in != run->root_fd)
		run->thread_in = -1;
}

/* What keeps others out is set even where the rest cannot be done: what there is must not stand open. */
static bool is_guard(const struct net_act *act)
{
	return act->kind == NET_ACT_SYSCTL_SET || act->kind == NET_ACT_LINK_SET_GUARDS;
}

/* Each by itself; who fails is of no interest any more. */
static void guard_the_rest(struct net_run *run, const struct net_plan_group *group, size_t first)
{
	const struct net_act *failed = run->failed;

	for (size_t i = first; i < group->n_acts; i++) {
		/* That name is somebody else's. */
		if (net_act_makes_uplink(failed) && group->acts[i].in_root)
			continue;
		if (is_guard(&group->acts[i])) {
			(void)do_act(run, &group->acts[i], NULL);
			(void)net_run_flush(run, NULL);
		}
	}
	run->failed = failed;
}

/* A minor act that fails costs itself. */
static int do_or_miss(struct net_run *run, const struct net_act *act, struct error *err)
{
	int ret;

	if (!act->minor || !doers[act->kind])
		return do_act(run, act, err);
	ret = net_run_flush(run, err);
	if (ret == 0 && doers[act->kind](run, act, err) < 0) {
		net_run_miss(run, act, err);
		error_clear(err);
	}
	return ret;
}

/* What the kernel refuses to one it refuses to all who want the like. */
static struct cause act_cause(const struct net_act *act, int code)
{
	static const int refusals[] = { EOPNOTSUPP, EINVAL, EBUSY, EPERM, ENOSPC, ENOMEM, EMFILE,
		ENFILE };
	char object[CAUSE_OBJECT_SIZE];
	bool refused = false;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		refused |= code == refusals[i];
	if (refused && act->kind == NET_ACT_NETNS_CREATE)
		return cause_of(CAUSE_NETNS_REFUSED, code, NULL);
	if (act->kind != NET_ACT_LINK_CREATE || !act->create.parent)
		return (struct cause){ 0 };
	if (code == ENETDOWN)
		return cause_of(CAUSE_PARENT_DOWN, 0, act->create.parent);
	snprintf(object, sizeof(object), "%s on %s", net_link_type(act->create.kind)->word,
		act->create.parent);
	return refused ? cause_of(CAUSE_LINK_REFUSED, code, object) : (struct cause){ 0 };
}

static size_t count_retries(const struct net_plan_group *group, size_t from, size_t to)
{
	size_t count = 0;

	for (size_t i = from; i < to; i++)
		count += group->acts[i].kind == NET_ACT_ADDRESS_ADD &&
			net_act_is_retry(&group->acts[i]);
	return count;
}

static void tell_missed(struct net_run *run, struct net_outcome *outcome)
{
	if (!run->n_missed)
		return;
	outcome->error = run->missed_error;
	outcome->aspect = net_act_aspect(run->missed[0]);
	outcome->acts -= run->n_missed;
	outcome->minor = true;
	if (run->n_missed > 1)
		error_set(&outcome->error, run->missed_error.code, "%s, and %zu more",
			run->missed_error.text, run->n_missed - 1);
}

/* The acts of a group from one to another, which ends what is told of it. */
static void run_group(struct net_run *run, const struct net_plan_group *group, size_t from,
	size_t to, struct net_outcome *outcome)
{
	size_t i;
	int ret = 0;

	if (outcome->error.code)
		return;

	run->group = group;
	run->failed = NULL;
	run->n_missed = 0;
	run->passing = false;
	if (group->faults.count) {
		outcome->error = group->faults.items[0];
		outcome->aspect = NET_ASPECT_LINK;
		return;
	}
	for (i = from; ret == 0 && i < to; i++) {
		ret = do_or_miss(run, &group->acts[i], &outcome->error);
		outcome->acts = i;
		if (ret < 0 && !run->failed)
			run->failed = &group->acts[i];
	}
	if (ret == 0)
		ret = net_run_flush(run, &outcome->error);
	if (ret == 0) {
		outcome->acts = to;
		outcome->retries = count_retries(group, from, to);
		tell_missed(run, outcome);
	} else if (run->failed) {
		outcome->aspect = net_act_aspect(run->failed);
		outcome->passing = run->passing;
		if (!outcome->error.cause.kind)
			outcome->error.cause = act_cause(run->failed, outcome->error.code);
		guard_the_rest(run, group, i > from ? i - 1 : from);
	}
	group_finish(run);
}

static void run_finish(struct net_run *run)
{
	net_channel_close(&run->root);
	net_batch_finish(&run->batch);
	net_removal_finish(&run->removal);
	net_sysctls_finish(&run->sysctls);
	free(run->batched);
	free(run->missed);
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

/* What any group has to free, from the first on that is not just removed. */
static void run_early(struct net_run *run, const struct net_plan *plan, size_t first,
	struct net_outcome *outcomes)
{
	for (size_t i = first; i < plan->n_groups; i++)
		if (plan->groups[i].n_early && !plan->groups[i].faults.count)
			run_group(run, &plan->groups[i], 0, plan->groups[i].n_early, &outcomes[i]);
}

static int run_groups(
	struct net_run *run, const struct net_plan *plan, net_outcome_fn report, void *data)
{
	cleanup_free struct net_outcome *outcomes = xcalloc(plan->n_groups, sizeof(*outcomes));
	bool staged = net_plan_is_staged(plan), early = false;
	int ret = 0;

	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct net_plan_group *group = &plan->groups[i];
		struct net_outcome outcome;

		if (staged && !early && (!group->removed || group->n_early)) {
			net_removal_let_go(&run->removal);
			run_early(run, plan, i, outcomes);
			early = true;
		}
		outcome = outcomes[i];
		outcome.group = group;
		outcome.netns = group->netns;
		outcome.removed = group->removed;
		if (!outcome.removed)
			net_removal_let_go(&run->removal);
		run_group(run, group, early ? group->n_early : 0, group->n_acts, &outcome);
		/* What is removed is reported once it is really gone. */
		if (net_removal_hold(&run->removal, &outcome))
			continue;
		if (outcome.error.code)
			ret = -EIO;
		/* Whoever is told may act, and from its own namespace. */
		if (net_run_go(run, true, NULL) < 0)
			abort();
		if (report)
			report(&outcome, data);
	}
	return ret;
}

int net_plan_apply(
	const struct net_plan *plan, net_outcome_fn report, void *data, struct error *err)
{
	cleanup(netns_leave) int back = netns_open_own(err);
	cleanup(run_finish) struct net_run run = {
		.root = NET_CHANNEL_INIT,
		.inside = NET_CHANNEL_INIT,
		.sysctls = NET_SYSCTLS_INIT,
		.root_fd = back,
		.thread_in = back,
		.netns_fd = -1,
		.owner = plan->owner,
		.patient = plan->patience_ms > 0,
	};
	int ret = back < 0 ? back : net_channel_open(&run.root, err);

	if (ret == 0 && creates_netns(plan))
		ret = netns_make_dir(err);
	if (ret < 0)
		return ret;
	net_removal_init(&run.removal, plan);
	ret = run_groups(&run, plan, report, data);
	if (net_run_go(&run, true, err) < 0 ||
		net_removal_wait(&run.removal, &run.root, report, data) < 0)
		ret = -EIO;
	return ret < 0 ? error_set(err, EIO, "not everything could be done") : 0;
}
