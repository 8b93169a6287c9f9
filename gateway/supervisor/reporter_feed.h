// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the supervisor tells the reporter: each change of a VRF's state at once, that VRF alone, and its status
 * document each report_interval. A state whose cause others may have, too, comes half a second later with a document,
 * which says for how many it is one cause. Never blocks: where the reporter is slow, changes wait in their order, and
 * a document that nobody began to read is given up for the newest.
 */
#pragma once

struct supervisor;
struct vrf;
struct reporter_feed;

struct reporter_feed *reporter_feed_create(struct supervisor *supervisor);
void reporter_feed_destroy(struct reporter_feed *feed);

/* Its state is another one now. */
void reporter_feed_tell_change(struct reporter_feed *feed, struct vrf *vrf);

/* The secret for the API, read again: for the reporter that runs now. */
void reporter_feed_tell_secret(struct reporter_feed *feed, const char *secret);

/* A reporter begins, on the other end of this non-blocking socket; -1: it has ended. */
void reporter_feed_attach(struct reporter_feed *feed, int fd);
