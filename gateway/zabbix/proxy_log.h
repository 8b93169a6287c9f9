// SPDX-License-Identifier: GPL-2.0-or-later
/* What a proxy's own log says of its connection to the server. */
#pragma once

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
