// SPDX-License-Identifier: GPL-2.0-or-later
/* Duplicate addresses: what is known of each, and who is asked when. */
#include "supervisor/conflicts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/duplicate.h"
#include "net/state.h"
#include "process/privileges.h"
#include "supervisor/drift.h"
#include "supervisor/job.h"
#include "supervisor/timer.h"

#define MAC_SIZE 6

/* RFC 5227, 1.1: PROBE_WAIT, PROBE_NUM, PROBE_MIN. */
#define FIRST_WAIT_MS 1000
#define FIRST_COUNT   3
#define FIRST_MS      1000
#define PERIOD_MS     60000
#define KNOWN_MS      5000
#define SILENT_MAX    3

#define RETRY_MIN_S 2
#define RETRY_MAX_S 60
/* With the usual settings the kernel takes two seconds. */
#define STUCK_MS    15000

/* Of one helper: how many it asks for, how long it listens, and when the next may begin. */
#define BATCH_MAX    64
#define LISTEN_MS    1000
#define BATCH_MS     2000
#define JOB_LIMIT_MS 20000

static bool is_v4(const struct conflict *conflict)
{
	return conflict->address.family == AF_INET;
}

/* A fifth more or less, so that many do not ask in step. */
static uint64_t scatter_ms(uint64_t delay_ms)
{
	return delay_ms * 4 / 5 + delay_ms * 2 / 5 * (uint64_t)(random() % 1000) / 1000;
}

/* ---- what is known ---- */

void conflicts_finish(struct vrf_conflicts *conflicts)
{
	free(conflicts->items);
	*conflicts = (struct vrf_conflicts){ 0 };
}

static struct conflict *find(
	const struct vrf_conflicts *conflicts, const char *interface, const struct address *address)
{
	for (size_t i = 0; i < conflicts->count; i++)
		if (strcmp(conflicts->items[i].interface, interface) == 0 &&
			address_equal(&conflicts->items[i].address, address))
			return &conflicts->items[i];
	return NULL;
}

static void retry_later(struct conflict *conflict, uint64_t now_ms)
{
	uint32_t pause_s = conflict->retry_s ? conflict->retry_s * 2 : RETRY_MIN_S;

	if (conflict->retry_ms)
		return;
	conflict->retry_s = pause_s > RETRY_MAX_S ? RETRY_MAX_S : pause_s;
	conflict->retry_ms = now_ms + scatter_ms(conflict->retry_s * UINT64_C(1000));
}

static void note_standing(struct conflict *conflict, enum net_address_standing standing,
	bool may_ask, uint64_t now_ms)
{
	switch (standing) {
	case NET_ADDRESS_USABLE:
		conflict->known = conflict->has_mac = conflict->stuck = false;
		conflict->tentative_ms = conflict->retry_ms = conflict->probe_ms = 0;
		conflict->retry_s = 0;
		return;
	case NET_ADDRESS_TENTATIVE:
		if (!conflict->ifindex)
			conflict->tentative_ms = 0;
		else if (!conflict->tentative_ms)
			conflict->tentative_ms = now_ms;
		return;
	case NET_ADDRESS_DUPLICATE:
		conflict->known = true;
		conflict->stuck = false;
		conflict->tentative_ms = 0;
		if (!conflict->has_mac && may_ask && !conflict->retry_ms)
			conflict->probe_ms = now_ms;
		retry_later(conflict, now_ms);
		return;
	}
	__builtin_unreachable();
}

/* Without a carrier nobody can be asked; when it comes the first probes are due. */
static void note_link(struct conflict *conflict, int ifindex, uint64_t now_ms)
{
	if (conflict->ifindex == ifindex)
		return;
	conflict->ifindex = ifindex;
	conflict->first = FIRST_COUNT;
	conflict->silent = 0;
	conflict->probe_ms = ifindex ? now_ms + (uint64_t)random() % FIRST_WAIT_MS : 0;
}

static void note_address(struct conflict *conflict, const struct config_interface *interface,
	const struct net_link_state *link, uint64_t now_ms)
{
	const struct net_link_address *there =
		net_link_state_find_address(link, &conflict->address);
	int ifindex = there && link->up && link->carrier && link->ethernet ? link->ifindex : 0;

	if (is_v4(conflict)) {
		note_link(conflict, ifindex, now_ms);
		return;
	}
	conflict->ifindex = ifindex;
	if (there)
		note_standing(conflict, there->standing, interface->conflict_detection, now_ms);
}

