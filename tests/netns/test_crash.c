// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program itself, killed at random moments of `up` and `down` of twenty VRFs of mixed kinds: the
 * next `up` ends as if nothing had been, with no link, name, mark, route, namespace, mount or file
 * more. SEED=N repeats a run, as far as time can be repeated; CRASHES=N makes it shorter or longer.
 */
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>

#include "snapshot.h"
#include "fleet.h"
#include "net/mark.h"

#define cleanup_strings cleanup(strings_finish)

static char program[PATH_MAX], config_path[PATH_MAX], dir[] = "/tmp/vrfgate-crash-XXXXXX";
static struct strings *files; /* being collected: nftw() hands nothing through */

/* ---- the program ---- */

/* It is built beside the tests: BUILD/vrfgate and BUILD/tests/netns/test_crash. */
static void find_program(void)
{
	ssize_t size = readlink("/proc/self/exe", program, sizeof(program) - 1);

	assert_true(size > 0);
	for (int up = 0; up < 3; up++)
		dirname(program);
	strcat(program, "/vrfgate");
	assert_int_equal(access(program, X_OK), 0);
}

static pid_t begin(const char *command)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid != 0)
		return pid;
	dup2(STDERR_FILENO, STDOUT_FILENO);
	if (strcmp(command, "plan") != 0 && !freopen("/dev/null", "w", stdout))
		_exit(127);
	execl(program, "vrfgate", command, "-c", config_path, NULL);
	_exit(127);
}

