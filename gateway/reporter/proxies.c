// SPDX-License-Identifier: GPL-2.0-or-later
/* Proxies: what we want of them in the words of the server's version, compared and written. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reporter/handover.h"
#include "reporter/mark.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

/* tls_connect and tls_accept of the API */
#define TLS_NONE "1"
#define TLS_PSK  "2"

static const struct {
	bool passive, psk;
	const char *tls_connect, *tls_accept;
} tls_modes[] = {
	/* The server accepts from an active proxy and connects to a passive one. */
	{ false, false, TLS_NONE, TLS_NONE },
	{ false, true, TLS_NONE, TLS_PSK },
	{ true, false, TLS_NONE, TLS_NONE },
	{ true, true, TLS_PSK, TLS_NONE },
};

static void want_add_tls(json_t *want, const struct reporter_proxy *proxy)
{
	bool psk = proxy->psk_identity != NULL;

	for (size_t i = 0; i < sizeof(tls_modes) / sizeof(tls_modes[0]); i++) {
		if (tls_modes[i].passive != proxy->passive || tls_modes[i].psk != psk)
			continue;
		json_object_set_new(want, "tls_connect", json_string(tls_modes[i].tls_connect));
		json_object_set_new(want, "tls_accept", json_string(tls_modes[i].tls_accept));
	}
}

/* Where the server reaches a passive proxy. */
static const char *address_of(const struct reporter_plan *plan, const struct reporter_proxy *proxy)
{
	return proxy->address ? proxy->address : plan->own_address;
}

static void want_add_address(
	json_t *want, const struct reporter_plan *plan, const struct reporter_proxy *proxy)
{
	const struct zabbix_words *words = plan->words;
	char port[8];
	json_t *address = zabbix_json_string(address_of(plan, proxy));

	snprintf(port, sizeof(port), "%u", proxy->port);
	if (words->proxy_is_host)
		json_object_set_new(want, "interface",
			zabbix_json_pack("{s:s, s:o, s:s, s:s}", "useip", "1", "ip", address, "dns",
				"", "port", port));
	else
		json_object_update_new(
			want, zabbix_json_pack("{s:o, s:s}", "address", address, "port", port));
}

/* Since 7.0; in a group the proxy says where the customer's agents find it. */
static void want_add_group(
	json_t *want, const struct reporter_plan *plan, const struct reporter_proxy *proxy)
{
	const char *group = reporter_plan_proxy_group_id(plan, proxy);

	/* One that could not be made is a problem already told. */
	if (plan->words->proxy_is_host || !group)
		return;
	json_object_set_new(want, "proxy_groupid", json_string(group));
	if (strcmp(group, REPORTER_NO_ID) != 0)
		json_object_update_new(want,
			zabbix_json_pack("{s:o, s:s}", "local_address",
				zabbix_json_string(
					proxy->local_address ? proxy->local_address : ""),
				"local_port", "10051"));
}

/*
 * A passive one is asked by the server and may have none. Where nothing is to be set what an operator has set
 * stays, but not the uplink's address, which was ours: the server may not see it any more.
 */
static void want_add_allowed(json_t *want, const struct reporter_proxy *proxy,
	const struct zabbix_words *words, const json_t *have)
{
	const char *there = zabbix_json_text(have, words->proxy_allowed);

	if (!proxy->passive && proxy->allowed)
		json_object_set_new(want, words->proxy_allowed, zabbix_json_string(proxy->allowed));
	else if (*there && (proxy->passive || strings_contain(&proxy->uplink, there)))
		json_object_set_new(want, words->proxy_allowed, json_string(""));
}

/* The fields that we own and that can be read back; have: NULL for a new one. */
static json_t *want_make(
	const struct reporter_plan *plan, const struct reporter_proxy *proxy, const json_t *have)
{
	const struct zabbix_words *words = plan->words;
	json_t *want = zabbix_json_pack("{s:o, s:s}", words->proxy_name,
		zabbix_json_string(proxy->name), words->proxy_mode,
		proxy->passive ? words->mode_passive : words->mode_active);

	want_add_tls(want, proxy);
	want_add_allowed(want, proxy, words, have);
	want_add_group(want, plan, proxy);
	if (proxy->passive)
		want_add_address(want, plan, proxy);
	return want;
}

