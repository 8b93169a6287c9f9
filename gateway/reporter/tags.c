// SPDX-License-Identifier: GPL-2.0-or-later
/* Tags of a host: vrf, vrfgate, vrfgate.id, that of discovery and those of the config; others that somebody added stay. */
#include <string.h>

#include "base/cleanup.h"
#include "reporter/mark.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

static json_t *tag_make(const char *tag, const char *value)
{
	return zabbix_json_pack(
		"{s:o, s:o}", "tag", zabbix_json_string(tag), "value", zabbix_json_string(value));
}

/* The tags that we own, as they shall be. */
static json_t *wanted_make(
	const struct reporter_plan *plan, const struct reporter_host *want, const json_t *have)
{
	char fingerprint[REPORTER_FINGERPRINT_SIZE];
	json_t *tags = json_array();

	if (want->vrf)
		json_array_append_new(tags, tag_make(REPORTER_TAG_VRF, want->vrf));
	json_array_append_new(tags, tag_make(REPORTER_TAG_GATEWAY, reporter_plan_gateway(plan)));
	json_array_append_new(tags, tag_make(REPORTER_TAG_ID, plan->inventory->gateway_id));
	if (want->found_at)
		json_array_append_new(tags, tag_make(REPORTER_TAG_FOUND, want->found_at));
	/* Once, and then it is as any that somebody added. */
	if (reporter_host_is_new_to_us(want, have))
		json_array_append_new(tags, tag_make(REPORTER_TAG_ADOPTED, "yes"));
	if (want->key && want->key->psk)
		json_array_append_new(tags,
			tag_make(REPORTER_TAG_PSK,
				reporter_mark_fingerprint(
					want->key->identity, want->key->psk, fingerprint)));
	for (size_t i = 0; !want->vrf && i < json_array_size(plan->claims); i++)
		json_array_append_new(tags,
			tag_make(REPORTER_TAG_CLAIM,
				json_string_value(json_array_get(plan->claims, i))));
	for (size_t i = 0; want->device && i < want->device->n_tags; i++)
		json_array_append_new(
			tags, tag_make(want->device->tags[i].name, want->device->tags[i].value));
	return tags;
}

static bool has_tag(const json_t *tags, const json_t *wanted)
{
	const json_t *tag;
	size_t i;

	json_array_foreach (tags, i, tag) {
		if (zabbix_json_same(json_object_get(tag, "tag"), json_object_get(wanted, "tag")) &&
			zabbix_json_same(
				json_object_get(tag, "value"), json_object_get(wanted, "value")))
			return true;
	}
	return false;
}

static bool is_owned(const json_t *ours, const json_t *tag)
{
	const char *name = zabbix_json_text(tag, "tag");

	return zabbix_json_find(ours, "tag", name) || strcmp(name, REPORTER_TAG_CLAIM) == 0;
}

/* True where the tags of `ours` are all of their names in `have`. */
static bool tags_agree(const json_t *have, const json_t *ours)
{
	const json_t *tag;
	size_t i, owned = 0;

	json_array_foreach (have, i, tag)
		owned += is_owned(ours, tag);
	json_array_foreach (ours, i, tag) {
		if (!has_tag(have, tag))
			return false;
	}
	return owned == json_array_size(ours);
}

json_t *reporter_tags_plan(
	const struct reporter_plan *plan, const struct reporter_host *want, const json_t *have)
{
	cleanup_json json_t *ours = wanted_make(plan, want, have);
	const json_t *theirs = json_object_get(have, "tags");
	const json_t *tag;
	json_t *all;
	size_t i;

	if (have && tags_agree(theirs, ours))
		return NULL;
	all = json_array();
	json_array_foreach (theirs, i, tag) {
		const char *name = zabbix_json_text(tag, "tag");

		if (!is_owned(ours, tag))
			json_array_append_new(all, tag_make(name, zabbix_json_text(tag, "value")));
	}
	json_array_extend(all, ours);
	return all;
}
