// SPDX-License-Identifier: GPL-2.0-or-later
/* Groups with limits in a directory of ours. */
#include "process/cgroup.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "process/cgroup_place.h"

#define CONTROL_FILE_MAX 65536

enum controller {
	CONTROLLER_MEMORY,
	CONTROLLER_TASKS,
	CONTROLLER_CPU,
	CONTROLLERS,
};

/* The kernel's words, and the config's. */
static const struct {
	const char *name, *key, *file, *none;
} controllers[CONTROLLERS] = {
	[CONTROLLER_MEMORY] = { "memory", "memory", "memory.max", "max" },
	[CONTROLLER_TASKS] = { "pids", "tasks", "pids.max", "max" },
	[CONTROLLER_CPU] = { "cpu", "cpu_weight", "cpu.weight", "100" },
};

struct cgroups {
	char *name; /* of the directory, or the scope */
	char *path; /* a group per tree is made in it; NULL: systemd has not told yet */
	bool has[CONTROLLERS];
	char *lacking;         /* NULL: nothing */
	struct process keeper; /* of a scope; else none */
};

/* --- the directory --- */

static bool controller_is_in(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(list, name); at; at = strstr(at + 1, name))
		if ((at == list || at[-1] == ' ') && (!at[length] || isspace(at[length])))
			return true;
	return false;
}

/* Hands each controller on to the groups inside; -EBUSY where processes stand in the way. */
static int controllers_hand_on(const char *path, struct error *err)
{
	cleanup_free char *file = xasprintf("%s/cgroup.controllers", path), *list = NULL;
	size_t size;
	int r = file_read(file, CONTROL_FILE_MAX, &list, &size, err);

	for (int i = 0; r == 0 && i < CONTROLLERS; i++) {
		cleanup_free char *word = xasprintf("+%s", controllers[i].name);

		if (controller_is_in(list, controllers[i].name))
			r = cgroup_control_write(path, "cgroup.subtree_control", word, err);
	}
	return r;
}

static int group_make(const char *path, struct error *err)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return error_set_errno(err, errno, "cannot make control group '%s'", path);
	return 0;
}

static int process_move(const char *path, pid_t pid, struct error *err)
{
	cleanup_free char *text = xasprintf("%d", pid);

	return cgroup_control_write(path, "cgroup.procs", text, err);
}

/* A group that is not the root may hand on nothing while a process is in it: we step aside. */
static int own_hand_on(const char *own, struct error *err)
{
	cleanup_free char *aside = xasprintf("%s/vrfgate-supervisor", own);
	int r = controllers_hand_on(own, err);

	if (r != -EBUSY || group_make(aside, NULL) < 0 || process_move(aside, getpid(), NULL) < 0)
		return r;
	error_clear(err);
	r = controllers_hand_on(own, err);
	if (r < 0) {
		(void)process_move(own, getpid(), NULL);
		rmdir(aside);
	}
	return r == -EBUSY ? error_set(err, EBUSY, "other processes are in control group '%s'", own)
			   : r;
}

static int own_directory_make(const char *name, char **path, struct error *err)
{
	cleanup_free char *own = NULL, *made = NULL;
	int r = cgroup_own_find(&own, err);

	if (r == 0)
		r = own_hand_on(own, err);
	if (r < 0)
		return r;
	made = xasprintf("%s/%s", own, name);
	r = group_make(made, err);
	if (r == 0)
		*path = steal_ptr(&made);
	return r;
}

/* The keeper goes into a group inside, as the scope is to hand controllers on. */
static int keeper_move_inside(const struct cgroups *cgroups, struct error *err)
{
	cleanup_free char *inside = xasprintf("%s/keeper", cgroups->path);
	int r = group_make(inside, err);

	return r < 0 ? r : process_move(inside, cgroups->keeper.pid, err);
}

