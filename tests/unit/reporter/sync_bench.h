// SPDX-License-Identifier: GPL-2.0-or-later
/* A fake Zabbix, a client of it and an inventory; and what a test of a sync asks of them. */
#pragma once

#include "inventory_made.h"

/* Of Zabbix, each with words of its own. */
static const char *const versions[] = { "6.0.14", "6.4.1", "7.0.22", "7.2.3", "7.4.1" };
#define N_VERSIONS (sizeof(versions) / sizeof(versions[0]))

/* A fake, a client and an inventory. */
struct bench {
	struct fake_zabbix fake;
	struct http_server server;
	struct zabbix_api *api;
	struct made made;
	struct reporter_sync_result result;
	struct error err;
};

static inline void bench_finish(struct bench *bench)
{
	zabbix_api_destroy(bench->api);
	http_server_stop(&bench->server);
	fake_zabbix_finish(&bench->fake);
	reporter_sync_result_finish(&bench->result);
}

#define cleanup_bench cleanup(bench_finish)

/* What the fake does amiss. */
struct amiss {
	const char *forbidden, *taken_host, *lost_answer, *unlinkable;
};

static inline void bench_start_with(struct bench *bench, const char *version, struct amiss amiss)
{
	struct zabbix_login login;

	*bench = (struct bench){ 0 };
	fake_zabbix_init(&bench->fake, version);
	bench->fake.forbidden = amiss.forbidden;
	bench->fake.taken_host = amiss.taken_host;
	bench->fake.lost_answer = amiss.lost_answer;
	bench->fake.unlinkable = amiss.unlinkable;
	http_server_start(&bench->server, fake_answer, &bench->fake);
	made_init(&bench->made, bench->server.url);
	reporter_inventory_login(&bench->made.inventory, &login);
	assert_int_equal(zabbix_api_create(&login, &bench->api, NULL), 0);
}

static inline void bench_start(struct bench *bench, const char *version)
{
	bench_start_with(bench, version, (struct amiss){ 0 });
}

/* A pass of its own; the result is the bench's. */
static inline int sync_again(struct bench *bench)
{
	reporter_sync_result_finish(&bench->result);
	return reporter_sync(
		bench->api, &bench->made.inventory, false, &bench->result, &bench->err);
}

static inline void assert_counts(
	struct bench *bench, size_t created, size_t updated, size_t unchanged)
{
	assert_int_equal(sync_again(bench), 0);
	for (size_t i = 0; i < bench->result.problems.count; i++)
		print_message("problem: %s\n", bench->result.problems.items[i]);
	assert_int_equal(bench->result.problems.count, 0);
	assert_int_equal(bench->result.created, created);
	assert_int_equal(bench->result.updated, updated);
	assert_int_equal(bench->result.unchanged, unchanged);
}

static inline void assert_problem(const struct bench *bench, const char *text)
{
	if (!strings_contain(&bench->result.problems, text))
		fail_msg("no problem '%s'", text);
}

/* A line of the changes that begins so and has that in it. */
static inline void assert_change(const struct bench *bench, const char *start, const char *part)
{
	const struct strings *changes = &bench->result.changes;

	for (size_t i = 0; i < changes->count; i++)
		if (strncmp(changes->items[i], start, strlen(start)) == 0 &&
			strstr(changes->items[i], part))
			return;
	for (size_t i = 0; i < changes->count; i++)
		print_message("change: %s\n", changes->items[i]);
	fail_msg("no change '%s' with '%s'", start, part);
}

static inline json_t *call(struct bench *bench, const char *method, json_t *params)
{
	json_t *result = NULL;

	assert_int_equal(zabbix_api_call(bench->api, method, params, &result, &bench->err), 0);
	return result;
}

static inline json_t *state(struct bench *bench)
{
	return call(bench, "test.state", json_object());
}

static inline json_t *find(json_t *whole, const char *kind, const char *key, const char *name)
{
	json_t *each;
	size_t i;

	json_array_foreach (json_object_get(json_object_get(whole, "objects"), kind), i, each)
		if (strcmp(zabbix_json_text(each, key), name) == 0)
			return each;
	fail_msg("no %s '%s'", kind, name);
	return NULL;
}

/* A pass that looks only; the result is the bench's. */
static inline void assert_look_changes_nothing(struct bench *bench)
{
	cleanup_json json_t *before = state(bench), *after = NULL;

	reporter_sync_result_finish(&bench->result);
	assert_int_equal(reporter_sync(bench->api, &bench->made.inventory, true, &bench->result,
				 &bench->err),
		0);
	after = state(bench);
	assert_true(
		json_equal(json_object_get(before, "objects"), json_object_get(after, "objects")));
}

static inline void assert_there(
	struct bench *bench, const char *kind, const char *key, const char *name)
{
	cleanup_json json_t *whole = state(bench);

	(void)find(whole, kind, key, name);
}

static inline void assert_tag(const json_t *host, const char *name, const char *value)
{
	const json_t *tag;
	size_t i;

	json_array_foreach (json_object_get(host, "tags"), i, tag)
		if (strcmp(zabbix_json_text(tag, "tag"), name) == 0 &&
			strcmp(zabbix_json_text(tag, "value"), value) == 0)
			return;
	fail_msg("no tag %s=%s", name, value);
}

/* Changes an object as an operator would. */
static inline void change(
	struct bench *bench, const char *kind, const char *key, const char *name, json_t *params)
{
	cleanup_json json_t *whole = state(bench);
	cleanup_free char *method = xasprintf("%s.update", kind);
	const char *id = strcmp(kind, "host") == 0 ? "hostid" : "proxyid";

	json_object_set(params, id, json_object_get(find(whole, kind, key, name), id));
	json_decref(call(bench, method, params));
}
