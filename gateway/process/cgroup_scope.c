// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A transient scope of systemd for all proxies together.
 *
 * Not our own service's group: what of it outlives a restart would keep systemd from putting the next
 * supervisor there, as a group that hands controllers on may hold no process itself.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "process/cgroup_place.h"
#include "process/helper.h"

#define SYSTEMD      "org.freedesktop.systemd1"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define MANAGER      "org.freedesktop.systemd1.Manager"
#define WAIT_MS      5000

static void cleanup_unref_bus(sd_bus **bus)
{
	sd_bus_flush_close_unref(*bus);
}

static void cleanup_unref_message(sd_bus_message **message)
{
	sd_bus_message_unref(*message);
}

static void cleanup_free_bus_error(sd_bus_error *error)
{
	sd_bus_error_free(error);
}

#define cleanup_bus       cleanup(cleanup_unref_bus)
#define cleanup_message   cleanup(cleanup_unref_message)
#define cleanup_bus_error cleanup(cleanup_free_bus_error)

/* What systemd says of a job's end. */
struct job {
	char *path;             /* NULL: not known yet */
	char *removed, *result; /* the last that ended, and how */
};

static void job_finish(struct job *job)
{
	free(job->path);
	free(job->removed);
	free(job->result);
}

/* Keeps the scope alive while no proxy is in it, for as long as its supervisor lives. */
static void keeper_work(int fd, const void *data)
{
	(void)fd;
	(void)data;
	for (;;)
		pause();
}

static int on_job_removed(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct job *job = data;
	const char *path, *result;
	uint32_t id;

	(void)error;
	if (sd_bus_message_read(message, "uoss", &id, &path, NULL, &result) < 0 ||
		(job->path && strcmp(job->path, path) != 0))
		return 0;
	free(job->removed);
	free(job->result);
	job->removed = xstrdup(path);
	job->result = xstrdup(result);
	return 0;
}

static int job_await(sd_bus *bus, const struct job *job, struct error *err)
{
	uint64_t deadline_ms = clock_now_ms() + WAIT_MS;

	while (!job->removed || strcmp(job->removed, job->path) != 0) {
		uint64_t now_ms = clock_now_ms();
		int r = sd_bus_process(bus, NULL);

		if (r == 0 && now_ms < deadline_ms)
			r = sd_bus_wait(bus, (deadline_ms - now_ms) * 1000);
		if (r < 0 && r != -EINTR)
			return error_set_errno(err, -r, "systemd does not answer");
		if (now_ms >= deadline_ms)
			return error_set(err, ETIMEDOUT, "systemd makes no scope within %d s",
				WAIT_MS / 1000);
	}
	if (strcmp(job->result, "done") != 0)
		return error_set(err, EIO, "systemd makes no scope: %s", job->result);
	return 0;
}

/* At a shutdown the scope is to be stopped after the service that would start its proxies anew. */
static int append_order(sd_bus_message *request)
{
	cleanup_free char *unit = NULL;

	if (sd_pid_get_unit(0, &unit) < 0 || !unit)
		return 0;
	return sd_bus_message_append(request, "(sv)", "Before", "as", 1, unit);
}

static int request_fill(sd_bus_message *request, const char *unit, pid_t pid)
{
	int r = sd_bus_message_append(request, "ss", unit, "fail");

	if (r >= 0)
		r = sd_bus_message_open_container(request, 'a', "(sv)");
	if (r >= 0)
		r = sd_bus_message_append(request, "(sv)(sv)(sv)(sv)", "Description", "s",
			"Zabbix proxies of vrfgate", "PIDs", "au", 1, (uint32_t)pid, "Delegate",
			"b", 1, "TasksMax", "t", UINT64_MAX);
	if (r >= 0)
		r = append_order(request);
	if (r >= 0)
		r = sd_bus_message_close_container(request);
	if (r >= 0)
		r = sd_bus_message_append(request, "a(sa(sv))", 0);
	return r;
}

/* Starts it with this process in it. -EEXIST where there is one already. */
static int scope_start(sd_bus *bus, const char *unit, pid_t pid, struct error *err)
{
	cleanup(job_finish) struct job job = { 0 };
	cleanup_message sd_bus_message *request = NULL, *reply = NULL;
	cleanup_bus_error sd_bus_error said = SD_BUS_ERROR_NULL;
	const char *path;
	int r = sd_bus_match_signal(
		bus, NULL, SYSTEMD, MANAGER_PATH, MANAGER, "JobRemoved", on_job_removed, &job);

	if (r >= 0)
		r = sd_bus_message_new_method_call(
			bus, &request, SYSTEMD, MANAGER_PATH, MANAGER, "StartTransientUnit");
	if (r >= 0)
		r = request_fill(request, unit, pid);
	if (r < 0)
		return error_set_errno(err, -r, "cannot ask systemd for a scope");
	r = sd_bus_call(bus, request, (uint64_t)WAIT_MS * 1000, &said, &reply);
	if (r == -EEXIST)
		return error_set(err, EEXIST, "'%s' is there", unit);
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r < 0)
		return error_set(err, -r, "systemd makes no scope: %s",
			said.message ? said.message : strerror(-r));
	job.path = xstrdup(path);
	return job_await(bus, &job, err);
}

static int scope_path_read(sd_bus *bus, const char *unit, char **path, struct error *err)
{
	cleanup_bus_error sd_bus_error said = SD_BUS_ERROR_NULL;
	cleanup_message sd_bus_message *reply = NULL;
	cleanup_free char *mount = NULL, *group = NULL;
	const char *object;
	int r = cgroup_mount_find(&mount, err);

	if (r < 0)
		return r;
	r = sd_bus_call_method(
		bus, SYSTEMD, MANAGER_PATH, MANAGER, "GetUnit", &said, &reply, "s", unit);
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &object);
	if (r >= 0)
		r = sd_bus_get_property_string(bus, SYSTEMD, object,
			"org.freedesktop.systemd1.Scope", "ControlGroup", &said, &group);
	if (r < 0)
		return error_set(err, -r, "systemd does not tell where '%s' is: %s", unit,
			said.message ? said.message : strerror(-r));
	*path = xasprintf("%s%s", mount, group);
	return 0;
}

int cgroup_keeper_start(struct process *keeper, struct error *err)
{
	cleanup_fd int fd = -1;

	return process_helper_start(keeper_work, NULL, keeper, &fd, err);
}

int cgroup_scope_take(const char *name, pid_t keeper, char **path, struct error *err)
{
	cleanup_free char *unit = xasprintf("%s.scope", name);
	cleanup_bus sd_bus *bus = NULL;
	int r = sd_bus_open_system(&bus);

	if (r < 0)
		return error_set_errno(err, -r, "cannot speak with systemd");
	r = scope_start(bus, unit, keeper, err);
	if (r == -EEXIST) {
		error_clear(err);
		r = 0;
	}
	return r < 0 ? r : scope_path_read(bus, unit, path, err);
}
