// SPDX-License-Identifier: GPL-2.0-or-later
/* What is known of duplicate addresses, and when who is asked. */
#include "../config/loaded.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "vrf/vrf.h"

#define START 1000000
#define CONFIG                                                          \
	"namespace acme { interface cust { kind = macvlan parent = p0 " \
	"address = { \"10.0.0.2/30\", \"fd00:1::2/64\" } %s } }\n"

static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x99 };

struct scene {
	struct loaded loaded;
	struct vrf vrf;
	struct net_link_address addresses[2];
	struct net_link_state link;
};

static void scene_begin(struct scene *scene, const char *words)
{
	char text[256];

	memset(scene, 0, sizeof(*scene));
	snprintf(text, sizeof(text), CONFIG, words);
	scene->loaded = loaded_text(text);
	assert_no_faults(&scene->loaded);
	scene->vrf.config = &scene->loaded.config->vrfs[0];
	for (size_t i = 0; i < 2; i++)
		scene->addresses[i].address = scene->vrf.config->interfaces[0].addresses[i];
	scene->link = (struct net_link_state){ .ifindex = 7,
		.name = "cust",
		.up = true,
		.carrier = true,
		.ethernet = true,
		.addresses = scene->addresses,
		.n_addresses = 2 };
	scene->vrf.kernel =
		(struct net_netns_state){ .exists = true, .links = &scene->link, .n_links = 1 };
}

static void scene_end(struct scene *scene)
{
	conflicts_finish(&scene->vrf.conflicts);
	loaded_finish(&scene->loaded);
}

static struct conflict *of_family(struct scene *scene, int family)
{
	for (size_t i = 0; i < scene->vrf.conflicts.count; i++)
		if (scene->vrf.conflicts.items[i].address.family == family)
			return &scene->vrf.conflicts.items[i];
	return NULL;
}

static void see_ipv6(struct scene *scene, enum net_address_standing standing, uint64_t now_ms)
{
	scene->addresses[1].standing = standing;
	conflicts_note_kernel(&scene->vrf.conflicts, scene->vrf.config, &scene->vrf.kernel, now_ms);
}

static bool describe(struct scene *scene, size_t address, char text[CONFLICT_TEXT_SIZE])
{
	return conflicts_describe(
		&scene->vrf.conflicts, "cust", &scene->addresses[address].address, text);
}

static void a_link_that_comes_up_is_probed_three_times_then_once_a_minute(void **state)
{
	struct scene scene;
	struct conflict *conflict;
	uint64_t now_ms = START;

	(void)state;
	scene_begin(&scene, "");
	scene.link.carrier = false;
	conflicts_note_kernel(&scene.vrf.conflicts, scene.vrf.config, &scene.vrf.kernel, now_ms);
	assert_true(conflict_due_ms(of_family(&scene, AF_INET)) == UINT64_MAX);
	scene.link.carrier = true;
	conflicts_note_kernel(&scene.vrf.conflicts, scene.vrf.config, &scene.vrf.kernel, now_ms);
	conflict = of_family(&scene, AF_INET);
	assert_in_range(conflict_due_ms(conflict), now_ms, now_ms + 1000);
	for (int i = 0; i < 2; i++) {
		assert_false(conflict_note_answer(conflict, NULL, now_ms));
		assert_in_range(conflict_due_ms(conflict), now_ms + 1000, now_ms + 1000);
	}
	assert_false(conflict_note_answer(conflict, NULL, now_ms));
	assert_in_range(conflict_due_ms(conflict), now_ms + 45000, now_ms + 75000);
	/* Comparisons come and go. */
	conflicts_note_kernel(
		&scene.vrf.conflicts, scene.vrf.config, &scene.vrf.kernel, now_ms + 5);
	conflict = of_family(&scene, AF_INET);
	assert_in_range(conflict_due_ms(conflict), now_ms + 45000, now_ms + 75000);
	scene.link.carrier = false;
	conflicts_note_kernel(&scene.vrf.conflicts, scene.vrf.config, &scene.vrf.kernel, now_ms);
	scene.link.carrier = true;
	conflicts_note_kernel(&scene.vrf.conflicts, scene.vrf.config, &scene.vrf.kernel, now_ms);
	assert_in_range(conflict_due_ms(of_family(&scene, AF_INET)), now_ms, now_ms + 1000);
	scene_end(&scene);
}

