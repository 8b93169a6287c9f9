// SPDX-License-Identifier: GPL-2.0-or-later
/* The process: it reports, has no rights and one socket, and ends when that closes. */
#include "../scratch_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>

#include "inventory_made.h"
#include "base/clock.h"
#include "base/file.h"
#include "reporter/reporter.h"
#include "reporter/turn.h"

#define DEADLINE_MS 15000

struct child {
	pid_t pid;
	int pidfd, fd;
};

static void child_finish(struct child *child)
{
	close(child->fd);
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	close(child->pidfd);
}

#define cleanup_child cleanup(child_finish)

/* valgrind knows no pidfds before its 3.21: without them the process cannot be watched. Comes first
 * in a test: what leaves by skip() frees nothing. */
static void skip_without_pidfd(void)
{
	int probe = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (probe < 0)
		skip();
	close(probe);
}

/* `directory` is its state_dir. */
static void made_here(struct made *made, char *directory, const char *url)
{
	made_init(made, url);
	made->config.gateway.state_dir = directory;
}

static void child_start(struct child *child, const struct made *made)
{
	assert_int_equal(
		reporter_start(&made->inventory, &child->pid, &child->pidfd, &child->fd, NULL), 0);
}

/* The next line as JSON. */
static json_t *line_next(const struct child *child)
{
	uint64_t end = clock_now_ms() + DEADLINE_MS;
	char line[65536];
	size_t used = 0;

	while (clock_now_ms() < end && used < sizeof(line)) {
		struct pollfd socket = { .fd = child->fd, .events = POLLIN };
		json_t *json;

		if (poll(&socket, 1, 100) <= 0)
			continue;
		if (read(child->fd, line + used, 1) != 1)
			break;
		if (line[used++] != '\n')
			continue;
		json = json_loadb(line, used, 0, NULL);
		assert_non_null(json);
		return json;
	}
	fail_msg("no line came");
	return NULL;
}

static bool is_gone(const struct child *child, int within_ms)
{
	struct pollfd process = { .fd = child->pidfd, .events = POLLIN };

	return poll(&process, 1, within_ms) == 1;
}

static void test_it_brings_zabbix_in_step_and_says_so(void **state)
{
	cleanup_fake_zabbix struct fake_zabbix fake;
	cleanup_http_server struct http_server server;
	cleanup_json json_t *line = NULL;
	struct made made;

	skip_without_pidfd();
	fake_zabbix_init(&fake, "7.0.22");
	http_server_start(&server, fake_answer, &fake);
	made_here(&made, *state, server.url);
	{
		cleanup_child struct child child;

		child_start(&child, &made);
		line = line_next(&child);
	}
	assert_string_equal(zabbix_json_text(line, "state"), "ok");
	assert_string_equal(zabbix_json_text(line, "version"), "7.0.22");
	assert_true(json_is_true(json_object_get(line, "synced")));
	assert_string_equal(
		zabbix_json_text(
			json_object_get(json_object_get(line, "proxies"), "gw1-acme"), "object"),
		"ours");
}

static void test_a_failure_is_reported_and_tried_again(void **state)
{
	cleanup_child struct child child;
	struct made made;

	skip_without_pidfd();
	setenv("no_proxy", "*", 1);
	made_here(&made, *state, "http://127.0.0.1:1/");
	child_start(&child, &made);
	for (int i = 0; i < 2; i++) {
		cleanup_json json_t *line = line_next(&child);

		assert_string_equal(zabbix_json_text(line, "state"), "unreachable");
		assert_non_null(strstr(zabbix_json_text(line, "error"), "Connection refused"));
		assert_true(json_is_false(json_object_get(line, "synced")));
	}
}

static void assert_status(const struct child *child, const char *words)
{
	cleanup_free char *path = xasprintf("/proc/%d/status", child->pid);
	cleanup_free char *text = NULL;
	size_t size;

	assert_int_equal(file_read(path, 65536, &text, &size, NULL), 0);
	if (!strstr(text, words))
		fail_msg("no '%s' in:\n%s", words, text);
}

