// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate diag: where the way from a customer's device to the Zabbix server is broken. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/diag_walk.h"
#include "cli/left.h"
#include "config/load.h"
#include "control/client.h"
#include "process/helper.h"
#include "vrf/ids.h"

/* VRFs that are walked at once, and those of which a finding of all tells the detail. */
#define AT_ONCE     16
#define DETAILS_MAX 3

/* Of one, or (NULL) of all. NULL without a supervisor; without the VRF where it does not know that. The walk says so. */
static json_t *status_ask(const struct config *config, const char *vrf)
{
	json_t *status = NULL;
	int r = control_client_ask(config->gateway.run_dir,
		vrf ? json_pack("{s:s, s:[s]}", "command", "status", "vrfs", vrf)
		    : json_pack("{s:s}", "command", "status"),
		CONTROL_IMPATIENCE_MS, &status, NULL);

	if (r == -ENOENT)
		cli_tell_elsewhere(config);
	if (r < 0)
		return NULL;
	if (json_object_get(status, "error")) {
		json_decref(status);
		(void)control_client_ask(config->gateway.run_dir,
			json_pack("{s:s}", "command", "status"), CONTROL_IMPATIENCE_MS, &status,
			NULL);
		json_object_set_new(status, "vrfs", json_array());
	}
	return status;
}

