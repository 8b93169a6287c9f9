// SPDX-License-Identifier: GPL-2.0-or-later
/* Which event concerns which VRF. */
#include "net/monitor.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strings.h"
#include "net/channel.h"
#include "net/dump.h"
#include "net/event_socket.h"
#include "net/firewall.h"
#include "net/goal.h"
#include "net/netns.h"
#include "net/nsid.h"

/* After so many the loop gets its turn. */
#define READ_MAX 256

/* A device of the root namespace that links stand on. */
struct lower {
	char name[NET_MARK_SIZE]; /* as the want has it, which may be an alternative one */
	int ifindex;              /* 0: not there */
	int master;
	unsigned int flags;
	uint32_t mtu_bytes;
};

struct subject {
	char *netns;
	void *told;                      /* the pointer that the listener knows it by */
	int nsid;                        /* -1: its namespace is not there */
	char root_name[NET_IFNAME_SIZE]; /* root end of its uplink; "": none */
	int root_ifindex;                /* 0: not there */
	struct strings lowers;
};

struct net_monitor {
	int epoll_fd, socket_fd, firewall_fd, names_fd;
	struct net_channel channel;
	struct subject **subjects;
	size_t n_subjects;
	struct subject **by_nsid; /* what is not a subject's is NULL */
	size_t n_nsids;
	struct lower *lowers;
	size_t n_lowers;

	/* during net_monitor_read() */
	net_monitor_fn tell;
	void *data;
};

/* ---- subjects ---- */

static struct subject *subject_find(const struct net_monitor *monitor, const char *netns)
{
	for (size_t i = 0; i < monitor->n_subjects; i++)
		if (strcmp(monitor->subjects[i]->netns, netns) == 0)
			return monitor->subjects[i];
	return NULL;
}

static void subject_forget_nsid(struct net_monitor *monitor, struct subject *subject)
{
	if (subject->nsid >= 0 && monitor->by_nsid[subject->nsid] == subject)
		monitor->by_nsid[subject->nsid] = NULL;
	subject->nsid = -1;
}

static void subject_set_nsid(struct net_monitor *monitor, struct subject *subject, int nsid)
{
	subject_forget_nsid(monitor, subject);
	while (monitor->n_nsids <= (size_t)nsid)
		(void)array_append(&monitor->by_nsid, &monitor->n_nsids);
	monitor->by_nsid[nsid] = subject;
	subject->nsid = nsid;
}

static void subject_free(struct subject *subject)
{
	strings_finish(&subject->lowers);
	free(subject->netns);
	free(subject);
}

/* ---- devices below ---- */

static struct lower *lower_find(const struct net_monitor *monitor, const char *name)
{
	for (size_t i = 0; i < monitor->n_lowers; i++)
		if (strcmp(monitor->lowers[i].name, name) == 0)
			return &monitor->lowers[i];
	return NULL;
}

/* All 0 where there is none of that name. */
static int link_find(struct net_monitor *monitor, const char *name, struct net_have_link *link,
	struct error *err)
{
	int ret = net_dump_link(&monitor->channel, name, 0, link, err);

	if (ret != -ENODEV)
		return ret;
	error_clear(err);
	memset(link, 0, sizeof(*link));
	return 0;
}

static int lower_add(struct net_monitor *monitor, const char *name, struct error *err)
{
	struct lower *lower = lower_find(monitor, name);
	struct net_have_link link;
	int ret;

	if (lower)
		return 0;
	ret = link_find(monitor, name, &link, err);
	if (ret < 0)
		return ret;
	lower = array_append(&monitor->lowers, &monitor->n_lowers);
	snprintf(lower->name, sizeof(lower->name), "%s", name);
	lower->ifindex = link.ifindex;
	lower->master = link.master;
	lower->flags = link.flags;
	lower->mtu_bytes = link.mtu_bytes;
	return 0;
}

static int lower_listen(
	struct net_monitor *monitor, struct subject *subject, const char *name, struct error *err)
{
	if (!strings_contain(&subject->lowers, name))
		strings_add(&subject->lowers, name);
	return lower_add(monitor, name, err);
}

