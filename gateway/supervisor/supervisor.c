// SPDX-License-Identifier: GPL-2.0-or-later
/* The supervisor's own life: start, signals, reload, stop. */
#include "supervisor/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/load.h"
#include "control/place.h"
#include "process/cgroup.h"
#include "process/job.h"
#include "process/lock.h"
#include "supervisor/census.h"
#include "supervisor/control_server.h"
#include "supervisor/disks.h"
#include "supervisor/drift.h"
#include "supervisor/duplicates.h"
#include "supervisor/events.h"
#include "supervisor/forwarding.h"
#include "supervisor/handover.h"
#include "supervisor/identity.h"
#include "supervisor/reload.h"
#include "supervisor/reporter_link.h"
#include "supervisor/saved_state.h"
#include "supervisor/secret_watch.h"
#include "supervisor/shared_causes.h"
#include "supervisor/status.h"
#include "supervisor/vitals.h"
#include "supervisor/wire.h"
#include "vrf/binary_copies.h"
#include "vrf/ids.h"
#include "vrf/leftovers.h"
#include "vrf/life.h"
#include "vrf/named_users.h"
#include "vrf/passive_ports.h"
#include "vrf/proxy_files.h"
#include "vrf/removal.h"
#include "vrf/renewal.h"
#include "vrf/users.h"

#define STATUS_PERIOD_US   1000000ULL
#define LOCK_PATIENCE_MS   5000
#define LOCK_POLL_MS       20
/* Then proxies start without their limits. */
#define SYSTEMD_TIMEOUT_MS 10000

struct vrf *supervisor_find_vrf(const struct supervisor *supervisor, const char *name)
{
	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (strcmp(supervisor->vrfs[i]->name, name) == 0)
			return supervisor->vrfs[i];
	return NULL;
}

/* --- stop --- */

static bool anything_lives(const struct supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (supervisor->vrfs[i]->proxy.process.pid > 0)
			return true;
	return false;
}

static bool any_leaves(const struct supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (supervisor->vrfs[i]->leaving && vrf_state(supervisor->vrfs[i]) == VRF_STOPPING)
			return true;
	return false;
}

void supervisor_restart_reporter(struct supervisor *supervisor)
{
	supervisor->reporter_due = any_leaves(supervisor);
	if (!supervisor->reporter_due)
		reporter_link_restart(supervisor->reporter);
}

static void on_kept(struct vrf *vrf, int64_t unsent)
{
	struct supervisor *supervisor = vrf->context->owner;

	if (strings_contain(&supervisor->kept_vrfs, vrf->name))
		return;
	strings_add(&supervisor->kept_vrfs, vrf->name);
	strings_addf(&supervisor->kept,
		"vrf '%s' is gone from the config: %" PRId64 " unsent values are kept in '%s'",
		vrf->name, unsent, vrf->paths.database);
}

/* Those that are in the config again send them. */
static void kept_forget(struct supervisor *supervisor)
{
	struct strings kept = { 0 }, vrfs = { 0 };

	for (size_t i = 0; i < supervisor->kept.count; i++) {
		if (config_find_vrf(supervisor->config, supervisor->kept_vrfs.items[i]))
			continue;
		strings_add(&kept, supervisor->kept.items[i]);
		strings_add(&vrfs, supervisor->kept_vrfs.items[i]);
	}
	strings_finish(&supervisor->kept);
	strings_finish(&supervisor->kept_vrfs);
	supervisor->kept = kept;
	supervisor->kept_vrfs = vrfs;
}

static void on_rested(struct vrf *vrf)
{
	struct supervisor *supervisor = vrf->context->owner;

	if (supervisor->reporter_due && !supervisor->stopping)
		supervisor_restart_reporter(supervisor);
	if (!supervisor->stopping)
		handover_note_rest(supervisor, vrf);
	if (supervisor->stopping) {
		if (!anything_lives(supervisor))
			sd_event_exit(supervisor->event, 0);
	} else if (!vrf->config || !vrf->config->enabled) {
		wire_request_all(supervisor);
	}
}

