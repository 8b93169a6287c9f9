// SPDX-License-Identifier: GPL-2.0-or-later
/* Which addresses are asked for when, in the loop. */
#include "supervisor/duplicates.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/duplicate.h"
#include "net/state.h"
#include "process/job.h"
#include "process/privileges.h"
#include "process/timer.h"
#include "supervisor/drift.h"
#include "vrf/conflicts.h"

#define MAC_SIZE     6
/* Where nobody could be asked, it is tried again after that. */
#define AGAIN_MS     5000
/* Of one helper: how many it asks for, how long it listens, and when the next may begin. */
#define BATCH_MAX    64
#define LISTEN_MS    1000
#define BATCH_MS     2000
#define JOB_LIMIT_MS 20000

/* What one helper is asked, and how to find again what it was about. */
struct question {
	char *vrf;
	bool is_set; /* a gateway whose entry is, in the neighbour table */
	char interface[NET_IFNAME_SIZE];
	struct address address;
};

struct duplicates {
	struct supervisor *supervisor;
	struct timer timer;
	uint64_t armed_ms; /* what the timer is armed for; UINT64_MAX: nothing */
	struct job *job;   /* NULL: nobody is asked just now */
	uint64_t begun_ms; /* when the last one was */
	struct question questions[BATCH_MAX];
	struct net_duplicate probes[BATCH_MAX];
	size_t count;
};

enum answer_kind {
	ANSWER_NOT_ASKED,
	ANSWER_NONE,
	ANSWER_MAC,
};

struct answer {
	uint8_t kind;
	uint8_t mac[MAC_SIZE];
};
_Static_assert(sizeof(struct answer) * BATCH_MAX <= JOB_ANSWER_MAX, "an answer is kept whole");

static void on_timer(void *data);

static void timer_pull(struct duplicates *duplicates, uint64_t at_ms)
{
	uint64_t now_ms = clock_now_ms();

	if (at_ms >= duplicates->armed_ms)
		return;
	duplicates->armed_ms = at_ms;
	timer_arm(&duplicates->timer, duplicates->supervisor->event,
		at_ms > now_ms ? at_ms - now_ms : 0, on_timer, duplicates);
}

/* The kernel answers for an address of a namespace on each of its interfaces. */
static bool is_own_mac(
	const struct net_duplicate *duplicate, const uint8_t mac[MAC_SIZE], const void *data)
{
	const struct vrf *vrf = supervisor_find_vrf(data, duplicate->netns);

	return vrf && net_netns_state_has_mac(&vrf->kernel, mac);
}

/* Of one that is in no config nothing is kept: it is read. */
static bool owns(const struct vrf *vrf, const struct address *address, const uint8_t mac[MAC_SIZE])
{
	struct net_netns_state state = { 0 };
	bool does;

	if (vrf->config)
		return net_netns_state_answers(&vrf->kernel, address, mac);
	does = net_netns_state_read(vrf->name, &state, NULL) == 0 &&
		net_netns_state_answers(&state, address, mac);
	net_netns_state_finish(&state);
	return does;
}

/* The other VRF whose both are; NULL: none, or more than one, as all VLANs of a NIC may have its MAC. */
static const struct vrf *owner_find(const struct supervisor *supervisor, const struct vrf *but,
	const struct address *address, const uint8_t mac[MAC_SIZE])
{
	const struct vrf *owner = NULL;

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		if (supervisor->vrfs[i] == but || !owns(supervisor->vrfs[i], address, mac))
			continue;
		if (owner)
			return NULL;
		owner = supervisor->vrfs[i];
	}
	return owner;
}

/* Of a helper: what customers send is read without rights. */
static void ask(int fd, const void *data)
{
	struct duplicates *duplicates = (struct duplicates *)data;
	struct answer answers[BATCH_MAX] = { 0 };
	const char *user;

	net_duplicates_open(duplicates->probes, duplicates->count);
	if (privileges_drop_for_network(&user, NULL) < 0)
		return;
	net_duplicates_ask(duplicates->probes, duplicates->count, LISTEN_MS, is_own_mac,
		duplicates->supervisor);
	for (size_t i = 0; i < duplicates->count; i++) {
		const struct net_duplicate *probe = &duplicates->probes[i];

		answers[i].kind = probe->found ? ANSWER_MAC
			: probe->fd >= 0       ? ANSWER_NONE
					       : ANSWER_NOT_ASKED;
		memcpy(answers[i].mac, probe->mac, MAC_SIZE);
	}
	if (write(fd, answers, duplicates->count * sizeof(*answers)) < 0)
		_exit(EXIT_FAILURE);
}

static void answer_take(
	struct duplicates *duplicates, const struct question *question, const struct answer *answer)
{
	struct vrf *vrf = supervisor_find_vrf(duplicates->supervisor, question->vrf);
	struct conflict *conflict = vrf ? conflicts_find(&vrf->conflicts, question->is_set,
						  question->interface, &question->address)
					: NULL;
	uint64_t now_ms = clock_now_ms();
	bool changed = false, has_mac = answer->kind == ANSWER_MAC;

	if (!conflict)
		return;
	if (answer->kind == ANSWER_NOT_ASKED)
		conflict->probe_ms = now_ms + AGAIN_MS;
	else
		changed = conflict_note_answer(conflict, has_mac ? answer->mac : NULL, now_ms);
	/* To look is not for nothing where VRFs are read for it; whose it is changes with the config alone. */
	if (has_mac && !conflict->is_set && (changed || *conflict->owner)) {
		const struct vrf *owner =
			owner_find(duplicates->supervisor, vrf, &conflict->address, answer->mac);

		changed |= conflict_note_owner(
			conflict, owner ? owner->name : NULL, owner && !owner->config);
	}
	if (changed)
		vrf->context->look(vrf);
	timer_pull(duplicates, conflict_due_ms(conflict));
}