static int lowers_add(struct net_monitor *monitor, struct subject *subject,
	const struct net_want_link *link, struct error *err)
{
	char name[NET_IFNAME_SIZE];
	struct net_have_link parent = { 0 };
	int ret = link->parent ? lower_listen(monitor, subject, link->parent, err) : 0;

	if (ret == 0 && link->parent && link->n_tags > 1)
		ret = link_find(monitor, link->parent, &parent, err);
	for (size_t tags = 1; ret == 0 && link->parent && tags < link->n_tags; tags++)
		if (net_goal_outer_name(
			    link, parent.ifindex ? parent.name : link->parent, tags, name))
			ret = lower_listen(monitor, subject, name, err);
	return ret;
}

static void tell_above(struct net_monitor *monitor, const char *name)
{
	for (size_t i = 0; i < monitor->n_subjects; i++)
		if (strings_contain(&monitor->subjects[i]->lowers, name))
			monitor->tell(monitor->subjects[i]->told, NET_MONITOR_LOWER, monitor->data);
}

/* Most events of a busy trunk change nothing for what stands on it: a link more on it is one. */
static void lower_see(struct net_monitor *monitor, const struct net_have_netns *seen, bool gone)
{
	const unsigned int kept = IFF_UP | NET_HAVE_CARRIER;
	const struct net_have_link *link = &seen->links[0];

	for (size_t i = 0; i < monitor->n_lowers; i++) {
		struct lower *lower = &monitor->lowers[i];
		bool named = net_have_is_named(seen, link, lower->name);
		int now = named && !gone ? link->ifindex : 0;

		if (!named && lower->ifindex != link->ifindex)
			continue;
		if (lower->ifindex == now && ((lower->flags ^ link->flags) & kept) == 0 &&
			lower->master == link->master && lower->mtu_bytes == link->mtu_bytes)
			continue;
		lower->ifindex = now;
		lower->flags = link->flags;
		lower->master = link->master;
		lower->mtu_bytes = link->mtu_bytes;
		tell_above(monitor, lower->name);
	}
}

/* ---- events ---- */

static void tell_subject(struct net_monitor *monitor, const struct subject *subject)
{
	monitor->tell(subject->told, NET_MONITOR_VRF, monitor->data);
}

static void on_root_link(struct net_monitor *monitor, const struct nlmsghdr *header)
{
	cleanup(net_have_netns_clear) struct net_have_netns seen = { 0 };
	bool gone = header->nlmsg_type == RTM_DELLINK;
	const struct net_have_link *link = net_dump_event_link(header, &seen);

	if (!*link->name)
		return;
	lower_see(monitor, &seen, gone);
	for (size_t i = 0; i < monitor->n_subjects; i++) {
		struct subject *subject = monitor->subjects[i];
		bool named = strcmp(subject->root_name, link->name) == 0;

		if (!named && subject->root_ifindex != link->ifindex)
			continue;
		subject->root_ifindex = named && !gone ? link->ifindex : 0;
		tell_subject(monitor, subject);
	}
}

static void on_root_address(struct net_monitor *monitor, const struct nlmsghdr *header)
{
	const struct ifaddrmsg *info = nlmsg_data(header);

	for (size_t i = 0; i < monitor->n_subjects; i++)
		if (monitor->subjects[i]->root_ifindex == (int)info->ifa_index)
			tell_subject(monitor, monitor->subjects[i]);
}

static struct subject *nsid_find(const struct net_monitor *monitor, int nsid)
{
	return nsid >= 0 && (size_t)nsid < monitor->n_nsids ? monitor->by_nsid[nsid] : NULL;
}

/* The namespace is dead, and its number free for the next. */
static void on_nsid_gone(struct net_monitor *monitor, const struct nlmsghdr *header)
{
	struct nlattr *nsid =
		nlmsg_find_attr((struct nlmsghdr *)header, sizeof(struct rtgenmsg), NETNSA_NSID);
	struct subject *subject = nsid ? nsid_find(monitor, nla_get_s32(nsid)) : NULL;

	if (!subject)
		return;
	subject_forget_nsid(monitor, subject);
	tell_subject(monitor, subject);
}

