// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON-RPC 2.0 as text: the request for some calls, and what an answer says of each. Pure. */
#pragma once

#include "zabbix/api.h"

/* What zabbix_rpc_read() leaves in a call whose session is over; never seen outside the room. */
#define ZABBIX_RPC_SESSION_LOST EKEYEXPIRED

/* True for a call that has neither result nor error yet. */
bool zabbix_rpc_is_pending(const struct zabbix_call *call);

/*
 * The request for the pending calls: an object for a single one, an array for more. The id of each
 * is its index. `auth` goes into each where it is not NULL. The text holds secrets: the caller
 * frees it by secret_free().
 */
char *zabbix_rpc_request(const struct zabbix_call *calls, size_t count, const char *auth);

/*
 * Gives each pending call its result or error. Returns 0 when the answer has exactly one for each
 * of them, -EPROTO when it is no such JSON-RPC, or when the frontend itself has failed, -EFBIG when it
 * holds too much.
 */
int zabbix_rpc_read(
	const char *text, size_t size, struct zabbix_call *calls, size_t count, struct error *err);