/* Of all in the config; NULL: not known. */
static uint32_t *uplink_ids(const struct config *config)
{
	uint32_t *ids = NULL;

	return ids_assign(config, false, &ids, NULL) == 0 ? ids : NULL;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static bool has_verdict(const json_t *step, const char *verdict)
{
	return strcmp(text_of(step, "verdict"), verdict) == 0;
}

static bool any_has(const json_t *steps, const char *verdict)
{
	size_t i;
	json_t *step;

	json_array_foreach (steps, i, step)
		if (has_verdict(step, verdict))
			return true;
	return false;
}

/* --- one --- */

static void detail_print(const json_t *step)
{
	const char *hint = text_of(step, "hint");

	printf("%s%s%s%s\n", text_of(step, "detail"), *hint ? " (" : "", hint, *hint ? ")" : "");
}

static void steps_print(const json_t *steps)
{
	size_t i;
	json_t *step;

	json_array_foreach (steps, i, step) {
		printf("%-4s  %-10s  ", text_of(step, "verdict"), text_of(step, "step"));
		detail_print(step);
	}
}

static json_t *steps_document(const char *vrf, json_t *steps)
{
	return json_pack("{s:i, s:s, s:b, s:O}", "schema", 1, "vrf", vrf, "ok",
		!any_has(steps, "fail"), "steps", steps);
}

static int diag_one(const struct config *config, const char *name, bool json)
{
	cleanup_json json_t *status = NULL, *steps = NULL, *document = NULL;
	cleanup(cli_left_finish) struct cli_left left = { 0 };
	const struct config_vrf *vrf = cli_find_vrf(config, name, &left);
	cleanup_free uint32_t *ids = NULL;
	uint32_t id;

	if (!vrf)
		return CLI_EXIT_NO_SUCH_VRF;
	ids = uplink_ids(config);
	id = vrf == &left.vrf ? left.id : ids ? ids[vrf - config->vrfs] : 0;
	status = status_ask(config, vrf->name);
	steps = diag_walk(&(struct diag){ config, vrf, id, status });
	document = steps_document(vrf->name, steps);
	if (json)
		json_print(document, stdout);
	else
		steps_print(steps);
	return any_has(steps, "fail") ? CLI_EXIT_FAILED : CLI_EXIT_DONE;
}

/* --- all, several at once, as each waits for what does not answer --- */

struct patient {
	struct diag diag;
	json_t *status; /* diag's, of this VRF alone */
	struct process child;
	int fd;
	json_t *steps; /* NULL: the child died */
};

static void child_walk(int fd, const void *data)
{
	const struct patient *patient = data;
	cleanup_json json_t *steps = diag_walk(&patient->diag);

	(void)json_dumpfd(steps, fd, JSON_COMPACT);
}

/* The document with one VRF, or none, in the place of all. */
static json_t *status_of(json_t *status, const char *name)
{
	json_t *one = status ? json_copy(status) : NULL, *vrf, *vrfs = json_array();
	size_t i;

	json_array_foreach (json_object_get(status, "vrfs"), i, vrf)
		if (strcmp(text_of(vrf, "name"), name) == 0)
			json_array_append(vrfs, vrf);
	if (one)
		json_object_set_new(one, "vrfs", vrfs);
	else
		json_decref(vrfs);
	return one;
}

static void patient_begin(struct patient *patient)
{
	struct error err = ERROR_INIT;

	patient->fd = -1;
	if (process_helper_start(child_walk, patient, &patient->child, &patient->fd, &err) < 0)
		fprintf(stderr, "vrfgate diag: vrf '%s': %s\n", patient->diag.vrf->name, err.text);
}

static void patient_end(struct patient *patient)
{
	if (patient->fd < 0)
		return;
	(void)fcntl(patient->fd, F_SETFL, 0);
	patient->steps = json_loadfd(patient->fd, 0, NULL);
	close(patient->fd);
	process_reap(&patient->child, &(struct process_exit){ 0 });
}

static void patients_walk(struct patient *patients, size_t count)
{
	for (size_t i = 0; i < count + AT_ONCE; i++) {
		if (i >= AT_ONCE && i - AT_ONCE < count)
			patient_end(&patients[i - AT_ONCE]);
		if (i < count)
			patient_begin(&patients[i]);
	}
}

/* A step that does not go well: in which VRFs. */
struct finding {
	const char *step, *verdict;
	json_t *vrfs, *steps; /* names; the step of each */
};

static bool is_last(const json_t *names, const char *name)
{
	size_t count = json_array_size(names);

	return count && strcmp(json_string_value(json_array_get(names, count - 1)), name) == 0;
}

static void finding_add(struct finding **findings, size_t *count, const char *verdict,
	const char *vrf, json_t *step)
{
	struct finding *finding = *findings;

	while (finding < *findings + *count &&
		(strcmp(finding->step, text_of(step, "step")) != 0 || finding->verdict != verdict))
		finding++;
	if (finding == *findings + *count) {
		finding = array_append(findings, count);
		*finding = (struct finding){ text_of(step, "step"), verdict, json_array(),
			json_array() };
	}
	/* A step may have several verdicts of a VRF. */
	if (is_last(finding->vrfs, vrf))
		return;
	json_array_append_new(finding->vrfs, json_string(vrf));
	json_array_append(finding->steps, step);
}

/* What most have in common first, and what fails before warnings. */
static int by_verdict_and_number(const void *a, const void *b)
{
	const struct finding *one = a, *other = b;
	size_t n = json_array_size(one->vrfs), m = json_array_size(other->vrfs);

	if (one->verdict != other->verdict)
		return strcmp(one->verdict, other->verdict);
	return n < m ? 1 : n > m ? -1 : 0;
}

static struct finding *findings_create(
	const struct patient *patients, size_t n_patients, size_t *count)
{
	static const char *const verdicts[] = { "fail", "warn" };
	struct finding *findings = NULL;

	*count = 0;
	for (size_t v = 0; v < 2; v++)
		for (size_t p = 0; p < n_patients; p++) {
			size_t i;
			json_t *step;

			json_array_foreach (patients[p].steps, i, step)
				if (has_verdict(step, verdicts[v]))
					finding_add(&findings, count, verdicts[v],
						patients[p].diag.vrf->name, step);
		}
	if (*count)
		qsort(findings, *count, sizeof(*findings), by_verdict_and_number);
	return findings;
}
static void finding_print(const struct finding *finding, size_t n_patients)
{
	cleanup(strings_finish) struct strings names = { 0 };
	cleanup_free char *list = NULL;
	size_t i;
	json_t *name;

	json_array_foreach (finding->vrfs, i, name)
		strings_add(&names, json_string_value(name));
	list = strings_list(&names);
	printf("%-4s  %-10s  %zu of %zu VRFs: %s\n", finding->verdict, finding->step, names.count,
		n_patients, list);
	for (i = 0; i < names.count && i < DETAILS_MAX; i++) {
		printf("%18s%s: ", "", names.items[i]);
		detail_print(json_array_get(finding->steps, i));
	}
	if (names.count > DETAILS_MAX)
		printf("%18s'vrfgate diag VRF' shows each of the others\n", "");
}

static json_t *all_document(const struct patient *patients, size_t n_patients,
	const struct finding *findings, size_t n_findings, bool ok)
{
	json_t *vrfs = json_array(), *common = json_array();

	for (size_t i = 0; i < n_findings; i++)
		json_array_append_new(common,
			json_pack("{s:s, s:s, s:O}", "step", findings[i].step, "verdict",
				findings[i].verdict, "vrfs", findings[i].vrfs));
	for (size_t i = 0; i < n_patients; i++)
		if (patients[i].steps)
			json_array_append_new(vrfs,
				json_pack("{s:s, s:b, s:O}", "vrf", patients[i].diag.vrf->name,
					"ok", !any_has(patients[i].steps, "fail"), "steps",
					patients[i].steps));
	return json_pack(
		"{s:i, s:b, s:o, s:o}", "schema", 1, "ok", ok, "common", common, "vrfs", vrfs);
}

/* Takes the findings along. */
static int patients_tell(const struct patient *patients, size_t count, bool json)
{
	size_t n_findings, well = 0;
	struct finding *findings = findings_create(patients, count, &n_findings);

	for (size_t i = 0; i < count; i++)
		well += patients[i].steps && !any_has(patients[i].steps, "fail");
	if (json) {
		cleanup_json json_t *document =
			all_document(patients, count, findings, n_findings, well == count);

		json_print(document, stdout);
	}
	for (size_t i = 0; i < n_findings; i++) {
		if (!json)
			finding_print(&findings[i], count);
		json_decref(findings[i].vrfs);
		json_decref(findings[i].steps);
	}
	if (!json)
		printf("%zu of %zu VRFs without a failure\n", well, count);
	free(findings);
	return well == count ? CLI_EXIT_DONE : CLI_EXIT_FAILED;
}

/* Those that the config disables have no way to walk. */
static int diag_all(const struct config *config, bool json)
{
	cleanup_json json_t *status = status_ask(config, NULL);
	cleanup_free uint32_t *ids = uplink_ids(config);
	struct patient *patients = xcalloc(config->n_vrfs + 1, sizeof(*patients));
	size_t count = 0;
	int r;

	for (size_t i = 0; i < config->n_vrfs; i++) {
		const struct config_vrf *vrf = &config->vrfs[i];
		struct patient *patient = &patients[count];

		if (!vrf->enabled)
			continue;
		patient->status = status_of(status, vrf->name);
		patient->diag = (struct diag){ config, vrf, ids ? ids[i] : 0, patient->status };
		count++;
	}
	patients_walk(patients, count);
	r = patients_tell(patients, count, json);
	for (size_t i = 0; i < count; i++) {
		json_decref(patients[i].status);
		json_decref(patients[i].steps);
	}
	free(patients);
	return r;
}

static int diag_act(struct cli_call *call)
{
	if (call->n_operands == 0)
		return diag_all(call->config, call->json);
	return diag_one(call->config, call->operands[0], call->json);
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_FLAG('j', "json", json, "print the steps as JSON"),
	{ 0 },
};

const struct cli_command cli_diag = {
	.name = "diag",
	.summary = "check each step from a VRF's devices to the Zabbix server",
	.operands = "[VRF]",
	.options = options,
	.most = 1,
	.needs_root = true,
	.load = CONFIG_LOAD_TO_LOOK,
	.act = diag_act,
};
