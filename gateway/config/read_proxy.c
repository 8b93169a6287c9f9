// SPDX-License-Identifier: GPL-2.0-or-later
/* The proxy sections: the general one, and those of the VRFs laid over it. */
#include <stddef.h>

#include "base/memory.h"
#include "config/check.h"
#include "config/model.h"
#include "config/reader.h"
#include "config/type.h"

#define PROXY(field)   offsetof(struct config_proxy, field)
#define HEALTH(field)  offsetof(struct config_health, field)
#define RESTART(field) offsetof(struct config_restart, field)
#define LIMITS(field)  offsetof(struct config_limits, field)

/* Where neither section says another, and what they say leaves room for it. */
#define DEFAULT_TIMEOUT_S     3
#define DEFAULT_RESTART_MAX_S 60

static const char *const mode_words[] = {
	[CONFIG_PROXY_ACTIVE] = "active",
	[CONFIG_PROXY_PASSIVE] = "passive",
	NULL,
};

static const struct config_key proxy_keys[] = {
	{ "binary", &config_type_string, PROXY(binary), .fallback = "/usr/sbin/zabbix_proxy",
		.check = config_check_path },
	{ "user", &config_type_string, PROXY(user), .fallback = "auto",
		.check = config_check_proxy_user },
	{ "mode", &config_type_word, PROXY(mode), .fallback = "active", .words = mode_words },
	{ "profile", &config_type_string, PROXY(profile), .fallback = "small",
		.check = config_check_profile },
	{ "psk", &config_type_bool, PROXY(psk), .fallback = "true" },
	{ "options", &config_type_strings, PROXY(options), .check = config_check_option },
	{ "paths", &config_type_strings, PROXY(paths), .check = config_check_proxy_place },
	{ "adopt", &config_type_bool, PROXY(adopt), .fallback = "false" },
	{ "group", &config_type_string, PROXY(group), .fallback = "" },
	{ "java_gateway", &config_type_string, PROXY(java_gateway), .fallback = "",
		.check = config_check_java_gateway_or_empty },
	{ "stop_timeout", &config_type_uint32, PROXY(stop_timeout_s), .fallback = "300", .min = 1,
		.max = 86400 },
	{ "allowed_addresses", &config_type_strings, PROXY(allowed_addresses),
		.check = config_check_peer },
	{ 0 },
};

static const struct config_key health_keys[] = {
	{ "interval", &config_type_uint32, HEALTH(interval_s), .fallback = "10", .min = 1,
		.max = 3600 },
	{ "timeout", &config_type_uint32, HEALTH(timeout_s), .min = 1, .max = 60 },
	{ "fall", &config_type_uint32, HEALTH(fall), .fallback = "3", .min = 1, .max = 100 },
	{ "rise", &config_type_uint32, HEALTH(rise), .fallback = "2", .min = 1, .max = 100 },
	{ "start_period", &config_type_uint32, HEALTH(start_period_s), .fallback = "60", .min = 1,
		.max = 86400 },
	{ 0 },
};

static const struct config_key restart_keys[] = {
	{ "min", &config_type_uint32, RESTART(min_s), .fallback = "1", .min = 1, .max = 86400 },
	{ "max", &config_type_uint32, RESTART(max_s), .min = 1, .max = 86400 },
	{ "count", &config_type_uint32, RESTART(count), .fallback = "10", .min = 0, .max = 1000 },
	{ "window", &config_type_uint32, RESTART(window_s), .fallback = "600", .min = 1,
		.max = 86400 },
	{ 0 },
};

static const struct config_key limits_keys[] = {
	{ "memory", &config_type_size, LIMITS(memory_bytes), .fallback = "0", .min = 16LL << 20,
		.max = 16LL << 40 },
	{ "tasks", &config_type_uint32, LIMITS(tasks), .fallback = "200" /* CONFIG_DEFAULT_TASKS */,
		.min = 0, .max = 4194304 },
	{ "cpu_weight", &config_type_uint32, LIMITS(cpu_weight), .fallback = "0", .min = 0,
		.max = 10000 },
	{ 0 },
};

static const struct config_schema schema_health;
static const struct config_schema schema_restart;
static const struct config_schema schema_limits;

static void health_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_health *health = &((struct config_proxy *)parent)->health;

	config_read_section(reader, section, &schema_health, health);
	if (health->timeout_s > health->interval_s)
		config_complain(&reader->faults, section,
			config_section_line_of(section, "timeout"),
			"timeout of %u s is longer than the interval, expected at most %u",
			health->timeout_s, health->interval_s);
}

