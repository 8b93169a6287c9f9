// SPDX-License-Identifier: GPL-2.0-or-later
/* Building, sending and acknowledgement of rtnetlink messages. */
#include "request.h"

#include <err.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct nlmsghdr *header(struct request *request)
{
	return (struct nlmsghdr *)(void *)(request->data + request->last);
}

/* Room of that size, padded, at the end of the last message. */
static void *grow(struct request *request, size_t size)
{
	void *room = request->data + request->used;

	if (request->used + NLMSG_ALIGN(size) > sizeof(request->data))
		abort();
	request->used += NLMSG_ALIGN(size);
	header(request)->nlmsg_len = (uint32_t)(request->used - request->last);
	return room;
}

void request_begin(
	struct request *request, uint16_t type, uint16_t flags, const void *body, size_t size)
{
	request->last = request->used;
	grow(request, NLMSG_HDRLEN);
	header(request)->nlmsg_type = type;
	header(request)->nlmsg_flags = flags | NLM_F_REQUEST;
	memcpy(grow(request, size), body, size);
}

void request_put(struct request *request, uint16_t type, const void *value, size_t size)
{
	struct rtattr *attribute = grow(request, RTA_LENGTH(size));

	attribute->rta_type = type;
	attribute->rta_len = (uint16_t)RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(attribute), value, size);
}

void request_put_u32(struct request *request, uint16_t type, uint32_t value)
{
	request_put(request, type, &value, sizeof(value));
}

void request_put_text(struct request *request, uint16_t type, const char *text)
{
	request_put(request, type, text, strlen(text) + 1);
}

size_t request_nest(struct request *request, uint16_t type, const void *body, size_t size)
{
	size_t nest = request->used;

	request_put(request, type, body, size);
	return nest;
}

void request_unnest(struct request *request, size_t nest)
{
	struct rtattr *attribute = (struct rtattr *)(void *)(request->data + nest);

	attribute->rta_len = (uint16_t)(request->used - nest);
}

/* Numbers the messages from 0 on. */
static void number(struct request *request)
{
	uint32_t sequence = 0;

	for (size_t at = 0; at < request->used; sequence++) {
		struct nlmsghdr *message = (struct nlmsghdr *)(void *)(request->data + at);

		message->nlmsg_seq = sequence;
		at += NLMSG_ALIGN(message->nlmsg_len);
	}
}

static void send_all(struct request *request, int fd, const char *what)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	number(request);
	if (sendto(fd, request->data, request->used, 0, (const struct sockaddr *)&kernel,
		    sizeof(kernel)) < 0)
		err(1, "%s", what);
}

/* Reads once; true when the last message's acknowledgement or the dump's end is among it. */
static bool receive(int fd, uint32_t last, size_t *objects, const char *what)
{
	static _Alignas(4) unsigned char answer[1 << 18];
	ssize_t got = recv(fd, answer, sizeof(answer), 0);
	struct nlmsghdr *message = (struct nlmsghdr *)(void *)answer;

	if (got < 0)
		err(1, "%s", what);
	for (; NLMSG_OK(message, (size_t)got); message = NLMSG_NEXT(message, got)) {
		struct nlmsgerr *verdict = NLMSG_DATA(message);

		if (message->nlmsg_type == NLMSG_DONE)
			return true;
		if (message->nlmsg_type != NLMSG_ERROR) {
			++*objects;
			continue;
		}
		errno = -verdict->error;
		if (errno)
			err(1, "%s: message %u", what, message->nlmsg_seq);
		if (message->nlmsg_seq == last)
			return true;
	}
	return false;
}

void request_send(struct request *request, int fd, const char *what)
{
	size_t objects = 0;

	header(request)->nlmsg_flags |= NLM_F_ACK;
	send_all(request, fd, what);
	while (!receive(fd, header(request)->nlmsg_seq, &objects, what))
		;
}

size_t request_dump(struct request *request, int fd, const char *what)
{
	size_t objects = 0;

	header(request)->nlmsg_flags |= NLM_F_DUMP;
	send_all(request, fd, what);
	while (!receive(fd, 0, &objects, what))
		;
	return objects;
}
