// SPDX-License-Identifier: GPL-2.0-or-later
/* The checks of a VRF. */
#include "vrf/checks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "net/gateway.h"
#include "net/netns.h"
#include "vrf/rescue.h"
#include "vrf/resolv_conf.h"
#include "vrf/wiring.h"
#include "zabbix/version.h"

/* An active proxy calls its server every ten seconds in all bundled profiles. */
#define SERVER_SILENCE_MAX_S 60

/* A gateway that nobody has traffic for is asked for so often. */
#define GATEWAY_REFRESH_MS 60000

#define GATEWAY_TEXT_SIZE 512

void checks_set(struct vrf *vrf, enum vrf_check_kind kind, bool ok, const char *format, ...)
{
	struct vrf_check *check = &vrf->checks[kind];
	va_list args;

	if (!check->judged || check->ok != ok)
		check->since_ms = clock_now_ms();
	check->judged = true;
	check->ok = ok;
	va_start(args, format);
	vsnprintf(check->detail, sizeof(check->detail), format, args);
	va_end(args);
}

static bool is_starting(const struct vrf *vrf)
{
	uint64_t since_ms = vrf->config->has_proxy ? vrf->proxy.started_ms : vrf->wired_ms;

	return clock_now_ms() - since_ms <
		(uint64_t)vrf->config->proxy.health.start_period_s * 1000;
}

void checks_count(struct vrf *vrf, enum vrf_check_kind kind, bool good, const char *detail)
{
	const struct config_health *health = &vrf->config->proxy.health;
	struct vrf_check *check = &vrf->checks[kind];
	/* One that is not known yet is taken for good, and a first good result makes it so. */
	bool was_ok = !check->judged || check->ok;
	uint32_t needed = good ? health->rise : health->fall;

	check->proven |= good;
	if (good != was_ok && !check->proven && is_starting(vrf)) {
		checks_set(vrf, kind, true, "not yet: %s", detail);
		return;
	}
	check->against = good == was_ok ? 0 : check->against + 1;
	if (good == was_ok || check->against >= needed) {
		check->against = 0;
		checks_set(vrf, kind, good, "%s", detail);
		return;
	}
	checks_set(vrf, kind, was_ok, "%s %" PRIu32 " of %" PRIu32 " times: %s",
		good ? "good" : "bad", check->against, needed, detail);
}

void checks_forget(struct vrf *vrf, enum vrf_check_kind kind)
{
	struct vrf_check *check = &vrf->checks[kind];

	check->judged = check->proven = false;
	check->against = 0;
}

void checks_forget_asked(struct vrf *vrf)
{
	checks_forget(vrf, VRF_CHECK_STATS);
	checks_forget(vrf, VRF_CHECK_ROUTE);
	checks_forget(vrf, VRF_CHECK_GATEWAY);
	checks_forget(vrf, VRF_CHECK_SERVER);
	checks_forget(vrf, VRF_CHECK_VALUES);
	checks_forget(vrf, VRF_CHECK_LATE);
	vrf->gateways_asked_ms = 0;
	vrf->way_doubted = false;
	destinations_finish(&vrf->destinations);
}

void checks_forget_proxy(struct vrf *vrf)
{
	checks_forget(vrf, VRF_CHECK_STATS);
	checks_forget(vrf, VRF_CHECK_SERVER);
	checks_forget(vrf, VRF_CHECK_VALUES);
	checks_forget(vrf, VRF_CHECK_LATE);
	vrf->has_stats = false;
	vrf->wedge = (struct wedge){ 0 };
	vrf->names_lost = vrf->names_absent = false;
	vrf_set_link(vrf, ZABBIX_LINK_UNKNOWN);
}

const struct vrf_check *checks_first_bad(const struct vrf *vrf)
{
	for (int kind = 0; kind < VRF_CHECKS; kind++)
		if (vrf->checks[kind].judged && !vrf->checks[kind].ok)
			return &vrf->checks[kind];
	return NULL;
}

bool checks_bad_reason(const struct vrf *vrf, char reason[256])
{
	const struct vrf_check *bad = checks_first_bad(vrf);

	if (bad)
		snprintf(reason, 256, "%s: %s",
			vrf_check_name((enum vrf_check_kind)(bad - vrf->checks)), bad->detail);
	return bad;
}

