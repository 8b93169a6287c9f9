// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose a VRF is, and taking it over. */
#include "reporter/handover.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "zabbix/json.h"

#define WATCH_POLL_MS 1000
/* Tags of a host hold so many characters, and so many of ours do. */
#define CLAIM_MAX     255
#define CLAIMS_MAX    16

/* A VRF of the config, whether it is registered or given up. */
struct seat {
	const char *vrf, *proxy; /* and what its proxy is to be called */
	const struct config_host *hosts;
	size_t n_hosts;
	bool active;
};

struct handover {
	struct reporter_plan *plan;
	struct reporter_view *view;
	struct zabbix_api *api;
	struct reporter_owner owner;
	json_t *holders; /* who has the hosts of those VRFs, by name */
	json_t *heard;   /* ids of proxies whose gateways live, as keys */
};

static struct seat seat_at(const struct reporter_inventory *inventory, size_t i)
{
	const struct reporter_given_up *given;

	if (i < inventory->n_proxies) {
		const struct reporter_proxy *proxy = &inventory->proxies[i];

		return (struct seat){ proxy->vrf, proxy->name, proxy->hosts, proxy->n_hosts, true };
	}
	given = &inventory->given_up[i - inventory->n_proxies];
	return (struct seat){ given->vrf, given->name, given->hosts, given->n_hosts, false };
}

static size_t count_seats(const struct reporter_inventory *inventory)
{
	return inventory->n_proxies + inventory->n_given_up;
}

static int holders_read(struct handover *handover, struct error *err)
{
	const struct reporter_inventory *inventory = handover->plan->inventory;
	cleanup_json json_t *list = NULL, *names = json_array();
	json_t *host;
	size_t i;
	int r;

	for (i = 0; i < count_seats(inventory); i++) {
		struct seat seat = seat_at(inventory, i);

		for (size_t j = 0;
			!reporter_view_find(handover->view, REPORTER_KIND_PROXY, seat.vrf) &&
			j < seat.n_hosts;
			j++)
			json_array_append_new(names, zabbix_json_string(seat.hosts[j].name));
	}
	if (json_array_size(names) == 0)
		return 0;
	r = zabbix_api_call(handover->api, "host.get",
		zabbix_json_pack("{s:[s, s], s:{s:O}, s:[s, s]}", "output", "hostid", "host",
			"filter", "host", names, "selectTags", "tag", "value"),
		&list, err);
	json_array_foreach (list, i, host)
		json_object_set(handover->holders, zabbix_json_text(host, "host"), host);
	return r;
}

/* The first host of a VRF that another gateway has by a VRF of that name; NULL: there is none. */
static const json_t *others_host(const struct handover *handover, const struct seat *seat)
{
	for (size_t i = 0; i < seat->n_hosts; i++) {
		const json_t *host = json_object_get(handover->holders, seat->hosts[i].name);

		if (host && reporter_mark_other_host(host, &handover->owner) &&
			strcmp(reporter_mark_tag(host, REPORTER_TAG_VRF), seat->vrf) == 0)
			return host;
	}
	return NULL;
}

/*
 * Of the proxies of a VRF that other gateways have: that of the gateway with this id, or that which came from it;
 * where none is known, the only one. NULL: there is none such.
 */
static json_t *proxy_choose(
	const struct handover *handover, json_t *objects, const char *vrf, const char *id)
{
	json_t *list = json_object_get(objects, vrf), *proxy, *chosen = NULL;
	size_t i;

	if (!id)
		return json_array_size(list) == 1 ? json_array_get(list, 0) : NULL;
	json_array_foreach (list, i, proxy) {
		cleanup(reporter_mark_finish) struct reporter_mark mark;

		if (reporter_mark_read(
			    zabbix_json_text(proxy, "description"), &handover->owner, &mark) &&
			(strcmp(mark.id, id) == 0 || reporter_mark_is_from(mark.from, id)))
			chosen = proxy;
	}
	return chosen;
}

/* --- taking over --- */

static int lastaccess_read(
	const struct handover *handover, const json_t *proxyids, json_t **list, struct error *err)
{
	return zabbix_api_call(handover->api, "proxy.get",
		zabbix_json_pack("{s:[s, s], s:O, s:b}", "output", "proxyid", "lastaccess",
			"proxyids", proxyids, "preservekeys", 1),
		list, err);
}

