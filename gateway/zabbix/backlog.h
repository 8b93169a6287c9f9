// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A proxy's SQLite database, seen from outside: whether the proxy can use it, and how many values it
 * holds that the server does not have yet. At a glance only read, and never waited for: at most 50 ms for a
 * lock that the proxy holds, and no longer under a lock of our own than one look at two indexes takes.
 *
 * Source: the schema of zabbix-proxy-sqlite3, 6.0 and 7.0: `proxy_history.id` grows by one a value,
 * `ids.nextid` of its `history_lastid` is the last one that was sent. A 7.0 proxy that buffers in
 * memory has in its database only what did not fit there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "zabbix/pollers.h"

enum zabbix_backlog_state {
	ZABBIX_BACKLOG_ABSENT,        /* no such file: the proxy will make it */
	ZABBIX_BACKLOG_USABLE,        /* of this version */
	ZABBIX_BACKLOG_OTHER_VERSION, /* a proxy of this version would not use it */
	ZABBIX_BACKLOG_UNUSABLE,      /* damaged, half made, or not a proxy's */
	ZABBIX_BACKLOG_UNKNOWN,       /* locked, or it cannot be read */
};

struct zabbix_backlog {
	enum zabbix_backlog_state state;
	unsigned version; /* 600 is 6.0; 0: not known */
	int64_t unsent;   /* values; -1: not known */
	char detail[128]; /* for a state other than USABLE: why */
};

enum zabbix_backlog_depth {
	ZABBIX_BACKLOG_GLANCE, /* read only; for one that a proxy uses */
	ZABBIX_BACKLOG_RECOVER, /* rolls back what its proxy had begun when it was killed, as the next would */
	ZABBIX_BACKLOG_VERIFY, /* and reads every page for damage, which takes as long as it takes */
};

/*
 * version: of the proxy's binary, 0 where any will do. All but a glance are for a database that no proxy
 * uses at the time. A database that a proxy is just making looks half made.
 *
 * The file is its proxy's own, and may be made to do harm: nothing but tables is read, SQLite may take some
 * MiB of memory from then on in this process, and, checks of pages aside, bounded steps. Call this with
 * the rights of that user, in a process of its own, and with a limit in time.
 */
void zabbix_backlog_read(const char *path, unsigned version, enum zabbix_backlog_depth depth,
	struct zabbix_backlog *backlog);

/*
 * What the proxy has to poll, by the configuration that its server gave it. -EIO: it cannot be told. For any database,
 * as a glance, and under the same conditions; it goes through all of the items, so not too often.
 */
int zabbix_backlog_read_demand(const char *path, struct zabbix_demand *demand);
