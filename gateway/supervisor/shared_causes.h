// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What several VRFs suffer from, told once. A line about a cause that others may have, too, is held until all
 * that the loop has in hand is done; if the cause is then one VRF's alone the line goes to the log as it is,
 * else one line that tells the cause and their number. Those that follow within a while, as VRFs are not looked
 * at all at once, are told together in the same way at its end.
 */
#pragma once

#include "supervisor/supervisor.h"

struct shared_causes;

struct shared_causes *shared_causes_create(struct supervisor *supervisor);

/* Tells what is held. */
void shared_causes_destroy(struct shared_causes *shared);

/* Holds a line about the cause: that the VRF has it, or where it has another by now or none, that it is over. */
void shared_causes_hold(struct shared_causes *shared, struct vrf *vrf, const struct cause *cause,
	enum log_level level, const char *text);

/* Tells what is held of the VRF now. */
void shared_causes_tell(struct shared_causes *shared, struct vrf *vrf);

/* All causes of the VRFs that are not well; causes_finish() is the caller's. */
struct causes shared_causes_gather(const struct supervisor *supervisor);
