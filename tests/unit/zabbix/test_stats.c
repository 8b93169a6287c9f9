// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers to zabbix.stats: recorded from 6.0.14 and 7.0.22, and hostile ones; and the question over a socket pair. */
#include "../cmocka_all.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "zabbix/frame.h"
#include "zabbix/stats.h"

#define STATS_6_0                                                                     \
	"{\"response\":\"success\",\"data\":{\"boottime\":1795478000,\"uptime\":321," \
	"\"hosts\":1,\"items\":6,\"item_unsupported\":0,\"requiredperformance\":1.2," \
	"\"preprocessing_queue\":0,\"rcache\":{\"total\":8388320,\"pused\":0.3},"     \
	"\"version\":\"6.0.14\",\"wcache\":{\"values\":{\"all\":12}},\"process\":{"   \
	"\"poller\":{\"busy\":{\"avg\":1.5,\"max\":9},\"count\":1},"                  \
	"\"history syncer\":{\"busy\":{\"avg\":12.25,\"max\":13}},\"odd\":{\"busy\":7}}}}"
#define STATS_7_0                                                                   \
	"{\"response\":\"success\",\"data\":{\"boottime\":1795478000,\"uptime\":5," \
	"\"name\":\"vrf-A\",\"passive\":false,\"unencrypted\":true,\"psk\":false,"  \
	"\"cert\":false,\"hosts\":2,\"items\":12,\"items_unsupported\":1,"          \
	"\"requiredperformance\":2,\"preprocessing_queue\":0,\"preprocessing\":{}," \
	"\"version\":\"7.0.22\",\"process\":{}}}"

static int parse(const char *text, struct zabbix_stats *stats, struct error *err)
{
	return zabbix_stats_parse(text, strlen(text), stats, err);
}

static void test_an_answer_of_6_0_is_read(void **state)
{
	struct zabbix_stats stats;

	(void)state;
	assert_int_equal(parse(STATS_6_0, &stats, NULL), 0);
	assert_string_equal(stats.version, "6.0.14");
	assert_int_equal(stats.hosts, 1);
	assert_int_equal(stats.items, 6);
	assert_true(stats.required_vps > 1.19 && stats.required_vps < 1.21);
	assert_true(stats.busy_percent == 12.25);
	assert_string_equal(stats.busiest, "history syncer");
}

static void test_an_answer_of_7_0_is_read(void **state)
{
	struct zabbix_stats stats;

	(void)state;
	assert_int_equal(parse(STATS_7_0, &stats, NULL), 0);
	assert_string_equal(stats.version, "7.0.22");
	assert_int_equal(stats.items, 12);
	assert_true(stats.required_vps == 2);
	assert_true(stats.busy_percent == -1);
	assert_string_equal(stats.busiest, "");
}

static void test_a_clock_set_back_since_its_start_fails_no_proxy(void **state)
{
	struct zabbix_stats stats;

	(void)state;
	assert_int_equal(parse("{\"response\":\"success\",\"data\":{\"boottime\":1795478000,"
			       "\"uptime\":-3595,\"hosts\":1,\"items\":6,\"version\":\"6.0.14\"}}",
				 &stats, NULL),
		0);
	assert_string_equal(stats.version, "6.0.14");
	assert_int_equal(stats.items, 6);
}

static void test_a_refusal_is_access_denied(void **state)
{
	struct zabbix_stats stats;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(
		parse("{\"response\":\"failed\",\"info\":\"Permission denied.\"}", &stats, &err),
		-EACCES);
	assert_non_null(strstr(err.text, "Permission denied."));
}

static void test_other_shapes_are_no_answer(void **state)
{
	static const char *const shapes[] = {
		"",
		"{",
		"[]",
		"null",
		"{\"response\":\"failed\",\"info\":7}",
		"{\"response\":\"success\"}",
		"{\"response\":\"success\",\"data\":[]}",
		"{\"response\":\"success\",\"data\":{}}",
		"{\"response\":\"success\",\"data\":{\"version\":6}}",
		"{\"response\":\"success\",\"data\":{\"version\":\"0123456789012345678901234567890123\"}}",
		"{\"response\":\"success\",\"data\":{\"version\":\"6.0.14\",\"hosts\":-1}}",
		"{\"response\":\"success\",\"data\":{\"version\":\"6.0.14\",\"hosts\":\"1\"}}",
		"{\"response\":\"success\",\"data\":{\"version\":\"6.0.14\",\"requiredperformance\":[]}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct zabbix_stats stats;

		assert_int_equal(parse(shapes[i], &stats, NULL), -EPROTO);
	}
}

static void the_queue_is_a_count(void **state)
{
	static const char *const odd[] = { "", "{}", "{\"response\":\"success\"}",
		"{\"response\":\"success\",\"queue\":-1}",
		"{\"response\":\"success\",\"queue\":\"3\"}", "{\"queue\":3}" };
	static const char good[] = "{\"response\":\"success\",\"queue\":37}";
	static const char refused[] = "{\"response\":\"failed\",\"info\":\"Permission denied.\"}";
	uint64_t late = 1;

	(void)state;
	assert_int_equal(zabbix_late_parse(good, strlen(good), &late, NULL), 0);
	assert_int_equal(late, 37);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_int_equal(zabbix_late_parse(odd[i], strlen(odd[i]), &late, NULL), -EPROTO);
		assert_int_equal(late, 0);
	}
	assert_int_equal(zabbix_late_parse(refused, strlen(refused), &late, NULL), -EACCES);
}

/* --- asking --- */

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
	r = zabbix_stats_ask(pair[0], stats, err);
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
		cmocka_unit_test(the_queue_is_a_count),
		cmocka_unit_test(test_an_answer_of_6_0_is_read),
		cmocka_unit_test(test_an_answer_of_7_0_is_read),
		cmocka_unit_test(test_a_clock_set_back_since_its_start_fails_no_proxy),
		cmocka_unit_test(test_a_refusal_is_access_denied),
		cmocka_unit_test(test_other_shapes_are_no_answer),
		cmocka_unit_test(an_answer_is_read),
		cmocka_unit_test(one_who_says_nothing_is_not_waited_for),
		cmocka_unit_test(one_who_closes_has_not_answered),
		cmocka_unit_test(what_is_no_answer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
