// SPDX-License-Identifier: GPL-2.0-or-later
/* What a proxy's own log says of its connection to the server, and of its end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum zabbix_link {
	ZABBIX_LINK_UNKNOWN, /* nothing is said of it: it never failed */
	ZABBIX_LINK_FINE,    /* it failed, and was restored */
	ZABBIX_LINK_FAILED,
	ZABBIX_LINK_TLS, /* TCP connects, TLS does not: the key, as a rule */
};

/*
 * The last word of these lines on it, where `before` is what was known before them. A proxy logs the first
 * failure with its cause ("Unable to connect to [...]"), then once a minute that it lasts, and its end
 * ("Connection restored."); a passive one each connection of the server that it does not accept. What is
 * written by anybody else into the middle of a line does not count.
 */
enum zabbix_link zabbix_proxy_log_link(const char *text, size_t size, enum zabbix_link before);

#define ZABBIX_PROXY_END_SIZE 112

/*
 * Why a proxy ended by itself with an exit status that says nothing, from the lines of its life: of which of its
 * processes it lost ("child 'poller #1' killed by signal 9"), or who ended it ("ended by signal 15, sent by uid 0").
 * Printable. False: they do not say.
 */
bool zabbix_proxy_log_end(const char *text, size_t size, char end[ZABBIX_PROXY_END_SIZE]);
