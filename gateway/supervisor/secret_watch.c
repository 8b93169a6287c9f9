// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether the secret for the API has changed. */
#include "supervisor/secret_watch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/memory.h"
#include "process/job.h"
#include "process/timer.h"
#include "reporter/inventory.h"
#include "supervisor/reporter_link.h"
#include "supervisor/supervisor.h"

#define PERIOD_MS  5000
#define TIMEOUT_MS 5000

/* What tells one content from the next; all 0: there is no file. */
struct print {
	uint64_t device, inode, size;
	struct timespec modified, changed;
};

struct secret_watch {
	struct supervisor *supervisor;
	struct timer turn;
	struct job *job;
	struct print known; /* when it was read last */
	struct error error; /* why it could not be read the last time; code 0: it could */
};

static const char *path_of(const struct supervisor *supervisor)
{
	const struct config_zabbix *zabbix = &supervisor->config->zabbix;

	return !*zabbix->url          ? ""
		: *zabbix->token_file ? zabbix->token_file
				      : zabbix->password_file;
}

static void helper_work(int fd, const void *path)
{
	struct print print = { 0 };
	struct stat file;

	if (stat(path, &file) == 0)
		print = (struct print){ file.st_dev, file.st_ino, (uint64_t)file.st_size,
			file.st_mtim, file.st_ctim };
	if (write(fd, &print, sizeof(print)) < 0)
		_exit(EXIT_FAILURE);
}

static bool print_equal(const struct print *one, const struct print *other)
{
	return one->device == other->device && one->inode == other->inode &&
		one->size == other->size && one->modified.tv_sec == other->modified.tv_sec &&
		one->modified.tv_nsec == other->modified.tv_nsec &&
		one->changed.tv_sec == other->changed.tv_sec &&
		one->changed.tv_nsec == other->changed.tv_nsec;
}

/* One that cannot be read is tried again, and told once; the login goes on with what it has. */
static void secret_read(struct secret_watch *watch, const struct print *print)
{
	struct reporter_inventory inventory = { .config = watch->supervisor->config };
	struct error err = ERROR_INIT;
	int r = reporter_inventory_read_secrets(&inventory, &err);

	if (r == 0) {
		watch->known = *print;
		reporter_link_tell_secret(watch->supervisor->reporter,
			inventory.token ? inventory.token : inventory.password);
	} else if (strcmp(err.text, watch->error.text) != 0) {
		log_warning("zabbix: the login goes on with the former secret: %s", err.text);
	}
	watch->error = err;
	reporter_inventory_finish(&inventory);
}

static void turn_on_elapsed(void *data);

static void turn_arm(struct secret_watch *watch)
{
	timer_arm(&watch->turn, watch->supervisor->event, PERIOD_MS, turn_on_elapsed, watch);
}

static void print_on_done(const void *answer, size_t size, bool in_time, void *data)
{
	struct secret_watch *watch = data;
	struct print print;

	(void)in_time;
	watch->job = NULL;
	turn_arm(watch);
	if (size != sizeof(print) || !*path_of(watch->supervisor))
		return;
	memcpy(&print, answer, sizeof(print));
	if (!print_equal(&print, &watch->known))
		secret_read(watch, &print);
}

static void turn_on_elapsed(void *data)
{
	struct secret_watch *watch = data;
	const char *path = path_of(watch->supervisor);

	if (!*path ||
		job_start_own(watch->supervisor->event, helper_work, path, TIMEOUT_MS,
			print_on_done, watch, &watch->job, NULL) < 0)
		turn_arm(watch);
}

struct secret_watch *secret_watch_create(struct supervisor *supervisor)
{
	struct secret_watch *watch = xcalloc(1, sizeof(*watch));

	watch->supervisor = supervisor;
	turn_arm(watch);
	return watch;
}

void secret_watch_destroy(struct secret_watch *watch)
{
	if (!watch)
		return;
	job_destroy(watch->job);
	timer_finish(&watch->turn);
	free(watch);
}
