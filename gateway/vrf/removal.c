// SPDX-License-Identifier: GPL-2.0-or-later
/* What is meant to go, and the memory of it. */
#include "vrf/removal.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "vrf/ids.h"
#include "vrf/leftovers.h"

#define REMOVED_MAX_SIZE (4 * 1024 * 1024)

bool removal_is_large(size_t gone, size_t of)
{
	return gone > 0 && (gone >= of || (gone >= 2 && gone * 4 > of));
}

static char *path_of(const struct config *config)
{
	return xasprintf("%s/removed.json", config->gateway.state_dir);
}

/* The array of names; a missing file is an empty one. */
static int names_read(const struct config *config, json_t **names, struct error *err)
{
	cleanup_free char *path = path_of(config);
	cleanup_json json_t *document = NULL;
	int r = json_read_file(path, REMOVED_MAX_SIZE, &document, err);

	if (r == 0)
		*names = json_array();
	if (r <= 0)
		return r;
	if (!json_is_array(json_object_get(document, "removed")))
		return error_set(err, EINVAL, "'%s' is damaged", path);
	*names = json_incref(json_object_get(document, "removed"));
	return 0;
}

int removal_read(const struct config *config, struct strings *names, struct error *err)
{
	cleanup_json json_t *noted = NULL;
	int r = names_read(config, &noted, err);
	size_t i;
	json_t *name;

	json_array_foreach (noted, i, name)
		if (json_is_string(name) && !config_find_vrf(config, json_string_value(name)))
			strings_add(names, json_string_value(name));
	return r;
}

/* Not for the proxies: it names customers. */
static int names_write(const struct config *config, const struct strings *names, struct error *err)
{
	struct file_owner owner = { 0600, (uid_t)-1, (gid_t)-1 };
	cleanup_free char *path = path_of(config), *text = NULL;
	cleanup_json json_t *document = NULL;
	json_t *array;
	int r;

	if (names->count == 0 && access(path, F_OK) < 0)
		return 0;
	r = file_make_own_dir(config->gateway.state_dir, err);
	array = json_array();
	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(array, json_string(names->items[i]));
	document = json_pack("{s:i, s:o}", "schema", 1, "removed", array);
	text = json_dumps(document, JSON_INDENT(1));
	if (r < 0)
		return r;
	return file_write_if_changed(path, text, strlen(text), &owner, NULL, err);
}

int removal_note(const struct config *config, const struct strings *gone, struct error *err)
{
	struct strings names = { 0 };
	int r;

	(void)removal_read(config, &names, NULL);
	for (size_t i = 0; i < gone->count; i++)
		if (!config_find_vrf(config, gone->items[i]) &&
			!strings_contain(&names, gone->items[i]))
			strings_add(&names, gone->items[i]);
	r = names_write(config, &names, err);
	strings_finish(&names);
	return r;
}

int removal_find_unseen(const struct config *config, struct strings *names, struct error *err)
{
	struct strings known = { 0 }, noted = { 0 };
	int r = ids_list(config, &known, err), count = 0;

	(void)removal_read(config, &noted, NULL);
	for (size_t i = 0; i < known.count; i++) {
		const char *name = known.items[i];

		if (strings_contain(&noted, name))
			continue;
		count++;
		if (!config_find_vrf(config, name) &&
			!leftovers_is_running(config->gateway.run_dir, name))
			strings_add(names, name);
	}
	strings_finish(&known);
	strings_finish(&noted);
	return r < 0 ? r : count;
}