static void psk_add(json_t *params, const struct reporter_proxy *proxy)
{
	if (!proxy->psk_identity)
		return;
	json_object_set_new(params, "tls_psk_identity", zabbix_json_string(proxy->psk_identity));
	json_object_set_new(params, "tls_psk", zabbix_json_string(proxy->psk ? proxy->psk : ""));
}

/* True where `have` says what `want` says; an empty value that Zabbix does not show ("dns") is no difference. */
static bool object_agrees(json_t *want, const json_t *have)
{
	const char *key;
	json_t *value;

	json_object_foreach (want, key, value) {
		const json_t *there = json_object_get(have, key);

		if (json_is_object(value) ? !object_agrees(value, there)
					  : (*json_string_value(value) || there) &&
					!zabbix_json_same(value, there))
			return false;
	}
	return true;
}

/* From whom its VRF came, as a mark has it; NULL: from nobody. */
static char *heirs_of(const struct reporter_plan *plan, const struct reporter_proxy *proxy)
{
	return (char *)json_string_value(json_object_get(plan->view->heirs, proxy->vrf));
}

/* What a description begins with, for people; the caller frees it. */
static char *sentence_make(const char *vrf, const char *gateway)
{
	return xasprintf("Proxy of VRF %s on gateway %s, kept by vrfgate.", vrf, gateway);
}

/* The description with our mark, and with our sentence for that of the gateway that had it; the caller frees it. */
static char *description_renew(const struct reporter_plan *plan, const struct reporter_proxy *proxy,
	const char *old, const struct reporter_mark *was, const char *mark)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);
	cleanup_free char *marked = reporter_mark_put(old, &owner, mark);
	cleanup_free char *before = was->gateway ? sentence_make(proxy->vrf, was->gateway) : NULL;
	cleanup_free char *now = sentence_make(proxy->vrf, owner.gateway);
	size_t length = before ? strlen(before) : 0;

	return before && strncmp(marked, before, length) == 0
		? xasprintf("%s%s", now, marked + length)
		: steal_ptr(&marked);
}

static void proxy_create(struct reporter_plan *plan, const struct reporter_proxy *proxy)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);
	const struct reporter_mark words = { .from = heirs_of(plan, proxy) };
	cleanup_free char *mark = reporter_mark_make(&owner, proxy, &words);
	cleanup_free char *sentence = sentence_make(proxy->vrf, owner.gateway);
	cleanup_free char *description = xasprintf("%s %s", sentence, mark);
	json_t *params = want_make(plan, proxy, NULL);

	json_object_set_new(params, "description", zabbix_json_string(description));
	psk_add(params, proxy);
	reporter_writes_add(
		plan->writes, REPORTER_WRITE_CREATE, "proxy", proxy->name, "proxy.create", params);
}

static void proxy_update(
	struct reporter_plan *plan, const struct reporter_proxy *proxy, const json_t *have)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);
	const char *old = zabbix_json_text(have, "description");
	/* One without any mark is being taken over. */
	cleanup(reporter_mark_finish) struct reporter_mark was;
	const struct reporter_mark words = {
		.adopted = !reporter_mark_read(old, &owner, &was) || was.adopted,
		.from = heirs_of(plan, proxy),
	};
	cleanup_free char *mark = reporter_mark_make(&owner, proxy, &words);
	cleanup_free char *description = description_renew(plan, proxy, old, &was, mark);
	cleanup_json json_t *params = want_make(plan, proxy, have);

	if (!proxy->key_due && object_agrees(params, have) && strcmp(old, description) == 0) {
		plan->result->unchanged++;
		return;
	}
	json_object_set_new(params, "proxyid", json_string(zabbix_json_text(have, "proxyid")));
	json_object_set_new(params, "description", zabbix_json_string(description));
	/* A change of mode or encryption wants the key again, not only a new key. */
	psk_add(params, proxy);
	reporter_plan_change(plan, REPORTER_WRITE_UPDATE, "proxy", proxy->name, "proxy.update",
		have, steal_ptr(&params));
}

/* Somebody else's, by that name; NULL: there is none. */
static const json_t *name_holder(
	const struct reporter_plan *plan, const struct reporter_proxy *proxy, const json_t *have)
{
	const json_t *other = reporter_view_find(plan->view, REPORTER_KIND_PROXY_NAME, proxy->name);

	return other && have &&
			zabbix_json_same(
				json_object_get(other, "proxyid"), json_object_get(have, "proxyid"))
		? NULL
		: other;
}

