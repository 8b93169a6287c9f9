// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the Zabbix server should know, as plain data: made from the config and the secrets, so that
 * the reporter needs neither files nor rights.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "config/model.h"

/* What a host's agent and its proxy encrypt by. */
struct reporter_key {
	const char *identity; /* borrowed from the config */
	char *psk;            /* hex; a secret; NULL: none */
	char *fault;          /* why it could not be read, or NULL */
};

struct reporter_proxy {
	char *vrf;
	char *name; /* in Zabbix, from the pattern proxy_name */
	bool passive;
	char *allowed; /* active: addresses that the server takes it from, by commas; NULL: the operator's */
	char *address; /* passive: where the server reaches it; NULL: where this machine comes to the server from */
	uint16_t port;
	struct strings uplink; /* its own addresses there */
	char *group;           /* Zabbix proxy group; NULL: none */
	char *local_address;   /* in a group: where the customer's agents reach it */
	char *psk_identity;    /* NULL: no PSK */
	char *psk;             /* hex; a secret */
	bool key_due;          /* Zabbix may have another one: the next sync writes it again */
	const struct config_host *hosts; /* borrowed from the config */
	size_t n_hosts;
	struct reporter_key *keys;               /* one for each host; NULL: none of them has any */
	const struct config_discover *discovers; /* borrowed likewise */
	size_t n_discovers;
	struct address *own_addresses; /* of the gateway in the VRF */
	size_t n_own_addresses;
};

/* A VRF of the config that this gateway does not run: it was released, or another gateway has it. */
struct reporter_given_up {
	char *vrf;
	bool released;                   /* by an order */
	bool at_rest;                    /* no proxy of it runs any more */
	const struct config_host *hosts; /* borrowed from the config */
	size_t n_hosts;
	char *name; /* of the proxy that it would have */
};

struct reporter_inventory {
	const struct config *config; /* borrowed */
	char *gateway_id;            /* 32 hex digits, in the mark of all that we make */
	char *token;                 /* secrets read from their files, or NULL */
	char *password;
	struct reporter_proxy *proxies;
	size_t n_proxies;
	struct reporter_given_up *given_up;
	size_t n_given_up;
	struct strings
		removed; /* VRFs that went from the config on purpose: prune may delete what they have */
	struct strings adopted; /* names of hosts and proxies to be taken over, whoever made them */
	bool adopts_all;        /* whatever the config names */
	struct strings
		takes; /* VRFs to be taken over from gateways that are gone (reporter/handover.h) */
	bool takes_all;
	unsigned watch_s;    /* so long it is watched whether such a gateway is not gone */
	bool leaving;        /* all that the gateway has is read, whatever the config says now */
	char *template_text; /* our own template, for a Zabbix that lacks it; NULL: not found */
};

void reporter_proxy_finish(struct reporter_proxy *proxy);
void reporter_inventory_finish(struct reporter_inventory *inventory);

/* Reads token_file or password_file into the inventory; the message names file and config key. */
int reporter_inventory_read_secrets(struct reporter_inventory *inventory, struct error *err);

/* Reads our own template from the bundled data; where it cannot be read, there is none. */
void reporter_inventory_read_template(struct reporter_inventory *inventory);

/* What zabbix_api_create() wants to know; borrows from the inventory. */
struct zabbix_login;
void reporter_inventory_login(
	const struct reporter_inventory *inventory, struct zabbix_login *login);

/* Reads the keys of the proxy's hosts from their files; what cannot be read is told by the next sync. */
void reporter_inventory_read_keys(struct reporter_proxy *proxy);
