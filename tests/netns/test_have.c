// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading what the kernel has while others change it. */
#include <signal.h>
#include <sys/prctl.h>

#include "hands.h"

/* A dump of so many comes in several pieces, and may be interrupted between two. */
#define LINKS 100

/* Makes and deletes a pair for as long as it and this process live. */
static pid_t begin_changes(void)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		if (hands_add_veth("", "churn", "churn2") != 0 ||
			hands_delete_link("", "churn") != 0)
			_exit(1);
}

static void a_reading_amid_changes_is_whole_and_no_error(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	char name[IF_NAMESIZE], peer[IF_NAMESIZE];
	struct error err = ERROR_INIT;
	pid_t pid;

	(void)state;
	for (int i = 0; i < LINKS; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		snprintf(peer, sizeof(peer), "b%d", i);
		assert_int_equal(hands_add_veth("", name, peer), 0);
	}
	pid = begin_changes();
	for (int i = 0; !err.code && i < 100; i++) {
		struct net_have *have;

		(void)net_have_read(&want, &have, &err);
		net_have_destroy(have);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_string_equal(err.text, "");
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_reading_amid_changes_is_whole_and_no_error),
};

world_main(tests)
