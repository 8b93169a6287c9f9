// SPDX-License-Identifier: GPL-2.0-or-later
/* From a changed file to a changed gateway. */
#include "supervisor/reload.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/load.h"
#include "net/want.h"
#include "process/job.h"
#include "supervisor/control_server.h"
#include "supervisor/departures.h"
#include "supervisor/handover.h"
#include "supervisor/reporter_link.h"
#include "supervisor/status.h"
#include "supervisor/supervisor.h"
#include "supervisor/wire.h"
#include "vrf/ids.h"
#include "vrf/life.h"
#include "vrf/passive_ports.h"
#include "vrf/proxy_files.h"
#include "vrf/removal.h"
#include "vrf/users.h"

#define READ_TIMEOUT_S 30

/* --- reading --- */

/* What a running supervisor cannot change under its own feet; NULL where all is well. */
static const char *fixed_key_changed(const struct config *old, const struct config *new)
{
	const struct {
		const char *key;
		bool same;
	} keys[] = {
		{ "gateway.name", strcmp(old->gateway.name, new->gateway.name) == 0 },
		{ "gateway.state_dir",
			strcmp(old->gateway.state_dir, new->gateway.state_dir) == 0 },
		{ "gateway.run_dir", strcmp(old->gateway.run_dir, new->gateway.run_dir) == 0 },
		{ "gateway.log_dir", strcmp(old->gateway.log_dir, new->gateway.log_dir) == 0 },
		{ "uplink.prefix", address_equal(&old->uplink.prefix, &new->uplink.prefix) },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!keys[i].same)
			return keys[i].key;
	return NULL;
}

static void lines_move(struct strings *to, const struct strings *from)
{
	strings_finish(to);
	for (size_t i = 0; i < from->count; i++)
		strings_add(to, from->items[i]);
}

/* The status, too, names the first. */
static int faults_refuse(const struct strings *faults, struct error *err)
{
	return error_set(err, EINVAL, "the config has %zu fault%s; nothing was changed; %s%s",
		faults->count, faults->count == 1 ? "" : "s",
		faults->count == 1 ? "" : "the first: ", faults->items[0]);
}

static int config_read_again(
	struct supervisor *supervisor, struct config **config, struct error *err)
{
	struct supervisor_reload *reload = &supervisor->reload;
	struct config_report report = { 0 };
	const char *fixed;
	int r = config_load_again(
		supervisor->options.config_path, supervisor->config, config, &report);

	lines_move(&reload->faults, &report.faults);
	lines_move(&reload->warnings, &report.notes);
	config_report_finish(&report);
	reload->n_faults = r < 0 ? reload->faults.count : 0;
	if (r < 0)
		return faults_refuse(&reload->faults, err);
	fixed = fixed_key_changed(supervisor->config, *config);
	if (fixed) {
		config_destroy(steal_ptr(config));
		return error_set(err, EINVAL,
			"%s cannot change while the supervisor runs; nothing was changed", fixed);
	}
	return 0;
}

/* Here, by a helper, the file system of the config is waited for: that the config can be read is all that counts. */
static void reading_try(int fd, const void *data)
{
	const struct supervisor *supervisor = data;
	struct config_report report = { 0 };
	struct config *config = NULL;

	(void)config_load_again(
		supervisor->options.config_path, supervisor->config, &config, &report);
	(void)file_write_all(fd, "", 1);
	config_report_finish(&report);
	config_destroy(config);
}

static int reading_judge(
	const struct supervisor *supervisor, bool was_read, bool in_time, struct error *err)
{
	const char *path = supervisor->options.config_path;

	if (!was_read && in_time)
		return error_set(err, EIO, "the process that reads '%s' has ended", path);
	if (!was_read)
		return error_set(err, ETIMEDOUT,
			"'%s' or what it includes gives no answer within %d s; nothing was changed",
			path, READ_TIMEOUT_S);
	if (supervisor->stopping)
		return error_set(err, EBUSY, "the supervisor is stopping");
	return 0;
}

/* --- judging and writing, by a helper: here kernel and disk are waited for, and whoever knows the users --- */

