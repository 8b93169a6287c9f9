// SPDX-License-Identifier: GPL-2.0-or-later
/* The files that one supervisor leaves to the next: state.json and ids.json. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "config/model.h"
#include "config/load.h"
#include "fuzz.h"
#include "supervisor/saved_state.h"
#include "vrf/ids.h"
#include "vrf/vrf.h"

static char directory[] = "/tmp/vrfgate-fuzz-XXXXXX";

static void directory_remove(void)
{
	(void)file_remove_tree(directory, NULL);
}

static struct config *config_create(void)
{
	cleanup_free char *text = xasprintf("gateway { name = gw1 state_dir = %s run_dir = %s }\n"
					    "vrf acme { id = 3 }\nvrf bravo { }\nvrf charlie { }\n",
		directory, directory);
	struct config_report report = { 0 };
	struct config *config;

	if (!mkdtemp(directory) || atexit(directory_remove) != 0 ||
		config_load_text("fuzz.conf", text, 0, &config, &report) < 0)
		abort();
	config_report_finish(&report);
	return config;
}

static void state_use(void)
{
	cleanup_json json_t *saved = saved_state_load(directory);
	char name[] = "acme";
	struct vrf vrf = { .name = name };

	saved_state_apply(saved, &vrf);
	foreign_addresses_finish(&vrf.foreign);
}

static void ids_use(const struct config *config)
{
	struct error err = ERROR_INIT;
	cleanup_free uint32_t *ids = NULL;

	if (ids_assign(config, false, &ids, &err) < 0)
		return;
	if (ids[0] != 3 || ids[1] == ids[0] || ids[2] == ids[0] || ids[1] == ids[2])
		abort();
}

static void file_put(const char *name, const uint8_t *data, size_t size)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, name);
	FILE *file = fopen(path, "we");

	if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config *config;

	if (!config)
		config = config_create();
	file_put("state.json", data, size);
	state_use();
	file_put("ids.json", data, size);
	ids_use(config);
	return 0;
}
