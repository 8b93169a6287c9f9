// SPDX-License-Identifier: GPL-2.0-or-later
#include "../config/loaded.h"
#include "../scratch.h"

#include <unistd.h>

#include "vrf/resolv_conf.h"

static int write_for(const char *directory, const char *text, char **written)
{
	struct loaded loaded = scratch_config(directory, text);
	struct error err = ERROR_INIT;
	struct vrf_paths paths;
	int r;

	vrf_paths_init(&paths, &loaded.config->gateway, loaded.config->vrfs[0].name);
	r = resolv_conf_write(&loaded.config->vrfs[0], &paths, &err);
	*written = scratch_read(paths.run_dir, "resolv.conf");
	vrf_paths_finish(&paths);
	loaded_finish(&loaded);
	return r;
}

static void name_servers_are_written_one_a_line(void **state)
{
	cleanup_free char *written = NULL;

	assert_int_equal(write_for(*state, "namespace n { dns = { \"10.0.0.53\", \"fd00::53\" } }",
				 &written),
		0);
	assert_string_equal(written, "nameserver 10.0.0.53\nnameserver fd00::53\n");
}

static void without_name_servers_nothing_is_written(void **state)
{
	cleanup_free char *written = NULL;

	assert_int_equal(write_for(*state, "namespace n { }", &written), 0);
	assert_null(written);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(name_servers_are_written_one_a_line),
		in_scratch(without_name_servers_nothing_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
