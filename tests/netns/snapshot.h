// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A snapshot: all that is in a namespace as sorted lines of text, read by rtnetlink
 * without the code under test. What the kernel does on its own and in its own time (carrier,
 * link-local addresses, its own routes, indexes) is left out, so that two looks can be compared:
 *
 *	acme link cust macvlan up mtu 1500 group 7762534
 *	acme altname cust vrfgate:acme:cust@1234abcd
 *	acme address cust 10.0.0.2/30
 *	acme route 192.168.0.0/16 via 10.0.0.1 dev cust metric 0
 *	acme neighbour uplink fd5a:b1c0:de00::1
 */
#pragma once

#include <netlink/route/rtnl.h>

#include "base/strings.h"
#include "nlops.h"

struct snapshot {
	const char *netns;
	struct strings lines;
	struct {
		int ifindex;
		char name[IF_NAMESIZE];
	} links[2048];
	size_t n_links;
};

__attribute__((format(printf, 2, 3))) static inline void snapshot_say(
	struct snapshot *snapshot, const char *format, ...)
{
	char text[512];
	size_t used = (size_t)snprintf(
		text, sizeof(text), "%s ", *snapshot->netns ? snapshot->netns : "-");
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, sizeof(text) - used, format, args);
	va_end(args);
	strings_add(&snapshot->lines, text);
}

static inline const char *snapshot_link_name(const struct snapshot *snapshot, int ifindex)
{
	for (size_t i = 0; i < snapshot->n_links; i++)
		if (snapshot->links[i].ifindex == ifindex)
			return snapshot->links[i].name;
	return "?";
}

static inline const char *snapshot_address(
	char text[ADDRESS_TEXT_SIZE], int family, uint8_t prefix_length, struct nlattr *attribute)
{
	struct address a = { .family = (uint8_t)family, .prefix_length = prefix_length };

	if (attribute)
		memcpy(a.bytes, nla_data(attribute), (size_t)nla_len(attribute));
	return address_format(&a, true, text);
}

static inline void snapshot_take_link(struct snapshot *snapshot, struct nlmsghdr *header)
{
	struct ifinfomsg *info = nlmsg_data(header);
	struct nlattr *a[IFLA_MAX + 1], *kind[IFLA_INFO_MAX + 1] = { 0 }, *altname;
	const char *name;
	int rest;

	nlmsg_parse(header, sizeof(*info), a, IFLA_MAX, NULL);
	name = nla_get_string(a[IFLA_IFNAME]);
	assert_true(snapshot->n_links < sizeof(snapshot->links) / sizeof(*snapshot->links));
	snapshot->links[snapshot->n_links].ifindex = info->ifi_index;
	snprintf(snapshot->links[snapshot->n_links++].name, IF_NAMESIZE, "%s", name);
	if (a[IFLA_LINKINFO])
		nla_parse_nested(kind, IFLA_INFO_MAX, a[IFLA_LINKINFO], NULL);
	snapshot_say(snapshot, "link %s %s %s mtu %u group %u", name,
		kind[IFLA_INFO_KIND] ? nla_get_string(kind[IFLA_INFO_KIND]) : "-",
		info->ifi_flags & IFF_UP ? "up" : "down", nla_get_u32(a[IFLA_MTU]),
		nla_get_u32(a[IFLA_GROUP]));
	if (a[IFLA_PROP_LIST])
		nla_for_each_nested(altname, a[IFLA_PROP_LIST], rest)
			snapshot_say(snapshot, "altname %s %s", name, nla_get_string(altname));
}

static inline void snapshot_take_address(struct snapshot *snapshot, struct nlmsghdr *header)
{
	struct ifaddrmsg *info = nlmsg_data(header);
	struct nlattr *a[IFA_MAX + 1];
	char text[ADDRESS_TEXT_SIZE];

	nlmsg_parse(header, sizeof(*info), a, IFA_MAX, NULL);
	if (info->ifa_scope != RT_SCOPE_LINK)
		snapshot_say(snapshot, "address %s %s",
			snapshot_link_name(snapshot, (int)info->ifa_index),
			snapshot_address(text, info->ifa_family, info->ifa_prefixlen,
				a[IFA_LOCAL] ? a[IFA_LOCAL] : a[IFA_ADDRESS]));
}