static void on_look(struct vrf *vrf)
{
	const struct supervisor *supervisor = vrf->context->owner;

	drift_look(supervisor->drift, vrf);
}

static void on_remember(struct vrf *vrf)
{
	saved_state_write_soon(vrf->context->owner);
}

static void on_changed(struct vrf *vrf, enum vrf_state before)
{
	struct supervisor *supervisor = vrf->context->owner;
	cleanup_json json_t *event = event_state_create(vrf, before);

	control_server_tell(supervisor->control, event);
	status_changed(supervisor);
	if (supervisor->reporter)
		reporter_link_tell_change(supervisor->reporter, vrf);
	saved_state_write_soon(supervisor);
}

static void on_shared(
	struct vrf *vrf, const struct cause *cause, enum log_level level, const char *line)
{
	const struct supervisor *supervisor = vrf->context->owner;

	shared_causes_hold(supervisor->shared_causes, vrf, cause, level, line);
}

static void on_tell_shared(struct vrf *vrf)
{
	const struct supervisor *supervisor = vrf->context->owner;

	shared_causes_tell(supervisor->shared_causes, vrf);
}

static void on_user_answered(const char *name, void *data)
{
	const struct supervisor *supervisor = data;

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct vrf *vrf = supervisor->vrfs[i];

		if (vrf->config && vrf->config->has_proxy &&
			strcmp(vrf->config->proxy.user, name) == 0)
			renewal_binary_answered(vrf);
	}
}

static void on_binary_answered(const char *path, void *data)
{
	const struct supervisor *supervisor = data;

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct vrf *vrf = supervisor->vrfs[i];

		if (vrf->config && vrf->config->has_proxy &&
			strcmp(vrf->config->proxy.binary, path) == 0)
			renewal_binary_answered(vrf);
	}
}

/* As with systemd, a second signal is no order to kill. */
static void supervisor_stop_tell(const struct supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (supervisor->vrfs[i]->proxy.process.pid > 0)
			log_info("vrf '%s': stopping: %s; 'vrfgate stop --now %s' kills it",
				supervisor->vrfs[i]->name, vrf_reason(supervisor->vrfs[i]),
				supervisor->vrfs[i]->name);
}

static void on_census(void *data)
{
	struct supervisor *supervisor = data;

	status_changed(supervisor);
	control_server_answer_waiting(supervisor->control, CONTROL_WAIT_CENSUS);
}

static void supervisor_stop(struct supervisor *supervisor)
{
	if (supervisor->stopping) {
		supervisor_stop_tell(supervisor);
		return;
	}
	supervisor->stopping = true;
	sd_notify(0, "STOPPING=1");
	if (supervisor->options.leave_proxies || !anything_lives(supervisor)) {
		sd_event_exit(supervisor->event, 0);
		return;
	}
	log_info("stopping every proxy");
	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		/* What it has not sent stays in its database. */
		supervisor->vrfs[i]->leaving = false;
		vrf_dispatch(supervisor->vrfs[i], PROGRAM_EVENT_STOP, "the supervisor stops");
	}
}

/* Who ends a supervisor is asked for afterwards; one that is of another pid namespace has no number here. */
static void signal_tell(const struct signalfd_siginfo *info)
{
	cleanup_free char *path = xasprintf("/proc/%" PRIu32 "/comm", info->ssi_pid), *name = NULL;

	if (info->ssi_pid == 0)
		log_info("SIG%s from a process outside of its pid namespace",
			sigabbrev_np((int)info->ssi_signo));
	else
		log_info("SIG%s from process %" PRIu32 " (%s)", sigabbrev_np((int)info->ssi_signo),
			info->ssi_pid, file_read_line(path, &name, NULL) == 0 ? name : "ended");
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	struct supervisor *supervisor = data;

	(void)source;
	signal_tell(info);
	if (info->ssi_signo != SIGHUP)
		supervisor_stop(supervisor);
	else
		reload_by_signal(supervisor);
	return 0;
}

