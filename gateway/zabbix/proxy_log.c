// SPDX-License-Identifier: GPL-2.0-or-later
/* A proxy's log: "     7:20261130:153929.026 Unable to connect to [...]". */
#include "zabbix/proxy_log.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

struct line {
	const char *text;
	size_t size;
};

/* Digits, and what ends them; false where something else is there. */
static bool digits_skip(struct line *line, size_t count, char end)
{
	size_t digits = 0;

	while (digits < line->size && isdigit((unsigned char)line->text[digits]))
		digits++;
	if (digits == 0 || (count && digits != count) || digits == line->size ||
		line->text[digits] != end)
		return false;
	line->text += digits + 1;
	line->size -= digits + 1;
	return true;
}

/* Leaves the message behind process, date and time. */
static bool message_find(struct line *line)
{
	while (line->size > 0 && *line->text == ' ') {
		line->text++;
		line->size--;
	}
	return digits_skip(line, 0, ':') && digits_skip(line, 8, ':') &&
		digits_skip(line, 6, '.') && digits_skip(line, 3, ' ');
}

static bool starts_with(const struct line *line, const char *words)
{
	size_t length = strlen(words);

	return line->size >= length && memcmp(line->text, words, length) == 0;
}

static bool contains(const struct line *line, const char *words)
{
	return memmem(line->text, line->size, words, strlen(words));
}

static enum zabbix_link line_judge(struct line *line, enum zabbix_link before)
{
	if (!message_find(line))
		return before;
	if (starts_with(line, "Starting Zabbix Proxy"))
		return ZABBIX_LINK_UNKNOWN;
	if (starts_with(line, "Connection restored."))
		return ZABBIX_LINK_FINE;
	if (starts_with(line, "Unable to connect to ["))
		return contains(line, "cannot establish TLS") ? ZABBIX_LINK_TLS
							      : ZABBIX_LINK_FAILED;
	if (starts_with(line, "Still unable to connect"))
		return before == ZABBIX_LINK_TLS ? before : ZABBIX_LINK_FAILED;
	if (starts_with(line, "failed to accept an incoming connection: from ") &&
		contains(line, "TLS handshake"))
		return ZABBIX_LINK_TLS;
	return before;
}

enum zabbix_link zabbix_proxy_log_link(const char *text, size_t size, enum zabbix_link before)
{
	while (size > 0) {
		const char *end = memchr(text, '\n', size);
		struct line line = { text, end ? (size_t)(end - text) : size };
		size_t whole = line.size + (end != NULL);

		before = line_judge(&line, before);
		text += whole;
		size -= whole;
	}
	return before;
}