bool checks_proxy_in_netns(const struct vrf *vrf)
{
	char path[128];
	struct stat named, lived;

	if (vrf->proxy.process.pid <= 0)
		return true;
	snprintf(path, sizeof(path), NETNS_DIR "/%s", vrf->name);
	if (stat(path, &named) < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", vrf->proxy.process.pid);
	return stat(path, &lived) < 0 || named.st_ino == lived.st_ino;
}

static void judge_netns(struct vrf *vrf, const struct net_netns_state *state)
{
	cleanup_fd int fd = state->exists ? -1 : netns_open(vrf->name, NULL);

	if (!state->exists && fd < 0)
		checks_set(vrf, VRF_CHECK_NETNS, false, "namespace '%s' is missing", vrf->name);
	else if (!checks_proxy_in_netns(vrf))
		checks_set(vrf, VRF_CHECK_NETNS, false,
			"namespace '%s' is another one than the proxy's", vrf->name);
	else if (!state->exists)
		checks_set(
			vrf, VRF_CHECK_NETNS, false, "namespace '%s' is not of vrfgate", vrf->name);
	else
		checks_set(vrf, VRF_CHECK_NETNS, true, "present");
}

/* What ails it, where the device below is to blame with that device's name; "" : nothing. */
static const char *link_fault(const struct net_link_state *link, char text[64])
{
	const char *fault = !link ? "is missing" : !link->up ? "is down" : "has no carrier";

	text[0] = '\0';
	if (link && link->up && link->carrier && !link->master[0])
		return text;
	if (link && link->up && link->carrier)
		snprintf(text, 64, " is a port of %s", link->master);
	else if (link && link->up && link->lower[0] && !link->lower_carrier)
		snprintf(text, 64, ": parent '%s' %s", link->lower,
			link->lower_up ? "has no carrier" : "is down");
	else
		snprintf(text, 64, " %s", fault);
	return text;
}

static void judge_links(struct vrf *vrf, const struct net_netns_state *state)
{
	char fault[64];

	for (size_t i = 0; i < vrf->config->n_interfaces; i++) {
		const char *name = vrf->config->interfaces[i].name;

		if (*link_fault(net_netns_state_find(state, name), fault)) {
			checks_set(vrf, VRF_CHECK_LINK, false, "interface '%s'%s", name, fault);
			return;
		}
	}
	checks_set(vrf, VRF_CHECK_LINK, true, "%zu up", vrf->config->n_interfaces);
}

/* Why one cannot be used; false where it can. */
static bool address_fault(const struct vrf *vrf, const struct config_interface *interface,
	const struct net_link_state *link, const struct address *address,
	char text[CONFLICT_TEXT_SIZE])
{
	char formatted[ADDRESS_TEXT_SIZE];

	if (net_link_state_find_address(link, address))
		return conflicts_describe(&vrf->conflicts, interface->name, address, text);
	snprintf(text, CONFLICT_TEXT_SIZE, "interface '%s' lacks %s", interface->name,
		address_format(address, true, formatted));
	return true;
}

/* One that the config gives none may have been given one by another program. */
static bool lost_all_addresses(const struct vrf *vrf, const struct config_interface *interface,
	char text[CONFLICT_TEXT_SIZE])
{
	const struct address *lost =
		foreign_addresses_lost(&vrf->foreign, &vrf->kernel, interface->name);
	char formatted[ADDRESS_TEXT_SIZE];

	if (interface->n_addresses > 0 || !lost)
		return false;
	snprintf(text, CONFLICT_TEXT_SIZE,
		"interface '%s' has no address; it had %s, which another program had set",
		interface->name, address_format(lost, true, formatted));
	return true;
}

static void judge_addresses(struct vrf *vrf, const struct net_netns_state *state)
{
	char fault[CONFLICT_TEXT_SIZE];
	size_t count = 0;

	for (size_t i = 0; i < vrf->config->n_interfaces; i++) {
		const struct config_interface *interface = &vrf->config->interfaces[i];
		const struct net_link_state *link = net_netns_state_find(state, interface->name);

		if (lost_all_addresses(vrf, interface, fault)) {
			checks_set(vrf, VRF_CHECK_ADDRESS, false, "%s", fault);
			return;
		}
		for (size_t a = 0; a < interface->n_addresses; a++, count++) {
			if (!address_fault(vrf, interface, link, &interface->addresses[a], fault))
				continue;
			checks_set(vrf, VRF_CHECK_ADDRESS, false, "%s", fault);
			return;
		}
	}
	checks_set(vrf, VRF_CHECK_ADDRESS, true, "%zu present", count);
}

/* A veth has carrier when both of its ends are up. */
static void judge_uplink(struct vrf *vrf, const struct net_netns_state *state)
{
	const struct net_link_state *link = net_netns_state_find(state, NET_UPLINK_INSIDE);
	char root[NET_IFNAME_SIZE];
	struct address root_address, inside;

	vrf->checks[VRF_CHECK_UPLINK].judged &= vrf->config->has_uplink;
	if (!vrf->config->has_uplink)
		return;
	net_uplink_root_name(vrf->id, root);
	net_uplink_addresses(&vrf->context->config->uplink.prefix, vrf->id, &root_address, &inside);
	if (!link)
		checks_set(vrf, VRF_CHECK_UPLINK, false, "uplink is missing");
	else if (!link->up)
		checks_set(vrf, VRF_CHECK_UPLINK, false, "inside is down");
	else if (!link->carrier)
		checks_set(vrf, VRF_CHECK_UPLINK, false, "root side %s is down", root);
	else if (!net_link_state_find_address(link, &inside))
		checks_set(vrf, VRF_CHECK_UPLINK, false, "inside lacks its address");
	else
		checks_set(vrf, VRF_CHECK_UPLINK, true, "up, root side %s", root);
}

/* Whether the server says when it heard the proxy. */
static bool server_is_asked(const struct vrf *vrf)
{
	return *vrf->context->config->zabbix.url && vrf->context->server_known;
}

/* By looks since then, of which none found processes that wait for a lost lock. */
static bool is_seen_to_work(const struct vrf *vrf)
{
	return !vrf->wedge.blocked_since_ms && vrf->wedge.read_ms >= vrf->distrusted_ms + WEDGE_MS;
}

/* A process of a wedged one may still call the server once: that alone counts for a new life only. */
static bool is_trusted_again(const struct vrf *vrf)
{
	bool heard = vrf->server_lastaccess && vrf->server_seen_ms > (int64_t)vrf->distrusted_ms;

	if (!server_is_asked(vrf))
		return is_seen_to_work(vrf);
	return heard && (vrf->proxy.started_ms >= vrf->distrusted_ms || is_seen_to_work(vrf));
}

/* A file system that has met errors need not say that it is read-only, nor access(2) that a file is: only who opens it
 * for writing is told. */
static void judge_writing(struct vrf *vrf, char fault[256])
{
	int error = vrf->vitals.read_ms >= vrf->proxy.started_ms ? vrf->vitals.write_error : 0;

	vrf->disk_fault = rescue_disk_fault(vrf->paths.state_dir, fault);
	vrf->cannot_write = vrf->disk_fault || error;
	if (vrf->disk_fault || !error)
		return;
	snprintf(fault, 256, "its database cannot be written: %s", strerror(error));
	if (error == EROFS)
		vrf->disk_fault = CAUSE_DISK_READ_ONLY;
}

void checks_judge_process(struct vrf *vrf)
{
	char fault[256];

	vrf->checks[VRF_CHECK_PROCESS].judged &= vrf->config->has_proxy;
	if (!vrf->config->has_proxy)
		return;
	judge_writing(vrf, fault);
	if (vrf->cannot_write)
		vrf->distrusted_ms = clock_now_ms();
	else if (vrf->distrusted_ms && is_trusted_again(vrf))
		vrf->distrusted_ms = 0;
	if (vrf->proxy.process.pid <= 0)
		checks_set(vrf, VRF_CHECK_PROCESS, false, "zabbix_proxy is not running");
	else if (vrf->cannot_write)
		checks_set(vrf, VRF_CHECK_PROCESS, false, "%s", fault);
	else if (*vrf->names_fault)
		checks_set(vrf, VRF_CHECK_PROCESS, false, "its name servers are not in effect: %s",
			vrf->names_fault);
	else if (vrf->names_absent)
		checks_set(vrf, VRF_CHECK_PROCESS, false,
			"its name servers are not in effect: " RESOLV_CONF_MISSING);
	else if (vrf->distrusted_ms && !server_is_asked(vrf))
		checks_set(vrf, VRF_CHECK_PROCESS, false,
			"its disk was full, or it was wedged; watching whether it works again");
	else if (vrf->restart_due_ms)
		checks_set(vrf, VRF_CHECK_PROCESS, false,
			"restarts with its new binary when its %" PRId64 " values are sent",
			vrf->vitals.unsent);
	else
		checks_set(vrf, VRF_CHECK_PROCESS, true, "pid %d", program_main_pid(&vrf->proxy));
}

/* --- gateways --- */

/* A minute counts from when anything could be asked for. */
static void gateways_list(
	struct vrf *vrf, const struct next_hop *hops, size_t count, struct net_gateway **gateways)
{
	const struct vrf_check *check = &vrf->checks[VRF_CHECK_GATEWAY];
	bool insist = check->against > 0 || (check->judged && !check->ok);
	uint64_t now_ms = clock_now_ms();
	bool refresh =
		!vrf->gateways_asked_ms || now_ms - vrf->gateways_asked_ms >= GATEWAY_REFRESH_MS;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct net_link_state *link =
			net_netns_state_find(&vrf->kernel, hops[i].interface->name);
		bool can_ask = net_link_state_asks_for(link, hops[i].address->family);
		struct net_gateway *gateway = array_append(gateways, &n);

		gateway->ifindex = link ? link->ifindex : 0;
		gateway->address = hops[i].address;
		gateway->insist = can_ask && insist;
		gateway->refresh = can_ask && refresh && hops[i].interface->conflict_detection;
		if (gateway->refresh)
			vrf->gateways_asked_ms = now_ms;
	}
}