/* --- VRFs and config --- */

static bool any_limit_is_wanted(const struct config *config)
{
	for (size_t i = 0; i < config->n_vrfs; i++)
		if (config->vrfs[i].has_proxy && config_limits_any(&config->vrfs[i].proxy))
			return true;
	return false;
}

/* That they cannot be set is said once. */
static void limits_take(struct supervisor *supervisor, struct cgroups *cgroups)
{
	supervisor->context.cgroups = cgroups;
	if (cgroups_lacking(cgroups))
		log_warning("proxies run without some of their limits: no controllers here for %s",
			cgroups_lacking(cgroups));
}

static void limits_do_without(struct cgroups *cgroups, const struct error *why)
{
	cgroups_destroy(cgroups);
	log_warning("proxies run without their limits: %s", why->text);
}

static void limits_on_answer(const void *answer, size_t size, bool in_time, void *data)
{
	struct supervisor *supervisor = data;
	struct cgroups *cgroups = steal_ptr(&supervisor->limits_place);
	struct error err = ERROR_INIT;

	supervisor->limits_job = NULL;
	supervisor->context.limits_due = false;
	if (cgroups_complete(cgroups, answer, in_time ? size : 0, &err) < 0)
		limits_do_without(cgroups, &err);
	else
		limits_take(supervisor, cgroups);
	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		renewal_limits_found(supervisor->vrfs[i]);
}

/* Before the first proxy that has some. */
static void limits_prepare(struct supervisor *supervisor)
{
	struct cgroups *cgroups = NULL;
	struct error err = ERROR_INIT;
	int r;

	if (supervisor->limits_judged || !any_limit_is_wanted(supervisor->config))
		return;
	supervisor->limits_judged = true;
	r = cgroups_create(supervisor->config->gateway.name, &cgroups, &err);
	if (r > 0)
		r = job_start_own(supervisor->event, cgroups_ask, cgroups, SYSTEMD_TIMEOUT_MS,
			limits_on_answer, supervisor, &supervisor->limits_job, &err);
	if (r < 0) {
		limits_do_without(cgroups, &err);
	} else if (supervisor->limits_job) {
		supervisor->limits_place = cgroups;
		supervisor->context.limits_due = true;
	} else {
		limits_take(supervisor, cgroups);
	}
}

/* saved: what the last supervisor left, NULL where this one runs already. */
static struct vrf *vrf_find_or_create(
	struct supervisor *supervisor, const struct config_vrf *wanted, const json_t *saved)
{
	struct vrf *vrf = supervisor_find_vrf(supervisor, wanted->name);
	ptrdiff_t index = wanted - supervisor->config->vrfs;

	if (vrf)
		return vrf;
	vrf = vrf_create(&supervisor->context, wanted, supervisor->ids[index]);
	saved_state_apply(saved, vrf);
	*array_append(&supervisor->vrfs, &supervisor->n_vrfs) = vrf;
	return vrf;
}

void supervisor_adopt_config(struct supervisor *supervisor, const json_t *saved)
{
	const struct config *config = supervisor->config;

	kept_forget(supervisor);
	limits_prepare(supervisor);
	for (size_t i = 0; i < config->n_vrfs; i++) {
		struct vrf *vrf = vrf_find_or_create(supervisor, &config->vrfs[i], saved);

		vrf->paths.uid = supervisor->users[i];
		vrf_reconfigure(vrf, &config->vrfs[i], supervisor->ids[i]);
	}
}

int supervisor_derive(
	const struct config *config, bool save, uint32_t **ids, uid_t **users, struct error *err)
{
	int r = ids_assign(config, save, ids, err);

	return r < 0 ? r : users_assign(config, save, users, err);
}

/* --- start --- */

static bool lock_holder_lives(int fd)
{
	char pid[16] = "";

	if (pread(fd, pid, sizeof(pid) - 1, 0) <= 0)
		return false;
	return kill((pid_t)strtol(pid, NULL, 10), 0) == 0 || errno != ESRCH;
}

