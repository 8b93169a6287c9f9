// SPDX-License-Identifier: GPL-2.0-or-later
/* Giving VRFs up, and taking them back. */
#include "supervisor/handover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "supervisor/status.h"
#include "supervisor/wire.h"
#include "vrf/leftovers.h"
#include "vrf/life.h"

#define FILE_MAX (4 * 1024 * 1024)

/* Why a proxy is killed. */
#define ANOTHER_HAS_IT "another gateway has the VRF"

static char *path_of(const struct config_gateway *gateway)
{
	return xasprintf("%s/handover.json", gateway->state_dir);
}

int handover_read(
	const struct config_gateway *gateway, struct handover *handover, struct error *err)
{
	cleanup_free char *path = path_of(gateway);
	cleanup_json json_t *document = NULL;
	const char *name;
	json_t *each;
	size_t i;
	int r = json_read_file(path, FILE_MAX, &document, err);

	*handover = (struct handover){ .elsewhere = json_object() };
	if (r <= 0)
		return r;
	if (!json_is_array(json_object_get(document, "released")))
		return error_set(err, EINVAL, "'%s' is damaged", path);
	json_array_foreach (json_object_get(document, "released"), i, each)
		if (json_is_string(each))
			strings_add(&handover->released, json_string_value(each));
	json_object_foreach (json_object_get(document, "elsewhere"), name, each)
		if (json_is_string(each))
			json_object_set(handover->elsewhere, name, each);
	return 0;
}

void handover_finish(struct handover *handover)
{
	strings_finish(&handover->released);
	strings_finish(&handover->confirmed);
	json_decref(handover->elsewhere);
	*handover = (struct handover){ 0 };
}

/* The loop does not wait for the disk. Of a file that a loss of power takes Zabbix has the better part: what another
 * gateway has is found out again, and what nobody has taken over yet is ours again. */
static int handover_write(
	const struct config_gateway *gateway, const struct handover *handover, struct error *err)
{
	struct file_owner owner = { 0600, (uid_t)-1, (gid_t)-1 };
	cleanup_free char *path = path_of(gateway), *text = NULL;
	cleanup_json json_t *document = NULL;
	json_t *released = json_array();

	for (size_t i = 0; i < handover->released.count; i++)
		json_array_append_new(released, json_string(handover->released.items[i]));
	document = json_pack("{s:i, s:o, s:O}", "schema", 1, "released", released, "elsewhere",
		handover->elsewhere);
	text = json_dumps(document, JSON_INDENT(1) | JSON_SORT_KEYS);
	if (released && json_array_size(released) == 0 &&
		json_object_size(handover->elsewhere) == 0 && access(path, F_OK) < 0)
		return 0;
	return file_write_volatile(path, text, strlen(text), &owner, NULL, err);
}

static void strings_take_out(struct strings *list, const char *name)
{
	struct strings left = { 0 };

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], name) != 0)
			strings_add(&left, list->items[i]);
	strings_finish(list);
	*list = left;
}

/* --- the config's part of it --- */

/* The caller frees it. */
static char *reason_make(const struct handover *handover, const char *vrf, bool released)
{
	const char *owner = json_string_value(json_object_get(handover->elsewhere, vrf));

	if (released && owner)
		return xasprintf("released; %s has it now", owner);
	if (owner)
		return xasprintf("on %s; 'vrfgate release %s' there hands it over", owner, vrf);
	if (!strings_contain(&handover->confirmed, vrf))
		return xstrdup("released");
	return xasprintf(
		"released: the next gateway whose config has it takes it over; 'vrfgate start %s' takes it back",
		vrf);
}

/* rests: whether no proxy of it runs. */
static void give_up(const struct handover *handover, struct config_vrf *vrf, bool rests)
{
	bool released = strings_contain(&handover->released, vrf->name);

	free(vrf->given_up);
	vrf->given_up = reason_make(handover, vrf->name, released);
	vrf->released = released;
	vrf->rests = rests;
	vrf->enabled = false;
}

static bool is_given_up(const struct handover *handover, const char *vrf)
{
	return strings_contain(&handover->released, vrf) ||
		json_object_get(handover->elsewhere, vrf);
}

static void missing_forget(struct handover *handover, const struct config *config)
{
	cleanup_json json_t *others = json_copy(handover->elsewhere);
	struct strings released = { 0 };
	const char *name;
	json_t *owner;

	for (size_t i = 0; i < handover->released.count; i++)
		if (config_find_vrf(config, handover->released.items[i]))
			strings_add(&released, handover->released.items[i]);
	strings_finish(&handover->released);
	handover->released = released;
	json_object_foreach (others, name, owner)
		if (!config_find_vrf(config, name))
			json_object_del(handover->elsewhere, name);
}

