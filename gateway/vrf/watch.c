// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking after a VRF that is up. */
#include "vrf/watch.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "net/port.h"
#include "vrf/checks.h"
#include "vrf/collection.h"
#include "vrf/launch.h"
#include "vrf/probe.h"
#include "vrf/proxy_config.h"
#include "vrf/renewal.h"

/*
 * How often a starting proxy is asked whether it is ready: less often the longer it takes, so that it is known a tenth
 * late at most, and a thousand that take long leave the loop its time.
 */
#define READY_POLL_MS      200
#define READY_POLL_MAX_MS  2000
#define READY_POLL_SHARE   10
/*
 * To read a port's connections the kernel goes through the sockets of all namespaces: some ms on a busy machine, too
 * much for each of a thousand proxies that start. After one reading there is none for so many times as long.
 */
#define PORT_READ_PAUSE    10
/* A proxy that could connect has its configuration by then: bundled profiles ask every 10 s. */
#define CONFIG_PATIENCE_MS 15000
#define SEEN_RECENTLY_S    30
/* What is about to be repaired has been by then. */
#define DOUBT_MS           1000
/* The proxy goes through all of its items for it. */
#define LATE_PERIOD_MS     60000

void watch_tell_wellness(struct vrf *vrf)
{
	struct cause cause = checks_cause(vrf);
	char reason[256];

	if (!checks_bad_reason(vrf, reason)) {
		vrf_note_health(vrf, NULL, NULL);
		return;
	}
	if (vrf->checks[VRF_CHECK_NETNS].judged && !vrf->checks[VRF_CHECK_NETNS].ok) {
		program_restart(&vrf->proxy, reason);
		return;
	}
	vrf_note_health(vrf, reason, &cause);
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
		clock_now_ms() - vrf->proxy.started_ms >= CONFIG_PATIENCE_MS;
}

bool watch_note_failure(
	struct vrf_pulse *pulse, const struct process_activity *activity, uint32_t fall)
{
	bool worked = pulse->known &&
		(process_activity_worked(&pulse->activity, activity) ||
			pulse->activity.wakeups != activity->wakeups);

	pulse->idle = pulse->known && !worked ? pulse->idle + 1 : 0;
	pulse->known = true;
	pulse->activity = *activity;
	return pulse->idle >= (fall > 1 ? fall - 1 : 1);
}

static void probe_on_answer(struct vrf *vrf, const struct zabbix_stats *stats)
{
	char text[64];

	vrf->stats = *stats;
	vrf->has_stats = true;
	vrf->pulse = (struct vrf_pulse){ 0 };
	snprintf(text, sizeof(text), "answered, %.1f values/s required", stats->required_vps);
	checks_count(vrf, VRF_CHECK_STATS, true, text);
	if (vrf_state(vrf) == VRF_STARTING) {
		/* One that was wedged is not healthy before the server has heard it. */
		checks_ask(vrf);
		vrf_dispatch(vrf, PROGRAM_EVENT_READY, "");
	} else if (watch_config_missed(vrf)) {
		vrf->kicked = true;
		program_restart(
			&vrf->proxy, "the server knows it now, and it has no configuration yet");
	}
}

/* Who keeps its trappers from answering us: "port 10051 is held by 10.0.0.7 (3 connections)". */
static bool port_is_held(const struct vrf *vrf, char text[160])
{
	uint64_t begun_ms = clock_now_ms();
	struct net_port_peers peers;
	char who[128];
	int r;

	if (begun_ms < vrf->context->port_read_next_ms)
		return false;
	r = net_port_peers_read(vrf->name, PROXY_PORT, &peers, NULL);
	vrf->context->port_read_next_ms =
		clock_now_ms() + PORT_READ_PAUSE * (clock_now_ms() - begun_ms);
	if (r < 0 || peers.count == 0)
		return false;
	snprintf(
		text, 160, "port %d is held by %s", PROXY_PORT, net_port_peers_format(&peers, who));
	return true;
}

/* It listens, so it was ready before others took all its trappers. */
static void probe_on_held(struct vrf *vrf, const char *who)
{
	checks_set(vrf, VRF_CHECK_STATS, false, "%s", who);
	vrf_dispatch(vrf, PROGRAM_EVENT_READY, "");
	watch_tell_wellness(vrf);
}

