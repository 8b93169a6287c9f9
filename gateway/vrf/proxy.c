// SPDX-License-Identifier: GPL-2.0-or-later
/* A zabbix_proxy as a program: its database, its start and its end. */
#include "vrf/proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/strings.h"
#include "process/cgroup.h"
#include "vrf/binary_copies.h"
#include "vrf/checks.h"
#include "vrf/last_words.h"
#include "vrf/launch.h"
#include "vrf/renewal.h"
#include "vrf/rescue.h"
#include "vrf/watch.h"
#include "zabbix/version.h"

/* How often a lock is tried whose holder cannot be named. */
#define LOCK_POLL_MS   1000
/* So often a proxy may end before it is ready until its database is judged. */
#define STILLBORN_MAX  2
/* One that makes a new database after that has this long at least: killed at it, it would leave half of one. */
#define NEW_DATABASE_S 60
#define CONF_MAX_SIZE  (1024 * 1024)

static struct vrf *vrf_of(const struct program *program)
{
	return (struct vrf *)((char *)program - offsetof(struct vrf, proxy));
}

static void rescue_on_done(const void *answer, size_t size, bool in_time, void *data);

/* --- sending what would be left behind (vrf/sending.h) --- */

static void sender_end(struct vrf *vrf)
{
	vrf->sending.ending = true;
	program_end_stand_in(&vrf->proxy);
}

static void sender_tell(struct vrf *vrf)
{
	char what[SENDING_TEXT_SIZE], text[sizeof(vrf->proxy.reason)];
	const char *end_reason = vrf->proxy.end_reason;

	sending_describe(&vrf->sending, what);
	snprintf(text, sizeof(text), "%.150s%s%s", end_reason, *end_reason ? "; " : "", what);
	program_note(&vrf->proxy, text);
}

/* -EBUSY: it is to be tried again. After any other error not. */
static int sender_begin(struct vrf *vrf, unsigned version, int64_t unsent, struct error *err)
{
	cleanup_free char *copy =
		vrf->context->copies ? binary_copies_find(vrf->context->copies, version) : NULL;
	char what[SENDING_TEXT_SIZE];
	int r;

	vrf->sending.tried = true;
	if (!copy)
		return error_set(err, ENOENT, "no binary of Zabbix %u.%u is there any more",
			version / 100, version % 100);
	if (zabbix_version_pair(version, vrf->context->server_version) == ZABBIX_PAIR_IMPOSSIBLE)
		return error_set(err, EINVAL,
			"the server is %s, which takes none from Zabbix %u.%u",
			vrf->context->server_version_text, version / 100, version % 100);
	r = launch_sender(vrf, copy, version, err);
	vrf->sending.tried = r != -EBUSY;
	if (r < 0)
		return r;
	sending_begin(&vrf->sending, version, unsent, vrf->proxy.stop_timeout_s, clock_now_ms());
	if (vrf->proxy.state == PROGRAM_STOPPING)
		log_info("vrf '%s': %s", vrf->name, sending_describe(&vrf->sending, what));
	sender_tell(vrf);
	program_stand_in(
		&vrf->proxy, vrf->proxy.reason, sending_pause_ms(&vrf->sending, clock_now_ms()));
	return 0;
}

static void count_on_done(const void *answer, size_t size, bool in_time, void *data)
{
	struct vrf *vrf = data;
	struct sending *sending = &vrf->sending;
	enum sending_verdict verdict;
	struct rescue_result result;

	(void)in_time;
	vrf->count = NULL;
	rescue_read_answer(answer, size, &result);
	if (!sending->active || sending->ending)
		return;
	verdict = sending_judge(sending, result.unsent, clock_now_ms());
	sender_tell(vrf);
	if (verdict == SENDING_GOES_ON)
		return;
	if (verdict == SENDING_DONE)
		log_info("vrf '%s': sent %" PRId64 " values", vrf->name, sending->first);
	else
		log_warning("vrf '%s': %" PRId64 " of %" PRId64 " values are not sent: %s",
			vrf->name, sending->unsent, sending->first,
			verdict == SENDING_STUCK ? "the server takes none"
						 : "stop_timeout is over");
	sender_end(vrf);
}

