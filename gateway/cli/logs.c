// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate logs: the end of a proxy's log file, and with -f what is added to it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/left.h"
#include "config/check.h"
#include "config/load.h"
#include "vrf/paths.h"

#define DEFAULT_LINES 20
#define MAX_LINES     1000000

/* Negative where it is no number of them. */
static long lines_of(const struct cli_call *call)
{
	char *end;
	long lines = call->lines ? strtol(call->lines, &end, 10) : DEFAULT_LINES;

	if (call->lines && (!*call->lines || *end || lines > MAX_LINES))
		return -1;
	return lines;
}

static int logs_judge(const struct cli_call *call)
{
	if (lines_of(call) >= 0)
		return CLI_GO_ON;
	return cli_usage(
		call, "-n %s: expected a number of lines, 0 to %d", call->lines, MAX_LINES);
}

/* Where the last `lines` lines begin. */
static off_t tail_offset(int fd, long lines)
{
	char block[16384];
	off_t end = lseek(fd, 0, SEEK_END), at = end;
	long newlines = 0;

	if (lines == 0)
		return end;
	while (at > 0) {
		size_t size = at < (off_t)sizeof(block) ? (size_t)at : sizeof(block);

		at -= (off_t)size;
		if (pread(fd, block, size, at) != (ssize_t)size)
			return end;
		for (size_t i = size; i-- > 0;)
			/* The newline that closes the last line begins none. */
			if (block[i] == '\n' && at + (off_t)i != end - 1 && ++newlines == lines)
				return at + (off_t)i + 1;
	}
	return 0;
}

/* What the proxy has written commands no terminal; into a file or pipe it goes as it is. */
static void block_clean(unsigned char *block, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char byte = block[i];
		/* Half a character at the end may be one. */
		bool begins_control = byte == 0xc2 && (i + 1 == size || block[i + 1] < 0xa0);

		if ((byte < ' ' && byte != '\n' && byte != '\t') || byte == 0x7f || begins_control)
			block[i] = '?';
	}
}

static void copy_rest(int fd)
{
	bool to_terminal = isatty(STDOUT_FILENO);
	unsigned char block[16384];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0) {
		if (to_terminal)
			block_clean(block, (size_t)n);
		fwrite(block, 1, (size_t)n, stdout);
	}
	fflush(stdout);
}

/* Zabbix renames the log when it has grown to LogFileSize and begins a new one. */
static bool was_rotated(int fd, const char *path)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino != named.st_ino;
}

/* The directory is the proxy's user's: what lies there in the log's place is not to be followed. */
static int log_open(const struct vrf_paths *paths)
{
	int fd = open(paths->log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

/* Until a signal ends us, or the reader of our output has gone. */
static int follow(int *fd, const struct vrf_paths *paths)
{
	cleanup_fd int notify = inotify_init1(IN_CLOEXEC);
	char events[4096];

	if (notify < 0 || inotify_add_watch(notify, paths->log_dir, IN_MODIFY | IN_CREATE) < 0) {
		fprintf(stderr, "vrfgate logs: cannot watch '%s': %s\n", paths->log_dir,
			strerror(errno));
		return CLI_EXIT_FAILED;
	}
	do {
		copy_rest(*fd);
		if (was_rotated(*fd, paths->log)) {
			int next = log_open(paths);

			if (next >= 0) {
				close(*fd);
				*fd = next;
				continue;
			}
		}
		if (read(notify, events, sizeof(events)) < 0 && errno != EINTR)
			break;
	} while (!ferror(stdout));
	return CLI_EXIT_FAILED;
}

static int logs_show(const struct vrf_paths *paths, const struct cli_call *call)
{
	cleanup_fd int fd = log_open(paths);

	if (fd < 0) {
		fprintf(stderr, "vrfgate logs: '%s': %s\n", paths->log, strerror(errno));
		return CLI_EXIT_FAILED;
	}
	lseek(fd, tail_offset(fd, lines_of(call)), SEEK_SET);
	if (call->follow)
		return follow(&fd, paths);
	copy_rest(fd);
	return CLI_EXIT_DONE;
}

/* One that is not in the config any more, whether it was left running or has ended. */
static bool has_left_a_log(const char *name, const struct vrf_paths *paths)
{
	struct stat st;

	return config_check_name(name, NULL) == 0 && lstat(paths->log, &st) == 0 &&
		S_ISREG(st.st_mode);
}

static int logs_act(struct cli_call *call)
{
	const struct config *config = call->config;
	const char *name = call->operands[0];
	struct vrf_paths paths;
	int r;

	vrf_paths_init(&paths, &config->gateway, name);
	if (config_find_vrf(config, name) || has_left_a_log(name, &paths))
		r = logs_show(&paths, call);
	else
		r = cli_no_vrf_of(config, name);
	vrf_paths_finish(&paths);
	return r;
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_FLAG('f', "follow", follow, "go on with what is added"),
	CLI_VALUE('n', "lines", "LINES", NULL, lines, "print the last LINES lines (default 20)"),
	{ 0 },
};

const struct cli_command cli_logs = {
	.name = "logs",
	.summary = "print the log of a VRF's proxy",
	.operands = "VRF",
	.options = options,
	.least = 1,
	.most = 1,
	.judge = logs_judge,
	.load = CONFIG_LOAD_TO_LOOK,
	.act = logs_act,
};
