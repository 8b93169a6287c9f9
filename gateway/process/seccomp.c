// SPDX-License-Identifier: GPL-2.0-or-later
/* A filter of system calls for who reads and moves databases. */
#include "process/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCH       AUDIT_ARCH_X86_64
#define FOREIGN_NR 0x40000000 /* x32 has the same arch, and this bit */
#elif defined(__aarch64__)
#define ARCH       AUDIT_ARCH_AARCH64
#define FOREIGN_NR UINT32_MAX
#else
#error "no filter of system calls is known for this architecture: expected x86_64 or aarch64"
#endif

static const uint32_t allowed[] = {
	/* files */
	__NR_openat,
	__NR_close,
	__NR_read,
	__NR_readv,
	__NR_pread64,
	__NR_write,
	__NR_writev,
	__NR_pwrite64,
	__NR_lseek,
	__NR_fcntl,
	__NR_fsync,
	__NR_fdatasync,
	__NR_ftruncate,
	__NR_fallocate,
	__NR_fchmod, /* SQLite gives a journal the mode of its database */
	__NR_fstat,
	__NR_newfstatat,
	__NR_statx,
	__NR_statfs,
	__NR_fstatfs,
	__NR_faccessat,
	__NR_faccessat2,
	__NR_readlinkat,
	__NR_getcwd,
	__NR_unlinkat,
	__NR_renameat2,
	/* memory */
	__NR_brk,
	__NR_mmap,
	__NR_munmap,
	__NR_mremap,
	__NR_mprotect,
	__NR_madvise,
	__NR_futex,
	__NR_sched_yield,
	__NR_getrandom,
	/* who it is, and when */
	__NR_getpid,
	__NR_getuid,
	__NR_geteuid,
	__NR_getgid,
	__NR_getegid,
	__NR_clock_gettime,
	__NR_gettimeofday,
	__NR_clock_nanosleep,
	__NR_nanosleep,
	/* signals and the end */
	__NR_restart_syscall,
	__NR_rt_sigaction,
	__NR_rt_sigprocmask,
	__NR_rt_sigreturn,
	__NR_exit,
	__NR_exit_group,
#ifdef __x86_64__
	/* The same by their former names, which aarch64 never had. */
	__NR_open,
	__NR_stat,
	__NR_lstat,
	__NR_access,
	__NR_readlink,
	__NR_unlink,
	__NR_time,
#endif
};

#define N_ALLOWED (sizeof(allowed) / sizeof(*allowed))

#define LOAD(field)             BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(verdict)         BPF_STMT(BPF_RET | BPF_K, verdict)
#define SKIP_UNLESS_EQUAL(k)    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, 1)
#define SKIP_UNLESS_AT_LEAST(k) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, k, 0, 1)
#define SKIP_IF_EQUAL(k)        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 1, 0)

/*
 * ENOSYS, as of a kernel that has no such call: a C library with newer calls than these falls back to what
 * is allowed, and what does not work then is an error of the reading, by which no database is moved. By
 * EPERM it would not fall back, and the error would look like one of the file's own rights; killed, it would
 * say nothing at all. The sanitizers' reports get by with these calls, though not their symbolizer.
 */
#define REFUSED (SECCOMP_RET_ERRNO | ENOSYS)

int process_seccomp_set(void)
{
	struct sock_filter filter[6 + 2 * N_ALLOWED + 1] = {
		LOAD(arch),
		SKIP_IF_EQUAL(ARCH),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
		SKIP_UNLESS_AT_LEAST(FOREIGN_NR),
		RETURN(SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { .filter = filter };
	struct sock_filter *next = filter + 6;

	for (size_t i = 0; i < N_ALLOWED; i++) {
		*next++ = (struct sock_filter)SKIP_UNLESS_EQUAL(allowed[i]);
		*next++ = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	}
	*next++ = (struct sock_filter)RETURN(REFUSED);
	program.len = (unsigned short)(next - filter);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 ? -errno : 0;
}
