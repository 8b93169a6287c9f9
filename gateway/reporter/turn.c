// SPDX-License-Identifier: GPL-2.0-or-later
/* The lock between those who write to Zabbix. */
#include "reporter/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"

int reporter_turn_open(const struct config_gateway *gateway, int *fd, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/zabbix.lock", gateway->state_dir);
	int r = file_make_own_dir(gateway->state_dir, err);

	if (r < 0)
		return r;
	*fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return *fd < 0 ? error_set_errno(err, errno, "cannot open '%s'", path) : 0;
}

int reporter_turn_take(int fd, struct error *err)
{
	return file_lock(fd, "zabbix.lock", err);
}

void reporter_turn_end(int fd)
{
	flock(fd, LOCK_UN);
}
