// SPDX-License-Identifier: GPL-2.0-or-later
/* What a text must look like to be a path, a name, a URL. */
#include "config/check.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strings.h"
#include "config/model.h"
#include "config/type.h"

#define LETTERS   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define UPPERCASE "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS    "0123456789"

static bool only(const char *text, const char *characters)
{
	return text[strspn(text, characters)] == '\0';
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return true;
	return false;
}

int config_check_not_empty(const char *text, struct error *err)
{
	if (!*text || has_control(text))
		return error_set(err, EINVAL, "empty or with control characters, expected a text");
	return 0;
}

int config_check_path(const char *text, struct error *err)
{
	if (text[0] != '/' || has_control(text))
		return error_set(
			err, EINVAL, "not an absolute path, expected one that starts with /");
	return 0;
}

int config_check_path_or_empty(const char *text, struct error *err)
{
	return *text ? config_check_path(text, err) : 0;
}

/* One of these whole would be the view of the machine again. */
/* From the root on, each part once: nothing of it is empty, "." or "..". */
static bool is_plain_path(const char *text, size_t length)
{
	const char *end = text + length;

	if (length == 1 && *text == '/')
		return true;
	while (text < end) {
		size_t part;

		if (*text++ != '/')
			return false;
		part = strcspn(text, "/:");
		if (part == 0 || (part == 1 && text[0] == '.') ||
			(part == 2 && text[0] == '.' && text[1] == '.'))
			return false;
		text += part;
	}
	return length > 0;
}

int config_check_proxy_place(const char *text, struct error *err)
{
	static const char *const whole[] = { "/", "/dev", "/proc", "/run", "/run/netns", "/sys",
		"/tmp", "/var", "/var/run", "/var/tmp" };
	const char *colon = strchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : strlen(text);

	if (has_control(text) || (colon && strcmp(colon, ":rw") != 0) ||
		!is_plain_path(text, length))
		return error_set(err, EINVAL,
			"not a path, expected an absolute one such as /run/odbc.sock, with :rw where the proxy may write to it");
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (strlen(whole[i]) == length && strncmp(text, whole[i], length) == 0)
			return error_set(err, EINVAL,
				"all of %s, expected a file, socket or directory in it", whole[i]);
	return 0;
}

int config_check_url_or_empty(const char *text, struct error *err)
{
	static const char *const schemes[] = { "http://", "https://" };

	if (!*text)
		return 0;
	for (size_t i = 0; i < 2; i++) {
		size_t length = strlen(schemes[i]);

		if (strncmp(text, schemes[i], length) == 0 && !has_control(text) &&
			!strchr(text, ' ') &&
			(isalnum((unsigned char)text[length]) || text[length] == '['))
			return 0;
	}
	return error_set(err, EINVAL, "not a URL, expected http://... or https://...");
}

static bool is_host_name(const char *text)
{
	if (strlen(text) > 253 || !only(text, LETTERS DIGITS ".-_"))
		return false;
	/* 10.0.0.300 is a mistyped address and no name. */
	return isalnum((unsigned char)text[0]) && !only(text, DIGITS ".");
}

int config_check_host_name(const char *text, struct error *err)
{
	if (is_host_name(text))
		return 0;
	return error_set(err, EINVAL, "not a host name, expected one such as fw1.example.net");
}

/* "A:10051" or "[A]:10051" */
static bool has_port(const char *text)
{
	const char *colon = strrchr(text, ':');
	const char *before = colon ? strchr(text, ':') : NULL;

	return colon && colon[1] && only(colon + 1, DIGITS) &&
		(before == colon || (text[0] == '[' && colon[-1] == ']'));
}

int config_check_server(const char *text, struct error *err)
{
	if (is_host_name(text) || config_check_address(text, NULL) == 0)
		return 0;
	if (strchr(text, ','))
		return error_set(err, EINVAL,
			"several servers with a comma between, expected the nodes of a cluster as { \"A\", \"B\" } or \"A;B\"");
	if (has_port(text))
		return error_set(err, EINVAL,
			"a port behind the address, expected the address alone and server_port");
	return error_set(err, EINVAL, "neither address nor host name, expected one of them");
}

