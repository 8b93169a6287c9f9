// SPDX-License-Identifier: GPL-2.0-or-later
/* Dummies: interfaces on nothing, for addresses that belong to no wire. */
#include <errno.h>
#include <linux/if_ether.h>

#include "net/link.h"

const struct net_link_type net_link_dummy = {
	.word = "dummy",
	.mtu_bytes = ETH_DATA_LEN,
	.hints = { { EOPNOTSUPP, "no dummy in this kernel (try 'modprobe dummy')" } },
};