/* Exit status; a signal is 128 and its number. */
static int end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void run(const char *command)
{
	int status = end(begin(command));

	if (status != 0)
		fail_msg("vrfgate %s exits with %d", command, status);
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void wait_until_us(uint64_t moment_us)
{
	struct timespec until = { (time_t)(moment_us / 1000000),
		(long)(moment_us % 1000000) * 1000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* The first thing it makes or deletes is a namespace's name. */
static int watch_names(void)
{
	int fd = inotify_init1(IN_CLOEXEC);

	assert_true(inotify_add_watch(fd, NETNS_DIR, IN_CREATE | IN_DELETE) >= 0);
	return fd;
}

static void wait_for_first_act(int watch)
{
	struct pollfd event = { .fd = watch, .events = POLLIN };

	assert_int_equal(poll(&event, 1, 10000), 1);
}

/* From its first act to its end. */
static uint64_t measure_acts_us(const char *command)
{
	cleanup_fd int watch = watch_names();
	pid_t pid = begin(command);
	uint64_t start_us;

	wait_for_first_act(watch);
	start_us = now_us();
	assert_int_equal(end(pid), 0);
	return now_us() - start_us;
}

/* ---- the world ---- */

static int collect_file(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	strings_addf(files, "file %s", path);
	return 0;
}

/* On the world's own directory; below it there are the host's, which come and go. */
static void look_at_mounts(struct strings *lines)
{
	cleanup_file FILE *f = fopen("/proc/self/mountinfo", "re");
	cleanup_strings struct strings mounts = { 0 };
	char line[1024], where[512];
	int id, parent, ours = -1;

	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%d %d %*s %*s %511s", &id, &parent, where) != 3)
			continue;
		if (parent == ours)
			strings_addf(&mounts, "mount %s", where);
		if (strcmp(where, NETNS_DIR) == 0) {
			ours = id;
			strings_finish(&mounts);
		}
	}
	for (size_t i = 0; i < mounts.count; i++)
		strings_add(lines, mounts.items[i]);
}

/* All there is: namespaces and what is in them, mounts, and files. */
static struct strings look(void)
{
	struct strings lines = snapshot_look_everywhere();

	look_at_mounts(&lines);
	files = &lines;
	assert_int_equal(nftw(dir, collect_file, 8, FTW_PHYS), 0);
	qsort(lines.items, lines.count, sizeof(*lines.items), snapshot_compare);
	return lines;
}

/* Links of a dying namespace have three seconds to go. */
static void assert_is(const struct strings *wanted, const char *when)
{
	uint64_t deadline_ms = clock_now_ms() + 3000;

	for (;;) {
		cleanup_strings struct strings seen = look();

		if (strings_equal(&seen, wanted))
			return;
		if (clock_now_ms() > deadline_ms) {
			cleanup_free char *lost = snapshot_lacking(wanted, &seen);
			cleanup_free char *leaked = snapshot_lacking(&seen, wanted);

			fail_msg("after %s; lost: %s; leaked: %s; lines: %zu, not %zu", when, lost,
				leaked, seen.count, wanted->count);
		}
	}
}

/* ---- crashes ---- */

struct crash {
	const char *command;
	uint64_t acts_us;                  /* how long it acts */
	const struct strings *start, *end; /* what is before and after */
	unsigned int count, hits;          /* all, and those in the middle of the work */
};

/* At any moment of its acts; one in eight before them, perhaps. */
static void wait_for_moment(const struct crash *crash, struct chance *chance, int watch)
{
	unsigned int acts_us = (unsigned int)crash->acts_us;

	if (chance_draw(chance, 8))
		wait_for_first_act(watch);
	wait_until_us(now_us() + chance_draw(chance, acts_us));
}

/* In the middle: it has not ended, something is done, and something is not. */
static void crash_once(struct crash *crash, struct chance *chance)
{
	cleanup_fd int watch = watch_names();
	pid_t pid = begin(crash->command);
	cleanup_strings struct strings seen = { 0 };
	int status;

	wait_for_moment(crash, chance, watch);
	kill(pid, SIGKILL);
	status = end(pid);
	if (status != 0 && status != 128 + SIGKILL)
		fail_msg("vrfgate %s exits with %d", crash->command, status);
	seen = look();
	crash->count++;
	crash->hits += status != 0 && !strings_equal(&seen, crash->start) &&
		!strings_equal(&seen, crash->end);
}

static void assert_up_repairs(const struct strings *up, const char *when)
{
	run("up");
	run("plan"); /* 2: there were changes */
	assert_is(up, when);
}

static void write_config(void)
{
	cleanup_free char *text = fleet_config(dir, fleet_kernel_has_vlan());
	cleanup_file FILE *f = NULL;

	snprintf(config_path, sizeof(config_path), "%s/fleet.conf", dir);
	f = fopen(config_path, "we");
	assert_non_null(f);
	fputs(text, f);
}

/* A crash that came too early or too late tells nothing. */
static bool is_good_share(const struct crash *crash)
{
	return crash->hits * 4 >= crash->count;
}

static void up_repairs_whatever_a_crash_left(void **state)
{
	struct chance chance = chance_begin();
	unsigned int count = fleet_number("CRASHES", getenv("VRFGATE_VM") ? 12 : 200);
	cleanup_strings struct strings down = { 0 }, up = { 0 };
	struct crash ups = { .command = "up", .start = &down, .end = &up };
	struct crash downs = { .command = "down", .start = &up, .end = &down };
	cleanup_free char *before = NULL;

	(void)state;
	find_program();
	assert_non_null(mkdtemp(dir));
	write_config();
	fleet_add_nics();
	before = world_dump();
	run("up");
	run("down"); /* what stays for good, such as the uplinks' numbers, is there now */
	down = look();
	run("up");
	up = look();
	downs.acts_us = measure_acts_us("down");
	assert_is(&down, "down");
	ups.acts_us = measure_acts_us("up");
	/* A small number may have bad luck: it goes on for a while. */
	for (unsigned int i = 0;
		i < count || (i < 5 * count && !(is_good_share(&ups) && is_good_share(&downs)));
		i += 2) {
		crash_once(&downs, &chance);
		assert_up_repairs(&up, "a crash of down");
		run("down");
		assert_is(&down, "down");
		crash_once(&ups, &chance);
		assert_up_repairs(&up, "a crash of up");
	}
	printf("# in the middle: %u of %u crashes of up (%u ms), %u of %u of down (%u ms)\n",
		ups.hits, ups.count, (unsigned int)(ups.acts_us / 1000), downs.hits, downs.count,
		(unsigned int)(downs.acts_us / 1000));
	/* How many hit is the machine's luck, which does other things at times. */
	assert_true(ups.hits > 0 && downs.hits > 0);
	run("down");
	world_assert_is(before);
	fleet_delete_nics();
	world_run("rm -r %s", dir);
}

/* Made, marked and named, and then nothing more. */
static void a_namespace_that_a_crash_left_bare_is_finished(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	char mark[NET_MARK_SIZE];

	(void)state;
	world_add_link(world_add_netns(&want, "acme", 0), "cust", NET_LINK_MACVLAN, "trunk0");
	nlops_add_netns("acme");
	net_mark_netns(mark, "acme", net_mark_owner(want.owner));
	assert_int_equal(nlops_altname("acme", RTM_NEWLINKPROP, "lo", mark), 0);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	world_down();
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_namespace_that_a_crash_left_bare_is_finished),
	cmocka_unit_test(up_repairs_whatever_a_crash_left),
};

world_main(tests)
