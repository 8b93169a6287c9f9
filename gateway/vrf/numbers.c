// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of numbers by name. */
#include "vrf/numbers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

#define MAX_SIZE (4 * 1024 * 1024)

static int compare(const void *a, const void *b)
{
	json_int_t x = *(const json_int_t *)a, y = *(const json_int_t *)b;

	return x < y ? -1 : x > y;
}

/* Every value is one that there can be, and no two are the same. */
static bool is_sound(const struct numbers_kind *kind, const json_t *numbers)
{
	cleanup_free json_int_t *sorted = xcalloc(json_object_size(numbers) + 1, sizeof(*sorted));
	size_t count = 0;
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)numbers, name, value) {
		json_int_t number = json_integer_value(value);

		if (!json_is_integer(value) || number < kind->least || number > kind->most)
			return false;
		sorted[count++] = number;
	}
	qsort(sorted, count, sizeof(*sorted), compare);
	for (size_t i = 1; i < count; i++)
		if (sorted[i] == sorted[i - 1])
			return false;
	return json_is_object(numbers);
}

static char *path_make(const struct numbers_kind *kind, const struct config_gateway *gateway)
{
	return xasprintf("%s/%s", gateway->state_dir, kind->file);
}

int numbers_read(const struct numbers_kind *kind, const struct config_gateway *gateway,
	json_t **numbers, struct error *err)
{
	cleanup_free char *path = path_make(kind, gateway);
	cleanup_json json_t *document = NULL;
	int r = json_read_file(path, MAX_SIZE, &document, err);

	if (r == 0)
		*numbers = json_object();
	if (r <= 0)
		return r;
	if (!is_sound(kind, json_object_get(document, kind->key)))
		return error_set(err, EINVAL, "'%s' is damaged; restore it, or remove it to %s",
			path, kind->loss);
	*numbers = json_incref(json_object_get(document, kind->key));
	return 0;
}

int numbers_write(const struct numbers_kind *kind, const struct config_gateway *gateway,
	json_t *numbers, struct error *err)
{
	struct file_owner owner = { 0600, (uid_t)-1, (gid_t)-1 };
	cleanup_free char *path = path_make(kind, gateway);
	cleanup_json json_t *document = json_pack("{s:i, s:O}", "schema", 1, kind->key, numbers);
	cleanup_free char *text = json_dumps(document, JSON_INDENT(1) | JSON_SORT_KEYS);
	int r = file_make_own_dir(gateway->state_dir, err);

	if (r < 0)
		return r;
	return file_write_if_changed(path, text, strlen(text), &owner, NULL, err);
}
