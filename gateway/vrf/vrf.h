// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One VRF: its namespace, its proxy, its checks, and the state that follows from them.
 *
 *	disabled   its proxy is stopped, and not wanted
 *	wiring     it is stopped and wanted: its part of the kernel is made, its database judged
 *	starting, backoff, failed, stopping: its proxy is (vrf/program.h)
 *	healthy    its proxy is ready, or it has none and its namespace is there
 *	degraded   likewise, and a check is bad
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/cause.h"
#include "base/log.h"
#include "config/model.h"
#include "net/plan.h"
#include "net/state.h"
#include "process/activity.h"
#include "process/timer.h"
#include "vrf/conflicts.h"
#include "vrf/destinations.h"
#include "vrf/foreign_addresses.h"
#include "vrf/paths.h"
#include "vrf/program.h"
#include "vrf/proxy_binary.h"
#include "vrf/proxy_files.h"
#include "vrf/repairs.h"
#include "vrf/sending.h"
#include "vrf/wedge.h"
#include "zabbix/pollers.h"
#include "zabbix/proxy_log.h"
#include "zabbix/stats.h"

/* The reason of a VRF that an operator has stopped. */
#define VRF_STOPPED_BY_HAND "stopped by hand"

struct sd_event;
struct sd_event_source;
struct binary_copies;
struct named_users;
struct cgroups;
struct shared_line;
struct job;
struct probe;
struct vrf;

enum vrf_state {
	VRF_DISABLED,
	VRF_WIRING,
	VRF_STARTING,
	VRF_HEALTHY,
	VRF_DEGRADED,
	VRF_BACKOFF,
	VRF_FAILED,
	VRF_STOPPING,
	VRF_STATES,
};

enum vrf_check_kind {
	VRF_CHECK_NETNS,
	VRF_CHECK_LINK,
	VRF_CHECK_ADDRESS,
	VRF_CHECK_UPLINK,
	VRF_CHECK_ROUTE,
	VRF_CHECK_PROCESS,
	VRF_CHECK_STATS,
	VRF_CHECK_GATEWAY,
	VRF_CHECK_SERVER,
	VRF_CHECK_VALUES,
	VRF_CHECK_LATE,
	VRF_CHECKS,
};

struct vrf_check {
	bool judged; /* false: does not concern this VRF, or not known yet */
	bool ok;
	bool proven;      /* it was good since the VRF came up */
	uint32_t against; /* results in a row that say otherwise than ok */
	char detail[192];
	uint64_t since_ms;
};

/* The proxy's object in Zabbix, as the reporter found it last. */
enum vrf_object {
	VRF_OBJECT_UNKNOWN,
	VRF_OBJECT_OURS,
	VRF_OBJECT_FOREIGN, /* of another gateway, or made by hand: whom the server sees there is not known */
	VRF_OBJECT_MISSING,
};

#define VRF_LEFT "not in the config any more; 'vrfgate reload --remove' ends it"

enum {
	VRF_RELOAD_ADDED = 1,
	VRF_RELOAD_CHANGED = 2, /* its section, or its part of the kernel */
	VRF_RELOAD_RESTARTED = 4,
};

/* Keeping its part of the kernel as it should be; see supervisor/drift.h. */
struct vrf_drift {
	uint64_t due_ms;         /* when it is to be compared; 0: nothing has happened */
	uint64_t compared_ms;    /* last */
	bool heard;              /* the kernel's changes of it are listened to */
	bool settled;            /* the last comparison found nothing to do */
	uint64_t count;          /* things repaired */
	size_t n_acts;           /* those under way that put something right */
	struct net_act_id cause; /* what they are for, where there are any */
	char *cause_text;
	struct repairs repairs;
};

/* What is read of a proxy now and then (supervisor/vitals.h). */
struct vrf_vitals {
	uint64_t read_ms;             /* 0: never */
	int64_t memory_bytes, unsent; /* -1: not known */
	int write_error;              /* an errno where its database cannot be written; else 0 */
};

/* The newest value that the server has of the proxy's own host (vrf/collection.h). */
struct vrf_newest {
	time_t clock; /* 0: none */
	int64_t at_ms; /* when it was measured, by our clock; where there is none, since when there is none */
	uint64_t told_ms; /* 0: nothing is known */
	bool behind;      /* the check is bad as the server stores values of no proxy */
};

/* Items that the proxy leaves late, by its own queue. */
struct vrf_late {
	uint64_t asked_ms; /* 0: never */
	uint64_t told_ms;  /* likewise */
	uint64_t count;
};

