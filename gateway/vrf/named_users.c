// SPDX-License-Identifier: GPL-2.0-or-later
/* Lookups of users, each in a helper process. */
#include "vrf/named_users.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "process/job.h"
#include "process/user.h"
#include "vrf/users.h"

#define TIMEOUT_S       5
/* So long an answer is good, and so long a database that gave none is not asked again. */
#define ANSWER_KEPT_MS  5000
#define FAILURE_KEPT_MS 60000
#define WARN_TIMEOUT_MS 60000

struct lookup {
	struct named_users *users;
	char *name;
	struct job *job; /* NULL: it is not being looked up */
	bool is_known;
	uint64_t good_until_ms; /* what follows is */
	struct error failure;
};

struct named_users {
	struct sd_event *event;
	named_users_fn answered;
	void *data;
	struct lookup **lookups;
	size_t n_lookups;
	struct job *warning;
};

struct named_users *named_users_create(struct sd_event *event, named_users_fn answered, void *data)
{
	struct named_users *users = xcalloc(1, sizeof(*users));

	*users = (struct named_users){ event, answered, data, NULL, 0, NULL };
	return users;
}

void named_users_destroy(struct named_users *users)
{
	if (!users)
		return;
	for (size_t i = 0; i < users->n_lookups; i++) {
		job_destroy(users->lookups[i]->job);
		process_user_know(users->lookups[i]->name, NULL);
		free(users->lookups[i]->name);
		free(users->lookups[i]);
	}
	free(users->lookups);
	job_destroy(users->warning);
	free(users);
}

static struct lookup *lookup_find(struct named_users *users, const char *name)
{
	struct lookup *lookup;

	for (size_t i = 0; i < users->n_lookups; i++)
		if (strcmp(users->lookups[i]->name, name) == 0)
			return users->lookups[i];
	lookup = xcalloc(1, sizeof(*lookup));
	lookup->users = users;
	lookup->name = xstrdup(name);
	*(struct lookup **)array_append(&users->lookups, &users->n_lookups) = lookup;
	return lookup;
}

/* --- asking --- */

struct answer {
	int r;
	struct process_user user;
};

static void lookup_work(int fd, const void *data)
{
	const char *name = data;
	struct answer answer = { 0 };

	/* What is known of it already is what is to be found out. */
	process_user_know(name, NULL);
	answer.r = process_user_find(name, &answer.user, NULL);
	(void)file_write_all(fd, (const char *)&answer, sizeof(answer));
}

static void lookup_fail(struct lookup *lookup)
{
	lookup->good_until_ms = clock_now_ms() + FAILURE_KEPT_MS;
	if (lookup->is_known)
		log_warning("user '%s': the user database does not answer; using its last answer",
			lookup->name);
	else
		error_set(&lookup->failure, ETIMEDOUT,
			"user '%s': the user database did not answer within %d s", lookup->name,
			TIMEOUT_S);
}

static void lookup_take(struct lookup *lookup, const struct answer *answer)
{
	lookup->good_until_ms = clock_now_ms() + ANSWER_KEPT_MS;
	lookup->is_known = answer->r == 0;
	process_user_know(lookup->name, lookup->is_known ? &answer->user : NULL);
	if (answer->r == -ENOENT)
		error_set(&lookup->failure, ENOENT, "proxy user '%s' not found", lookup->name);
	else if (answer->r < 0)
		error_set_errno(&lookup->failure, -answer->r, "proxy user '%s'", lookup->name);
}

static void lookup_on_answer(const void *text, size_t size, bool in_time, void *data)
{
	struct lookup *lookup = data;
	struct answer answer = { 0 };

	(void)in_time;
	lookup->job = NULL;
	error_clear(&lookup->failure);
	if (size == sizeof(answer)) {
		memcpy(&answer, text, sizeof(answer));
		lookup_take(lookup, &answer);
	} else {
		lookup_fail(lookup);
	}
	lookup->users->answered(lookup->name, lookup->users->data);
}

int named_users_read(struct named_users *users, const char *name, struct error *err)
{
	struct lookup *lookup = lookup_find(users, name);
	int r = 0;

	if (!lookup->job && clock_now_ms() < lookup->good_until_ms) {
		if (err && lookup->failure.code)
			*err = lookup->failure;
		return -lookup->failure.code;
	}
	if (!lookup->job)
		r = job_start_own(users->event, lookup_work, lookup->name, TIMEOUT_S * 1000,
			lookup_on_answer, lookup, &lookup->job, err);
	return r < 0 ? r : error_set(err, EINPROGRESS, "looking up user '%s'", name);
}

/* --- those that several VRFs share --- */

static void warn_work(int fd, const void *data)
{
	(void)fd;
	users_warn_of_shared(data);
}

static void warn_on_done(const void *answer, size_t size, bool in_time, void *data)
{
	struct named_users *users = data;

	(void)answer;
	(void)size;
	(void)in_time;
	users->warning = NULL;
}

void named_users_warn_of_shared(struct named_users *users, const struct config *config)
{
	if (!users->warning)
		(void)job_start_own(users->event, warn_work, config, WARN_TIMEOUT_MS, warn_on_done,
			users, &users->warning, NULL);
}