static void probe_on_failure(struct vrf *vrf, bool refused, const char *why, bool stopped)
{
	struct process_activity activity = { 0 };
	char reason[256], text[160];
	bool idle, held = !refused && port_is_held(vrf, text);

	if (vrf_state(vrf) == VRF_STARTING) {
		if (held && !stopped)
			probe_on_held(vrf, text);
		return;
	}
	/* One that is gone has its own event. */
	if (process_activity_read(&vrf->proxy.process, &activity) < 0)
		return;
	idle = watch_note_failure(&vrf->pulse, &activity, vrf->config->proxy.health.fall);
	if (!held)
		snprintf(text, sizeof(text), "%.150s", why);
	checks_count(vrf, VRF_CHECK_STATS, false, text);
	if (vrf->checks[VRF_CHECK_STATS].ok || !(idle || stopped))
		return;
	snprintf(reason, sizeof(reason), "hangs: %u stats requests in a row failed: %.150s",
		vrf->config->proxy.health.fall, why);
	vrf_dispatch(vrf, PROGRAM_EVENT_HUNG, reason);
}

static void late_on_done(
	const char *payload, size_t size, bool refused, const char *why, void *data)
{
	struct vrf *vrf = data;
	uint64_t late;

	(void)refused;
	(void)why;
	vrf->probe = NULL;
	/* Whether it answers at all is told by the other request. */
	if (payload && zabbix_late_parse(payload, size, &late, NULL) == 0)
		collection_note_late(vrf, late);
}

static void late_ask(struct vrf *vrf)
{
	vrf->late.asked_ms = clock_now_ms();
	(void)probe_start(vrf->context->event, vrf->name, ZABBIX_LATE_REQUEST,
		(uint64_t)vrf->config->proxy.health.timeout_s * 1000, late_on_done, vrf,
		&vrf->probe, NULL);
}

static void probe_on_done(
	const char *payload, size_t size, bool refused, const char *why, void *data)
{
	struct vrf *vrf = data;
	/* Its trappers answer all the same, but nobody would see one of its processes end. */
	bool stopped = process_main_is_stopped(&vrf->proxy.process);
	struct error err = ERROR_INIT;
	struct zabbix_stats stats;

	vrf->probe = NULL;
	if (payload && zabbix_stats_parse(payload, size, &stats, &err) < 0) {
		payload = NULL;
		why = err.text;
	}
	if (payload && !stopped)
		probe_on_answer(vrf, &stats);
	else
		probe_on_failure(vrf, refused,
			payload ? "its main process was stopped by a signal" : why, stopped);
	if (vrf_is_up(vrf))
		if (payload && clock_now_ms() - vrf->late.asked_ms >= LATE_PERIOD_MS)
			late_ask(vrf);
}

static void probe_run(struct vrf *vrf)
{
	struct error err = ERROR_INIT;

	if (vrf->probe || vrf->proxy.process.pid <= 0)
		return;
	if (probe_start(vrf->context->event, vrf->name, ZABBIX_STATS_REQUEST,
		    (uint64_t)vrf->config->proxy.health.timeout_s * 1000, probe_on_done, vrf,
		    &vrf->probe, &err) < 0)
		log_warning("vrf '%s': cannot ask its proxy: %s", vrf->name, err.text);
}

uint64_t watch_phase_ms(const char *name, uint64_t interval_ms)
{
	return hash_text(HASH_BASIS, name) % interval_ms;
}

uint64_t watch_ready_pause_ms(uint64_t age_ms)
{
	uint64_t pause_ms = age_ms / READY_POLL_SHARE;

	if (pause_ms < READY_POLL_MS)
		return READY_POLL_MS;
	return pause_ms < READY_POLL_MAX_MS ? pause_ms : READY_POLL_MAX_MS;
}

static uint64_t watch_pause_ms(const struct vrf *vrf)
{
	uint64_t interval_ms = (uint64_t)vrf->config->proxy.health.interval_s * 1000;
	uint64_t phase_ms = watch_phase_ms(vrf->name, interval_ms);

	if (vrf_state(vrf) == VRF_STARTING)
		return watch_ready_pause_ms(clock_now_ms() - vrf->proxy.started_ms);
	if (checks_way_is_doubted(vrf))
		return DOUBT_MS;
	return interval_ms - (clock_now_ms() + interval_ms - phase_ms) % interval_ms;
}

