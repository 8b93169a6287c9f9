// SPDX-License-Identifier: GPL-2.0-or-later
/* A helper process (process/helper.h) whose end the loop waits for. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "process/helper.h"

struct sd_event;
struct job;

/* As much of its answer as is kept. */
#define JOB_ANSWER_MAX 1024

/*
 * The helper is no more, and can do nothing any longer; neither is the job when it returns. size 0: it
 * gave no answer. in_time: nobody killed it.
 */
typedef void (*job_fn)(const void *answer, size_t size, bool in_time, void *data);

/* For what must not be cut short. */
#define JOB_NO_TIMEOUT 0

/* It is killed when the time is over. `done` is called once, from the loop. */
int job_start(struct sd_event *event, const struct process_helper *helper, uint64_t timeout_ms,
	job_fn done, void *data, struct job **job, struct error *err);

/* The same for one with our rights, for work that is ours alone. */
int job_start_own(struct sd_event *event, process_work_fn work, const void *input,
	uint64_t timeout_ms, job_fn done, void *data, struct job **job, struct error *err);

/* Kills it; `done` comes when it has ended. Also for NULL. */
void job_kill(struct job *job);

/*
 * Where the loop ends, too: kills it and waits for its end for some seconds at most, which only a disk
 * that does not answer takes. `done` is not called. Also for NULL.
 */
void job_destroy(struct job *job);
