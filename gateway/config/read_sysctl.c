// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The settings of a namespace. A key may be spelled as in sysctl(8), with dots or slashes between its parts; the
 * model has dots, and a slash for each dot in the name of an interface.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "config/check.h"
#include "config/model.h"
#include "config/reader.h"
#include "net/sysctl.h"

static void separators_swap(char *key)
{
	for (char *p = key; *p; p++)
		*p = *p == '.' ? '/' : *p == '/' ? '.' : *p;
}

/* The first separator is that between the parts. */
static char *key_make(const char *text)
{
	char *key = xstrndup(text, strcspn(text, "="));

	if (key[strcspn(key, "./")] == '/')
		separators_swap(key);
	return key;
}

static bool key_fits(const char *key)
{
	return net_sysctl_key_valid(key);
}

static int sysctl_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_vrf *vrf = object;
	struct config_sysctl *sysctl;
	cleanup_free char *name = key_make(text);
	const char *value = strchr(text, '=');

	(void)key;
	if (!value || config_check_not_empty(value + 1, NULL) < 0 || !key_fits(name))
		return error_set(err, EINVAL,
			"not a setting of the network, expected net.KEY=VALUE such as net.ipv4.tcp_keepalive_time=60");
	sysctl = array_append(&vrf->sysctls, &vrf->n_sysctls);
	sysctl->key = steal_ptr(&name);
	sysctl->value = xstrdup(value + 1);
	return 0;
}

const struct config_type config_type_sysctls = { .list = true, .store = sysctl_store };

/* ---- of an interface ---- */

/* The part of the key behind "net.ipv6.conf." and its like; NULL where it is about no interface. */
static char *interface_part(char *key)
{
	static const char *const starts[] = { "net.ipv4.conf.", "net.ipv6.conf.", "net.ipv4.neigh.",
		"net.ipv6.neigh.", "net.mpls.conf." };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(key, starts[i], strlen(starts[i])) == 0)
			return key + strlen(starts[i]);
	return NULL;
}

/* Whether the part begins with the name, dots in it spelled either way, and another part follows. */
static bool is_named(const char *part, const char *name)
{
	for (; *name; name++, part++)
		if (*part != *name && !(*name == '.' && *part == '/'))
			return false;
	return *part == '.';
}

/* The longest name of a link inside that the part begins with; NULL: none. */
static const char *link_named(const struct config_vrf *vrf, const char *part)
{
	static const char *const always[] = { "all", "default", "lo", "uplink" };
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (is_named(part, always[i]))
			found = always[i];
	for (size_t i = 0; i < vrf->n_interfaces; i++) {
		const char *name = vrf->interfaces[i].name;

		if (is_named(part, name) && (!found || strlen(name) > strlen(found)))
			found = name;
	}
	return found;
}

static void name_judge(struct config_reader *reader, const struct config_section *section,
	const struct config_vrf *vrf, const struct config_sysctl *sysctl)
{
	char *part = interface_part(sysctl->key);
	const char *name = part ? link_named(vrf, part) : NULL;

	for (size_t i = 0; name && name[i]; i++)
		if (part[i] == '.')
			part[i] = '/';
	if (part && !name)
		config_complain(&reader->doubts, section, config_section_line_of(section, "sysctl"),
			"sysctl \"%s=%s\": no interface of this %s, expected one, as in net.ipv4.conf.eth0/10.rp_filter or net/ipv4/conf/eth0.10/rp_filter",
			sysctl->key, sysctl->value, section->name);
}

/* ---- IPv6 ---- */

static bool is_zero(const char *value)
{
	char *end;
	long number = strtol(value, &end, 0);

	return end != value && number == 0;
}

/* What the key switches IPv6 off for: an interface, or all of them; NULL: nothing. */
static const char *switched_off(const struct config_sysctl *sysctl)
{
	static const char start[] = "net.ipv6.conf.", leaf[] = ".disable_ipv6";
	size_t length = strlen(sysctl->key);

	if (strncmp(sysctl->key, start, strlen(start)) != 0 ||
		length < strlen(start) + strlen(leaf) ||
		strcmp(sysctl->key + length - strlen(leaf), leaf) != 0 || is_zero(sysctl->value))
		return NULL;
	return sysctl->key + strlen(start);
}

static bool is_for_all(const char *part)
{
	return is_named(part, "all") || is_named(part, "default");
}

static const struct config_interface *interface_with_ipv6(
	const struct config_vrf *vrf, const char *part)
{
	for (size_t i = 0; i < vrf->n_interfaces; i++) {
		const struct config_interface *interface = &vrf->interfaces[i];

		for (size_t a = 0; a < interface->n_addresses; a++)
			if (interface->addresses[a].family == AF_INET6 &&
				(is_for_all(part) || is_named(part, interface->name)))
				return interface;
	}
	return NULL;
}