/* Of the standard signals: 32 and 33 are the C library's, and may come ignored from who started us. */
static unsigned long ignored_signals(const struct child *child)
{
	cleanup_free char *path = xasprintf("/proc/%d/status", child->pid);
	cleanup_free char *text = NULL;
	const char *line;
	size_t size;

	assert_int_equal(file_read(path, 65536, &text, &size, NULL), 0);
	line = strstr(text, "SigIgn:\t");
	assert_non_null(line);
	return strtoul(line + 8, NULL, 16) & 0x7fffffff;
}

static size_t fds_count(const struct child *child)
{
	cleanup_free char *path = xasprintf("/proc/%d/fd", child->pid);
	cleanup_dir DIR *dir = opendir(path);
	size_t count = 0;

	while (dir && readdir(dir))
		count++;
	return count - 2;
}

static void test_it_has_no_rights_and_no_foreign_fds(void **state)
{
	cleanup_child struct child child;
	cleanup_json json_t *line = NULL;
	struct made made;
	int inherited;

	skip_without_pidfd();
	inherited = dup(STDIN_FILENO);
	setenv("no_proxy", "*", 1);
	made_here(&made, *state, "http://127.0.0.1:1/");
	signal(SIGHUP, SIG_IGN);
	child_start(&child, &made);
	signal(SIGHUP, SIG_DFL);
	line = line_next(&child);
	assert_status(&child, "Name:\tvrfgate-report\n");
	assert_status(&child, "CapPrm:\t0000000000000000\n");
	assert_status(&child, "CapEff:\t0000000000000000\n");
	assert_status(&child, "NoNewPrivs:\t1\n");
	assert_int_equal(ignored_signals(&child),
		1UL << (SIGPIPE - 1) | 1UL << (SIGINT - 1) | 1UL << (SIGTERM - 1));
	if (geteuid() == 0) {
		assert_status(&child, "CapBnd:\t0000000000000000\n");
		assert_status(&child, "Groups:\t \n");
		/* stdin, stdout, stderr, its socket, its turn */
		assert_int_equal(fds_count(&child), 5);
	}
	close(inherited);
}

static char *answer_never(const char *headers, const char *body, void *arg)
{
	(void)headers, (void)body, (void)arg;
	pause();
	return NULL;
}

static void test_it_ends_when_its_socket_closes_while_it_waits(void **state)
{
	cleanup_child struct child child;
	struct made made;

	skip_without_pidfd();
	setenv("no_proxy", "*", 1);
	made_here(&made, *state, "http://127.0.0.1:1/");
	child_start(&child, &made);
	json_decref(line_next(&child));
	assert_false(is_gone(&child, 0));
	close(child.fd);
	child.fd = -1;
	assert_true(is_gone(&child, DEADLINE_MS));
}

static void test_it_ends_when_its_socket_closes_while_the_api_hangs(void **state)
{
	cleanup_http_server struct http_server server;
	cleanup_child struct child child;
	struct made made;

	skip_without_pidfd();
	http_server_start(&server, answer_never, NULL);
	made_here(&made, *state, server.url);
	child_start(&child, &made);
	assert_false(is_gone(&child, 300));
	close(child.fd);
	child.fd = -1;
	assert_true(is_gone(&child, DEADLINE_MS));
}

static void test_an_api_that_does_not_answer_is_told_while_it_is_waited_for(void **state)
{
	cleanup_http_server struct http_server server;
	cleanup_child struct child child;
	cleanup_json json_t *line = NULL;
	struct made made;

	skip_without_pidfd();
	http_server_start(&server, answer_never, NULL);
	made_here(&made, *state, server.url);
	child_start(&child, &made);
	line = line_next(&child);
	assert_string_equal(zabbix_json_text(line, "state"), "unreachable");
	assert_string_equal(zabbix_json_text(line, "error"), "no answer for 5 s, still waiting");
	assert_true(json_is_false(json_object_get(line, "synced")));
}

static void test_after_a_failure_it_is_no_longer_in_step(void **state)
{
	cleanup_fake_zabbix struct fake_zabbix fake;
	cleanup_http_server struct http_server server;
	cleanup_json json_t *well = NULL, *failed = NULL;
	cleanup_child struct child child;
	struct made made;

	skip_without_pidfd();
	fake_zabbix_init(&fake, "7.0.22");
	http_server_start(&server, fake_answer, &fake);
	made_here(&made, *state, server.url);
	child_start(&child, &made);
	well = line_next(&child);
	http_server_stop(&server);
	assert_true(json_is_true(json_object_get(well, "synced")));
	failed = line_next(&child);
	assert_string_equal(zabbix_json_text(failed, "state"), "unreachable");
	assert_true(json_is_false(json_object_get(failed, "synced")));
}