/* What a proxy does while it gives no answer (vrf/watch.h). */
struct vrf_pulse {
	bool known;                       /* a request has failed since the last answer */
	struct process_activity activity; /* when the last one did */
	uint32_t idle; /* requests in a row that failed with nothing done since the one before */
};

/* What the VRFs of one supervisor share. */
struct vrf_context {
	struct sd_event *event;
	const struct config *config;
	struct proxy_binary_cache *binaries;
	struct named_users *named_users;
	struct binary_copies *copies;    /* NULL: none are kept */
	struct cgroups *cgroups;         /* NULL: nothing can be limited, or is to be */
	bool limits_due;                 /* whether anything can be is being found out */
	bool server_known;               /* the API answers: its view of the proxies counts */
	size_t n_heard;                  /* VRFs whose proxies the server has heard just now */
	size_t n_fresh;                  /* VRFs of whose proxies the server has new values */
	uint64_t port_read_next_ms;      /* no port's connections are read before */
	char server_version_text[32];    /* "" : not known */
	unsigned server_version;         /* 600; 0: not known */
	void (*wire)(struct vrf *vrf);   /* compare and apply this VRF's part of the kernel soon */
	void (*look)(struct vrf *vrf);   /* judge its part of the kernel soon */
	void (*rested)(struct vrf *vrf); /* it is disabled now and no process of it lives */
	void (*changed)(struct vrf *vrf, enum vrf_state before); /* its state did */
	/* It goes from the config, and so many values (-1: not known) stay in its database. May be NULL. */
	void (*kept)(struct vrf *vrf, int64_t unsent);
	/* A line of the log about a cause, or the end of one, that the VRF may share with others, to be told soon
	 * (supervisor/shared_causes.h); and what is held of that, to be told now. NULL: all is logged at once. */
	void (*share)(
		struct vrf *vrf, const struct cause *cause, enum log_level level, const char *line);
	void (*tell_shared)(struct vrf *vrf);
	void (*remember)(
		struct vrf *vrf); /* what the next supervisor is to know of it has changed */
	void *owner;
};

struct vrf {
	struct vrf_context *context;
	const struct config_vrf *config; /* NULL: gone from the config, being taken down, or left */
	struct config *
		kept; /* of one that has gone: the config that had it last, and its part; NULL: none */
	const struct config_vrf *last;
	bool left; /* gone from the config without a supervisor to see it: not touched until that is said to be meant */
	bool left_uplink;  /* that one has an uplink, and its number is known */
	bool left_passive; /* the proxy of one that was left: by its configuration file */
	unsigned reloaded; /* what the last reload did to it, of VRF_RELOAD_* */
	char *name;
	uint32_t id;        /* of its uplink as it is wired */
	uint32_t wanted_id; /* as it will be wired next */
	struct vrf_paths paths;

	bool held;   /* stopped by hand: not started before that is taken back */
	bool kicked; /* started anew once, as it came before the server knew its key */
	bool leaving; /* gone from the config, or disabled in it: what it holds is to be sent before it rests */
	bool counting; /* the helper at its database counts that */
	/* Since when a restart waits for a proxy of another version than its binary is now to send what it holds; 0: none
	 * does. */
	uint64_t restart_due_ms;
	struct sending sending; /* by the process that runs, where it is active */
	struct job *count;      /* that counts meanwhile; NULL: none does */
	enum vrf_state told;    /* the state that was told last: vrf_state() says which it is in */
	bool unwell;            /* while it is up: a check is bad, */
	char bad[256];          /* this one */
	struct cause cause;     /* of the reason; CAUSE_NONE: its own */
	struct shared_line
		*shared_line; /* a line about a cause, or its end, is held back; NULL: none */
	uint64_t since_ms;
	bool wiring_due; /* the context was asked to wire it */
	uint64_t
		clashed_ms; /* since when something is in its way that is about to pass; 0: nothing */
	bool config_new;    /* what differs in the kernel is the new config's doing */
	struct vrf_drift drift;
	struct vrf_conflicts conflicts;
	struct foreign_addresses foreign;
	struct destinations destinations;
	bool way_doubted;              /* one went astray in the round before */
	struct net_netns_state kernel; /* as it was compared last */
	uint64_t counted_ms;           /* when its counters were read; 0: never */
	struct net_netns_state
		seen;      /* as a status shows it while it is not compared (supervisor/census.h) */
	uint64_t seen_ms;  /* when that was read; 0: never */
	char trouble[256]; /* what of the kernel could not be repaired; "": nothing */
	enum net_aspect trouble_aspect;
	struct cause trouble_cause;