static void add(struct vrf_conflicts *now, const struct vrf_conflicts *before,
	const char *interface, const struct address *address)
{
	const struct conflict *known = find(before, interface, address);
	struct conflict *conflict;

	if (find(now, interface, address))
		return;
	conflict = array_append(&now->items, &now->count);
	if (known)
		*conflict = *known;
	snprintf(conflict->interface, sizeof(conflict->interface), "%s", interface);
	conflict->address = *address;
}

void conflicts_note_kernel(struct vrf *vrf, uint64_t now_ms)
{
	struct vrf_conflicts before = vrf->conflicts;

	vrf->conflicts = (struct vrf_conflicts){ 0 };
	for (size_t i = 0; i < vrf->config->n_interfaces; i++) {
		const struct config_interface *interface = &vrf->config->interfaces[i];
		const struct net_link_state *link =
			net_netns_state_find(&vrf->kernel, interface->name);

		for (size_t a = 0; a < interface->n_addresses; a++) {
			const struct address *address = &interface->addresses[a];

			if (address->family == AF_INET && !interface->conflict_detection)
				continue;
			add(&vrf->conflicts, &before, interface->name, address);
			note_address(find(&vrf->conflicts, interface->name, address), interface,
				link, now_ms);
		}
	}
	conflicts_finish(&before);
}

bool conflict_note_time(struct conflict *conflict, uint64_t now_ms)
{
	if (!conflict->tentative_ms || now_ms - conflict->tentative_ms < STUCK_MS)
		return false;
	conflict->stuck = true;
	conflict->tentative_ms = 0;
	retry_later(conflict, now_ms);
	return true;
}

static bool note_mac(struct conflict *conflict, const uint8_t mac[MAC_SIZE])
{
	bool changed =
		!conflict->known || !conflict->has_mac || memcmp(conflict->mac, mac, MAC_SIZE) != 0;

	conflict->known = conflict->has_mac = true;
	memcpy(conflict->mac, mac, MAC_SIZE);
	return changed;
}

/* Who has it may have lost one packet. */
static bool note_silence(struct conflict *conflict)
{
	if (!conflict->known || ++conflict->silent < SILENT_MAX)
		return false;
	conflict->known = conflict->has_mac = false;
	return true;
}

bool conflict_note_owner(struct conflict *conflict, const struct vrf *owner)
{
	const char *name = owner && conflict->has_mac ? owner->name : "";
	bool left = *name && !owner->config;
	bool changed = strcmp(conflict->owner, name) != 0 || conflict->owner_left != left;

	snprintf(conflict->owner, sizeof(conflict->owner), "%s", name);
	conflict->owner_left = left;
	return changed;
}

static uint64_t next_probe_ms(struct conflict *conflict)
{
	if (conflict->known)
		return scatter_ms(KNOWN_MS);
	if (conflict->first > 1) {
		conflict->first--;
		return FIRST_MS;
	}
	conflict->first = 0;
	return scatter_ms(PERIOD_MS);
}

bool conflict_note_answer(struct conflict *conflict, const uint8_t mac[MAC_SIZE], uint64_t now_ms)
{
	bool changed;

	conflict->probe_ms = 0;
	/* The kernel says who is a duplicate; an answer says only whose. */
	if (!is_v4(conflict))
		return mac && conflict->known && note_mac(conflict, mac);
	if (mac)
		conflict->silent = 0;
	changed = mac ? note_mac(conflict, mac) : note_silence(conflict);
	if (conflict->ifindex)
		conflict->probe_ms = now_ms + next_probe_ms(conflict);
	return changed;
}

uint64_t conflict_due_ms(const struct conflict *conflict)
{
	uint64_t due_ms = UINT64_MAX;

	if (!conflict->ifindex)
		return due_ms;
	if (conflict->probe_ms)
		due_ms = conflict->probe_ms;
	if (conflict->retry_ms && conflict->retry_ms < due_ms)
		due_ms = conflict->retry_ms;
	if (conflict->tentative_ms && conflict->tentative_ms + STUCK_MS < due_ms)
		due_ms = conflict->tentative_ms + STUCK_MS;
	return due_ms;
}

static bool retry_is_due(const struct conflict *conflict, uint64_t now_ms)
{
	return conflict->ifindex && conflict->retry_ms && conflict->retry_ms <= now_ms;
}