static void sender_look(struct vrf *vrf)
{
	struct error err = ERROR_INIT;

	if (!vrf->count &&
		rescue_start(vrf, 0, RESCUE_GLANCE, count_on_done, vrf, &vrf->count, &err) < 0) {
		log_warning("vrf '%s': its values cannot be counted: %s", vrf->name, err.text);
		sender_end(vrf);
		return;
	}
	program_attend_in(&vrf->proxy, sending_pause_ms(&vrf->sending, clock_now_ms()));
}

/* False: it goes at once. */
static bool leave_begin(struct vrf *vrf)
{
	bool sent = vrf->sending.tried && vrf->sending.unsent == 0;
	const struct config_vrf *config = vrf_own_config(vrf);
	struct error err = ERROR_INIT;

	if (!vrf->leaving || !config || !config->has_proxy || sent)
		return false;
	if (rescue_start(vrf, 0, RESCUE_COUNT, rescue_on_done, vrf, &vrf->rescue, &err) < 0) {
		log_warning("vrf '%s': its values cannot be counted: %s", vrf->name, err.text);
		return false;
	}
	vrf->counting = true;
	return true;
}

static void leave_finish(struct vrf *vrf, int64_t unsent)
{
	if (unsent > 0)
		log_warning("vrf '%s': %s: %" PRId64 " unsent values are kept in '%s'", vrf->name,
			vrf->proxy.end_reason, unsent, vrf->paths.database);
	if (vrf->context->kept && unsent > 0 && !vrf->config)
		vrf->context->kept(vrf, unsent);
	program_rest(&vrf->proxy);
}

static void leave_judged(struct vrf *vrf, const struct rescue_result *result)
{
	struct error err = ERROR_INIT;
	int r = -EALREADY;

	vrf->counting = false;
	/* It is wanted again, or nobody waits for it any more. */
	if (vrf->proxy.wanted || !vrf->leaving) {
		vrf_dispatch(vrf, PROGRAM_EVENT_ENDED, "");
		return;
	}
	if (result->unsent > 0 && !vrf->sending.tried) {
		r = sender_begin(vrf, result->version, result->unsent, &err);
		if (r < 0 && r != -EBUSY)
			log_warning("vrf '%s': %" PRId64 " values are not sent: %s", vrf->name,
				result->unsent, err.text);
	}
	if (r == -EBUSY)
		program_attend_in(&vrf->proxy, LOCK_POLL_MS);
	else if (r < 0)
		leave_finish(vrf, result->unsent);
}

/* --- before a launch --- */

/* Of a database that cannot be read now it counts which version wrote it last, as far as that is known. */
static void judged_for_launch(struct vrf *vrf, const struct rescue_result *result)
{
	struct error err = ERROR_INIT;
	int r;
	bool safe = !result->in_the_way &&
		(!result->unknown || vrf->database_version == vrf->judged_for);

	if (!result->unknown)
		vrf->database_version = result->version;
	vrf->pollers.wanted |= result->pollers;
	if (!vrf->sending.tried && result->unsent > 0) {
		program_set_end_reason(&vrf->proxy, "");
		r = sender_begin(vrf, result->version, result->unsent, &err);
		if (r == -EBUSY)
			program_fail(&vrf->proxy, err.text, NULL);
		if (r == 0 || r == -EBUSY)
			return;
		log_warning("vrf '%s': %" PRId64 " values are not sent first: %s", vrf->name,
			result->unsent, err.text);
		/* Now it may be moved aside. */
		vrf->judged_for = 0;
		safe = true;
	}
	if (safe)
		renewal_prepared(vrf);
	else
		program_fail(&vrf->proxy, result->text, NULL);
}

/* What was found while it backs off: it need not wait any longer, or has a better reason. */
static void judged_for_nothing_new(struct vrf *vrf, const struct rescue_result *result)
{
	if (result->moved)
		vrf_dispatch(vrf, PROGRAM_EVENT_START, vrf->proxy.notice);
	else if (*result->text && !result->unknown)
		program_note(&vrf->proxy, result->text);
}

