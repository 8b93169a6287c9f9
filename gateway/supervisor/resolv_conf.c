// SPDX-License-Identifier: GPL-2.0-or-later
/* The name servers of a VRF. */
#include "supervisor/resolv_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

static char *text_create(const struct strings *servers)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	for (size_t i = 0; i < servers->count; i++)
		fprintf(out, "nameserver %s\n", servers->items[i]);
	fclose(out);
	return text;
}

int resolv_conf_write(
	const struct config_vrf *vrf, const struct vrf_paths *paths, struct error *err)
{
	struct file_owner directory = { 0755, (uid_t)-1, (gid_t)-1 },
			  file = { 0644, (uid_t)-1, (gid_t)-1 };
	cleanup_free char *text = NULL;
	int r;

	if (vrf->dns.count == 0)
		return 0;
	r = file_make_dir(paths->run_dir, &directory, err);
	if (r < 0)
		return r;
	text = text_create(&vrf->dns);
	return file_write_volatile(paths->resolv_conf, text, strlen(text), &file, NULL, err);
}
