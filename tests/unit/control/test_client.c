// SPDX-License-Identifier: GPL-2.0-or-later
/* The asking side, against a child in the supervisor's place. */
#include "../scratch_directory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/clock.h"
#include "base/memory.h"
#include "control/client.h"
#include "control/protocol.h"

#define LARGE_ANSWER (5 * 1024 * 1024)

static int listen_in(const char *run_dir)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/" CONTROL_SOCKET_NAME, run_dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

/* Reads one line of request, answers with these bytes and closes. */
__attribute__((noreturn)) static void serve(int listen_fd, const char *answer, size_t size)
{
	int fd = accept(listen_fd, NULL, NULL);
	char request[256] = "";
	size_t used = 0;

	while (!memchr(request, '\n', used)) {
		ssize_t n = recv(fd, request + used, sizeof(request) - used, 0);

		if (n <= 0)
			_exit(1);
		used += (size_t)n;
	}
	while (size > 0) {
		ssize_t n = send(fd, answer, size, MSG_NOSIGNAL);

		if (n <= 0)
			_exit(1);
		answer += n;
		size -= (size_t)n;
	}
	_exit(strncmp(request, "{\"command\":\"status\"}\n", used) == 0 ? 0 : 2);
}

/* Asks for the status of a supervisor that answers with these bytes. */
static int ask(
	const char *run_dir, const char *answer, size_t size, json_t **document, struct error *err)
{
	int listen_fd = listen_in(run_dir), status, r;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		serve(listen_fd, answer, size);
	close(listen_fd);
	r = control_client_ask(
		run_dir, json_pack("{s:s}", "command", "status"), 30000, document, err);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return r;
}

static void an_answer_is_read_to_its_end(void **state)
{
	cleanup_json json_t *document = NULL;
	struct error err = ERROR_INIT;

	assert_int_equal(ask(*state, "{\"schema\":1}", 12, &document, &err), 0);
	assert_int_equal(json_integer_value(json_object_get(document, "schema")), 1);
}

