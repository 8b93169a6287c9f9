// SPDX-License-Identifier: GPL-2.0-or-later
/* From files to a judged model. */
#include "config/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "config/check.h"
#include "config/include.h"
#include "config/judge.h"
#include "config/judge_machine.h"
#include "config/parse.h"
#include "config/reader.h"

void config_report_finish(struct config_report *report)
{
	strings_finish(&report->faults);
	strings_finish(&report->notes);
}

static char *host_name(void)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) < 0 || !name[0])
		return xstrdup("vrfgate");
	return xstrdup(name);
}

static struct config *config_create(void)
{
	struct config *config = xcalloc(1, sizeof(*config));

	config_read_defaults(&config_schema_gateway, &config->gateway);
	config_read_defaults(&config_schema_uplink, &config->uplink);
	config_read_defaults(&config_schema_zabbix, &config->zabbix);
	config_read_proxy_defaults(&config->proxy);
	return config;
}

char *config_name_path(const struct config_gateway *gateway)
{
	return xasprintf("%s/gateway.name", gateway->state_dir);
}

/* NULL where none is kept. */
static char *kept_name(const struct config_gateway *gateway)
{
	cleanup_free char *path = config_name_path(gateway);
	char *name;

	if (file_read_line_untrusted(path, &name, NULL) < 0)
		return NULL;
	if (config_check_zabbix_name(name, NULL) < 0) {
		free(name);
		return NULL;
	}
	return name;
}

/* Takes over `kept`, NULL: none. */
static void name_default(struct config_gateway *gateway, char *kept)
{
	cleanup_free char *host = host_name();

	gateway->name_is_default = true;
	gateway->name = kept ? kept : xstrdup(host);
	if (strcmp(gateway->name, host) != 0)
		gateway->host_name = steal_ptr(&host);
}

static void name_judge(struct config_reader *reader)
{
	const struct config_gateway *gateway = &reader->config->gateway;
	const struct config_section *section = config_reader_general(reader, "gateway");

	if (gateway->host_name)
		config_complain(&reader->notes, section, section->line > 0 ? section->line : 1,
			"no name, so that it stays \"%s\", the host name of its first start, which is now \"%s\"; expected name",
			gateway->name, gateway->host_name);
}

static void tree_read(struct config_reader *reader, const struct config_tree *tree)
{
	for (size_t i = 0; i < tree->n_roots; i++)
		config_read_section(reader, tree->roots[i], &config_schema_root, reader->config);
	config_read_proxies(reader);
}

/* What is wanted of a file. */
enum extent {
	EXTENT_TEXT,       /* all of it or nothing, whatever the machine is */
	EXTENT_AGAIN,      /* the same for this machine, and for who has a name */
	EXTENT_WHOLE,      /* the same for who asks the machine for that */
	EXTENT_CHECK,      /* the same, and a look at the files that it names */
	EXTENT_START,      /* the same where there are doubts only */
	EXTENT_IN_USE,     /* the same without that look */
	EXTENT_FAULTY_TOO, /* what is not at fault of it */
	EXTENT_GENERAL,    /* the same without customers */
};

static bool tree_parse(struct config_reader *reader, struct config_tree *tree,
	struct config_section *root, const char *text, enum extent extent)
{
	bool customers = extent != EXTENT_GENERAL;
	bool whole = config_parse(text, customers, root, &reader->faults) == 0;

	if (!customers)
		return whole;
	return config_include(tree, &reader->faults, &reader->notes) == 0 && whole;
}

/* What of the machine has a say in it. */
static void machine_judge(struct config_reader *reader, enum extent extent)
{
	bool looks = extent == EXTENT_CHECK || extent == EXTENT_START;

	if (extent == EXTENT_AGAIN || extent == EXTENT_WHOLE || looks)
		config_judge_server_address(reader);
	if (!looks)
		return;
	config_judge_settings(reader);
	config_judge_files(reader);
	name_judge(reader);
}