/* Its own word would stand for the uplink, and for what has an address. */
static void ipv6_judge(struct config_reader *reader, const struct config_section *section,
	const struct config_vrf *vrf, const struct config_sysctl *sysctl)
{
	const char *part = switched_off(sysctl);
	int line = config_section_line_of(section, "sysctl");
	const struct config_interface *interface = part ? interface_with_ipv6(vrf, part) : NULL;

	if (part && vrf->has_uplink && (is_for_all(part) || is_named(part, "uplink")))
		config_complain(&reader->faults, section, line,
			"sysctl \"%s=%s\": the uplink needs IPv6, expected the key of an interface",
			sysctl->key, sysctl->value);
	else if (interface)
		config_complain(&reader->doubts, section, line,
			"sysctl \"%s=%s\": interface '%s' has an IPv6 address, expected none or another key",
			sysctl->key, sysctl->value, interface->name);
}

/* Below its least MTU an interface has no settings of IPv6, not even the one that switches it off. */
static void mtu_judge(struct config_reader *reader, const struct config_section *section,
	const struct config_vrf *vrf, const struct config_sysctl *sysctl)
{
	char *part = interface_part(sysctl->key);

	for (size_t i = 0; part && i < vrf->n_interfaces; i++) {
		const struct config_interface *interface = &vrf->interfaces[i];

		if (strncmp(sysctl->key, "net.ipv6.", strlen("net.ipv6.")) == 0 &&
			interface->mtu_bytes && interface->mtu_bytes < CONFIG_MIN_IPV6_MTU &&
			is_named(part, interface->name))
			config_complain(&reader->doubts, section,
				config_section_line_of(section, "sysctl"),
				"sysctl \"%s=%s\": interface '%s' has no IPv6 with an mtu of %u, expected %d or more",
				sysctl->key, sysctl->value, interface->name, interface->mtu_bytes,
				CONFIG_MIN_IPV6_MTU);
	}
}

/* ---- router advertisements ---- */

/* Whether the key is that one of an interface, or of all that come. */
static bool is_leaf(const struct config_sysctl *sysctl, const char *interface, const char *leaf)
{
	static const char start[] = "net.ipv6.conf.";
	const char *part = sysctl->key + strlen(start);

	return strncmp(sysctl->key, start, strlen(start)) == 0 && is_named(part, interface) &&
		strcmp(part + strlen(interface) + 1, leaf) == 0;
}

/* The last of the interface's own, or else of the default; NULL: none. */
static const struct config_sysctl *find_leaf(
	const struct config_vrf *vrf, const char *interface, const char *leaf)
{
	const struct config_sysctl *own = NULL, *general = NULL;

	for (size_t i = 0; i < vrf->n_sysctls; i++) {
		if (is_leaf(&vrf->sysctls[i], interface, leaf))
			own = &vrf->sysctls[i];
		else if (is_leaf(&vrf->sysctls[i], "default", leaf))
			general = &vrf->sysctls[i];
	}
	return own ? own : general;
}

/* The first next hop of the config's default route; NULL: none. */
static const struct address *gateway_of_ipv6(const struct config_vrf *vrf)
{
	for (size_t i = 0; i < vrf->n_interfaces; i++)
		for (size_t g = 0; g < vrf->interfaces[i].n_gateways; g++)
			if (vrf->interfaces[i].gateways[g].family == AF_INET6)
				return &vrf->interfaces[i].gateways[g];
	for (size_t i = 0; i < vrf->n_routes; i++)
		if (vrf->routes[i].destination.family == AF_INET6 &&
			vrf->routes[i].destination.prefix_length == 0 && vrf->routes[i].n_vias)
			return &vrf->routes[i].vias[0];
	return NULL;
}

/* The kernel takes the default route of a router that says so for as good as that of the config, or better. */
static void router_judge(struct config_reader *reader, const struct config_section *section,
	const struct config_vrf *vrf)
{
	const struct address *gateway = vrf->n_sysctls ? gateway_of_ipv6(vrf) : NULL;
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; gateway && i < vrf->n_interfaces; i++) {
		const char *name = vrf->interfaces[i].name;
		const struct config_sysctl *accepts = find_leaf(vrf, name, "accept_ra");
		const struct config_sysctl *routes = find_leaf(vrf, name, "accept_ra_defrtr");

		if (accepts && !is_zero(accepts->value) && !(routes && is_zero(routes->value)))
			config_complain(&reader->notes, section,
				config_section_line_of(section, "sysctl"),
				"sysctl \"%s=%s\": a router that advertises itself on '%s' may be preferred to gateway %s, expected accept_ra_defrtr=0, too, or no IPv6 gateway",
				accepts->key, accepts->value, name,
				address_format(gateway, false, text));
	}
}

void config_judge_sysctls(
	struct config_reader *reader, const struct config_section *section, struct config_vrf *vrf)
{
	for (size_t i = 0; i < vrf->n_sysctls; i++) {
		name_judge(reader, section, vrf, &vrf->sysctls[i]);
		ipv6_judge(reader, section, vrf, &vrf->sysctls[i]);
		mtu_judge(reader, section, vrf, &vrf->sysctls[i]);
	}
	router_judge(reader, section, vrf);
}
