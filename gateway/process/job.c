// SPDX-License-Identifier: GPL-2.0-or-later
/* Helper processes of the loop. */
#include "process/job.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/memory.h"
#include "process/timer.h"

#define LAST_WAIT_MS 5000

struct job {
	struct process helper;
	struct timer timeout;
	sd_event_source *end;
	int fd;
	bool killed;
	job_fn done;
	void *data;
};

/* The loop forgets the pidfd before it is closed: another helper, just forked, may have it for a moment. */
static void job_free(struct job *job)
{
	sd_event_source_disable_unref(job->end);
	process_finish(&job->helper);
	timer_finish(&job->timeout);
	close(job->fd);
	free(job);
}

/* All that it wrote is in the pipe: an answer is less than a pipe takes. */
static int job_on_end(sd_event_source *source, int pidfd, uint32_t events, void *data)
{
	struct job *job = data;
	job_fn done = job->done;
	void *whose = job->data;
	bool in_time = !job->killed;
	char answer[JOB_ANSWER_MAX];
	ssize_t n = read(job->fd, answer, sizeof(answer));

	(void)source;
	(void)pidfd;
	(void)events;
	job->end = sd_event_source_disable_unref(job->end);
	process_reap(&job->helper, &(struct process_exit){ 0 });
	job_free(job);
	done(answer, n > 0 ? (size_t)n : 0, in_time, whose);
	return 0;
}

void job_kill(struct job *job)
{
	if (!job)
		return;
	job->killed = true;
	process_signal(&job->helper, SIGKILL);
}

static void timeout_on_elapsed(void *data)
{
	job_kill(data);
}

static struct job *job_create(struct sd_event *event, const struct process *helper, int fd,
	uint64_t timeout_ms, job_fn done, void *data)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->helper = *helper;
	job->fd = fd;
	job->done = done;
	job->data = data;
	if (sd_event_add_io(event, &job->end, helper->pidfd, EPOLLIN, job_on_end, job) < 0)
		abort();
	if (timeout_ms != JOB_NO_TIMEOUT)
		timer_arm(&job->timeout, event, timeout_ms, timeout_on_elapsed, job);
	return job;
}

int job_start(struct sd_event *event, const struct process_helper *helper, uint64_t timeout_ms,
	job_fn done, void *data, struct job **job, struct error *err)
{
	struct process process;
	int fd, r = process_helper_start_confined(helper, &process, &fd, err);

	if (r == 0)
		*job = job_create(event, &process, fd, timeout_ms, done, data);
	return r;
}

int job_start_own(struct sd_event *event, process_work_fn work, const void *input,
	uint64_t timeout_ms, job_fn done, void *data, struct job **job, struct error *err)
{
	struct process process;
	int fd, r = process_helper_start(work, input, &process, &fd, err);

	if (r == 0)
		*job = job_create(event, &process, fd, timeout_ms, done, data);
	return r;
}

void job_destroy(struct job *job)
{
	struct pollfd end;

	if (!job)
		return;
	job_kill(job);
	end = (struct pollfd){ .fd = job->helper.pidfd, .events = POLLIN };
	job->end = sd_event_source_disable_unref(job->end);
	if (poll(&end, 1, LAST_WAIT_MS) == 1)
		process_reap(&job->helper, &(struct process_exit){ 0 });
	job_free(job);
}
