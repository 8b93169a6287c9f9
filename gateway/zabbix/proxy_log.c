// SPDX-License-Identifier: GPL-2.0-or-later
/* A proxy's log: "     7:20261130:153929.026 Unable to connect to [...]". */
#include "zabbix/proxy_log.h"

#include <ctype.h>
#include <stdio.h>
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

/* Takes the first line off the rest of a text; false where there is none. */
static bool line_take(struct line *rest, struct line *line)
{
	const char *end = rest->size > 0 ? memchr(rest->text, '\n', rest->size) : NULL;
	size_t whole;

	if (rest->size == 0)
		return false;
	*line = (struct line){ rest->text, end ? (size_t)(end - rest->text) : rest->size };
	whole = line->size + (end != NULL);
	rest->text += whole;
	rest->size -= whole;
	return true;
}

enum zabbix_link zabbix_proxy_log_link(const char *text, size_t size, enum zabbix_link before)
{
	struct line rest = { text, size }, line;

	while (line_take(&rest, &line))
		before = line_judge(&line, before);
	return before;
}

/* --- its end --- */

/* The number behind these words; -1: there is none. */
static long number_after(const struct line *line, const char *words)
{
	const char *end = line->text + line->size,
		   *at = memmem(line->text, line->size, words, strlen(words));
	long number = -1;

	if (!at)
		return -1;
	for (at += strlen(words); at < end && isdigit((unsigned char)*at) && number < 100000000;
		at++)
		number = (number < 0 ? 0 : number * 10) + (*at - '0');
	return number;
}

/* The process that wrote the line. */
static long line_pid(struct line line)
{
	long pid = 0;

	for (; line.size > 0 && (*line.text == ' ' || isdigit((unsigned char)*line.text));
		line.text++, line.size--)
		if (*line.text != ' ' && pid < 100000000)
			pid = pid * 10 + (*line.text - '0');
	return pid;
}

/* "poller #1" of "proxy #4 started [poller #1]". */
static void name_take(const struct line *message, char name[40])
{
	const char *from = memchr(message->text, '[', message->size);
	size_t length = 0, room = from ? message->size - (size_t)(++from - message->text) : 0;

	while (length < room && length < 39 &&
		(isalnum((unsigned char)from[length]) || memchr(" #-_", from[length], 4)))
		length++;
	memcpy(name, from ? from : "", length);
	name[length] = '\0';
}

/* What the process with that number said of itself. */
struct child {
	char name[40]; /* "" : it is not known */
	long crash;    /* the signal it crashed by; -1: it did not */
};

static struct child child_find(const char *text, size_t size, long pid)
{
	struct line rest = { text, size }, line;
	struct child child = { "", -1 };

	while (line_take(&rest, &line)) {
		struct line message = line;

		if (line_pid(line) != pid || !message_find(&message))
			continue;
		if (starts_with(&message, "proxy #") && contains(&message, " started ["))
			name_take(&message, child.name);
		if (starts_with(&message, "Got signal [") && contains(&message, "Crashing"))
			child.crash = number_after(&message, "[signal:");
	}
	return child;
}

/* Its processes end with 0 or 1 where no signal ends them: the log does not tell one from the other. */
static void child_describe(
	const struct child *child, long pid, long status, char end[ZABBIX_PROXY_END_SIZE])
{
	char who[48];

	if (*child->name)
		snprintf(who, sizeof(who), "'%s'", child->name);
	else
		snprintf(who, sizeof(who), "%ld", pid);
	if (child->crash >= 0)
		snprintf(end, ZABBIX_PROXY_END_SIZE, "child %s crashed by signal %ld", who,
			child->crash);
	else if (status > 1)
		snprintf(end, ZABBIX_PROXY_END_SIZE, "child %s killed by signal %ld", who, status);
	else
		snprintf(end, ZABBIX_PROXY_END_SIZE, "child %s ended with exit status %ld", who,
			status);
}

/* life: the lines of the same life. */
static bool line_tells_end(
	const struct line *line, const struct line *life, char end[ZABBIX_PROXY_END_SIZE])
{
	long pid = number_after(line, "(PID:"), status = number_after(line, "exitcode/signal:");
	struct child child;

	if (starts_with(line, "Got signal [") && contains(line, "Exiting ...")) {
		snprintf(end, ZABBIX_PROXY_END_SIZE, "ended by signal %ld, sent by uid %ld",
			number_after(line, "[signal:"), number_after(line, "sender_uid:"));
		return true;
	}
	if (!starts_with(line, "One child process died (PID:") || pid < 0 || status < 0)
		return false;
	child = child_find(life->text, life->size, pid);
	child_describe(&child, pid, status, end);
	return true;
}

/* What dies on the way out is not what it ended for: the first of its life counts. */
bool zabbix_proxy_log_end(const char *text, size_t size, char end[ZABBIX_PROXY_END_SIZE])
{
	struct line life = { text, size }, rest = life, line;
	bool found = false;

	while (line_take(&rest, &line)) {
		const char *begin = line.text;

		if (!message_find(&line))
			continue;
		if (starts_with(&line, "Starting Zabbix Proxy")) {
			life = (struct line){ begin, size - (size_t)(begin - text) };
			found = false;
		}
		found = found || line_tells_end(&line, &life, end);
	}
	return found;
}
