// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a program that is kept running in a namespace, a proxy or a service, driven by the loop: a table of states
 * and events. What is special to a kind of program is a row of functions. Nothing here waits.
 *
 *	stopped --prepared--> starting --ready--> ready
 *	 |  ^  |                 |                  |
 *	 |  |  '--not to be had--)------------------)----> failed --timeout--> stopped, wanted
 *	 |  |                    |                  |
 *	 |  |                    '------ended-------'----> backoff --timeout--> stopped, wanted
 *	 |  |                    |                  |
 *	 |  '--ended-- stopping <'--stop, hung------'
 *	 |              ^ |  ^
 *	 |   looked at -' |  '-- found: what an earlier supervisor left and nobody wants
 *	 |   now and then '--ended, but wanted--> stopped, wanted; or backoff
 *	 '--start--> stopped, wanted: what it needs is being prepared
 *
 * A program of which nothing is to run, as that of a namespace without a proxy, is ready when it is prepared.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cause.h"
#include "base/error.h"
#include "config/model.h"
#include "process/spawn.h"
#include "process/timer.h"
#include "vrf/ending.h"

struct sd_event;
struct sd_event_source;
struct program;

enum program_state {
	PROGRAM_STOPPED,
	PROGRAM_STARTING,
	PROGRAM_READY,
	PROGRAM_BACKOFF,
	PROGRAM_FAILED,
	PROGRAM_STOPPING,
	PROGRAM_STATES,
};

enum program_event {
	PROGRAM_EVENT_START,      /* it is wanted */
	PROGRAM_EVENT_STOP,       /* it is not wanted any more */
	PROGRAM_EVENT_PREPARED,   /* something that it waited for is there */
	PROGRAM_EVENT_UNPREPARED, /* something that it needs cannot be had */
	PROGRAM_EVENT_READY,
	PROGRAM_EVENT_HUNG,    /* it lives but is of no use */
	PROGRAM_EVENT_ENDED,   /* its whole process tree is gone, or what was busy for it */
	PROGRAM_EVENT_KILL,    /* what is being ended is not waited for any more */
	PROGRAM_EVENT_TIMEOUT, /* the state's own timer */
	PROGRAM_EVENTS,
};

/* What a start came to. */
enum program_start {
	PROGRAM_STARTED,
	PROGRAM_ADOPTED,          /* it ran already */
	PROGRAM_ADOPTED_OUTDATED, /* the same, but by another config than it should have */
	PROGRAM_ADOPTED_ENDING,   /* the same, but who started it was ending it */
	PROGRAM_NOTHING_TO_RUN,
};

/* One kind of program. What may be NULL is nothing then. */
struct program_kind {
	const char *binary; /* as its end is told: "zabbix_proxy ended: ..." */
	const char *noun;   /* as it is spoken of: "proxy" */
	/* NULL: nothing is known any more with which it could be started again. */
	const struct config_restart *(*restart)(const struct program *program);
	/* Has what it needs prepared; PROGRAM_EVENT_PREPARED or _UNPREPARED follows. */
	void (*prepare)(struct program *program);
	/* A program_start, or an error; -EINPROGRESS: PROGRAM_EVENT_PREPARED follows. program->process is it. */
	int (*start)(struct program *program, struct error *err);
	uint32_t (*start_period_s)(const struct program *program); /* it is ready by then */
	void (*started)(struct program *program, enum program_start how);
	void (*ready)(struct program *program);
	void (*unwatch)(struct program *program); /* it is not asked anything from now on */
	/* Its process is gone, and last_exit says how. True: PROGRAM_EVENT_ENDED follows when more is known. */
	bool (*exited)(struct program *program, const struct process_exit *end);
	/* What is to be said in the place of `reason` beside how it ended, and what is to blame; where it is not
	 * started again, all that is to be said. NULL: nothing. The caller frees it. */
	char *(*explain)(struct program *program, const char *reason, struct cause *cause);
	void (*died)(struct program
			*program); /* by itself: what is judged when it does so again and again */
	/* Ends what is busy for it; true: PROGRAM_EVENT_ENDED follows. */
	bool (*interrupt)(struct program *program);
	/* Before it rests for good: true: something is to be done first, PROGRAM_EVENT_ENDED follows. */
	bool (*retire)(struct program *program);
	/* While it is stopping: the kind's own work, at a timeout and at START, STOP or KILL; true: no other is to be
	 * done. */
	bool (*attend)(struct program *program, enum program_event event);
	void (*rested)(struct program *program);
	/* Its state or the reason of it was set; cause: to blame for it, may be NULL. */
	void (*changed)(struct program *program, const struct cause *cause);
};

