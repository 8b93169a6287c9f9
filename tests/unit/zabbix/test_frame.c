// SPDX-License-Identifier: GPL-2.0-or-later
/* ZBXD frames: whole, in pieces, and hostile. */
#include "../cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "zabbix/frame.h"

static int parse(const char *data, size_t size, struct error *err)
{
	const char *payload;
	size_t payload_size;

	return zabbix_frame_parse(data, size, &payload, &payload_size, err);
}

static void test_a_frame_made_is_parsed_to_the_same_text(void **state)
{
	size_t size, payload_size;
	cleanup_free char *frame = zabbix_frame_create("{\"a\":1}", &size);
	const char *payload;

	(void)state;
	assert_int_equal(size, 20);
	assert_memory_equal(frame, "ZBXD\1\7\0\0\0\0\0\0\0{\"a\":1}", 20);
	assert_int_equal(zabbix_frame_parse(frame, size, &payload, &payload_size, NULL), 1);
	assert_int_equal(payload_size, 7);
	assert_memory_equal(payload, "{\"a\":1}", 7);
}

static void test_every_beginning_of_a_frame_asks_for_more(void **state)
{
	size_t size;
	cleanup_free char *frame = zabbix_frame_create("{\"a\":1}", &size);

	(void)state;
	for (size_t i = 0; i < size; i++) {
		/* A copy of just that size, so that a read behind it is seen. */
		cleanup_free char *part = malloc(i ? i : 1);

		memcpy(part, frame, i);
		assert_int_equal(parse(part, i, NULL), 0);
	}
}

static void test_an_empty_payload_is_whole(void **state)
{
	(void)state;
	assert_int_equal(parse("ZBXD\1\0\0\0\0\0\0\0\0", 13, NULL), 1);
}

static void test_what_we_do_not_accept_is_refused(void **state)
{
	static const struct {
		const char *data;
		size_t size;
		int code;
		const char *words;
	} cases[] = {
		{ "HTTP", 4, EPROTO, "no ZBXD" },
		{ "Z!", 2, EPROTO, "no ZBXD" },
		{ "ZBXD\0", 5, EPROTO, "flags 0x00" },
		{ "ZBXD\3", 5, EPROTO, "compressed" },
		{ "ZBXD\5", 5, EMSGSIZE, "large" },
		{ "ZBXD\1\377\377\377\377\0\0\0\0", 13, EMSGSIZE, "4294967295 bytes" },
		{ "ZBXD\1\1\0\0\1\0\0\0\0", 13, EMSGSIZE, "16777217 bytes" },
		{ "ZBXD\1\1\0\0\0\0\0\0\0{}", 15, EPROTO, "behind the end" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = ERROR_INIT;

		assert_int_equal(parse(cases[i].data, cases[i].size, &err), -cases[i].code);
		assert_non_null(strstr(err.text, cases[i].words));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_frame_made_is_parsed_to_the_same_text),
		cmocka_unit_test(test_every_beginning_of_a_frame_asks_for_more),
		cmocka_unit_test(test_an_empty_payload_is_whole),
		cmocka_unit_test(test_what_we_do_not_accept_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
