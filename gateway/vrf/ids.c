// SPDX-License-Identifier: GPL-2.0-or-later
/* Allocation and memory of the uplinks' numbers. */
#include "vrf/ids.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/memory.h"
#include "net/want.h"
#include "vrf/numbers.h"

static const struct numbers_kind ids_kind = { "ids.json", "ids", 0, UINT32_MAX,
	"have all uplinks numbered anew" };

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The lowest number that is not among the sorted ones. */
static uint32_t lowest_free(const uint32_t *taken, size_t count)
{
	uint32_t candidate = 0;

	for (size_t i = 0; i < count && taken[i] <= candidate; i++)
		if (taken[i] == candidate)
			candidate++;
	return candidate;
}

static void taken_insert(uint32_t *taken, size_t *count, uint32_t id)
{
	size_t at = *count;

	while (at > 0 && taken[at - 1] > id)
		at--;
	memmove(taken + at + 1, taken + at, (*count - at) * sizeof(*taken));
	taken[at] = id;
	(*count)++;
}

/* The VRF that the config fixes the number for; NULL: none. */
static const struct config_vrf *id_fixed_for(const struct config *config, json_int_t id)
{
	for (size_t i = 0; i < config->n_vrfs; i++)
		if (config->vrfs[i].has_uplink && config->vrfs[i].id == id)
			return &config->vrfs[i];
	return NULL;
}

/*
 * A VRF of the config keeps the number that it was given: its proxy may run with that address, and the server
 * may know it by it. A number of its own in the config is the way to move it.
 */
static int ids_judge_fixed(const json_t *ids, const struct config *config, struct error *err)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)ids, name, value) {
		const struct config_vrf *holder = config_find_vrf(config, name);
		const struct config_vrf *taker = id_fixed_for(config, json_integer_value(value));

		if (holder && taker && holder != taker && holder->has_uplink && holder->id < 0)
			return error_set(err, EEXIST,
				"vrf '%s': id %lld: vrf '%s' has this uplink number, expected one that is free; "
				"to move vrf '%s', set an id for it as well",
				taker->name, (long long)json_integer_value(value), holder->name,
				holder->name);
	}
	return 0;
}

/* Drops from `ids` what cannot stand: out of the prefix, or fixed by the config for some VRF. */
static void ids_drop_unusable(json_t *ids, const struct config *config, uint32_t capacity)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(ids, next, name, value)
	{
		json_int_t id = json_integer_value(value);

		if (id >= capacity || id_fixed_for(config, id))
			json_object_del(ids, name);
	}
}

/* Drops those of VRFs that have gone, and of namespaces that have given up their uplink. */
static void ids_drop_absent(json_t *ids, const struct config *config)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(ids, next, name, value)
	{
		const struct config_vrf *vrf = config_find_vrf(config, name);

		if (!vrf || !vrf->has_uplink)
			json_object_del(ids, name);
	}
}

static void ids_set_fixed(json_t *ids, const struct config *config)
{
	for (size_t i = 0; i < config->n_vrfs; i++)
		if (config->vrfs[i].has_uplink && config->vrfs[i].id >= 0)
			json_object_set_new(
				ids, config->vrfs[i].name, json_integer(config->vrfs[i].id));
}

/* Gives every VRF that lacks one a number; false where the prefix has none left. */
static bool ids_allocate(json_t *ids, const struct config *config, uint32_t capacity)
{
	cleanup_free uint32_t *taken =
		xcalloc(json_object_size(ids) + config->n_vrfs, sizeof(*taken));
	size_t count = 0;
	const char *name;
	json_t *value;

	json_object_foreach (ids, name, value)
		taken[count++] = (uint32_t)json_integer_value(value);
	qsort(taken, count, sizeof(*taken), compare_ids);
	for (size_t i = 0; i < config->n_vrfs; i++) {
		const struct config_vrf *vrf = &config->vrfs[i];
		uint32_t id;

		if (!vrf->has_uplink || json_object_get(ids, vrf->name))
			continue;
		id = lowest_free(taken, count);
		if (id >= capacity)
			return false;
		taken_insert(taken, &count, id);
		json_object_set_new(ids, vrf->name, json_integer(id));
	}
	return true;
}

/* How many uplinks there can be. */
static uint32_t capacity_of(const struct config_uplink *uplink)
{
	uint32_t six = net_uplink_capacity(&uplink->prefix);
	uint32_t four =
		config_uplink_has_ipv4(uplink) ? net_uplink_capacity(&uplink->prefix4) : six;
	uint32_t ports = config_uplink_ports(uplink), least = four < six ? four : six;

	return ports < least ? ports : least;
}

int ids_assign(const struct config *config, bool save, uint32_t **ids, struct error *err)
{
	uint32_t capacity = capacity_of(&config->uplink);
	cleanup_json json_t *known = NULL;
	int r = numbers_read(&ids_kind, &config->gateway, &known, err);

	if (r == 0)
		r = ids_judge_fixed(known, config, err);
	if (r < 0)
		return r;
	ids_drop_unusable(known, config, capacity);
	ids_set_fixed(known, config);
	if (!ids_allocate(known, config, capacity)) {
		ids_drop_absent(known, config);
		if (!ids_allocate(known, config, capacity))
			return error_set(
				err, ENOSPC, "uplink: prefix has room for %u VRFs only", capacity);
	}
	if (save && (r = numbers_write(&ids_kind, &config->gateway, known, err)) < 0)
		return r;
	*ids = xcalloc(config->n_vrfs, sizeof(**ids));
	for (size_t i = 0; i < config->n_vrfs; i++)
		if (config->vrfs[i].has_uplink)
			(*ids)[i] = (uint32_t)json_integer_value(
				json_object_get(known, config->vrfs[i].name));
	return 0;
}

int ids_list(const struct config *config, struct strings *names, struct error *err)
{
	cleanup_json json_t *known = NULL;
	int r = numbers_read(&ids_kind, &config->gateway, &known, err);
	const char *name;
	json_t *value;

	json_object_foreach (known, name, value)
		strings_add(names, name);
	return r;
}

bool ids_find(const struct config *config, const char *name, uint32_t *id)
{
	cleanup_json json_t *known = NULL;
	const json_t *number = NULL;

	if (numbers_read(&ids_kind, &config->gateway, &known, NULL) == 0)
		number = json_object_get(known, name);
	*id = (uint32_t)json_integer_value(number);
	return number != NULL;
}