static void restart_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_restart *restart = &((struct config_proxy *)parent)->restart;

	config_read_section(reader, section, &schema_restart, restart);
	if (restart->max_s && restart->min_s > restart->max_s)
		config_complain(&reader->faults, section, config_section_line_of(section, "min"),
			"min of %u s is more than max, expected at most %u", restart->min_s,
			restart->max_s);
}

static void limits_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	config_read_section(
		reader, section, &schema_limits, &((struct config_proxy *)parent)->limits);
}

static const struct config_schema schema_health = {
	.name = "health",
	.keys = health_keys,
	.read = health_read,
};

static const struct config_schema schema_restart = {
	.name = "restart",
	.keys = restart_keys,
	.read = restart_read,
};

static const struct config_schema schema_limits = {
	.name = "limits",
	.keys = limits_keys,
	.read = limits_read,
};

static const struct config_schema *const proxy_sections[] = {
	&schema_health,
	&schema_restart,
	&schema_limits,
	NULL,
};

static void paths_count(struct config_reader *reader, const struct config_section *section,
	const struct config_proxy *proxy)
{
	if (proxy->paths.count > CONFIG_MAX_PROXY_PATHS)
		config_complain(&reader->faults, section, config_section_line_of(section, "paths"),
			"%zu paths, expected at most %d", proxy->paths.count,
			CONFIG_MAX_PROXY_PATHS);
}

static void proxy_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config *config = parent;

	config_read_section(reader, section, &config_schema_proxy, &config->proxy);
	paths_count(reader, section, &config->proxy);
}

/* What it says is laid over the general section when that is complete. */
static void vrf_proxy_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_vrf *vrf = parent;

	(void)reader;
	(void)section;
	vrf->has_proxy = true;
}

const struct config_schema config_schema_proxy = {
	.name = "proxy",
	.keys = proxy_keys,
	.sections = proxy_sections,
	.read = proxy_read,
};

const struct config_schema config_schema_vrf_proxy = {
	.name = "proxy",
	.keys = proxy_keys,
	.sections = proxy_sections,
	.read = vrf_proxy_read,
};

void config_read_proxy_defaults(struct config_proxy *proxy)
{
	config_read_defaults(&config_schema_proxy, proxy);
	config_read_defaults(&schema_health, &proxy->health);
	config_read_defaults(&schema_restart, &proxy->restart);
	config_read_defaults(&schema_limits, &proxy->limits);
}

static struct strings strings_copy(const struct strings *from)
{
	struct strings to = { 0 };

	for (size_t i = 0; i < from->count; i++)
		strings_add(&to, from->items[i]);
	return to;
}

static struct config_proxy proxy_copy(const struct config_proxy *from)
{
	struct config_proxy to = *from;

	to.binary = xstrdup(from->binary);
	to.user = xstrdup(from->user);
	to.profile = xstrdup(from->profile);
	to.group = xstrdup(from->group);
	to.java_gateway = xstrdup(from->java_gateway);
	to.options = strings_copy(&from->options);
	to.paths = strings_copy(&from->paths);
	to.allowed_addresses = strings_copy(&from->allowed_addresses);
	return to;
}

/* The defaults that follow another key, once that is known. */
static void proxy_complete(struct config_proxy *proxy)
{
	struct config_health *health = &proxy->health;
	struct config_restart *restart = &proxy->restart;

	if (!health->timeout_s)
		health->timeout_s = health->interval_s < DEFAULT_TIMEOUT_S ? health->interval_s
									   : DEFAULT_TIMEOUT_S;
	if (!restart->max_s)
		restart->max_s = restart->min_s > DEFAULT_RESTART_MAX_S ? restart->min_s
									: DEFAULT_RESTART_MAX_S;
}

void config_read_proxies(struct config_reader *reader)
{
	for (size_t i = 0; i < reader->config->n_vrfs; i++) {
		struct config_vrf *vrf = &reader->config->vrfs[i];
		const struct config_section *own =
			config_section_child(reader->vrf_sections[i], "proxy");

		vrf->proxy = proxy_copy(&reader->config->proxy);
		if (own) {
			config_read_section(reader, own, &config_schema_vrf_proxy, &vrf->proxy);
			paths_count(reader, own, &vrf->proxy);
		}
		proxy_complete(&vrf->proxy);
	}
	proxy_complete(&reader->config->proxy);
}
