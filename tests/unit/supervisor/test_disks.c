// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include "supervisor/disks.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static enum disk_lack lack(uint64_t free_bytes, uint64_t size_bytes, bool lacked)
{
	return disk_lack_find(
		&(struct disk_room){ .size_bytes = size_bytes, .free_bytes = free_bytes }, lacked);
}

static enum disk_lack inodes(uint64_t free_inodes, uint64_t count, bool lacked)
{
	return disk_lack_find(&(struct disk_room){ .size_bytes = 100 * GIB,
				      .free_bytes = 50 * GIB,
				      .inodes = count,
				      .free_inodes = free_inodes },
		lacked);
}

static void a_large_disk_lacks_space_below_five_percent_and_a_gibibyte(void **state)
{
	(void)state;
	assert_int_equal(lack(500 * MIB, 10 * GIB, false), DISK_LACKS_SPACE);
	assert_int_equal(lack(520 * MIB, 10 * GIB, false), DISK_LACKS_NOTHING);
	assert_int_equal(lack(2 * GIB, 100 * GIB, false), DISK_LACKS_NOTHING);
	assert_int_equal(lack(1023 * MIB, 100 * GIB, false), DISK_LACKS_SPACE);
	assert_int_equal(lack(0, 100 * GIB, false), DISK_LACKS_SPACE);
}

/* /run of a small machine is smaller than 100 MiB as a whole. */
static void a_small_disk_lacks_space_below_a_hundred_mebibytes_and_a_fifth(void **state)
{
	(void)state;
	assert_int_equal(lack(90 * MIB, GIB, false), DISK_LACKS_SPACE);
	assert_int_equal(lack(110 * MIB, GIB, false), DISK_LACKS_NOTHING);
	assert_int_equal(lack(50 * MIB, 51 * MIB, false), DISK_LACKS_NOTHING);
	assert_int_equal(lack(10 * MIB, 51 * MIB, false), DISK_LACKS_SPACE);
}

static void what_lacked_space_has_it_again_with_a_quarter_more(void **state)
{
	(void)state;
	assert_int_equal(lack(520 * MIB, 10 * GIB, true), DISK_LACKS_SPACE);
	assert_int_equal(lack(630 * MIB, 10 * GIB, true), DISK_LACKS_SPACE);
	assert_int_equal(lack(650 * MIB, 10 * GIB, true), DISK_LACKS_NOTHING);
}

static void few_inodes_are_a_lack_where_their_number_is_fixed(void **state)
{
	(void)state;
	assert_int_equal(inodes(100, 65536, false), DISK_LACKS_INODES);
	assert_int_equal(inodes(10001, 1000000, false), DISK_LACKS_NOTHING);
	assert_int_equal(inodes(3500, 65536, false), DISK_LACKS_NOTHING);
	assert_int_equal(inodes(3500, 65536, true), DISK_LACKS_INODES);
	assert_int_equal(inodes(0, 0, false), DISK_LACKS_NOTHING);
}

static void of_one_that_cannot_be_read_nothing_is_said(void **state)
{
	(void)state;
	assert_int_equal(disk_lack_find(&(struct disk_room){ 0 }, false), DISK_LACKS_NOTHING);
	disks_list_warnings(NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_large_disk_lacks_space_below_five_percent_and_a_gibibyte),
		cmocka_unit_test(a_small_disk_lacks_space_below_a_hundred_mebibytes_and_a_fifth),
		cmocka_unit_test(what_lacked_space_has_it_again_with_a_quarter_more),
		cmocka_unit_test(few_inodes_are_a_lack_where_their_number_is_fixed),
		cmocka_unit_test(of_one_that_cannot_be_read_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
