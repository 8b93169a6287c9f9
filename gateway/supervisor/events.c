// SPDX-License-Identifier: GPL-2.0-or-later
/* State changes as JSON. */
#include "supervisor/events.h"

#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "supervisor/reporter_link.h"

/* Of the wall clock, in UTC, as RFC 3339 has it. */
static json_t *time_now(void)
{
	struct timespec now;
	struct tm utc;
	char seconds[32];
	cleanup_free char *text = NULL;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &utc);
	text = xasprintf("%s.%03ldZ", seconds, now.tv_nsec / 1000000);
	return json_string(text);
}

json_t *event_snapshot_create(const struct supervisor *supervisor)
{
	json_t *vrfs = json_array(), *event;

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		const struct vrf *vrf = supervisor->vrfs[i];

		json_array_append_new(vrfs,
			json_pack("{s:s, s:s, s:o, s:I}", "name", vrf->name, "state",
				vrf_state_name(vrf_state(vrf)), "reason",
				json_text(vrf_reason(vrf)), "since_s",
				(json_int_t)((clock_now_ms() - vrf->since_ms) / 1000)));
	}
	event = json_pack("{s:i, s:s, s:o, s:o, s:o}", "schema", 1, "event", "snapshot", "time",
		time_now(), "gateway", json_text(supervisor->config->gateway.name), "vrfs", vrfs);
	if (supervisor->reporter)
		json_object_set_new(event, "zabbix",
			json_pack("{s:s, s:o}", "state", reporter_link_state(supervisor->reporter),
				"reason", json_text(reporter_link_error(supervisor->reporter))));
	return event;
}

json_t *event_api_create(const char *state, const char *before, const char *reason)
{
	return json_pack("{s:i, s:s, s:o, s:s, s:s, s:o}", "schema", 1, "event", "api", "time",
		time_now(), "state", state, "before", before, "reason", json_text(reason));
}

json_t *event_state_create(const struct vrf *vrf, enum vrf_state before)
{
	return json_pack("{s:i, s:s, s:o, s:s, s:s, s:s, s:o, s:I, s:o}", "schema", 1, "event",
		"state", "time", time_now(), "vrf", vrf->name, "state",
		vrf_state_name(vrf_state(vrf)), "before", vrf_state_name(before), "reason",
		json_text(vrf_reason(vrf)), "restarts", (json_int_t)vrf->proxy.restarts,
		"last_exit", json_text(vrf->proxy.last_exit));
}

json_t *event_zabbix_create(const char *change)
{
	return json_pack("{s:i, s:s, s:o, s:o}", "schema", 1, "event", "zabbix", "time", time_now(),
		"change", json_text(change));
}
