// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing our table, each time in one transaction. */
#include <errno.h>
#include <nftables/libnftables.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/channel.h"
#include "net/firewall_kernel.h"
#include "process/helper.h"

/* Many times what the rules take. */
#define TIMEOUT_MS 5000

static void free_context(struct nft_ctx **context)
{
	if (*context)
		nft_ctx_free(*context);
}
#define cleanup_context cleanup(free_context)

#define NO_NFTABLES "this kernel has no nftables"

static bool has_netfilter(void)
{
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;

	return net_channel_open_netfilter(&channel, NULL) == 0;
}

/* ---- words: libnftables, in a process of its own ---- */

static void say(int fd, const char *text, size_t size)
{
	if (write(fd, text, size) < 0)
		_exit(EXIT_FAILURE);
}

/* What the library says is "Error: Could not process rule: Operation not supported", and then the rule and
 * a line of carets. Nothing is said where all is well but "+". */
static void words_run(int fd, const void *data)
{
	cleanup_context struct nft_ctx *context = nft_ctx_new(NFT_CTX_DEFAULT);
	const char *said;

	if (!context || nft_ctx_buffer_error(context) != 0 || nft_ctx_buffer_output(context) != 0)
		return;
	if (nft_run_cmd_from_buffer(context, data) == 0) {
		say(fd, "+", 1);
		return;
	}
	said = nft_ctx_get_error_buffer(context);
	said = strstr(said, "Error: ") ? strstr(said, "Error: ") + strlen("Error: ") : said;
	say(fd, said, strcspn(said, "\n"));
}

/*
 * The library waits for the kernel by select(2), which ends a program whose descriptor is 1024 or more, and
 * ends it itself where it gets no socket: both may be, where a thousand namespaces are held open.
 */
static int run(const char *commands, struct error *err)
{
	char said[256] = "";
	size_t length;
	int r;

	if (!has_netfilter())
		return error_set(err, EOPNOTSUPP, NO_NFTABLES);
	r = process_helper_ask(
		words_run, commands, TIMEOUT_MS, said, sizeof(said) - 1, &length, err);
	if (r == -ETIMEDOUT)
		return error_set(err, ETIMEDOUT, "nftables: the kernel does not answer");
	if (r < 0)
		return r;
	if (strcmp(said, "+") == 0)
		return 0;
	return said[0] ? error_set(err, EIO, "nftables: %s", said)
		       : error_set(err, EIO, "libnftables cannot begin");
}

/* ---- tables ---- */

int net_firewall_commit(struct net_batch *transaction, struct error *err)
{
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;
	struct net_batch_fault fault = { 0 };
	int ret = net_channel_open_netfilter(&channel, err);

	if (ret == -EPROTONOSUPPORT)
		return error_set(err, EOPNOTSUPP, NO_NFTABLES);
	if (ret == 0)
		ret = net_batch_commit(transaction, &channel, &fault, err);
	if (ret != -EREMOTEIO)
		return ret;
	if (fault.code == EOPNOTSUPP && fault.index <= 1)
		return error_set(err, EOPNOTSUPP, NO_NFTABLES);
	return error_set_errno(err, fault.code, "nftables, message %zu%s%s", fault.index,
		fault.text[0] ? ": " : "", fault.text);
}

/* A table is not deleted where there was none: the library would wait for the kernel to have forgotten it,
 * ten times as long as the making takes. */
int net_firewall_set(const char *table, const char *chains, bool replace, struct error *err)
{
	cleanup_free char *old = replace
		? xasprintf("delete table " NET_FIREWALL_FAMILY " %s\n", table)
		: xstrdup("");
	cleanup_free char *commands =
		xasprintf("%stable " NET_FIREWALL_FAMILY " %s {\n%s}\n", old, table, chains);

	return run(commands, err);
}

/* "destroy" is not known to every nft. */
int net_firewall_delete(const char *table, struct error *err)
{
	cleanup_free char *commands = xasprintf("add table " NET_FIREWALL_FAMILY " %s\n"
						"delete table " NET_FIREWALL_FAMILY " %s\n",
		table, table);

	return run(commands, err);
}
