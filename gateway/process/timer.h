// SPDX-License-Identifier: GPL-2.0-or-later
/* One-shot timers of the loop. */
#pragma once

#include <stdint.h>

struct sd_event;
struct sd_event_source;

/* Called once when the time has come. */
typedef void (*timer_fn)(void *data);

struct timer {
	struct sd_event_source *source; /* NULL: never armed */
	timer_fn elapsed;
	void *data;
};

/* Calls elapsed(data) from the loop in delay_ms, instead of what the timer was armed for before. */
void timer_arm(struct timer *timer, struct sd_event *event, uint64_t delay_ms, timer_fn elapsed,
	void *data);

void timer_disarm(struct timer *timer);

/* A fifth more or less, so that many do not act in step. */
uint64_t timer_scatter_ms(uint64_t delay_ms);

/* Also for one that was never armed. */
void timer_finish(struct timer *timer);
