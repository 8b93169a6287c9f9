// SPDX-License-Identifier: GPL-2.0-or-later
/* From a config file to the model: parse, include, judge. */
#pragma once

#include "base/strings.h"
#include "config/model.h"

/* What a reader of the file should be told. Owned by the caller: config_report_finish(). */
struct config_report {
	struct strings
		faults; /* "file:line: vrf 'acme': interface 'eth0.10': what, expected what" */
	struct strings
		notes; /* warnings, same form: what runs but may not be meant, or is not acted on yet */
};

void config_report_finish(struct config_report *report);

/*
 * Reads and judges the file and what it includes. All faults are found in one pass.
 * Returns 0 and *config (config_destroy() it), or with report->faults filled and *config NULL:
 * -EINVAL where the text is at fault, the errno of opening where the file cannot be read. Faults
 * and notes come in the order of the files and lines. Reads the files and nothing else: no
 * directory or secret that they name is looked at; but the kernel is asked whether the server's address is
 * one of this machine. For one thread at a time: libconfuse's scanner is global.
 */
int config_load(const char *path, struct config **config, struct config_report *report);

/*
 * The file that keeps the name of a gateway whose config has none: the host name of its first start, as all that
 * it makes in Zabbix is called by it. The text is the caller's to free().
 */
char *config_name_path(const struct config_gateway *gateway);

/* As config_load() for who runs by an older one: a name that is not written stays, and no file is asked for it. */
int config_load_again(const char *path, const struct config *running, struct config **config,
	struct config_report *report);

/* As config_load(), and notes which files that the config names are missing or empty: waits for their disks. */
int config_load_to_check(const char *path, struct config **config, struct config_report *report);

/*
 * As config_load_to_check() for the start of a supervisor: faults that cost no more than what they are in are notes.
 * A gateway does not stay down for what an older version took, or for an address that comes a moment later.
 */
int config_load_to_start(const char *path, struct config **config, struct config_report *report);

/* The same for who only acts on what such a start has brought up; files that the config names are not looked at. */
int config_load_in_use(const char *path, struct config **config, struct config_report *report);

/*
 * As config_load(), but gives the model also where report->faults is filled: keys at fault are as
 * if they were not there. Good for finding a running supervisor and its files while somebody edits
 * the config, never for acting upon. A syntax error gives none: what stands where is not known
 * then.
 */
int config_load_what_can_be_read(
	const char *path, struct config **config, struct config_report *report);

/*
 * As config_load_what_can_be_read() for who wants to know no VRF: of those there is none in the
 * model, the included files, which hold nothing else, are not read, and a fault in a VRF is neither
 * found nor in the way. A VRF's section that is left open is in the way only where the gateway
 * section stands behind it. Takes a millisecond where all of a large file takes thirty.
 */
int config_load_general(const char *path, struct config **config, struct config_report *report);

/* config_load_in_use() on a text, as the next. */
int config_load_text_in_use(
	const char *path, const char *text, struct config **config, struct config_report *report);

/* config_load() on a text that stands for the file `path`, for any machine; what tests and fuzzers use. */
int config_load_text(
	const char *path, const char *text, struct config **config, struct config_report *report);
