// SPDX-License-Identifier: GPL-2.0-or-later
/* Transactions, with answers that no kernel can be made to give. */
#include "../cmocka_all.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "net/channel.h"
#include "net/message.h"

#define FIRST_SEQUENCE 1

static void add(struct net_batch *batch, int type)
{
	cleanup_message struct nl_msg *message = nlmsg_alloc_simple(type, 0);

	net_batch_add(batch, message);
}

static void answer(int kernel, uint32_t sequence, int code)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} message = {
		.header = { .nlmsg_len = sizeof(message), .nlmsg_type = NLMSG_ERROR },
		.error = { .error = -code },
	};

	message.header.nlmsg_seq = sequence;
	assert_int_equal(send(kernel, &message, sizeof(message), 0), sizeof(message));
}

/* Commits begin, one message and end, answered beforehand: first the message of that index. */
static int commit(size_t index, int code, struct net_batch_fault *fault)
{
	cleanup(net_batch_finish) struct net_batch batch = { 0 };
	struct net_channel channel = NET_CHANNEL_INIT;
	struct error err = ERROR_INIT;
	/* A second answer awaited is a failure and no hang. */
	const struct timeval patience = { .tv_usec = 100000 };
	int fds[2], ret;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	channel.fd = fds[0];
	setsockopt(channel.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	add(&batch, NFNL_MSG_BATCH_BEGIN);
	add(&batch, NLMSG_MIN_TYPE);
	add(&batch, NFNL_MSG_BATCH_END);
	answer(fds[1], FIRST_SEQUENCE + (uint32_t)index, code);
	ret = net_batch_commit(&batch, &channel, fault, &err);
	net_channel_close(&channel);
	close(fds[1]);
	return ret;
}

static void a_transaction_is_done_with_the_answer_before_its_end(void **state)
{
	struct net_batch_fault fault;

	(void)state;
	assert_int_equal(commit(1, 0, &fault), 0);
}

static void whichever_failure_ends_a_transaction(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct net_batch_fault fault;

		assert_int_equal(commit(i, ENOMEM, &fault), -EREMOTEIO);
		assert_int_equal(fault.code, ENOMEM);
		assert_int_equal(fault.index, i);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transaction_is_done_with_the_answer_before_its_end),
		cmocka_unit_test(whichever_failure_ends_a_transaction),
	};

	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
