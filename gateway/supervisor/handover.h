// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VRFs of the config that this gateway does not run, as they were released or as another gateway has them
 * (reporter/handover.h). They are as if the config disabled them: their proxies end, those of released ones when they
 * have sent what they hold, and the kernel has nothing of them, as another gateway may use the same addresses on the
 * same wire. state_dir/handover.json keeps them over a reboot:
 *
 *	{ "schema": 1, "released": [ "acme" ], "elsewhere": { "bravo": "gateway 'gw2' (id 01234567)" } }
 *
 * A released one stays so until it is started by hand or gone from the config; one that another gateway has until the
 * reporter finds it released there, or gone.
 */
#pragma once

#include <jansson.h>

#include "supervisor/supervisor.h"

struct handover {
	struct strings released;
	struct strings confirmed; /* those whose release Zabbix has */
	json_t *elsewhere;        /* an object or NULL */
};

/* Where there is no such file, nothing is given up. */
int handover_read(
	const struct config_gateway *gateway, struct handover *handover, struct error *err);
void handover_finish(struct handover *handover);

/* Sets what the config is to say of them, anew where it says something already. */
void handover_apply(const struct handover *handover, struct config *config);

/* For the config that has just been taken over, to which handover_apply() was done. */
void handover_take_config(struct supervisor *supervisor);

/* A supervisor that starts goes on with releases where one before was. */
void handover_resume(struct supervisor *supervisor);

/* For a command: handover_read() and handover_apply(), as if no other gateway had these VRFs. */
int handover_apply_file(struct config *config, const struct strings *spared, struct error *err);

/* Orders: order_fn of vrf/order.h. A start takes a release back. */
int handover_order_release(struct vrf *vrf, struct error *err);
int handover_order_start(struct vrf *vrf, struct error *err);

/* The VRF rests. */
void handover_note_rest(struct supervisor *supervisor, const struct vrf *vrf);

/* What the reporter says after a sync. True where it is to work by another inventory. */
bool handover_learn(struct supervisor *supervisor, const json_t *elsewhere, const json_t *released);

/* "", "releasing", "released" or "elsewhere". */
const char *handover_word(const struct vrf *vrf);
