// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <string.h>

#include "vrf/paths.h"

static const struct config_gateway gateway = {
	.name = (char *)"gw1",
	.state_dir = (char *)"/S",
	.run_dir = (char *)"/R",
	.log_dir = (char *)"/L",
};

static void each_file_lies_in_the_directory_of_its_kind(void **state)
{
	struct vrf_paths paths;

	(void)state;
	vrf_paths_init(&paths, &gateway, "acme");
	assert_string_equal(paths.run_dir, "/R/vrfs/acme");
	assert_string_equal(paths.lock, "/R/vrfs/acme/lock");
	assert_string_equal(paths.files_lock, "/R/vrfs/acme/files.lock");
	assert_string_equal(paths.conf, "/R/vrfs/acme/zabbix_proxy.conf");
	assert_string_equal(paths.resolv_conf, "/R/vrfs/acme/resolv.conf");
	assert_string_equal(paths.socket_dir, "/R/vrfs/acme/sockets");
	assert_string_equal(paths.tmp_dir, "/R/vrfs/acme/tmp");
	assert_string_equal(paths.state_dir, "/S/vrfs/acme");
	assert_string_equal(paths.database, "/S/vrfs/acme/proxy.db");
	assert_string_equal(paths.psk, "/S/vrfs/acme/psk");
	assert_string_equal(paths.psk_identity, "/S/vrfs/acme/psk.identity");
	assert_string_equal(paths.log_dir, "/L/acme");
	assert_string_equal(paths.log, "/L/acme/zabbix_proxy.log");
	vrf_paths_finish(&paths);
	assert_null(paths.log);
}

static void no_path_of_one_vrf_is_a_path_of_another(void **state)
{
	struct vrf_paths a, b;
	char **one = (char **)&a, **other = (char **)&b;

	(void)state;
	vrf_paths_init(&a, &gateway, "a");
	vrf_paths_init(&b, &gateway, "b");
	for (size_t i = 0; i < offsetof(struct vrf_paths, uid) / sizeof(char *); i++)
		for (size_t j = 0; j < offsetof(struct vrf_paths, uid) / sizeof(char *); j++)
			assert_string_not_equal(one[i], other[j]);
	vrf_paths_finish(&a);
	vrf_paths_finish(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_file_lies_in_the_directory_of_its_kind),
		cmocka_unit_test(no_path_of_one_vrf_is_a_path_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
