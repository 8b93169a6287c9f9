// SPDX-License-Identifier: GPL-2.0-or-later
/* A request on the control socket, from root where its first byte is even; and an answer as a table. */
#include <stdio.h>
#include <systemd/sd-event.h>

#include "base/json.h"
#include "cli/status_table.h"
#include "config/model.h"
#include "config/load.h"
#include "fuzz.h"
#include "supervisor/control_commands.h"
#include "supervisor/reporter_link.h"

/* A supervisor of no VRFs, so that no order does anything to the kernel. */
static struct supervisor *supervisor_create(void)
{
	static struct supervisor supervisor;
	struct config_report report = { 0 };
	struct config *config;

	if (config_load_text("fuzz.conf", "gateway { name = gw1 run_dir = /nowhere/run }", 0,
		    &config, &report) < 0 ||
		sd_event_new(&supervisor.event) < 0)
		abort();
	config_report_finish(&report);
	supervisor.config = config;
	supervisor.context.config = config;
	supervisor.options.config_path = "/nowhere/vrfgate.conf";
	supervisor.reporter = reporter_link_create(&supervisor);
	return &supervisor;
}

static void answer_show(const char *text, size_t size)
{
	cleanup_json json_t *document = json_loadb(text, size, 0, NULL);
	char *shown = NULL;
	size_t length;
	FILE *out;

	if (!json_is_object(document))
		return;
	out = open_memstream(&shown, &length);
	status_table_print(out, document, NULL, false);
	fclose(out);
	free(shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct supervisor *supervisor;
	struct control_request request;
	cleanup_json json_t *answer = NULL;
	bool listens;

	if (size == 0)
		return 0;
	if (!supervisor)
		supervisor = supervisor_create();
	request = (struct control_request){ (const char *)data + 1, size - 1, data[0] % 2 == 0 };
	answer = control_command_run(supervisor, &request, &listens);
	if (!json_is_object(answer))
		abort();
	answer_show((const char *)data + 1, size - 1);
	return 0;
}
