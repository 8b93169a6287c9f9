// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judging the database of a proxy that does not run: one that its next proxy cannot use is moved aside, so
 * that the proxy makes a new one. It is never deleted, by us or by a zabbix_proxy of another version, which
 * would: it may hold values that were not sent. Where the disk is full the database is not to blame, and is
 * left where it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/cause.h"
#include "process/job.h"

struct vrf;

enum rescue_depth {
	RESCUE_VERSION, /* before each start: is it of the binary's version? */
	RESCUE_SENDABLE, /* the same, but one of another version that holds values stays where it is */
	RESCUE_COUNT,    /* of one that is not to be used again: only how many values it holds */
	RESCUE_GLANCE,   /* the same while a proxy uses it */
	RESCUE_THOROUGH, /* of one that does not become ready: every page is read */
};

struct rescue_result {
	bool moved;
	bool unknown;    /* it could not be read, but perhaps later */
	bool in_the_way; /* no proxy of that version may be started with it */
	unsigned
		version; /* of its Zabbix, 600 is 6.0; 0: not known, or there is no database any more */
	unsigned pollers; /* kinds of zabbix/pollers.h that its proxy has to poll */
	int64_t unsent; /* values that it holds, where they are to be sent or counted; -1: not known */
	char text[320]; /* what was found, and done about it; "": nothing is wrong with it */
};

/*
 * Judges the database at path, of a proxy of this version (0: any) that does not run, and moves it and
 * its journals aside under a name with the time. Reads all of it where it is thorough: to be called in a
 * process of its own, with the rights of the proxy's user.
 */
void rescue_database(const char *path, unsigned version, enum rescue_depth depth, time_t now,
	struct rescue_result *result);

/* Why a proxy cannot write there: CAUSE_DISK_FULL, with "disk full: less than 1 MiB is left in '/var/lib/vrfgate'",
 * or CAUSE_DISK_READ_ONLY; CAUSE_NONE and "" where it can. */
enum cause_kind rescue_disk_fault(const char *directory, char text[256]);

/*
 * rescue_database() for a VRF whose proxy does not run, by a helper process, confined as that proxy would
 * be (process/job.h), unless it is thorough and the disk is full or was when the proxy wrote its log.
 * `done` is called within a minute, or where a disk does not answer, when it does: nothing is moved after
 * that, and the job may be killed before. It reads the answer by rescue_read_answer(), and closes the control
 * group of the VRF, where one has limits, that the helper was in; one that only counts is in none, so that
 * at a proxy's limit of memory nobody ends for being counted.
 */
int rescue_start(struct vrf *vrf, unsigned version, enum rescue_depth depth, job_fn done,
	void *data, struct job **job, struct error *err);

/* What cannot be an answer is as none: nothing is known of the database. */
void rescue_read_answer(const void *answer, size_t size, struct rescue_result *result);
