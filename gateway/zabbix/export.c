// SPDX-License-Identifier: GPL-2.0-or-later
/* Exports to JSON: libyaml, expat and jansson parse, each with a limit to what it may make. */
#include "zabbix/export.h"

#include <errno.h>
#include <expat.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strings.h"
#include "zabbix/json.h"

/* Exports of Zabbix are a dozen levels deep. */
#define MAX_DEPTH 64

#define BOM_UTF8 "\xef\xbb\xbf"

/* --- characters --- */

/* The encoding that iconv(3) is to read, by the mark or by the zeros between ASCII; NULL: UTF-8. */
static const char *encoding_guess(const char *data, size_t size)
{
	if (size < 2)
		return NULL;
	if (memcmp(data, "\xff\xfe", 2) == 0 || (data[0] && !data[1]))
		return "UTF-16LE";
	if (memcmp(data, "\xfe\xff", 2) == 0 || (!data[0] && data[1]))
		return "UTF-16BE";
	return NULL;
}

static int utf16_convert(const char *encoding, const char *data, size_t size, char **text,
	size_t *length, struct error *err)
{
	size_t space = size * 2, left = space;
	cleanup_free char *made = xcalloc(1, space + 1);
	char *in = (char *)data, *out = made;
	iconv_t converter = iconv_open("UTF-8", encoding);
	size_t r;

	if (converter ==
		(iconv_t)-1) /* NOLINT(performance-no-int-to-ptr): as iconv_open(3) has it */
		return error_set_errno(err, errno, "cannot convert from %s", encoding);
	r = iconv(converter, &in, &size, &out, &left);
	iconv_close(converter);
	if (r == (size_t)-1)
		return error_set(err, EILSEQ, "not a text: neither UTF-8 nor UTF-16");
	*length = space - left;
	made[*length] = '\0';
	*text = steal_ptr(&made);
	return 0;
}

/* What is in UTF-8 now must not say that it is in another encoding. */
static void xml_declaration_blank(char *text)
{
	char *end = strncmp(text, "<?xml", 5) == 0 ? strstr(text, "?>") : NULL;

	if (end)
		memset(text, ' ', (size_t)(end + 2 - text));
}

static bool is_web_page(const char *text)
{
	text += strspn(text, " \t\r\n");
	return strncasecmp(text, "<!doctype html", 14) == 0 || strncasecmp(text, "<html", 5) == 0;
}

static bool is_utf8(const char *text, size_t length)
{
	cleanup_json json_t *probe = json_stringn(text, length);

	return probe != NULL;
}

int zabbix_export_decode(const char *data, size_t size, char **text, struct error *err)
{
	const char *encoding = encoding_guess(data, size);
	cleanup_free char *made = NULL;
	size_t length = size, mark;
	int r = 0;

	if (encoding)
		r = utf16_convert(encoding, data, size, &made, &length, err);
	else
		made = xstrndup(data, size);
	if (r < 0 || !made)
		return r;
	mark = strncmp(made, BOM_UTF8, strlen(BOM_UTF8)) == 0 ? strlen(BOM_UTF8) : 0;
	memmove(made, made + mark, strlen(made + mark) + 1);
	length -= mark;
	if (encoding)
		xml_declaration_blank(made);
	if (strlen(made) != length || !is_utf8(made, length))
		return error_set(err, EILSEQ, "not a text in UTF-8 or UTF-16: save it as UTF-8");
	if (made[strspn(made, " \t\r\n")] == '\0')
		return error_set(err, ENODATA, "the file is empty");
	if (is_web_page(made))
		return error_set(err, EMEDIUMTYPE,
			"a web page (HTML), not an export: download the file itself, such as by \"Raw\"");
	*text = steal_ptr(&made);
	return 0;
}

/* --- YAML --- */

struct yaml_reading {
	yaml_document_t *document;
	json_t **
		made; /* of each node, as an alias has one twice; and json_null() while it is under way */
	size_t count;
};

