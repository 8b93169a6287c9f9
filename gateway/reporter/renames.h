// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hosts to which the config gives another name. The mark tells that a host is ours and of which VRF, and its address
 * which of them: one that the config no longer names, at the address of one that Zabbix has not, is that one. So its
 * values stay with it. Where two of either have one address nobody can tell, and they are made anew.
 */
#pragma once

#include "reporter/inventory.h"
#include "reporter/view.h"

/* On a view that has our hosts and who has the wanted names: such a host gets its new name as key. Its own field says
 * the old one still, which the plan then brings up to date. */
void reporter_renames_find(struct reporter_view *view, const struct reporter_inventory *inventory);