/*
 * Notes which of these proxies the server hears meanwhile. Readings are compared with each other: no clock is trusted.
 * What it heard last it writes to its database a few seconds later, so that the first of them waits.
 */
static int proxies_watch(struct handover *handover, const json_t *proxyids, struct error *err)
{
	unsigned watch_ms = handover->plan->inventory->watch_s * 1000;
	cleanup_json json_t *first = NULL;
	int r;

	if (json_array_size(proxyids) == 0)
		return 0;
	usleep(watch_ms / 3 * 1000);
	watch_ms -= watch_ms / 3;
	r = lastaccess_read(handover, proxyids, &first, err);
	for (unsigned ms = 0; r == 0 &&
		json_object_size(first) > json_object_size(handover->heard) && ms < watch_ms;
		ms += WATCH_POLL_MS) {
		cleanup_json json_t *now = NULL;
		const char *id;
		json_t *proxy;

		usleep(WATCH_POLL_MS * 1000);
		r = lastaccess_read(handover, proxyids, &now, err);
		json_object_foreach (now, id, proxy)
			if (!json_equal(proxy, json_object_get(first, id)))
				json_object_set_new(handover->heard, id, json_true());
	}
	return r;
}

/* proxy: NULL where the gateway that had the VRF has left none. */
static void vrf_take(struct handover *handover, const char *vrf, json_t *proxy, const char *id)
{
	cleanup(reporter_mark_finish) struct reporter_mark mark = { 0 };
	cleanup_free char *from = NULL;

	if (proxy)
		(void)reporter_mark_read(
			zabbix_json_text(proxy, "description"), &handover->owner, &mark);
	from = reporter_mark_from_add(
		mark.from ? mark.from : "", proxy ? mark.id : id, handover->owner.id);
	json_object_set_new(handover->view->heirs, vrf, zabbix_json_string(from));
	/* Where it has our name, what else it has is told when that is read again. */
	json_object_del(handover->view->others, proxy ? mark.id : id);
	if (!proxy)
		return;
	json_object_set(handover->view->objects[REPORTER_KIND_PROXY], vrf, proxy);
	strings_addf(&handover->plan->result->notes,
		"vrf '%s' comes from gateway '%s' (id %.8s), with proxy '%s'", vrf, mark.gateway,
		mark.id, zabbix_json_text(proxy, handover->plan->words->proxy_name));
}

/* taken: a name that is not free for its proxy, which is why it stays there; NULL: that is not why. */
static void elsewhere_note(struct handover *handover, const char *vrf, const char *gateway,
	const char *id, const char *taken)
{
	json_object_set_new(handover->plan->elsewhere, vrf,
		zabbix_json_pack("{s:o, s:o, s:o}", "gateway", zabbix_json_string(gateway), "id",
			zabbix_json_string(id), "taken",
			taken ? zabbix_json_string(taken) : json_null()));
}

/* The name that the proxy would get, where somebody else's has it; NULL: it is free. proxy: NULL for a new one. */
static const char *name_taken(
	const struct handover *handover, const struct seat *seat, const json_t *proxy)
{
	const json_t *holder =
		reporter_view_find(handover->view, REPORTER_KIND_PROXY_NAME, seat->proxy);

	return holder &&
			!zabbix_json_same(json_object_get(holder, "proxyid"),
				json_object_get(proxy, "proxyid"))
		? seat->proxy
		: NULL;
}

/* A proxy that another gateway has from us; NULL: there is none. */
static json_t *proxy_from_us(
	const struct reporter_view *view, const struct reporter_owner *owner, const char *vrf)
{
	json_t *proxy;
	size_t i;

	json_array_foreach (json_object_get(view->foreign, vrf), i, proxy) {
		cleanup(reporter_mark_finish) struct reporter_mark mark;

		if (reporter_mark_read(zabbix_json_text(proxy, "description"), owner, &mark) &&
			reporter_mark_is_from(mark.from, owner->id))
			return proxy;
	}
	return NULL;
}

static bool is_to_be_taken(const struct reporter_inventory *inventory, const char *vrf)
{
	return inventory->takes_all || strings_contain(&inventory->takes, vrf);
}

