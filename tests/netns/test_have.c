// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading what the kernel has while others change it. */
#include <signal.h>

#include "hands.h"

#define LINKS \
	100 /* a dump of so many comes in several pieces, and may be interrupted between two */

/* Makes and deletes a pair for as long as it lives. */
static pid_t begin_changes(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			if (hands_add_veth("", "churn", "churn2") != 0 ||
				hands_delete_link("", "churn") != 0)
				_exit(1);
	return pid;
}

static void a_reading_amid_changes_is_whole_and_no_error(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	char name[IF_NAMESIZE], peer[IF_NAMESIZE];
	pid_t pid;

	(void)state;
	for (int i = 0; i < LINKS; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		snprintf(peer, sizeof(peer), "b%d", i);
		assert_int_equal(hands_add_veth("", name, peer), 0);
	}
	pid = begin_changes();
	for (int i = 0; i < 100; i++) {
		struct error err = ERROR_INIT;
		struct net_have *have;

		if (net_have_read(&want, &have, &err) < 0 || err.code)
			fail_msg("reading %d: %s", i, err.text);
		net_have_destroy(have);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_reading_amid_changes_is_whole_and_no_error),
};

world_main(tests)
