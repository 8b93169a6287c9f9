// SPDX-License-Identifier: GPL-2.0-or-later
/* Pushing values in portions, judging what comes back. */
#include "reporter/push.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "zabbix/json.h"
#include "zabbix/sender.h"
#include "zabbix/version.h"

/* A day of a gateway with ten VRFs, or a quarter of an hour of one with five hundred. */
#define QUEUE_MAX 250000

/* The frontend takes some 0.1 s for as many. */
#define PORTION 1000

#define DISCOVERY_AGAIN_MS (3600 * 1000)

#define NS_MAX 999999999

/* The server learns of discovered items within CacheUpdateFrequency, a minute at most by default. */
#define REFUSALS_MAX 8

struct target {
	struct zabbix_api *api;
	const struct config *config;
};

void reporter_push_init(struct reporter_push *push)
{
	*push = (struct reporter_push){ 0 };
	reporter_queue_init(&push->queue, QUEUE_MAX);
}

void reporter_push_finish(struct reporter_push *push)
{
	json_decref(push->discovery);
	reporter_causes_finish(&push->causes);
	reporter_queue_finish(&push->queue);
	*push = (struct reporter_push){ 0 };
}

/* What comes later is later: a state may change twice while the clock stands or is set back a little. */
static struct timespec time_order(struct reporter_push *push, const struct timespec *when)
{
	bool later = when->tv_sec > push->last.tv_sec ||
		(when->tv_sec == push->last.tv_sec && when->tv_nsec > push->last.tv_nsec);

	if (!later && when->tv_sec == push->last.tv_sec && push->last.tv_nsec < NS_MAX)
		push->last.tv_nsec++;
	else
		push->last = *when;
	return push->last;
}

void reporter_push_take_change(
	struct reporter_push *push, const json_t *vrf, const struct timespec *when)
{
	struct timespec ordered = time_order(push, when);

	reporter_values_add_change(&push->queue, vrf, &ordered);
}

void reporter_push_take(struct reporter_push *push, const json_t *status,
	const struct timespec *when, size_t problems)
{
	struct reporter_figures figures = { problems, push->queue.dropped };
	json_t *discovery = reporter_values_discovery(status);
	struct timespec ordered = time_order(push, when);

	if (!push->discovery || !json_equal(discovery, push->discovery))
		push->discovery_due = true;
	json_decref(push->discovery);
	push->discovery = discovery;
	reporter_values_add(&push->queue, status, &figures, &push->causes, &ordered);
	/* Most of them are that much later. */
	push->last.tv_nsec += push->last.tv_nsec < NS_MAX;
}

/* The host is always the gateway's. */
static void host_fill(json_t *values, const char *host)
{
	json_t *value;
	size_t i;

	json_array_foreach (values, i, value)
		json_object_set_new(value, "host", zabbix_json_string(host));
}

/* Each element of the answer belongs to a value and has an error of its own or none. */
static int answer_judge(struct reporter_push *push, const json_t *answer, const json_t *values,
	size_t *refused, struct error *err)
{
	const json_t *list = json_object_get(answer, "data"), *each;
	size_t i;

	if (json_array_size(list) != json_array_size(values))
		return error_set(err, EPROTO, "history.push: the answer is not about our values");
	*refused = 0;
	json_array_foreach (list, i, each) {
		const char *error = zabbix_json_text(each, "error");

		if (!*error)
			continue;
		if ((*refused)++ == 0)
			snprintf(push->refused, sizeof(push->refused), "'%s': %s",
				zabbix_json_text(json_array_get(values, i), "key"), error);
	}
	return 0;
}

static int push_by_api(struct reporter_push *push, const struct target *target, json_t *values,
	size_t *refused, struct error *err)
{
	cleanup_json json_t *answer = NULL;
	int r = zabbix_api_call(target->api, "history.push", json_incref(values), &answer, err);

	return r < 0 ? r : answer_judge(push, answer, values, refused, err);
}