static void on_root_event(struct net_monitor *monitor, const struct nlmsghdr *header)
{
	switch (header->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		on_root_link(monitor, header);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		on_root_address(monitor, header);
		break;
	case RTM_DELNSID:
		on_nsid_gone(monitor, header);
		break;
	case RTM_NEWNETCONF:
		monitor->tell(NULL, NET_MONITOR_FORWARDING, monitor->data);
		break;
	default: /* routes of the root namespace */
		break;
	}
}

static void on_event(const struct nlmsghdr *header, int nsid, void *data)
{
	struct net_monitor *monitor = data;
	const struct subject *subject = nsid_find(monitor, nsid);

	if (nsid < 0)
		on_root_event(monitor, header);
	else if (subject)
		tell_subject(monitor, subject);
}

static void on_firewall_event(const struct nlmsghdr *header, int nsid, void *data)
{
	struct net_monitor *monitor = data;
	const struct subject *subject = nsid_find(monitor, nsid);
	const char *table = net_event_table(header);

	if (!table || strncmp(table, NET_FIREWALL_TABLE, strlen(NET_FIREWALL_TABLE)) != 0)
		return;
	if (nsid < 0)
		monitor->tell(NULL, NET_MONITOR_SHARED, monitor->data);
	else if (subject)
		tell_subject(monitor, subject);
}

static int read_socket(struct net_monitor *monitor, int fd, net_event_fn fn, struct error *err)
{
	int ret = 1;

	for (int i = 0; ret > 0 && i < READ_MAX; i++)
		ret = net_event_socket_read(fd, fn, monitor, err);
	if (ret != -ENOBUFS)
		return ret;
	error_clear(err);
	monitor->tell(NULL, NET_MONITOR_VRF, monitor->data);
	return 0;
}