int config_check_address(const char *text, struct error *err)
{
	struct address address;

	if (strchr(text, '/') || address_parse(&address, text) < 0)
		return error_set(err, EINVAL,
			"not an address, expected one without prefix such as 10.0.0.1");
	return 0;
}

/* Where a port begins, behind its colon; NULL: there is none. */
static const char *port_find(const char *text)
{
	const char *colon = strrchr(text, ':');

	if (*text == '[')
		return colon && colon[-1] == ']' ? colon + 1 : NULL;
	return colon && colon == strchr(text, ':') ? colon + 1 : NULL;
}

char *config_java_gateway_split(const char *text, uint16_t *port)
{
	const char *digits = port_find(text);
	size_t length = digits ? (size_t)(digits - 1 - text) : strlen(text);
	bool brackets = *text == '[' && text[length - 1] == ']';

	*port = digits ? (uint16_t)strtoul(digits, NULL, 10) : 0;
	return brackets && length > 2 ? xstrndup(text + 1, length - 2) : xstrndup(text, length);
}

int config_check_java_gateway_or_empty(const char *text, struct error *err)
{
	const char *digits = port_find(text);
	uint16_t port;
	cleanup_free char *address = config_java_gateway_split(text, &port);
	unsigned long number = digits ? strtoul(digits, NULL, 10) : 1;

	if (!*text)
		return 0;
	if ((is_host_name(address) || config_check_address(address, NULL) == 0) &&
		(!digits || (only(digits, DIGITS) && strlen(digits) <= 5)) && number >= 1 &&
		number <= 65535)
		return 0;
	return error_set(err, EINVAL,
		"not where a Java gateway listens, expected ADDRESS or ADDRESS:PORT such as 127.0.0.1:10052");
}

int config_check_ipv4_or_empty(const char *text, struct error *err)
{
	struct address address;

	if (!*text ||
		(!strchr(text, '/') && address_parse(&address, text) == 0 &&
			address.family == AF_INET && address.bytes[0] != 0 &&
			address.bytes[0] != 127 && address.bytes[0] < 224))
		return 0;
	return error_set(err, EINVAL,
		"not an IPv4 address that others reach, expected one such as 192.0.2.1");
}

int config_check_network(const char *text, struct error *err)
{
	struct address network;

	return config_network_parse(text, &network, err);
}

int config_check_peer(const char *text, struct error *err)
{
	if (*text &&
		(is_host_name(text) || config_check_address(text, NULL) == 0 ||
			config_check_network(text, NULL) == 0))
		return 0;
	return error_set(err, EINVAL,
		"not an address, network or host name, expected one such as 192.0.2.1, 10.0.0.0/8 or gw1.example.net");
}

int config_check_psk(const char *text, struct error *err)
{
	size_t length = strlen(text);

	if (length < 32 || length > 512 || length % 2 != 0 || !only(text, DIGITS "abcdefABCDEF"))
		return error_set(err, EINVAL,
			"no key that Zabbix takes, expected 32 to 512 hexadecimal digits");
	return 0;
}

int config_check_psk_identity(const char *text, struct error *err)
{
	int r = config_check_not_empty(text, err);

	return r < 0 ? r : config_check_length("the identity", text, 128, err);
}

int config_check_user(const char *text, struct error *err)
{
	if (!*text || strlen(text) > 31 || !only(text, LETTERS DIGITS "_-.") ||
		strchr(DIGITS "-.", text[0]))
		return error_set(err, EINVAL, "not a user name, expected one such as zabbix");
	return 0;
}

int config_check_proxy_user(const char *text, struct error *err)
{
	if (strcmp(text, "root") == 0)
		return error_set(
			err, EINVAL, "a proxy never runs as root, expected a user such as zabbix");
	return config_check_user(text, err);
}

