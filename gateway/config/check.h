// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether a text is a path, a name, a URL: 0, or -EINVAL with "what is wrong, expected what". */
#pragma once

#include <stdint.h>

#include <stddef.h>

#include "base/error.h"

/* Characters of the name of a host or proxy (Zabbix: hosts.host is varchar(128)). */
#define CONFIG_MAX_ZABBIX_NAME 128
/* Of that of a host group, of a macro or a tag, and of a macro's value (hstgrp.name, hostmacro, host_tag). */
#define CONFIG_MAX_GROUP_NAME  255
#define CONFIG_MAX_HOST_WORD   255
#define CONFIG_MAX_MACRO_VALUE 2048
/* hosts.description; the longest fields of host_inventory hold as many. */
#define CONFIG_MAX_DESCRIPTION 65535

int config_check_not_empty(const char *text, struct error *err);
int config_check_path(const char *text, struct error *err);
int config_check_path_or_empty(const char *text, struct error *err);
/* "PATH" or "PATH:rw", and no directory that is to be hidden. */
int config_check_proxy_place(const char *text, struct error *err);
int config_check_url_or_empty(const char *text, struct error *err);
/* An address or a host name, of one server. */
int config_check_server(const char *text, struct error *err);
int config_check_host_name(const char *text, struct error *err);
/* As Zabbix takes it for a list of who may connect: an address, a network or a host name. */
int config_check_peer(const char *text, struct error *err);
int config_check_address(const char *text, struct error *err);
/* An IPv4 address that is no loopback or multicast one. */
int config_check_ipv4_or_empty(const char *text, struct error *err);
int config_check_network(const char *text, struct error *err);
/* A pre-shared key as Zabbix takes it: hexadecimal digits. */
int config_check_psk(const char *text, struct error *err);
/* What Zabbix has room for. */
int config_check_psk_identity(const char *text, struct error *err);
/* A user of the system. */
int config_check_user(const char *text, struct error *err);
int config_check_proxy_user(const char *text, struct error *err); /* not root */
/* What Zabbix takes for a host or a proxy. */
int config_check_zabbix_name(const char *text, struct error *err);
/* A name to be shown, of any letters. */
int config_check_visible_name(const char *text, struct error *err);
/* What may be written about a host. */
int config_check_description(const char *text, struct error *err);
/* As that, with {gateway} and {vrf} in it. */
int config_check_proxy_pattern(const char *text, struct error *err);
/* A user macro of Zabbix; for secrets, which do not belong in the config. */
int config_check_macro(const char *text, struct error *err);

/* The length of the user macro that a text begins with; 0: it begins with none. Source: Zabbix manual, "User macros
 * supported by location" and "User macros with context". */
size_t config_macro_length(const char *text);

/* The name of a host group: Zabbix takes no '/' at an end, and no two of them side by side. */
int config_check_host_group(const char *text, struct error *err);

/* What Zabbix has room for: characters of UTF-8. */
int config_check_length(const char *what, const char *text, size_t max, struct error *err);
int config_check_profile(const char *text, struct error *err);
/* A name of a VRF, a namespace or a service. */
int config_check_name(const char *text, struct error *err);
/* What the kernel takes for an interface. */
int config_check_ifname(const char *text, struct error *err);

/* The name of a link that is there, or an alternative one, which may be longer (ALTIFNAMSIZ). */
int config_check_parent(const char *text, struct error *err);
/* "ADDRESS" or "ADDRESS:PORT", of IPv6 with a port "[ADDRESS]:PORT". */
int config_check_java_gateway_or_empty(const char *text, struct error *err);

/* The parts of one that was checked: the address is the caller's, without brackets; *port is 0 where it has none. */
char *config_java_gateway_split(const char *text, uint16_t *port);
/* "Key=Value" of zabbix_proxy.conf that is not vrfgate's own business. */
int config_check_option(const char *text, struct error *err);