static void rescue_on_done(const void *answer, size_t size, bool in_time, void *data)
{
	struct vrf *vrf = data;
	struct rescue_result result;

	(void)in_time;
	rescue_read_answer(answer, size, &result);
	vrf->rescue = NULL;
	if (vrf->counting) {
		leave_judged(vrf, &result);
		return;
	}
	if (vrf->context->cgroups)
		cgroups_close(vrf->context->cgroups, vrf->name);
	if (result.moved) {
		vrf->stillborn = 0;
		vrf->database_version = 0;
		snprintf(vrf->proxy.notice, sizeof(vrf->proxy.notice), "%s", result.text);
	}
	/* Whoever killed it knows why it gave no answer. */
	if (*result.text && (result.moved || vrf->proxy.state != PROGRAM_STOPPING))
		log_warning("vrf '%s': %s", vrf->name, result.text);
	if (vrf->proxy.state == PROGRAM_STOPPING)
		vrf_dispatch(vrf, PROGRAM_EVENT_ENDED, "");
	else if (vrf->proxy.state == PROGRAM_STOPPED && vrf->judged_for)
		judged_for_launch(vrf, &result);
	else if (vrf->proxy.state == PROGRAM_STOPPED)
		renewal_prepared(vrf);
	else
		judged_for_nothing_new(vrf, &result);
}

/*
 * -EINPROGRESS: its database is being judged, if it has one: whether that is there the helper sees, we may not.
 * The proxy's directories are made before, as the helper lives in them.
 */
static int database_judge(struct vrf *vrf, unsigned version, struct error *err)
{
	bool changed;
	int r;

	if (vrf->judged_for == version)
		return 0;
	/* First: of a change of owner that was cut short, neither of the two users can read all. */
	r = launch_change_owner(vrf, err);
	if (r == 0)
		r = launch_write_config(vrf, &changed, err);
	if (r == 0)
		r = rescue_start(vrf, version,
			vrf->sending.tried ? RESCUE_VERSION : RESCUE_SENDABLE, rescue_on_done, vrf,
			&vrf->rescue, err);
	if (r < 0)
		return r;
	vrf->judged_for = version;
	return error_set(err, EINPROGRESS, "checking its database");
}

/* -EINPROGRESS: PROGRAM_EVENT_PREPARED will tell that there is more to know. */
static int launch_prepare(struct vrf *vrf, struct error *err)
{
	struct proxy_binary binary;
	int r;

	if (vrf->rescue)
		return error_set(err, EINPROGRESS, "checking its database");
	r = launch_judge_binary(vrf, &binary, err);
	if (r == 0)
		r = database_judge(vrf, binary.version, err);
	/* It makes one that is its own where there is none. */
	if (r == 0)
		vrf->database_version = binary.version;
	return r;
}

/* --- its start --- */

const struct config_restart *proxy_restart_config(const struct program *program)
{
	const struct vrf *vrf = vrf_of(program);

	return vrf->config ? &vrf->config->proxy.restart : NULL;
}

void proxy_prepare(struct program *program)
{
	struct vrf *vrf = vrf_of(program);

	vrf->judged_for = 0;
	vrf->id = vrf->wanted_id;
	vrf->context->wire(vrf);
}

static bool is_read_only(const char *directory)
{
	cleanup_fd int fd = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	return fd < 0 && errno == EROFS;
}

/* A disk that takes nothing is one for all. */
static void launch_blame(const struct vrf *vrf, struct error *err)
{
	const struct config_gateway *gateway = &vrf->context->config->gateway;
	const char *const directories[] = { gateway->state_dir, gateway->run_dir,
		gateway->log_dir };
	enum cause_kind kind = CAUSE_NONE;
	char fault[256];

	if (err->cause.kind || (err->code != ENOSPC && err->code != EDQUOT && err->code != EROFS))
		return;
	for (size_t i = 0; !kind && i < sizeof(directories) / sizeof(directories[0]); i++) {
		kind = rescue_disk_fault(directories[i], fault);
		if (!kind && err->code == EROFS && is_read_only(directories[i]))
			kind = CAUSE_DISK_READ_ONLY;
		if (kind)
			error_blame(err, kind, directories[i]);
	}
}