/* A child that was forked a moment before its supervisor was killed has the lock until it runs and sees that. */
static int lock_await(int fd, const char *path, struct error *err)
{
	int r;

	for (int waited_ms = 0; (r = file_lock(fd, path, err)) == 0; waited_ms += LOCK_POLL_MS) {
		if (waited_ms >= LOCK_PATIENCE_MS || lock_holder_lives(fd))
			return 0;
		usleep(LOCK_POLL_MS * 1000);
	}
	return r;
}

int supervisor_lock(const char *run_dir, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/vrfgate.lock", run_dir);
	cleanup_fd int fd = -1;
	char pid[16] = "";
	int r = file_make_own_dir(run_dir, err);
	pid_t other;

	if (r < 0)
		return r;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return error_set_errno(err, errno, "cannot open '%s'", path);
	r = lock_await(fd, path, err);
	if (r < 0)
		return r;
	if (r == 0) {
		if (pread(fd, pid, sizeof(pid) - 1, 0) < 0)
			pid[0] = '\0';
		return error_set(err, EBUSY,
			"a supervisor runs already with run_dir '%s' (pid %.*s)", run_dir,
			(int)strcspn(pid, "\n"), pid);
	}
	/* Who takes the lock's file away frees a lock that is held. */
	other = control_find(run_dir);
	if (other > 0)
		return error_set(err, EBUSY, "a supervisor runs already with run_dir '%s' (pid %d)",
			run_dir, other);
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", getpid()) < 0)
		return error_set_errno(err, errno, "cannot write '%s'", path);
	return steal_fd(&fd);
}

static int status_on_period(sd_event_source *source, uint64_t usec, void *data)
{
	struct supervisor *supervisor = data;
	cleanup_free char *summary = status_summary(supervisor);
	bool settled = true;

	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (vrf_state(supervisor->vrfs[i]) == VRF_WIRING)
			settled = false;
	if (settled && !supervisor->ready_told) {
		supervisor->ready_told = true;
		sd_notify(0, "READY=1");
	}
	sd_notifyf(0, "STATUS=%s", summary);
	sd_event_source_set_time(source, usec + STATUS_PERIOD_US);
	sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	return 0;
}

static int loop_create(struct supervisor *supervisor, struct error *err)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	sigset_t mask;
	int r = sd_event_new(&supervisor->event);

	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&mask, signals[i]);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; r >= 0 && i < sizeof(signals) / sizeof(signals[0]); i++)
		r = sd_event_add_signal(supervisor->event, NULL, signals[i], on_signal, supervisor);
	if (r >= 0)
		r = sd_event_add_time_relative(supervisor->event, NULL, CLOCK_MONOTONIC, 0, 0,
			status_on_period, supervisor);
	if (r >= 0)
		r = sd_event_set_watchdog(supervisor->event, true);
	return r < 0 ? error_set_errno(err, -r, "cannot make the event loop") : 0;
}

struct inheritance {
	struct supervisor *supervisor;
	const json_t *saved;
};

/* By a proxy, or by somebody who cannot be named. */
static bool lock_is_held(const struct supervisor *supervisor, const char *name)
{
	struct process process = PROCESS_NONE;
	struct vrf_paths paths;
	cleanup_fd int fd = -1;
	int r;

	vrf_paths_init(&paths, &supervisor->config->gateway, name);
	r = process_lock_take(paths.lock, &fd, &process, NULL);
	process_finish(&process);
	vrf_paths_finish(&paths);
	return r <= 0;
}

/*
 * What an earlier supervisor left. Where the VRF is still one with a proxy, that is found by its lock and
 * taken over; where it needs none, or went on purpose, it is ended, and the VRF of that name is stopping until it
 * has; where nobody said that it is to go, it is left.
 */
