// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking after a VRF that is up. */
#include "supervisor/watch.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "supervisor/checks.h"
#include "supervisor/probe.h"

/* How often a starting proxy is asked whether it is ready. */
#define READY_POLL_MS      200
/* A proxy that could connect has its configuration by then: bundled profiles ask every 10 s. */
#define CONFIG_PATIENCE_MS 15000
#define SEEN_RECENTLY_S    30

void watch_tell_wellness(struct vrf *vrf)
{
	const struct vrf_check *bad = checks_first_bad(vrf);
	char reason[256];

	if (!bad) {
		vrf_dispatch(vrf, VRF_EVENT_WELL, "");
		return;
	}
	snprintf(reason, sizeof(reason), "%s: %s",
		vrf_check_name((enum vrf_check_kind)(bad - vrf->checks)), bad->detail);
	if (vrf->checks[VRF_CHECK_NETNS].judged && !vrf->checks[VRF_CHECK_NETNS].ok) {
		vrf->restart_now = true;
		vrf_dispatch(vrf, VRF_EVENT_HUNG, reason);
		return;
	}
	vrf_dispatch(vrf, VRF_EVENT_UNWELL, reason);
}

/*
 * A new proxy may come before the server has read its key (CacheUpdateFrequency, up to a minute). Its
 * configuration syncer takes the failed handshake for a server that is down and tries again after two
 * minutes only. Once the server knows the proxy, a start anew gets the configuration at once; there is
 * nothing yet that could be lost.
 */
bool watch_config_missed(const struct vrf *vrf)
{
	bool has_work = vrf->config->n_hosts > 0 || vrf->config->n_discovers > 0;

	return !vrf->kicked && vrf->config->proxy.mode == CONFIG_PROXY_ACTIVE &&
		vrf->config->proxy.psk && has_work && vrf->stats.hosts == 0 &&
		vrf->server_lastaccess > 0 &&
		vrf_server_silence_s(vrf, clock_now_ms()) <= SEEN_RECENTLY_S &&
		clock_now_ms() - vrf->started_ms >= CONFIG_PATIENCE_MS;
}

static void probe_on_done(const struct zabbix_stats *stats, const char *why, void *data)
{
	struct vrf *vrf = data;
	char reason[256], text[64];

	vrf->probe = NULL;
	/* Its trappers answer all the same, but nobody would see one of its processes end. */
	if (stats && process_main_is_stopped(&vrf->proxy)) {
		stats = NULL;
		why = "its main process was stopped by a signal";
	}
	if (stats) {
		vrf->stats = *stats;
		vrf->has_stats = true;
		snprintf(text, sizeof(text), "answered, %.1f values/s required",
			stats->required_vps);
		checks_count(vrf, VRF_CHECK_STATS, true, text);
		if (vrf->state == VRF_STARTING) {
			vrf_dispatch(vrf, VRF_EVENT_READY, "");
		} else if (watch_config_missed(vrf)) {
			vrf->kicked = true;
			vrf->restart_now = true;
			vrf_dispatch(vrf, VRF_EVENT_HUNG,
				"the server knows it now, and it has no configuration yet");
		}
		return;
	}
	if (vrf->state == VRF_STARTING)
		return;
	checks_count(vrf, VRF_CHECK_STATS, false, why);
	if (vrf->checks[VRF_CHECK_STATS].ok)
		return;
	snprintf(reason, sizeof(reason), "hangs: %u stats requests in a row failed: %s",
		vrf->config->proxy.health.fall, why);
	vrf_dispatch(vrf, VRF_EVENT_HUNG, reason);
}

static void probe_run(struct vrf *vrf)
{
	struct error err = ERROR_INIT;

	if (vrf->probe || vrf->proxy.pid <= 0)
		return;
	if (probe_start(vrf->context->event, vrf->name,
		    (uint64_t)vrf->config->proxy.health.timeout_s * 1000, probe_on_done, vrf,
		    &vrf->probe, &err) < 0)
		log_warning("vrf '%s': cannot ask its proxy: %s", vrf->name, err.text);
}

uint64_t watch_phase_ms(const char *name, uint64_t interval_ms)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash % interval_ms;
}

static uint64_t watch_pause_ms(const struct vrf *vrf)
{
	uint64_t interval_ms = (uint64_t)vrf->config->proxy.health.interval_s * 1000;
	uint64_t phase_ms = watch_phase_ms(vrf->name, interval_ms);

	if (vrf->state == VRF_STARTING)
		return READY_POLL_MS;
	return interval_ms - (clock_now_ms() + interval_ms - phase_ms) % interval_ms;
}

static void watch_on_elapsed(void *data)
{
	struct vrf *vrf = data;

	if (!vrf->config)
		return;
	if (vrf->state == VRF_HEALTHY || vrf->state == VRF_DEGRADED) {
		checks_judge_process(vrf);
		checks_ask(vrf);
		watch_tell_wellness(vrf);
	}
	if (vrf->state == VRF_STARTING || vrf->state == VRF_HEALTHY || vrf->state == VRF_DEGRADED) {
		probe_run(vrf);
		watch_start(vrf, watch_pause_ms(vrf));
	}
}

void watch_start(struct vrf *vrf, uint64_t delay_ms)
{
	timer_arm(&vrf->watch_timer, vrf->context->event, delay_ms, watch_on_elapsed, vrf);
}

void watch_stop(struct vrf *vrf)
{
	probe_cancel(vrf->probe);
	vrf->probe = NULL;
	timer_disarm(&vrf->watch_timer);
	checks_forget_asked(vrf);
}