static void a_large_answer_comes_whole(void **state)
{
	cleanup_free char *answer = xcalloc(1, LARGE_ANSWER);
	cleanup_json json_t *document = NULL;
	struct error err = ERROR_INIT;

	memset(answer, 'x', LARGE_ANSWER);
	memcpy(answer, "[\"", 2);
	memcpy(answer + LARGE_ANSWER - 2, "\"]", 2);
	if (ask(*state, answer, LARGE_ANSWER, &document, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(json_string_length(json_array_get(document, 0)), LARGE_ANSWER - 4);
}

static void no_socket_means_no_supervisor(void **state)
{
	cleanup_free char *expected =
		xasprintf("no supervisor is running (no answer at '%s/" CONTROL_SOCKET_NAME "')",
			(const char *)*state);
	struct error err = ERROR_INIT;
	json_t *document = NULL;

	assert_int_equal(
		control_client_ask(*state, json_object(), 30000, &document, &err), -ENOENT);
	assert_string_equal(err.text, expected);
	assert_null(document);
}

/* What a killed supervisor leaves. */
static void a_socket_that_nobody_listens_at_means_no_supervisor(void **state)
{
	struct error err = ERROR_INIT;
	json_t *document = NULL;

	close(listen_in(*state));
	assert_int_equal(
		control_client_ask(*state, json_object(), 30000, &document, &err), -ENOENT);
	assert_memory_equal(err.text, "no supervisor is running", 24);
}

static void an_answer_that_is_cut_off_is_told(void **state)
{
	static const char *const answers[] = { "", "{\"schema\":1", "nonsense" };
	struct error err = ERROR_INIT;
	json_t *document = NULL;

	for (size_t i = 0; i < 3; i++) {
		cleanup_free char *socket_path =
			xasprintf("%s/" CONTROL_SOCKET_NAME, (const char *)*state);
		int r = ask(*state, answers[i], strlen(answers[i]), &document, &err);

		assert_int_equal(r, -EPROTO);
		assert_string_equal(err.text, "the supervisor closed without a full answer");
		assert_null(document);
		unlink(socket_path);
	}
}

static void a_run_dir_too_long_for_a_socket_is_told(void **state)
{
	struct error err = ERROR_INIT;
	json_t *document = NULL;
	char run_dir[128];
	int r;

	(void)state;
	memset(run_dir, 'r', sizeof(run_dir) - 1);
	run_dir[0] = '/';
	run_dir[sizeof(run_dir) - 1] = '\0';
	r = control_client_ask(run_dir, json_object(), 30000, &document, &err);
	assert_int_equal(r, -ENAMETOOLONG);
	assert_non_null(strstr(err.text, "is too long for a socket"));
}

static void one_that_hangs_is_waited_for_no_longer_than_asked(void **state)
{
	int listen_fd = listen_in(*state);
	struct error err = ERROR_INIT;
	json_t *document = NULL;
	uint64_t began_ms = clock_now_ms();

	assert_int_equal(
		control_client_ask(*state, json_object(), 200, &document, &err), -ETIMEDOUT);
	assert_string_equal(err.text, "the supervisor does not answer");
	assert_in_range(clock_now_ms() - began_ms, 190, 3000);
	close(listen_fd);
}

struct heard {
	int lines, until;
	json_int_t sum;
};

static int on_line(const json_t *event, void *data)
{
	struct heard *heard = data;

	heard->sum += json_integer_value(json_object_get(event, "n"));
	return ++heard->lines == heard->until ? 42 : 0;
}

/* Listens to a supervisor that says this and goes. */
static int listen_to(const char *run_dir, const char *said, struct heard *heard)
{
	cleanup_free char *socket_path = xasprintf("%s/" CONTROL_SOCKET_NAME, run_dir);
	int listen_fd = listen_in(run_dir), r;
	struct error err = ERROR_INIT;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		serve(listen_fd, said, strlen(said));
	close(listen_fd);
	r = control_client_listen(
		run_dir, json_pack("{s:s}", "command", "status"), on_line, heard, &err);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	unlink(socket_path);
	return r;
}

static void every_line_is_heard_until_the_supervisor_goes(void **state)
{
	struct heard heard = { 0 };

	assert_int_equal(
		listen_to(*state, "{\"n\":1}\n{\"n\":2}\nnonsense\n{\"n\":4}\n{\"n\":8", &heard),
		0);
	assert_int_equal(heard.lines, 3);
	assert_int_equal(heard.sum, 7);
}

static void a_refusal_without_a_line_end_is_heard_too(void **state)
{
	struct heard heard = { 0 };

	assert_int_equal(listen_to(*state, "{\"n\":5}", &heard), 0);
	assert_int_equal(heard.sum, 5);
}

static void the_hearer_may_end_it(void **state)
{
	struct heard heard = { .until = 2 };

	assert_int_equal(listen_to(*state, "{\"n\":1}\n{\"n\":2}\n{\"n\":4}\n", &heard), 42);
	assert_int_equal(heard.sum, 3);
}

static void there_is_nothing_to_hear_without_a_supervisor(void **state)
{
	struct error err = ERROR_INIT;

	assert_int_equal(
		control_client_listen(*state, json_object(), on_line, NULL, &err), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(an_answer_is_read_to_its_end),
		in_scratch(a_large_answer_comes_whole),
		in_scratch(no_socket_means_no_supervisor),
		in_scratch(a_socket_that_nobody_listens_at_means_no_supervisor),
		in_scratch(an_answer_that_is_cut_off_is_told),
		in_scratch(a_run_dir_too_long_for_a_socket_is_told),
		in_scratch(one_that_hangs_is_waited_for_no_longer_than_asked),
		in_scratch(every_line_is_heard_until_the_supervisor_goes),
		in_scratch(a_refusal_without_a_line_end_is_heard_too),
		in_scratch(the_hearer_may_end_it),
		in_scratch(there_is_nothing_to_hear_without_a_supervisor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