/* What somebody has set the kernel does not ask for: nobody else would tell where it is wrong, or old. */
static void note_set(struct vrf *vrf, const struct next_hop *hop, const struct net_gateway *gateway)
{
	bool is_set = gateway->neighbour == NET_NEIGHBOUR_SET && hop->interface->conflict_detection;

	if (conflicts_note_set(&vrf->conflicts, hop->interface->name, hop->address,
		    is_set ? gateway->mac : NULL, clock_now_ms()))
		vrf->context->look(vrf);
}

/* "10.0.0.1 on 'cust0' does not answer ARP"; false where nothing is known against it. */
static bool gateway_fault(const struct vrf *vrf, const struct next_hop *hop,
	const struct net_gateway *gateway, char text[GATEWAY_TEXT_SIZE])
{
	bool is_set = gateway->neighbour == NET_NEIGHBOUR_SET;
	bool known = is_set || gateway->neighbour == NET_NEIGHBOUR_KNOWN;
	bool own = known && net_netns_state_has_mac(&vrf->kernel, gateway->mac);
	char words[NEXT_HOP_TEXT_SIZE],
		why[CONFLICT_TEXT_SIZE] = "which is an interface of the VRF itself";
	const uint8_t *m = gateway->mac;

	next_hop_describe(hop, words);
	if (gateway->neighbour == NET_NEIGHBOUR_FAILED)
		snprintf(text, GATEWAY_TEXT_SIZE, "%s does not answer %s", words,
			hop->address->family == AF_INET ? "ARP" : "neighbour solicitations");
	else if (own ||
		(is_set &&
			conflicts_describe_set(
				&vrf->conflicts, hop->interface->name, hop->address, why)))
		snprintf(text, GATEWAY_TEXT_SIZE,
			"%s has a neighbour entry%s, %02x:%02x:%02x:%02x:%02x:%02x, %s", words,
			is_set ? " set by hand" : "", m[0], m[1], m[2], m[3], m[4], m[5], why);
	else
		return false;
	return true;
}

