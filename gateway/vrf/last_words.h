// SPDX-License-Identifier: GPL-2.0-or-later
/* Why a proxy ended by itself: its exit status says nothing, its log does. */
#pragma once

#include "process/job.h"
#include "vrf/vrf.h"

#define LAST_WORDS_SIZE 112

/*
 * Has a helper process read the log of the life that has just ended: whatever its disk does, the loop goes on, and
 * the answer comes within a second. `done` is called with the VRF.
 */
int last_words_ask(struct vrf *vrf, job_fn done, struct job **job, struct error *err);

/* Of the helper's answer; "" : the log does not say. */
void last_words_read(const void *answer, size_t size, char words[LAST_WORDS_SIZE]);
