// SPDX-License-Identifier: GPL-2.0-or-later
/* A question over a socket pair, with answers good and bad. */
#include "../cmocka_all.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "zabbix/ask.h"
#include "zabbix/frame.h"

#define STATS                                                                         \
	"{\"response\":\"success\",\"data\":{\"uptime\":321,\"hosts\":1,\"items\":6," \
	"\"requiredperformance\":1.5,\"version\":\"6.0.14\"}}"

/* Asks one who has these bytes ready, and closes behind them or not. */
static int ask(
	const char *bytes, size_t size, bool closes, struct zabbix_stats *stats, struct error *err)
{
	struct timeval patience = { .tv_usec = 100000 };
	char question[256] = "";
	const char *payload;
	size_t payload_size;
	ssize_t n;
	int pair[2], r;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(send(pair[1], bytes, size, 0), size);
	if (closes)
		shutdown(pair[1], SHUT_WR);
	r = zabbix_ask_stats(pair[0], stats, err);
	n = recv(pair[1], question, sizeof(question), 0);
	assert_int_equal(zabbix_frame_parse(question, (size_t)n, &payload, &payload_size, NULL), 1);
	assert_memory_equal(payload, ZABBIX_STATS_REQUEST, payload_size);
	close(pair[0]);
	close(pair[1]);
	return r;
}

static void an_answer_is_read(void **state)
{
	struct zabbix_stats stats;
	struct error err = ERROR_INIT;
	size_t size;
	cleanup_free char *frame = zabbix_frame_create(STATS, &size);

	(void)state;
	assert_int_equal(ask(frame, size, false, &stats, &err), 0);
	assert_string_equal(stats.version, "6.0.14");
	assert_int_equal(stats.items, 6);
}

static void one_who_says_nothing_is_not_waited_for(void **state)
{
	struct zabbix_stats stats;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(ask("", 0, false, &stats, &err), -ETIMEDOUT);
	assert_string_equal(err.text, "no answer in time");
}

static void one_who_closes_has_not_answered(void **state)
{
	struct zabbix_stats stats;
	struct error err = ERROR_INIT;
	size_t size;
	cleanup_free char *frame = zabbix_frame_create(STATS, &size);

	(void)state;
	assert_int_equal(ask("", 0, true, &stats, &err), -EPIPE);
	assert_string_equal(err.text, "it closed without an answer");
	assert_int_equal(ask(frame, size - 1, true, &stats, &err), -EPIPE);
}

static void what_is_no_answer_is_told(void **state)
{
	struct zabbix_stats stats;
	struct error err = ERROR_INIT;
	size_t size;
	cleanup_free char *refusal = zabbix_frame_create(
		"{\"response\":\"failed\",\"info\":\"Permission denied.\"}", &size);

	(void)state;
	assert_int_equal(ask("HTTP/1.1 400 Bad Request\r\n\r\n", 28, true, &stats, &err), -EPROTO);
	assert_int_equal(ask(refusal, size, true, &stats, &err), -EACCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_read),
		cmocka_unit_test(one_who_says_nothing_is_not_waited_for),
		cmocka_unit_test(one_who_closes_has_not_answered),
		cmocka_unit_test(what_is_no_answer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
