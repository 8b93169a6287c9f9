// SPDX-License-Identifier: GPL-2.0-or-later
/* The log of a proxy that has ended, read by a helper process. */
#include "vrf/last_words.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "vrf/launch.h"
#include "zabbix/proxy_log.h"

#define TIMEOUT_MS       1000
#define CPU_MAX_S        1
#define MEMORY_MAX_BYTES (16 << 20)
/* A life begins with the names of its processes. */
#define HEAD_SIZE        (64 * 1024)
#define TAIL_SIZE        (16 * 1024)

_Static_assert(LAST_WORDS_SIZE >= ZABBIX_PROXY_END_SIZE, "what the log says fits");

/* Beginning and end of what the log has of this life, with a line end between them. */
static size_t log_read(const struct vrf *vrf, char *text)
{
	cleanup_fd int fd = open(vrf->paths.log, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat file;
	ssize_t head, tail;
	off_t from, last;

	if (fd < 0 || fstat(fd, &file) < 0 || !S_ISREG(file.st_mode))
		return 0;
	/* A shorter one was begun anew. */
	from = file.st_size >= vrf->log_offset ? vrf->log_offset : 0;
	/* Of one that was found running it is not known where its life begins: the end alone is of it. */
	if (from == 0 && file.st_size > TAIL_SIZE)
		from = file.st_size - TAIL_SIZE;
	head = pread(fd, text, HEAD_SIZE, from);
	if (head < HEAD_SIZE)
		return head > 0 ? (size_t)head : 0;
	text[HEAD_SIZE] = '\n';
	last = file.st_size - TAIL_SIZE;
	tail = pread(fd, text + HEAD_SIZE + 1, TAIL_SIZE,
		last > from + HEAD_SIZE ? last : from + HEAD_SIZE);
	return HEAD_SIZE + 1 + (tail > 0 ? (size_t)tail : 0);
}

/* The proxy's user may have put anything in the log's place. */
static void helper_work(int fd, const void *data)
{
	static char text[HEAD_SIZE + 1 + TAIL_SIZE];
	char words[ZABBIX_PROXY_END_SIZE] = "";

	if (!zabbix_proxy_log_end(text, log_read(data, text), words))
		return;
	if (write(fd, words, strlen(words)) < 0)
		_exit(EXIT_FAILURE);
}

int last_words_ask(struct vrf *vrf, job_fn done, struct job **job, struct error *err)
{
	cleanup_launch_place struct launch_place place;
	const struct process_helper helper = {
		.work = helper_work,
		.data = vrf,
		.place = &place.spec,
		.limits = { MEMORY_MAX_BYTES, CPU_MAX_S, true },
	};

	launch_place_init(&place, vrf);
	return job_start(vrf->context->event, &helper, TIMEOUT_MS, done, vrf, job, err);
}

void last_words_read(const void *answer, size_t size, char words[LAST_WORDS_SIZE])
{
	size_t length = size < LAST_WORDS_SIZE ? size : 0;

	memcpy(words, answer, length);
	words[length] = '\0';
	text_make_printable(words);
}
