// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/address.h"

static struct address parsed(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(&address, text), 0);
	return address;
}

static void what_is_read_is_written_alike(void **state)
{
	static const char *const texts[] = { "10.0.0.2/30", "0.0.0.0/0", "255.255.255.255/32",
		"fd5a:b1c0:de00::1/126", "::/0", "::1/128" };
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct address address = parsed(texts[i]);

		assert_string_equal(address_format(&address, true, text), texts[i]);
	}
}

static void without_a_length_it_is_one_host(void **state)
{
	(void)state;
	assert_int_equal(parsed("10.0.0.1").prefix_length, 32);
	assert_int_equal(parsed("fd00::1").prefix_length, 128);
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const texts[] = { "", "/", "10.0.0.300/30", "10.0.0.1/33", "10.0.0.1/",
		"10.0.0.1/-1", "10.0.0.1/3x", "10.0.0.1/0030", "fd00::1/129", "10.0.0", "eth0",
		"10.0.0.1 /30", "fd00::1%eth0",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	struct address address = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(address_parse(&address, texts[i]), -EINVAL);
	assert_int_equal(address.family, AF_UNSPEC);
}

static void a_mask_has_the_bits_of_the_network(void **state)
{
	static const uint8_t expected[] = { 0xff, 0xf0, 0, 0 };
	struct address network = parsed("172.16.0.0/12");

	(void)state;
	for (size_t i = 0; i < sizeof(expected); i++)
		assert_int_equal(address_network_mask(&network, i), expected[i]);
}

static void host_bits_are_told_from_networks(void **state)
{
	struct address host = parsed("10.0.0.2/30"), network = parsed("10.0.0.0/30");

	(void)state;
	assert_true(address_has_host_bits(&host));
	assert_false(address_has_host_bits(&network));
	host = parsed("10.0.0.128/25");
	assert_false(address_has_host_bits(&host));
	host = parsed("fd00::1/127");
	assert_true(address_has_host_bits(&host));
}

static void networks_hold_their_hosts(void **state)
{
	struct address network = parsed("10.1.0.0/20"), inside = parsed("10.1.15.255"),
		       outside = parsed("10.1.16.0"), other = parsed("fd00::1");

	(void)state;
	assert_true(address_in_network(&network, &inside));
	assert_false(address_in_network(&network, &outside));
	assert_false(address_in_network(&network, &other));
}

static void a_network_ends_at_its_last_address(void **state)
{
	struct address network = parsed("10.1.0.0/20"), other = parsed("fd00::/112"), last;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	address_network_last(&network, &last);
	assert_string_equal(address_format(&last, true, text), "10.1.15.255/32");
	address_network_last(&other, &last);
	assert_string_equal(address_format(&last, true, text), "fd00::ffff/128");
}

static void a_range_holds_both_its_ends(void **state)
{
	struct address first = parsed("10.0.0.250"), last = parsed("10.0.1.2");
	struct address within = parsed("10.0.1.0"), before = parsed("10.0.0.249"),
		       behind = parsed("10.0.1.3"), other = parsed("fd00::1");

	(void)state;
	assert_true(address_in_range(&first, &last, &first));
	assert_true(address_in_range(&first, &last, &last));
	assert_true(address_in_range(&first, &last, &within));
	assert_false(address_in_range(&first, &last, &before));
	assert_false(address_in_range(&first, &last, &behind));
	assert_false(address_in_range(&first, &last, &other));
}

static void addition_carries_and_stays_inside(void **state)
{
	struct address network = parsed("fd00::/64"), sum;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_int_equal(address_add(&network, 0x1ffff, &sum), 0);
	assert_string_equal(address_format(&sum, true, text), "fd00::1:ffff/64");
	network = parsed("fd00::/126");
	assert_int_equal(address_add(&network, 3, &sum), 0);
	assert_int_equal(address_add(&network, 4, &sum), -ERANGE);
	network = parsed("10.0.0.0/24");
	assert_int_equal(address_add(&network, 256, &sum), -ERANGE);
	network = parsed("0.0.0.0/0");
	assert_int_equal(address_add(&network, 1ULL << 32, &sum), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_written_alike),
		cmocka_unit_test(without_a_length_it_is_one_host),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(a_mask_has_the_bits_of_the_network),
		cmocka_unit_test(host_bits_are_told_from_networks),
		cmocka_unit_test(networks_hold_their_hosts),
		cmocka_unit_test(a_network_ends_at_its_last_address),
		cmocka_unit_test(a_range_holds_both_its_ends),
		cmocka_unit_test(addition_carries_and_stays_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