static int read_names(struct net_monitor *monitor, struct error *err)
{
	_Alignas(struct inotify_event) char buffer[4096];
	ssize_t size = read(monitor->names_fd, buffer, sizeof(buffer));

	if (size < 0 && errno != EAGAIN && errno != EINTR)
		return error_set_errno(err, errno, "cannot hear of changes in " NETNS_DIR);
	for (ssize_t at = 0; at < size;) {
		const struct inotify_event *event = (void *)(buffer + at);
		struct subject *subject = event->len ? subject_find(monitor, event->name) : NULL;

		if (event->mask & IN_Q_OVERFLOW)
			monitor->tell(NULL, NET_MONITOR_VRF, monitor->data);
		else if (subject)
			tell_subject(monitor, subject);
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	return 0;
}

int net_monitor_read(
	struct net_monitor *monitor, net_monitor_fn tell, void *data, struct error *err)
{
	int ret;

	monitor->tell = tell;
	monitor->data = data;
	ret = read_socket(monitor, monitor->socket_fd, on_event, err);
	if (ret >= 0 && monitor->firewall_fd >= 0)
		ret = read_socket(monitor, monitor->firewall_fd, on_firewall_event, err);
	return ret < 0 ? ret : read_names(monitor, err);
}

/* ---- life ---- */

static int poll_add(struct net_monitor *monitor, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(monitor->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int names_open(struct net_monitor *monitor, struct error *err)
{
	int ret = netns_make_dir(err);

	if (ret < 0)
		return ret;
	monitor->names_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (monitor->names_fd < 0 ||
		inotify_add_watch(
			monitor->names_fd, NETNS_DIR, IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR) < 0)
		return error_set_errno(err, errno, "cannot watch " NETNS_DIR);
	return 0;
}

static void monitor_free(struct net_monitor **monitor)
{
	net_monitor_destroy(*monitor);
}

int net_monitor_create(struct net_monitor **result, struct error *err)
{
	cleanup(monitor_free) struct net_monitor *monitor = xcalloc(1, sizeof(*monitor));
	int ret;

	monitor->channel = (struct net_channel)NET_CHANNEL_INIT;
	monitor->names_fd = monitor->epoll_fd = -1;
	/* A kernel without nftables has none of its events. */
	monitor->firewall_fd = net_event_socket_open_firewall(NULL);
	monitor->socket_fd = net_event_socket_open(err);
	ret = monitor->socket_fd < 0 ? monitor->socket_fd : names_open(monitor, err);
	if (ret == 0)
		ret = net_channel_open(&monitor->channel, err);
	if (ret < 0)
		return ret;
	monitor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (monitor->epoll_fd < 0 || poll_add(monitor, monitor->socket_fd) < 0 ||
		poll_add(monitor, monitor->names_fd) < 0 ||
		(monitor->firewall_fd >= 0 && poll_add(monitor, monitor->firewall_fd) < 0))
		return error_set_errno(err, errno, "cannot watch for changes in the kernel");
	*result = steal_ptr(&monitor);
	return 0;
}

void net_monitor_destroy(struct net_monitor *monitor)
{
	if (!monitor)
		return;
	for (size_t i = 0; i < monitor->n_subjects; i++)
		subject_free(monitor->subjects[i]);
	free(monitor->subjects);
	free(monitor->by_nsid);
	free(monitor->lowers);
	net_channel_close(&monitor->channel);
	cleanup_close_fd(&monitor->names_fd);
	cleanup_close_fd(&monitor->socket_fd);
	cleanup_close_fd(&monitor->firewall_fd);
	cleanup_close_fd(&monitor->epoll_fd);
	free(monitor);
}

int net_monitor_fd(const struct net_monitor *monitor)
{
	return monitor->epoll_fd;
}

/* A namespace that is not there (yet) has no number; its name will be seen to come again by us. */
static int subject_learn_nsid(
	struct net_monitor *monitor, struct subject *subject, struct error *err)
{
	cleanup_fd int fd = netns_open(subject->netns, NULL);
	int nsid;

	subject_forget_nsid(monitor, subject);
	if (fd < 0)
		return 0;
	nsid = net_nsid_get(&monitor->channel, fd, err);
	if (nsid >= 0)
		subject_set_nsid(monitor, subject, nsid);
	return nsid < 0 ? nsid : 0;
}

static int subject_learn_root(struct net_monitor *monitor, struct subject *subject,
	const struct net_want_netns *netns, struct error *err)
{
	struct net_have_link link;
	int ret;

	subject->root_name[0] = '\0';
	subject->root_ifindex = 0;
	if (!netns->has_uplink)
		return 0;
	net_uplink_root_name(netns->id, subject->root_name);
	ret = link_find(monitor, subject->root_name, &link, err);
	if (ret == 0)
		subject->root_ifindex = link.ifindex;
	return ret;
}

int net_monitor_add(struct net_monitor *monitor, const struct net_want_netns *netns, void *told,
	struct error *err)
{
	struct subject *subject = subject_find(monitor, netns->name);
	int ret;

	if (!subject) {
		subject = xcalloc(1, sizeof(*subject));
		subject->netns = xstrdup(netns->name);
		subject->nsid = -1;
		*array_append(&monitor->subjects, &monitor->n_subjects) = subject;
	}
	subject->told = told;
	ret = subject_learn_nsid(monitor, subject, err);
	if (ret == 0)
		ret = subject_learn_root(monitor, subject, netns, err);
	strings_finish(&subject->lowers);
	for (size_t i = 0; ret == 0 && i < netns->n_links; i++)
		ret = lowers_add(monitor, subject, &netns->links[i], err);
	return error_wrap(err, ret, "namespace '%s'", netns->name);
}

void net_monitor_remove(struct net_monitor *monitor, const char *netns)
{
	for (size_t i = 0; i < monitor->n_subjects; i++) {
		struct subject *subject = monitor->subjects[i];

		if (strcmp(subject->netns, netns) != 0)
			continue;
		subject_forget_nsid(monitor, subject);
		subject_free(subject);
		monitor->subjects[i] = monitor->subjects[--monitor->n_subjects];
		return;
	}
}
