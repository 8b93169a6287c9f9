// SPDX-License-Identifier: GPL-2.0-or-later
/* Which system calls a process may still make, seccomp(2). */
#pragma once

/*
 * From here on this process may allocate memory, read the clock, sleep, exit, and read, write, create,
 * rename, delete and lock files: what SQLite needs for a database that exists. Every other call fails with
 * ENOSYS; one by another ABI of the machine ends the process with SIGSYS. It cannot be undone. Needs
 * no_new_privs. x86_64 and aarch64 only. 0 or a negative errno.
 */
int process_seccomp_set(void);