static void an_answer_is_a_conflict_until_three_probes_had_none(void **state)
{
	struct scene scene;
	struct conflict *conflict;
	char text[CONFLICT_TEXT_SIZE];

	(void)state;
	scene_begin(&scene, "");
	conflicts_note_kernel(&scene.vrf.conflicts, scene.vrf.config, &scene.vrf.kernel, START);
	conflict = of_family(&scene, AF_INET);
	assert_false(describe(&scene, 0, text));
	assert_true(conflict_note_answer(conflict, mac, START));
	assert_true(describe(&scene, 0, text));
	assert_string_equal(
		text, "10.0.0.2/30 on 'cust' is in use by 02:00:00:00:00:99 (duplicate address)");
	assert_in_range(conflict_due_ms(conflict), START + 3000, START + 7000);
	assert_false(conflict_note_answer(conflict, mac, START));
	assert_false(conflict_note_answer(conflict, NULL, START));
	assert_false(conflict_note_answer(conflict, NULL, START));
	/* One answer among them, and it begins again. */
	assert_false(conflict_note_answer(conflict, mac, START));
	assert_false(conflict_note_answer(conflict, NULL, START));
	assert_false(conflict_note_answer(conflict, NULL, START));
	assert_true(describe(&scene, 0, text));
	assert_true(conflict_note_answer(conflict, NULL, START));
	assert_false(describe(&scene, 0, text));
	scene_end(&scene);
}

static void a_vrf_of_this_gateway_is_named(void **state)
{
	struct config_vrf config = { 0 };
	struct vrf bravo = { .name = (char *)"bravo", .config = &config },
		   old = { .name = (char *)"old" };
	struct scene scene;
	struct conflict *conflict;
	char text[CONFLICT_TEXT_SIZE];

	(void)state;
	scene_begin(&scene, "");
	conflicts_note_kernel(&scene.vrf.conflicts, scene.vrf.config, &scene.vrf.kernel, START);
	conflict = of_family(&scene, AF_INET);
	/* Nobody has answered. */
	assert_false(conflict_note_owner(conflict, bravo.name, false));
	assert_true(conflict_note_answer(conflict, mac, START));
	assert_true(conflict_note_owner(conflict, bravo.name, false));
	assert_false(conflict_note_owner(conflict, bravo.name, false));
	assert_true(describe(&scene, 0, text));
	assert_string_equal(text,
		"10.0.0.2/30 on 'cust' is in use by VRF 'bravo' of this gateway (duplicate address)");
	assert_true(conflict_note_owner(conflict, old.name, true));
	assert_true(describe(&scene, 0, text));
	assert_string_equal(text,
		"10.0.0.2/30 on 'cust' is in use by VRF 'old' of this gateway, which is not in the config any more (duplicate address)");
	assert_true(conflict_note_owner(conflict, NULL, false));
	assert_true(describe(&scene, 0, text));
	assert_non_null(strstr(text, "02:00:00:00:00:99"));
	scene_end(&scene);
}

static void where_that_is_off_nobody_is_asked(void **state)
{
	struct scene scene;
	char text[CONFLICT_TEXT_SIZE];

	(void)state;
	scene_begin(&scene, "conflict_detection = off");
	conflicts_note_kernel(&scene.vrf.conflicts, scene.vrf.config, &scene.vrf.kernel, START);
	assert_null(of_family(&scene, AF_INET));
	see_ipv6(&scene, NET_ADDRESS_DUPLICATE, START);
	assert_int_equal(of_family(&scene, AF_INET6)->probe_ms, 0);
	/* The kernel's own word counts. */
	assert_true(describe(&scene, 1, text));
	scene_end(&scene);
}

static void only_links_that_use_arp_are_probed(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, "");
	scene.link.ethernet = false;
	conflicts_note_kernel(&scene.vrf.conflicts, scene.vrf.config, &scene.vrf.kernel, START);
	assert_true(conflict_due_ms(of_family(&scene, AF_INET)) == UINT64_MAX);
	scene_end(&scene);
}

static void a_duplicate_is_tried_again_with_growing_pauses(void **state)
{
	static const unsigned int pauses_s[] = { 2, 4, 8, 16, 32, 60, 60 };
	struct scene scene;
	uint64_t now_ms = START;
	char text[CONFLICT_TEXT_SIZE];

	(void)state;
	scene_begin(&scene, "");
	for (size_t i = 0; i < sizeof(pauses_s) / sizeof(*pauses_s); i++) {
		uint64_t due_ms;

		see_ipv6(&scene, NET_ADDRESS_DUPLICATE, now_ms);
		assert_int_equal(
			conflicts_take_retry(&scene.vrf.conflicts, now_ms), NET_RETRY_NONE);
		due_ms = of_family(&scene, AF_INET6)->retry_ms;
		assert_in_range(due_ms, now_ms + pauses_s[i] * 800, now_ms + pauses_s[i] * 1200);
		now_ms = due_ms;
		assert_int_equal(
			conflicts_take_retry(&scene.vrf.conflicts, now_ms), NET_RETRY_DUPLICATES);
		/* Meanwhile it is no better. */
		see_ipv6(&scene, NET_ADDRESS_TENTATIVE, now_ms);
		assert_true(describe(&scene, 1, text));
	}
	assert_string_equal(
		text, "fd00:1::2/64 on 'cust' is in use by another host (duplicate address)");
	assert_true(conflict_note_answer(of_family(&scene, AF_INET6), mac, now_ms));
	assert_true(describe(&scene, 1, text));
	assert_non_null(strstr(text, "02:00:00:00:00:99"));
	see_ipv6(&scene, NET_ADDRESS_USABLE, now_ms);
	assert_false(describe(&scene, 1, text));
	see_ipv6(&scene, NET_ADDRESS_DUPLICATE, now_ms);
	assert_in_range(of_family(&scene, AF_INET6)->retry_ms, now_ms, now_ms + 2400);
	scene_end(&scene);
}