static int zabbix_name_check(const char *text, const char *also, struct error *err)
{
	size_t length = strlen(text);
	char allowed[128] = LETTERS DIGITS "._- ";

	strncat(allowed, also, sizeof(allowed) - strlen(allowed) - 1);
	if (length == 0 || length > CONFIG_MAX_ZABBIX_NAME || !only(text, allowed) ||
		text[0] == ' ' || text[length - 1] == ' ')
		return error_set(err, EINVAL,
			"not a name for Zabbix, expected up to %d letters, digits, '.', '_', '-' or spaces",
			CONFIG_MAX_ZABBIX_NAME);
	return 0;
}

int config_check_zabbix_name(const char *text, struct error *err)
{
	return zabbix_name_check(text, "", err);
}

int config_check_visible_name(const char *text, struct error *err)
{
	int r = config_check_not_empty(text, err);

	if (r == 0 && (text[0] == ' ' || text[strlen(text) - 1] == ' '))
		r = error_set(err, EINVAL, "a space at an end, expected a name without");
	return r < 0 ? r : config_check_length("the name", text, CONFIG_MAX_ZABBIX_NAME, err);
}

int config_check_description(const char *text, struct error *err)
{
	return config_check_length("the text", text, CONFIG_MAX_DESCRIPTION, err);
}

int config_check_proxy_pattern(const char *text, struct error *err)
{
	static const char *const names[] = { "{gateway}", "{vrf}" };
	const char *brace = text + strcspn(text, "{}");

	while (*brace) {
		size_t i;

		for (i = 0; i < 2; i++)
			if (strncmp(brace, names[i], strlen(names[i])) == 0)
				break;
		if (i == 2)
			return error_set(err, EINVAL,
				"braces around something else, expected {gateway} and {vrf} only");
		brace += strlen(names[i]);
		brace += strcspn(brace, "{}");
	}
	return zabbix_name_check(text, "{}", err);
}

/* Behind the colon: "quoted", with \" in it, or all up to the brace; the end of it, NULL where there is none. */
static const char *context_end(const char *p)
{
	p += strspn(p, " ");
	if (strncmp(p, "regex:", 6) == 0)
		p += 6 + strspn(p + 6, " ");
	if (*p != '"')
		return p + strcspn(p, "}");
	for (p++; *p && *p != '"'; p++)
		if (p[0] == '\\' && p[1])
			p++;
	return *p ? p + 1 + strspn(p + 1, " ") : NULL;
}

size_t config_macro_length(const char *text)
{
	const char *p = text + 2;
	size_t name;

	if (strncmp(text, "{$", 2) != 0)
		return 0;
	name = strspn(p, UPPERCASE DIGITS "._");
	p += name;
	if (name > 0 && *p == ':')
		p = context_end(p + 1);
	return name > 0 && p && *p == '}' ? (size_t)(p - text) + 1 : 0;
}

int config_check_macro(const char *text, struct error *err)
{
	size_t length = config_macro_length(text);

	if (length == 0 || text[length])
		return error_set(err, EINVAL,
			"no user macro of Zabbix, expected capital letters, digits, '.' and '_' as in {$SNMP_COMMUNITY}");
	return 0;
}

int config_check_length(const char *what, const char *text, size_t max, struct error *err)
{
	size_t length = 0;

	for (const char *p = text; *p; p++)
		length += !text_is_inside_character(*p);
	if (length > max)
		return error_set(err, EINVAL, "%s has %zu characters, expected at most %zu", what,
			length, max);
	return 0;
}

int config_check_host_group(const char *text, struct error *err)
{
	size_t length = strlen(text);
	int r = config_check_not_empty(text, err);

	if (r == 0)
		r = config_check_length("the name", text, CONFIG_MAX_GROUP_NAME, err);
	if (r < 0)
		return r;
	if (text[0] == '/' || text[length - 1] == '/' || strstr(text, "//"))
		return error_set(err, EINVAL,
			"not a host group of Zabbix, expected '/' between two names only, as in Customers/Gateways");
	return 0;
}