/* A fault of the server, or of the way to it, is none of the proxy. */
static bool server_misses_it_alone(const struct vrf *vrf)
{
	const struct vrf_check *server = &vrf->checks[VRF_CHECK_SERVER];
	const struct vrf_check *uplink = &vrf->checks[VRF_CHECK_UPLINK];
	const struct vrf_check *route = &vrf->checks[VRF_CHECK_ROUTE];

	return vrf->context->server_known && vrf->context->n_heard > 0 && server->judged &&
		!server->ok && uplink->judged && uplink->ok && (!route->judged || route->ok);
}

bool watch_is_wedged(const struct vrf *vrf, char reason[256])
{
	const struct wedge_look *look = &vrf->wedge.look;

	if (vrf->cannot_write)
		return false;
	if (wedge_is_locked(&vrf->wedge)) {
		snprintf(reason, 256,
			"wedged: %u processes wait for a lock that nobody gives back%s%s",
			look->blocked, *look->names ? ": " : "", look->names);
		return true;
	}
	if (vrf->silence_restart_done || !wedge_senders_stand(&vrf->wedge) ||
		!server_misses_it_alone(vrf))
		return false;
	snprintf(reason, 256,
		"wedged: no process of it that sends has moved for %d s; the server hears others",
		2 * WEDGE_MS / 1000);
	return true;
}

static void watch_restart_wedged(struct vrf *vrf, const char *reason)
{
	log_warning("vrf '%s': zabbix_proxy is %s; restarting it", vrf->name, reason);
	vrf->silence_restart_done |= !wedge_is_locked(&vrf->wedge);
	vrf->distrusted_ms = clock_now_ms();
	vrf_dispatch(vrf, PROGRAM_EVENT_HUNG, reason);
}

void watch_note_names(struct vrf *vrf, enum resolv_conf_seen seen)
{
	bool absent = seen == RESOLV_CONF_ABSENT;

	if (absent && !vrf->names_absent)
		log_warning(
			"vrf '%s': its proxy runs without its name servers: " RESOLV_CONF_MISSING,
			vrf->name);
	vrf->names_absent = absent;
	vrf->names_lost = seen == RESOLV_CONF_LOST;
	if (seen == RESOLV_CONF_OWN)
		vrf->names_restart_done = false;
}

bool watch_names_are_lost(const struct vrf *vrf)
{
	return vrf->names_lost && !vrf->names_restart_done && !*vrf->names_fault;
}

static void watch_restart_for_names(struct vrf *vrf)
{
	static const char reason[] = "it sees other name servers than those of its config";

	log_warning("vrf '%s': %s; restarting it", vrf->name, reason);
	vrf->names_lost = false;
	vrf->names_restart_done = true;
	vrf_dispatch(vrf, PROGRAM_EVENT_HUNG, reason);
}

static void watch_judge(struct vrf *vrf)
{
	char reason[256];

	if (*vrf->names_fault && launch_write_names(vrf)) {
		watch_restart_for_names(vrf);
		return;
	}
	if (vrf->restart_due_ms)
		(void)renewal_restart(vrf);
	if (!vrf_is_up(vrf))
		return;
	checks_judge_process(vrf);
	checks_ask(vrf);
	collection_judge(vrf);
	if (vrf->server_lastaccess && vrf->checks[VRF_CHECK_SERVER].ok)
		vrf->silence_restart_done = false;
	if (watch_is_wedged(vrf, reason))
		watch_restart_wedged(vrf, reason);
	else if (watch_names_are_lost(vrf))
		watch_restart_for_names(vrf);
	else
		watch_tell_wellness(vrf);
}

static void watch_on_elapsed(void *data)
{
	struct vrf *vrf = data;

	if (!vrf->config)
		return;
	if (vrf_is_up(vrf))
		watch_judge(vrf);
	if (program_is_up(&vrf->proxy)) {
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
	vrf->pulse = (struct vrf_pulse){ 0 };
	timer_disarm(&vrf->watch_timer);
	checks_forget_asked(vrf);
}
