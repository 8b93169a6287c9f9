// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading what the kernel has while others change it. */
#include <signal.h>
#include <sys/prctl.h>

#include "nlops.h"
#include "net/state.h"

/* A dump of so many comes in several pieces, and may be interrupted between two. */
#define LINKS 100

/* Makes and deletes a pair for as long as it and this process live. */
static pid_t begin_changes(const char *netns, const char *name)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		if (nlops_add_veth(netns, name, "churn2") != 0 ||
			nlops_delete_link(netns, name) != 0)
			_exit(1);
}

static void assert_readable(const struct net_want *want, pid_t changes)
{
	struct error err = ERROR_INIT;

	for (int i = 0; !err.code && i < 1000; i++) {
		struct net_have *have;

		(void)net_have_read(want, &have, &err);
		net_have_destroy(have);
	}
	kill(changes, SIGKILL);
	waitpid(changes, NULL, 0);
	assert_string_equal(err.text, "");
}

static void a_reading_amid_changes_is_whole_and_no_error(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	char name[IF_NAMESIZE], peer[IF_NAMESIZE];

	(void)state;
	for (int i = 0; i < LINKS; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		snprintf(peer, sizeof(peer), "b%d", i);
		assert_int_equal(nlops_add_veth("", name, peer), 0);
	}
	assert_readable(&want, begin_changes("", "churn"));
}

/* Between the dump of the links and the question for its neighbour. */
static void an_uplink_that_goes_amid_a_reading_is_no_error(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	world_add_netns(&want, "acme", 0);
	world_up(&want);
	assert_int_equal(nlops_delete_link("acme", NET_UPLINK_INSIDE), 0);
	assert_readable(&want, begin_changes("acme", NET_UPLINK_INSIDE));
	world_down();
}

static void a_look_for_status_amid_changes_sees_all_that_stays(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct error err = ERROR_INIT;
	bool seen = true;
	pid_t changes;

	(void)state;
	world_add_netns(&want, "acme", 0);
	world_up(&want);
	changes = begin_changes("acme", "churn");
	for (int i = 0; seen && i < 1000; i++) {
		cleanup(net_netns_state_finish) struct net_netns_state now = { 0 };

		(void)net_netns_state_read("acme", &now, &err);
		seen = net_netns_state_find(&now, NET_UPLINK_INSIDE);
	}
	kill(changes, SIGKILL);
	waitpid(changes, NULL, 0);
	assert_string_equal(err.text, "");
	assert_true(seen);
	world_down();
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_reading_amid_changes_is_whole_and_no_error),
	cmocka_unit_test(an_uplink_that_goes_amid_a_reading_is_no_error),
	cmocka_unit_test(a_look_for_status_amid_changes_sees_all_that_stays),
};

world_main(tests)