static void on_leftover(const char *name, void *data)
{
	const struct inheritance *inheritance = data;
	struct supervisor *supervisor = inheritance->supervisor;
	const struct config_vrf *wanted = config_find_vrf(supervisor->config, name);
	struct vrf *vrf;

	if (wanted) {
		if (wanted->enabled && wanted->has_proxy &&
			!saved_state_holds(inheritance->saved, name))
			return;
		vrf = vrf_find_or_create(supervisor, wanted, inheritance->saved);
		program_end_leftover(&vrf->proxy,
			wanted->has_proxy ? vrf_reason(vrf) : "no proxy in the config any more");
	} else if (strings_contain(&supervisor->removed, name)) {
		vrf = vrf_create_gone(&supervisor->context, name);
		*array_append(&supervisor->vrfs, &supervisor->n_vrfs) = vrf;
		program_end_leftover(&vrf->proxy, "not in the config");
	} else if (lock_is_held(supervisor, name)) {
		supervisor_leave(supervisor, name);
	}
}

void supervisor_leave(struct supervisor *supervisor, const char *name)
{
	struct vrf *vrf = vrf_create_gone(&supervisor->context, name);

	*array_append(&supervisor->vrfs, &supervisor->n_vrfs) = vrf;
	vrf->left_uplink = ids_find(supervisor->config, name, &vrf->id);
	vrf_leave(vrf);
}

void supervisor_read_removed(struct supervisor *supervisor)
{
	struct error err = ERROR_INIT;

	strings_finish(&supervisor->removed);
	if (removal_read(supervisor->config, &supervisor->removed, &err) < 0)
		log_warning("which VRFs went on purpose is not known: %s", err.text);
}

/* What runs by another run_dir bears the mark of that, and is not ours to touch. */
static int place_note(const struct config_gateway *gateway, struct error *err)
{
	cleanup_free char *former = NULL;
	int r = control_place_note(gateway->state_dir, gateway->run_dir, &former, err);

	if (r == 0 && former)
		log_warning(
			"run_dir is '%s' now and was '%s': what was left running there is not taken over; 'vrfgate down' with that run_dir ends it",
			gateway->run_dir, former);
	return r;
}

/* No proxy stays down for it: what another gateway has, the reporter finds out. */
static void given_up_read(struct supervisor *supervisor)
{
	struct error err = ERROR_INIT;

	if (handover_read(&supervisor->config->gateway, supervisor->handover, &err) < 0)
		log_warning("which VRFs were released is not known: %s", err.text);
	handover_apply(supervisor->handover, supervisor->config);
}

static int supervisor_start(struct supervisor *supervisor, struct error *err)
{
	const struct config *config = supervisor->config;
	cleanup_json json_t *saved = saved_state_load(config->gateway.run_dir);
	char id[IDENTITY_SIZE];
	/* Before anything of it runs: two of one name and key would take turns at the server. */
	int r = identity_read(&config->gateway, true, id, err);

	if (r == 0)
		r = place_note(&config->gateway, err);
	if (r == 0)
		r = file_make_own_dir(config->gateway.log_dir, err);
	if (r == 0)
		given_up_read(supervisor);
	if (r == 0)
		r = supervisor_derive(config, true, &supervisor->ids, &supervisor->users, err);
	/* Who is in the config again has not gone. */
	if (r == 0)
		r = removal_note(config, &(struct strings){ 0 }, err);
	if (r == 0)
		passive_ports_warn(config, supervisor->ids);
	if (r == 0)
		r = loop_create(supervisor, err);
	if (r == 0)
		r = wire_start(supervisor, err);
	if (r == 0)
		r = drift_create(supervisor, &supervisor->drift, err);
	if (r == 0)
		r = control_server_create(supervisor, &supervisor->control, err);
	if (r < 0)
		return r;
	supervisor->context.event = supervisor->event;
	supervisor->context.binaries =
		proxy_binary_cache_create(supervisor->event, on_binary_answered, supervisor);
	process_set_waiting(false);
	supervisor->context.named_users =
		named_users_create(supervisor->event, on_user_answered, supervisor);
	named_users_warn_of_shared(supervisor->context.named_users, config);
	supervisor->context.copies =
		binary_copies_create(supervisor->event, config->gateway.state_dir);
	supervisor->shared_causes = shared_causes_create(supervisor);
	supervisor->census = census_create(supervisor, on_census, supervisor);
	supervisor->reporter = reporter_link_create(supervisor);
	supervisor->vitals = vitals_create(supervisor);
	supervisor->duplicates = duplicates_create(supervisor);
	supervisor->disks = disks_create(supervisor);
	supervisor->secrets = secret_watch_create(supervisor);
	supervisor->forwarding = forwarding_create(supervisor);
	supervisor_read_removed(supervisor);
	leftovers_visit(
		config->gateway.run_dir, on_leftover, &(struct inheritance){ supervisor, saved });
	supervisor_adopt_config(supervisor, saved);
	wire_request_all(supervisor);
	handover_resume(supervisor);
	reporter_link_restart(supervisor->reporter);
	return 0;
}

