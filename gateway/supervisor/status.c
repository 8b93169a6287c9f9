// SPDX-License-Identifier: GPL-2.0-or-later
/* The status document. */
#include "supervisor/status.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "net/netns.h"
#include "net/state.h"
#include "reporter/inventory.h"
#include "supervisor/census.h"
#include "supervisor/disks.h"
#include "supervisor/forwarding.h"
#include "supervisor/handover.h"
#include "supervisor/reporter_link.h"
#include "supervisor/shared_causes.h"

/* How old a text is that is given to another who asks. */
#define TEXT_AGE_MS 200

static json_t *seconds_since(uint64_t since_ms)
{
	return json_integer((json_int_t)((clock_now_ms() - since_ms) / 1000));
}

static json_t *address_to_json(const struct address *address, bool with_length)
{
	char text[ADDRESS_TEXT_SIZE];

	return json_string(address_format(address, with_length, text));
}

static json_t *link_to_json(const struct net_link_state *link)
{
	json_t *addresses = json_array();

	for (size_t i = 0; i < link->n_addresses; i++)
		json_array_append_new(
			addresses, address_to_json(&link->addresses[i].address, true));
	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:o, s:I, s:I, s:I, s:I}", "name", link->name,
		"kind", link->kind, "parent", link->lower, "up", link->up, "carrier", link->carrier,
		"addresses", addresses, "rx_bytes", (json_int_t)link->rx_bytes, "tx_bytes",
		(json_int_t)link->tx_bytes, "rx_errors", (json_int_t)link->rx_errors, "tx_errors",
		(json_int_t)link->tx_errors);
}

/* The customer's; the uplink has a place of its own. */
static json_t *interfaces_to_json(const struct net_netns_state *state)
{
	json_t *interfaces = json_array();

	for (size_t i = 0; i < state->n_links; i++)
		if (strcmp(state->links[i].name, NET_UPLINK_INSIDE) != 0)
			json_array_append_new(interfaces, link_to_json(&state->links[i]));
	return interfaces;
}

static json_t *uplink_to_json(const struct vrf *vrf, const struct net_netns_state *state)
{
	const struct net_link_state *link = net_netns_state_find(state, NET_UPLINK_INSIDE);
	struct address root, inside;
	char name[NET_IFNAME_SIZE];

	if (!vrf->config || !vrf->config->has_uplink)
		return json_null();
	net_uplink_addresses(&vrf->context->config->uplink.prefix, vrf->id, &root, &inside);
	return json_pack("{s:s, s:o, s:o, s:b}", "root_ifname", net_uplink_root_name(vrf->id, name),
		"root_address", address_to_json(&root, false), "address",
		address_to_json(&inside, false), "up", link && link->up && link->carrier);
}

/* The process's part of the life, in words an operator knows from `systemctl status`. */
static const char *proxy_state(const struct vrf *vrf)
{
	if (vrf->proxy.process.pid <= 0)
		return "stopped";
	if (vrf_state(vrf) == VRF_STOPPING)
		return "stopping";
	return vrf->has_stats ? "ready" : "starting";
}

static json_t *integer_or_null(bool known, json_int_t value)
{
	return known ? json_integer(value) : json_null();
}

/* By the proxy's own log, where it fails for more than a minute. */
static const char *proxy_server_link(const struct vrf *vrf)
{
	if (!vrf->config || !vrf_link_fails(vrf))
		return "";
	return vrf->link == ZABBIX_LINK_TLS ? "tls" : "failed";
}

static bool is_passive(const struct vrf *vrf)
{
	return vrf->config ? vrf->config->proxy.mode == CONFIG_PROXY_PASSIVE : vrf->left_passive;
}

static json_t *proxy_to_json(struct vrf *vrf)
{
	bool runs = vrf->proxy.process.pid > 0;
	bool busy = vrf->has_stats && vrf->stats.busy_percent >= 0;
	/* Of this life of the proxy. */
	bool read = runs && vrf->vitals.read_ms && vrf->vitals.read_ms >= vrf->proxy.started_ms;
	json_t *proxy;
	char *name;

	if (!(vrf->config ? vrf->config->has_proxy : vrf->left && runs))
		return json_null();
	name = config_proxy_name(vrf->context->config, vrf->name);
	proxy = json_pack(
		"{s:s, s:s, s:s, s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"name", name, "mode", is_passive(vrf) ? "passive" : "active", "state",
		proxy_state(vrf), "pid", integer_or_null(runs, program_main_pid(&vrf->proxy)),
		"uptime_s", runs ? seconds_since(vrf->proxy.started_ms) : json_null(), "restarts",
		vrf->proxy.restarts, "last_exit", json_text(vrf->proxy.last_exit), "version",
		json_text(vrf->has_stats ? vrf->stats.version : ""), "server_seen_s",
		integer_or_null(
			vrf->server_lastaccess != 0, vrf_server_silence_s(vrf, clock_now_ms())),
		"backlog", integer_or_null(read && vrf->vitals.unsent >= 0, vrf->vitals.unsent),
		"required_vps", vrf->has_stats ? json_real(vrf->stats.required_vps) : json_null(),
		"busy_percent", busy ? json_real(vrf->stats.busy_percent) : json_null(), "busiest",
		json_text(busy ? vrf->stats.busiest : ""), "rss_bytes",
		integer_or_null(read && vrf->vitals.memory_bytes >= 0, vrf->vitals.memory_bytes),
		"measured_s", read ? seconds_since(vrf->vitals.read_ms) : json_null());
	free(name);
	json_object_set_new(proxy, "server_link", json_string(proxy_server_link(vrf)));
	json_object_set_new(proxy, "restart_due", json_boolean(vrf->restart_due_ms != 0));
	return proxy;
}

