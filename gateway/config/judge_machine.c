// SPDX-License-Identifier: GPL-2.0-or-later
/* Judging the config by the machine: whose address the server has, and the files that are named. */
#include "config/judge.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/secret.h"
#include "config/check.h"

/* ---- the server's address ---- */

static socklen_t socket_address(const struct address *address, struct sockaddr_storage *storage)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };

	memcpy(&four.sin_addr, address->bytes, sizeof(four.sin_addr));
	memcpy(&six.sin6_addr, address->bytes, sizeof(six.sin6_addr));
	if (address->family == AF_INET)
		memcpy(storage, &four, sizeof(four));
	else
		memcpy(storage, &six, sizeof(six));
	return address->family == AF_INET ? sizeof(four) : sizeof(six);
}

/* As the server itself would find out. With net.ipv4.ip_nonlocal_bind, which who shares an address with another
 * machine sets, each one is: a server may come with the address. */
static bool is_of_this_machine(const struct address *address)
{
	struct sockaddr_storage storage = { 0 };
	socklen_t size = socket_address(address, &storage);
	cleanup_fd int fd = socket(address->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && bind(fd, (const struct sockaddr *)&storage, size) == 0;
}

static void judge_server(struct config_reader *reader, const char *text)
{
	const struct config_section *zabbix = config_reader_general(reader, "zabbix");
	struct address server;

	if (address_parse(&server, text) < 0)
		return;
	if (address_kind(&server) == ADDRESS_HOST || address_kind(&server) == ADDRESS_LOOPBACK)
		if (is_of_this_machine(&server))
			return;
	config_complain(&reader->doubts, zabbix, config_section_line_of(zabbix, "server"),
		"server \"%s\": not an address of this machine, which mode local of the uplinks is for; expected mode = %s in section uplink, or no server where it is on this machine",
		text, server.family == AF_INET ? "nat" : "routed");
}

void config_judge_server_address(struct config_reader *reader)
{
	const struct strings *servers = &reader->config->zabbix.servers;

	if (reader->config->uplink.mode == CONFIG_UPLINK_LOCAL)
		for (size_t i = 0; i < servers->count; i++)
			judge_server(reader, servers->items[i]);
}

/* ---- settings ---- */

/* Those of modules that come with the first use are not known before. */
static bool is_known_early(const char *key)
{
	static const char *const starts[] = { "net.ipv4.", "net.ipv6.", "net.core.", "net.unix." };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(key, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

/* Of settings, which bears no value. */
static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Each link has the settings that `lo` has. */
static char *path_make(const char *key)
{
	static const char *const links[] = { "net.ipv4.conf.", "net.ipv6.conf.", "net.ipv4.neigh.",
		"net.ipv6.neigh." };
	char *path = xasprintf("/proc/sys/%s", key);
	size_t base = strlen("/proc/sys/");

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		size_t length = strlen(links[i]);
		const char *leaf =
			strncmp(key, links[i], length) == 0 ? strchr(key + length, '.') : NULL;

		if (!leaf || strncmp(key + length, "all.", 4) == 0 ||
			strncmp(key + length, "default.", 8) == 0)
			continue;
		free(path);
		path = xasprintf("/proc/sys/%slo%s", links[i], leaf);
	}
	for (char *p = path + base; *p; p++)
		*p = *p == '.' ? '/' : *p == '/' ? '.' : *p;
	return path;
}

/* In a child, which says by a byte for each key whether it is missing. */
static void settings_look(const struct config *config, int fd)
{
	/* Some are there to be read only. Who may make no namespace sees what the machine has. */
	int mode = unshare(CLONE_NEWNET) == 0 ? W_OK : F_OK;

	for (size_t v = 0; v < config->n_vrfs; v++)
		for (size_t i = 0; i < config->vrfs[v].n_sysctls; i++) {
			const char *key = config->vrfs[v].sysctls[i].key;
			cleanup_free char *path = path_make(key);
			char missing = is_directory(path) ||
				(is_known_early(key) && access(path, mode) < 0);

			if (file_write_all(fd, &missing, 1) < 0)
				return;
		}
}

static void settings_hear(struct config_reader *reader, FILE *from)
{
	const struct config *config = reader->config;

	for (size_t v = 0; v < config->n_vrfs; v++)
		for (size_t i = 0; i < config->vrfs[v].n_sysctls; i++) {
			const struct config_section *section = reader->vrf_sections[v];
			const struct config_sysctl *sysctl = &config->vrfs[v].sysctls[i];

			if (getc(from) == 1)
				config_complain(&reader->doubts, section,
					config_section_line_of(section, "sysctl"),
					"sysctl \"%s=%s\": not to be set in a namespace of this kernel, expected another one",
					sysctl->key, sysctl->value);
		}
}

static bool any_settings(const struct config *config)
{
	for (size_t v = 0; v < config->n_vrfs; v++)
		if (config->vrfs[v].n_sysctls > 0)
			return true;
	return false;
}

void config_judge_settings(struct config_reader *reader)
{
	int ends[2];
	pid_t child;
	FILE *from;

	if (!any_settings(reader->config) || pipe2(ends, O_CLOEXEC) < 0)
		return;
	child = fork();
	if (child == 0) {
		settings_look(reader->config, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	from = fdopen(ends[0], "r");
	if (child > 0 && from)
		settings_hear(reader, from);
	if (from)
		fclose(from);
	else
		close(ends[0]);
	if (child > 0)
		waitpid(child, NULL, 0);
}

/* ---- files ---- */

static void file_complain(struct config_reader *reader, const struct config_section *section,
	const char *key, const char *text, const char *expected)
{
	config_complain(&reader->notes, section, config_section_line_of(section, key),
		"%s: %s, expected %s", key, text, expected);
}

/* A pipe is somebody else's to be read once. Who may not look at one of root's says nothing of it. */
static bool may_be_read(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		error_set_errno(err, errno, "cannot read '%s'", path);
		return errno != EACCES || geteuid() == 0;
	}
	return S_ISREG(st.st_mode);
}

static void secret_judge(struct config_reader *reader, const struct config_section *section,
	const char *key, const char *path, const char *expected,
	int (*check)(const char *text, struct error *err))
{
	cleanup(secret_free) char *line = NULL;
	struct error err = ERROR_INIT;
	int r;

	if (!*path || !may_be_read(path, &err))
		return;
	r = err.code ? -err.code : file_read_secret(path, &line, &err);
	if (r == 0 && check) {
		struct error why = ERROR_INIT;

		r = check(line, &why);
		if (r < 0)
			error_set(&err, EINVAL, "'%s' has no key that Zabbix takes", path);
	}
	if (r < 0 && (r != -EACCES || geteuid() == 0))
		file_complain(reader, section, key, err.text, expected);
}

/* Of a key that is written: what is there by default is told when it is used. */
static void plain_judge(struct config_reader *reader, const struct config_section *section,
	const char *key, const char *path, int mode, const char *expected)
{
	struct error err = ERROR_INIT;
	struct stat st;

	if (!section || !config_section_find(section, key) || path[0] != '/')
		return;
	if (access(path, mode) < 0)
		error_set_errno(&err, errno, "cannot %s '%s'", mode == X_OK ? "run" : "read", path);
	else if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
		error_set(&err, ENODATA, "'%s' is empty", path);
	if (err.code && (err.code != EACCES || geteuid() == 0))
		file_complain(reader, section, key, err.text, expected);
}

static void proxy_judge(struct config_reader *reader, const struct config_section *section,
	const struct config_proxy *proxy)
{
	plain_judge(reader, section, "binary", proxy->binary, X_OK, "a zabbix_proxy");
	plain_judge(reader, section, "profile", proxy->profile, R_OK,
		"a configuration of zabbix_proxy");
}

/* Of agents, whose proxy encrypts by them. */
static void agent_keys_judge(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	for (size_t i = 0; i < vrf->n_hosts; i++) {
		const struct config_section *own =
			config_section_child(config_section_nth(section, "host", i), "agent");
		const char *path = vrf->hosts[i].agent.psk_file;

		if (own)
			secret_judge(reader, own, "psk_file", path,
				"the agent's key in its first line", config_check_psk);
	}
}

void config_judge_files(struct config_reader *reader)
{
	const struct config *config = reader->config;
	const struct config_section *zabbix = config_reader_general(reader, "zabbix");

	if (*config->zabbix.url) {
		secret_judge(reader, zabbix, "token_file", config->zabbix.token_file,
			"the token of the API in its first line", NULL);
		secret_judge(reader, zabbix, "password_file", config->zabbix.password_file,
			"the password in its first line", NULL);
		plain_judge(reader, zabbix, "ca_file", config->zabbix.ca_file, R_OK,
			"certificates to trust");
	}
	proxy_judge(reader, config_section_child(reader->root, "proxy"), &config->proxy);
	for (size_t i = 0; i < config->n_vrfs; i++) {
		proxy_judge(reader, config_section_child(reader->vrf_sections[i], "proxy"),
			&config->vrfs[i].proxy);
		if (*config->zabbix.url)
			agent_keys_judge(reader, &config->vrfs[i], reader->vrf_sections[i]);
	}
}