static inline void snapshot_take_route(struct snapshot *snapshot, struct nlmsghdr *header)
{
	struct rtmsg *info = nlmsg_data(header);
	struct nlattr *a[RTA_MAX + 1];
	char destination[ADDRESS_TEXT_SIZE], via[ADDRESS_TEXT_SIZE];

	nlmsg_parse(header, sizeof(*info), a, RTA_MAX, NULL);
	if (info->rtm_type != RTN_UNICAST || info->rtm_table != RT_TABLE_MAIN ||
		info->rtm_protocol == RTPROT_KERNEL || (info->rtm_flags & RTM_F_CLONED))
		return;
	snapshot_say(snapshot, "route %s via %s dev %s metric %u",
		snapshot_address(destination, info->rtm_family, info->rtm_dst_len, a[RTA_DST]),
		a[RTA_GATEWAY] ? snapshot_address(via, info->rtm_family, 0, a[RTA_GATEWAY]) : "-",
		a[RTA_OIF] ? snapshot_link_name(snapshot, nla_get_s32(a[RTA_OIF])) : "-",
		a[RTA_PRIORITY] ? nla_get_u32(a[RTA_PRIORITY]) : 0);
}

static inline void snapshot_take_neighbour(struct snapshot *snapshot, struct nlmsghdr *header)
{
	struct ndmsg *info = nlmsg_data(header);
	struct nlattr *a[NDA_MAX + 1];
	char text[ADDRESS_TEXT_SIZE];

	nlmsg_parse(header, sizeof(*info), a, NDA_MAX, NULL);
	if ((info->ndm_state & NUD_PERMANENT) && a[NDA_DST])
		snapshot_say(snapshot, "neighbour %s %s",
			snapshot_link_name(snapshot, info->ndm_ifindex),
			snapshot_address(text, info->ndm_family,
				info->ndm_family == AF_INET ? 32 : 128, a[NDA_DST]));
}

static inline int snapshot_take(struct nl_msg *message, void *data)
{
	struct nlmsghdr *header = nlmsg_hdr(message);

	switch (header->nlmsg_type) {
	case RTM_NEWLINK:
		snapshot_take_link(data, header);
		break;
	case RTM_NEWADDR:
		snapshot_take_address(data, header);
		break;
	case RTM_NEWROUTE:
		snapshot_take_route(data, header);
		break;
	case RTM_NEWNEIGH:
		snapshot_take_neighbour(data, header);
		break;
	}
	return NL_OK;
}

/* False where the kernel's tables changed meanwhile. */
static inline bool snapshot_glance(struct snapshot *snapshot, struct nl_sock *nl)
{
	static const int requests[] = { RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE, RTM_GETNEIGH };
	int ret = 0;

	nl_socket_modify_cb(nl, NL_CB_VALID, NL_CB_CUSTOM, snapshot_take, snapshot);
	for (size_t i = 0; ret == 0 && i < sizeof(requests) / sizeof(*requests); i++) {
		assert_true(nl_rtgen_request(nl, requests[i], AF_UNSPEC, NLM_F_DUMP) >= 0);
		ret = nl_recvmsgs_default(nl);
	}
	if (ret != -NLE_DUMP_INTR)
		assert_int_equal(ret, 0);
	return ret == 0;
}

/* Appends the lines of a namespace; nothing where there is none. */
static inline void snapshot_look(struct strings *lines, const char *netns)
{
	cleanup(strings_finish) struct strings seen = { 0 };
	bool consistent = false;

	while (!consistent) {
		cleanup_nl_sock struct nl_sock *nl = nlops_socket(netns);
		struct snapshot snapshot = { .netns = netns };

		if (!nl)
			return;
		strings_finish(&seen);
		consistent = snapshot_glance(&snapshot, nl);
		seen = snapshot.lines;
	}
	for (size_t i = 0; i < seen.count; i++)
		strings_add(lines, seen.items[i]);
}

static inline int snapshot_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lines of the root namespace, of all that have a name, and of every file in /run/netns; sorted.
 * strings_finish() them. */
static inline struct strings snapshot_look_everywhere(void)
{
	struct strings lines = { 0 };
	cleanup_dir DIR *dir = opendir(NETNS_DIR);
	struct dirent *entry;

	snapshot_look(&lines, "");
	while (dir && (entry = readdir(dir))) {
		char text[300];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(text, sizeof(text), "- file %s", entry->d_name);
		strings_add(&lines, text);
		snapshot_look(&lines, entry->d_name);
	}
	qsort(lines.items, lines.count, sizeof(*lines.items), snapshot_compare);
	return lines;
}

/* The lines of one that the other lacks, a line each; the caller's to free. */
static inline char *snapshot_lacking(const struct strings *one, const struct strings *other)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < one->count; i++)
		if (!strings_contain(other, one->items[i]))
			fprintf(out, "%s\n", one->items[i]);
	fclose(out);
	return text;
}