int config_check_profile(const char *text, struct error *err)
{
	static const char *const names[] = { "small", "standard", "large" };

	for (size_t i = 0; i < 3; i++)
		if (strcmp(text, names[i]) == 0)
			return 0;
	if (text[0] == '/' && !has_control(text))
		return 0;
	return error_set(err, EINVAL,
		"no such profile, expected small, standard, large or an absolute path");
}

int config_check_name(const char *text, struct error *err)
{
	if (!isalnum((unsigned char)text[0]) || strlen(text) > CONFIG_MAX_NAME ||
		!only(text, LETTERS DIGITS "._-"))
		return error_set(err, EINVAL,
			"not a name, expected a letter or digit and up to %d of these, '.', '_' and '-'",
			CONFIG_MAX_NAME - 1);
	return 0;
}

static int check_link_name(const char *text, size_t longest, struct error *err)
{
	size_t length = strlen(text);

	if (length == 0 || length > longest)
		return error_set(err, EINVAL, "not an interface name, expected 1 to %zu characters",
			longest);
	if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return error_set(err, EINVAL,
			"not an interface name, expected another one than \".\" and \"..\", which are directories");
	for (const char *c = text; *c; c++)
		if (isspace((unsigned char)*c) || iscntrl((unsigned char)*c))
			return error_set(err, EINVAL,
				"not an interface name, expected no space or control character in it");
		else if (*c == '/' || *c == ':' || *c == '%')
			return error_set(
				err, EINVAL, "not an interface name, expected no '%c' in it", *c);
	return 0;
}

int config_check_ifname(const char *text, struct error *err)
{
	return check_link_name(text, 15, err);
}

int config_check_parent(const char *text, struct error *err)
{
	return check_link_name(text, 127, err);
}

/* What vrfgate writes itself; a name ending in '*' stands for all that start so. */
static const struct {
	const char *key;
	const char *reason;
} owned_options[] = {
	{ "Server", "the server comes from zabbix { server }" },
	{ "ServerActive", "the server comes from zabbix { server }" },
	{ "ServerPort", "the port comes from zabbix { server_port }" },
	{ "Hostname", "the name comes from zabbix { proxy_name }" },
	{ "HostnameItem", "the name comes from zabbix { proxy_name }" },
	{ "ProxyMode", "the mode comes from proxy { mode }" },
	{ "ListenIP", "the proxy listens on loopback and uplink only" },
	{ "ListenPort", "the proxy listens on loopback and uplink only" },
	{ "DB*", "every proxy has a database of its own in state_dir" },
	{ "LogFile", "logs go to log_dir" },
	{ "LogType", "logs go to log_dir" },
	{ "PidFile", "vrfgate watches the process itself" },
	{ "SocketDir", "every proxy has a directory of its own in run_dir" },
	{ "TmpDir", "every proxy has a directory of its own in run_dir" },
	{ "TLSConnect", "encryption comes from proxy { psk }" },
	{ "TLSAccept", "encryption comes from proxy { psk }" },
	{ "TLSPSK*", "encryption comes from proxy { psk }" },
	{ "StatsAllowedIP", "vrfgate asks for the stats itself" },
	{ "User", "the user comes from proxy { user }" },
	{ "AllowRoot", "a proxy never runs as root" },
	{ "Include", "files included could set what vrfgate must" },
};

static bool option_matches(const char *pattern, const char *key, size_t length)
{
	size_t n = strlen(pattern);

	if (pattern[n - 1] == '*')
		return length >= n - 1 && strncasecmp(pattern, key, n - 1) == 0;
	return length == n && strncasecmp(pattern, key, n) == 0;
}

int config_check_option(const char *text, struct error *err)
{
	size_t length = strspn(text, LETTERS DIGITS);

	if (length == 0 || text[length] != '=' || has_control(text))
		return error_set(
			err, EINVAL, "not a line of zabbix_proxy.conf, expected Key=Value");
	for (size_t i = 0; i < sizeof(owned_options) / sizeof(owned_options[0]); i++)
		if (option_matches(owned_options[i].key, text, length))
			return error_set(err, EINVAL, "not to be set here: %s; expected other keys",
				owned_options[i].reason);
	return 0;
}