static void tentative_for_long_counts_as_missing(void **state)
{
	struct scene scene;
	struct conflict *conflict;
	char text[CONFLICT_TEXT_SIZE];

	(void)state;
	scene_begin(&scene, "");
	scene.link.carrier = false;
	see_ipv6(&scene, NET_ADDRESS_TENTATIVE, START);
	assert_false(conflict_note_time(of_family(&scene, AF_INET6), START + 60000));
	scene.link.carrier = true;
	see_ipv6(&scene, NET_ADDRESS_TENTATIVE, START);
	conflict = of_family(&scene, AF_INET6);
	assert_false(conflict_note_time(conflict, START + 5000));
	assert_false(describe(&scene, 1, text));
	assert_true(conflict_note_time(conflict, START + 16000));
	assert_true(describe(&scene, 1, text));
	assert_non_null(strstr(text, "fd00:1::2/64 on 'cust' is tentative"));
	assert_int_equal(
		conflicts_take_retry(&scene.vrf.conflicts, START + 20000), NET_RETRY_TENTATIVE);
	see_ipv6(&scene, NET_ADDRESS_USABLE, START + 20000);
	assert_false(describe(&scene, 1, text));
	scene_end(&scene);
}

/* Its entry was set by hand, so that the kernel asks no more. */
static void a_gateway_that_is_set_is_asked_for_as_long_as_the_config_has_it(void **state)
{
	static const uint8_t other[6] = { 2, 0, 0, 0, 0, 0x77 };
	struct config_interface *interface;
	const struct address *gateway;
	char text[CONFLICT_TEXT_SIZE];
	struct conflict *conflict;
	struct scene scene;

	(void)state;
	scene_begin(&scene, "gateway = \"10.0.0.1\"");
	interface = &scene.loaded.config->vrfs[0].interfaces[0];
	gateway = &interface->gateways[0];
	assert_true(conflicts_note_set(&scene.vrf.conflicts, "cust", gateway, mac, START));
	assert_false(conflicts_note_set(&scene.vrf.conflicts, "cust", gateway, mac, START));
	conflicts_note_kernel(&scene.vrf.conflicts, scene.vrf.config, &scene.vrf.kernel, START);
	conflict = conflicts_find(&scene.vrf.conflicts, true, "cust", gateway);
	assert_true(conflict_due_ms(conflict) == START);
	assert_false(conflict_note_answer(conflict, mac, START));
	assert_false(conflicts_describe_set(&scene.vrf.conflicts, "cust", gateway, text));
	assert_in_range(conflict_due_ms(conflict), START + 45000, START + 75000);
	(void)conflict_note_answer(conflict, other, START);
	assert_true(conflicts_describe_set(&scene.vrf.conflicts, "cust", gateway, text));
	assert_string_equal(text, "and 02:00:00:00:00:77 answers for it");
	(void)conflict_note_answer(conflict, mac, START);
	for (int i = 0; i < 3; i++) {
		assert_false(conflicts_describe_set(&scene.vrf.conflicts, "cust", gateway, text));
		(void)conflict_note_answer(conflict, NULL, START);
	}
	assert_true(conflicts_describe_set(&scene.vrf.conflicts, "cust", gateway, text));
	assert_string_equal(text, "and does not answer ARP");
	/* Another entry is another question; with none there is none. */
	assert_true(conflicts_note_set(&scene.vrf.conflicts, "cust", gateway, other, START));
	assert_false(conflicts_describe_set(&scene.vrf.conflicts, "cust", gateway, text));
	assert_false(conflicts_note_set(&scene.vrf.conflicts, "cust", gateway, NULL, START));
	assert_null(conflicts_find(&scene.vrf.conflicts, true, "cust", gateway));
	(void)conflicts_note_set(&scene.vrf.conflicts, "cust", gateway, mac, START);
	interface->n_gateways = 0;
	conflicts_note_kernel(&scene.vrf.conflicts, scene.vrf.config, &scene.vrf.kernel, START);
	assert_null(conflicts_find(&scene.vrf.conflicts, true, "cust", gateway));
	interface->n_gateways = 1;
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_that_comes_up_is_probed_three_times_then_once_a_minute),
		cmocka_unit_test(an_answer_is_a_conflict_until_three_probes_had_none),
		cmocka_unit_test(a_vrf_of_this_gateway_is_named),
		cmocka_unit_test(where_that_is_off_nobody_is_asked),
		cmocka_unit_test(only_links_that_use_arp_are_probed),
		cmocka_unit_test(a_duplicate_is_tried_again_with_growing_pauses),
		cmocka_unit_test(tentative_for_long_counts_as_missing),
		cmocka_unit_test(a_gateway_that_is_set_is_asked_for_as_long_as_the_config_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