struct reload_answer {
	int code; /* 0, or a positive errno */
	char text[960];
};

/* What is in the way of one is told where its proxy is launched. */
static void keys_make(const struct config *config, const uid_t *users)
{
	for (size_t i = 0; i < config->n_vrfs; i++) {
		const struct config_vrf *vrf = &config->vrfs[i];
		cleanup(vrf_paths_finish) struct vrf_paths paths = { 0 };

		if (!vrf->enabled || !vrf->has_proxy || !vrf->proxy.psk)
			continue;
		vrf_paths_init(&paths, &config->gateway, vrf->name);
		paths.uid = users[i];
		(void)proxy_files_make(vrf, &paths, NULL);
	}
}

static void names_add(struct strings *names, const struct strings *more)
{
	for (size_t i = 0; i < more->count; i++)
		strings_add(names, more->items[i]);
}

/*
 * Whom to note as gone on purpose. Of those that were disabled many may go, but no more than that; what was left
 * running at the start is no part of it, but where that is said. Who went earlier, with no supervisor to see it, is
 * known by the number of its uplink.
 */
static int meant_list(const struct supervisor *supervisor, const struct departures *departures,
	struct strings *names, struct error *err)
{
	bool all = supervisor->reload.remove ||
		!removal_is_large(departures->missing.count, departures->n_all);

	names_add(names, all ? &departures->missing : &departures->running[DEPARTURE_MISSING]);
	if (!supervisor->reload.remove)
		return 0;
	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (supervisor->vrfs[i]->left)
			strings_add(names, supervisor->vrfs[i]->name);
	return ids_list(supervisor->reload.config, names, err);
}

static int meant_note(
	const struct supervisor *supervisor, const struct departures *departures, struct error *err)
{
	cleanup(strings_finish) struct strings names = { 0 };
	int r = meant_list(supervisor, departures, &names, err);

	return r < 0 ? r : removal_note(supervisor->reload.config, &names, err);
}

static int departures_note(const struct supervisor *supervisor, const struct departures *departures,
	uint32_t **ids, uid_t **users, struct error *err)
{
	const struct config *config = supervisor->reload.config;
	int r = supervisor->reload.remove ? 0 : departures_judge(departures, err);

	if (r == 0)
		r = supervisor_derive(config, true, ids, users, err);
	return r < 0 ? r : meant_note(supervisor, departures, err);
}

/* What is meant to go is noted last: until then nothing goes. */
static void reload_work(int fd, const void *data)
{
	const struct supervisor *supervisor = data;
	const struct config *config = supervisor->reload.config;
	cleanup(departures_finish) struct departures departures;
	struct reload_answer answer = { 0 };
	struct error err = ERROR_INIT;
	uint32_t *ids = NULL;
	uid_t *users = NULL;

	departures_find(&departures, supervisor->config, config);
	answer.code = -departures_note(supervisor, &departures, &ids, &users, &err);
	snprintf(answer.text, sizeof(answer.text), "%.*s", (int)sizeof(answer.text) - 1, err.text);
	if (users) {
		users_warn_of_shared(config);
		passive_ports_warn(config, ids);
		keys_make(config, users);
	}
	free(ids);
	free(users);
	(void)file_write_all(fd, (const char *)&answer, sizeof(answer));
}

static int answer_judge(const struct supervisor *supervisor, const struct reload_answer *answer,
	size_t size, struct error *err)
{
	if (size != sizeof(*answer))
		return error_set(err, EIO, "the process that writes to '%s' has ended",
			supervisor->config->gateway.state_dir);
	if (answer->code)
		return error_set(err, answer->code, "%s", answer->text);
	if (supervisor->stopping)
		return error_set(err, EBUSY, "the supervisor is stopping");
	return 0;
}

/* --- taking it over --- */

/* It still becomes what the config says. */
static bool is_on_its_way(const struct vrf *vrf)
{
	if (!vrf->config)
		return !vrf->left;
	return vrf->wiring_due || vrf->config_due ||
		(vrf->reloaded && (vrf_state(vrf) == VRF_WIRING || vrf_state(vrf) == VRF_STOPPING));
}

