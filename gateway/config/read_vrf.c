// SPDX-License-Identifier: GPL-2.0-or-later
/* The vrf and namespace sections and what is in them, interfaces, hosts and proxies apart. */
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "config/check.h"
#include "config/model.h"
#include "config/reader.h"
#include "config/type.h"

#define VRF(field)     offsetof(struct config_vrf, field)
#define ROUTE(field)   offsetof(struct config_route, field)
#define NAT(field)     offsetof(struct config_nat, field)
#define SERVICE(field) offsetof(struct config_service, field)

static int allow_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	static const struct {
		const char *word;
		uint8_t protocol;
	} protocols[] = { { "tcp/", IPPROTO_TCP }, { "udp/", IPPROTO_UDP } };
	struct config_vrf *vrf = object;
	int64_t port;

	(void)key;
	for (size_t i = 0; i < 2; i++) {
		struct config_allow *allow;

		if (strncmp(text, protocols[i].word, 4) != 0)
			continue;
		if (config_number_parse(text + 4, 1, 65535, &port, NULL) < 0)
			break;
		allow = array_append(&vrf->allows, &vrf->n_allows);
		allow->protocol = protocols[i].protocol;
		allow->port = (uint16_t)port;
		return 0;
	}
	return error_set(err, EINVAL, "no port, expected tcp/PORT or udp/PORT such as tcp/10051");
}

static const struct config_type type_allow = { .list = true, .store = allow_store };

static const struct config_key vrf_keys[] = {
	{ "id", &config_type_int64, VRF(id), .min = 0, .max = UINT32_MAX },
	{ "enabled", &config_type_bool, VRF(enabled), .fallback = "true" },
	{ "uplink", &config_type_bool, .offset = VRF(has_uplink) },
	{ "dns", &config_type_strings, VRF(dns), .check = config_check_address },
	{ .name = "sysctl", .type = &config_type_sysctls },
	{ "forward", &config_type_bool, VRF(forward), .fallback = "false" },
	{ "firewall", &config_type_bool, VRF(firewall), .fallback = "true" },
	{ .name = "allow", .type = &type_allow },
	{ 0 },
};

static const struct config_key route_keys[] = {
	{ "via", &config_type_hosts, .offset = ROUTE(vias), .count_offset = ROUTE(n_vias) },
	{ "dev", &config_type_string, ROUTE(dev), .check = config_check_ifname },
	{ "metric", &config_type_uint32, ROUTE(metric), .min = 1, .max = UINT32_MAX },
	{ 0 },
};

static const struct config_key nat_keys[] = {
	{ "out", &config_type_string, NAT(out), .check = config_check_ifname },
	{ "to", &config_type_strings, NAT(to), .check = config_check_network },
	{ 0 },
};

static const char *const restart_words[] = {
	[CONFIG_SERVICE_RESTART_ALWAYS] = "always",
	[CONFIG_SERVICE_RESTART_ON_FAILURE] = "on-failure",
	[CONFIG_SERVICE_RESTART_NEVER] = "never",
	NULL,
};

static const struct config_key service_keys[] = {
	{ "command", &config_type_strings, .offset = SERVICE(command) },
	{ "user", &config_type_string, SERVICE(user), .fallback = "nobody",
		.check = config_check_user },
	{ "restart", &config_type_word, SERVICE(restart), .fallback = "always",
		.words = restart_words },
	{ 0 },
};

static bool has_values(const struct config_section *section, const char *key)
{
	const struct config_entry *entry = config_section_find(section, key);

	return entry && entry->n_values > 0;
}

static void route_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_vrf *vrf = parent;
	struct config_route *route = array_append(&vrf->routes, &vrf->n_routes);
	struct error err = ERROR_INIT;

	route->line = section->line;
	if (config_network_parse(section->title, &route->destination, &err) < 0)
		config_complain(&reader->faults, section, section->line, "%s", err.text);
	config_read_section(reader, section, &config_schema_route, route);
	if (!has_values(section, "via") && !has_values(section, "dev"))
		config_complain(&reader->faults, section, section->line,
			"leads nowhere, expected via = \"ADDRESS\", dev = \"INTERFACE\" or both");
	for (size_t i = 0; i < route->n_vias; i++)
		if (route->destination.family && route->vias[i].family != route->destination.family)
			config_complain(&reader->faults, section,
				config_section_line_of(section, "via"),
				"via of another address family, expected that of the destination");
}

static void nat_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_vrf *vrf = parent;
	struct config_nat *nat = array_append(&vrf->nats, &vrf->n_nats);

	config_read_section(reader, section, &config_schema_nat, nat);
	if (!config_section_find(section, "out"))
		config_complain(&reader->faults, section, section->line,
			"no interface, expected out = \"INTERFACE\"");
}

