// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines from the supervisor. */
#include "../cmocka_all.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reporter/inbox.h"
#include "zabbix/json.h"

struct taken {
	size_t count;
	json_int_t last;
};

static void take(const json_t *message, void *data)
{
	struct taken *taken = data;

	taken->count++;
	taken->last = json_integer_value(json_object_get(message, "n"));
}

static void test_lines_come_whole_however_they_are_cut(void **state)
{
	struct reporter_inbox inbox = { 0 };
	struct taken taken = { 0 };
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	inbox.fd = pair[1];
	assert_int_equal(write(pair[0], "{\"n\": 1}\n{\"n\"", 13), 13);
	assert_true(reporter_inbox_read(&inbox, 0, take, &taken));
	assert_int_equal(taken.count, 1);
	assert_int_equal(write(pair[0], ": 2}\nno json\n{\"n\": 3}\n", 22), 22);
	assert_true(reporter_inbox_read(&inbox, 0, take, &taken));
	assert_int_equal(taken.count, 3);
	assert_int_equal(taken.last, 3);
	close(pair[0]);
	assert_false(reporter_inbox_read(&inbox, 1000, take, &taken));
	reporter_inbox_finish(&inbox);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_come_whole_however_they_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