/* name: of a gateway whose config has none; NULL: what is kept, or the host name. */
static int text_load(const char *path, const char *text, enum extent extent, const char *name,
	struct config **config, struct config_report *report)
{
	struct config_reader reader = { .config = config_create() };
	struct config_tree tree = { 0 };
	struct config_section *root = config_tree_add_file(&tree, path);
	bool whole = tree_parse(&reader, &tree, root, text, extent);
	int r;

	reader.root = root;
	tree_read(&reader, &tree);
	if (!reader.config->gateway.name)
		name_default(&reader.config->gateway,
			name                            ? xstrdup(name)
				: extent > EXTENT_AGAIN ? kept_name(&reader.config->gateway)
							: NULL);
	/* Half a file makes nonsense of what belongs together. */
	if (whole) {
		config_judge(&reader);
		machine_judge(&reader, extent);
	}
	if (extent <= EXTENT_IN_USE && whole && reader.config->n_vrfs == 0)
		config_complain(&reader.notes, root, 1,
			"no vrf and no namespace section: nothing is monitored");
	config_complaints_move(
		extent == EXTENT_START || extent == EXTENT_IN_USE ? &reader.notes : &reader.faults,
		&reader.doubts);
	*config = NULL;
	if (reader.faults.count == 0 || (extent > EXTENT_IN_USE && whole))
		*config = steal_ptr(&reader.config);
	r = reader.faults.count ? -EINVAL : 0;
	config_complaints_tell(&reader.faults, &report->faults);
	config_complaints_tell(&reader.notes, &report->notes);
	config_destroy(reader.config);
	free(reader.vrf_sections);
	config_tree_finish(&tree);
	return r;
}

int config_load_text(
	const char *path, const char *text, struct config **config, struct config_report *report)
{
	return text_load(path, text, EXTENT_TEXT, NULL, config, report);
}

int config_load_text_in_use(
	const char *path, const char *text, struct config **config, struct config_report *report)
{
	return text_load(path, text, EXTENT_IN_USE, NULL, config, report);
}

static int file_load(const char *path, enum extent extent, const char *name, struct config **config,
	struct config_report *report)
{
	cleanup_free char *text = NULL;
	struct error err = ERROR_INIT;
	size_t size;
	/* Of a command it may be a pipe, as in -c <(...); a supervisor waits for nobody. */
	int r = extent == EXTENT_AGAIN ? file_read_now(path, CONFIG_MAX_FILE, &text, &size, &err)
				       : file_read(path, CONFIG_MAX_FILE, &text, &size, &err);

	*config = NULL;
	if (r < 0) {
		strings_add(&report->faults, err.text);
		return r;
	}
	if (strlen(text) != size) {
		strings_addf(&report->faults, "%s:1: a NUL byte in the file, expected text", path);
		return -EINVAL;
	}
	return text_load(path, text, extent, name, config, report);
}

int config_load(const char *path, struct config **config, struct config_report *report)
{
	return file_load(path, EXTENT_WHOLE, NULL, config, report);
}

int config_load_again(const char *path, const struct config *running, struct config **config,
	struct config_report *report)
{
	const struct config_gateway *gateway = &running->gateway;

	return file_load(path, EXTENT_AGAIN, gateway->name_is_default ? gateway->name : NULL,
		config, report);
}

int config_load_to_check(const char *path, struct config **config, struct config_report *report)
{
	return file_load(path, EXTENT_CHECK, NULL, config, report);
}

int config_load_to_start(const char *path, struct config **config, struct config_report *report)
{
	return file_load(path, EXTENT_START, NULL, config, report);
}

int config_load_in_use(const char *path, struct config **config, struct config_report *report)
{
	return file_load(path, EXTENT_IN_USE, NULL, config, report);
}

int config_load_what_can_be_read(
	const char *path, struct config **config, struct config_report *report)
{
	return file_load(path, EXTENT_FAULTY_TOO, NULL, config, report);
}

int config_load_general(const char *path, struct config **config, struct config_report *report)
{
	return file_load(path, EXTENT_GENERAL, NULL, config, report);
}