enum net_retry conflicts_take_retry(struct vrf *vrf, uint64_t now_ms)
{
	enum net_retry retry = NET_RETRY_NONE;

	for (size_t i = 0; i < vrf->conflicts.count; i++) {
		struct conflict *conflict = &vrf->conflicts.items[i];

		if (!retry_is_due(conflict, now_ms))
			continue;
		conflict->retry_ms = 0;
		if (conflict->stuck)
			retry = NET_RETRY_TENTATIVE;
		else if (retry == NET_RETRY_NONE)
			retry = NET_RETRY_DUPLICATES;
	}
	return retry;
}

static void who_describe(const struct conflict *conflict, char who[128])
{
	const uint8_t *m = conflict->mac;

	if (conflict->has_mac && *conflict->owner)
		snprintf(who, 128, "VRF '%s' of this gateway%s", conflict->owner,
			conflict->owner_left ? ", which is not in the config any more" : "");
	else if (conflict->has_mac)
		snprintf(who, 128, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4],
			m[5]);
	else
		snprintf(who, 128, "another host");
}

bool conflicts_describe(const struct vrf *vrf, const char *interface, const struct address *address,
	char text[CONFLICT_TEXT_SIZE])
{
	const struct conflict *conflict = find(&vrf->conflicts, interface, address);
	char formatted[ADDRESS_TEXT_SIZE], who[128];

	if (!conflict || !(conflict->known || conflict->stuck))
		return false;
	address_format(address, true, formatted);
	who_describe(conflict, who);
	if (conflict->known)
		snprintf(text, CONFLICT_TEXT_SIZE, "%s on '%s' is in use by %s (duplicate address)",
			formatted, interface, who);
	else
		snprintf(text, CONFLICT_TEXT_SIZE,
			"%s on '%s' is tentative (duplicate address detection does not end)",
			formatted, interface);
	return true;
}

/* ---- in the loop ---- */

/* What one helper is asked, and how to find again what it was about. */
struct question {
	char *vrf;
	char interface[NET_IFNAME_SIZE];
	struct address address;
};

struct conflicts {
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

static void timer_pull(struct conflicts *conflicts, uint64_t at_ms)
{
	uint64_t now_ms = clock_now_ms();

	if (at_ms >= conflicts->armed_ms)
		return;
	conflicts->armed_ms = at_ms;
	timer_arm(&conflicts->timer, conflicts->supervisor->event,
		at_ms > now_ms ? at_ms - now_ms : 0, on_timer, conflicts);
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
	struct conflicts *conflicts = (struct conflicts *)data;
	struct answer answers[BATCH_MAX] = { 0 };
	const char *user;

	net_duplicates_open(conflicts->probes, conflicts->count);
	if (privileges_drop_for_network(&user, NULL) < 0)
		return;
	net_duplicates_ask(
		conflicts->probes, conflicts->count, LISTEN_MS, is_own_mac, conflicts->supervisor);
	for (size_t i = 0; i < conflicts->count; i++) {
		const struct net_duplicate *probe = &conflicts->probes[i];

		answers[i].kind = probe->found ? ANSWER_MAC
			: probe->fd >= 0       ? ANSWER_NONE
					       : ANSWER_NOT_ASKED;
		memcpy(answers[i].mac, probe->mac, MAC_SIZE);
	}
	if (write(fd, answers, conflicts->count * sizeof(*answers)) < 0)
		_exit(EXIT_FAILURE);
}

static void answer_take(
	struct conflicts *conflicts, const struct question *question, const struct answer *answer)
{
	struct vrf *vrf = supervisor_find_vrf(conflicts->supervisor, question->vrf);
	struct conflict *conflict =
		vrf ? find(&vrf->conflicts, question->interface, &question->address) : NULL;
	uint64_t now_ms = clock_now_ms();
	bool changed = false, has_mac = answer->kind == ANSWER_MAC;

