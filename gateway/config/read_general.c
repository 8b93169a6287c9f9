// SPDX-License-Identifier: GPL-2.0-or-later
/* The sections about the whole gateway: gateway, uplink, zabbix. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "config/check.h"
#include "config/model.h"
#include "config/reader.h"
#include "config/type.h"

#define GATEWAY(field) offsetof(struct config_gateway, field)
#define UPLINK(field)  offsetof(struct config_uplink, field)
#define ZABBIX(field)  offsetof(struct config_zabbix, field)

static int include_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	(void)key;
	(void)object;
	return config_check_not_empty(text, err);
}

/* The files are read before the sections are; see include.h. */
static const struct config_type type_include = { .list = true, .store = include_store };

#define NO_USER 65534 /* and -1 of 16 bits behind it */

static int user_range_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_user_range *range = config_key_field(key, object);
	size_t length = strcspn(text, "-");
	char first[16] = "";
	int64_t from, to;

	if (length < sizeof(first))
		memcpy(first, text, length);
	if (text[length] != '-' ||
		config_number_parse(first, 1000, UINT32_MAX - 2, &from, NULL) < 0 ||
		config_number_parse(text + length + 1, from, UINT32_MAX - 2, &to, NULL) < 0 ||
		(from <= NO_USER + 1 && to >= NO_USER))
		return error_set(err, EINVAL,
			"not a range of user numbers, expected one without users of this machine, such as 1879113728-1879179263");
	range->first = (uint32_t)from;
	range->last = (uint32_t)to;
	return 0;
}

static const struct config_type type_user_range = { .store = user_range_store };

static const struct config_key gateway_keys[] = {
	{ "name", &config_type_string, GATEWAY(name), .check = config_check_zabbix_name },
	{ "state_dir", &config_type_directory, GATEWAY(state_dir), .fallback = "/var/lib/vrfgate" },
	{ "run_dir", &config_type_directory, GATEWAY(run_dir), .fallback = "/run/vrfgate" },
	{ "log_dir", &config_type_directory, GATEWAY(log_dir), .fallback = "/var/log/vrfgate" },
	{ "firewall", &config_type_bool, GATEWAY(firewall), .fallback = "true" },
	{ "user_range", &type_user_range, GATEWAY(user_range),
		.fallback = "1879113728-1879179263" },
	{ .name = "include", .type = &type_include },
	{ 0 },
};

static const char *const uplink_modes[] = {
	[CONFIG_UPLINK_LOCAL] = "local",
	[CONFIG_UPLINK_ROUTED] = "routed",
	[CONFIG_UPLINK_NAT] = "nat",
	NULL,
};

static const struct config_key uplink_keys[] = {
	{ "mode", &config_type_word, UPLINK(mode), .fallback = "local", .words = uplink_modes },
	{ "prefix", &config_type_network, UPLINK(prefix), .fallback = "fd5a:b1c0:de00::/64" },
	{ "prefix4", &config_type_network, UPLINK(prefix4), .fallback = "198.18.0.0/15" },
	{ "mtu", &config_type_uint32, UPLINK(mtu_bytes), .fallback = "1500", .min = 1280,
		.max = 65535 },
	{ "passive_port", &config_type_uint16, UPLINK(passive_port), .fallback = "0",
		.max = 65535 },
	{ "passive_address", &config_type_string, UPLINK(passive_address), .fallback = "",
		.check = config_check_ipv4_or_empty },
	{ 0 },
};

static void servers_clear(const struct config_key *key, void *object)
{
	struct config_zabbix *zabbix = object;

	(void)key;
	strings_finish(&zabbix->servers);
	free(zabbix->server);
	zabbix->server = xstrdup("");
}

/*
 * The nodes of a cluster may come in one text, too, as Zabbix's own files have them: "A;B". An empty text is none, for
 * servers_judge() to complain of where it is one of several.
 */
static int servers_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_zabbix *zabbix = object;
	cleanup_free char *nodes = xstrdup(text);
	char *rest = nodes, *node;

	(void)key;
	if (!zabbix->server)
		zabbix->server = xstrdup("");
	while (*text && (node = strsep(&rest, ";"))) {
		int r = config_check_server(node, err);

		if (r < 0)
			return r;
		if (strings_contain(&zabbix->servers, node))
			return error_set(
				err, EINVAL, "one node of the cluster twice, expected each once");
		if (zabbix->servers.count == NET_SERVERS_MAX)
			return error_set(
				err, EINVAL, "more than %d nodes, expected fewer", NET_SERVERS_MAX);
		strings_add(&zabbix->servers, node);
	}
	free(zabbix->server);
	zabbix->server = strings_join(&zabbix->servers, ";");
	return 0;
}