static void on_answers(const void *data, size_t size, bool in_time, void *whose)
{
	struct duplicates *duplicates = whose;
	const struct answer *answers = data, none = { .kind = ANSWER_NOT_ASKED };
	bool whole = in_time && size == duplicates->count * sizeof(*answers);

	duplicates->job = NULL;
	for (size_t i = 0; i < duplicates->count; i++) {
		answer_take(duplicates, &duplicates->questions[i], whole ? &answers[i] : &none);
		free(duplicates->questions[i].vrf);
	}
	duplicates->count = 0;
}

static void question_add(struct duplicates *duplicates, struct vrf *vrf, struct conflict *conflict)
{
	struct question *question = &duplicates->questions[duplicates->count];
	struct net_duplicate *probe = &duplicates->probes[duplicates->count++];
	const struct net_link_state *link = net_netns_state_find(&vrf->kernel, conflict->interface);

	question->vrf = xstrdup(vrf->name);
	question->is_set = conflict->is_set;
	memcpy(question->interface, conflict->interface, sizeof(question->interface));
	question->address = conflict->address;
	*probe = (struct net_duplicate){ .netns = question->vrf,
		.ifindex = conflict->ifindex,
		.address = conflict->address,
		.fd = -1 };
	if (link)
		memcpy(probe->own_mac, link->mac, MAC_SIZE);
	conflict->probe_ms = 0;
}

static void batch_begin(struct duplicates *duplicates)
{
	struct error err = ERROR_INIT;

	if (duplicates->count == 0)
		return;
	duplicates->begun_ms = clock_now_ms();
	if (job_start_own(duplicates->supervisor->event, ask, duplicates, JOB_LIMIT_MS, on_answers,
		    duplicates, &duplicates->job, &err) == 0)
		return;
	log_warning("cannot look for duplicate addresses: %s", err.text);
	on_answers(NULL, 0, false, duplicates);
}

static bool may_ask(const struct duplicates *duplicates, uint64_t now_ms)
{
	return !duplicates->job &&
		(!duplicates->begun_ms || now_ms >= duplicates->begun_ms + BATCH_MS);
}

/* True where the VRF has more to do than the batch had room for, or might begin now. */
static void vrf_on_time(struct duplicates *duplicates, struct vrf *vrf, bool asks, uint64_t now_ms)
{
	for (size_t i = 0; i < vrf->conflicts.count; i++) {
		struct conflict *conflict = &vrf->conflicts.items[i];

		if (!conflict->ifindex)
			continue;
		if (conflict_note_time(conflict, now_ms))
			vrf->context->look(vrf);
		if (conflict_retry_is_due(conflict, now_ms) && !vrf->wiring_due)
			vrf->context->wire(vrf);
		if (asks && conflict->probe_ms && conflict->probe_ms <= now_ms &&
			duplicates->count < BATCH_MAX)
			question_add(duplicates, vrf, conflict);
	}
}

/* What is due but has to wait for the helper, or for the next one, comes with that. */
static uint64_t next_ms(const struct duplicates *duplicates, uint64_t now_ms)
{
	const struct supervisor *supervisor = duplicates->supervisor;
	uint64_t next_ms = UINT64_MAX, soonest_ms = duplicates->begun_ms + BATCH_MS;

	for (size_t v = 0; v < supervisor->n_vrfs; v++) {
		const struct vrf *vrf = supervisor->vrfs[v];

		for (size_t i = 0; drift_is_up(vrf) && i < vrf->conflicts.count; i++) {
			uint64_t due_ms = conflict_due_ms(&vrf->conflicts.items[i]);

			if (due_ms < next_ms)
				next_ms = due_ms;
		}
	}
	if (next_ms <= now_ms)
		return soonest_ms > now_ms ? soonest_ms : now_ms + BATCH_MS;
	return next_ms;
}

static void on_timer(void *data)
{
	struct duplicates *duplicates = data;
	const struct supervisor *supervisor = duplicates->supervisor;
	uint64_t now_ms = clock_now_ms();
	bool asks = may_ask(duplicates, now_ms);

	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (drift_is_up(supervisor->vrfs[i]))
			vrf_on_time(duplicates, supervisor->vrfs[i], asks, now_ms);
	duplicates->armed_ms = UINT64_MAX;
	if (asks)
		batch_begin(duplicates);
	timer_pull(duplicates, next_ms(duplicates, now_ms));
}

void duplicates_compared(struct duplicates *duplicates, struct vrf *vrf)
{
	uint64_t now_ms = clock_now_ms();

	conflicts_note_kernel(&vrf->conflicts, vrf->config, &vrf->kernel, now_ms);
	for (size_t i = 0; duplicates && i < vrf->conflicts.count; i++)
		timer_pull(duplicates, conflict_due_ms(&vrf->conflicts.items[i]));
}

struct duplicates *duplicates_create(struct supervisor *supervisor)
{
	struct duplicates *duplicates = xcalloc(1, sizeof(*duplicates));

	duplicates->supervisor = supervisor;
	duplicates->armed_ms = UINT64_MAX;
	return duplicates;
}

void duplicates_destroy(struct duplicates *duplicates)
{
	if (!duplicates)
		return;
	job_destroy(duplicates->job);
	for (size_t i = 0; i < duplicates->count; i++)
		free(duplicates->questions[i].vrf);
	timer_finish(&duplicates->timer);
	free(duplicates);
}
