// SPDX-License-Identifier: GPL-2.0-or-later
#include "../scratch.h"

#include <systemd/sd-event.h>

#include "base/clock.h"
#include "vrf/proxy_binary.h"

static void real_programs_are_understood(void **state)
{
	static const struct {
		const char *output, *text;
		unsigned version;
	} cases[] = {
		{ "zabbix_proxy (Zabbix) 6.0.14\n"
		  "Revision 3f184b456c7 8 March 2023, compilation time: Apr  9 2023 11:10:01\n",
			"6.0.14", 600 },
		{ "zabbix_proxy (Zabbix) 7.0.0\n"
		  "Revision 49955f1fb5c 3 June 2024, compilation time: Jun  3 2024 12:00:00\n",
			"7.0.0", 700 },
		{ "zabbix_proxy (Zabbix) 7.4.0rc1\nRevision 1", "7.4.0rc1", 704 },
		{ "/opt/zabbix/sbin/zabbix_proxy (Zabbix) 6.4.9", "6.4.9", 604 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct proxy_binary binary;

		assert_int_equal(proxy_binary_parse(cases[i].output, &binary), 0);
		assert_string_equal(binary.text, cases[i].text);
		assert_int_equal(binary.version, cases[i].version);
	}
}

static void rubbish_is_no_version(void **state)
{
	static const char *const rubbish[] = { "", "6.0.14", "zabbix_proxy (Zabbix)",
		"zabbix_proxy (Zabbix) ", "zabbix_proxy (Zabbix) six", "zabbix_proxy (Zabbix) 6",
		"zabbix_proxy (Zabbix) .0", "GNU bash, version 5.2" };
	struct proxy_binary binary;

	(void)state;
	for (size_t i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++)
		assert_int_equal(proxy_binary_parse(rubbish[i], &binary), -EINVAL);
}

/* A script in the place of zabbix_proxy. */
static char *script_write(const char *directory, const char *text)
{
	struct file_owner owner = { 0755, (uid_t)-1, (gid_t)-1 };
	char *path = xasprintf("%s/zabbix_proxy", directory);
	cleanup_free char *script = xasprintf("#!/bin/sh\n%s\n", text);

	assert_int_equal(file_write(path, script, strlen(script), &owner, NULL), 0);
	return path;
}

/* A cache in a loop. */
struct scene {
	sd_event *event;
	struct proxy_binary_cache *cache;
	int answers;
};

static void on_answered(const char *path, void *data)
{
	(void)path;
	((struct scene *)data)->answers++;
}

static void scene_begin(struct scene *scene)
{
	*scene = (struct scene){ 0 };
	assert_true(sd_event_new(&scene->event) >= 0);
	scene->cache = proxy_binary_cache_create(scene->event, on_answered, scene);
}

static void scene_end(struct scene *scene)
{
	proxy_binary_cache_destroy(scene->cache);
	sd_event_unref(scene->event);
}

#define cleanup_scene cleanup(scene_end)

/* Runs the loop until it is known. */
static int scene_read(
	struct scene *scene, const char *path, struct proxy_binary *binary, struct error *err)
{
	int r;

	while ((r = proxy_binary_cache_read(scene->cache, path, binary, err)) == -EINPROGRESS) {
		error_clear(err);
		assert_true(sd_event_run(scene->event, 60000000) > 0);
	}
	return r;
}

static void a_binary_is_asked_once_for_as_long_as_it_stays_the_same(void **state)
{
	cleanup_scene struct scene scene;
	cleanup_free char *path = script_write(*state, "echo 'zabbix_proxy (Zabbix) 6.0.14'");
	cleanup_free char *again = NULL;
	struct error err = ERROR_INIT;
	struct proxy_binary binary;

	scene_begin(&scene);
	for (int i = 0; i < 3; i++) {
		if (scene_read(&scene, path, &binary, &err) < 0)
			fail_msg("%s", err.text);
		assert_string_equal(binary.text, "6.0.14");
	}
	assert_int_equal(scene.answers, 1);
	again = script_write(*state, "echo 'zabbix_proxy (Zabbix) 7.0.1'");
	assert_int_equal(scene_read(&scene, again, &binary, &err), 0);
	assert_int_equal(binary.version, 700);
	assert_int_equal(scene.answers, 2);
}

static void a_binary_that_is_gone_is_not_remembered(void **state)
{
	cleanup_scene struct scene scene;
	cleanup_free char *path = script_write(*state, "echo 'zabbix_proxy (Zabbix) 6.0.14'"),
			  *expected = NULL;
	struct error err = ERROR_INIT;
	struct proxy_binary binary;

	scene_begin(&scene);
	assert_int_equal(scene_read(&scene, path, &binary, &err), 0);
	unlink(path);
	assert_int_equal(scene_read(&scene, path, &binary, &err), -ENOENT);
	expected = xasprintf("proxy binary '%s': No such file or directory", path);
	assert_string_equal(err.text, expected);
}

static void a_program_that_is_not_zabbix_is_named_so(void **state)
{
	cleanup_scene struct scene scene;
	struct error err = ERROR_INIT;
	struct proxy_binary binary;

	(void)state;
	scene_begin(&scene);
	assert_int_equal(scene_read(&scene, "/bin/true", &binary, &err), -EINVAL);
	assert_string_equal(
		err.text, "proxy binary '/bin/true' does not tell a Zabbix version by -V");
	error_clear(&err);
	assert_int_equal(scene_read(&scene, "/etc/passwd", &binary, &err), -EACCES);
	assert_string_equal(
		err.text, "cannot execute proxy binary '/etc/passwd': Permission denied");
}

static void a_failure_is_remembered_too(void **state)
{
	cleanup_scene struct scene scene;
	cleanup_free char *path = script_write(*state, "echo unknown");
	struct error err = ERROR_INIT;
	struct proxy_binary binary;

	scene_begin(&scene);
	for (int i = 0; i < 5; i++) {
		error_clear(&err);
		assert_int_equal(scene_read(&scene, path, &binary, &err), -EINVAL);
	}
	assert_int_equal(scene.answers, 1);
}

/* Whether a process lives that was started with this word. */
static bool is_running(const char *word)
{
	cleanup_dir DIR *directory = opendir("/proc");
	struct dirent *entry;

	while ((entry = readdir(directory))) {
		cleanup_free char *path = xasprintf("/proc/%s/cmdline", entry->d_name);
		cleanup_free char *text = NULL;
		size_t size;

		if (strspn(entry->d_name, "0123456789") == strlen(entry->d_name) &&
			file_read(path, 1 << 20, &text, &size, NULL) == 0 &&
			memmem(text, size, word, strlen(word)))
			return true;
	}
	return false;
}

static void one_that_hangs_is_waited_for_by_nobody_and_ends_with_all_it_started(void **state)
{
	cleanup_scene struct scene scene;
	cleanup_free char *word = xasprintf("10000%d", getpid());
	cleanup_free char *text = xasprintf("sleep %s &\nwhile :; do sleep %s; done", word, word);
	cleanup_free char *path = script_write(*state, text);
	uint64_t began_ms = clock_now_ms();
	struct error err = ERROR_INIT;
	struct proxy_binary binary;

	scene_begin(&scene);
	assert_int_equal(proxy_binary_cache_read(scene.cache, path, &binary, &err), -EINPROGRESS);
	error_clear(&err);
	while (!is_running(word))
		assert_true(clock_now_ms() - began_ms < 60000);
	assert_int_equal(scene_read(&scene, path, &binary, &err), -ETIMEDOUT);
	assert_int_equal(scene.answers, 1);
	assert_false(is_running(word));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_programs_are_understood),
		cmocka_unit_test(rubbish_is_no_version),
		in_scratch_as_root(a_binary_is_asked_once_for_as_long_as_it_stays_the_same),
		in_scratch_as_root(a_binary_that_is_gone_is_not_remembered),
		in_scratch_as_root(a_program_that_is_not_zabbix_is_named_so),
		in_scratch_as_root(a_failure_is_remembered_too),
		in_scratch_as_root(
			one_that_hangs_is_waited_for_by_nobody_and_ends_with_all_it_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