static void holder_tell(
	struct reporter_plan *plan, const struct reporter_proxy *proxy, const json_t *holder)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);
	cleanup(reporter_mark_finish) struct reporter_mark mark;
	bool marked = reporter_mark_read(zabbix_json_text(holder, "description"), &owner, &mark);

	if (marked && *mark.id && !mark.is_ours) {
		strings_addf(&plan->result->problems, REPORTER_OF_ANOTHER, "proxy", proxy->name,
			mark.gateway, mark.id);
		reporter_handover_claim(plan, mark.id, "proxy", proxy->name);
		return;
	}
	strings_addf(&plan->result->problems,
		"proxy '%s' is already in Zabbix and was not made by this vrfgate%s", proxy->name,
		reporter_mark_is_any(zabbix_json_text(holder, "description"))
			? ""
			: REPORTER_WAY_TO_ADOPT);
}

/* What we have made is known by its mark, so one that was renamed by hand gets its name back. */
static void proxy_plan(struct reporter_plan *plan, const struct reporter_proxy *proxy)
{
	const json_t *have = reporter_view_find(plan->view, REPORTER_KIND_PROXY, proxy->vrf);

	const json_t *holder = name_holder(plan, proxy, have);

	/* Told by handover.c. */
	if (json_object_get(plan->elsewhere, proxy->vrf))
		return;
	if (holder)
		holder_tell(plan, proxy, holder);
	else if (proxy->passive && !*address_of(plan, proxy)) {
		strings_addf(&plan->result->problems,
			"proxy '%s': it is not known which address of this machine the server reaches, set uplink { passive_address }",
			proxy->name);
		reporter_handover_drop(plan, proxy->vrf);
	} else if (have)
		proxy_update(plan, proxy, have);
	else
		proxy_create(plan, proxy);
}

/* In the mode that it has in Zabbix: that of the config may be another one, which waits for a reload. */
void reporter_plan_proxy_key(struct reporter_plan *plan, const struct reporter_proxy *proxy)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);
	const json_t *have = reporter_view_find(plan->view, REPORTER_KIND_PROXY, proxy->vrf);
	const json_t *holder = name_holder(plan, proxy, have);
	const char *old = zabbix_json_text(have, "description");
	cleanup(reporter_mark_finish) struct reporter_mark was = { 0 };
	cleanup_free char *mark = NULL;
	cleanup_free char *description = NULL;
	struct reporter_proxy as_it_is = *proxy;
	json_t *params;

	if (holder)
		holder_tell(plan, proxy, holder);
	if (holder || !have)
		return;
	(void)reporter_mark_read(old, &owner, &was);
	mark = reporter_mark_make(&owner, proxy, &was);
	as_it_is.passive = strcmp(zabbix_json_text(have, plan->words->proxy_mode),
				   plan->words->mode_passive) == 0;
	description = reporter_mark_put(old, &owner, mark);
	params = zabbix_json_pack("{s:s, s:o}", "proxyid", zabbix_json_text(have, "proxyid"),
		"description", zabbix_json_string(description));
	want_add_tls(params, &as_it_is);
	psk_add(params, proxy);
	reporter_writes_add(
		plan->writes, REPORTER_WRITE_UPDATE, "proxy", proxy->name, "proxy.update", params);
}

void reporter_plan_proxies(struct reporter_plan *plan)
{
	for (size_t i = 0; i < plan->inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &plan->inventory->proxies[i];
		const char *other = zabbix_json_text(plan->proxy_vrfs, proxy->name);

		if (*other) {
			strings_addf(&plan->result->problems,
				"proxy '%s': VRFs '%s' and '%s' would both use this name",
				proxy->name, other, proxy->vrf);
			continue;
		}
		json_object_set_new(plan->proxy_vrfs, proxy->name, zabbix_json_string(proxy->vrf));
		proxy_plan(plan, proxy);
	}
}

const char *reporter_plan_proxy_id(
	const struct reporter_plan *plan, const struct reporter_proxy *proxy)
{
	const json_t *have = reporter_view_find(plan->view, REPORTER_KIND_PROXY, proxy->vrf);

	/* A proxy of another VRF would poll another customer's device of the same address. */
	if (strcmp(zabbix_json_text(plan->proxy_vrfs, proxy->name), proxy->vrf) != 0 ||
		json_object_get(plan->elsewhere, proxy->vrf))
		return NULL;
	return have ? zabbix_json_text(have, "proxyid") : NULL;
}
