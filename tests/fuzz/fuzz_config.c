// SPDX-License-Identifier: GPL-2.0-or-later
/* A config file, and what is told of one at fault. */
#include "config/model.h"
#include "config/load.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = fuzz_text(data, size);
	struct config_report report = { 0 };
	struct config *config = NULL;

	/* Any file of this machine could be named. */
	if (strstr(text, "include"))
		return 0;
	if ((config_load_text("fuzz.conf", text, 0, &config, &report) == 0) != (config != NULL) ||
		(report.faults.count > 0) == (config != NULL))
		abort();
	config_destroy(config);
	config_report_finish(&report);
	return 0;
}
