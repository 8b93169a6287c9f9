// SPDX-License-Identifier: GPL-2.0-or-later
/* Marks are read back as written; foreign altnames are none. */
#include "../cmocka_all.h"

#include <string.h>

#include "net/mark.h"

static void marks_are_read_back(void **state)
{
	const struct net_mark_was was = { "eth5", 1480, { 2, 0, 0, 0, 0, 5 }, true, 0x1a2b };
	char text[NET_MARK_SIZE], word[NET_MARK_SIZE];
	struct net_mark mark;

	(void)state;
	assert_string_equal(net_mark_netns(text, "acme", 0x1234abcd), "vrfgate:acme@1234abcd");
	assert_true(net_mark_parse(text, &mark));
	assert_int_equal(mark.kind, NET_MARK_NETNS);
	assert_int_equal(mark.owner, 0x1234abcd);
	assert_string_equal(mark.vrf, "acme");
	assert_true(net_mark_parse(net_mark_link(text, "acme", "eth0.10", 1), &mark));
	assert_int_equal(mark.kind, NET_MARK_LINK);
	assert_true(net_mark_parse(net_mark_shared(text, "eth0.100", 1), &mark));
	assert_int_equal(mark.kind, NET_MARK_SHARED);
	assert_string_equal(net_mark_forwarding(text, "ipv4:eth0", 0x1234abcd),
		"vrfgate:*:forward:ipv4:eth0@1234abcd");
	assert_true(net_mark_parse(text, &mark));
	assert_int_equal(mark.kind, NET_MARK_FORWARDING);
	assert_true(net_mark_forwarding_word(text, 0x1234abcd, word));
	assert_string_equal(word, "ipv4:eth0");
	assert_false(net_mark_forwarding_word(text, 1, word));
	assert_true(net_mark_parse(net_mark_moved(text, "acme", &was, 1), &mark));
	assert_int_equal(mark.kind, NET_MARK_MOVED);
	assert_string_equal(mark.was.name, "eth5");
	assert_int_equal(mark.was.mtu_bytes, 1480);
	assert_memory_equal(mark.was.mac, was.mac, 6);
	assert_true(mark.was.up);
	assert_int_equal(mark.was.alias, 0x1a2b);
}

static void other_names_are_no_marks(void **state)
{
	static const char *const texts[] = { "", "eth0", "vrfgate:", "vrfgate:acme",
		"vrfgate:acme@", "vrfgate:acme@123", "vrfgate:acme@1234567g",
		"vrfgate:acme@123456789", "vrfgate:acme:was:x@12345678" };
	struct net_mark mark;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (net_mark_parse(texts[i], &mark))
			fail_msg("a mark: '%s'", texts[i]);
}

static void the_longest_mark_fits(void **state)
{
	const struct net_mark_was was = { "abcdefghijklmno", 65535, { 0 }, true, 0xffff };
	char text[NET_MARK_SIZE], vrf[64];
	struct net_mark mark;

	(void)state;
	memset(vrf, 'x', 63);
	vrf[63] = '\0';
	assert_true(net_mark_parse(net_mark_moved(text, vrf, &was, 0xffffffff), &mark));
	assert_string_equal(mark.vrf, vrf);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_are_read_back),
		cmocka_unit_test(other_names_are_no_marks),
		cmocka_unit_test(the_longest_mark_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