void handover_apply(const struct handover *handover, struct config *config)
{
	for (size_t i = 0; i < config->n_vrfs; i++) {
		struct config_vrf *vrf = &config->vrfs[i];

		vrf->enabled |= vrf->given_up != NULL;
		free(steal_ptr(&vrf->given_up));
		vrf->released = vrf->rests = false;
		if (vrf->enabled && vrf->has_proxy && is_given_up(handover, vrf->name))
			give_up(handover, vrf,
				!leftovers_is_running(config->gateway.run_dir, vrf->name));
	}
}

int handover_apply_file(struct config *config, const struct strings *spared, struct error *err)
{
	cleanup(handover_finish) struct handover handover;
	int r = handover_read(&config->gateway, &handover, err);

	for (size_t i = 0; r == 0 && spared && i < spared->count; i++)
		json_object_del(handover.elsewhere, spared->items[i]);
	if (r == 0)
		handover_apply(&handover, config);
	return r;
}

/* --- the supervisor's --- */

static struct config_vrf *section_of(const struct supervisor *supervisor, const char *name)
{
	for (size_t i = 0; i < supervisor->config->n_vrfs; i++)
		if (strcmp(supervisor->config->vrfs[i].name, name) == 0)
			return &supervisor->config->vrfs[i];
	return NULL;
}

static void reconfigure(struct supervisor *supervisor, struct vrf *vrf)
{
	const struct config_vrf *section = section_of(supervisor, vrf->name);

	vrf_reconfigure(vrf, section, supervisor->ids[section - supervisor->config->vrfs]);
	wire_request_all(supervisor);
}

static void handover_save(struct supervisor *supervisor)
{
	struct error err = ERROR_INIT;

	if (handover_write(&supervisor->config->gateway, supervisor->handover, &err) < 0)
		log_warning("which VRFs are given up is not written down: %s", err.text);
}

void handover_take_config(struct supervisor *supervisor)
{
	missing_forget(supervisor->handover, supervisor->config);
	handover_save(supervisor);
	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct config_vrf *section = section_of(supervisor, supervisor->vrfs[i]->name);

		if (section && section->given_up)
			section->rests = vrf_state(supervisor->vrfs[i]) == VRF_DISABLED;
	}
}

/* What its proxy holds is sent first, as far as it still can be. */
void handover_resume(struct supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct vrf *vrf = supervisor->vrfs[i];

		if (!vrf->config || !vrf->config->given_up)
			continue;
		if (vrf->config->released) {
			section_of(supervisor, vrf->name)->rests = false;
			vrf->leaving = true;
			vrf_dispatch(vrf, PROGRAM_EVENT_STOP, vrf->config->given_up);
		} else {
			vrf_dispatch(vrf, PROGRAM_EVENT_KILL, ANOTHER_HAS_IT);
		}
		if (vrf_state(vrf) != VRF_DISABLED)
			continue;
		program_note(&vrf->proxy, vrf->config->given_up);
		handover_note_rest(supervisor, vrf);
	}
}

/* Where it rests nothing else tells. */
static void reason_renew(struct supervisor *supervisor, struct vrf *vrf)
{
	struct config_vrf *section = section_of(supervisor, vrf->name);

	give_up(supervisor->handover, section, section->rests);
	if (vrf_state(vrf) != VRF_DISABLED || strcmp(vrf_reason(vrf), section->given_up) == 0)
		return;
	program_note(&vrf->proxy, section->given_up);
	log_info("vrf '%s': %s", vrf->name, vrf_reason(vrf));
	status_changed(supervisor);
}

static int release_judge(
	const struct supervisor *supervisor, const struct vrf *vrf, struct error *err)
{
	const struct config_vrf *config = vrf->config;

	if (!*supervisor->config->zabbix.url)
		return error_set(err, EINVAL,
			"zabbix.url is empty: there are no objects in Zabbix to hand over; see 'vrfgate stop'");
	if (!config || !config->has_proxy)
		return error_set(err, EINVAL, "vrf '%s' %s", vrf->name,
			config ? "has no proxy" : "is not in the config any more");
	if (config->given_up)
		return error_set(err, EINVAL, "vrf '%s' is %s", vrf->name, config->given_up);
	if (!config->enabled)
		return error_set(err, EINVAL, "vrf '%s' is disabled in the config", vrf->name);
	for (size_t i = 0; i < config->n_interfaces; i++)
		if (config->interfaces[i].kind == CONFIG_INTERFACE_LINK)
			return error_set(err, EINVAL,
				"vrf '%s' is linked to '%s' by interface '%s', which cannot go with it",
				vrf->name, config->interfaces[i].peer, config->interfaces[i].name);
	return 0;
}

