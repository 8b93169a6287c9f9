// SPDX-License-Identifier: GPL-2.0-or-later
/* What a proxy's port answers: a frame, and the stats in it. */
#include "zabbix/frame.h"
#include "zabbix/stats.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct zabbix_stats stats;
	uint64_t late;
	const char *payload;
	size_t payload_size;

	if (zabbix_frame_parse((const char *)data, size, &payload, &payload_size, &err) == 1)
		(void)zabbix_stats_parse(payload, payload_size, &stats, &err);
	/* Headers are rarely guessed. */
	(void)zabbix_stats_parse((const char *)data, size, &stats, &err);
	(void)zabbix_late_parse((const char *)data, size, &late, &err);
	return 0;
}
