// SPDX-License-Identifier: GPL-2.0-or-later
/* The text of a zabbix_proxy.conf. */
#include "vrf/proxy_config.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "config/check.h"
#include "zabbix/pollers.h"

/* Where others than ourselves may connect: none of them shall hold all trappers, nor one for long. A
 * trapper waits TrapperTimeout for the rest of a request, by its default five minutes. */
#define REACHED_TRAPPERS          5
#define REACHED_TRAPPER_TIMEOUT_S 15

/* Profile keys that not every version knows: versions [since, until), and the name before `since`.
 */
static const struct {
	const char *key;
	unsigned since, until; /* 0: no bound */
	const char *before;
} version_keys[] = {
	{ "ProxyConfigFrequency", 604, 0, "ConfigFrequency" },
	{ "HeartbeatFrequency", 0, 700, NULL },
	{ "StartHistoryPollers", 0, 700, NULL },
	{ "StartODBCPollers", 600, 0, NULL },
	{ "StartAgentPollers", 700, 0, NULL },
	{ "StartHTTPAgentPollers", 700, 0, NULL },
	{ "StartSNMPPollers", 700, 0, NULL },
	{ "StartBrowserPollers", 700, 0, NULL },
	{ "MaxConcurrentChecksPerPoller", 700, 0, NULL },
	{ "ProxyBufferMode", 700, 0, NULL },
	{ "ProxyMemoryBufferSize", 700, 0, NULL },
};

static bool is_called(const char *name, const char *key)
{
	return name && strcmp(name, key) == 0;
}

/* The name this version knows the key by, or NULL where it has none. */
static const char *key_for_version(const char *key, unsigned version)
{
	for (size_t i = 0; i < sizeof(version_keys) / sizeof(version_keys[0]); i++) {
		if (!is_called(version_keys[i].key, key) && !is_called(version_keys[i].before, key))
			continue;
		if (version < version_keys[i].since)
			return version_keys[i].before;
		return version_keys[i].until && version >= version_keys[i].until
			? NULL
			: version_keys[i].key;
	}
	return key;
}

/* A "Key=value" line in the version's own words; false where it has none for it. */
static bool line_write(FILE *out, const char *line, size_t length, unsigned version)
{
	const char *equals = memchr(line, '=', length), *name;
	char key[64];

	if (!equals || (size_t)(equals - line) >= sizeof(key))
		return false;
	memcpy(key, line, (size_t)(equals - line));
	key[equals - line] = '\0';
	name = key_for_version(key, version);
	if (name)
		fprintf(out, "%s%.*s\n", name, (int)(line + length - equals), equals);
	return name;
}

/* Comments and blank lines stay behind. */
static void profile_write(FILE *out, const char *profile, unsigned version)
{
	for (const char *line = profile; *line;) {
		size_t length = strcspn(line, "\n");

		if (*line != '#')
			(void)line_write(out, line, length, version);
		line += length + (line[length] == '\n');
	}
}

/* A profile may have none, which is for VRFs where nothing is to be discovered. A later line holds. */
static void discoverers_write(FILE *out, const struct proxy_config *proxy)
{
	if (proxy->vrf->n_discovers > 0 && strstr(proxy->profile, "\nStartDiscoverers=0\n"))
		fputs("StartDiscoverers=1\n", out);
}

static bool customers_may_connect(const struct proxy_config *proxy)
{
	const struct config_vrf *vrf = proxy->vrf;

	for (size_t i = 0; !proxy->sends_only && i < vrf->n_allows; i++)
		if (vrf->allows[i].protocol == IPPROTO_TCP && vrf->allows[i].port == PROXY_PORT)
			return true;
	return false;
}

/* Of a profile's key; 0 where it is not in it. */
static unsigned long profile_number(const char *profile, const char *key)
{
	const char *value = zabbix_conf_find(profile, key);

	return value ? strtoul(value, NULL, 10) : 0;
}

/* Each trapper is a process more, so only where somebody could hold them. */
static void trappers_write(FILE *out, const struct proxy_config *proxy)
{
	if (!customers_may_connect(proxy) && proxy->vrf->proxy.mode != CONFIG_PROXY_PASSIVE)
		return;
	if (profile_number(proxy->profile, "StartTrappers") < REACHED_TRAPPERS)
		fprintf(out, "StartTrappers=%d\n", REACHED_TRAPPERS);
	if (!profile_number(proxy->profile, "TrapperTimeout"))
		fprintf(out, "TrapperTimeout=%d\n", REACHED_TRAPPER_TIMEOUT_S);
}

/* --- processes for what it has to poll --- */

#define POLLERS_MARK "# for its items:"