int handover_order_release(struct vrf *vrf, struct error *err)
{
	struct supervisor *supervisor = vrf->context->owner;
	struct handover *handover = supervisor->handover;
	int r;

	/* The order may be given twice. */
	if (vrf->config && vrf->config->released)
		return 0;
	r = release_judge(supervisor, vrf, err);
	if (r < 0)
		return r;
	strings_add(&handover->released, vrf->name);
	strings_take_out(&handover->confirmed, vrf->name);
	r = handover_write(&supervisor->config->gateway, handover, err);
	if (r < 0) {
		strings_take_out(&handover->released, vrf->name);
		return r;
	}
	give_up(handover, section_of(supervisor, vrf->name), false);
	vrf->held = false;
	/* What it holds is sent, also where it was stopped. */
	vrf->leaving = true;
	reconfigure(supervisor, vrf);
	if (vrf_state(vrf) == VRF_DISABLED)
		handover_note_rest(supervisor, vrf);
	return 0;
}

static void take_up(struct supervisor *supervisor, struct vrf *vrf)
{
	struct config_vrf *section = section_of(supervisor, vrf->name);

	strings_take_out(&supervisor->handover->released, vrf->name);
	strings_take_out(&supervisor->handover->confirmed, vrf->name);
	json_object_del(supervisor->handover->elsewhere, vrf->name);
	free(steal_ptr(&section->given_up));
	section->released = section->rests = false;
	section->enabled = true;
	reconfigure(supervisor, vrf);
}

int handover_order_start(struct vrf *vrf, struct error *err)
{
	struct supervisor *supervisor = vrf->context->owner;
	const struct config_vrf *config = vrf->config;

	if (!config || !config->given_up)
		return order_start(vrf, err);
	/* From now on it waits for the other to release it. */
	if (json_object_get(supervisor->handover->elsewhere, vrf->name)) {
		strings_take_out(&supervisor->handover->released, vrf->name);
		handover_save(supervisor);
		reason_renew(supervisor, vrf);
		supervisor_restart_reporter(supervisor);
		return error_set(err, EINVAL, "vrf '%s' is %s", vrf->name, config->given_up);
	}
	take_up(supervisor, vrf);
	handover_save(supervisor);
	supervisor_restart_reporter(supervisor);
	return order_start(vrf, err);
}

void handover_note_rest(struct supervisor *supervisor, const struct vrf *vrf)
{
	struct config_vrf *section = section_of(supervisor, vrf->name);

	if (!section || !section->given_up || section->rests)
		return;
	section->rests = true;
	if (section->released)
		supervisor_restart_reporter(supervisor);
}

/* True where it is no longer run, or is again. */
static bool vrf_learn(struct supervisor *supervisor, struct vrf *vrf, const char *owner)
{
	struct handover *handover = supervisor->handover;
	struct config_vrf *section = section_of(supervisor, vrf->name);
	const char *known = json_string_value(json_object_get(handover->elsewhere, vrf->name));

	if (!section || !section->has_proxy || (!section->enabled && !section->given_up))
		return false;
	if (!owner && !known)
		return false;
	if (!owner && !section->released) {
		log_info("vrf '%s': %s has it no longer", vrf->name, known);
		take_up(supervisor, vrf);
		return true;
	}
	if (owner && known && strcmp(owner, known) == 0)
		return false;
	if (owner)
		json_object_set_new(handover->elsewhere, vrf->name, json_text(owner));
	else
		json_object_del(handover->elsewhere, vrf->name);
	if (section->given_up) {
		reason_renew(supervisor, vrf);
		return true;
	}
	give_up(handover, section, false);
	log_warning("vrf '%s': is %s: not run here", vrf->name, section->given_up);
	reconfigure(supervisor, vrf);
	/* What it collects now the other gateway collects, too, and the server takes none of it. */
	vrf_dispatch(vrf, PROGRAM_EVENT_KILL, ANOTHER_HAS_IT);
	return true;
}

bool handover_learn(struct supervisor *supervisor, const json_t *elsewhere, const json_t *released)
{
	bool changed = false;
	const json_t *name;
	size_t i;

	if (supervisor->stopping)
		return false;
	json_array_foreach (released, i, name) {
		struct vrf *vrf = json_is_string(name)
			? supervisor_find_vrf(supervisor, json_string_value(name))
			: NULL;

		if (!vrf || !vrf->config || !vrf->config->released ||
			strings_contain(&supervisor->handover->confirmed, vrf->name))
			continue;
		strings_add(&supervisor->handover->confirmed, vrf->name);
		reason_renew(supervisor, vrf);
	}
	for (i = 0; i < supervisor->n_vrfs; i++)
		changed |= vrf_learn(supervisor, supervisor->vrfs[i],
			json_string_value(json_object_get(elsewhere, supervisor->vrfs[i]->name)));
	if (changed)
		handover_save(supervisor);
	return changed;
}

const char *handover_word(const struct vrf *vrf)
{
	const struct supervisor *supervisor = vrf->context->owner;

	if (!vrf->config || !vrf->config->given_up)
		return "";
	if (json_object_get(supervisor->handover->elsewhere, vrf->name))
		return "elsewhere";
	return strings_contain(&supervisor->handover->confirmed, vrf->name) ? "released"
									    : "releasing";
}