static json_t *checks_to_json(const struct vrf *vrf)
{
	json_t *checks = json_array();

	for (int kind = 0; kind < VRF_CHECKS; kind++) {
		const struct vrf_check *check = &vrf->checks[kind];

		if (check->judged)
			json_array_append_new(checks,
				json_pack("{s:s, s:b, s:o, s:o}", "name",
					vrf_check_name((enum vrf_check_kind)kind), "ok", check->ok,
					"detail", json_text(check->detail), "since_s",
					seconds_since(check->since_ms)));
	}
	return checks;
}

/* What a table shows. */
static json_t *vrf_to_brief(struct vrf *vrf)
{
	const struct net_netns_state *state = census_of(vrf);
	char *netns = xasprintf("%s/%s", NETNS_DIR, vrf->name);
	json_t *object = json_pack("{s:s, s:o, s:s, s:o, s:o, s:s, s:o, s:o, s:o}", "name",
		vrf->name, "id", integer_or_null(vrf->config && vrf->config->has_uplink, vrf->id),
		"state", vrf_state_name(vrf_state(vrf)), "reason", json_text(vrf_reason(vrf)),
		"since_s", seconds_since(vrf->since_ms), "netns", netns, "interfaces",
		interfaces_to_json(state), "uplink", uplink_to_json(vrf, state), "proxy",
		proxy_to_json(vrf));

	json_object_set_new(object, "handover", json_string(handover_word(vrf)));
	free(netns);
	return object;
}

static json_t *vrf_to_json(struct vrf *vrf, bool brief)
{
	json_t *object = vrf_to_brief(vrf);

	if (brief)
		return object;
	json_object_set_new(object, "services", json_array());
	json_object_set_new(object, "checks", checks_to_json(vrf));
	json_object_set_new(object, "repairs", json_integer((json_int_t)vrf->drift.count));
	return object;
}

/* Worst first: a wanted VRF that is down, then one on its way or a Zabbix server out of reach. */
static const char *gateway_state(const struct supervisor *supervisor)
{
	const char *zabbix = reporter_link_state(supervisor->reporter);
	bool degraded = strcmp(zabbix, "ok") != 0 && strcmp(zabbix, "off") != 0;

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		const struct vrf *vrf = supervisor->vrfs[i];

		if (vrf_state(vrf) == VRF_FAILED || vrf_state(vrf) == VRF_BACKOFF)
			return "down";
		if (vrf_state(vrf) != VRF_HEALTHY && vrf->proxy.wanted)
			degraded = true;
	}
	return degraded ? "degraded" : "healthy";
}

static void config_faults_list(const struct supervisor *supervisor, struct strings *warnings)
{
	cleanup(strings_finish) struct strings names = { 0 };
	cleanup_free char *list = NULL;
	const char *fault = "";

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		const struct vrf *vrf = supervisor->vrfs[i];

		if (!*vrf->config_fault)
			continue;
		fault = names.count ? fault : vrf->config_fault;
		strings_add(&names, vrf->name);
	}
	list = strings_list(&names);
	if (names.count)
		strings_addf(warnings, "%zu %s with the old config: %s: %s", names.count,
			names.count == 1 ? "proxy goes on" : "proxies go on", list, fault);
}

static json_t *texts_to_json(struct strings *texts)
{
	json_t *array = json_array();

	for (size_t i = 0; i < texts->count; i++)
		json_array_append_new(array, json_text(texts->items[i]));
	strings_finish(texts);
	return array;
}

