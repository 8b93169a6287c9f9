// SPDX-License-Identifier: GPL-2.0-or-later
/* The status document as OpenMetrics text: a table of what is told, and how each kind of it is. */
#include "cli/metrics_text.h"

#include <stdbool.h>
#include <string.h>

/* --- one sample --- */

static void label_print(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", out);
		else if (*value == '"' || *value == '\\')
			fprintf(out, "\\%c", *value);
		else
			fputc(*value, out);
	}
	fputc('"', out);
}

static void value_print(FILE *out, const json_t *value)
{
	if (json_is_real(value))
		fprintf(out, " %g\n", json_real_value(value));
	else if (json_is_boolean(value))
		fprintf(out, " %d\n", json_is_true(value));
	else
		fprintf(out, " %lld\n", (long long)json_integer_value(value));
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* --- the families --- */

/* Of what there is one sample each; the objects lie as they do in the status document. */
enum level {
	OF_GATEWAY,
	OF_VRF,
	OF_PROXY,
	OF_INTERFACE,
	OF_CHECK,
};

struct family {
	const char *name, *type, *unit, *help;
	enum level level;
	const char *key; /* the value's */
};

/* A counter's samples are named NAME_total; a name ends with its unit. */
static const struct family families[] = {
	{ "vrfgate_uptime_seconds", "gauge", "seconds", "Since the supervisor was started.",
		OF_GATEWAY, "uptime_s" },
	{ "vrfgate_config_generation", "gauge", NULL, "How often the config was read.", OF_GATEWAY,
		"config_generation" },
	{ "vrfgate_vrf_state_age_seconds", "gauge", "seconds", "In the present state.", OF_VRF,
		"since_s" },
	{ "vrfgate_check_ok", "gauge", NULL, "1 where a check is good.", OF_CHECK, "ok" },
	{ "vrfgate_proxy_restarts", "counter", NULL, "Restarts of a proxy.", OF_PROXY, "restarts" },
	{ "vrfgate_proxy_uptime_seconds", "gauge", "seconds", "Since a proxy was started.",
		OF_PROXY, "uptime_s" },
	{ "vrfgate_proxy_server_seen_seconds", "gauge", "seconds",
		"Since the Zabbix server last heard of a proxy.", OF_PROXY, "server_seen_s" },
	{ "vrfgate_proxy_backlog_values", "gauge", "values",
		"Values in a proxy's database that the server does not have yet.", OF_PROXY,
		"backlog" },
	{ "vrfgate_proxy_required_values_per_second", "gauge", NULL,
		"Values a second that a proxy's items ask for.", OF_PROXY, "required_vps" },
	{ "vrfgate_proxy_busy_percent", "gauge", "percent",
		"Of the last minute, how much the busiest kind of a proxy's processes had to do.",
		OF_PROXY, "busy_percent" },
	{ "vrfgate_proxy_memory_bytes", "gauge", "bytes", "Memory of a proxy's process tree.",
		OF_PROXY, "rss_bytes" },
	{ "vrfgate_interface_up", "gauge", NULL, "1 where an interface is set up.", OF_INTERFACE,
		"up" },
	{ "vrfgate_interface_carrier", "gauge", NULL, "1 where an interface has carrier.",
		OF_INTERFACE, "carrier" },
	{ "vrfgate_interface_receive_bytes", "counter", "bytes", "Received by an interface.",
		OF_INTERFACE, "rx_bytes" },
	{ "vrfgate_interface_transmit_bytes", "counter", "bytes", "Sent by an interface.",
		OF_INTERFACE, "tx_bytes" },
	{ "vrfgate_interface_receive_errors", "counter", NULL, "Receive errors of an interface.",
		OF_INTERFACE, "rx_errors" },
	{ "vrfgate_interface_transmit_errors", "counter", NULL, "Transmit errors of an interface.",
		OF_INTERFACE, "tx_errors" },
};

static void family_begin(FILE *out, const struct family *family)
{
	fprintf(out, "# TYPE %s %s\n", family->name, family->type);
	if (family->unit)
		fprintf(out, "# UNIT %s %s\n", family->name, family->unit);
	fprintf(out, "# HELP %s %s\n", family->name, family->help);
}

/* vrf is NULL for the gateway's; label and its value for what a VRF has several of. */
static void sample_print(FILE *out, const struct family *family, const json_t *object,
	const json_t *vrf, const char *label)
{
	const json_t *value = json_object_get(object, family->key);

	if (!value || json_is_null(value))
		return;
	fprintf(out, "%s%s", family->name, strcmp(family->type, "counter") == 0 ? "_total" : "");
	if (vrf) {
		fputc('{', out);
		label_print(out, "vrf", text_of(vrf, "name"));
		if (label) {
			fputc(',', out);
			label_print(out, label, text_of(object, "name"));
		}
		fputc('}', out);
	}
	value_print(out, value);
}

static void samples_print(FILE *out, const struct family *family, const json_t *vrf,
	const char *list, const char *label)
{
	size_t i;
	json_t *object;

	json_array_foreach (json_object_get(vrf, list), i, object)
		sample_print(out, family, object, vrf, label);
}

static void vrf_print(FILE *out, const struct family *family, const json_t *vrf)
{
	switch (family->level) {
	case OF_GATEWAY:
		break;
	case OF_VRF:
		sample_print(out, family, vrf, vrf, NULL);
		break;
	case OF_PROXY:
		sample_print(out, family, json_object_get(vrf, "proxy"), vrf, NULL);
		break;
	case OF_INTERFACE:
		samples_print(out, family, vrf, "interfaces", "interface");
		break;
	case OF_CHECK:
		samples_print(out, family, vrf, "checks", "check");
		break;
	}
}

/* --- what has a form of its own --- */

static void info_print(FILE *out, const json_t *gateway)
{
	fputs("# TYPE vrfgate_build info\n# HELP vrfgate_build The version of vrfgate.\n"
	      "vrfgate_build_info{",
		out);
	label_print(out, "version", text_of(gateway, "version"));
	fputc(',', out);
	label_print(out, "gateway", text_of(gateway, "name"));
	fputs("} 1\n", out);
}

/* A state set: a sample for each state that there is, 1 for the one it is. */
static void states_print(FILE *out, const char *name, const char *help, const char *const states[],
	const json_t *objects, bool labelled)
{
	size_t i;
	json_t *object;

	fprintf(out, "# TYPE %s stateset\n# HELP %s %s\n", name, name, help);
	json_array_foreach (objects, i, object)
		for (size_t s = 0; states[s]; s++) {
			fprintf(out, "%s{", name);
			if (labelled) {
				label_print(out, "vrf", text_of(object, "name"));
				fputc(',', out);
			}
			label_print(out, name, states[s]);
			fprintf(out, "} %d\n", strcmp(states[s], text_of(object, "state")) == 0);
		}
}

void metrics_text_print(const json_t *status, FILE *out)
{
	static const char *const gateway_states[] = { "healthy", "degraded", "down", NULL };
	static const char *const zabbix_states[] = { "ok", "unreachable", "denied", "off", NULL };
	static const char *const vrf_states[] = { "disabled", "wiring", "starting", "healthy",
		"degraded", "backoff", "failed", "stopping", NULL };
	json_t *gateway = json_object_get(status, "gateway");
	json_t *vrfs = json_object_get(status, "vrfs"), *vrf;
	json_t *alone = json_pack("[O]", gateway);
	json_t *zabbix = json_pack("[O]", json_object_get(gateway, "zabbix"));
	size_t i;

	info_print(out, gateway);
	states_print(out, "vrfgate_state", "Of the gateway.", gateway_states, alone, false);
	states_print(
		out, "vrfgate_zabbix_state", "Of the Zabbix API.", zabbix_states, zabbix, false);
	states_print(out, "vrfgate_vrf_state", "Of a VRF.", vrf_states, vrfs, true);
	for (size_t f = 0; f < sizeof(families) / sizeof(families[0]); f++) {
		family_begin(out, &families[f]);
		if (families[f].level == OF_GATEWAY)
			sample_print(out, &families[f], gateway, NULL, NULL);
		json_array_foreach (vrfs, i, vrf)
			vrf_print(out, &families[f], vrf);
	}
	fputs("# EOF\n", out);
	json_decref(alone);
	json_decref(zabbix);
}
