// SPDX-License-Identifier: GPL-2.0-or-later
/* Which VRFs a new config would take out of the monitoring. */
#include "supervisor/departures.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/state.h"
#include "vrf/removal.h"

static bool has_address(const struct config_vrf *vrf)
{
	for (size_t i = 0; i < vrf->n_interfaces; i++)
		if (vrf->interfaces[i].n_addresses)
			return true;
	return false;
}

/* A NIC that was moved into a namespace is no link of the machine's meanwhile. */
static bool is_parent(const struct config *config, const char *name)
{
	for (size_t v = 0; v < config->n_vrfs; v++)
		for (size_t i = 0; i < config->vrfs[v].n_interfaces; i++) {
			const char *parent = config->vrfs[v].interfaces[i].parent;

			if (parent && strcmp(parent, name) == 0)
				return true;
		}
	return false;
}

/* That of before may be missing as well, but is no slip of this config. */
static bool lacks_parents(const struct config *old, const struct config_vrf *vrf)
{
	for (size_t i = 0; i < vrf->n_interfaces; i++) {
		const char *parent = vrf->interfaces[i].parent;

		if (!parent || is_parent(old, parent) || !net_link_is_missing(parent))
			return false;
	}
	return true;
}

/* DEPARTURES: it stays. */
static enum departure departure_find(
	const struct config *config, const struct config_vrf *before, const struct config_vrf *now)
{
	if (!now)
		return DEPARTURE_MISSING;
	if (!now->enabled)
		return DEPARTURE_DISABLED;
	if (before->has_proxy && !now->has_proxy)
		return DEPARTURE_NO_PROXY;
	if (before->n_interfaces == 0)
		return DEPARTURES;
	if (now->n_interfaces == 0)
		return DEPARTURE_NO_INTERFACE;
	if (has_address(before) && !has_address(now))
		return DEPARTURE_NO_ADDRESS;
	return lacks_parents(config, now) ? DEPARTURE_NO_PARENT : DEPARTURES;
}

void departures_find(
	struct departures *departures, const struct config *old, const struct config *config)
{
	*departures = (struct departures){ .n_all = old->n_vrfs };
	for (size_t i = 0; i < old->n_vrfs; i++) {
		const struct config_vrf *vrf = &old->vrfs[i];
		const struct config_vrf *now = config_find_vrf(config, vrf->name);
		enum departure why = DEPARTURES;

		if (!now)
			strings_add(&departures->missing, vrf->name);
		if (vrf->enabled)
			why = departure_find(old, vrf, now);
		if (why != DEPARTURES)
			strings_add(&departures->running[why], vrf->name);
		departures->n_running += vrf->enabled;
	}
	for (size_t i = 0; i < config->n_vrfs; i++)
		departures->renames |= !config_find_vrf(old, config->vrfs[i].name);
}

void departures_finish(struct departures *departures)
{
	strings_finish(&departures->missing);
	for (int why = 0; why < DEPARTURES; why++)
		strings_finish(&departures->running[why]);
}

static size_t count_running(const struct departures *departures)
{
	size_t count = 0;

	for (int why = 0; why < DEPARTURES; why++)
		count += departures->running[why].count;
	return count;
}

static const char *renames_text(const struct departures *departures)
{
	return departures->renames && departures->missing.count
		? " (under a new name a VRF is another one)"
		: "";
}

static int removals_refuse(const struct departures *departures, struct error *err)
{
	const struct strings *names = &departures->running[DEPARTURE_MISSING];
	cleanup_free char *list = strings_list(names);

	return error_set(err, EPERM,
		"this would remove %zu of %zu running VRFs; nothing was changed: %s%s; "
		"'vrfgate reload --remove' removes them",
		names->count, departures->n_running, list, renames_text(departures));
}

/* What is to be done comes before names, which may be cut. */
static int mixture_refuse(const struct departures *departures, struct error *err)
{
	static const char *const words[DEPARTURES] = {
		[DEPARTURE_MISSING] = "not in the config any more",
		[DEPARTURE_DISABLED] = "disabled",
		[DEPARTURE_NO_PROXY] = "without a proxy",
		[DEPARTURE_NO_INTERFACE] = "without an interface",
		[DEPARTURE_NO_ADDRESS] = "without an address",
		[DEPARTURE_NO_PARENT] = "on a parent that does not exist",
	};
	cleanup(strings_finish) struct strings parts = { 0 };
	cleanup_free char *text = NULL;

	for (int why = 0; why < DEPARTURES; why++) {
		cleanup_free char *list = strings_list(&departures->running[why]);

		if (departures->running[why].count)
			strings_addf(&parts, "%s: %s%s", words[why], list,
				why == DEPARTURE_MISSING ? renames_text(departures) : "");
	}
	text = strings_join(&parts, "; ");
	return error_set(err, EPERM,
		"this would end the monitoring of %zu of %zu running VRFs; nothing was changed; "
		"'vrfgate reload --remove' does it: %s",
		count_running(departures), departures->n_running, text);
}

int departures_judge(const struct departures *departures, struct error *err)
{
	size_t count = count_running(departures);

	if (!removal_is_large(count, departures->n_running))
		return 0;
	return count == departures->running[DEPARTURE_MISSING].count
		? removals_refuse(departures, err)
		: mixture_refuse(departures, err);
}
