// SPDX-License-Identifier: GPL-2.0-or-later
/* Two connections that talk to each other. */
#include "../cmocka_all.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/connection.h"
#include "base/memory.h"

#define cleanup_connection cleanup(connection_finish)
#define MUCH               (8 * 1024 * 1024)

static void connect_pair(struct connection *one, struct connection *other)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	one->fd = pair[0];
	other->fd = pair[1];
}

static void say(struct connection *connection, const char *text)
{
	connection_put(connection, text, strlen(text));
	assert_int_equal(connection_send(connection), 1);
	assert_int_equal(connection_unsent(connection), 0);
}

static void lines_come_whole_however_they_are_cut(void **state)
{
	cleanup_connection struct connection one = CONNECTION_NONE, other = CONNECTION_NONE;
	const char *first;
	size_t length;

	(void)state;
	connect_pair(&one, &other);
	assert_null(connection_take_line(&other, &length));
	assert_int_equal(connection_receive(&other), 0);
	say(&one, "first\nsec");
	assert_int_equal(connection_receive(&other), 1);
	first = connection_take_line(&other, &length);
	assert_string_equal(first, "first");
	assert_int_equal(length, 5);
	assert_null(connection_take_line(&other, &length));
	assert_int_equal(connection_received(&other), 3);
	say(&one, "ond\n\nrest");
	assert_int_equal(connection_receive(&other), 1);
	assert_string_equal(connection_take_line(&other, &length), "second");
	assert_string_equal(connection_take_line(&other, &length), "");
	assert_null(connection_take_line(&other, &length));
	connection_finish(&one);
	assert_int_equal(connection_receive(&other), -EPIPE);
	assert_memory_equal(connection_take_all(&other, &length), "rest", 4);
	assert_int_equal(length, 4);
	assert_int_equal(connection_received(&other), 0);
}

static void what_does_not_go_at_once_waits(void **state)
{
	cleanup_connection struct connection one = CONNECTION_NONE, other = CONNECTION_NONE;
	cleanup_free char *sent = xcalloc(1, MUCH);
	const char *line = NULL;
	size_t length = 0;

	(void)state;
	connect_pair(&one, &other);
	for (size_t i = 0; i < MUCH; i++)
		sent[i] = (char)('a' + i % 26);
	connection_put(&one, sent, MUCH);
	assert_int_equal(connection_send(&one), 0);
	assert_true(connection_unsent(&one) > 0 && connection_unsent(&one) < MUCH);
	/* Put behind what waits. */
	connection_put(&one, "\nnext\n", 6);
	while (!line) {
		assert_true(connection_send(&one) >= 0);
		assert_true(connection_receive(&other) >= 0);
		line = connection_take_line(&other, &length);
	}
	assert_int_equal(length, MUCH);
	assert_memory_equal(line, sent, MUCH);
	while (!(line = connection_take_line(&other, &length)))
		assert_int_equal(connection_receive(&other), 1);
	assert_string_equal(line, "next");
}

static void nothing_is_sent_to_one_that_is_gone(void **state)
{
	cleanup_connection struct connection one = CONNECTION_NONE, other = CONNECTION_NONE;

	(void)state;
	connect_pair(&one, &other);
	connection_finish(&other);
	connection_put(&one, "x", 1);
	assert_int_equal(connection_send(&one), -EPIPE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_whole_however_they_are_cut),
		cmocka_unit_test(what_does_not_go_at_once_waits),
		cmocka_unit_test(nothing_is_sent_to_one_that_is_gone),
	};

	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
