// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading our table: whether it is there, and the comments of its rules. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/channel.h"
#include "net/firewall_kernel.h"
#include "net/message.h"

#define READ_ATTEMPTS 10

#define cleanup_channel cleanup(net_channel_close)

/* Names both the table of a GETTABLE and of a GETRULE. */
_Static_assert((int)NFTA_TABLE_NAME == (int)NFTA_RULE_TABLE, "one attribute serves both");

static struct nl_msg *request_make(int type, const char *table)
{
	struct nfgenmsg family = { .nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0 };
	struct nl_msg *message = nlmsg_alloc_simple(NFNL_SUBSYS_NFTABLES << 8 | type, 0);

	if (!message || nlmsg_append(message, &family, sizeof(family), NLMSG_ALIGNTO) < 0 ||
		nla_put_string(message, NFTA_TABLE_NAME, table) < 0)
		abort();
	return message;
}

static void table_store(const struct nlmsghdr *header, void *data)
{
	struct net_have_firewall *have = data;
	struct nlattr *a[NFTA_TABLE_MAX + 1];

	if (!net_message_parse(header, sizeof(struct nfgenmsg), a, NFTA_TABLE_MAX))
		return;
	have->exists = true;
	have->dormant = a[NFTA_TABLE_FLAGS] &&
		(ntohl(nla_get_u32(a[NFTA_TABLE_FLAGS])) & NFT_TABLE_F_DORMANT);
}

/* NULL where there is none. */
static const char *comment_find(struct nlattr *user_data)
{
	const uint8_t *data = user_data ? nla_data(user_data) : NULL;
	int rest = user_data ? nla_len(user_data) : 0;

	while (rest > 2 && data[1] + 2 <= rest) {
		if (data[0] == NET_FIREWALL_UDATA_COMMENT)
			return data[1] && data[data[1] + 1] == '\0' ? (const char *)data + 2 : NULL;
		rest -= data[1] + 2;
		data += data[1] + 2;
	}
	return NULL;
}

struct reading {
	uint32_t owner;
	struct net_have_firewall *have;
};

static void rule_fold(const struct nlmsghdr *header, void *data)
{
	const struct reading *reading = data;
	struct nlattr *a[NFTA_RULE_MAX + 1];

	if (net_message_parse(header, sizeof(struct nfgenmsg), a, NFTA_RULE_MAX) &&
		a[NFTA_RULE_CHAIN])
		net_firewall_fold(reading->have, reading->owner, nla_get_string(a[NFTA_RULE_CHAIN]),
			comment_find(a[NFTA_RULE_USERDATA]));
}

/* A kernel without nftables answers EOPNOTSUPP or EINVAL, one without the table ENOENT. */
static int read_table(
	struct net_channel *channel, struct net_have_firewall *have, struct error *err)
{
	cleanup_message struct nl_msg *request = request_make(NFT_MSG_GETTABLE, have->table);
	int ret = net_channel_get(channel, request, table_store, have, err);

	if (ret != -ENOENT && ret != -EOPNOTSUPP && ret != -EINVAL)
		return ret;
	error_clear(err);
	return 0;
}

int net_firewall_read_rules(struct net_channel *channel, uint32_t owner,
	struct net_have_firewall *have, struct error *err)
{
	struct reading reading = { owner, have };
	cleanup_message struct nl_msg *request = request_make(NFT_MSG_GETRULE, have->table);

	return net_channel_dump(channel, request, rule_fold, &reading, err);
}

static int read_once(struct net_channel *channel, uint32_t owner, struct net_have_firewall *have,
	const char *table, struct error *err)
{
	int ret;

	memset(have, 0, sizeof(*have));
	memcpy(have->table, table, strlen(table) + 1);
	ret = read_table(channel, have, err);
	return ret == 0 && have->exists ? net_firewall_read_rules(channel, owner, have, err) : ret;
}

/* Every transaction of the namespace, whatever its table, interrupts a dump. */
static int read_named(struct net_channel *channel, uint32_t owner, struct net_have_firewall *have,
	const char *table, struct error *err)
{
	int ret = -EINTR;

	for (int i = 0; ret == -EINTR && i < READ_ATTEMPTS; i++) {
		error_clear(err);
		ret = read_once(channel, owner, have, table, err);
	}
	return error_wrap(err, ret, "table '%s'", table);
}

/* 1; 0 where the kernel has no netfilter at all, and so no table. */
static int open_netfilter(struct net_channel *channel, struct error *err)
{
	int ret = net_channel_open_netfilter(channel, err);

	if (ret == 0)
		return 1;
	if (ret != -EPROTONOSUPPORT)
		return ret;
	error_clear(err);
	return 0;
}

int net_firewall_read(uint32_t owner, struct net_have_firewall *have, struct error *err)
{
	cleanup_channel struct net_channel channel = NET_CHANNEL_INIT;
	int ret = open_netfilter(&channel, err);

	memset(have, 0, sizeof(*have));
	return ret <= 0 ? ret : read_named(&channel, owner, have, NET_FIREWALL_TABLE, err);
}

int net_firewall_read_root(uint32_t owner, struct net_have_firewall *have, struct error *err)
{
	cleanup_channel struct net_channel channel = NET_CHANNEL_INIT;
	struct net_have_firewall usual;
	char name[NET_FIREWALL_NAME_SIZE];
	int ret = open_netfilter(&channel, err);

	memset(have, 0, sizeof(*have));
	if (ret <= 0)
		return ret;
	ret = read_named(&channel, owner, have, net_firewall_own_table(owner, name), err);
	if (ret < 0 || have->exists)
		return ret;
	ret = read_named(&channel, owner, &usual, NET_FIREWALL_TABLE, err);
	if (ret == 0 && !usual.foreign)
		*have = usual;
	return ret;
}