static void report_begin(struct supervisor *supervisor)
{
	struct supervisor_reload *reload = &supervisor->reload;

	strings_finish(&reload->added);
	strings_finish(&reload->removed);
	reload->n_uplinks = 0;
	/* What one before has begun is waited for by who asked for that, too. */
	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (!is_on_its_way(supervisor->vrfs[i]))
			supervisor->vrfs[i]->reloaded = 0;
}

/* One that was left running and is in the config again is taken over like that of an earlier supervisor. */
static void vrf_take_back(struct supervisor *supervisor, size_t at)
{
	vrf_destroy(supervisor->vrfs[at]);
	memmove(&supervisor->vrfs[at], &supervisor->vrfs[at + 1],
		(--supervisor->n_vrfs - at) * sizeof(*supervisor->vrfs));
}

static void vrf_forget(struct supervisor *supervisor, struct vrf *vrf)
{
	struct supervisor_reload *reload = &supervisor->reload;
	bool known = vrf->config || vrf->left;

	if (vrf->config && vrf->config->has_uplink)
		*array_append(&reload->uplinks, &reload->n_uplinks) = vrf->id;
	if (known)
		strings_add(&reload->removed, vrf->name);
	if (vrf->left)
		vrf_end_left(vrf, "gone from the config");
	else if (vrf->config)
		vrf_remove(vrf, supervisor->config, "gone from the config");
}

/* Before the old config goes: whoever is not in the new one loses its part of it. */
static void vrfs_forget_missing(struct supervisor *supervisor, const struct config *config)
{
	struct supervisor_reload *reload = &supervisor->reload;

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct vrf *vrf = supervisor->vrfs[i];
		bool wanted = config_find_vrf(config, vrf->name);

		if (vrf->left && wanted)
			vrf_take_back(supervisor, i--);
		else if (!wanted && (!vrf->left || reload->remove))
			vrf_forget(supervisor, vrf);
	}
}

static void added_note(struct supervisor *supervisor, const struct config *config)
{
	struct supervisor_reload *reload = &supervisor->reload;

	for (size_t i = 0; i < config->n_vrfs; i++) {
		const struct vrf *vrf = supervisor_find_vrf(supervisor, config->vrfs[i].name);

		if (!vrf || !vrf->config)
			strings_add(&reload->added, config->vrfs[i].name);
	}
}

static void added_mark(struct supervisor *supervisor)
{
	const struct strings *added = &supervisor->reload.added;

	for (size_t i = 0; i < added->count; i++)
		supervisor_find_vrf(supervisor, added->items[i])->reloaded |= VRF_RELOAD_ADDED;
}

/* Takes the config over. What it needs is written: this reads it. */
static int reload_apply(struct supervisor *supervisor, struct config *config, struct error *err)
{
	struct config *old = supervisor->config;
	uint32_t *ids = NULL;
	uid_t *users = NULL;
	int r = supervisor_derive(config, false, &ids, &users, err);

	if (r < 0) {
		free(ids);
		return r;
	}
	sd_notify(0, "RELOADING=1");
	report_begin(supervisor);
	handover_apply(supervisor->handover, config);
	vrfs_forget_missing(supervisor, config);
	added_note(supervisor, config);
	free(supervisor->ids);
	free(supervisor->users);
	supervisor->config = config;
	supervisor->context.config = config;
	supervisor->ids = ids;
	supervisor->users = users;
	supervisor->generation++;
	handover_take_config(supervisor);
	status_changed(supervisor);
	supervisor_adopt_config(supervisor, NULL);
	added_mark(supervisor);
	config_destroy(old);
	supervisor_read_removed(supervisor);
	wire_request_all(supervisor);
	supervisor_restart_reporter(supervisor);
	log_info("config read again: %zu %s, %zu added, %zu removed", config->n_vrfs,
		config->n_vrfs == 1 ? "VRF" : "VRFs", supervisor->reload.added.count,
		supervisor->reload.removed.count);
	sd_notify(0, "READY=1");
	return 0;
}

/* --- its course --- */