static json_t *yaml_node_read(struct yaml_reading *reading, int index, int depth);

static json_t *yaml_sequence_read(struct yaml_reading *reading, const yaml_node_t *node, int depth)
{
	json_t *list = json_array();

	for (const int *i = node->data.sequence.items.start; i < node->data.sequence.items.top;
		i++) {
		json_t *member = yaml_node_read(reading, *i, depth);

		if (!member || json_array_append_new(list, member) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *yaml_mapping_read(struct yaml_reading *reading, const yaml_node_t *node, int depth)
{
	json_t *object = json_object();

	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
		pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(reading->document, pair->key);
		json_t *value = yaml_node_read(reading, pair->value, depth);

		if (!value || key->type != YAML_SCALAR_NODE ||
			json_object_set_new(object, (const char *)key->data.scalar.value, value) <
				0) {
			if (value && key->type != YAML_SCALAR_NODE)
				json_decref(value);
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *yaml_scalar_read(const yaml_node_t *node)
{
	return json_stringn((const char *)node->data.scalar.value, node->data.scalar.length);
}

static json_t *yaml_value_read(struct yaml_reading *reading, const yaml_node_t *node, int depth)
{
	switch (node->type) {
	case YAML_SCALAR_NODE:
		return yaml_scalar_read(node);
	case YAML_SEQUENCE_NODE:
		return yaml_sequence_read(reading, node, depth + 1);
	case YAML_MAPPING_NODE:
		return yaml_mapping_read(reading, node, depth + 1);
	case YAML_NO_NODE:
	default:
		return NULL;
	}
}

/* NULL: too deep, or inside of itself. A node that is there twice is the same value twice, so no file makes more than it
 * has nodes. */
static json_t *yaml_node_read(struct yaml_reading *reading, int index, int depth)
{
	json_t **made = &reading->made[index - 1];

	if (depth > MAX_DEPTH || json_is_null(*made))
		return NULL;
	if (*made)
		return json_incref(*made);
	*made = json_null();
	*made = yaml_value_read(reading, yaml_document_get_node(reading->document, index), depth);
	return json_incref(*made);
}

static int yaml_tree_read(yaml_document_t *document, json_t **tree, struct error *err)
{
	struct yaml_reading reading = { .document = document };

	if (!yaml_document_get_root_node(document))
		return error_set(err, ENOMSG, "there is no YAML in it");
	reading.count = (size_t)(document->nodes.top - document->nodes.start);
	reading.made = xcalloc(reading.count, sizeof(json_t *));
	*tree = yaml_node_read(&reading, 1, 0);
	for (size_t i = 0; i < reading.count; i++)
		json_decref(reading.made[i]);
	free(reading.made);
	return *tree ? 0 : error_set(err, EBADMSG, "not YAML as Zabbix exports it");
}

static int yaml_parse(const char *text, json_t **tree, struct error *err)
{
	yaml_parser_t parser;
	yaml_document_t document;
	int r;

	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
	if (yaml_parser_load(&parser, &document)) {
		r = yaml_tree_read(&document, tree, err);
		yaml_document_delete(&document);
	} else {
		r = error_set(err, EBADMSG, "line %zu: not YAML: %s", parser.problem_mark.line + 1,
			parser.problem ? parser.problem : "no memory");
	}
	yaml_parser_delete(&parser);
	return r;
}

/* --- XML --- */

struct xml_reading {
	XML_Parser parser;
	json_t *open
		[MAX_DEPTH]; /* of each element that is open what it has so far: an array, an object or a string */
	char *names[MAX_DEPTH];
	int depth;
	bool too_deep;
	FILE *text; /* since the last tag */
	char *text_data;
	size_t text_size;
};

/* <items><item>: a list, whose members are called as it is without the s. */
static bool xml_is_member(const char *list, const char *name)
{
	size_t length = strlen(name);

	return strncmp(list, name, length) == 0 && strcmp(list + length, "s") == 0;
}

static void XMLCALL xml_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct xml_reading *reading = arg;

	(void)attributes;
	if (reading->depth + 1 >= MAX_DEPTH) {
		reading->too_deep = true;
		XML_StopParser(reading->parser, XML_FALSE);
		return;
	}
	reading->names[++reading->depth] = xstrdup(name);
	rewind(reading->text);
}

static void XMLCALL xml_text(void *arg, const XML_Char *text, int length)
{
	struct xml_reading *reading = arg;

	fwrite(text, 1, (size_t)length, reading->text);
}

static json_t *xml_text_read(struct xml_reading *reading)
{
	fflush(reading->text);
	return json_stringn(reading->text_data, (size_t)ftell(reading->text));
}

static void XMLCALL xml_end(void *arg, const XML_Char *name)
{
	struct xml_reading *reading = arg;
	json_t *value = steal_ptr(&reading->open[reading->depth]);
	json_t **outer = &reading->open[reading->depth - 1];
	bool is_member =
		reading->depth > 1 && xml_is_member(reading->names[reading->depth - 1], name);

	if (!value)
		value = xml_text_read(reading);
	rewind(reading->text);
	free(steal_ptr(&reading->names[reading->depth--]));
	if (!*outer)
		*outer = is_member ? json_array() : json_object();
	if (json_is_array(*outer))
		json_array_append_new(*outer, value);
	else
		json_object_set_new(*outer, name, value);
}

static int xml_parse(const char *text, json_t **tree, struct error *err)
{
	struct xml_reading reading = { .parser = XML_ParserCreate("UTF-8") };
	int r = 0;

	reading.text = open_memstream(&reading.text_data, &reading.text_size);
	if (!reading.parser || !reading.text)
		abort();
	reading.open[0] = json_object();
	XML_SetUserData(reading.parser, &reading);
	XML_SetElementHandler(reading.parser, xml_start, xml_end);
	XML_SetCharacterDataHandler(reading.parser, xml_text);
	if (XML_Parse(reading.parser, text, (int)strlen(text), 1) != XML_STATUS_OK)
		r = error_set(err, EBADMSG, "line %lu: not XML: %s",
			(unsigned long)XML_GetCurrentLineNumber(reading.parser),
			reading.too_deep ? "too deep"
					 : XML_ErrorString(XML_GetErrorCode(reading.parser)));
	for (int i = reading.depth; i > 0; i--) {
		json_decref(reading.open[i]);
		free(reading.names[i]);
	}
	if (r == 0)
		*tree = reading.open[0];
	else
		json_decref(reading.open[0]);
	XML_ParserFree(reading.parser);
	fclose(reading.text);
	free(reading.text_data);
	return r;
}

/* --- JSON --- */

static int json_parse(const char *text, json_t **tree, struct error *err)
{
	json_error_t fault;

	*tree = json_loads(text, 0, &fault);
	return *tree ? 0 : error_set(err, EBADMSG, "line %d: not JSON: %s", fault.line, fault.text);
}

/* --- */

int zabbix_export_parse(const char *format, const char *text, json_t **export, struct error *err)
{
	static const struct {
		const char *format;
		int (*parse)(const char *text, json_t **tree, struct error *err);
	} parsers[] = {
		{ "yaml", yaml_parse },
		{ "xml", xml_parse },
		{ "json", json_parse },
	};
	cleanup_json json_t *tree = NULL;
	int r = -EINVAL;

	for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++)
		if (strcmp(parsers[i].format, format) == 0)
			r = parsers[i].parse(text, &tree, err);
	if (r < 0)
		return r;
	*export = json_incref(json_object_get(tree, "zabbix_export"));
	if (json_is_object(*export))
		return 0;
	json_decref(steal_ptr(export));
	return error_set(
		err, ENOMSG, "not an export of Zabbix: expected \"zabbix_export\" at its top");
}