/* When to give up one that ends again and again: after more than restart { count } restarts within restart { window }.
 * From then on each end counts, until it was well for a while or somebody helped. */
struct relapses {
	uint64_t *at_ms; /* oldest first */
	size_t count;
	bool given_up;
};

/* As the last supervisor knew it (supervisor/saved_state.h). */
struct program_former {
	pid_t pid; /* 0: none ran */
	uint64_t start_time;
	bool ending; /* it was being ended */
};

/* Only program.c writes it, but for what kind->start() and kind->adopt start, `process`. */
struct program {
	const struct program_kind *kind;
	struct sd_event **event;
	const char *vrf;  /* borrowed: the VRF's name */
	const char *lock; /* borrowed: path of the lock that says that it runs (process/lock.h) */
	enum program_state state;
	bool wanted;
	char reason[320];
	char notice[320]; /* what was done for it before this life; "": nothing */
	struct process process;
	pid_t main_pid; /* see program_main_pid() */
	struct sd_event_source *exit_watch;
	struct timer timer;
	struct program_former former;
	bool restart_now; /* ended on purpose: starts again without a back-off */
	bool stands_in;   /* the process is another one, which runs for it while it is stopping */
	struct ending ending;
	char end_reason[256];    /* why it is being ended */
	uint32_t stop_timeout_s; /* its config's, which may be gone by then */
	uint64_t started_ms;     /* an adopted one: when the supervisor before us started it */
	uint64_t ready_ms;       /* of this life; 0: not yet */
	uint32_t restarts;
	char last_exit[128]; /* "" : it has not ended yet */
	size_t exit_length;  /* how much of that the process itself has told */
	uint32_t backoff_s;  /* the last one; 0: it has not failed since it lived well */
	bool hurried;        /* its first end was followed by a start at once; the next is not */
	struct relapses relapses;
};

void program_init(struct program *program, const struct program_kind *kind, struct sd_event **event,
	const char *vrf, const char *lock);

/* What runs goes on. */
void program_finish(struct program *program);

/* The one way anything happens to it; an event that its state does not know is nothing. cause may be NULL. */
void program_dispatch(struct program *program, enum program_event event, const char *reason,
	const struct cause *cause);

/* PROGRAM_EVENT_HUNG for what is not its fault: it starts again without a back-off. */
void program_restart(struct program *program, const char *reason);

/* One that is ending starts without a back-off when it has, if it is wanted then. */
void program_restart_when_ended(struct program *program);

/* What went before is forgotten: the next delay is the shortest. */
void program_forgive(struct program *program);

void program_set_stop_timeout(struct program *program, uint32_t timeout_s);

/* The reason of its state is another one. */
void program_note(struct program *program, const char *reason);

/* Why it is ended, or will have been. */
void program_set_end_reason(struct program *program, const char *reason);

/* What is told with its next life. */
void program_set_notice(struct program *program, const char *notice);

/* The process itself has said more about its end. */
void program_explain_exit(struct program *program, const char *words);
void program_add_to_exit(struct program *program, const char *words);

/* True where its process is gone, and no state says so yet. */
bool program_end_is_untold(const struct program *program);

/* It failed before it could be started, and is tried again. */
void program_fail(struct program *program, const char *reason, const struct cause *cause);

/* It rests, after what kind->retire() had begun. */
void program_rest(struct program *program);

/* kind->attend() is called when the time has come. */
void program_attend_in(struct program *program, uint64_t delay_ms);

/* program->process is another one that does something for it while it is stopping; it is attended to in pause_ms. */
void program_stand_in(struct program *program, const char *reason, uint64_t pause_ms);

/* The process is being ended from now on. */
void program_end_stand_in(struct program *program);

/* Ends what an earlier supervisor left; until its lock is free it is stopping. */
void program_end_leftover(struct program *program, const char *reason);

/*
 * Takes note of what an earlier supervisor left, which is ready and is not started again. 1: nothing runs; an error
 * where that cannot be told.
 */
int program_leave(struct program *program, struct error *err);

/* What the last supervisor knew of it. */
void program_remember(struct program *program, const struct program_former *former,
	uint32_t restarts, const char *last_exit);

/* Whether what runs is what ran then, and was being ended. */
bool program_former_ends(const struct program *program);

/* The pid that an operator knows it by; 0: none runs. */
pid_t program_main_pid(struct program *program);

bool program_is_up(const struct program *program); /* starting or ready */

/* ---- what follows from how often it has ended; no loop is needed ---- */

/* It ended, and nobody wanted that. Returns given_up. */
bool relapses_note(
	struct relapses *relapses, const struct config_restart *restart, uint64_t now_ms);

/* As if nothing had been; also frees. */
void relapses_forget(struct relapses *relapses);