	struct program proxy;
	int words_fd;      /* what it said before its log was open (vrf/launch.h); -1: not known */
	uint64_t wired_ms; /* when it came up last */
	struct job *last_words;    /* its log is asked why it ended; NULL: it is not */
	uint32_t stillborn;        /* lives in a row that ended before they were ready */
	struct job *rescue;        /* its database is being judged; NULL: it is not */
	unsigned judged_for;       /* the version that it was judged for since it was wired */
	unsigned database_version; /* of its database, as far as known: 600 is 6.0; 0: not known */
	bool config_due;        /* its proxy runs, and its config waits for the binary's version */
	char config_fault[256]; /* why it goes on with its former config; "": it does not */
	off_t log_offset;       /* where its log of this life begins */
	char failure[320]; /* why it failed, as the log has it; "": it did not, or is up again */
	struct zabbix_stats stats;
	bool has_stats;
	time_t server_lastaccess; /* by the server's clock; 0: never or not known */
	int64_t server_seen_ms;   /* the same by ours, which counts from an arbitrary start */
	uint64_t server_told_ms;  /* when that was last told; 0: never */
	struct vrf_newest newest;
	struct vrf_late late;
	struct vrf_check checks[VRF_CHECKS];
	uint64_t gateways_asked_ms; /* when the kernel was last told to ask for them; 0: never */
	struct vrf_vitals vitals;
	struct proxy_pollers
		pollers; /* `wanted` grows only, until the VRF rests: see collection_note_demand() */
	struct zabbix_demand demand; /* of its items, as they were read last */
	uint64_t demand_read_ms;     /* 0: never */
	uint64_t demand_items;       /* how many items the proxy told of then */
	struct vrf_pulse pulse;
	struct wedge wedge; /* of this life */
	enum vrf_object object;
	enum zabbix_link link;      /* to the server, by the log of this life */
	uint64_t link_failed_ms;    /* known to fail since; 0: it does not */
	bool cannot_write;          /* its disk or its database does not let it */
	enum cause_kind disk_fault; /* where that is its disk: why */
	/* Its disk was full until then, or it was restarted then as it was wedged: healthy again only when the
	 * server has heard it since, or where that is not known, when it was seen to work. 0: nothing of that. */
	uint64_t distrusted_ms;
	char names_fault[192];   /* why its name servers could not be written; "": they could */
	bool names_absent;       /* the proxy sees no resolv.conf */
	bool names_lost;         /* the proxy sees other name servers than those of its config */
	bool names_restart_done; /* and was restarted once for that */
	bool silence_restart_done; /* restarted once as it sent nothing; not again before it is heard */

	struct timer watch_timer;
	struct timer files_timer; /* until its files are free (vrf/launch.h) */
	struct probe *probe;
};

/* Its part of the config, or of that which had it last. NULL: none is known. */
const struct config_vrf *vrf_own_config(const struct vrf *vrf);

/* What its proxy is told (vrf/program.h). */
void vrf_dispatch(struct vrf *vrf, enum program_event event, const char *reason);

/* The same with what is to blame for it. */
void vrf_dispatch_for(
	struct vrf *vrf, enum program_event event, const char *reason, const struct cause *cause);

enum vrf_state vrf_state(const struct vrf *vrf);
const char *vrf_reason(const struct vrf *vrf);

/* Healthy or degraded. */
bool vrf_is_up(const struct vrf *vrf);

/* Logs its state and tells the context where that is another one; cause: to blame for it, may be NULL. */
void vrf_tell(struct vrf *vrf, const struct cause *cause);

/* While it is up: which check is bad, NULL: none. */
void vrf_note_health(struct vrf *vrf, const char *bad, const struct cause *cause);

/* What the server says of the proxy, by its own clock. */
void vrf_set_server_seen(struct vrf *vrf, time_t lastaccess);

/* Nothing the server says of a proxy by that name is about ours. */
void vrf_set_server_unknown(struct vrf *vrf, enum vrf_object object);

/* What the proxy's log says of its connection now. */
void vrf_set_link(struct vrf *vrf, enum zabbix_link link);

/* The connection that the proxy makes itself has failed for longer than a restart of the server takes. */
bool vrf_link_fails(const struct vrf *vrf);

/* At that time of our clock since the server last heard of the proxy, where lastaccess is known. */
long vrf_server_silence_s(const struct vrf *vrf, uint64_t at_ms);

const char *vrf_state_name(enum vrf_state state);
const char *vrf_check_name(enum vrf_check_kind check);
