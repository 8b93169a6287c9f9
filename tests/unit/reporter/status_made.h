// SPDX-License-Identifier: GPL-2.0-or-later
/* A status document: acme is well, bravo's proxy has died, charlie is disabled. */
#pragma once

#include "zabbix/json.h"

static const char status_made_text[] =
	"{\"schema\": 1, \"gateway\": {\"name\": \"gw1\", \"version\": \"0.1.0\", \"uptime_s\": 61,"
	" \"config_generation\": 2, \"state\": \"down\", \"zabbix\": {\"state\": \"ok\"}}, \"vrfs\": ["
	"{\"name\": \"acme\", \"state\": \"healthy\", \"reason\": null, \"since_s\": 4000,"
	" \"repairs\": 3, \"interfaces\": [{\"name\": \"eth0.10\", \"carrier\": true,"
	" \"rx_bytes\": 10, \"tx_bytes\": 20, \"rx_errors\": 0, \"tx_errors\": 1}],"
	" \"uplink\": {\"up\": true}, \"proxy\": {\"uptime_s\": 55, \"restarts\": 1,"
	" \"server_seen_s\": 2, \"backlog\": 7, \"required_vps\": 0.25, \"rss_bytes\": null},"
	" \"checks\": [{\"name\": \"netns\", \"ok\": true}, {\"name\": \"server\", \"ok\": false}]},"
	"{\"name\": \"bravo\", \"state\": \"backoff\", \"reason\": \"exited with 1\", \"since_s\": 5,"
	" \"interfaces\": [], \"uplink\": null, \"proxy\": {\"restarts\": 4, \"backlog\": 5},"
	" \"checks\": []},"
	"{\"name\": \"charlie\", \"state\": \"disabled\", \"interfaces\": [], \"checks\": []}]}";

static inline json_t *status_made(void)
{
	return json_loads(status_made_text, 0, NULL);
}
