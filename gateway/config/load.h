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

/* How a config is loaded; 0: it stands for any machine, and all of it is right or there is none. */
enum {
	CONFIG_LOAD_MACHINE =
		1, /* the kernel is asked whether the server's address is one of this machine */
	/* What the config names on this machine is looked at, files that are missing or empty are noted: waits for their
	 * disks. */
	CONFIG_LOAD_FILES = 2,
	/* Faults that cost no more than what they are in are notes: a gateway does not stay down for what an older
	 * version took, or for an address that comes a moment later. */
	CONFIG_LOAD_LENIENT = 4,
	/* Gives the model also where there are faults: keys at fault are as if they were not there. Where something is of
	 * a wrong shape there is none: what was meant is not known then. */
	CONFIG_LOAD_FAULTY = 8,
	/* Without VRFs, and without the included files, which hold nothing else: a fault in a VRF is neither found nor in
	 * the way. A VRF's section that is left open is in the way only where the gateway section stands behind it. */
	CONFIG_LOAD_GENERAL = 16,

	CONFIG_LOAD_TO_ACT = CONFIG_LOAD_MACHINE,
	CONFIG_LOAD_TO_CHECK = CONFIG_LOAD_MACHINE | CONFIG_LOAD_FILES,
	CONFIG_LOAD_TO_START = CONFIG_LOAD_MACHINE | CONFIG_LOAD_FILES | CONFIG_LOAD_LENIENT,
	/* For who acts only on what such a start has brought up. */
	CONFIG_LOAD_IN_USE = CONFIG_LOAD_LENIENT,
	/* For finding a running supervisor and its files while somebody edits the config, never for acting upon. */
	CONFIG_LOAD_TO_LOOK = CONFIG_LOAD_FAULTY,
	CONFIG_LOAD_TO_ASK = CONFIG_LOAD_FAULTY | CONFIG_LOAD_GENERAL,
};

/*
 * Reads and judges the file and what it includes, CONFIG_LOAD_* telling how. All faults are found in one pass.
 * Returns 0 and *config (config_destroy() it), or with report->faults filled and *config NULL, but for
 * CONFIG_LOAD_FAULTY: -EINVAL where the text is at fault, the errno of opening where the file cannot be read. Faults
 * and notes come in the order of the files and lines. For one thread at a time: libconfuse's scanner is global.
 */
int config_load(
	const char *path, unsigned flags, struct config **config, struct config_report *report);

/* CONFIG_LOAD_TO_ACT for who runs by an older one: a name that is not written stays, and nobody is waited for. */
int config_load_again(const char *path, const struct config *running, struct config **config,
	struct config_report *report);

/* config_load() on a text that stands for the file `path`; what tests and fuzzers use. */
int config_load_text(const char *path, const char *text, unsigned flags, struct config **config,
	struct config_report *report);

/*
 * The file that keeps the name of a gateway whose config has none: the host name of its first start, as all that
 * it makes in Zabbix is called by it. The text is the caller's to free().
 */
char *config_name_path(const struct config_gateway *gateway);
