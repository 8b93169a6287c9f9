// SPDX-License-Identifier: GPL-2.0-or-later
/* An operator's nft(8). */
#pragma once

#include <nftables/libnftables.h>

#include "net/channel.h"
#include "world.h"

/* In the root namespace where netns is NULL. The output, where it is wanted, is the caller's. */
static inline int nft_run(const char *netns, const char *commands, char **output)
{
	cleanup(netns_leave) int back = netns_open_own(NULL);
	cleanup_fd int fd = netns ? netns_open(netns, NULL) : -1;
	struct nft_ctx *context;
	int ret;

	(void)back;
	if (netns)
		assert_int_equal(netns_switch(fd, NULL), 0);
	context = nft_ctx_new(NFT_CTX_DEFAULT);
	assert_non_null(context);
	nft_ctx_buffer_error(context);
	nft_ctx_buffer_output(context);
	ret = nft_run_cmd_from_buffer(context, commands);
	if (output)
		*output = xstrdup(nft_ctx_get_output_buffer(context));
	nft_ctx_free(context);
	return ret;
}

static inline int nft(const char *netns, const char *commands)
{
	return nft_run(netns, commands, NULL);
}

/* What the kernel lacks for our rules; NULL: nothing. The library ends the program where there is no
 * netfilter. */
static inline const char *nft_missing(void)
{
	struct net_channel channel = NET_CHANNEL_INIT;

	if (net_channel_open_netfilter(&channel, NULL) < 0)
		return "the kernel has no netfilter";
	net_channel_close(&channel);
	return nft(NULL,
		       "table inet probe { chain c { type filter hook prerouting priority raw; "
		       "fib saddr . iif oif missing drop; ct state established accept; }; "
		       "chain n { type nat hook postrouting priority srcnat; masquerade; }; }; "
		       "delete table inet probe") == 0
		? NULL
		: "nftables has no fib, ct or nat";
}
