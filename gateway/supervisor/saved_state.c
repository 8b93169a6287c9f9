// SPDX-License-Identifier: GPL-2.0-or-later
/* What one supervisor leaves to the next. */
#include "supervisor/saved_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"

#define MAX_SIZE       (16 * 1024 * 1024)
#define WRITE_DELAY_MS 50

static char *path_of(const char *run_dir)
{
	return xasprintf("%s/state.json", run_dir);
}

json_t *saved_state_load(const char *run_dir)
{
	struct error err = ERROR_INIT;
	cleanup_free char *path = path_of(run_dir);
	cleanup_json json_t *document = NULL;
	json_t *vrfs;
	int r = json_read_file(path, MAX_SIZE, &document, &err);

	vrfs = json_object_get(document, "vrfs");
	if (json_is_object(vrfs))
		return json_incref(vrfs);
	if (r != 0)
		log_warning("'%s' is not used: %s", path, r < 0 ? err.text : "it is damaged");
	return json_object();
}

bool saved_state_holds(const json_t *saved, const char *vrf)
{
	return json_is_true(json_object_get(json_object_get(saved, vrf), "held"));
}

void saved_state_apply(const json_t *saved, struct vrf *vrf)
{
	const json_t *entry = json_object_get(saved, vrf->name);
	const char *last_exit = json_string_value(json_object_get(entry, "last_exit"));
	json_int_t pid = json_integer_value(json_object_get(entry, "pid"));
	json_int_t restarts = json_integer_value(json_object_get(entry, "restarts"));
	json_int_t version = json_integer_value(json_object_get(entry, "database_version"));
	struct program_former former;

	vrf->held = saved_state_holds(saved, vrf->name);
	vrf->database_version = version > 0 && version <= 9999 ? (unsigned)version : 0;
	if (vrf->held)
		program_note(&vrf->proxy, VRF_STOPPED_BY_HAND);
	foreign_addresses_from_json(&vrf->foreign, json_object_get(entry, "foreign_addresses"));
	/* One that was ended in order starts a new count. */
	if (pid <= 0)
		return;
	former.pid = (pid_t)pid;
	former.start_time = (uint64_t)json_integer_value(json_object_get(entry, "start_time"));
	former.ending = json_is_true(json_object_get(entry, "ending"));
	program_remember(&vrf->proxy, &former,
		restarts > 0 && restarts <= UINT32_MAX ? (uint32_t)restarts : 0,
		last_exit ? last_exit : "");
}

static json_t *entry_create(const struct vrf *vrf)
{
	return json_pack("{s:b, s:i, s:I, s:b, s:I, s:o, s:i, s:o}", "held", vrf->held, "pid",
		vrf->proxy.process.pid, "start_time", (json_int_t)vrf->proxy.process.start_time,
		"ending", vrf_state(vrf) == VRF_STOPPING, "restarts",
		(json_int_t)vrf->proxy.restarts, "last_exit", json_text(vrf->proxy.last_exit),
		"database_version", (int)vrf->database_version, "foreign_addresses",
		foreign_addresses_to_json(&vrf->foreign));
}

/* As the ids, not for the proxies. */
void saved_state_write(const struct supervisor *supervisor)
{
	struct file_owner owner = { 0600, (uid_t)-1, (gid_t)-1 };
	struct error err = ERROR_INIT;
	cleanup_free char *path = path_of(supervisor->config->gateway.run_dir), *text = NULL;
	cleanup_json json_t *document = NULL;
	json_t *vrfs = json_object();

	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		json_object_set_new(
			vrfs, supervisor->vrfs[i]->name, entry_create(supervisor->vrfs[i]));
	document = json_pack("{s:i, s:o}", "schema", 1, "vrfs", vrfs);
	text = json_dumps(document, JSON_INDENT(1));
	if (file_write_volatile(path, text, strlen(text), &owner, NULL, &err) < 0)
		log_warning("%s", err.text);
}

static void write_on_elapsed(void *data)
{
	struct supervisor *supervisor = data;

	supervisor->saving = false;
	saved_state_write(supervisor);
}

void saved_state_write_soon(struct supervisor *supervisor)
{
	if (supervisor->saving)
		return;
	supervisor->saving = true;
	timer_arm(&supervisor->save_timer, supervisor->event, WRITE_DELAY_MS, write_on_elapsed,
		supervisor);
}

void saved_state_remove(const char *run_dir)
{
	cleanup_free char *path = path_of(run_dir);

	unlink(path);
}
