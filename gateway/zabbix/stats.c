// SPDX-License-Identifier: GPL-2.0-or-later
/* What a proxy's answer to `zabbix.stats` says, in the shapes of 6.0 and 7.0; and the question. */
#include "zabbix/stats.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "zabbix/frame.h"
#include "zabbix/json.h"

/* A count that may be absent (0) but not of another kind or negative. */
static int count_read(const json_t *data, const char *key, uint64_t *count, struct error *err)
{
	const json_t *value = json_object_get(data, key);

	*count = 0;
	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return error_set(err, EPROTO, "zabbix.stats: \"%s\" is no count", key);
	*count = (uint64_t)json_integer_value(value);
	return 0;
}

static int version_read(const json_t *data, struct zabbix_stats *stats, struct error *err)
{
	const char *version = json_string_value(json_object_get(data, "version"));

	if (!version || !*version || strlen(version) >= sizeof(stats->version))
		return error_set(err, EPROTO, "zabbix.stats: no \"version\" in the answer");
	strcpy(stats->version, version);
	return 0;
}

/* "process": { "poller": { "busy": { "avg": 1.2, ... }, ... }, ... }; what is of another shape is not counted. */
static void processes_read(const json_t *data, struct zabbix_stats *stats)
{
	const char *name;
	json_t *process;

	stats->busy_percent = -1;
	json_object_foreach (json_object_get(data, "process"), name, process) {
		const json_t *busy = json_object_get(json_object_get(process, "busy"), "avg");

		if (!json_is_number(busy) || json_number_value(busy) <= stats->busy_percent)
			continue;
		stats->busy_percent = json_number_value(busy);
		snprintf(stats->busiest, sizeof(stats->busiest), "%s", name);
	}
}

static int data_read(const json_t *data, struct zabbix_stats *stats, struct error *err)
{
	const struct {
		const char *key;
		uint64_t *count;
	} counts[] = {
		{ "hosts", &stats->hosts },
		{ "items", &stats->items },
	};
	const json_t *required = json_object_get(data, "requiredperformance");
	int r = version_read(data, stats, err);

	for (size_t i = 0; r == 0 && i < sizeof(counts) / sizeof(counts[0]); i++)
		r = count_read(data, counts[i].key, counts[i].count, err);
	if (r < 0)
		return r;
	if (required && !json_is_number(required))
		return error_set(err, EPROTO, "zabbix.stats: \"requiredperformance\" is no number");
	stats->required_vps = json_number_value(required);
	processes_read(data, stats);
	return 0;
}

static int refusal_tell(const json_t *answer, struct error *err)
{
	const char *info = json_string_value(json_object_get(answer, "info"));
	bool denied = info && strncmp(info, "Permission denied", 17) == 0;

	return error_set(err, denied ? EACCES : EPROTO, "zabbix.stats was refused: %.200s",
		info ? info : "no reason given");
}

/* 0: it is one of success. */
static int answer_judge(const json_t *answer, struct error *err)
{
	const char *response = json_string_value(json_object_get(answer, "response"));

	if (!answer)
		return error_set(err, EPROTO, "zabbix.stats: the answer is no valid JSON");
	if (response && strcmp(response, "failed") == 0)
		return refusal_tell(answer, err);
	if (!response || strcmp(response, "success") != 0)
		return error_set(err, EPROTO, "zabbix.stats: the answer is not of its shape");
	return 0;
}

int zabbix_stats_parse(
	const char *payload, size_t size, struct zabbix_stats *stats, struct error *err)
{
	cleanup_json json_t *answer = json_loadb(payload, size, 0, NULL);
	const json_t *data = json_object_get(answer, "data");
	int r = answer_judge(answer, err);

	*stats = (struct zabbix_stats){ 0 };
	if (r < 0)
		return r;
	if (!json_is_object(data))
		return error_set(err, EPROTO, "zabbix.stats: the answer is not of its shape");
	return data_read(data, stats, err);
}

int zabbix_late_parse(const char *payload, size_t size, uint64_t *late, struct error *err)
{
	cleanup_json json_t *answer = json_loadb(payload, size, 0, NULL);
	int r = answer_judge(answer, err);

	*late = 0;
	if (r < 0)
		return r;
	if (!json_object_get(answer, "queue"))
		return error_set(err, EPROTO, "zabbix.stats: no \"queue\" in the answer");
	return count_read(answer, "queue", late, err);
}

/* --- asking --- */

#define ANSWER_MAX (256 * 1024)

static int fault_set(struct error *err, ssize_t n)
{
	if (n == 0)
		return error_set(err, EPIPE, "it closed without an answer");
	if (errno == EAGAIN)
		return error_set(err, ETIMEDOUT, "no answer in time");
	return error_set_errno(err, errno, "the connection failed");
}

static int frame_send(int fd, const char *json, struct error *err)
{
	size_t size, sent = 0;
	cleanup_free char *frame = zabbix_frame_create(json, &size);

	while (sent < size) {
		ssize_t n = send(fd, frame + sent, size - sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fault_set(err, n);
		sent += (size_t)n;
	}
	return 0;
}

int zabbix_stats_ask(int fd, struct zabbix_stats *stats, struct error *err)
{
	cleanup_free char *answer = xcalloc(1, ANSWER_MAX);
	const char *payload = NULL;
	size_t used = 0, size = 0;
	int r = frame_send(fd, ZABBIX_STATS_REQUEST, err);

	while (r == 0 && used < ANSWER_MAX) {
		ssize_t n = recv(fd, answer + used, ANSWER_MAX - used, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fault_set(err, n);
		used += (size_t)n;
		r = zabbix_frame_parse(answer, used, &payload, &size, err);
	}
	if (r == 0)
		return error_set(err, EMSGSIZE, "its statistics are too long");
	return payload ? zabbix_stats_parse(payload, size, stats, err) : r;
}