/* Of one of which nothing is known nothing is said. */
static void gateways_judge(struct vrf *vrf, const struct next_hop *hops,
	const struct net_gateway *gateways, size_t count)
{
	char text[GATEWAY_TEXT_SIZE];
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		note_set(vrf, &hops[i], &gateways[i]);
		known += gateways[i].neighbour == NET_NEIGHBOUR_KNOWN ||
			gateways[i].neighbour == NET_NEIGHBOUR_SET;
	}
	for (size_t i = 0; i < count; i++)
		if (gateway_fault(vrf, &hops[i], &gateways[i], text)) {
			checks_count(vrf, VRF_CHECK_GATEWAY, false, text);
			return;
		}
	if (known == 0)
		return;
	snprintf(text, sizeof(text), "%zu of %zu known", known, count);
	checks_count(vrf, VRF_CHECK_GATEWAY, true, text);
}

/* Without its namespace nothing is known of them; the netns check has the reason. */
static void ask_gateways(struct vrf *vrf, struct net_channel *channel)
{
	cleanup_free struct next_hop *hops = NULL;
	cleanup_free struct net_gateway *gateways = NULL;
	size_t count = next_hops_list(vrf->config, &hops);

	gateways_list(vrf, hops, count, &gateways);
	if (count && channel->fd >= 0 && net_gateways_read(channel, gateways, count, NULL) == 0)
		gateways_judge(vrf, hops, gateways, count);
	else
		checks_forget(vrf, VRF_CHECK_GATEWAY);
}