/* The proxy of a VRF that is to be taken by force; NULL: there is none, or it is released and needs no force. */
static json_t *seized_proxy(const struct handover *handover, const struct seat *seat)
{
	const json_t *host = others_host(handover, seat);
	const char *id = host ? reporter_mark_other_host(host, &handover->owner) : NULL;
	json_t *former = proxy_from_us(handover->view, &handover->owner, seat->vrf);

	return former ? former : proxy_choose(handover, handover->view->foreign, seat->vrf, id);
}

static bool is_to_be_seized(const struct handover *handover, const struct seat *seat)
{
	return seat->active && is_to_be_taken(handover->plan->inventory, seat->vrf) &&
		!reporter_view_find(handover->view, REPORTER_KIND_PROXY, seat->vrf);
}

static int seized_watch(struct handover *handover, struct error *err)
{
	cleanup_json json_t *proxyids = json_array();

	for (size_t i = 0; i < count_seats(handover->plan->inventory); i++) {
		struct seat seat = seat_at(handover->plan->inventory, i);
		json_t *proxy =
			is_to_be_seized(handover, &seat) ? seized_proxy(handover, &seat) : NULL;

		if (proxy)
			json_array_append(proxyids, json_object_get(proxy, "proxyid"));
	}
	return proxies_watch(handover, proxyids, err);
}

/* True where the VRF is ours now. */
static bool vrf_seize(struct handover *handover, const struct seat *seat, const char *id)
{
	json_t *proxy = seized_proxy(handover, seat);

	if (proxy && json_object_get(handover->heard, zabbix_json_text(proxy, "proxyid"))) {
		strings_addf(&handover->plan->result->problems,
			"vrf '%s' is not taken over: the server hears proxy '%s', so its gateway lives",
			seat->vrf, zabbix_json_text(proxy, handover->plan->words->proxy_name));
		return false;
	}
	if ((!proxy && !id) || name_taken(handover, seat, proxy))
		return false;
	vrf_take(handover, seat->vrf, proxy, id);
	return true;
}

/* It has been released, and stays released where its proxy cannot have the name that it is to have. */
static void released_judge(struct handover *handover, const struct seat *seat, json_t *proxy)
{
	const char *taken = name_taken(handover, seat, proxy);
	cleanup(reporter_mark_finish) struct reporter_mark mark = { 0 };

	if (!taken && seat->active)
		vrf_take(handover, seat->vrf, proxy, NULL);
	if (taken &&
		reporter_mark_read(zabbix_json_text(proxy, "description"), &handover->owner, &mark))
		elsewhere_note(handover, seat->vrf, mark.gateway, mark.id, taken);
}

static void seat_judge(struct handover *handover, const struct seat *seat)
{
	const json_t *host = others_host(handover, seat);
	const char *id = host ? reporter_mark_other_host(host, &handover->owner) : NULL;
	json_t *released = proxy_choose(handover, handover->view->released, seat->vrf, id);
	json_t *former = proxy_from_us(handover->view, &handover->owner, seat->vrf);
	cleanup(reporter_mark_finish) struct reporter_mark mark = { 0 };
	bool seizes = is_to_be_seized(handover, seat);
	const char *taken;

	/* One that has hosts, and not those of our config, is another VRF of that name. */
	if (released && (id || seat->n_hosts == 0)) {
		released_judge(handover, seat, released);
		return;
	}
	if (seizes && vrf_seize(handover, seat, id))
		return;
	taken = seizes ? name_taken(handover, seat, seized_proxy(handover, seat)) : NULL;
	if (former &&
		reporter_mark_read(
			zabbix_json_text(former, "description"), &handover->owner, &mark))
		elsewhere_note(handover, seat->vrf, mark.gateway, mark.id, taken);
	else if (host)
		elsewhere_note(handover, seat->vrf, reporter_mark_tag(host, REPORTER_TAG_GATEWAY),
			id, taken);
}

/* Those that came earlier. */
static void heirs_note(struct handover *handover)
{
	const char *vrf;
	json_t *proxy;

	json_object_foreach (handover->view->objects[REPORTER_KIND_PROXY], vrf, proxy) {
		cleanup(reporter_mark_finish) struct reporter_mark mark;

		if (reporter_mark_read(
			    zabbix_json_text(proxy, "description"), &handover->owner, &mark) &&
			*mark.from)
			json_object_set_new(
				handover->view->heirs, vrf, zabbix_json_string(mark.from));
	}
}