static void reload_tell(const struct supervisor_reload *reload)
{
	for (size_t i = 0; i < reload->faults.count; i++)
		log_error("%s", reload->faults.items[i]);
	/* Of a refusal they may tell the reason. */
	for (size_t i = 0; reload->error.code && i < reload->warnings.count; i++)
		log_warning("%s", reload->warnings.items[i]);
	if (reload->error.code)
		log_error("not reloaded: %s", reload->error.text);
}

static void reload_end(struct supervisor *supervisor, int r)
{
	struct supervisor_reload *reload = &supervisor->reload;

	if (r == 0)
		error_clear(&reload->error);
	reload->failed_ms = r < 0 ? clock_now_ms() : 0;
	status_changed(supervisor);
}

/* Whoever waits for it has the answer, and the next one its turn. */
static void reload_close(struct supervisor *supervisor, int r)
{
	struct supervisor_reload *reload = &supervisor->reload;

	reload_end(supervisor, r);
	if (reload->by_signal)
		reload_tell(reload);
	control_server_answer_waiting(supervisor->control, CONTROL_WAIT_RELOAD);
	if (reload->again)
		reload_by_signal(supervisor);
	control_server_answer_waiting(supervisor->control, CONTROL_WAIT_TURN);
}

static void reload_on_written(const void *answer, size_t size, bool in_time, void *data)
{
	struct supervisor *supervisor = data;
	struct supervisor_reload *reload = &supervisor->reload;
	struct config *config = steal_ptr(&reload->config);
	int r = answer_judge(supervisor, answer, size, &reload->error);

	(void)in_time;
	reload->job = NULL;
	if (r == 0)
		r = reload_apply(supervisor, config, &reload->error);
	if (r < 0)
		config_destroy(config);
	reload_close(supervisor, r);
}

/* The files have just been read by another process, so that they do not keep us waiting. */
static int reload_write(struct supervisor *supervisor)
{
	struct supervisor_reload *reload = &supervisor->reload;
	int r = config_read_again(supervisor, &reload->config, &reload->error);

	if (r == 0)
		handover_apply(supervisor->handover, reload->config);
	if (r == 0)
		r = job_start_own(supervisor->event, reload_work, supervisor, JOB_NO_TIMEOUT,
			reload_on_written, supervisor, &reload->job, &reload->error);
	if (r < 0)
		config_destroy(steal_ptr(&reload->config));
	return r;
}

static void reload_on_read(const void *answer, size_t size, bool in_time, void *data)
{
	struct supervisor *supervisor = data;
	struct supervisor_reload *reload = &supervisor->reload;
	int r = reading_judge(supervisor, size > 0, in_time, &reload->error);

	(void)answer;
	reload->job = NULL;
	if (r == 0)
		r = reload_write(supervisor);
	if (r < 0)
		reload_close(supervisor, r);
}

bool reload_begin(struct supervisor *supervisor, bool remove)
{
	struct supervisor_reload *reload = &supervisor->reload;
	int r;

	error_clear(&reload->error);
	strings_finish(&reload->faults);
	strings_finish(&reload->warnings);
	reload->remove = remove;
	reload->by_signal = false;
	reload->failed_ms = 0;
	if (supervisor->stopping) {
		error_set(&reload->error, EBUSY, "the supervisor is stopping");
		return false;
	}
	reload->n_faults = 0;
	r = job_start_own(supervisor->event, reading_try, supervisor, READ_TIMEOUT_S * 1000,
		reload_on_read, supervisor, &reload->job, &reload->error);
	if (r < 0)
		reload_end(supervisor, r);
	return r == 0;
}

void reload_by_signal(struct supervisor *supervisor)
{
	struct supervisor_reload *reload = &supervisor->reload;

	reload->again = reload->job != NULL;
	if (reload->again)
		return;
	if (reload_begin(supervisor, false))
		reload->by_signal = true;
	else
		reload_tell(reload);
}

void reload_finish(struct supervisor_reload *reload)
{
	job_destroy(reload->job);
	config_destroy(reload->config);
	strings_finish(&reload->faults);
	strings_finish(&reload->warnings);
	strings_finish(&reload->added);
	strings_finish(&reload->removed);
	free(reload->uplinks);
}

