// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reporter's loop.
 *
 *	          login          sync            poll every 5 s, values as they come
 *	(start) --------> (open) ----> (in step) <-----.
 *	   ^                 |             |  `--------'   sync again every 60 s
 *	   `-----------------+-------------'
 *	      a failure: report it, close, wait 1, 2, 4 .. 60 s
 */
#include "reporter/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/connection.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/secret.h"
#include "reporter/push.h"
#include "reporter/report.h"
#include "reporter/reporter.h"
#include "reporter/seen.h"
#include "reporter/sync.h"
#include "reporter/turn.h"
#include "zabbix/json.h"
#include "zabbix/version.h"

#define POLL_MS         5000
#define SYNC_MS         60000
#define SYNC_WAITING_MS 5000
#define TURN_POLL_MS    1000
#define TURN_LONG_MS    60000
#define BACKOFF_MIN_MS  1000
#define BACKOFF_MAX_MS  60000
#define SLOW_MS         5000
/* How soon a refused password is found out where the session that it opened lives on. */
#define LOGIN_AGAIN_MS  300000
/* To look up the last values costs the server more than the rest. */
#define NEWEST_MS       30000
/* How soon a key is written again that did not help: no loop. */
#define KEY_AGAIN_MS    300000

struct loop {
	struct reporter_inventory *inventory; /* a copy that has a list of its own */
	uint64_t
		*keys_written_ms; /* of each proxy, when its key was last written again; 0: never */
	int turn;
	struct connection connection; /* to the supervisor; its descriptor is a blocking one */
	struct reporter_push push;
	struct zabbix_api *api; /* NULL: not logged in */
	uint64_t sync_due_ms;
	uint64_t login_ms; /* when it logged in */
	char *secret;      /* one that was told, and is to be used from now on; NULL: none */
	uint64_t newest_due_ms;
	uint64_t turn_lost_ms; /* since when another writes; 0: nobody does */
	int backoff_ms;
	bool has_host;             /* the gateway's host in Zabbix is ours */
	bool slow;                 /* an answer of this attempt takes, or took, long */
	struct strings problems;   /* of the last sync */
	struct strings notes;      /* likewise, which the log has */
	struct error values_error; /* why the server did not take values */
	struct reporter_report report;
	struct reporter_report told; /* what the log knows */
};

/* As it was seen last. */
static bool object_is_ours(const struct loop *loop, const struct reporter_proxy *proxy)
{
	const json_t *seen = json_object_get(loop->report.proxies, proxy->name);

	return strcmp(zabbix_json_text(seen, "object"), REPORTER_OBJECT_OURS) == 0;
}

/*
 * A key cannot be read back, and is written to our own objects only. Where the proxy's own log says that it
 * connects and TLS fails, somebody may have written another one to Zabbix.
 */
static void key_judge(struct loop *loop, const char *vrf, const char *link)
{
	uint64_t now_ms = clock_now_ms();

	for (size_t i = 0; i < loop->inventory->n_proxies; i++) {
		struct reporter_proxy *proxy = &loop->inventory->proxies[i];
		uint64_t written_ms = loop->keys_written_ms[i];

		if (strcmp(proxy->vrf, vrf) != 0)
			continue;
		proxy->key_due = proxy->psk_identity && strcmp(link, "tls") == 0 &&
			object_is_ours(loop, proxy) &&
			(!written_ms || now_ms - written_ms >= KEY_AGAIN_MS);
		if (proxy->key_due)
			loop->sync_due_ms = now_ms;
	}
}

static void keys_judge(struct loop *loop, const json_t *status)
{
	const json_t *vrf;
	size_t i;

	json_array_foreach (json_object_get(status, "vrfs"), i, vrf)
		key_judge(loop, zabbix_json_text(vrf, "name"),
			zabbix_json_text(json_object_get(vrf, "proxy"), "server_link"));
}

static void keys_note_written(struct loop *loop)
{
	for (size_t i = 0; i < loop->inventory->n_proxies; i++) {
		struct reporter_proxy *proxy = &loop->inventory->proxies[i];

		if (!proxy->key_due)
			continue;
		log_warning("Zabbix: proxy '%s': TLS with the server fails; wrote its key again",
			proxy->name);
		proxy->key_due = false;
		loop->keys_written_ms[i] = clock_now_ms();
	}
}

