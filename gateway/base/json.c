// SPDX-License-Identifier: GPL-2.0-or-later
/* What jansson lacks. */
#include "base/json.h"

#include "base/memory.h"

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