/* Of which each write is told, and the first waits until it may go on. */
struct slow_zabbix {
	struct fake_zabbix fake;
	int told[2], go[2];
	bool went;
};

static char *answer_slowly(const char *headers, const char *body, void *arg)
{
	struct slow_zabbix *slow = arg;
	char byte;

	if (strstr(body, ".create\"")) {
		assert_int_equal(write(slow->told[1], "", 1), 1);
		if (!slow->went)
			assert_int_equal(read(slow->go[0], &byte, 1), 1);
		slow->went = true;
	}
	return fake_answer(headers, body, &slow->fake);
}

/* Zabbix makes these objects all the same, and the next one would make them again. */
static void test_it_sees_a_write_through_begins_no_other_and_ends_its_turn(void **state)
{
	struct slow_zabbix slow = { 0 };
	cleanup_http_server struct http_server server;
	cleanup_child struct child child;
	cleanup_fd int turn = -1;
	struct made made;
	char byte;

	skip_without_pidfd();
	assert_int_equal(pipe2(slow.told, O_CLOEXEC), 0);
	assert_int_equal(pipe2(slow.go, O_CLOEXEC), 0);
	fake_zabbix_init(&slow.fake, "7.0.22");
	http_server_start(&server, answer_slowly, &slow);
	made_here(&made, *state, server.url);
	assert_int_equal(reporter_turn_open(&made.config.gateway, &turn, NULL), 0);
	child_start(&child, &made);
	assert_int_equal(read(slow.told[0], &byte, 1), 1);
	close(child.fd);
	child.fd = -1;
	assert_false(is_gone(&child, 1500));
	assert_int_equal(reporter_turn_take(turn, NULL), 0);
	assert_int_equal(write(slow.go[1], "", 1), 1);
	assert_true(is_gone(&child, DEADLINE_MS));
	assert_int_equal(reporter_turn_take(turn, NULL), 1);
	assert_int_equal(fcntl(slow.told[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(read(slow.told[0], &byte, 1), -1);
	for (int i = 0; i < 2; i++) {
		close(slow.told[i]);
		close(slow.go[i]);
	}
	fake_zabbix_finish(&slow.fake);
}

static void test_it_waits_while_it_is_the_turn_of_another(void **state)
{
	cleanup_fake_zabbix struct fake_zabbix fake;
	cleanup_http_server struct http_server server;
	cleanup_json json_t *waiting = NULL;
	cleanup_child struct child child;
	cleanup_fd int turn = -1;
	bool is_synced = false;
	struct made made;

	skip_without_pidfd();
	fake_zabbix_init(&fake, "7.0.22");
	http_server_start(&server, fake_answer, &fake);
	made_here(&made, *state, server.url);
	assert_int_equal(reporter_turn_open(&made.config.gateway, &turn, NULL), 0);
	assert_int_equal(reporter_turn_take(turn, NULL), 1);
	child_start(&child, &made);
	waiting = line_next(&child);
	assert_string_equal(zabbix_json_text(waiting, "state"), "ok");
	assert_true(json_is_false(json_object_get(waiting, "synced")));
	/* No proxy of ours was made. */
	assert_string_equal(
		zabbix_json_text(
			json_object_get(json_object_get(waiting, "proxies"), "gw1-acme"), "object"),
		"missing");
	reporter_turn_end(turn);
	while (!is_synced) {
		cleanup_json json_t *line = line_next(&child);

		is_synced = json_is_true(json_object_get(line, "synced"));
	}
}

/* Of which each key that is written to a proxy that is there is told. */
struct told_zabbix {
	struct fake_zabbix fake;
	int told[2];
};

static char *answer_and_tell_keys(const char *headers, const char *body, void *arg)
{
	struct told_zabbix *zabbix = arg;

	if (strstr(body, "\"proxy.update\"") && strstr(body, "\"tls_psk\""))
		assert_int_equal(write(zabbix->told[1], "", 1), 1);
	return fake_answer(headers, body, &zabbix->fake);
}

static void status_send(const struct child *child, const char *link)
{
	cleanup_free char *line =
		xasprintf("{\"clock\": 1764000000, \"status\": {\"vrfs\": [{\"name\": \"acme\", "
			  "\"proxy\": {\"server_link\": \"%s\"}}]}}\n",
			link);

	assert_int_equal(write(child->fd, line, strlen(line)), (ssize_t)strlen(line));
}

static void test_the_key_of_a_proxy_whose_tls_fails_is_written_again_once(void **state)
{
	struct told_zabbix zabbix = { 0 };
	cleanup_http_server struct http_server server;
	cleanup_child struct child child;
	struct pollfd told;
	struct made made;
	char byte;

	skip_without_pidfd();
	assert_int_equal(pipe2(zabbix.told, O_CLOEXEC | O_NONBLOCK), 0);
	fake_zabbix_init(&zabbix.fake, "7.0.22");
	http_server_start(&server, answer_and_tell_keys, &zabbix);
	made_here(&made, *state, server.url);
	child_start(&child, &made);
	json_decref(line_next(&child));
	told = (struct pollfd){ .fd = zabbix.told[0], .events = POLLIN };
	status_send(&child, "");
	status_send(&child, "failed");
	json_decref(line_next(&child));
	assert_int_equal(poll(&told, 1, 0), 0);
	status_send(&child, "tls");
	assert_int_equal(poll(&told, 1, DEADLINE_MS), 1);
	assert_int_equal(read(zabbix.told[0], &byte, 1), 1);
	/* It did not help: not in a loop. */
	json_decref(line_next(&child));
	status_send(&child, "tls");
	json_decref(line_next(&child));
	assert_int_equal(poll(&told, 1, 0), 0);
	close(zabbix.told[0]);
	close(zabbix.told[1]);
	fake_zabbix_finish(&zabbix.fake);
}

/* Into a file, as what is started has our own. */
static int stderr_replace(const char *path)
{
	int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(before >= 0 && file >= 0);
	assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
	close(file);
	return before;
}

static void stderr_restore(int before)
{
	assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
	close(before);
}

/* TLS has to fail there: the key in that object is another gateway's. */
static void test_no_key_is_said_to_be_written_to_an_object_of_another_gateway(void **state)
{
	cleanup_free char *log = NULL, *text = NULL;
	cleanup_fake_zabbix struct fake_zabbix fake;
	cleanup_http_server struct http_server server;
	cleanup_child struct child child;
	cleanup_json json_t *proxy = NULL;
	struct made made;
	int before;
	size_t size;

	skip_without_pidfd();
	log = xasprintf("%s/log", (char *)*state);
	fake_zabbix_init(&fake, "7.0.22");
	proxy = zabbix_json_pack("{s:s, s:s, s:s}", "name", "gw1-acme", "operating_mode", "0",
		"description", "[vrfgate gw2 vrf acme psk none]");
	json_decref(fake_dispatch(&fake, "proxy.create", proxy));
	http_server_start(&server, fake_answer, &fake);
	made_here(&made, *state, server.url);
	before = stderr_replace(log);
	child_start(&child, &made);
	stderr_restore(before);
	json_decref(line_next(&child));
	status_send(&child, "tls");
	json_decref(line_next(&child));
	json_decref(line_next(&child));
	assert_int_equal(file_read(log, 65536, &text, &size, NULL), 0);
	assert_non_null(strstr(text, "gw1-acme"));
	assert_null(strstr(text, "its key"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_brings_zabbix_in_step_and_says_so),
		cmocka_unit_test(test_a_failure_is_reported_and_tried_again),
		cmocka_unit_test(test_it_has_no_rights_and_no_foreign_fds),
		cmocka_unit_test(test_it_ends_when_its_socket_closes_while_it_waits),
		cmocka_unit_test(test_it_ends_when_its_socket_closes_while_the_api_hangs),
		cmocka_unit_test(test_an_api_that_does_not_answer_is_told_while_it_is_waited_for),
		cmocka_unit_test(test_after_a_failure_it_is_no_longer_in_step),
		cmocka_unit_test(test_it_sees_a_write_through_begins_no_other_and_ends_its_turn),
		cmocka_unit_test(test_it_waits_while_it_is_the_turn_of_another),
		cmocka_unit_test(test_the_key_of_a_proxy_whose_tls_fails_is_written_again_once),
		cmocka_unit_test(test_no_key_is_said_to_be_written_to_an_object_of_another_gateway),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
