// SPDX-License-Identifier: GPL-2.0-or-later
/* When which VRF is compared. */
#include "supervisor/drift.h"

#include <stdlib.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/monitor.h"
#include "process/timer.h"
#include "supervisor/wire.h"

/* What belongs together has come by then. */
#define SETTLE_MS   10
/* Between two comparisons of a VRF. */
#define PAUSE_MS    100
#define SWEEP_MS    120000
#define TROUBLE_MS  10000
/* Compared in one go. */
#define COMPARE_MAX 50

struct drift {
	struct supervisor *supervisor;
	struct net_monitor *monitor;
	sd_event_source *source;
	struct timer timer;
	uint64_t armed_ms; /* what the timer is armed for; UINT64_MAX: nothing */
};

static void on_timer(void *data);

bool drift_is_up(const struct vrf *vrf)
{
	return vrf->config && (program_is_up(&vrf->proxy) || vrf_state(vrf) == VRF_BACKOFF);
}

static uint64_t sweep_ms(const struct vrf *vrf)
{
	uint64_t again_ms = repairs_next_ms(&vrf->drift.repairs);

	if (again_ms)
		return again_ms;
	/* Not all at once. */
	return vrf->drift.compared_ms +
		(vrf->trouble[0] ? TROUBLE_MS : SWEEP_MS - vrf->id % 64 * (SWEEP_MS / 256));
}

static uint64_t due_ms(const struct vrf *vrf)
{
	uint64_t swept_ms = sweep_ms(vrf);

	return vrf->drift.due_ms && vrf->drift.due_ms < swept_ms ? vrf->drift.due_ms : swept_ms;
}

/* Has the timer come no later than that. */
static void timer_pull(struct drift *drift, uint64_t at_ms)
{
	uint64_t now_ms = clock_now_ms();

	if (at_ms >= drift->armed_ms)
		return;
	drift->armed_ms = at_ms;
	timer_arm(&drift->timer, drift->supervisor->event, at_ms > now_ms ? at_ms - now_ms : 0,
		on_timer, drift);
}

static void on_timer(void *data)
{
	struct drift *drift = data;
	struct supervisor *supervisor = drift->supervisor;
	uint64_t now_ms = clock_now_ms(), next_ms = UINT64_MAX;
	size_t count = 0;

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct vrf *vrf = supervisor->vrfs[i];

		if (drift_is_up(vrf) && due_ms(vrf) <= now_ms && count < COMPARE_MAX) {
			vrf->drift.due_ms = 0;
			vrf->drift.compared_ms = now_ms;
			wire_request(vrf);
			count++;
		}
		if (drift_is_up(vrf) && due_ms(vrf) < next_ms)
			next_ms = due_ms(vrf);
	}
	drift->armed_ms = UINT64_MAX;
	timer_pull(drift, next_ms);
}

void drift_look(struct drift *drift, struct vrf *vrf)
{
	uint64_t soon_ms = clock_now_ms() + SETTLE_MS;
	uint64_t after_ms = vrf->drift.compared_ms + PAUSE_MS;

	/* Due before, perhaps, when it was not up: the timer has passed over it then. */
	if (!vrf->drift.due_ms)
		vrf->drift.due_ms = soon_ms > after_ms ? soon_ms : after_ms;
	timer_pull(drift, vrf->drift.due_ms);
}

/* Compared with any VRF that has an uplink. */
void drift_look_at_shared(struct drift *drift)
{
	const struct supervisor *supervisor = drift->supervisor;

	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (drift_is_up(supervisor->vrfs[i]) && supervisor->vrfs[i]->config->has_uplink) {
			drift_look(drift, supervisor->vrfs[i]);
			return;
		}
}

/* A device that was missing may be there now: who failed for the want of it need not wait. */
static void hear(void *subject, enum net_monitor_what what, void *data)
{
	struct drift *drift = data;
	struct supervisor *supervisor = drift->supervisor;
	struct vrf *vrf = subject;

	if (what == NET_MONITOR_SHARED ||
		(what == NET_MONITOR_FORWARDING &&
			!config_uplink_has_ipv4(&supervisor->config->uplink)))
		drift_look_at_shared(drift);
	else if (!vrf)
		for (size_t i = 0; i < supervisor->n_vrfs; i++)
			drift_look(drift, supervisor->vrfs[i]);
	else if (what == NET_MONITOR_LOWER && vrf_state(vrf) == VRF_FAILED)
		vrf_dispatch(vrf, PROGRAM_EVENT_START, "");
	else
		drift_look(drift, vrf);
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct drift *drift = data;
	struct error err = ERROR_INIT;

	(void)source;
	(void)fd;
	(void)events;
	if (net_monitor_read(drift->monitor, hear, drift, &err) < 0)
		log_warning("%s", err.text);
	return 0;
}

void drift_compared(
	struct drift *drift, struct vrf *vrf, const struct net_want_netns *wired, bool changed)
{
	struct error err = ERROR_INIT;

	vrf->drift.compared_ms = clock_now_ms();
	vrf->drift.settled = !changed;
	repairs_forget(&vrf->drift.repairs, vrf->drift.compared_ms);
	if (changed || !vrf->drift.heard) {
		if (net_monitor_add(drift->monitor, wired, vrf, &err) < 0)
			log_warning("vrf '%s': %s", vrf->name, err.text);
		vrf->drift.heard = true;
	}
	if (changed && !vrf->trouble[0])
		drift_look(drift, vrf);
	else
		timer_pull(drift, due_ms(vrf));
}

bool drift_is_settled(const struct vrf *vrf)
{
	return drift_is_up(vrf) && vrf->drift.settled && !vrf->drift.due_ms;
}

void drift_forget(struct drift *drift, const struct vrf *vrf)
{
	net_monitor_remove(drift->monitor, vrf->name);
}

int drift_create(struct supervisor *supervisor, struct drift **result, struct error *err)
{
	struct drift *drift = xcalloc(1, sizeof(*drift));
	int r = net_monitor_create(&drift->monitor, err);

	drift->supervisor = supervisor;
	drift->armed_ms = UINT64_MAX;
	*result = drift;
	if (r < 0)
		return r;
	r = sd_event_add_io(supervisor->event, &drift->source, net_monitor_fd(drift->monitor),
		EPOLLIN, on_readable, drift);
	return r < 0 ? error_set_errno(err, -r, "cannot watch the kernel") : 0;
}

void drift_destroy(struct drift *drift)
{
	if (!drift)
		return;
	sd_event_source_disable_unref(drift->source);
	timer_finish(&drift->timer);
	net_monitor_destroy(drift->monitor);
	free(drift);
}