/* Processes of some kinds need to be told where something else is: without, the proxy does not start. */
static bool poller_can_start(const struct proxy_config *proxy, enum zabbix_poller which)
{
	const struct config_proxy *config = &proxy->vrf->proxy;
	const struct zabbix_poller_kind *kind = &zabbix_poller_kinds[which];

	if (!zabbix_poller_has_key(which, proxy->version))
		return false;
	return !kind->address_key || config_proxy_option(config, kind->address_key) ||
		(which == ZABBIX_POLLER_JMX && *config->java_gateway);
}

/* One of each kind that its profile lacks. The mark tells the next supervisor which, so that it writes the same. */
static void pollers_write(FILE *out, const struct proxy_config *proxy)
{
	unsigned polls = zabbix_conf_polls(proxy->profile, proxy->version), missing = 0;

	for (unsigned i = 0; i < ZABBIX_POLLERS; i++)
		if ((proxy->pollers & ~polls & ZABBIX_POLLER_BIT(i)) && poller_can_start(proxy, i))
			missing |= ZABBIX_POLLER_BIT(i);
	if (!missing)
		return;
	fputs(POLLERS_MARK, out);
	for (unsigned i = 0; i < ZABBIX_POLLERS; i++)
		if (missing & ZABBIX_POLLER_BIT(i))
			fprintf(out, " %s", zabbix_poller_kinds[i].key);
	fputs("\n", out);
	for (unsigned i = 0; i < ZABBIX_POLLERS; i++)
		if (missing & ZABBIX_POLLER_BIT(i))
			fprintf(out, "%s=1\n", zabbix_poller_kinds[i].key);
}

unsigned proxy_config_read_pollers(const char *text)
{
	const char *mark = strstr(text, "\n" POLLERS_MARK);
	unsigned pollers = 0;

	if (!mark)
		return 0;
	mark++;
	for (unsigned i = 0; i < ZABBIX_POLLERS; i++) {
		const char *key = strstr(mark, zabbix_poller_kinds[i].key);

		if (key && key < mark + strcspn(mark, "\n"))
			pollers |= ZABBIX_POLLER_BIT(i);
	}
	return pollers;
}

unsigned proxy_config_pollers_of(const struct config_vrf *vrf)
{
	unsigned pollers = 0;

	for (size_t i = 0; i < vrf->n_hosts; i++) {
		if (vrf->hosts[i].ipmi.given)
			pollers |= ZABBIX_POLLER_BIT(ZABBIX_POLLER_IPMI);
		if (vrf->hosts[i].jmx.given)
			pollers |= ZABBIX_POLLER_BIT(ZABBIX_POLLER_JMX);
	}
	return pollers;
}

static void java_gateway_write(FILE *out, const char *java_gateway)
{
	uint16_t port;
	cleanup_free char *address = config_java_gateway_split(java_gateway, &port);

	if (!*address)
		return;
	fprintf(out, "JavaGateway=%s\n", address);
	if (port)
		fprintf(out, "JavaGatewayPort=%u\n", port);
}

/* --- its connections --- */

/* A server of this machine, which one node of a cluster may be in any mode, comes from the root side, or from its own
 * address where it has SourceIP. */
static void passive_write(
	FILE *out, const struct proxy_config *proxy, const struct strings *servers)
{
	const struct config_uplink *uplink = &proxy->config->uplink;
	cleanup_free char *all = strings_join(servers, ",");
	char text[ADDRESS_TEXT_SIZE];

	fprintf(out, "ProxyMode=1\nServer=%s", all);
	if (servers->count > 1 ||
		(uplink->mode == CONFIG_UPLINK_LOCAL && uplink->servers.count > 0))
		fprintf(out, ",%s", address_format(proxy->server_root, false, text));
	fputs("\n", out);
}

/* Of a cluster all nodes: the proxy itself finds the one that is active. */
static void active_write(FILE *out, const struct proxy_config *proxy, const struct strings *servers)
{
	unsigned port = proxy->config->zabbix.server_port;

	fputs("ProxyMode=0\nServer=", out);
	for (size_t i = 0; i < servers->count; i++) {
		bool six = strchr(servers->items[i], ':');

		fprintf(out, "%s%s%s%s:%u", i ? ";" : "", six ? "[" : "", servers->items[i],
			six ? "]" : "", port);
	}
	fputs("\n", out);
}

/* Where an active proxy sends, or whom a passive one answers. */
static void server_write(FILE *out, const struct proxy_config *proxy)
{
	char text[ADDRESS_TEXT_SIZE], *root = text;
	const struct strings root_side = { &root, 1 };
	const struct strings *servers = &proxy->config->zabbix.servers;

	if (proxy->config->uplink.at_root_side) {
		address_format(proxy->root, false, text);
		servers = &root_side;
	}
	if (proxy->vrf->proxy.mode == CONFIG_PROXY_PASSIVE)
		passive_write(out, proxy, servers);
	else
		active_write(out, proxy, servers);
}