static int controllers_find(struct cgroups *cgroups, struct error *err)
{
	cleanup_free char *file = xasprintf("%s/cgroup.subtree_control", cgroups->path);
	cleanup_free char *list = NULL;
	size_t size;
	int found = 0, r = file_read(file, CONTROL_FILE_MAX, &list, &size, err);

	if (r < 0)
		return r;
	for (int i = 0; i < CONTROLLERS; i++) {
		char *longer;

		cgroups->has[i] = controller_is_in(list, controllers[i].name);
		found += cgroups->has[i];
		if (cgroups->has[i])
			continue;
		longer = xasprintf("%s%s%s", cgroups->lacking ? cgroups->lacking : "",
			cgroups->lacking ? ", " : "", controllers[i].key);
		free(cgroups->lacking);
		cgroups->lacking = longer;
	}
	return found
		? 0
		: error_set(err, ENOTSUP, "control group '%s' has no controllers", cgroups->path);
}

/* What a unit and a directory may be called. */
static char *name_clean(const char *name)
{
	char *clean = xasprintf("vrfgate-%s", name);

	for (char *c = clean; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("_.-", *c))
			*c = '_';
	return clean;
}

static int directory_use(struct cgroups *cgroups, struct error *err)
{
	int r = controllers_hand_on(cgroups->path, err);

	return r < 0 ? r : controllers_find(cgroups, err);
}

int cgroups_create(const char *name, struct cgroups **cgroups, struct error *err)
{
	struct cgroups *made = xcalloc(1, sizeof(*made));
	bool with_systemd = sd_booted() > 0;
	int r;

	made->keeper = (struct process)PROCESS_NONE;
	made->name = name_clean(name);
	r = with_systemd ? cgroup_keeper_start(&made->keeper, err)
			 : own_directory_make(made->name, &made->path, err);
	if (r == 0 && !with_systemd)
		r = directory_use(made, err);
	if (r < 0) {
		cgroups_destroy(made);
		return r;
	}
	*cgroups = made;
	return with_systemd;
}

/* --- what systemd says --- */

struct scope_answer {
	int code;       /* 0, or a positive errno */
	char text[960]; /* the directory, or why there is none */
};

void cgroups_ask(int fd, const void *data)
{
	const struct cgroups *cgroups = data;
	struct scope_answer answer = { 0 };
	struct error err = ERROR_INIT;
	cleanup_free char *path = NULL;
	int r = cgroup_scope_take(cgroups->name, cgroups->keeper.pid, &path, &err);

	if (r == 0 && strlen(path) >= sizeof(answer.text))
		r = error_set(&err, ENAMETOOLONG, "the path of systemd's scope is too long");
	answer.code = -r;
	snprintf(answer.text, sizeof(answer.text), "%.*s", (int)sizeof(answer.text) - 1,
		r < 0 ? err.text : path);
	(void)file_write_all(fd, (const char *)&answer, sizeof(answer));
}

int cgroups_complete(struct cgroups *cgroups, const void *data, size_t size, struct error *err)
{
	const struct scope_answer *answer = data;
	int r;

	if (size != sizeof(*answer))
		return error_set(err, ETIMEDOUT, "systemd does not answer");
	if (answer->code)
		return error_set(err, answer->code, "%s", answer->text);
	cgroups->path = xstrdup(answer->text);
	r = keeper_move_inside(cgroups, err);
	return r < 0 ? r : directory_use(cgroups, err);
}

void cgroups_destroy(struct cgroups *cgroups)
{
	if (!cgroups)
		return;
	if (cgroups->keeper.pid > 0) {
		process_signal(&cgroups->keeper, SIGKILL);
		process_reap(&cgroups->keeper, &(struct process_exit){ 0 });
	}
	if (cgroups->path)
		rmdir(cgroups->path);
	free(cgroups->name);
	free(cgroups->path);
	free(cgroups->lacking);
	free(cgroups);
}

const char *cgroups_lacking(const struct cgroups *cgroups)
{
	return cgroups->lacking;
}

