// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether what a proxy has to collect is collected: the checks `values` and `late`. */
#pragma once

#include "vrf/vrf.h"

/* What the proxy's own database says that it has to poll. Processes that it lacks for it cost a restart, once for
 * each kind (renewal_want_pollers()). */
void collection_note_demand(struct vrf *vrf, const struct zabbix_demand *demand);

/* The time of the newest value that the server has of the proxy's own host, 0: none; by the server's clock or the
 * proxy's. */
void collection_note_newest(struct vrf *vrf, time_t clock);

/* That value is not older than one of the proxy's own should be. */
bool collection_is_fresh(const struct vrf *vrf);

/* How many items the proxy leaves late by ten minutes, as it says itself. */
void collection_note_late(struct vrf *vrf, uint64_t count);

/*
 * Sets the checks from what is known now. Without the API, or while the server does not hear the proxy, nothing is said
 * of the values that arrive.
 */
void collection_judge(struct vrf *vrf);
