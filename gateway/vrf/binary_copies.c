// SPDX-License-Identifier: GPL-2.0-or-later
/* Copies of proxy binaries. */
#include "vrf/binary_copies.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "process/job.h"

struct order {
	char *from, *to;
	struct stat file; /* as it was when it was known to be of that version */
};

struct binary_copies {
	struct sd_event *event;
	char *directory;
	struct order *orders; /* the first one is under way */
	size_t n_orders;
	struct job *job; /* NULL: none is */
};

static void order_finish(struct order *order)
{
	free(order->from);
	free(order->to);
}

struct binary_copies *binary_copies_create(struct sd_event *event, const char *state_dir)
{
	struct binary_copies *copies = xcalloc(1, sizeof(*copies));

	copies->event = event;
	copies->directory = xasprintf("%s/binaries", state_dir);
	return copies;
}

void binary_copies_destroy(struct binary_copies *copies)
{
	if (!copies)
		return;
	job_destroy(copies->job);
	for (size_t i = 0; i < copies->n_orders; i++)
		order_finish(&copies->orders[i]);
	free(copies->orders);
	free(copies->directory);
	free(copies);
}

static char *path_of(const struct binary_copies *copies, unsigned version)
{
	return xasprintf("%s/zabbix_proxy-%u.%u", copies->directory, version / 100, version % 100);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
		a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* --- in the helper --- */

static int bytes_copy(int to, int from, off_t size)
{
	while (size > 0) {
		ssize_t n = sendfile(to, from, NULL, (size_t)size);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		size -= n;
	}
	return 0;
}

/* Under another name until it is whole; its time says which file it is of. */
static int copy_make(const struct order *order, struct error *err)
{
	cleanup_free char *made = xasprintf("%s.new", order->to);
	cleanup_fd int from = open(order->from, O_RDONLY | O_CLOEXEC | O_NONBLOCK), to = -1;
	struct stat now;
	struct timespec times[2];
	int r;

	if (from < 0 || fstat(from, &now) < 0)
		return error_set_errno(err, errno, "'%s'", order->from);
	if (!S_ISREG(now.st_mode) || !is_same_file(&now, &order->file))
		return error_set(err, ESTALE, "'%s' has changed meanwhile", order->from);
	(void)unlink(made);
	to = open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (to < 0)
		return error_set_errno(err, errno, "'%s'", made);
	times[0] = times[1] = now.st_mtim;
	r = bytes_copy(to, from, now.st_size);
	if (r == 0 &&
		(fchmod(to, 0755) < 0 || futimens(to, times) < 0 || rename(made, order->to) < 0))
		r = -errno;
	if (r < 0)
		(void)unlink(made);
	return r < 0 ? error_set_errno(err, -r, "'%s'", order->to) : 0;
}

static void helper_work(int fd, const void *data)
{
	const struct order *order = data;
	struct error err = ERROR_INIT;

	if (copy_make(order, &err) < 0 && write(fd, err.text, strlen(err.text)) < 0)
		_exit(EXIT_FAILURE);
}

/* --- one after the other --- */

static void order_begin(struct binary_copies *copies);

static void order_on_done(const void *answer, size_t size, bool in_time, void *data)
{
	struct binary_copies *copies = data;

	(void)in_time;
	if (size > 0)
		log_warning("no copy of a zabbix_proxy: %.*s", (int)size, (const char *)answer);
	copies->job = NULL;
	order_finish(&copies->orders[0]);
	memmove(copies->orders, copies->orders + 1, --copies->n_orders * sizeof(*copies->orders));
	order_begin(copies);
}

static void order_begin(struct binary_copies *copies)
{
	struct error err = ERROR_INIT;

	while (copies->n_orders > 0 && !copies->job) {
		if (job_start_own(copies->event, helper_work, &copies->orders[0], JOB_NO_TIMEOUT,
			    order_on_done, copies, &copies->job, &err) == 0)
			return;
		log_warning("no copy of '%s': %s", copies->orders[0].from, err.text);
		order_finish(&copies->orders[0]);
		memmove(copies->orders, copies->orders + 1,
			--copies->n_orders * sizeof(*copies->orders));
	}
}

void binary_copies_keep(struct binary_copies *copies, const char *binary, unsigned version)
{
	cleanup_free char *to = path_of(copies, version);
	const struct file_owner ours = { 0755, (uid_t)-1, (gid_t)-1 };
	struct stat file, kept;
	struct order *order;

	if (stat(binary, &file) < 0 || (stat(to, &kept) == 0 && is_same_file(&file, &kept)))
		return;
	for (size_t i = 0; i < copies->n_orders; i++)
		if (strcmp(copies->orders[i].to, to) == 0)
			return;
	if (file_make_dir(copies->directory, &ours, NULL) < 0)
		return;
	order = array_append(&copies->orders, &copies->n_orders);
	*order = (struct order){ xstrdup(binary), steal_ptr(&to), file };
	order_begin(copies);
}

char *binary_copies_find(const struct binary_copies *copies, unsigned version)
{
	cleanup_free char *path = path_of(copies, version);

	return access(path, X_OK) == 0 ? steal_ptr(&path) : NULL;
}
