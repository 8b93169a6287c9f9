// SPDX-License-Identifier: GPL-2.0-or-later
/* VRFs that are not run here, as state_dir has them, in a config and by what the reporter says. */
#include "../scratch.h"

#include "supervisor/handover.h"

#define CONFIG                                                                     \
	"zabbix { server = \"192.0.2.1\" }\n"                                      \
	"vrf acme { interface eth0.1 { } }\n vrf bravo { interface eth0.2 { } }\n" \
	"vrf charlie { interface eth0.3 { } }\n vrf delta { enabled = false interface eth0.4 { } }"
#define SAVED                                                                     \
	"{\"schema\":1,\"released\":[\"acme\",\"delta\",\"gone\"],\"elsewhere\":" \
	"{\"bravo\":\"gateway 'gw2' (id 01234567)\"}}"

static struct config_vrf *vrf_of(struct loaded *loaded, const char *name)
{
	return (struct config_vrf *)config_find_vrf(loaded->config, name);
}

static void make_state_dir(const char *directory)
{
	cleanup_free char *path = xasprintf("%s/state", directory);

	assert_int_equal(mkdir(path, 0700), 0);
}

static void what_is_given_up_is_as_disabled_with_the_reason(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);

	make_state_dir(*state);
	scratch_write(*state, "state/handover.json", SAVED);
	assert_int_equal(handover_apply_file(loaded.config, NULL, NULL), 0);
	assert_false(vrf_of(&loaded, "acme")->enabled);
	assert_true(vrf_of(&loaded, "acme")->released && vrf_of(&loaded, "acme")->rests);
	assert_string_equal(vrf_of(&loaded, "acme")->given_up, "released");
	assert_false(vrf_of(&loaded, "bravo")->enabled || vrf_of(&loaded, "bravo")->released);
	assert_string_equal(vrf_of(&loaded, "bravo")->given_up,
		"on gateway 'gw2' (id 01234567); 'vrfgate release bravo' there hands it over");
	assert_true(vrf_of(&loaded, "charlie")->enabled);
	assert_null(vrf_of(&loaded, "charlie")->given_up);
	assert_null(vrf_of(&loaded, "delta")->given_up);
}

static void one_that_is_to_be_taken_is_not_elsewhere_for_the_command(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	char *names[] = { (char *)"acme", (char *)"bravo" };

	make_state_dir(*state);
	scratch_write(*state, "state/handover.json", SAVED);
	assert_int_equal(
		handover_apply_file(loaded.config, &(struct strings){ names, 2 }, NULL), 0);
	assert_true(vrf_of(&loaded, "bravo")->enabled);
	assert_true(vrf_of(&loaded, "acme")->released);
}

static void applied_again_it_says_what_is_so_now(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	cleanup(handover_finish) struct handover handover;

	make_state_dir(*state);
	scratch_write(*state, "state/handover.json", SAVED);
	assert_int_equal(handover_read(&loaded.config->gateway, &handover, NULL), 0);
	handover_apply(&handover, loaded.config);
	json_object_del(handover.elsewhere, "bravo");
	json_object_set_new(handover.elsewhere, "acme", json_string("gateway 'gw2' (id 1)"));
	handover_apply(&handover, loaded.config);
	assert_true(vrf_of(&loaded, "bravo")->enabled);
	assert_false(vrf_of(&loaded, "delta")->enabled);
	assert_string_equal(
		vrf_of(&loaded, "acme")->given_up, "released; gateway 'gw2' (id 1) has it now");
}

static void without_a_file_nothing_is_given_up_and_a_damaged_one_is_told(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	struct error err = ERROR_INIT;

	assert_int_equal(handover_apply_file(loaded.config, NULL, &err), 0);
	assert_int_equal(err.code, 0);
	assert_true(vrf_of(&loaded, "acme")->enabled);
	make_state_dir(*state);
	scratch_write(*state, "state/handover.json", "{\"released\":4");
	assert_int_equal(handover_apply_file(loaded.config, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "handover.json' is damaged"));
	assert_true(vrf_of(&loaded, "acme")->enabled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(what_is_given_up_is_as_disabled_with_the_reason),
		in_scratch(one_that_is_to_be_taken_is_not_elsewhere_for_the_command),
		in_scratch(applied_again_it_says_what_is_so_now),
		in_scratch(without_a_file_nothing_is_given_up_and_a_damaged_one_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
