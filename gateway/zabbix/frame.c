// SPDX-License-Identifier: GPL-2.0-or-later
/* The ZBXD frame around a JSON text. */
#include "zabbix/frame.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"

enum frame_flag {
	FRAME_FLAG_PROTOCOL = 0x01,
	FRAME_FLAG_COMPRESSED = 0x02,
	FRAME_FLAG_LARGE = 0x04,
};

static const char frame_magic[4] = { 'Z', 'B', 'X', 'D' };

char *zabbix_frame_create(const char *json, size_t *size)
{
	size_t length = strlen(json);
	char *frame = xcalloc(1, ZABBIX_FRAME_HEADER_SIZE + length + 1);
	uint32_t length_le = htole32((uint32_t)length);

	assert(length <= ZABBIX_FRAME_MAX);
	memcpy(frame, frame_magic, sizeof(frame_magic));
	frame[4] = FRAME_FLAG_PROTOCOL;
	memcpy(frame + 5, &length_le, sizeof(length_le));
	memcpy(frame + ZABBIX_FRAME_HEADER_SIZE, json, length);
	*size = ZABBIX_FRAME_HEADER_SIZE + length;
	return frame;
}

static int flags_judge(uint8_t flags, struct error *err)
{
	if (flags & FRAME_FLAG_COMPRESSED)
		return error_set(err, EPROTO, "a compressed Zabbix frame, which was not asked for");
	if (flags & FRAME_FLAG_LARGE)
		return error_set(err, EMSGSIZE, "a Zabbix frame of the large kind");
	if (flags != FRAME_FLAG_PROTOCOL)
		return error_set(err, EPROTO, "a Zabbix frame with unknown flags 0x%02x", flags);
	return 0;
}

int zabbix_frame_parse(const char *data, size_t size, const char **payload, size_t *payload_size,
	struct error *err)
{
	size_t seen = size < sizeof(frame_magic) ? size : sizeof(frame_magic);
	uint32_t length;
	int r;

	/* Told from the first bytes on, so that a peer of another protocol is not waited for. */
	if (memcmp(data, frame_magic, seen) != 0)
		return error_set(err, EPROTO, "not the Zabbix protocol: no ZBXD at the start");
	if (size <= sizeof(frame_magic))
		return 0;
	r = flags_judge((uint8_t)data[4], err);
	if (r < 0)
		return r;
	if (size < ZABBIX_FRAME_HEADER_SIZE)
		return 0;
	memcpy(&length, data + 5, sizeof(length));
	length = le32toh(length);
	if (length > ZABBIX_FRAME_MAX)
		return error_set(err, EMSGSIZE, "a Zabbix frame of %u bytes, more than %u", length,
			(unsigned)ZABBIX_FRAME_MAX);
	if (size - ZABBIX_FRAME_HEADER_SIZE < length)
		return 0;
	if (size - ZABBIX_FRAME_HEADER_SIZE > length)
		return error_set(err, EPROTO, "bytes behind the end of a Zabbix frame");
	*payload = data + ZABBIX_FRAME_HEADER_SIZE;
	*payload_size = length;
	return 1;
}
