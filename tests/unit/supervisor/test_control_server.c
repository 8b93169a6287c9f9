// SPDX-License-Identifier: GPL-2.0-or-later
/* The real control server on a real loop; clients are sockets of this one thread. */
#include "../scratch.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/json.h"
#include "control/protocol.h"
#include "supervisor/control_server.h"
#include "supervisor/reporter_link.h"
#include "supervisor/status.h"
#include "vrf/life.h"

#define DEADLINE_MS       5000
#define CLIENTS_AT_MOST   64
#define LISTENERS_AT_MOST 16
/* Of a user that is not root, and of all such users. */
#define CLIENTS_EACH      16
#define CLIENTS_OF_OTHERS 48
#define LISTENERS_EACH    4
#define LISTENERS_OTHERS  12
#define SOMEBODY          65534
/* Time goes this much faster for what the loop waits for. */
#define HASTE             10

/* Stands before libsystemd's own, so that a test need not sit a client's ten seconds out. */
int sd_event_add_time_relative(sd_event *event, sd_event_source **source, clockid_t clock,
	uint64_t usec, uint64_t accuracy, sd_event_time_handler_t handler, void *data)
{
	return sd_event_add_time(event, source, clock, clock_now_ms() * 1000 + usec / HASTE,
		accuracy, handler, data);
}

struct served {
	struct loaded loaded;
	struct supervisor supervisor;
	char *socket_path;
};

static void serve_begin(struct served *served, const char *directory)
{
	struct supervisor *supervisor = &served->supervisor;
	struct file_owner owner = { 0755, (uid_t)-1, (gid_t)-1 };
	struct error err = ERROR_INIT;

	*served = (struct served){ .loaded = scratch_config(directory, "namespace mgmt { }") };
	supervisor->config = served->loaded.config;
	supervisor->context.config = supervisor->config;
	assert_true(sd_event_new(&supervisor->event) >= 0);
	supervisor->reporter = reporter_link_create(supervisor);
	assert_int_equal(file_make_dir(supervisor->config->gateway.run_dir, &owner, NULL), 0);
	if (control_server_create(supervisor, &supervisor->control, &err) < 0)
		fail_msg("%s", err.text);
	served->socket_path =
		xasprintf("%s/" CONTROL_SOCKET_NAME, supervisor->config->gateway.run_dir);
}

static void serve_end(struct served *served)
{
	for (size_t i = 0; i < served->supervisor.n_vrfs; i++)
		vrf_destroy(served->supervisor.vrfs[i]);
	free(served->supervisor.vrfs);
	status_changed(&served->supervisor);
	control_server_destroy(served->supervisor.control);
	reporter_link_destroy(served->supervisor.reporter);
	sd_event_unref(served->supervisor.event);
	loaded_finish(&served->loaded);
	free(served->socket_path);
}

#define cleanup_served cleanup(serve_end)

static void turn(struct served *served)
{
	assert_true(sd_event_run(served->supervisor.event, 1000) >= 0);
}

static int client_connect(struct served *served)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, served->socket_path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	turn(served);
	return fd;
}

/* Another user's, whom the socket is open to. */
static int client_connect_as(struct served *served, uid_t uid)
{
	const char *run_dir = served->supervisor.config->gateway.run_dir;
	cleanup_free char *above = xasprintf("%s/..", run_dir);
	int fd;

	assert_int_equal(chmod(served->socket_path, 0666), 0);
	assert_int_equal(chmod(above, 0755), 0);
	assert_int_equal(seteuid(uid), 0);
	fd = client_connect(served);
	assert_int_equal(seteuid(0), 0);
	return fd;
}

/* All that comes until the server closes; the caller frees it. NULL where it did not close. */
static char *client_receive(struct served *served, int fd)
{
	uint64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	cleanup_free char *text = xcalloc(1, 16 * 1024 * 1024);
	size_t used = 0;

	while (clock_now_ms() < deadline_ms) {
		ssize_t n = recv(fd, text + used, 65536, 0);

		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return steal_ptr(&text);
		if (n > 0)
			used += (size_t)n;
		else
			turn(served);
	}
	return NULL;
}

static char *ask(struct served *served, const char *request)
{
	cleanup_fd int fd = client_connect(served);

	assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
	return client_receive(served, fd);
}

static void assert_refused(struct served *served, const char *request, const char *error)
{
	cleanup_free char *text = ask(served, request);
	cleanup_json json_t *answer = json_loads(text, 0, NULL);

	assert_true(json_is_false(json_object_get(answer, "ok")));
	assert_string_equal(json_string_value(json_object_get(answer, "error")), error);
}