/* The one of the inventory that is in use. */
static char **secret_of(struct loop *loop)
{
	return *loop->inventory->config->zabbix.token_file ? &loop->inventory->token
							   : &loop->inventory->password;
}

/* Not at once: a request may be under way. */
static void secret_take(struct loop *loop, const char *secret)
{
	const char *used = *secret_of(loop);

	secret_free(&loop->secret);
	if (!used || strcmp(used, secret) != 0)
		loop->secret = xstrdup(secret);
}

static void message_take(struct loop *loop, const json_t *message)
{
	const json_t *status = json_object_get(message, "status");
	const json_t *change = json_object_get(message, "change");
	const struct timespec when = {
		.tv_sec = json_integer_value(json_object_get(message, "clock")),
		.tv_nsec = json_integer_value(json_object_get(message, "ns")),
	};
	const char *secret = json_string_value(json_object_get(message, "secret"));

	if (secret)
		secret_take(loop, secret);
	if (json_is_object(change))
		reporter_push_take_change(&loop->push, change, &when);
	if (!json_is_object(status))
		return;
	keys_judge(loop, status);
	reporter_push_take(&loop->push, status, &when, loop->report.problems.count);
}

/* Waits up to wait_ms for the supervisor's word; values that come get into the queue. False where its end is closed. */
static bool messages_take(struct loop *loop, int wait_ms)
{
	struct pollfd ready = { .fd = loop->connection.fd, .events = POLLIN | POLLRDHUP };
	const char *line;
	size_t length;
	int r;

	if (poll(&ready, 1, wait_ms) <= 0)
		return true;
	while ((r = connection_receive(&loop->connection)) > 0)
		while ((line = connection_take_line(&loop->connection, &length))) {
			cleanup_json json_t *message = json_loadb(line, length, 0, NULL);

			if (message)
				message_take(loop, message);
		}
	return r == 0;
}

static void problems_collect(struct loop *loop)
{
	struct strings *all = &loop->report.problems;
	const char *refused = reporter_push_problem(&loop->push);

	strings_finish(all);
	if (loop->slow)
		strings_addf(all, "the API is slow: an answer took more than %d s", SLOW_MS / 1000);
	if (loop->turn_lost_ms && clock_now_ms() - loop->turn_lost_ms >= TURN_LONG_MS)
		strings_addf(all, "another holds '%s/zabbix.lock' for more than %d s",
			loop->inventory->config->gateway.state_dir, TURN_LONG_MS / 1000);
	for (size_t i = 0; i < loop->problems.count; i++)
		strings_add(all, loop->problems.items[i]);
	if (loop->values_error.code)
		strings_add(all, loop->values_error.text);
	if (refused)
		strings_addf(all,
			"values about the gateway are refused: %s; a template older than this vrfgate is replaced by 'vrfgate import'",
			refused);
}

/* The socket blocks, so a supervisor that is slow is waited for. */
static int report_tell(struct loop *loop)
{
	cleanup_free char *line = reporter_report_line(&loop->report);

	reporter_report_log(&loop->report, loop->api ? zabbix_api_url(loop->api) : "", &loop->told);
	strings_finish(&loop->report.changes);
	return file_write_all(loop->connection.fd, line, strlen(line));
}

/* What is known of the proxies is old now; where nothing is known at all, say why. */
static void slow_tell(struct loop *loop)
{
	struct reporter_report *report = &loop->report;
	json_t *proxies = steal_ptr(&report->proxies);

	loop->slow = true;
	problems_collect(loop);
	if (!loop->api || !proxies)
		error_set(&report->error, ETIMEDOUT, "no answer for %d s, still waiting",
			SLOW_MS / 1000);
	(void)report_tell(loop);
	error_clear(&report->error);
	report->proxies = proxies;
}

/* Nobody waits for what is asked any more. */
static bool request_judge(void *arg, uint64_t waited_ms)
{
	struct loop *loop = arg;

	if (waited_ms >= SLOW_MS && !loop->slow)
		slow_tell(loop);
	return !messages_take(loop, 0);
}