static void service_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_vrf *vrf = parent;
	struct config_service *service = array_append(&vrf->services, &vrf->n_services);
	const char *program;
	struct error err = ERROR_INIT;

	service->name = xstrdup(section->title);
	service->line = section->line;
	if (config_check_name(service->name, &err) < 0)
		config_complain(&reader->faults, section, section->line, "%s", err.text);
	config_read_defaults(&config_schema_service, service);
	config_read_section(reader, section, &config_schema_service, service);
	program = service->command.count ? service->command.items[0] : "";
	if (program[0] != '/' || strchr(program, ' '))
		config_complain(&reader->faults, section,
			config_section_line_of(section, "command"),
			"no program to run, expected command = { \"/PATH/TO/PROGRAM\", \"ARGUMENT\" }");
}

static void vrf_names_judge(
	struct config_reader *reader, const struct config_section *section, struct config_vrf *vrf)
{
	struct error err = ERROR_INIT;

	if (config_check_name(vrf->name, &err) < 0)
		config_complain(&reader->faults, section, section->line, "%s", err.text);
}

static struct config_vrf *vrf_append(
	struct config_reader *reader, const struct config_section *section)
{
	struct config *config = reader->config;
	struct config_vrf *vrf = array_append(&config->vrfs, &config->n_vrfs);
	const struct config_section **source;

	source = array_append(&reader->vrf_sections, &reader->n_vrf_sections);
	*source = section;
	vrf->name = xstrdup(section->title);
	vrf->file = xstrdup(section->file->path);
	vrf->line = section->line;
	vrf->digest = config_section_digest(section);
	vrf->id = -1;
	vrf_names_judge(reader, section, vrf);
	return vrf;
}

static void vrf_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_vrf *vrf = vrf_append(reader, section);

	(void)parent;
	config_read_defaults(&config_schema_vrf, vrf);
	vrf->has_proxy = true;
	vrf->has_uplink = true;
	config_read_section(reader, section, &config_schema_vrf, vrf);
	config_judge_sysctls(reader, section, vrf);
	if (!vrf->has_uplink)
		config_complain(&reader->faults, section, config_section_line_of(section, "uplink"),
			"a vrf always has an uplink, expected a namespace section for one without");
}

static void namespace_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_vrf *vrf = vrf_append(reader, section);

	(void)parent;
	config_read_defaults(&config_schema_namespace, vrf);
	config_read_section(reader, section, &config_schema_namespace, vrf);
	if (vrf->has_proxy && !vrf->has_uplink && config_section_find(section, "uplink"))
		config_complain(&reader->faults, section, config_section_line_of(section, "uplink"),
			"a proxy needs an uplink, expected uplink = true or no proxy section");
	vrf->has_uplink |= vrf->has_proxy;
	config_judge_sysctls(reader, section, vrf);
	if (vrf->n_hosts > 0 && !vrf->has_proxy)
		config_complain(&reader->faults, section, vrf->hosts[0].line,
			"a host but no proxy to monitor it, expected a proxy section");
	if (vrf->n_discovers > 0 && !vrf->has_proxy)
		config_complain(&reader->faults, section, vrf->discovers[0].line,
			"a discover section but no proxy to do it, expected a proxy section");
	if (vrf->id >= 0 && !vrf->has_uplink)
		config_complain(&reader->faults, section, config_section_line_of(section, "id"),
			"an id but no uplink that it is for, expected uplink = true");
}

static const struct config_schema *const vrf_sections[] = {
	&config_schema_interface,
	&config_schema_route,
	&config_schema_host,
	&config_schema_discover,
	&config_schema_nat,
	&config_schema_service,
	&config_schema_vrf_proxy,
	NULL,
};

const struct config_schema config_schema_vrf = {
	.name = "vrf",
	.title = "NAME",
	.keys = vrf_keys,
	.sections = vrf_sections,
	.read = vrf_read,
};

const struct config_schema config_schema_namespace = {
	.name = "namespace",
	.title = "NAME",
	.keys = vrf_keys,
	.sections = vrf_sections,
	.read = namespace_read,
};

const struct config_schema config_schema_route = {
	.name = "route",
	.title = "NETWORK",
	.keys = route_keys,
	.read = route_read,
};

const struct config_schema config_schema_nat = {
	.name = "nat",
	.many = true,
	.keys = nat_keys,
	.read = nat_read,
};

const struct config_schema config_schema_service = {
	.name = "service",
	.title = "NAME",
	.keys = service_keys,
	.read = service_read,
};