static void assert_served(struct served *served)
{
	cleanup_free char *text = ask(served, "{\"command\":\"status\"}\n");
	cleanup_json json_t *answer = json_loads(text, 0, NULL);

	assert_int_equal(json_integer_value(json_object_get(answer, "schema")), 1);
}

static void the_status_is_answered(void **state)
{
	cleanup_served struct served served;

	serve_begin(&served, *state);
	assert_served(&served);
	assert_served(&served);
}

static void a_request_may_come_in_pieces(void **state)
{
	static const char request[] = "{\"command\":\"status\"}\n";
	cleanup_served struct served served;
	cleanup_free char *answer = NULL;
	cleanup_fd int fd = -1;

	serve_begin(&served, *state);
	fd = client_connect(&served);
	for (const char *c = request; *c; c++) {
		assert_int_equal(send(fd, c, 1, 0), 1);
		turn(&served);
	}
	answer = client_receive(&served, fd);
	assert_memory_equal(answer, "{\"schema\":", 10);
}

static void what_is_no_request_is_refused_in_words(void **state)
{
	static const char *const garbage[] = { "\n", "hello\n", "[]\n", "{}\n", "{\"command\":1}\n",
		"{\"command\":\"status\"} more\n", "\x01\xff\n", "{\"command\":\"status\"\n" };
	cleanup_served struct served served;

	serve_begin(&served, *state);
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
		assert_refused(&served, garbage[i],
			"not a request: a JSON object with a command was expected");
	assert_refused(&served, "{\"command\":\"explode\"}\n",
		"this supervisor does not know that command");
	assert_served(&served);
}

static void a_vrf_that_is_not_there_is_named(void **state)
{
	cleanup_served struct served served;
	cleanup_free char *text = NULL;
	cleanup_json json_t *answer = NULL;

	serve_begin(&served, *state);
	text = ask(&served, "{\"command\":\"status\",\"vrfs\":[\"nope\"]}\n");
	answer = json_loads(text, 0, NULL);
	assert_string_equal(
		json_string_value(json_object_get(answer, "error")), CONTROL_ERROR_NO_SUCH_VRF);
	assert_string_equal(json_string_value(json_object_get(answer, "vrf")), "nope");
	assert_refused(
		&served, "{\"command\":\"status\",\"vrfs\":[1]}\n", CONTROL_ERROR_NO_SUCH_VRF);
}

/* Ten thousand names, each looked for among all VRFs, would hold the loop up. */
static void more_names_than_vrfs_are_not_looked_for(void **state)
{
	cleanup_served struct served served;

	serve_begin(&served, *state);
	*array_append(&served.supervisor.vrfs, &served.supervisor.n_vrfs) =
		vrf_create(&served.supervisor.context, &served.supervisor.config->vrfs[0], 0);
	assert_refused(&served, "{\"command\":\"status\",\"vrfs\":[\"mgmt\",\"mgmt\",\"nope\"]}\n",
		"a VRF is named twice");
	assert_refused(&served, "{\"command\":\"status\",\"vrfs\":[\"mgmt\",\"nope\"]}\n",
		CONTROL_ERROR_NO_SUCH_VRF);
}

static void a_request_without_end_is_dropped(void **state)
{
	cleanup_free char *text = xcalloc(1, CONTROL_MAX_REQUEST + 1);
	cleanup_served struct served served;
	cleanup_free char *answer = NULL;
	cleanup_fd int fd = -1;
	size_t sent = 0;

	memset(text, ' ', CONTROL_MAX_REQUEST);
	serve_begin(&served, *state);
	fd = client_connect(&served);
	while (sent < CONTROL_MAX_REQUEST) {
		ssize_t n = send(fd, text + sent, CONTROL_MAX_REQUEST - sent, MSG_NOSIGNAL);

		sent += n > 0 ? (size_t)n : 0;
		turn(&served);
	}
	answer = client_receive(&served, fd);
	assert_string_equal(answer, "");
	assert_served(&served);
}

static void one_client_too_many_is_turned_away(void **state)
{
	cleanup_served struct served served;
	int fds[CLIENTS_AT_MOST], count = geteuid() == 0 ? CLIENTS_AT_MOST : CLIENTS_EACH;

	serve_begin(&served, *state);
	for (int i = 0; i < count; i++)
		fds[i] = client_connect(&served);
	{
		cleanup_fd int fd = client_connect(&served);
		cleanup_free char *answer = client_receive(&served, fd);

		assert_string_equal(answer, "");
	}
	for (int i = 0; i < count; i++)
		close(fds[i]);
	turn(&served);
	assert_served(&served);
}