/* --- the ways of its packets --- */

/* What was undone this very moment is about to be repaired: what goes astray counts when it does so twice. */
static void ways_judge(struct vrf *vrf, const struct destinations_found *found)
{
	bool told = vrf->checks[VRF_CHECK_ROUTE].judged && !vrf->checks[VRF_CHECK_ROUTE].ok;
	bool counts = vrf->way_doubted || told;

	vrf->way_doubted = found->astray;
	if (found->astray > 1 && counts)
		checks_set(vrf, VRF_CHECK_ROUTE, false, "%.160s; and %zu more", found->text,
			found->astray - 1);
	else if (found->astray && counts)
		checks_set(vrf, VRF_CHECK_ROUTE, false, "%s", found->text);
	else if (found->astray)
		vrf->context->look(vrf);
	else if (found->known)
		checks_set(vrf, VRF_CHECK_ROUTE, true, "%zu as configured", found->known);
	else
		checks_forget(vrf, VRF_CHECK_ROUTE);
}

static int ask_ways(struct vrf *vrf, struct net_channel *channel)
{
	cleanup(net_want_finish) struct net_want want;
	struct destinations_found found;
	int ret;

	/* What is about to be set is not there yet. */
	if (vrf->config_new || vrf->wiring_due)
		return 0;
	wiring_one(&want, vrf->context->config, vrf->config, vrf->id);
	ret = destinations_ask(
		&vrf->destinations, &want, vrf->config, &vrf->kernel, channel, &found, NULL);
	if (ret == 0)
		ways_judge(vrf, &found);
	return ret;
}

bool checks_way_is_doubted(const struct vrf *vrf)
{
	const struct vrf_check *check = &vrf->checks[VRF_CHECK_ROUTE];

	return vrf->way_doubted && (!check->judged || check->ok);
}

static void ask_kernel(struct vrf *vrf)
{
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;

	if (vrf->config->n_interfaces || vrf->config->has_uplink)
		(void)net_channel_open_in(&channel, vrf->name, NULL);
	ask_gateways(vrf, &channel);
	if (channel.fd < 0 || ask_ways(vrf, &channel) < 0)
		checks_forget(vrf, VRF_CHECK_ROUTE);
}

/* --- server --- */

/* Of the proxy that runs, which may be older than its binary. */
static enum zabbix_pair pair_of(const struct vrf *vrf)
{
	struct zabbix_version proxy;

	if (!vrf->has_stats || zabbix_version_parse(vrf->stats.version, &proxy, NULL) < 0)
		return ZABBIX_PAIR_GOOD;
	return zabbix_version_pair(proxy.major * 100 + proxy.minor, vrf->context->server_version);
}

/* It is never ended for it. */
static bool judge_pair(struct vrf *vrf)
{
	const char *server = vrf->context->server_version_text, *name = vrf->name;

	switch (pair_of(vrf)) {
	case ZABBIX_PAIR_GOOD:
		return true;
	case ZABBIX_PAIR_OUTDATED:
	case ZABBIX_PAIR_UNKNOWN:
		/* That it has no configuration is no reason to start it anew. */
		vrf->kicked = true;
		checks_set(vrf, VRF_CHECK_SERVER, false,
			"proxy is Zabbix %.20s, server %.20s: no new configuration; install a matching"
			" zabbix_proxy, then 'vrfgate restart %s'",
			vrf->stats.version, server, name);
		return false;
	case ZABBIX_PAIR_IMPOSSIBLE:
		checks_set(vrf, VRF_CHECK_SERVER, false,
			"proxy is Zabbix %.20s, server %.20s: values are kept, not sent; install a matching"
			" zabbix_proxy, then 'vrfgate restart %s'",
			vrf->stats.version, server, name);
		return false;
	}
	__builtin_unreachable();
}

