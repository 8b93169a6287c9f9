// SPDX-License-Identifier: GPL-2.0-or-later
#include "../scratch_directory.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "control/place.h"

/* Answers at the socket of that run_dir, as a supervisor does. */
static int listen_at(const char *run_dir)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un address = { 0 };

	assert_int_equal(mkdir(run_dir, 0700), 0);
	assert_int_equal(control_address_init(&address, run_dir, NULL), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 16), 0);
	return fd;
}

static void a_supervisor_is_found_by_the_run_dir_that_it_has_noted(void **state)
{
	const char *directory = *state;
	cleanup_free char *run_dir = xasprintf("%s/run", directory);
	cleanup_free char *other = xasprintf("%s/other", directory), *former = NULL;
	cleanup_free char *elsewhere = NULL, *nowhere = NULL, *again = NULL;
	int fd = listen_at(run_dir);
	struct error err = ERROR_INIT;
	pid_t pid;

	assert_int_equal(control_find(run_dir), getpid());
	assert_int_equal(control_find(other), 0);
	assert_int_equal(control_place_note(directory, run_dir, &former, &err), 0);
	assert_null(former);
	/* By a config that has another one. */
	elsewhere = control_find_elsewhere(directory, other, &pid);
	assert_string_equal(elsewhere, run_dir);
	assert_int_equal(pid, getpid());
	assert_null(control_find_elsewhere(directory, run_dir, &pid));
	assert_int_equal(control_place_note(directory, other, &former, &err), -EBUSY);
	close(fd);
	/* It has ended. */
	nowhere = control_find_elsewhere(directory, other, &pid);
	assert_null(nowhere);
	assert_int_equal(control_place_note(directory, other, &again, &err), 0);
	assert_string_equal(again, run_dir);
}

static void a_run_dir_may_be_too_long_for_a_socket(void **state)
{
	struct sockaddr_un address = { 0 };
	struct error err = ERROR_INIT;
	char path[200];

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(control_address_init(&address, path, &err), -ENAMETOOLONG);
	assert_int_equal(control_find(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(a_supervisor_is_found_by_the_run_dir_that_it_has_noted),
		cmocka_unit_test(a_run_dir_may_be_too_long_for_a_socket),
	};

	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
