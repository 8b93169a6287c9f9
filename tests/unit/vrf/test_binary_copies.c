// SPDX-License-Identifier: GPL-2.0-or-later
#include "../scratch.h"

#include <sys/stat.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "vrf/binary_copies.h"

#define WAIT_MS 60000

struct place {
	sd_event *event;
	struct binary_copies *copies;
	char *binary;
};

static void place_begin(struct place *place, const char *directory)
{
	place->binary = xasprintf("%s/zabbix_proxy", directory);
	assert_true(sd_event_new(&place->event) >= 0);
	place->copies = binary_copies_create(place->event, directory);
}

static void place_end(struct place *place)
{
	binary_copies_destroy(place->copies);
	sd_event_unref(place->event);
	free(place->binary);
}

#define cleanup_place cleanup(place_end)

static void copy_await(struct place *place, const char *path, const char *wanted)
{
	uint64_t until_ms = clock_now_ms() + WAIT_MS;

	for (;;) {
		cleanup_free char *text = NULL;
		size_t size;

		if (file_read(path, 1 << 16, &text, &size, NULL) == 0 && strcmp(text, wanted) == 0)
			return;
		assert_true(clock_now_ms() < until_ms);
		assert_true(sd_event_run(place->event, 100000) >= 0);
	}
}

static void a_binary_outlives_its_package(void **state)
{
	cleanup_place struct place place;
	cleanup_free char *copy = xasprintf("%s/binaries/zabbix_proxy-6.0", (char *)*state);
	cleanup_free char *found = NULL, *none = NULL;
	struct stat file;

	place_begin(&place, *state);
	scratch_write(*state, "zabbix_proxy", "six");
	assert_null(binary_copies_find(place.copies, 600));
	binary_copies_keep(place.copies, place.binary, 600);
	binary_copies_keep(place.copies, place.binary, 600);
	copy_await(&place, copy, "six");
	unlink(place.binary);
	found = binary_copies_find(place.copies, 600);
	assert_string_equal(found, copy);
	assert_int_equal(stat(copy, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0755);
	none = binary_copies_find(place.copies, 700);
	assert_null(none);
}

static void another_file_of_the_same_version_takes_its_place(void **state)
{
	cleanup_place struct place place;
	cleanup_free char *six = xasprintf("%s/binaries/zabbix_proxy-6.0", (char *)*state);
	cleanup_free char *seven = xasprintf("%s/binaries/zabbix_proxy-7.0", (char *)*state);

	place_begin(&place, *state);
	scratch_write(*state, "zabbix_proxy", "six");
	binary_copies_keep(place.copies, place.binary, 600);
	copy_await(&place, six, "six");
	scratch_write(*state, "zabbix_proxy", "six again");
	binary_copies_keep(place.copies, place.binary, 600);
	copy_await(&place, six, "six again");
	scratch_write(*state, "zabbix_proxy", "seven");
	binary_copies_keep(place.copies, place.binary, 700);
	copy_await(&place, seven, "seven");
	copy_await(&place, six, "six again");
}

static void what_changes_while_it_is_asked_for_is_not_copied(void **state)
{
	cleanup_place struct place place;
	cleanup_free char *six = xasprintf("%s/binaries/zabbix_proxy-6.0", (char *)*state);
	cleanup_free char *seven = xasprintf("%s/binaries/zabbix_proxy-7.0", (char *)*state);
	cleanup_free char *other = xasprintf("%s/other", (char *)*state);

	place_begin(&place, *state);
	scratch_write(*state, "zabbix_proxy", "seven");
	scratch_write(*state, "other", "six");
	binary_copies_keep(place.copies, place.binary, 700);
	/* It waits for the first one. */
	binary_copies_keep(place.copies, other, 600);
	scratch_write(*state, "other", "something else");
	copy_await(&place, seven, "seven");
	scratch_write(*state, "other2", "last");
	free(place.binary);
	place.binary = xasprintf("%s/other2", (char *)*state);
	binary_copies_keep(place.copies, place.binary, 704);
	free(steal_ptr(&seven));
	seven = xasprintf("%s/binaries/zabbix_proxy-7.4", (char *)*state);
	copy_await(&place, seven, "last");
	assert_int_equal(access(six, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(a_binary_outlives_its_package),
		in_scratch(another_file_of_the_same_version_takes_its_place),
		in_scratch(what_changes_while_it_is_asked_for_is_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