/* How the proxy's own connection fails; "" : it does not. */
static const char *connection_fault(const struct vrf *vrf)
{
	if (!vrf_link_fails(vrf))
		return "";
	return vrf->link == ZABBIX_LINK_TLS
		? "its connection to the server fails: no TLS, see its log"
		: "its connection to the server fails, see its log";
}

/* Where the API says nothing of the proxy, its own log does. */
static void ask_log(struct vrf *vrf)
{
	const char *fault = connection_fault(vrf);

	if (*fault)
		checks_count(vrf, VRF_CHECK_SERVER, false, fault);
	else if (*vrf->context->config->zabbix.url)
		checks_set(vrf, VRF_CHECK_SERVER, true, "not known: the API does not answer");
	else
		checks_forget(vrf, VRF_CHECK_SERVER);
}

/* An object of that name says nothing of our proxy where it is not ours, whoever calls by it. */
static bool object_is_ours(struct vrf *vrf)
{
	switch (vrf->object) {
	case VRF_OBJECT_UNKNOWN:
	case VRF_OBJECT_OURS:
		return true;
	case VRF_OBJECT_FOREIGN:
		checks_count(vrf, VRF_CHECK_SERVER, false,
			"the proxy of this name in Zabbix is not of this gateway");
		return false;
	case VRF_OBJECT_MISSING:
		checks_count(vrf, VRF_CHECK_SERVER, false, "Zabbix has no proxy of this name");
		return false;
	}
	__builtin_unreachable();
}

/* Whether it has been heard again since it was last in doubt. */
static bool is_trusted(struct vrf *vrf)
{
	if (vrf->distrusted_ms && is_trusted_again(vrf))
		vrf->distrusted_ms = 0;
	if (vrf->distrusted_ms)
		checks_set(vrf, VRF_CHECK_SERVER, false,
			"not heard by the server again since its disk was full or it was wedged, "
			"%" PRIu64 " s ago",
			(clock_now_ms() - vrf->distrusted_ms) / 1000);
	return !vrf->distrusted_ms;
}

/* Whoever is seen by its name, a proxy that cannot connect is not. */
static void judge_seen(struct vrf *vrf)
{
	/* An API that is slow to say so is no silence of the proxy. */
	long silence_s = vrf_server_silence_s(vrf, vrf->server_told_ms);
	const char *fault = connection_fault(vrf);
	bool silent = !vrf->server_lastaccess || silence_s > SERVER_SILENCE_MAX_S;
	char text[160];

	if (!vrf->server_lastaccess)
		snprintf(text, sizeof(text), "never seen by the Zabbix server; API reachable%s%s",
			*fault ? "; " : "", fault);
	else if (silent)
		snprintf(text, sizeof(text), "not seen for %ld s; API reachable%s%s", silence_s,
			*fault ? "; " : "", fault);
	else if (*fault)
		snprintf(text, sizeof(text), "%s", fault);
	else
		snprintf(text, sizeof(text), "seen %ld s ago", silence_s);
	checks_count(vrf, VRF_CHECK_SERVER, !silent && !*fault, text);
}

static void ask_server(struct vrf *vrf)
{
	if (!vrf->config->has_proxy || vrf->proxy.process.pid <= 0)
		checks_forget(vrf, VRF_CHECK_SERVER);
	else if (*vrf->context->config->zabbix.url && !judge_pair(vrf))
		return;
	else if (!server_is_asked(vrf))
		ask_log(vrf);
	else if (object_is_ours(vrf) && is_trusted(vrf))
		judge_seen(vrf);
}

void checks_ask(struct vrf *vrf)
{
	ask_kernel(vrf);
	ask_server(vrf);
}

/* --- all of the kernel's --- */

