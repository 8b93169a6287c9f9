// SPDX-License-Identifier: GPL-2.0-or-later
/* RTM_GETNSID and RTM_NEWNSID. */
#include "net/nsid.h"

#include <errno.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "net/channel.h"

static struct nl_msg *request_make(int type, int netns_fd)
{
	struct rtgenmsg info = { .rtgen_family = AF_UNSPEC };
	struct nl_msg *message = nlmsg_alloc_simple(type, 0);

	if (!message)
		abort();
	nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put_u32(message, NETNSA_FD, (uint32_t)netns_fd);
	return message;
}

static void nsid_store(const struct nlmsghdr *header, void *data)
{
	struct nlattr *a[NETNSA_MAX + 1];

	if (header->nlmsg_type == RTM_NEWNSID &&
		nlmsg_parse((struct nlmsghdr *)header, sizeof(struct rtgenmsg), a, NETNSA_MAX,
			NULL) == 0 &&
		a[NETNSA_NSID])
		*(int *)data = nla_get_s32(a[NETNSA_NSID]);
}

static int nsid_ask(struct net_channel *channel, int netns_fd, int *nsid, struct error *err)
{
	struct nl_msg *request = request_make(RTM_GETNSID, netns_fd);
	int ret;

	*nsid = NETNSA_NSID_NOT_ASSIGNED;
	ret = net_channel_get(channel, request, nsid_store, nsid, err);
	nlmsg_free(request);
	return ret;
}

/* EEXIST: a link that crossed meanwhile has got it one. */
static int nsid_assign(struct net_channel *channel, int netns_fd, struct error *err)
{
	struct nl_msg *request = request_make(RTM_NEWNSID, netns_fd);
	struct net_batch_fault fault = { 0 };
	struct net_batch batch = { 0 };
	int ret;

	nla_put_s32(request, NETNSA_NSID, NETNSA_NSID_NOT_ASSIGNED);
	net_batch_add(&batch, request);
	nlmsg_free(request);
	ret = net_batch_send(&batch, 0, 1, NULL, NULL, channel, &fault, err);
	net_batch_finish(&batch);
	if (ret == -EREMOTEIO && fault.code == EEXIST)
		return 0;
	return ret == -EREMOTEIO
		? error_set_errno(err, fault.code, "cannot give the namespace a number")
		: ret;
}

int net_nsid_get(struct net_channel *channel, int netns_fd, struct error *err)
{
	int nsid, ret = nsid_ask(channel, netns_fd, &nsid, err);

	if (ret == 0 && nsid == NETNSA_NSID_NOT_ASSIGNED)
		ret = nsid_assign(channel, netns_fd, err);
	if (ret == 0 && nsid == NETNSA_NSID_NOT_ASSIGNED)
		ret = nsid_ask(channel, netns_fd, &nsid, err);
	if (ret < 0)
		return ret;
	return nsid >= 0 ? nsid : error_set(err, EPROTO, "the namespace has got no number");
}
