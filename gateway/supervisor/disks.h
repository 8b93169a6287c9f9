// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Room on the file systems of state_dir, log_dir and run_dir: a warning before they are full. A helper process reads
 * them four times a minute; one that does not answer, such as that of a lost NFS server, holds up nobody else.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/strings.h"

struct supervisor;
struct disks;

/* As statvfs(3) tells it to who is not root. */
struct disk_room {
	uint64_t device; /* st_dev */
	uint64_t size_bytes, free_bytes;
	uint64_t inodes, free_inodes; /* 0 inodes: it has no fixed number of them */
};

enum disk_lack {
	DISK_LACKS_NOTHING,
	DISK_LACKS_SPACE,  /* less than 5 % and 1 GiB, or less than 20 % and 100 MiB, is free */
	DISK_LACKS_INODES, /* less than 5 % and 10000 are free */
};

/* lacked: it did so before. Then it does until a quarter more than that is free. */
enum disk_lack disk_lack_find(const struct disk_room *room, bool lacked);

struct disks *disks_create(struct supervisor *supervisor);
void disks_destroy(struct disks *disks);

/* Appends a sentence for each file system that is nearly full or does not answer. Also for NULL: none is known. */
void disks_list_warnings(const struct disks *disks, struct strings *warnings);