	if (!conflict)
		return;
	if (answer->kind == ANSWER_NOT_ASKED)
		conflict->probe_ms = now_ms + KNOWN_MS;
	else
		changed = conflict_note_answer(conflict, has_mac ? answer->mac : NULL, now_ms);
	/* To look is not for nothing where VRFs are read for it; whose it is changes with the config alone. */
	if (has_mac && (changed || *conflict->owner))
		changed |= conflict_note_owner(conflict,
			owner_find(conflicts->supervisor, vrf, &conflict->address, answer->mac));
	if (changed)
		vrf->context->look(vrf);
	timer_pull(conflicts, conflict_due_ms(conflict));
}

static void on_answers(const void *data, size_t size, bool in_time, void *whose)
{
	struct conflicts *conflicts = whose;
	const struct answer *answers = data, none = { .kind = ANSWER_NOT_ASKED };
	bool whole = in_time && size == conflicts->count * sizeof(*answers);

	conflicts->job = NULL;
	for (size_t i = 0; i < conflicts->count; i++) {
		answer_take(conflicts, &conflicts->questions[i], whole ? &answers[i] : &none);
		free(conflicts->questions[i].vrf);
	}
	conflicts->count = 0;
}

static void question_add(struct conflicts *conflicts, struct vrf *vrf, struct conflict *conflict)
{
	struct question *question = &conflicts->questions[conflicts->count];
	struct net_duplicate *probe = &conflicts->probes[conflicts->count++];
	const struct net_link_state *link = net_netns_state_find(&vrf->kernel, conflict->interface);

	question->vrf = xstrdup(vrf->name);
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

static void batch_begin(struct conflicts *conflicts)
{
	struct error err = ERROR_INIT;

	if (conflicts->count == 0)
		return;
	conflicts->begun_ms = clock_now_ms();
	if (job_start_own(conflicts->supervisor->event, ask, conflicts, JOB_LIMIT_MS, on_answers,
		    conflicts, &conflicts->job, &err) == 0)
		return;
	log_warning("cannot look for duplicate addresses: %s", err.text);
	on_answers(NULL, 0, false, conflicts);
}

static bool may_ask(const struct conflicts *conflicts, uint64_t now_ms)
{
	return !conflicts->job &&
		(!conflicts->begun_ms || now_ms >= conflicts->begun_ms + BATCH_MS);
}

/* True where the VRF has more to do than the batch had room for, or might begin now. */
static void vrf_on_time(struct conflicts *conflicts, struct vrf *vrf, bool asks, uint64_t now_ms)
{
	for (size_t i = 0; i < vrf->conflicts.count; i++) {
		struct conflict *conflict = &vrf->conflicts.items[i];

		if (!conflict->ifindex)
			continue;
		if (conflict_note_time(conflict, now_ms))
			vrf->context->look(vrf);
		if (retry_is_due(conflict, now_ms) && !vrf->wiring_due)
			vrf->context->wire(vrf);
		if (asks && conflict->probe_ms && conflict->probe_ms <= now_ms &&
			conflicts->count < BATCH_MAX)
			question_add(conflicts, vrf, conflict);
	}
}

/* What is due but has to wait for the helper, or for the next one, comes with that. */
static uint64_t next_ms(const struct conflicts *conflicts, uint64_t now_ms)
{
	const struct supervisor *supervisor = conflicts->supervisor;
	uint64_t next_ms = UINT64_MAX, soonest_ms = conflicts->begun_ms + BATCH_MS;

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
	struct conflicts *conflicts = data;
	const struct supervisor *supervisor = conflicts->supervisor;
	uint64_t now_ms = clock_now_ms();
	bool asks = may_ask(conflicts, now_ms);

	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (drift_is_up(supervisor->vrfs[i]))
			vrf_on_time(conflicts, supervisor->vrfs[i], asks, now_ms);
	conflicts->armed_ms = UINT64_MAX;
	if (asks)
		batch_begin(conflicts);
	timer_pull(conflicts, next_ms(conflicts, now_ms));
}

void conflicts_compared(struct conflicts *conflicts, struct vrf *vrf)
{
	uint64_t now_ms = clock_now_ms();

	conflicts_note_kernel(vrf, now_ms);
	for (size_t i = 0; conflicts && i < vrf->conflicts.count; i++)
		timer_pull(conflicts, conflict_due_ms(&vrf->conflicts.items[i]));
}

struct conflicts *conflicts_create(struct supervisor *supervisor)
{
	struct conflicts *conflicts = xcalloc(1, sizeof(*conflicts));

	conflicts->supervisor = supervisor;
	conflicts->armed_ms = UINT64_MAX;
	return conflicts;
}

void conflicts_destroy(struct conflicts *conflicts)
{
	if (!conflicts)
		return;
	job_destroy(conflicts->job);
	for (size_t i = 0; i < conflicts->count; i++)
		free(conflicts->questions[i].vrf);
	timer_finish(&conflicts->timer);
	free(conflicts);
}