int reporter_handover_read(struct reporter_plan *plan, struct reporter_view *view,
	struct zabbix_api *api, struct error *err)
{
	cleanup_json json_t *holders = json_object();
	cleanup_json json_t *heard = json_object();
	struct handover handover = { plan, view, api, reporter_owner_of(plan->inventory), holders,
		heard };
	int r;

	json_decref(view->heirs);
	view->heirs = json_object();
	heirs_note(&handover);
	r = holders_read(&handover, err);
	if (r == 0)
		r = seized_watch(&handover, err);
	for (size_t i = 0; r == 0 && i < count_seats(plan->inventory); i++) {
		struct seat seat = seat_at(plan->inventory, i);

		if (!reporter_view_find(view, REPORTER_KIND_PROXY, seat.vrf))
			seat_judge(&handover, &seat);
	}
	if (r == 0 && json_object_size(view->heirs) > 0)
		r = reporter_view_read(
			view, api, plan->inventory, REPORTER_KIND_RULE, REPORTER_KIND_ACTION, err);
	return r;
}

void reporter_handover_drop(struct reporter_plan *plan, const char *vrf)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);
	const json_t *proxy = reporter_view_find(plan->view, REPORTER_KIND_PROXY, vrf);
	cleanup(reporter_mark_finish) struct reporter_mark mark = { 0 };

	if (!json_object_get(plan->view->heirs, vrf) ||
		(proxy &&
			reporter_mark_read(zabbix_json_text(proxy, "description"), &owner, &mark) &&
			mark.is_ours))
		return;
	json_object_del(plan->view->heirs, vrf);
	json_object_del(plan->view->objects[REPORTER_KIND_PROXY], vrf);
}

void reporter_handover_merge_hosts(struct reporter_view *view)
{
	json_t *hosts = view->objects[REPORTER_KIND_HOST], *host;
	cleanup_json json_t *ids = json_object();
	const char *name;

	/* Those that were marked meanwhile are there, perhaps by another name. */
	json_object_foreach (hosts, name, host)
		json_object_set_new(ids, zabbix_json_text(host, "hostid"), json_true());
	json_object_foreach (view->objects[REPORTER_KIND_TAKEN], name, host) {
		if (json_object_get(ids, zabbix_json_text(host, "hostid")) ||
			json_object_get(hosts, name))
			continue;
		json_object_set(hosts, name, host);
		json_object_del(view->objects[REPORTER_KIND_HOST_NAME], name);
	}
}

int reporter_handover_read_hosts(struct reporter_plan *plan, struct reporter_view *view,
	struct zabbix_api *api, struct error *err)
{
	int r = reporter_view_read(
		view, api, plan->inventory, REPORTER_KIND_TAKEN, REPORTER_KIND_TAKEN, err);

	if (r == 0)
		reporter_handover_merge_hosts(view);
	return r;
}

/* --- giving up --- */

/* "vrf acme" of a claim on what we have; NULL: it is on what somebody else has. */
static const char *claim_read(const json_t *tag, const char *own)
{
	const char *value = zabbix_json_text(tag, "value");
	size_t length = strlen(own);

	return strcmp(zabbix_json_text(tag, "tag"), REPORTER_TAG_CLAIM) == 0 &&
			strncmp(value, own, length) == 0 && value[length] == ' '
		? value + length + 1
		: NULL;
}

bool reporter_handover_is_left(const struct reporter_plan *plan, const char *vrf)
{
	cleanup_free char *wanted = xasprintf("vrf %s", vrf);
	const char *name;
	json_t *host, *tag;
	size_t i;

	if (!strings_contain(&plan->inventory->removed, vrf))
		return false;
	json_object_foreach (plan->view->objects[REPORTER_KIND_CLAIM], name, host)
		json_array_foreach (json_object_get(host, "tags"), i, tag) {
			const char *claim = claim_read(tag, plan->inventory->gateway_id);

			if (claim && strcmp(claim, wanted) == 0)
				return true;
		}
	return false;
}