static const struct config_type type_servers = {
	.list = true,
	.clear = servers_clear,
	.store = servers_store,
};

static const struct config_key zabbix_keys[] = {
	{ "url", &config_type_string, ZABBIX(url), .fallback = "",
		.check = config_check_url_or_empty },
	{ "token_file", &config_type_string, ZABBIX(token_file), .fallback = "",
		.check = config_check_path_or_empty },
	{ "user", &config_type_string, ZABBIX(user), .fallback = "" },
	{ "password_file", &config_type_string, ZABBIX(password_file), .fallback = "",
		.check = config_check_path_or_empty },
	{ "ca_file", &config_type_string, ZABBIX(ca_file), .fallback = "",
		.check = config_check_path_or_empty },
	{ "server", &type_servers, .fallback = "" },
	{ "server_port", &config_type_uint16, ZABBIX(server_port), .fallback = "10051", .min = 1,
		.max = 65535 },
	{ "proxy_name", &config_type_string, ZABBIX(proxy_name), .fallback = "{gateway}-{vrf}",
		.check = config_check_proxy_pattern },
	{ "host_group", &config_type_string, ZABBIX(host_group), .fallback = "VRF gateways",
		.check = config_check_host_group },
	{ "report_interval", &config_type_uint32, ZABBIX(report_interval_s), .fallback = "30",
		.min = 5, .max = 3600 },
	{ "allowed_hosts", &config_type_strings, ZABBIX(allowed_hosts),
		.check = config_check_peer },
	{ "prune", &config_type_bool, ZABBIX(prune), .fallback = "false" },
	{ 0 },
};

static void gateway_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config *config = parent;

	config_read_section(reader, section, &config_schema_gateway, &config->gateway);
}

static void uplink_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config *config = parent;
	const struct address *prefix = &config->uplink.prefix, *prefix4 = &config->uplink.prefix4;

	config_read_section(reader, section, &config_schema_uplink, &config->uplink);
	if (prefix4->family != AF_INET || prefix4->prefix_length > 30)
		config_complain(&reader->faults, section,
			config_section_line_of(section, "prefix4"),
			"prefix4: not wide enough or not IPv4, expected an IPv4 network of /30 or shorter");
	if (prefix->family != AF_INET6 || prefix->prefix_length > 126)
		config_complain(&reader->faults, section, config_section_line_of(section, "prefix"),
			"prefix: not wide enough or not IPv6, expected an IPv6 network of /126 or shorter");
}

static bool is_set(const char *text)
{
	return text[0] != '\0';
}

/* A URL needs one way to log in: a token, or a user with a password. */
static void login_judge(struct config_reader *reader, const struct config_section *section,
	const struct config_zabbix *zabbix)
{
	bool token = is_set(zabbix->token_file);
	bool user = is_set(zabbix->user);
	bool password = is_set(zabbix->password_file);

	if (token && (user || password))
		config_complain(&reader->faults, section,
			config_section_line_of(section, user ? "user" : "password_file"),
			"two ways to log in, expected token_file, or user and password_file");
	else if (user != password)
		config_complain(&reader->faults, section,
			config_section_line_of(section, user ? "user" : "password_file"),
			"%s without %s, expected both", user ? "user" : "password_file",
			user ? "password_file" : "user");
	else if (is_set(zabbix->url) && !token && !user)
		config_complain(&reader->faults, section, config_section_line_of(section, "url"),
			"url without a login, expected token_file, or user and password_file");
}

static void servers_judge(struct config_reader *reader, const struct config_section *section)
{
	const struct config_entry *entry = config_section_find(section, "server");
	struct error err = ERROR_INIT;

	for (size_t i = 0; entry && entry->n_values > 1 && i < entry->n_values; i++)
		if (!is_set(entry->values[i].text) && config_check_server("", &err) < 0)
			config_complain(&reader->faults, section, entry->values[i].line,
				"server \"\": %s", err.text);
}

static void zabbix_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config *config = parent;

	config_read_section(reader, section, &config_schema_zabbix, &config->zabbix);
	servers_judge(reader, section);
	login_judge(reader, section, &config->zabbix);
}

const struct config_schema config_schema_gateway = {
	.name = "gateway",
	.keys = gateway_keys,
	.read = gateway_read,
};

const struct config_schema config_schema_uplink = {
	.name = "uplink",
	.keys = uplink_keys,
	.read = uplink_read,
};

const struct config_schema config_schema_zabbix = {
	.name = "zabbix",
	.keys = zabbix_keys,
	.read = zabbix_read,
};