static void assert_turned_away(struct served *served, uid_t uid)
{
	cleanup_fd int fd = client_connect_as(served, uid);
	cleanup_free char *answer = client_receive(served, fd);

	assert_string_equal(answer, "");
}

static void nobody_but_root_can_take_all_places(void **state)
{
	cleanup_served struct served served;
	int fds[CLIENTS_OF_OTHERS];

	serve_begin(&served, *state);
	for (int i = 0; i < CLIENTS_OF_OTHERS; i++) {
		uid_t uid = SOMEBODY - (uid_t)(i / CLIENTS_EACH);

		fds[i] = client_connect_as(&served, uid);
		if (i % CLIENTS_EACH == CLIENTS_EACH - 1)
			assert_turned_away(&served, uid);
	}
	assert_turned_away(&served, SOMEBODY - 10);
	assert_served(&served);
	close(fds[0]);
	turn(&served);
	fds[0] = client_connect_as(&served, SOMEBODY - 10);
	assert_turned_away(&served, SOMEBODY - 10);
	for (int i = 0; i < CLIENTS_OF_OTHERS; i++)
		close(fds[i]);
	assert_served(&served);
}

static void a_silent_client_is_dropped_and_holds_nobody_up(void **state)
{
	cleanup_served struct served served;
	cleanup_free char *answer = NULL;
	cleanup_fd int silent = -1;
	uint64_t start_ms = clock_now_ms();

	serve_begin(&served, *state);
	silent = client_connect(&served);
	assert_served(&served);
	answer = client_receive(&served, silent);
	assert_string_equal(answer, "");
	/* Ten seconds, at this haste. */
	assert_in_range(clock_now_ms() - start_ms, 10000 / HASTE - 10, DEADLINE_MS);
	assert_served(&served);
}

static void a_client_that_goes_away_early_is_forgotten(void **state)
{
	cleanup_served struct served served;
	int fd;

	serve_begin(&served, *state);
	close(client_connect(&served));
	turn(&served);
	fd = client_connect(&served);
	assert_int_equal(send(fd, "{\"command\":\"status\"}\n", 21, 0), 21);
	close(fd);
	turn(&served);
	assert_served(&served);
}

/* Larger than a socket's buffer: it goes out as the client takes it. */
static void a_large_answer_goes_out_in_pieces(void **state)
{
	cleanup_served struct served served;
	struct supervisor *supervisor = &served.supervisor;
	cleanup_free char *text = NULL;
	cleanup_json json_t *answer = NULL;

	serve_begin(&served, *state);
	for (int i = 0; i < 2000; i++)
		*array_append(&supervisor->vrfs, &supervisor->n_vrfs) =
			vrf_create(&supervisor->context, &supervisor->config->vrfs[0], 0);
	text = ask(&served, "{\"command\":\"status\"}\n");
	assert_true(strlen(text) > 250000);
	answer = json_loads(text, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(answer, "vrfs")), 2000);
}

static void the_socket_is_not_for_everybody(void **state)
{
	cleanup_served struct served served;
	struct stat st;

	serve_begin(&served, *state);
	assert_int_equal(stat(served.socket_path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07, 0);
}

static void the_socket_goes_with_the_server_and_replaces_a_dead_ones(void **state)
{
	cleanup_served struct served served;
	struct error err = ERROR_INIT;

	serve_begin(&served, *state);
	control_server_destroy(served.supervisor.control);
	served.supervisor.control = NULL;
	assert_int_equal(access(served.socket_path, F_OK), -1);
	scratch_write(served.supervisor.config->gateway.run_dir, CONTROL_SOCKET_NAME, "left");
	assert_int_equal(
		control_server_create(&served.supervisor, &served.supervisor.control, &err), 0);
	assert_served(&served);
}

/* --- listeners --- */

static int listener_connect(struct served *served)
{
	int fd = client_connect(served);

	assert_int_equal(send(fd, "{\"command\":\"events\"}\n", 21, 0), 21);
	return fd;
}

/* The next line of a listener, the caller's; NULL where none comes in time or the server closed. */
static json_t *listener_hear(struct served *served, int fd)
{
	uint64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	cleanup_free char *text = xcalloc(1, 65536);

	while (clock_now_ms() < deadline_ms) {
		ssize_t n = recv(fd, text, 65536, MSG_PEEK);
		const char *newline = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;

		if (newline)
			n = recv(fd, text, (size_t)(newline - text) + 1, 0);
		if (newline)
			return json_loadb(text, (size_t)n, 0, NULL);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return NULL;
		sd_event_run(served->supervisor.event, 10000);
	}
	return NULL;
}

static void tell_number(struct served *served, json_int_t number)
{
	char padding[1001];
	cleanup_json json_t *event = NULL;

	memset(padding, 'x', sizeof(padding) - 1);
	padding[sizeof(padding) - 1] = '\0';
	event = json_pack("{s:I, s:s}", "number", number, "padding", padding);

	control_server_tell(served->supervisor.control, event);
}

static void a_listener_hears_a_snapshot_and_then_every_event_in_order(void **state)
{
	cleanup_served struct served served;
	cleanup_json json_t *snapshot = NULL;
	cleanup_fd int fd = -1;

	serve_begin(&served, *state);
	*array_append(&served.supervisor.vrfs, &served.supervisor.n_vrfs) =
		vrf_create(&served.supervisor.context, &served.supervisor.config->vrfs[0], 0);
	fd = listener_connect(&served);
	snapshot = listener_hear(&served, fd);
	assert_string_equal(json_string_value(json_object_get(snapshot, "event")), "snapshot");
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(snapshot, "vrfs"), 0), "name")),
		"mgmt");
	for (json_int_t i = 0; i < 100; i++)
		tell_number(&served, i);
	for (json_int_t i = 0; i < 100; i++) {
		cleanup_json json_t *event = listener_hear(&served, fd);

		assert_int_equal(json_integer_value(json_object_get(event, "number")), i);
	}
	assert_served(&served);
}

