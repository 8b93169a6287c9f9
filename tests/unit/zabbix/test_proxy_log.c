// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines as zabbix_proxy 6.0.14 and 7.0.22 write them. */
#include "../cmocka_all.h"

#include <string.h>

#include "zabbix/proxy_log.h"

#define STARTED \
	"     1:20261130:153900.000 Starting Zabbix Proxy (active) [gw1-acme]. Zabbix 6.0.14\n"
#define NO_TLS                                                                                        \
	"     7:20261130:153929.026 Unable to connect to [fd5a:b1c0:de01::1]:29741 [TCP successful, " \
	"cannot establish TLS to [[fd5a:b1c0:de01::1]:29741]: zbx_tls_connect(): "                    \
	"gnutls_handshake() failed: -110 The TLS connection was non-properly terminated.]\n"          \
	"     7:20261130:153929.026 Will try to reconnect every 1 second(s)\n"
#define REFUSED                                                                              \
	"    17:20261130:153929.026 Unable to connect to [192.0.2.1]:10051 [cannot connect " \
	"to [[192.0.2.1]:10051]: [111] Connection refused]\n"
#define STILL    "     7:20261130:154029.144 Still unable to connect...\n"
#define RESTORED "     7:20261130:154031.000 Connection restored.\n"
#define OTHER    "    12:20261130:153939.990 enabling Zabbix agent checks on host \"ce1\"\n"

static enum zabbix_link link_of(const char *text)
{
	return zabbix_proxy_log_link(text, strlen(text), ZABBIX_LINK_UNKNOWN);
}

static void the_last_word_on_the_connection_counts(void **state)
{
	(void)state;
	assert_int_equal(link_of(""), ZABBIX_LINK_UNKNOWN);
	assert_int_equal(link_of(STARTED OTHER), ZABBIX_LINK_UNKNOWN);
	assert_int_equal(link_of(STARTED REFUSED OTHER), ZABBIX_LINK_FAILED);
	assert_int_equal(link_of(NO_TLS OTHER STILL OTHER), ZABBIX_LINK_TLS);
	assert_int_equal(link_of(NO_TLS STILL RESTORED OTHER), ZABBIX_LINK_FINE);
	assert_int_equal(link_of(NO_TLS RESTORED REFUSED STILL), ZABBIX_LINK_FAILED);
	assert_int_equal(link_of(OTHER STILL), ZABBIX_LINK_FAILED);
}

static void what_a_former_life_logged_is_over(void **state)
{
	(void)state;
	assert_int_equal(link_of(NO_TLS STILL STARTED OTHER), ZABBIX_LINK_UNKNOWN);
}

static void a_passive_proxy_tells_whom_it_did_not_accept(void **state)
{
	(void)state;
	assert_int_equal(
		link_of("     4:20261130:153929.026 failed to accept an incoming connection: "
			"from 192.0.2.1: TLS handshake set result code to 1\n"),
		ZABBIX_LINK_TLS);
	assert_int_equal(
		link_of("     4:20261130:153929.026 failed to accept an incoming connection: "
			"from 192.0.2.1: reading first byte from connection failed\n"),
		ZABBIX_LINK_UNKNOWN);
}

/* A device has words in the log, too: in the middle of a line, cut off, or without what a line begins with. */
static void words_of_others_do_not_count(void **state)
{
	static const char nul[] = "\0\0     7:20261130:154029.144 Still unable to connect";

	(void)state;
	assert_int_equal(
		link_of("    12:20261130:153939.990 item \"x\" says: Still unable to connect\n"),
		ZABBIX_LINK_UNKNOWN);
	assert_int_equal(link_of("Still unable to connect...\n"), ZABBIX_LINK_UNKNOWN);
	assert_int_equal(
		link_of("7:2026113:154029.144 Still unable to connect\n"), ZABBIX_LINK_UNKNOWN);
	assert_int_equal(link_of("     7:20261130:154029.144"), ZABBIX_LINK_UNKNOWN);
	assert_int_equal(link_of("     7:20261130:154029.14"), ZABBIX_LINK_UNKNOWN);
	assert_int_equal(link_of("     "), ZABBIX_LINK_UNKNOWN);
	assert_int_equal(link_of("\n\n"), ZABBIX_LINK_UNKNOWN);
	assert_int_equal(
		zabbix_proxy_log_link(nul, sizeof(nul), ZABBIX_LINK_FINE), ZABBIX_LINK_FINE);
}

#define POLLER "   147:20261130:153900.100 proxy #4 started [poller #1]\n"
#define SYNCER "   151:20261130:153900.101 proxy #9 started [history syncer #1]\n"
#define DIED(status)                                                                         \
	"     2:20261130:154000.000 One child process died (PID:151,exitcode/signal:" status \
	"). Exiting ...\n"

static void ends_as(const char *text, const char *expected)
{
	char end[ZABBIX_PROXY_END_SIZE] = "";

	assert_int_equal(zabbix_proxy_log_end(text, strlen(text), end), *expected != 0);
	assert_string_equal(end, expected);
}

static void the_child_that_a_proxy_lost_is_named_with_its_signal(void **state)
{
	(void)state;
	ends_as(STARTED POLLER SYNCER OTHER DIED("9") OTHER,
		"child 'history syncer #1' killed by signal 9");
	ends_as(STARTED POLLER DIED("9"), "child 151 killed by signal 9");
	ends_as(SYNCER DIED("1"), "child 'history syncer #1' ended with exit status 1");
	ends_as(SYNCER
		"   151:20261130:153959.000 Got signal [signal:11(SIGSEGV),reason:1,refaddr:(nil)]."
		" Crashing ...\n" DIED("1"),
		"child 'history syncer #1' crashed by signal 11");
}

static void whoever_ended_a_proxy_is_named(void **state)
{
	(void)state;
	ends_as(STARTED SYNCER
		"     2:20261130:154000.000 Got signal [signal:15(SIGTERM),sender_pid:0,sender_uid:33,"
		"reason:0]. Exiting ...\n" DIED("15"),
		"ended by signal 15, sent by uid 33");
}

static void what_says_nothing_of_an_end_gives_none(void **state)
{
	(void)state;
	ends_as("", "");
	ends_as(STARTED POLLER OTHER, "");
	ends_as("One child process died (PID:151,exitcode/signal:9). Exiting ...\n", "");
	ends_as("     2:20261130:154000.000 One child process died (PID:", "");
	ends_as("     2:20261130:154000.000 One child process died (PID:,exitcode/signal:x)", "");
	ends_as("   151:20261130:153900.101 proxy #9 started [\x1b[31m]\n" DIED("9"),
		"child 151 killed by signal 9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_word_on_the_connection_counts),
		cmocka_unit_test(what_a_former_life_logged_is_over),
		cmocka_unit_test(a_passive_proxy_tells_whom_it_did_not_accept),
		cmocka_unit_test(words_of_others_do_not_count),
		cmocka_unit_test(the_child_that_a_proxy_lost_is_named_with_its_signal),
		cmocka_unit_test(whoever_ended_a_proxy_is_named),
		cmocka_unit_test(what_says_nothing_of_an_end_gives_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