static json_t *warnings_to_json(const struct supervisor *supervisor)
{
	struct strings warnings = { 0 };
	const struct config_gateway *gateway = &supervisor->config->gateway;

	disks_list_warnings(supervisor->disks, &warnings);
	forwarding_list_warnings(supervisor->forwarding, &warnings);
	for (size_t i = 0; i < supervisor->kept.count; i++)
		strings_add(&warnings, supervisor->kept.items[i]);
	if (gateway->host_name)
		strings_addf(&warnings,
			"the gateway stays '%s', the host name of its first start, which is now '%s'; set gateway.name",
			gateway->name, gateway->host_name);
	config_faults_list(supervisor, &warnings);
	if (supervisor->reload.failed_ms)
		strings_addf(&warnings, "the config as it is now is not in effect: %s",
			supervisor->reload.error.text);
	return texts_to_json(&warnings);
}

/* Those of the warnings that are of the root namespace's forwarding. */
static json_t *forwarding_to_json(const struct supervisor *supervisor)
{
	struct strings warnings = { 0 };

	forwarding_list_warnings(supervisor->forwarding, &warnings);
	return texts_to_json(&warnings);
}

/* Those of them that are of file systems. */
static json_t *disks_to_json(const struct supervisor *supervisor)
{
	struct strings warnings = { 0 };

	disks_list_warnings(supervisor->disks, &warnings);
	return texts_to_json(&warnings);
}

/* How the last one ended; one under way has not yet. */
static json_t *reload_to_json(const struct supervisor_reload *reload)
{
	return json_pack("{s:b, s:i, s:o, s:o}", "ok", reload->failed_ms == 0, "faults",
		(int)reload->n_faults, "error",
		json_text(reload->failed_ms ? reload->error.text : ""), "failed_s",
		reload->failed_ms ? seconds_since(reload->failed_ms) : json_null());
}

static json_t *causes_to_json(const struct supervisor *supervisor)
{
	struct causes causes = shared_causes_gather(supervisor);
	json_t *array = json_shared_causes(&causes, "vrfs");

	causes_finish(&causes);
	return array;
}

static json_t *gateway_to_json(const struct supervisor *supervisor)
{
	return json_pack("{s:o, s:s, s:i, s:o, s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
		json_text(supervisor->config->gateway.name), "version", VRFGATE_VERSION, "pid",
		getpid(), "uptime_s", seconds_since(supervisor->started_ms), "config_generation",
		supervisor->generation, "state", gateway_state(supervisor), "zabbix",
		reporter_link_status(supervisor->reporter), "reload",
		reload_to_json(&supervisor->reload), "warnings", warnings_to_json(supervisor),
		"causes", causes_to_json(supervisor), "disks", disks_to_json(supervisor),
		"forwarding", forwarding_to_json(supervisor));
}

static bool name_is_asked_for(const json_t *names, const char *name)
{
	size_t i;
	json_t *asked;

	if (json_array_size(names) == 0)
		return true;
	json_array_foreach (names, i, asked)
		if (json_is_string(asked) && strcmp(json_string_value(asked), name) == 0)
			return true;
	return false;
}

json_t *status_create(const struct supervisor *supervisor, const json_t *names, bool brief)
{
	json_t *vrfs = json_array();

	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (name_is_asked_for(names, supervisor->vrfs[i]->name))
			json_array_append_new(vrfs, vrf_to_json(supervisor->vrfs[i], brief));
	return json_pack("{s:i, s:o, s:o}", "schema", 1, "gateway", gateway_to_json(supervisor),
		"vrfs", vrfs);
}

json_t *status_create_change(struct vrf *vrf)
{
	return json_pack("{s:s, s:s, s:o, s:o}", "name", vrf->name, "state",
		vrf_state_name(vrf_state(vrf)), "reason", json_text(vrf_reason(vrf)), "proxy",
		proxy_to_json(vrf));
}

const char *status_text(struct supervisor *supervisor, bool brief)
{
	struct status_text *text = &supervisor->status_texts[brief];
	uint64_t now_ms = clock_now_ms();

	if (!text->text || now_ms - text->made_ms >= TEXT_AGE_MS) {
		cleanup_json json_t *document = status_create(supervisor, NULL, brief);

		free(text->text);
		text->text = json_dumps(document, JSON_COMPACT);
		text->made_ms = now_ms;
	}
	return text->text ? text->text : "{}";
}

void status_changed(struct supervisor *supervisor)
{
	for (int brief = 0; brief < 2; brief++) {
		free(supervisor->status_texts[brief].text);
		supervisor->status_texts[brief].text = NULL;
	}
}

char *status_summary(const struct supervisor *supervisor)
{
	size_t counts[VRF_STATES] = { 0 };
	char *text = xstrdup("");

	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		counts[vrf_state(supervisor->vrfs[i])]++;
	for (int state = 0; state < VRF_STATES; state++) {
		char *longer;

		if (!counts[state])
			continue;
		longer = xasprintf("%s%s%zu %s", text, *text ? ", " : "", counts[state],
			vrf_state_name((enum vrf_state)state));
		free(text);
		text = longer;
	}
	return text;
}