/* Longer than the ten seconds of those who ask. */
static void a_listener_may_stay_silent(void **state)
{
	cleanup_served struct served served;
	cleanup_fd int fd = -1;
	uint64_t until_ms;

	serve_begin(&served, *state);
	fd = listener_connect(&served);
	json_decref(listener_hear(&served, fd));
	until_ms = clock_now_ms() + 10000 / HASTE + 200;
	while (clock_now_ms() < until_ms)
		assert_true(sd_event_run(served.supervisor.event, 10000) >= 0);
	tell_number(&served, 7);
	{
		cleanup_json json_t *event = listener_hear(&served, fd);

		assert_int_equal(json_integer_value(json_object_get(event, "number")), 7);
	}
}

static void a_listener_that_does_not_read_is_dropped_and_the_others_go_on(void **state)
{
	cleanup_served struct served served;
	cleanup_fd int slow = -1, quick = -1;
	cleanup_free char *left = NULL;
	json_int_t told = 0, heard = 0;

	serve_begin(&served, *state);
	slow = listener_connect(&served);
	quick = listener_connect(&served);
	json_decref(listener_hear(&served, quick));
	/* Far more than the socket's buffer and the megabyte. */
	while (told < 5000) {
		for (int i = 0; i < 100; i++)
			tell_number(&served, told++);
		for (; heard < told; heard++) {
			cleanup_json json_t *event = listener_hear(&served, quick);

			assert_int_equal(
				json_integer_value(json_object_get(event, "number")), heard);
		}
	}
	left = client_receive(&served, slow);
	assert_non_null(left);
	assert_served(&served);
}

static void a_listener_that_goes_is_forgotten(void **state)
{
	cleanup_served struct served served;

	serve_begin(&served, *state);
	for (int i = 0; i < 3 * LISTENERS_AT_MOST; i++) {
		cleanup_fd int fd = listener_connect(&served);
		cleanup_json json_t *first = listener_hear(&served, fd);

		assert_string_equal(json_string_value(json_object_get(first, "event")), "snapshot");
		tell_number(&served, i);
	}
	assert_served(&served);
}

static void one_listener_too_many_is_refused_and_others_may_ask(void **state)
{
	cleanup_served struct served served;
	int fds[LISTENERS_AT_MOST], count = geteuid() == 0 ? LISTENERS_AT_MOST : LISTENERS_EACH;

	serve_begin(&served, *state);
	for (int i = 0; i < count; i++) {
		fds[i] = listener_connect(&served);
		json_decref(listener_hear(&served, fds[i]));
	}
	assert_refused(&served, "{\"command\":\"events\"}\n", "too many listen for events already");
	assert_served(&served);
	for (int i = 0; i < count; i++)
		close(fds[i]);
}

static int listener_connect_as(struct served *served, uid_t uid)
{
	int fd = client_connect_as(served, uid);

	assert_int_equal(send(fd, "{\"command\":\"events\"}\n", 21, 0), 21);
	return fd;
}

static void assert_not_heard(struct served *served, uid_t uid)
{
	cleanup_fd int fd = listener_connect_as(served, uid);
	cleanup_free char *answer = client_receive(served, fd);

	assert_non_null(strstr(answer, "too many listen for events already"));
}