void cgroups_remove_leftovers(const char *name)
{
	cleanup_free char *clean = name_clean(name), *own = NULL, *path = NULL;
	cleanup_dir DIR *directory = NULL;
	struct dirent *entry;

	if (cgroup_own_find(&own, NULL) < 0)
		return;
	path = xasprintf("%s/%s", own, clean);
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		cleanup_free char *group = xasprintf("%s/%s", path, entry->d_name);

		/* Fails for what is a control file, "..", or not empty. */
		if (entry->d_type == DT_DIR)
			rmdir(group);
	}
	rmdir(path);
}

/* --- a group --- */

/* No name of a tree is that of a control file. */
static char *group_path(const struct cgroups *cgroups, const char *tree)
{
	return xasprintf("%s/vrf-%s", cgroups->path, tree);
}

static uint64_t limit_of(const struct cgroup_limits *limits, enum controller controller)
{
	switch (controller) {
	case CONTROLLER_MEMORY:
		return limits->memory_bytes;
	case CONTROLLER_TASKS:
		return limits->tasks;
	case CONTROLLER_CPU:
		return limits->cpu_weight;
	case CONTROLLERS:
		break;
	}
	return 0;
}

/* Limits that cannot be set here were told once, by cgroups_lacking(). */
static int group_limit(struct cgroups *cgroups, const char *path,
	const struct cgroup_limits *limits, struct error *err)
{
	int r = 0;

	for (int i = 0; r == 0 && i < CONTROLLERS; i++) {
		uint64_t limit = limit_of(limits, (enum controller)i);
		cleanup_free char *text = limit ? xasprintf("%" PRIu64, limit) : NULL;

		if (cgroups->has[i])
			r = cgroup_control_write(
				path, controllers[i].file, text ? text : controllers[i].none, err);
	}
	/* A proxy that has lost one of its processes ends in any case. */
	if (r == 0 && cgroups->has[CONTROLLER_MEMORY])
		r = cgroup_control_write(path, "memory.oom.group", "1", err);
	return r;
}

int cgroups_open(struct cgroups *cgroups, const char *tree, const struct cgroup_limits *limits,
	int *fd, struct error *err)
{
	cleanup_free char *path = group_path(cgroups, tree);
	int r;

	/*
	 * Always a new one: the kernel takes a process that is cloned into a group on which cgroup.kill
	 * was ever written for one that is to be killed with it (seen in 6.1 and 6.18).
	 */
	if (rmdir(path) < 0 && errno == EBUSY) {
		(void)cgroup_control_write(path, "cgroup.kill", "1", NULL);
		return error_set(err, EBUSY, "processes were left in '%s'; they are ended", path);
	}
	r = group_make(path, err);
	if (r == 0)
		r = group_limit(cgroups, path, limits, err);
	if (r < 0)
		return r;
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd < 0 ? error_set_errno(err, errno, "cannot open '%s'", path) : 0;
}

int cgroups_limit(struct cgroups *cgroups, const char *tree, const struct cgroup_limits *limits,
	struct error *err)
{
	cleanup_free char *path = group_path(cgroups, tree);

	if (access(path, F_OK) < 0)
		return error_set_errno(err, errno, "control group '%s'", path);
	return group_limit(cgroups, path, limits, err);
}

/* "oom_kill N" of memory.events. */
static bool group_ran_out_of_memory(const char *path)
{
	cleanup_free char *file = xasprintf("%s/memory.events", path), *text = NULL;
	const char *at;
	size_t size;

	if (file_read(file, CONTROL_FILE_MAX, &text, &size, NULL) < 0)
		return false;
	at = strstr(text, "\noom_kill ");
	return at && strtoul(at + strlen("\noom_kill "), NULL, 10) > 0;
}

bool cgroups_close(struct cgroups *cgroups, const char *tree)
{
	cleanup_free char *path = group_path(cgroups, tree);
	bool ran_out = group_ran_out_of_memory(path);

	/* Not there before Linux 5.14; then the next open says that it cannot. */
	if (rmdir(path) < 0 && errno == EBUSY)
		(void)cgroup_control_write(path, "cgroup.kill", "1", NULL);
	return ran_out;
}