static void supervisor_finish(struct supervisor *supervisor)
{
	disks_destroy(supervisor->disks);
	secret_watch_destroy(supervisor->secrets);
	duplicates_destroy(supervisor->duplicates);
	forwarding_destroy(supervisor->forwarding);
	vitals_destroy(supervisor->vitals);
	census_destroy(supervisor->census);
	status_changed(supervisor);
	reporter_link_destroy(supervisor->reporter);
	control_server_destroy(supervisor->control);
	shared_causes_destroy(supervisor->shared_causes);
	supervisor->shared_causes = NULL;
	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		vrf_destroy(supervisor->vrfs[i]);
	free(supervisor->vrfs);
	proxy_binary_cache_destroy(supervisor->context.binaries);
	named_users_destroy(supervisor->context.named_users);
	binary_copies_destroy(supervisor->context.copies);
	strings_finish(&supervisor->kept);
	strings_finish(&supervisor->kept_vrfs);
	reload_finish(&supervisor->reload);
	strings_finish(&supervisor->removed);
	handover_finish(supervisor->handover);
	job_destroy(supervisor->limits_job);
	cgroups_destroy(supervisor->limits_place);
	cgroups_destroy(supervisor->context.cgroups);
	sd_event_source_disable_unref(supervisor->wiring);
	drift_destroy(supervisor->drift);
	timer_finish(&supervisor->wire_again);
	timer_finish(&supervisor->save_timer);
	sd_event_unref(supervisor->event);
	free(supervisor->ids);
	free(supervisor->users);
	config_destroy(supervisor->config);
}

int supervisor_run(
	struct config *config, const struct supervisor_options *options, struct error *err)
{
	cleanup_fd int lock_fd = supervisor_lock(config->gateway.run_dir, err);
	struct handover handover = { 0 };
	struct supervisor supervisor = {
		.options = *options,
		.handover = &handover,
		.config = config,
		.generation = 1,
		.started_ms = clock_now_ms(),
		.context = { .config = config,
			.wire = wire_request,
			.look = on_look,
			.rested = on_rested,
			.changed = on_changed,
			.kept = on_kept,
			.remember = on_remember,
			.share = on_shared,
			.tell_shared = on_tell_shared },
	};
	int r = lock_fd < 0 ? lock_fd : 0;

	supervisor.context.owner = &supervisor;
	if (r == 0)
		r = supervisor_start(&supervisor, err);
	if (r == 0) {
		log_info("vrfgate %s: %zu %s in '%s'", VRFGATE_VERSION, config->n_vrfs,
			config->n_vrfs == 1 ? "VRF" : "VRFs", options->config_path);
		r = sd_event_loop(supervisor.event);
		saved_state_write(&supervisor);
		if (r < 0)
			error_set_errno(err, -r, "the event loop failed");
		else
			log_info("stopped");
	}
	supervisor_finish(&supervisor);
	return r;
}