static void nobody_but_root_can_take_all_places_of_listeners(void **state)
{
	cleanup_served struct served served;
	int fds[LISTENERS_OTHERS + 1];

	serve_begin(&served, *state);
	for (int i = 0; i < LISTENERS_OTHERS; i++) {
		uid_t uid = SOMEBODY - (uid_t)(i / LISTENERS_EACH);

		fds[i] = listener_connect_as(&served, uid);
		json_decref(listener_hear(&served, fds[i]));
		if (i % LISTENERS_EACH == LISTENERS_EACH - 1)
			assert_not_heard(&served, uid);
	}
	assert_not_heard(&served, SOMEBODY - 10);
	fds[LISTENERS_OTHERS] = listener_connect(&served);
	json_decref(listener_hear(&served, fds[LISTENERS_OTHERS]));
	for (int i = 0; i <= LISTENERS_OTHERS; i++)
		close(fds[i]);
}

static void only_root_may_act(void **state)
{
	static const char *const orders[] = { "reload", "start", "stop", "restart", "rekey" };
	cleanup_served struct served served;

	serve_begin(&served, *state);
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		cleanup_free char *text = xasprintf("{\"command\":\"%s\"}\n", orders[i]);
		cleanup_fd int fd = client_connect_as(&served, SOMEBODY);
		cleanup_free char *answer = NULL;

		assert_int_equal(send(fd, text, strlen(text), 0), strlen(text));
		answer = client_receive(&served, fd);
		assert_non_null(strstr(answer, "only root may do that"));
	}
}

/* Of one that waits for ever, as a disk hangs. */
static void who_asks_for_a_reload_beside_another_is_told_after_a_while(void **state)
{
	static const char text[] = "{\"command\":\"reload\"}\n";
	cleanup_served struct served served;
	cleanup_free char *answer = NULL;
	cleanup_fd int fd = -1;

	if (geteuid() != 0)
		skip();
	serve_begin(&served, *state);
	served.supervisor.reload.job = (struct job *)&served;
	fd = client_connect(&served);
	assert_int_equal(send(fd, text, strlen(text), 0), strlen(text));
	turn(&served);
	control_server_answer_waiting(served.supervisor.control, CONTROL_WAIT_CENSUS);
	control_server_answer_waiting(served.supervisor.control, CONTROL_WAIT_TURN);
	answer = client_receive(&served, fd);
	assert_non_null(strstr(answer, "another reload waits for the disk"));
}

static void an_order_names_its_vrfs(void **state)
{
	static const char *const orders[] = { "start", "stop", "restart" };
	cleanup_served struct served served;

	serve_begin(&served, *state);
	for (size_t i = 0; geteuid() == 0 && i < 3; i++) {
		cleanup_free char *none = xasprintf("{\"command\":\"%s\"}\n", orders[i]);
		cleanup_free char *strange =
			xasprintf("{\"command\":\"%s\",\"vrfs\":[\"nope\"]}\n", orders[i]);

		assert_refused(&served, none, "no VRF is named");
		assert_refused(&served, strange, CONTROL_ERROR_NO_SUCH_VRF);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(the_status_is_answered),
		in_scratch(a_request_may_come_in_pieces),
		in_scratch(what_is_no_request_is_refused_in_words),
		in_scratch(a_vrf_that_is_not_there_is_named),
		in_scratch(more_names_than_vrfs_are_not_looked_for),
		in_scratch(a_request_without_end_is_dropped),
		in_scratch(one_client_too_many_is_turned_away),
		in_scratch_as_root(nobody_but_root_can_take_all_places),
		in_scratch(a_silent_client_is_dropped_and_holds_nobody_up),
		in_scratch(a_client_that_goes_away_early_is_forgotten),
		in_scratch(a_large_answer_goes_out_in_pieces),
		in_scratch(the_socket_is_not_for_everybody),
		in_scratch(the_socket_goes_with_the_server_and_replaces_a_dead_ones),
		in_scratch(a_listener_hears_a_snapshot_and_then_every_event_in_order),
		in_scratch(a_listener_may_stay_silent),
		in_scratch(a_listener_that_does_not_read_is_dropped_and_the_others_go_on),
		in_scratch(a_listener_that_goes_is_forgotten),
		in_scratch(one_listener_too_many_is_refused_and_others_may_ask),
		in_scratch_as_root(nobody_but_root_can_take_all_places_of_listeners),
		in_scratch_as_root(only_root_may_act),
		in_scratch(who_asks_for_a_reload_beside_another_is_told_after_a_while),
		in_scratch(an_order_names_its_vrfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