/* --- how far it is --- */

static json_t *names_to_json(const struct strings *names)
{
	json_t *array = json_array();

	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(array, json_text(names->items[i]));
	return array;
}

static json_t *vrfs_to_json(const struct supervisor *supervisor, unsigned with, unsigned without)
{
	json_t *array = json_array();

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		const struct vrf *vrf = supervisor->vrfs[i];

		if (vrf->config && (vrf->reloaded & with) && !(vrf->reloaded & without))
			json_array_append_new(array, json_text(vrf->name));
	}
	return array;
}

/* Not the config's part of it, or not all of it, is in effect; of what is wired alone no state tells yet. */
static bool has_failed(const struct vrf *vrf)
{
	if (!vrf->config)
		return false;
	return *vrf->config_fault ||
		(vrf->reloaded &&
			(*vrf->trouble || vrf_state(vrf) == VRF_FAILED ||
				vrf_state(vrf) == VRF_BACKOFF));
}

/* The caller frees it. */
static char *reason_of(const struct vrf *vrf)
{
	if (*vrf_reason(vrf))
		return xstrdup(vrf_reason(vrf));
	if (*vrf->config_fault)
		return xasprintf("its proxy goes on with the old config: %s", vrf->config_fault);
	return xstrdup(vrf->trouble);
}

static json_t *state_to_json(const struct vrf *vrf)
{
	cleanup_free char *reason = reason_of(vrf);

	return json_pack("{s:s, s:s, s:o}", "name", vrf->name, "state",
		vrf_state_name(vrf_state(vrf)), "reason", json_text(reason));
}

static json_t *states_to_json(
	const struct supervisor *supervisor, bool (*belongs)(const struct vrf *vrf))
{
	json_t *array = json_array();

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		const struct vrf *vrf = supervisor->vrfs[i];

		if (belongs(vrf))
			json_array_append_new(array, state_to_json(vrf));
	}
	return array;
}

static bool id_is_used(const struct supervisor *supervisor, uint32_t id)
{
	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		const struct vrf *vrf = supervisor->vrfs[i];

		if (vrf->config && vrf->config->has_uplink &&
			(vrf->id == id || vrf->wanted_id == id))
			return true;
	}
	return false;
}

/* The kernel takes the links of a namespace down a while after its name. */
static bool links_go_still(const struct supervisor *supervisor)
{
	const struct supervisor_reload *reload = &supervisor->reload;
	char name[NET_IFNAME_SIZE];

	for (size_t i = 0; i < reload->n_uplinks; i++)
		if (!id_is_used(supervisor, reload->uplinks[i]) &&
			if_nametoindex(net_uplink_root_name(reload->uplinks[i], name)) != 0)
			return true;
	return false;
}

static size_t count_unchanged(const struct supervisor *supervisor)
{
	size_t count = 0;

	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		count += supervisor->vrfs[i]->config && !supervisor->vrfs[i]->reloaded;
	return count;
}

json_t *reload_progress_create(const struct supervisor *supervisor)
{
	const struct supervisor_reload *reload = &supervisor->reload;
	json_t *waiting = states_to_json(supervisor, is_on_its_way);
	bool done = json_array_size(waiting) == 0 && !supervisor->wire_everything &&
		!links_go_still(supervisor);

	return json_pack("{s:b, s:b, s:i, s:o, s:o, s:o, s:o, s:i, s:o, s:o}", "ok", 1, "done",
		done, "generation", (int)supervisor->generation, "added",
		names_to_json(&reload->added), "removed", names_to_json(&reload->removed),
		"changed",
		vrfs_to_json(
			supervisor, VRF_RELOAD_CHANGED, VRF_RELOAD_ADDED | VRF_RELOAD_RESTARTED),
		"restarted", vrfs_to_json(supervisor, VRF_RELOAD_RESTARTED, VRF_RELOAD_ADDED),
		"unchanged", (int)count_unchanged(supervisor), "waiting", waiting, "failed",
		states_to_json(supervisor, has_failed));
}
