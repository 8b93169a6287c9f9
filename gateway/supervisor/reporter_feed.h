// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the supervisor tells the reporter: its status document, each report_interval and within a
 * second of a change of any VRF's state. Never blocks: where the reporter is slow, the newest
 * document waits and the older one that nobody began to read is given up.
 */
#pragma once

struct supervisor;
struct reporter_feed;

struct reporter_feed *reporter_feed_create(struct supervisor *supervisor);
void reporter_feed_destroy(struct reporter_feed *feed);

/* A reporter begins, on the other end of this non-blocking socket; -1: it has ended. */
/* The secret for the API, read again: for the reporter that runs now. */
void reporter_feed_tell_secret(struct reporter_feed *feed, const char *secret);

void reporter_feed_attach(struct reporter_feed *feed, int fd);