/* One that runs is taken over whatever is to be known of its binary or its database. */
int proxy_start(struct program *program, struct error *err)
{
	struct vrf *vrf = vrf_of(program);
	int r;

	vrf->wired_ms = clock_now_ms();
	if (!vrf->config->has_proxy)
		return PROGRAM_NOTHING_TO_RUN;
	r = launch_adopt(vrf, err);
	if (r > 0) {
		bool ending =
			program_former_ends(program) || access(vrf->paths.send_conf, F_OK) == 0;

		(void)unlink(vrf->paths.send_conf);
		return ending ? PROGRAM_ADOPTED_ENDING : r;
	}
	if (r == 0)
		r = launch_prepare(vrf, err);
	if (r == 0)
		r = launch_proxy(vrf, err);
	if (r < 0 && r != -EINPROGRESS)
		launch_blame(vrf, err);
	return r;
}

uint32_t proxy_start_period_s(const struct program *program)
{
	uint32_t period_s = vrf_of(program)->config->proxy.health.start_period_s;

	return *program->notice && period_s < NEW_DATABASE_S ? NEW_DATABASE_S : period_s;
}

/* It was wired a while ago, and could not be compared while it was prepared. */
void proxy_started(struct program *program, enum program_start how)
{
	struct vrf *vrf = vrf_of(program);

	if (how != PROGRAM_NOTHING_TO_RUN) {
		vrf->config_fault[0] = '\0';
		checks_forget_proxy(vrf);
		checks_judge_process(vrf);
	}
	if (how == PROGRAM_ADOPTED_OUTDATED || how == PROGRAM_ADOPTED_ENDING)
		return;
	/* An adopted one has lived before, whatever it has been told. */
	vrf->kicked |= how == PROGRAM_ADOPTED;
	vrf->sending.tried = false;
	watch_start(vrf, 0);
	if (how == PROGRAM_NOTHING_TO_RUN || vrf->drift.due_ms)
		vrf->context->look(vrf);
}

void proxy_ready(struct program *program)
{
	struct vrf *vrf = vrf_of(program);

	vrf->stillborn = 0;
	vrf->unwell = checks_bad_reason(vrf, vrf->bad);
	watch_start(vrf, 0);
	vrf->context->look(vrf);
}

void proxy_unwatch(struct program *program)
{
	watch_stop(vrf_of(program));
}

/* --- its end --- */

/* How it ended is said where it did not do what it was for; the VRF's own proxy has its own last exit. */
static void sender_ended(struct vrf *vrf)
{
	if (!vrf->sending.ending)
		log_warning("vrf '%s': %" PRId64 " of %" PRId64
			    " values are not sent: zabbix_proxy ended: %s",
			vrf->name, vrf->sending.unsent, vrf->sending.first, vrf->proxy.last_exit);
	vrf->sending.active = false;
	(void)unlink(vrf->paths.send_conf);
}

static void last_words_on_done(const void *answer, size_t size, bool in_time, void *data)
{
	struct vrf *vrf = data;
	char words[LAST_WORDS_SIZE];

	(void)in_time;
	vrf->last_words = NULL;
	last_words_read(answer, size, words);
	/* A stop or another proxy may have come meanwhile. */
	if (!program_end_is_untold(&vrf->proxy))
		return;
	if (*words)
		program_explain_exit(&vrf->proxy, words);
	vrf_dispatch(vrf, PROGRAM_EVENT_ENDED, "");
}

/* Of one that ended by itself the exit status says little; false: nobody is asked. */
static bool last_words_begin(struct vrf *vrf, const struct process_exit *end)
{
	struct error err = ERROR_INIT;

	if ((end->known && end->by_signal) || !vrf->config || vrf->last_words ||
		!program_end_is_untold(&vrf->proxy))
		return false;
	return last_words_ask(vrf, last_words_on_done, &vrf->last_words, &err) == 0;
}

bool proxy_exited(struct program *program, const struct process_exit *end)
{
	struct vrf *vrf = vrf_of(program);

	/* The next one is launched with it. */
	vrf->config_due = false;
	vrf->restart_due_ms = 0;
	launch_close_limits(vrf);
	if (vrf->sending.active)
		sender_ended(vrf);
	launch_write_words(vrf);
	checks_forget_proxy(vrf);
	return last_words_begin(vrf, end);
}

