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

static bool tree_parse(struct config_reader *reader, struct config_tree *tree,
	struct config_section *root, const char *text, bool customers)
{
	bool whole = config_parse(text, customers, root, &reader->faults) == 0;

	if (!customers)
		return whole;
	return config_include(tree, &reader->faults, &reader->notes) == 0 && whole;
}

/* What of the machine has a say in it. */
static void machine_judge(struct config_reader *reader, unsigned flags)
{
	if (flags & CONFIG_LOAD_MACHINE)
		config_judge_server_address(reader);
	if (!(flags & CONFIG_LOAD_FILES))
		return;
	config_judge_settings(reader);
	config_judge_files(reader);
	name_judge(reader);
}

/* Where the name of a gateway comes from whose config has none. */
struct name_source {
	const char *name; /* NULL: the next, or the host name */
	bool kept;        /* what the first start has kept */
};

static void name_find(struct config_gateway *gateway, const struct name_source *source)
{
	if (source->name)
		name_default(gateway, xstrdup(source->name));
	else
		name_default(gateway, source->kept ? kept_name(gateway) : NULL);
}

static int text_load(const char *path, const char *text, unsigned flags,
	const struct name_source *name, struct config **config, struct config_report *report)
{
	struct config_reader reader = { .config = config_create() };
	struct config_tree tree = { 0 };
	struct config_section *root = config_tree_add_file(&tree, path);
	bool whole = tree_parse(&reader, &tree, root, text, !(flags & CONFIG_LOAD_GENERAL));
	int r;

	reader.root = root;
	tree_read(&reader, &tree);
	if (!reader.config->gateway.name)
		name_find(&reader.config->gateway, name);
	/* Half a file makes nonsense of what belongs together. */
	if (whole) {
		config_judge(&reader);
		machine_judge(&reader, flags);
	}
	if (!(flags & CONFIG_LOAD_FAULTY) && whole && reader.config->n_vrfs == 0)
		config_complain(&reader.notes, root, 1,
			"no vrf and no namespace section: nothing is monitored");
	config_complaints_move(
		flags & CONFIG_LOAD_LENIENT ? &reader.notes : &reader.faults, &reader.doubts);
	*config = NULL;
	if (reader.faults.count == 0 || ((flags & CONFIG_LOAD_FAULTY) && whole))
		*config = steal_ptr(&reader.config);
	r = reader.faults.count ? -EINVAL : 0;
	config_complaints_tell(&reader.faults, &report->faults);
	config_complaints_tell(&reader.notes, &report->notes);
	config_destroy(reader.config);
	free(reader.vrf_sections);
	config_tree_finish(&tree);
	return r;
}

int config_load_text(const char *path, const char *text, unsigned flags, struct config **config,
	struct config_report *report)
{
	return text_load(path, text, flags, &(struct name_source){ 0 }, config, report);
}

typedef int file_reader(const char *path, size_t max, char **text, size_t *size, struct error *err);

static int file_load(const char *path, file_reader *read, unsigned flags,
	const struct name_source *name, struct config **config, struct config_report *report)
{
	cleanup_free char *text = NULL;
	struct error err = ERROR_INIT;
	size_t size;
	int r = read(path, CONFIG_MAX_FILE, &text, &size, &err);

	*config = NULL;
	if (r < 0) {
		strings_add(&report->faults, err.text);
		return r;
	}
	if (strlen(text) != size) {
		strings_addf(&report->faults, "%s:1: a NUL byte in the file, expected text", path);
		return -EINVAL;
	}
	return text_load(path, text, flags, name, config, report);
}

int config_load(
	const char *path, unsigned flags, struct config **config, struct config_report *report)
{
	/* It may be a pipe, as in -c <(...). */
	return file_load(
		path, file_read, flags, &(struct name_source){ .kept = true }, config, report);
}

int config_load_again(const char *path, const struct config *running, struct config **config,
	struct config_report *report)
{
	const struct config_gateway *gateway = &running->gateway;
	struct name_source name = { .name = gateway->name_is_default ? gateway->name : NULL };

	return file_load(path, file_read_now, CONFIG_LOAD_TO_ACT, &name, config, report);
}
