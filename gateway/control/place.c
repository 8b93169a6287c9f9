// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a supervisor answers. */
#include "control/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "control/protocol.h"

int control_address_init(struct sockaddr_un *address, const char *run_dir, struct error *err)
{
	address->sun_family = AF_UNIX;
	if (snprintf(address->sun_path, sizeof(address->sun_path), "%s/%s", run_dir,
		    CONTROL_SOCKET_NAME) < (int)sizeof(address->sun_path))
		return 0;
	return error_set(err, ENAMETOOLONG, "run_dir '%s' is too long for a socket", run_dir);
}

pid_t control_find(const char *run_dir)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = { 0 };
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);

	if (fd < 0 || control_address_init(&address, run_dir, NULL) < 0 ||
		connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return 0;
	return peer.pid;
}

/* NULL: none is noted, or the same. */
static char *former_read(const char *state_dir, const char *run_dir, char **path)
{
	char *former;

	*path = xasprintf("%s/run_dir", state_dir);
	if (file_read_line_untrusted(*path, &former, NULL) < 0)
		return NULL;
	if (strcmp(former, run_dir) != 0)
		return former;
	free(former);
	return NULL;
}

char *control_find_elsewhere(const char *state_dir, const char *run_dir, pid_t *pid)
{
	cleanup_free char *path = NULL, *former = former_read(state_dir, run_dir, &path);

	*pid = former ? control_find(former) : 0;
	return *pid > 0 ? steal_ptr(&former) : NULL;
}

int control_place_note(const char *state_dir, const char *run_dir, char **former, struct error *err)
{
	const struct file_owner owner = { 0644, (uid_t)-1, (gid_t)-1 };
	cleanup_free char *path = NULL, *found = former_read(state_dir, run_dir, &path),
			  *line = NULL;
	pid_t pid = found ? control_find(found) : 0;
	int r;

	*former = NULL;
	if (pid > 0)
		return error_set(err, EBUSY,
			"a supervisor of state_dir '%s' runs already, with run_dir '%s' (pid %d)",
			state_dir, found, pid);
	line = xasprintf("%s\n", run_dir);
	r = file_write_if_changed(path, line, strlen(line), &owner, NULL, err);
	*former = steal_ptr(&found);
	return r;
}
