// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who has the addresses of the VRFs, too (vrf/conflicts.h): helper processes ask, of some dozens of VRFs at a time.
 */
#pragma once

#include "supervisor/supervisor.h"

struct duplicates;

struct duplicates *duplicates_create(struct supervisor *supervisor);
void duplicates_destroy(struct duplicates *duplicates);

/* The kernel was read for a comparison (vrf->kernel). Also with NULL, where nobody is asked. */
void duplicates_compared(struct duplicates *duplicates, struct vrf *vrf);
