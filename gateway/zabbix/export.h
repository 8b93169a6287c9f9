// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that Zabbix exports and imports: YAML, XML or JSON, as people have them. They are read here to know what is in
 * them; what they mean is for Zabbix to say.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

/*
 * The text of a file as the API takes it, UTF-8 without a byte order mark; the caller frees it. The file may be UTF-16.
 * -EILSEQ: neither. -ENODATA: there is nothing in it. -EMEDIUMTYPE: a web page.
 */
int zabbix_export_decode(const char *data, size_t size, char **text, struct error *err);

/*
 * What is below "zabbix_export", as JSON: all scalars are strings, of an XML list the members are an array; the caller's
 * to json_decref(). `format`: "yaml", "xml", "json". -EBADMSG: not of that format, with the line; -ENOMSG: it is, but no
 * export of Zabbix.
 */
int zabbix_export_parse(const char *format, const char *text, json_t **export, struct error *err);
