// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The database of a proxy that does not become ready: one that it cannot use is moved aside, so that the
 * proxy makes a new one. It is never deleted: it may hold values that were not sent. Where the disk is
 * full the database is not to blame, and is left where it is.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

#include "base/error.h"

struct vrf;

struct rescue_result {
	bool moved;
	char text[256]; /* what was found, and done about it; "": nothing is wrong with it */
};

/*
 * Judges the database at path, of a proxy of this version (0: any) that does not run, and moves it and
 * its journals aside under a name with the time. Reads all of it: to be called in a process of its own,
 * with the rights of the proxy's user.
 */
void rescue_database(const char *path, unsigned version, time_t now, struct rescue_result *result);

/* "disk full: less than 1 MiB is left in '/var/lib/vrfgate'"; "" where there is room. */
const char *rescue_disk_fault(const char *directory, char text[256]);

struct rescue;

/* The rescue is gone when it is called. */
typedef void (*rescue_fn)(const struct rescue_result *result, void *data);

/*
 * rescue_database() for a VRF whose proxy does not run, by a helper process, unless the disk is full or
 * was when the proxy wrote its log. `done` is called once, from the loop, within a minute.
 */
int rescue_start(const struct vrf *vrf, rescue_fn done, void *data, struct rescue **rescue,
	struct error *err);

/* Also for NULL. */
void rescue_cancel(struct rescue *rescue);
