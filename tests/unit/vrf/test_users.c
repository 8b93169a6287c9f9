// SPDX-License-Identifier: GPL-2.0-or-later
#include "../scratch.h"

#include <pwd.h>

#include "vrf/users.h"

/* The users of a config, of which a failure is told; the caller frees them. */
static uid_t *assign(const char *directory, const char *text, bool save, struct error *err)
{
	struct loaded loaded = scratch_config(directory, text);
	uid_t *users = NULL;

	(void)users_assign(loaded.config, save, &users, err);
	loaded_finish(&loaded);
	return users;
}

static void every_vrf_has_a_user_of_its_own(void **state)
{
	struct error err = ERROR_INIT;
	cleanup_free uid_t *users = assign(
		*state, "vrf a { }\nvrf b { }\nvrf c { proxy { user = nobody } }", false, &err);

	assert_non_null(users);
	assert_true(users[0] >= 1879113728 && users[0] <= 1879179263);
	assert_true(users[1] >= 1879113728 && users[1] <= 1879179263);
	assert_int_not_equal(users[0], users[1]);
	assert_int_equal(users[2], 0);
}

/* Neither the order of the config nor who has gone moves one. */
static void a_user_never_moves_to_another_vrf(void **state)
{
	struct error err = ERROR_INIT;
	cleanup_free uid_t *first = assign(*state, "vrf a { }\nvrf b { }", true, &err);
	cleanup_free uid_t *second = assign(*state, "vrf c { }\nvrf b { }", true, &err);
	cleanup_free uid_t *third = assign(*state, "vrf c { }\nvrf b { }\nvrf a { }", true, &err);

	assert_int_equal(second[1], first[1]);
	assert_int_not_equal(second[0], first[0]);
	assert_int_equal(third[0], second[0]);
	assert_int_equal(third[2], first[0]);
}

static void without_save_nothing_is_written(void **state)
{
	struct error err = ERROR_INIT;
	cleanup_free uid_t *users = assign(*state, "vrf a { }", false, &err);
	cleanup_free char *text = scratch_read(*state, "state/users.json");

	assert_non_null(users);
	assert_null(text);
}

/* Root and nobody are users of every machine. */
static void users_of_the_machine_are_not_given_away(void **state)
{
	const struct passwd *nobody = getpwnam("nobody");
	cleanup_free char *text = xasprintf("vrf a { }\n");
	struct loaded loaded = scratch_config(*state, text);
	uid_t *users = NULL;
	struct error err = ERROR_INIT;

	loaded.config->gateway.user_range.first = nobody->pw_uid;
	loaded.config->gateway.user_range.last = nobody->pw_uid;
	assert_int_equal(users_assign(loaded.config, false, &users, &err), -ENOSPC);
	assert_string_equal(err.text, "gateway: user_range has no user left for vrf 'a'");
	loaded_finish(&loaded);
}

static void a_damaged_file_is_told_and_nothing_guessed(void **state)
{
	static const char *const damaged[] = { "", "{ \"schema\": 1 }",
		"{ \"schema\": 1, \"users\": { \"a\": 0 } }",
		"{ \"schema\": 1, \"users\": { \"a\": 7, \"b\": 7 } }" };
	cleanup_free char *directory = xasprintf("%s/state", (const char *)*state);

	assert_int_equal(mkdir(directory, 0755), 0);
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		struct error err = ERROR_INIT;

		scratch_write(*state, "state/users.json", damaged[i]);
		assert_null(assign(*state, "vrf a { }", true, &err));
		assert_non_null(strstr(err.text, "users.json' is damaged"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch_as_root(every_vrf_has_a_user_of_its_own),
		in_scratch_as_root(a_user_never_moves_to_another_vrf),
		in_scratch_as_root(without_save_nothing_is_written),
		in_scratch_as_root(users_of_the_machine_are_not_given_away),
		in_scratch_as_root(a_damaged_file_is_told_and_nothing_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
