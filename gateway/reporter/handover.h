// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VRF goes from one gateway to another. Whose it is the mark of its proxy in Zabbix tells, and one write of that
 * mark hands it over, so that there is no half of it:
 *
 *	id A			gateway A has the VRF
 *	released id A		A has given it up: its proxy has ended, and has sent what it held
 *	from A id B		B has taken the proxy over, by another name and key. What else bears A's mark and that
 *				VRF's name, hosts and rules, is B's, who marks it in the same pass or in a later one
 *
 * The next gateway whose config has a released VRF takes it over, where it has no proxy of that VRF yet and the released
 * one has hosts of its config (or the config names none). One that has not been released is another's: no proxy is made
 * for it, and nothing of it is changed; so it is with one whose proxy could not get its name here. So it is for A, too, when it comes back. With inventory->takes it is taken
 * over all the same, unless the server hears its proxy: the gateway that had it is gone.
 *
 * Two that write at once: each reads again what it has written, and the last has it.
 */
#pragma once

#include "reporter/plan.h"

/*
 * For VRFs of which we have no proxy: which are taken over, whose proxies are in the view as ours then, and which are
 * another gateway's (plan->elsewhere). On a view that has the proxies; asks who has the hosts of such VRFs.
 */
int reporter_handover_read(struct reporter_plan *plan, struct reporter_view *view,
	struct zabbix_api *api, struct error *err);

/* Reads the hosts of VRFs that came from other gateways and bear their marks still: they are ours in the view then. */
int reporter_handover_read_hosts(struct reporter_plan *plan, struct reporter_view *view,
	struct zabbix_api *api, struct error *err);

/* Nothing of a VRF is taken over whose proxy does not bear our mark: it could not be written. */
void reporter_handover_drop(struct reporter_plan *plan, const char *vrf);

/* The same for those that were read, after our hosts have been read again. */
void reporter_handover_merge_hosts(struct reporter_view *view);

/* The marks of VRFs that are released, and a problem for each VRF that is another gateway's. */
void reporter_plan_handover(struct reporter_plan *plan);

/* Whether we have given a VRF up: its proxy's mark is released, or another gateway has it from us. */
bool reporter_handover_is_given(
	const struct reporter_view *view, const struct reporter_owner *owner, const char *vrf);

/* Whether a VRF went from our config on purpose while another gateway's has it: it is released by that. */
bool reporter_handover_is_left(const struct reporter_plan *plan, const char *vrf);

/* Into plan->claims: what another gateway has of what our config names; on a view that knows who has the names. */
void reporter_handover_claim(
	struct reporter_plan *plan, const char *id, const char *what, const char *name);

/* A problem for each thing of ours that another gateway's config names, too. */
void reporter_handover_tell_claims(struct reporter_plan *plan);
