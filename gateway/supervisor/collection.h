// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether what a proxy has to collect is collected: the check `values`. */
#pragma once

#include "supervisor/vrf.h"

/* What the proxy's own database says that it has to poll. Processes that it lacks for it cost a restart, once for
 * each kind (vrf_want_pollers()). */
void collection_note_demand(struct vrf *vrf, const struct zabbix_demand *demand);

/* Sets the check from what is known now. */
void collection_judge(struct vrf *vrf);
