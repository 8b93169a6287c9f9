// SPDX-License-Identifier: GPL-2.0-or-later
/* A child that talks to the network. */
#include "cli/errand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "process/helper.h"
#include "process/privileges.h"

/* What comes through the pipe, and then the answer. */
struct report {
	int result;
	struct error err;
};

int cli_rights_drop(struct error *err)
{
	const char *user;

	return privileges_drop_for_network(&user, err);
}

static void child_work(int pipe_fd, const void *data)
{
	const struct cli_errand *errand = data;
	cleanup_free void *answer = xcalloc(1, errand->answer_size + 1);
	struct report report = { 0 };
	int fd = -1;

	if (errand->open)
		report.result = errand->open(errand->data, &fd, &report.err);
	if (report.result == 0)
		report.result = cli_rights_drop(&report.err);
	if (report.result == 0)
		report.result = errand->ask(errand->data, fd, answer, &report.err);
	if (file_write_all(pipe_fd, (const char *)&report, sizeof(report)) < 0 ||
		file_write_all(pipe_fd, answer, errand->answer_size) < 0)
		_exit(EXIT_FAILURE);
}

static int report_take(struct report *report, struct error *err)
{
	if (report->result == 0)
		return 0;
	report->err.text[sizeof(report->err.text) - 1] = '\0';
	return error_set(
		err, report->err.code > 0 ? report->err.code : EPROTO, "%s", report->err.text);
}

int cli_errand_run(const struct cli_errand *errand, void *answer, struct error *err)
{
	size_t size = sizeof(struct report) + errand->answer_size, length;
	cleanup_free char *said = xcalloc(1, size);
	struct report report;
	int r = process_helper_ask(
		child_work, errand, PROCESS_NO_TIMEOUT, said, size, &length, err);

	if (r < 0)
		return r;
	if (length != size)
		return error_set(err, EPROTO, "the process that asks has died");
	memcpy(&report, said, sizeof(report));
	if (errand->answer_size)
		memcpy(answer, said + sizeof(report), errand->answer_size);
	return report_take(&report, err);
}
