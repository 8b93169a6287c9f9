// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What costs too much, or could wait too long, for the loop: the memory of each proxy's tree, what
 * its processes wait for (vrf/wedge.h), whose name servers it sees, and the values in its database that
 * the server does not have yet. A helper process reads them, of one proxy after the other, each about four times
 * a minute, less often where there are many hundreds.
 */
#pragma once

#include "supervisor/supervisor.h"

struct vitals;

struct vitals *vitals_create(struct supervisor *supervisor);
void vitals_destroy(struct vitals *vitals);
