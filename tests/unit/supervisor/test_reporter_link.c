// SPDX-License-Identifier: GPL-2.0-or-later
/* The reporter's process as the supervisor has it: one at a time, whatever happens to it. */
#include "../scratch.h"

#include <signal.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "supervisor/reporter_link.h"

#define DEADLINE_MS 15000
#define QUIET_MS    1500

struct linked {
	struct loaded loaded;
	struct supervisor supervisor;
};

static void linked_begin(struct linked *linked, const char *directory)
{
	cleanup_free char *token = xasprintf("%s/token", directory);
	cleanup_free char *text =
		xasprintf("zabbix { url = \"http://127.0.0.1:1/\" token_file = \"%s\" }", token);

	scratch_write(directory, "token", "secret\n");
	assert_int_equal(chmod(token, 0600), 0);
	setenv("no_proxy", "*", 1);
	*linked = (struct linked){ .loaded = scratch_config(directory, text) };
	linked->supervisor.config = linked->loaded.config;
	linked->supervisor.context.config = linked->loaded.config;
	assert_true(sd_event_new(&linked->supervisor.event) >= 0);
	linked->supervisor.context.event = linked->supervisor.event;
	linked->supervisor.reporter = reporter_link_create(&linked->supervisor);
	reporter_link_restart(linked->supervisor.reporter);
}

static void linked_end(struct linked *linked)
{
	reporter_link_destroy(linked->supervisor.reporter);
	sd_event_unref(linked->supervisor.event);
	loaded_finish(&linked->loaded);
}

#define cleanup_linked cleanup(linked_end)

/* Our child, alive or not waited for yet; 0: there is none. */
static pid_t only_child(void)
{
	cleanup_free char *text = NULL;
	int pid = 0, second = 0;
	size_t size;

	assert_int_equal(file_read("/proc/thread-self/children", 4096, &text, &size, NULL), 0);
	assert_true(sscanf(text, "%d %d", &pid, &second) < 2);
	return pid;
}

/* Runs the loop until our child is another than that, or for the time if it need not become so. */
static pid_t run_while_child_is(struct linked *linked, pid_t pid, uint64_t wait_ms)
{
	uint64_t end_ms = clock_now_ms() + wait_ms;

	while (only_child() == pid && clock_now_ms() < end_ms)
		assert_true(sd_event_run(linked->supervisor.event, 100 * 1000) >= 0);
	return only_child();
}

static pid_t next_child(struct linked *linked, pid_t pid)
{
	pid_t next = run_while_child_is(linked, pid, DEADLINE_MS);

	return next > 0 ? next : run_while_child_is(linked, 0, DEADLINE_MS);
}

static void one_that_is_let_go_is_followed_by_one(void **state)
{
	cleanup_linked struct linked linked;
	pid_t first, second;

	linked_begin(&linked, *state);
	first = only_child();
	assert_true(first > 0);
	for (int i = 0; i < 3; i++)
		reporter_link_restart(linked.supervisor.reporter);
	assert_int_equal(only_child(), first);
	second = next_child(&linked, first);
	assert_true(second > 0 && second != first);
	assert_int_equal(run_while_child_is(&linked, second, QUIET_MS), second);
}

static void one_that_dies_is_followed_by_one_and_restarts_meanwhile_make_no_more(void **state)
{
	cleanup_linked struct linked linked;
	pid_t first, second;

	linked_begin(&linked, *state);
	first = only_child();
	assert_int_equal(kill(first, SIGKILL), 0);
	assert_int_equal(run_while_child_is(&linked, first, DEADLINE_MS), 0);
	assert_string_equal(reporter_link_state(linked.supervisor.reporter), "unreachable");
	reporter_link_restart(linked.supervisor.reporter);
	second = only_child();
	assert_true(second > 0);
	assert_int_equal(run_while_child_is(&linked, second, QUIET_MS), second);
}

