// SPDX-License-Identifier: GPL-2.0-or-later
/* An inventory of two VRFs with a host each at the same address, and a client of a fake API. */
#pragma once

#include "../zabbix/fake_zabbix.h"
#include "reporter/inventory.h"
#include "reporter/sync.h"

/* The gateway's. */
#define MADE_ID "0123456789abcdef0123456789abcdef"

struct made {
	struct config config;
	struct config_vrf vrfs[2];
	struct config_host hosts[2];
	struct reporter_proxy proxies[2];
	struct reporter_inventory inventory;
};

static inline void made_init(struct made *made, const char *url)
{
	static char *templates[] = { (char *)"ICMP Ping", (char *)"Generic by SNMP" };
	static char *uplink[] = { (char *)"fd5a:b1c0:de00::6", (char *)"198.18.0.6" };

	*made = (struct made){ 0 };
	for (size_t i = 0; i < 2; i++)
		made->hosts[i] = (struct config_host){
			.agent = { .port = 10050 },
			.snmp = { .port = 161,
				.version = 2,
				.community = (char *)"{$SNMP_COMMUNITY}" },
		};
	made->vrfs[0].name = (char *)"acme";
	made->vrfs[1].name = (char *)"bravo";
	made->config.vrfs = made->vrfs;
	made->config.n_vrfs = 2;
	made->config.gateway.name = (char *)"gw1";
	made->config.zabbix = (struct config_zabbix){
		.url = (char *)url,
		.token_file = (char *)"",
		.user = (char *)"Admin",
		.password_file = (char *)"",
		.ca_file = (char *)"",
		.server = (char *)"",
		.proxy_name = (char *)"{gateway}-{vrf}",
		.host_group = (char *)"VRF gateways",
	};
	for (size_t i = 0; i < 2; i++) {
		made->hosts[i].name = i ? (char *)"ce-bravo" : (char *)"ce-acme";
		address_parse(&made->hosts[i].address, "10.0.0.1");
		made->hosts[i].templates = (struct strings){ templates, 2 };
		made->proxies[i] = (struct reporter_proxy){
			.vrf = i ? (char *)"bravo" : (char *)"acme",
			.name = i ? (char *)"gw1-bravo" : (char *)"gw1-acme",
			.passive = i == 1,
			.address = (char *)"fd5a:b1c0:de00::6",
			.port = 10051,
			.uplink = { uplink, 2 },
			.psk_identity = i ? NULL : (char *)"id-1",
			.psk = i ? NULL : (char *)"00112233445566778899aabbccddeeff",
			.hosts = &made->hosts[i],
			.n_hosts = 1,
		};
	}
	made->inventory = (struct reporter_inventory){
		.config = &made->config,
		.gateway_id = (char *)MADE_ID,
		.password = (char *)"secret-word",
		.template_text = (char *)"zabbix_export: templates",
		.proxies = made->proxies,
		.n_proxies = 2,
	};
}