static void tls_write(FILE *out, const struct proxy_config *proxy)
{
	if (proxy->psk_identity)
		fprintf(out, "%s=psk\nTLSPSKIdentity=%s\nTLSPSKFile=%s\n",
			proxy->vrf->proxy.mode == CONFIG_PROXY_PASSIVE ? "TLSAccept" : "TLSConnect",
			proxy->psk_identity, proxy->paths->psk);
}

/* Not the customer addresses by name: one that is not there yet would keep the proxy from starting. */
static void listen_write(FILE *out, const struct proxy_config *proxy)
{
	bool passive = proxy->vrf->proxy.mode == CONFIG_PROXY_PASSIVE;
	char inside[ADDRESS_TEXT_SIZE];

	if (customers_may_connect(proxy)) {
		fprintf(out, "ListenIP=0.0.0.0,::\n");
	} else {
		fprintf(out, "ListenIP=127.0.0.1,%s", address_format(proxy->inside, false, inside));
		if (passive && !address_equal(proxy->inside, proxy->server_inside))
			fprintf(out, ",%s", address_format(proxy->server_inside, false, inside));
		fputs("\n", out);
	}
	fprintf(out, "ListenPort=%d\nStatsAllowedIP=127.0.0.1\n", PROXY_PORT);
}

/* One that this version does not know would keep it from starting, after an upgrade of all proxies at once. */
static void options_write(FILE *out, const struct proxy_config *proxy)
{
	const struct strings *options = &proxy->vrf->proxy.options;

	for (size_t i = 0; i < options->count; i++)
		if (!line_write(out, options->items[i], strlen(options->items[i]), proxy->version))
			fprintf(out, "# not known to it: %s\n", options->items[i]);
}

/* A later line holds. A passive proxy is asked for its values: one trapper gives them. */
static void sends_only_write(FILE *out, const struct proxy_config *proxy)
{
	static const char *const collectors[] = { "StartPollers", "StartPollersUnreachable",
		"StartPingers", "StartDiscoverers", "StartHTTPPollers", "StartHistoryPollers",
		"StartODBCPollers", "StartIPMIPollers", "StartJavaPollers", "StartVMwareCollectors",
		"StartSNMPTrapper", "StartAgentPollers", "StartHTTPAgentPollers",
		"StartSNMPPollers", "StartBrowserPollers" };

	if (!proxy->sends_only)
		return;
	for (size_t i = 0; i < sizeof(collectors) / sizeof(collectors[0]); i++)
		if (key_for_version(collectors[i], proxy->version))
			fprintf(out, "%s=0\n", collectors[i]);
	fprintf(out, "StartTrappers=%d\nDataSenderFrequency=1\n",
		proxy->vrf->proxy.mode == CONFIG_PROXY_PASSIVE);
}

char *proxy_config_format(const struct proxy_config *proxy)
{
	const struct config_proxy *options = &proxy->vrf->proxy;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	fprintf(out,
		"# Made by vrfgate from its own config; changes here are lost.\n"
		"# %s, Zabbix %u.%u, user %s, profile %s\n",
		options->binary, proxy->version / 100, proxy->version % 100, proxy->user,
		options->profile);
	/* Mounted at its start, so a change of them is one of the config too. */
	for (size_t i = 0; i < proxy->vrf->dns.count; i++)
		fprintf(out, "# name server %s\n", proxy->vrf->dns.items[i]);
	for (size_t i = 0; i < options->paths.count; i++)
		fprintf(out, "# sees %s\n", options->paths.items[i]);
	profile_write(out, proxy->profile, proxy->version);
	discoverers_write(out, proxy);
	trappers_write(out, proxy);
	pollers_write(out, proxy);
	java_gateway_write(out, options->java_gateway);
	/* One fping does IPv4 and IPv6 since 4.0. */
	if (proxy->fping)
		fprintf(out, "FpingLocation=%s\nFping6Location=\n", proxy->fping);
	options_write(out, proxy);
	sends_only_write(out, proxy);
	server_write(out, proxy);
	fprintf(out, "Hostname=%s\n", proxy->name);
	listen_write(out, proxy);
	fprintf(out, "DBName=%s\nLogType=file\nLogFile=%s\n", proxy->paths->database,
		proxy->paths->log);
	fprintf(out, "PidFile=%s/zabbix_proxy.pid\nSocketDir=%s\nTmpDir=%s\n",
		proxy->paths->socket_dir, proxy->paths->socket_dir, proxy->paths->tmp_dir);
	tls_write(out, proxy);
	fclose(out);
	return text;
}

uint32_t proxy_config_count_processes(const char *text)
{
	uint32_t count = 0;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		unsigned number;

		line += *line == '\n';
		if (sscanf(line, "Start%*[A-Za-z]=%4u", &number) == 1)
			count += number;
	}
	return count;
}
