// SPDX-License-Identifier: GPL-2.0-or-later
/* What jansson lacks. */
#include "base/json.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"

/* Of a double as many say what was meant; more would show how it is kept: 0.92000000000000004. */
#define REAL_DIGITS 15
/* Up to which hundredths can be told apart. */
#define REAL_MAX    1e15

int json_read_file(const char *path, size_t max, json_t **document, struct error *err)
{
	cleanup_free char *text = NULL;
	size_t size;
	int r = file_read(path, max, &text, &size, err);

	*document = NULL;
	if (r == -ENOENT) {
		error_clear(err);
		return 0;
	}
	if (r < 0)
		return r;
	*document = json_loadb(text, size, 0, NULL);
	return 1;
}

json_t *json_text(const char *text)
{
	json_t *string = json_string(text);
	char *plain;

	if (string)
		return string;
	plain = xstrdup(text);
	for (char *c = plain; *c; c++)
		if (*c & 0x80)
			*c = '?';
	string = json_string(plain);
	free(plain);
	return string;
}

json_t *json_cause(const struct cause *cause)
{
	char text[CAUSE_TEXT_SIZE];

	if (cause->kind == CAUSE_NONE)
		return json_null();
	return json_pack("{s:s, s:o, s:o}", "kind", cause_word(cause), "object",
		json_text(cause->object), "text", json_text(cause_format(cause, text)));
}

static json_t *shared_cause(const struct causes_item *item, const char *key)
{
	json_t *object = json_cause(&item->cause), *names = json_array();
	char *summary = cause_tell(&item->cause, &item->vrfs);

	for (size_t i = 0; i < item->vrfs.count; i++)
		json_array_append_new(names, json_text(item->vrfs.items[i]));
	json_object_set_new(object, "summary", json_text(summary));
	json_object_set_new(object, key, names);
	free(summary);
	return object;
}

json_t *json_shared_causes(const struct causes *causes, const char *key)
{
	json_t *array = json_array();

	for (size_t i = 0; i < causes->count; i++)
		if (causes->items[i].vrfs.count > 1 || cause_is_of_gateway(&causes->items[i].cause))
			json_array_append_new(array, shared_cause(&causes->items[i], key));
	return array;
}

static void reals_round(json_t *value)
{
	const char *key;
	json_t *each;
	size_t i;
	double hundred;

	json_object_foreach (value, key, each)
		reals_round(each);
	json_array_foreach (value, i, each)
		reals_round(each);
	if (!json_is_real(value))
		return;
	hundred = json_real_value(value) * 100;
	if (hundred > -REAL_MAX && hundred < REAL_MAX)
		(void)json_real_set(value,
			(double)(long long)(hundred < 0 ? hundred - 0.5 : hundred + 0.5) / 100);
}

void json_print(json_t *document, FILE *out)
{
	reals_round(document);
	json_dumpf(document, out, JSON_INDENT(2) | JSON_REAL_PRECISION(REAL_DIGITS));
	fputc('\n', out);
}