static void secret_use(struct loop *loop)
{
	const struct config_zabbix *zabbix = &loop->inventory->config->zabbix;

	if (!loop->secret)
		return;
	log_info("Zabbix: '%s' has changed: logging in with what it says now",
		*zabbix->token_file ? zabbix->token_file : zabbix->password_file);
	secret_free(secret_of(loop));
	*secret_of(loop) = steal_ptr(&loop->secret);
	zabbix_api_destroy(steal_ptr(&loop->api));
}

/* A token is judged with each request, and a session mostly. */
static bool login_is_old(const struct loop *loop)
{
	return !*loop->inventory->config->zabbix.token_file &&
		zabbix_api_words(loop->api)->sessions_last &&
		clock_now_ms() - loop->login_ms >= LOGIN_AGAIN_MS;
}

static int login(struct loop *loop, struct error *err)
{
	struct zabbix_login login;
	int r;

	secret_use(loop);
	if (loop->api && login_is_old(loop))
		zabbix_api_destroy(steal_ptr(&loop->api));
	if (loop->api)
		return 0;
	reporter_inventory_login(loop->inventory, &login);
	login.cancelled = request_judge;
	login.cancelled_arg = loop;
	r = zabbix_api_create(&login, &loop->api, err);
	if (r < 0)
		return r;
	strcpy(loop->report.version, zabbix_api_version(loop->api)->text);
	loop->login_ms = clock_now_ms();
	/* After a mere look whether the password is still good there is nothing more to do. */
	if (!loop->report.synced)
		loop->sync_due_ms = loop->login_ms;
	return 0;
}

/* 1: it is ours. */
static int turn_take(struct loop *loop, struct error *err)
{
	int r = reporter_turn_take(loop->turn, err);

	if (r != 0)
		loop->turn_lost_ms = 0;
	else if (!loop->turn_lost_ms)
		loop->turn_lost_ms = clock_now_ms();
	return r;
}

/* Takes the notes over. */
static void notes_log(struct loop *loop, struct strings *notes)
{
	for (size_t i = 0; i < notes->count; i++)
		if (!strings_contain(&loop->notes, notes->items[i]))
			log_info("Zabbix: %s", notes->items[i]);
	strings_finish(&loop->notes);
	loop->notes = *notes;
	*notes = (struct strings){ 0 };
}

/* Whether a VRF waits for another gateway to release it, which is to be seen soon; not one that was released here. */
static bool is_waiting(const struct loop *loop)
{
	size_t waiting = json_object_size(loop->report.elsewhere);

	for (size_t i = 0; i < loop->inventory->n_given_up; i++) {
		const struct reporter_given_up *given = &loop->inventory->given_up[i];

		waiting -= given->released && json_object_get(loop->report.elsewhere, given->vrf);
	}
	return waiting > 0;
}

static int sync_when_due(struct loop *loop, struct error *err)
{
	cleanup(reporter_sync_result_finish) struct reporter_sync_result result = { 0 };
	int r;

	if (clock_now_ms() < loop->sync_due_ms)
		return 0;
	loop->report.synced = false;
	/* Where a command writes, soon. */
	r = turn_take(loop, err);
	if (r <= 0)
		return r;
	r = reporter_sync(loop->api, loop->inventory, false, &result, err);
	reporter_turn_end(loop->turn);
	/* Also those of one that could not be carried through. */
	for (size_t i = 0; i < result.changes.count; i++)
		strings_add(&loop->report.changes, result.changes.items[i]);
	if (r < 0)
		return r;
	keys_note_written(loop);
	loop->report.synced = true;
	loop->has_host = result.has_own_host;
	loop->sync_due_ms = clock_now_ms() + SYNC_MS;
	json_decref(loop->report.elsewhere);
	loop->report.elsewhere = steal_ptr(&result.elsewhere);
	if (is_waiting(loop))
		loop->sync_due_ms = clock_now_ms() + SYNC_WAITING_MS;
	strings_finish(&loop->report.released);
	loop->report.released = result.released;
	result.released = (struct strings){ 0 };
	strings_finish(&loop->problems);
	loop->problems = result.problems;
	result.problems = (struct strings){ 0 };
	notes_log(loop, &result.notes);
	if (result.created + result.updated + result.deleted > 0)
		log_info(
			"Zabbix: %zu objects made, %zu brought up to date, %zu deleted, %zu were right",
			result.created, result.updated, result.deleted, result.unchanged);
	return 0;
}