static void one_that_dies_is_started_again_after_a_while(void **state)
{
	cleanup_linked struct linked linked;
	pid_t first;

	linked_begin(&linked, *state);
	first = only_child();
	assert_int_equal(kill(first, SIGKILL), 0);
	assert_true(next_child(&linked, first) > 0);
}

static void without_an_api_there_is_none(void **state)
{
	cleanup_linked struct linked linked;
	char *url;

	linked_begin(&linked, *state);
	url = linked.loaded.config->zabbix.url;
	linked.loaded.config->zabbix.url = (char *)"";
	reporter_link_restart(linked.supervisor.reporter);
	assert_int_equal(run_while_child_is(&linked, only_child(), DEADLINE_MS), 0);
	assert_string_equal(reporter_link_state(linked.supervisor.reporter), "off");
	linked.loaded.config->zabbix.url = url;
}

/* A file is in the place of the directories of two VRFs' keys, and goes while the reporter runs. */
static void vrfs_that_could_not_be_registered_are_when_they_can_be(void **state)
{
	static uint32_t ids[] = { 0, 1, 2 };
	cleanup_free char *config = NULL, *token = xasprintf("%s/token", (char *)*state);
	cleanup_free char *made = xasprintf("%s/state/vrfs", (char *)*state);
	struct linked linked = { 0 };
	FILE *log = tmpfile();
	int stderr_fd = dup(STDERR_FILENO);
	pid_t first, second;

	scratch_write(*state, "token", "secret\n");
	assert_int_equal(chmod(token, 0600), 0);
	setenv("no_proxy", "*", 1);
	config = xasprintf("zabbix { url = \"http://127.0.0.1:1/\" token_file = \"%s\" }\n"
			   "vrf a { }\nvrf b { }\nvrf c { proxy { psk = false } }\n",
		token);
	linked.loaded = scratch_config(*state, config);
	linked.supervisor.config = linked.loaded.config;
	linked.supervisor.context.config = linked.loaded.config;
	linked.supervisor.ids = ids;
	assert_true(sd_event_new(&linked.supervisor.event) >= 0);
	linked.supervisor.context.event = linked.supervisor.event;
	linked.supervisor.reporter = reporter_link_create(&linked.supervisor);
	assert_int_equal(file_make_own_dir(linked.loaded.config->gateway.state_dir, NULL), 0);
	scratch_write(*state, "state/vrfs", "");
	dup2(fileno(log), STDERR_FILENO);
	reporter_link_restart(linked.supervisor.reporter);
	first = only_child();
	/* It is tried again meanwhile, and goes on running. */
	assert_int_equal(run_while_child_is(&linked, first, QUIET_MS), first);
	assert_int_equal(unlink(made), 0);
	second = next_child(&linked, first);
	dup2(stderr_fd, STDERR_FILENO);
	assert_true(first > 0 && second > 0 && second != first);
	assert_int_equal(
		scratch_count_in(
			log, "not registered in Zabbix: Not a directory: 2 VRFs wait for it: a, b"),
		1);
	assert_int_equal(scratch_count_in(log, "not registered"), 1);
	assert_int_equal(run_while_child_is(&linked, second, QUIET_MS), second);
	linked_end(&linked);
	close(stderr_fd);
	fclose(log);
}

static void a_supervisor_that_stops_starts_none(void **state)
{
	cleanup_linked struct linked linked;

	linked_begin(&linked, *state);
	reporter_link_restart(linked.supervisor.reporter);
	linked.supervisor.stopping = true;
	assert_int_equal(run_while_child_is(&linked, only_child(), DEADLINE_MS), 0);
	assert_int_equal(run_while_child_is(&linked, 0, QUIET_MS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(one_that_is_let_go_is_followed_by_one),
		in_scratch(one_that_dies_is_followed_by_one_and_restarts_meanwhile_make_no_more),
		in_scratch(one_that_dies_is_started_again_after_a_while),
		in_scratch(without_an_api_there_is_none),
		in_scratch_as_root(vrfs_that_could_not_be_registered_are_when_they_can_be),
		in_scratch(a_supervisor_that_stops_starts_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
