// SPDX-License-Identifier: GPL-2.0-or-later
/* One-shot timers of the loop. */
#include "process/timer.h"

#include <stdlib.h>
#include <systemd/sd-event.h>

static int on_elapsed(sd_event_source *source, uint64_t usec, void *data)
{
	struct timer *timer = data;

	(void)source;
	(void)usec;
	timer->elapsed(timer->data);
	return 0;
}

/* How late it may be, so that timers of about the same time wake the process once; sd_event's default
 * is a quarter of a second. */
static uint64_t accuracy_us(uint64_t delay_ms)
{
	uint64_t us = delay_ms * 1000 / 20;

	return us < 1000 ? 1000 : us > 250000 ? 250000 : us;
}

void timer_arm(struct timer *timer, struct sd_event *event, uint64_t delay_ms, timer_fn elapsed,
	void *data)
{
	timer->elapsed = elapsed;
	timer->data = data;
	if (timer->source) {
		sd_event_source_set_time_accuracy(timer->source, accuracy_us(delay_ms));
		sd_event_source_set_time_relative(timer->source, delay_ms * 1000);
		sd_event_source_set_enabled(timer->source, SD_EVENT_ONESHOT);
		return;
	}
	/* Fails only without memory. */
	if (sd_event_add_time_relative(event, &timer->source, CLOCK_MONOTONIC, delay_ms * 1000,
		    accuracy_us(delay_ms), on_elapsed, timer) < 0)
		abort();
}

void timer_disarm(struct timer *timer)
{
	sd_event_source_set_enabled(timer->source, SD_EVENT_OFF);
}

void timer_finish(struct timer *timer)
{
	timer->source = sd_event_source_disable_unref(timer->source);
}

uint64_t timer_scatter_ms(uint64_t delay_ms)
{
	return delay_ms * 4 / 5 + delay_ms * 2 / 5 * (uint64_t)(random() % 1000) / 1000;
}