/* Of a cluster one node is active, and the others do not listen: that of the last time is asked first. */
static int nodes_push(struct reporter_push *push, const struct strings *nodes, uint16_t port,
	json_t *values, size_t *refused, struct error *err)
{
	cleanup(strings_finish) struct strings failures = { 0 };
	cleanup_free char *all = NULL;
	int r = 0;

	for (size_t i = 0; i < nodes->count; i++) {
		size_t node = (push->node + i) % nodes->count;
		struct error failure = ERROR_INIT;

		r = zabbix_sender_push(nodes->items[node], port, values, refused, &failure);
		if (r == 0) {
			push->node = node;
			return 0;
		}
		strings_add(&failures, failure.text);
	}
	all = strings_join(&failures, "; ");
	return error_set(err, -r, "%s", all);
}

/* Where the proxies find the server by its side of the uplinks, it runs on this machine. */
static int push_by_sender(struct reporter_push *push, const struct target *target, json_t *values,
	size_t *refused, struct error *err)
{
	static char *here = (char *)"localhost";
	static const struct strings local = { &here, 1 };
	const struct config_zabbix *zabbix = &target->config->zabbix;
	const struct strings *nodes = zabbix->servers.count > 0 ? &zabbix->servers : &local;
	int r = nodes_push(push, nodes, zabbix->server_port, values, refused, err);

	if (r == 0 && *refused > 0)
		snprintf(push->refused, sizeof(push->refused), "%zu of %zu by the server", *refused,
			json_array_size(values));
	return r;
}

static int values_push(struct reporter_push *push, const struct target *target, json_t *values,
	size_t *refused, struct error *err)
{
	bool by_api = zabbix_api_words(target->api)->history_push;

	host_fill(values, target->config->gateway.name);
	return by_api ? push_by_api(push, target, values, refused, err)
		      : push_by_sender(push, target, values, refused, err);
}

static int discovery_push(
	struct reporter_push *push, const struct target *target, struct error *err)
{
	cleanup_json json_t *values = json_array();
	struct timespec now;
	size_t refused = 0;
	const char *key;
	json_t *text;
	int r;

	clock_gettime(CLOCK_REALTIME, &now);
	push->discovery_due = false;
	json_object_foreach (push->discovery, key, text)
		json_array_append_new(values,
			zabbix_json_pack("{s:s, s:O, s:I, s:i}", "key", key, "value", text, "clock",
				(json_int_t)now.tv_sec, "ns", (int)now.tv_nsec));
	r = values_push(push, target, values, &refused, err);
	/* Refused: the host is not known to the server yet; told again with the next values. */
	if (r < 0 || refused > 0)
		push->discovery_due = true;
	else
		push->discovery_due_ms = clock_now_ms() + DISCOVERY_AGAIN_MS;
	return r;
}

/* While they were sent others may have come, and pushed out some of them. */
static int portion_push(
	struct reporter_push *push, const struct target *target, size_t *refused, struct error *err)
{
	cleanup_json json_t *values = reporter_queue_peek(&push->queue, PORTION);
	uint64_t dropped = push->queue.dropped;
	int r = values_push(push, target, values, refused, err);
	size_t sent = json_array_size(values), gone = (size_t)(push->queue.dropped - dropped);

	if (r == 0 && gone < sent)
		reporter_queue_remove(&push->queue, sent - gone);
	return r;
}

int reporter_push_send(struct reporter_push *push, struct zabbix_api *api,
	const struct reporter_inventory *inventory, struct error *err)
{
	struct target target = { .api = api, .config = inventory->config };
	size_t refused = 0, of_all = 0;
	int r = 0;

	/* A change may come before the first document, which tells of what the items are. */
	if (push->queue.count == 0 || !push->discovery)
		return 0;
	if (push->discovery_due || clock_now_ms() >= push->discovery_due_ms)
		r = discovery_push(push, &target, err);
	while (r == 0 && push->queue.count > 0) {
		r = portion_push(push, &target, &refused, err);
		of_all += refused;
	}
	if (r == 0)
		push->refusals = of_all > 0 ? push->refusals + 1 : 0;
	return error_wrap(err, r, "values");
}

const char *reporter_push_problem(const struct reporter_push *push)
{
	return push->refusals >= REFUSALS_MAX ? push->refused : NULL;
}
