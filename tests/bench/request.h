// SPDX-License-Identifier: GPL-2.0-or-later
/* Rtnetlink without a library: messages one behind another in a buffer, sent by one sendmsg. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define REQUEST_SIZE 4096

struct nlmsghdr;
struct rtattr;

/* `{ 0 }` is an empty one. What does not fit aborts. */
struct request {
	_Alignas(4) unsigned char data[REQUEST_SIZE];
	size_t used;
	size_t last; /* where the last message begins */
};

/* Begins a message: its header, then `body` of that size. NLM_F_REQUEST is added to the flags. */
void request_begin(
	struct request *request, uint16_t type, uint16_t flags, const void *body, size_t size);

/* Attributes of the message that was begun last. */
void request_put(struct request *request, uint16_t type, const void *value, size_t size);
void request_put_u32(struct request *request, uint16_t type, uint32_t value);
void request_put_text(struct request *request, uint16_t type, const char *text);

/* An attribute that holds others; `body` comes before them. Returns what request_unnest() takes. */
size_t request_nest(struct request *request, uint16_t type, const void *body, size_t size);
void request_unnest(struct request *request, size_t nest);

/*
 * Sends all messages and waits until the last is acknowledged. A message that the kernel refuses
 * ends the program: with `what`, its number in the request and the reason.
 */
void request_send(struct request *request, int fd, const char *what);

/* Sends one dump and reads its answer to the end. Returns the number of objects in it. */
size_t request_dump(struct request *request, int fd, const char *what);
