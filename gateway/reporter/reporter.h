// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reporter process: forked from the supervisor, gives up every privilege, keeps Zabbix in step
 * and tells what the server says. It ends when its socket closes and not by SIGINT or SIGTERM: a read
 * of the API is given up at once, a write is seen through (two minutes at most), since the server
 * carries it out all the same and who comes next must not meet it half done.
 *
 * What it reads from the socket: one JSON object a line,
 *	{ "clock": 1764000000, "ns": 0, "status": { the status document of that time } }
 *	{ "clock": 1764000000, "ns": 0, "change": { "name", "state", "reason" and "proxy" of a VRF of that document } }
 * whose values it sends to Zabbix, at once where it can, and
 *	{ "secret": "..." }
 * the token or password as its file has it now: where that is another one, it logs in anew at once.
 *
 * What it writes: one JSON object a line,
 *	{ "state": "ok|unreachable|denied", "error": "one line or empty", "version": "6.0.14",
 *	  "synced": true, "problems": [ "..." ],
 *	  "changes": [ "~ host 'ce1': tags[vrf].value: \"x\" -> \"acme\"" ],
 *	  "proxies": { "gw1-acme": { "object": "ours", "lastaccess": 1764000000, "version": "",
 *	                              "newest": 1763999990 } } }
 * and, once a sync was carried through, "elsewhere": { "acme": "gateway 'gw2' (id 01234567)" }, VRFs that another gateway
 * has, and "released": [ "bravo" ], those whose release Zabbix has.
 * (changes: what was written to Zabbix since the line before) after every attempt: each 5 s while all is well, after 1, 2, 4 .. 60 s of waiting otherwise.
 * lastaccess is a Unix time, 0: never. version of a proxy is "" before Zabbix 7.0. Of an object that is
 * "foreign" (it does not bear our mark of that VRF) or "missing" both are not there. newest, in every sixth line or so
 * and where the API tells it, is the time of the newest value that the server has of the proxy's own host, 0: none.
 *
 * To stderr it logs a line when the state, the error or the problems change: the supervisor need
 * not log these again.
 */
#pragma once

#include <sys/types.h>

#include "base/error.h"
#include "reporter/inventory.h"

#define REPORTER_OBJECT_OURS    "ours"
#define REPORTER_OBJECT_FOREIGN "foreign"
#define REPORTER_OBJECT_MISSING "missing"

/*
 * Forks the reporter; *fd is our end of the socket (non-blocking, close-on-exec), *pidfd a pidfd of
 * the child. The inventory may be freed afterwards: the child has a copy by fork.
 */
int reporter_start(const struct reporter_inventory *inventory, pid_t *pid, int *pidfd, int *fd,
	struct error *err);