/* What a comparison could not repair, or may not any more for now. */
static void judge_trouble(struct vrf *vrf)
{
	static const enum vrf_check_kind kinds[] = {
		[NET_ASPECT_NETNS] = VRF_CHECK_NETNS,
		[NET_ASPECT_LINK] = VRF_CHECK_LINK,
		[NET_ASPECT_ADDRESS] = VRF_CHECK_ADDRESS,
		[NET_ASPECT_UPLINK] = VRF_CHECK_UPLINK,
	};

	enum vrf_check_kind kind = kinds[vrf->trouble_aspect];

	/* A setting of a namespace that is there is no reason to leave it. */
	if (kind == VRF_CHECK_NETNS && vrf->checks[kind].ok)
		kind = VRF_CHECK_LINK;
	if (vrf->trouble[0])
		checks_set(vrf, kind, false, "%s", vrf->trouble);
}

void checks_judge_kernel(struct vrf *vrf, const struct net_netns_state *state)
{
	judge_netns(vrf, state);
	if (state->exists) {
		judge_links(vrf, state);
		judge_addresses(vrf, state);
		judge_uplink(vrf, state);
	}
	judge_trouble(vrf);
}

/* --- what others suffer from, too --- */

/* The device below the first interface that is to blame for it: the carrier of what is on it is its own, even
 * where that was lost between the reading of the two. */
static struct cause cause_of_links(const struct vrf *vrf)
{
	for (size_t i = 0; i < vrf->config->n_interfaces; i++) {
		const struct net_link_state *link =
			net_netns_state_find(&vrf->kernel, vrf->config->interfaces[i].name);

		if (link && link->up && link->carrier)
			continue;
		if (!link || !link->lower[0])
			break;
		return cause_of(link->lower_up ? CAUSE_PARENT_NO_CARRIER : CAUSE_PARENT_DOWN, 0,
			link->lower);
	}
	return (struct cause){ 0 };
}

static struct cause cause_of_kernel(const struct vrf *vrf, enum vrf_check_kind kind)
{
	if (vrf->trouble[0] && vrf->trouble_cause.kind)
		return vrf->trouble_cause;
	return kind == VRF_CHECK_LINK ? cause_of_links(vrf) : (struct cause){ 0 };
}

/* A key that does not fit is one proxy's. */
static struct cause cause_of_server(const struct vrf *vrf)
{
	const struct config *config = vrf->context->config;

	if (pair_of(vrf) != ZABBIX_PAIR_GOOD)
		return cause_of(CAUSE_PROXY_VERSION, 0, vrf->stats.version);
	if (vrf->object == VRF_OBJECT_FOREIGN || vrf->object == VRF_OBJECT_MISSING)
		return (struct cause){ 0 };
	if (vrf->context->server_known && vrf->context->n_heard == 0)
		return cause_of(CAUSE_SERVER_SILENT, 0, NULL);
	if (vrf_link_fails(vrf) && vrf->link == ZABBIX_LINK_FAILED)
		return cause_of(CAUSE_SERVER_UNREACHABLE, 0, config->zabbix.server);
	return (struct cause){ 0 };
}

struct cause checks_cause(const struct vrf *vrf)
{
	const struct vrf_check *bad = checks_first_bad(vrf);
	enum vrf_check_kind kind = bad ? (enum vrf_check_kind)(bad - vrf->checks) : VRF_CHECKS;

	switch (kind) {
	case VRF_CHECK_NETNS:
	case VRF_CHECK_LINK:
	case VRF_CHECK_ADDRESS:
	case VRF_CHECK_UPLINK:
		return cause_of_kernel(vrf, kind);
	case VRF_CHECK_PROCESS:
		if (vrf->disk_fault)
			return cause_of(
				vrf->disk_fault, 0, vrf->context->config->gateway.state_dir);
		break;
	case VRF_CHECK_SERVER:
		return cause_of_server(vrf);
	case VRF_CHECK_VALUES:
		if (vrf->newest.behind)
			return cause_of(CAUSE_SERVER_BEHIND, 0, NULL);
		break;
	case VRF_CHECK_ROUTE:
	case VRF_CHECK_STATS:
	case VRF_CHECK_GATEWAY:
	case VRF_CHECK_LATE:
	case VRF_CHECKS:
		break;
	}
	return (struct cause){ 0 };
}