/* What it said before its log was open, in one line; NULL: nothing. The caller frees it. */
static char *first_words(const struct vrf *vrf)
{
	cleanup_free char *words = NULL;
	char *rest = NULL, *all = NULL;
	size_t size;

	if (file_read(vrf->paths.start_log, CONF_MAX_SIZE, &words, &size, NULL) < 0)
		return NULL;
	for (char *line = strtok_r(words, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		cleanup_free char *before = all;

		all = before ? xasprintf("%s; %s", before, line) : xstrdup(line);
	}
	if (all)
		text_make_printable(all);
	return all;
}

char *proxy_explain(struct program *program, const char *reason, struct cause *cause)
{
	struct vrf *vrf = vrf_of(program);
	enum cause_kind disk;
	char fault[256];

	if (!vrf->config)
		return xasprintf(VRF_LEFT "; its proxy ended: %s", program->last_exit);
	disk = rescue_disk_fault(vrf->paths.state_dir, fault);
	if (disk) {
		*cause = cause_of(disk, 0, vrf->context->config->gateway.state_dir);
		return xstrdup(fault);
	}
	return !program->ready_ms && !*reason ? first_words(vrf) : NULL;
}

/* 0: not known, or no longer. */
static unsigned binary_version(struct vrf *vrf)
{
	struct proxy_binary binary;

	return proxy_binary_cache_read(
		       vrf->context->binaries, vrf->config->proxy.binary, &binary, NULL) == 0
		? binary.version
		: 0;
}

/* One that never becomes ready, twice over, may have a database that it cannot use. */
void proxy_died(struct program *program)
{
	struct vrf *vrf = vrf_of(program);
	struct error err = ERROR_INIT;

	checks_judge_process(vrf);
	if (program->ready_ms) {
		vrf->stillborn = 0;
	} else if (++vrf->stillborn >= STILLBORN_MAX && !vrf->rescue &&
		rescue_start(vrf, binary_version(vrf), RESCUE_THOROUGH, rescue_on_done, vrf,
			&vrf->rescue, &err) < 0) {
		log_warning("vrf '%s': its database cannot be checked: %s", vrf->name, err.text);
	}
}

/* Its database is nobody's only when the helper is no more. */
bool proxy_interrupt(struct program *program)
{
	struct vrf *vrf = vrf_of(program);

	if (vrf->rescue)
		job_kill(vrf->rescue);
	return vrf->rescue;
}

bool proxy_retire(struct program *program)
{
	return leave_begin(vrf_of(program));
}

static bool attend_stop(struct vrf *vrf)
{
	if (!vrf->sending.active || vrf->sending.ending)
		return false;
	if (!vrf->leaving)
		sender_end(vrf);
	else
		sender_tell(vrf);
	return vrf->leaving;
}

static bool attend_timeout(struct vrf *vrf)
{
	/* The helper at a database is being killed, and no timer runs. */
	if (vrf->rescue)
		return true;
	if (!vrf->sending.active || vrf->sending.ending)
		return false;
	sender_look(vrf);
	return true;
}

/* One that is wanted again goes on with its database itself. */
static void attend_start(struct vrf *vrf)
{
	if (vrf->leaving && vrf->sending.active && !vrf->sending.ending)
		sender_end(vrf);
	vrf->leaving = false;
}

bool proxy_attend(struct program *program, enum program_event event)
{
	struct vrf *vrf = vrf_of(program);

	if (event == PROGRAM_EVENT_TIMEOUT)
		return attend_timeout(vrf);
	if (event == PROGRAM_EVENT_STOP)
		return attend_stop(vrf);
	if (event == PROGRAM_EVENT_START)
		attend_start(vrf);
	if (event == PROGRAM_EVENT_KILL) {
		vrf->leaving = false;
		vrf->sending.ending = true;
	}
	return false;
}

void proxy_finish(struct vrf *vrf)
{
	job_destroy(vrf->rescue);
	job_destroy(vrf->count);
	job_destroy(vrf->last_words);
	if (vrf->words_fd >= 0)
		close(vrf->words_fd);
}