static int seen_read(struct loop *loop, struct error *err)
{
	bool newest_due = clock_now_ms() >= loop->newest_due_ms;
	json_t *proxies = NULL;
	int r = reporter_seen_read(loop->api, loop->inventory, newest_due, &proxies, err);

	if (r < 0)
		return r;
	if (newest_due)
		loop->newest_due_ms = clock_now_ms() + NEWEST_MS;
	json_decref(loop->report.proxies);
	loop->report.proxies = proxies;
	return 0;
}

/*
 * A server that takes no values while its API is well is a problem, not a failure: the values stay
 * in the queue.
 */
static int values_send(struct loop *loop, struct error *err)
{
	struct error why = ERROR_INIT;
	int r;

	error_clear(&loop->values_error);
	/* Another gateway may have that host: why it is not ours is a problem of the sync. */
	r = loop->has_host ? reporter_push_send(&loop->push, loop->api, loop->inventory, &why) : 0;
	if (r == 0)
		return 0;
	if (zabbix_api_words(loop->api)->history_push && r != -EREMOTEIO)
		*err = why;
	else
		loop->values_error = why;
	return err->code ? r : 0;
}

/* Returns how long to wait for the next. */
static int attempt(struct loop *loop)
{
	struct error *err = &loop->report.error;
	int r;

	error_clear(err);
	loop->slow = false;
	r = login(loop, err);
	if (r == 0)
		r = sync_when_due(loop, err);
	if (r == 0)
		r = seen_read(loop, err);
	if (r == 0)
		r = values_send(loop, err);
	problems_collect(loop);
	if (r == 0) {
		loop->backoff_ms = 0;
		return clock_now_ms() < loop->sync_due_ms ? POLL_MS : TURN_POLL_MS;
	}
	loop->report.synced = false;
	zabbix_api_destroy(steal_ptr(&loop->api));
	loop->backoff_ms = loop->backoff_ms ? loop->backoff_ms * 2 : BACKOFF_MIN_MS;
	if (loop->backoff_ms > BACKOFF_MAX_MS)
		loop->backoff_ms = BACKOFF_MAX_MS;
	return loop->backoff_ms;
}

/*
 * Waits for the next attempt; values that come are sent at once while all is well. False where the
 * socket was closed meanwhile.
 */
static bool wait_open(struct loop *loop, int wait_ms)
{
	uint64_t end_ms = clock_now_ms() + (uint64_t)wait_ms;

	for (;;) {
		uint64_t now_ms = clock_now_ms();
		size_t waiting = loop->push.queue.count;

		if (loop->secret)
			loop->backoff_ms = 0;
		if (loop->secret || now_ms >= end_ms)
			return true;
		if (!messages_take(loop, (int)(end_ms - now_ms)))
			return false;
		/* In a failure they wait for its end. */
		if (loop->api && !loop->values_error.code && loop->push.queue.count > waiting &&
			values_send(loop, &loop->report.error) < 0)
			return true;
	}
}

void reporter_loop(const struct reporter_inventory *inventory, int fd, int turn)
{
	struct reporter_inventory own = *inventory;
	struct loop loop = {
		.inventory = &own,
		.keys_written_ms = xcalloc(inventory->n_proxies, sizeof(uint64_t)),
		.connection = { .fd = fd },
		.turn = turn,
	};
	int wait_ms;

	own.proxies = xmemdup(inventory->proxies, inventory->n_proxies * sizeof(*own.proxies));
	own.token = inventory->token ? xstrdup(inventory->token) : NULL;
	own.password = inventory->password ? xstrdup(inventory->password) : NULL;
	reporter_push_init(&loop.push);
	do {
		wait_ms = attempt(&loop);
		if (!messages_take(&loop, 0))
			break;
	} while (report_tell(&loop) == 0 && wait_open(&loop, wait_ms));
	zabbix_api_destroy(loop.api);
	reporter_push_finish(&loop.push);
	connection_finish(&loop.connection);
	strings_finish(&loop.problems);
	strings_finish(&loop.notes);
	reporter_report_finish(&loop.report);
	reporter_report_finish(&loop.told);
	free(loop.keys_written_ms);
	secret_free(&loop.secret);
	secret_free(&own.token);
	secret_free(&own.password);
	free(own.proxies);
}