static void release_plan(struct reporter_plan *plan, const char *vrf)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);
	const json_t *proxy = reporter_view_find(plan->view, REPORTER_KIND_PROXY, vrf);
	cleanup(reporter_mark_finish) struct reporter_mark mark = { 0 };
	cleanup_free char *description = NULL;

	if (!proxy || !reporter_mark_read(zabbix_json_text(proxy, "description"), &owner, &mark) ||
		mark.released)
		return;
	description = reporter_mark_release(zabbix_json_text(proxy, "description"), &owner);
	reporter_writes_add(plan->writes, REPORTER_WRITE_UPDATE, "proxy",
		zabbix_json_text(proxy, plan->words->proxy_name), "proxy.update",
		zabbix_json_pack("{s:O, s:o}", "proxyid", json_object_get(proxy, "proxyid"),
			"description", zabbix_json_string(description)));
	reporter_writes_add_details(plan->writes, xasprintf("vrf '%s' released", vrf));
}

void reporter_plan_handover(struct reporter_plan *plan)
{
	const struct reporter_inventory *inventory = plan->inventory;
	const char *vrf;
	json_t *owner;

	for (size_t i = 0; i < inventory->n_given_up; i++)
		if (inventory->given_up[i].released && inventory->given_up[i].at_rest)
			release_plan(plan, inventory->given_up[i].vrf);
	for (size_t i = 0; i < inventory->removed.count; i++)
		if (reporter_handover_is_left(plan, inventory->removed.items[i]))
			release_plan(plan, inventory->removed.items[i]);
	json_object_foreach (plan->elsewhere, vrf, owner) {
		const char *id = zabbix_json_text(owner, "id");
		const char *taken = zabbix_json_text(owner, "taken");
		bool released = false;

		for (size_t i = 0; i < inventory->n_given_up; i++)
			released |= inventory->given_up[i].released &&
				strcmp(inventory->given_up[i].vrf, vrf) == 0;
		/* It went as it was told to. */
		if (released)
			continue;
		if (*taken) {
			strings_addf(&plan->result->problems,
				"vrf '%s' is not taken over from gateway '%s' (id %.8s): its proxy would be '%s', and another one in Zabbix has that name: rename or delete that one",
				vrf, zabbix_json_text(owner, "gateway"), id, taken);
			continue;
		}
		reporter_handover_claim(plan, id, "vrf", vrf);
		strings_addf(&plan->result->problems,
			"vrf '%s' is on gateway '%s' (id %.8s): 'vrfgate release %s' there hands it over, or 'vrfgate adopt --take %s' here where that gateway is gone",
			vrf, zabbix_json_text(owner, "gateway"), id, vrf, vrf);
	}
}

bool reporter_handover_is_given(
	const struct reporter_view *view, const struct reporter_owner *owner, const char *vrf)
{
	const json_t *proxy = reporter_view_find(view, REPORTER_KIND_PROXY, vrf);
	cleanup(reporter_mark_finish) struct reporter_mark mark = { 0 };

	if (!proxy)
		return proxy_from_us(view, owner, vrf) != NULL;
	return reporter_mark_read(zabbix_json_text(proxy, "description"), owner, &mark) &&
		mark.is_ours && mark.released;
}

/* --- claims --- */

void reporter_handover_claim(
	struct reporter_plan *plan, const char *id, const char *what, const char *name)
{
	cleanup_free char *text = xasprintf("%s %s %s", id, what, name);

	if (json_array_size(plan->claims) < CLAIMS_MAX && strlen(text) <= CLAIM_MAX)
		json_array_append_new(plan->claims, zabbix_json_string(text));
}

void reporter_handover_tell_claims(struct reporter_plan *plan)
{
	const char *name;
	json_t *host, *tag;
	size_t i;

	json_object_foreach (plan->view->objects[REPORTER_KIND_CLAIM], name, host)
		json_array_foreach (json_object_get(host, "tags"), i, tag) {
			const char *claim = claim_read(tag, plan->inventory->gateway_id);

			if (!claim ||
				(strncmp(claim, "vrf ", strlen("vrf ")) == 0 &&
					reporter_handover_is_left(plan, claim + strlen("vrf "))))
				continue;
			strings_addf(&plan->result->problems,
				"gateway '%s' (id %.8s) has %s in its config, too, which this gateway has: take it out of one of the two",
				name, reporter_mark_tag(host, REPORTER_TAG_ID), claim);
		}
}
