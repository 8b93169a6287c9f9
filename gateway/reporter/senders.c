// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may send the gateway's own figures: the list of allowed hosts of its items, so that a proxy that was taken
 * over cannot.
 *
 * The sender protocol (before 7.0) comes to the server from us. Of history.push 7.0.22 compares two addresses, and
 * both must be in the list: that of the client that the frontend sees, and that from which the frontend comes to
 * the server. The last we cannot see. It is taken to be the address by which we reach the frontend, or one of
 * loopback; where it is another, the config has to say it.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "reporter/plan.h"
#include "zabbix/http.h"
#include "zabbix/sender.h"

static void list_add(struct strings *list, const char *address)
{
	if (*address && !strings_contain(list, address))
		strings_add(list, address);
}

/* From which this machine reaches the nodes of the server. */
static void own_addresses(const struct config_zabbix *zabbix, struct strings *own)
{
	char address[sizeof(((struct reporter_plan *)0)->own_address)];

	for (size_t i = 0; i < zabbix->servers.count; i++) {
		zabbix_sender_address(zabbix->servers.items[i], zabbix->server_port, address);
		list_add(own, address);
	}
}

void reporter_plan_senders(struct reporter_plan *plan, const struct zabbix_api *api)
{
	const struct config_zabbix *zabbix = &plan->inventory->config->zabbix;
	cleanup(strings_finish) struct strings list = { 0 }, own = { 0 };
	struct zabbix_ends ends;

	if (plan->inventory->config->uplink.servers.count > 0 || !plan->words->history_push)
		own_addresses(zabbix, &own);
	if (own.count > 0)
		snprintf(plan->own_address, sizeof(plan->own_address), "%s", own.items[0]);
	if (zabbix->allowed_hosts.count > 0) {
		plan->senders = strings_join(&zabbix->allowed_hosts, ",");
		return;
	}
	list_add(&list, "127.0.0.1");
	list_add(&list, "::1");
	if (plan->words->history_push) {
		zabbix_api_ends(api, &ends);
		list_add(&list, ends.ours);
		list_add(&list, ends.theirs);
	}
	/* A frontend of this machine comes to the server from where we do. */
	if (!plan->words->history_push || strcmp(ends.ours, ends.theirs) == 0)
		for (size_t i = 0; i < own.count; i++)
			list_add(&list, own.items[i]);
	plan->senders = strings_join(&list, ",");
}
