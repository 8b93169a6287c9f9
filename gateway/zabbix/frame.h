// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The frame of Zabbix's own protocol: "ZBXD", flags 0x01, little-endian u32 length, u32 zero, JSON.
 * Source: Zabbix manual, "Header" in the appendix on protocols. Flags 0x02 (compressed) and 0x04
 * (large packet) are refused. Pure functions; the caller moves the bytes.
 */
#pragma once

#include <stddef.h>

#include "base/error.h"

#define ZABBIX_FRAME_HEADER_SIZE 13
#define ZABBIX_FRAME_MAX         (16 * 1024 * 1024)

/* Makes a frame around a text; the caller frees it, *size is its length. */
char *zabbix_frame_create(const char *json, size_t *size);

/*
 * Looks at what has arrived so far. Returns 1 and the payload inside data (not NUL-terminated) when
 * the frame is whole, 0 when more bytes are needed, -EPROTO or -EMSGSIZE when it is none we accept.
 */
int zabbix_frame_parse(const char *data, size_t size, const char **payload, size_t *payload_size,
	struct error *err);
