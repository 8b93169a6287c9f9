// SPDX-License-Identifier: GPL-2.0-or-later
/* Files to import, as somebody has put them on the web. */
#include "fuzz.h"

#include <stdlib.h>

#include "reporter/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = { "yaml", "xml", "json" };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct reporter_import_file file = { 0 };
		struct error err = ERROR_INIT;

		(void)reporter_import_read(formats[i], (const char *)data, size, &file, &err);
		reporter_import_finish(&file);
	}
	return 0;
}
