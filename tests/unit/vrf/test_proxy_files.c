// SPDX-License-Identifier: GPL-2.0-or-later
#include "../scratch.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/wait.h>

#include "vrf/proxy_files.h"

#define USER      "nobody"
#define CUT_SHORT 77
#define PROXY     "proxy { user = " USER " }\n"

/* A config in the scratch directory, and the paths of its first VRF. */
struct made {
	struct loaded loaded;
	const struct config_vrf *vrf;
	struct vrf_paths paths;
	int result;
	struct error err;
};

static struct made make(const char *directory, const char *text)
{
	struct made made = { .loaded = scratch_config(directory, text) };

	made.vrf = &made.loaded.config->vrfs[0];
	vrf_paths_init(&made.paths, &made.loaded.config->gateway, made.vrf->name);
	made.result = proxy_files_make(made.vrf, &made.paths, &made.err);
	return made;
}

static void made_finish(struct made *made)
{
	vrf_paths_finish(&made->paths);
	loaded_finish(&made->loaded);
}

#define cleanup_made cleanup(made_finish)

static void assert_made(const struct made *made)
{
	if (made->result < 0)
		fail_msg("%s", made->err.text);
}

static void assert_mode(const char *path, mode_t mode, const char *user)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	assert_int_equal(st.st_uid, getpwnam(user)->pw_uid);
	assert_int_equal(st.st_gid, getpwnam(user)->pw_gid);
}

static void directories_belong_to_the_proxys_user(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { }");

	assert_made(&made);
	assert_mode(made.paths.run_dir, 0755, "root");
	assert_mode(made.paths.state_dir, 0750, USER);
	assert_mode(made.paths.log_dir, 0750, USER);
	assert_mode(made.paths.socket_dir, 0755, "root");
	assert_mode(made.paths.tmp_dir, 0755, "root");
	assert_int_equal(access(made.paths.resolv_conf, F_OK), -1);
}

static void a_key_is_256_bits_for_the_proxys_user_alone(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { }");
	cleanup_free char *identity = NULL, *key = NULL;

	assert_made(&made);
	assert_int_equal(proxy_files_read_psk(made.vrf, &made.paths, &identity, &key, NULL), 0);
	assert_int_equal(strlen(key), 64);
	assert_int_equal(strspn(key, "0123456789abcdef"), 64);
	assert_mode(made.paths.psk, 0600, USER);
	assert_mode(made.paths.psk_identity, 0600, USER);
}

static void an_identity_names_no_customer(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { }");
	cleanup_free char *identity = NULL, *key = NULL;

	assert_made(&made);
	assert_int_equal(proxy_files_read_psk(made.vrf, &made.paths, &identity, &key, NULL), 0);
	assert_null(strstr(identity, "acme"));
	assert_memory_equal(identity, "vrfgate-", 8);
	assert_int_equal(strlen(identity), 8 + 16);
}

static void a_key_is_made_once(void **state)
{
	cleanup_made struct made first = make(*state, PROXY "vrf acme { }");
	cleanup_free char *identity = NULL, *key = NULL, *identity_again = NULL, *key_again = NULL;
	int r;

	assert_made(&first);
	assert_int_equal(proxy_files_read_psk(first.vrf, &first.paths, &identity, &key, NULL), 0);
	r = proxy_files_make(first.vrf, &first.paths, NULL);
	assert_int_equal(r, 0);
	r = proxy_files_read_psk(first.vrf, &first.paths, &identity_again, &key_again, NULL);
	assert_int_equal(r, 0);
	assert_string_equal(identity, identity_again);
	assert_string_equal(key, key_again);
}

static void two_vrfs_have_two_keys(void **state)
{
	cleanup_made struct made a = make(*state, PROXY "vrf a { }");
	cleanup_made struct made b = make(*state, PROXY "vrf b { }");
	cleanup_free char *identity_a = NULL, *key_a = NULL, *identity_b = NULL, *key_b = NULL;

	assert_made(&a);
	assert_made(&b);
	assert_int_equal(proxy_files_read_psk(a.vrf, &a.paths, &identity_a, &key_a, NULL), 0);
	assert_int_equal(proxy_files_read_psk(b.vrf, &b.paths, &identity_b, &key_b, NULL), 0);
	assert_string_not_equal(identity_a, identity_b);
	assert_string_not_equal(key_a, key_b);
}

static void a_new_key_takes_the_place_of_the_old(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { }");
	cleanup_free char *identity = NULL, *key = NULL, *old_key = NULL, *old_identity = NULL;
	cleanup_free char *identity_read = NULL, *key_read = NULL;

	assert_made(&made);
	assert_int_equal(
		proxy_files_read_psk(made.vrf, &made.paths, &old_identity, &old_key, NULL), 0);
	proxy_files_random_psk(&identity, &key);
	assert_string_not_equal(key, old_key);
	assert_string_not_equal(identity, old_identity);
	assert_int_equal(proxy_files_write_psk(made.vrf, &made.paths, identity, key, NULL), 0);
	assert_int_equal(
		proxy_files_read_psk(made.vrf, &made.paths, &identity_read, &key_read, NULL), 0);
	assert_string_equal(identity_read, identity);
	assert_string_equal(key_read, key);
	assert_mode(made.paths.psk, 0600, USER);
}

/* After so many more acts on files the process ends; below zero it lives. */
static int steps_left = -1;

static void step(void)
{
	if (steps_left >= 0 && steps_left-- == 0)
		_exit(CUT_SHORT);
}

/* In the place of libc's. */
int fsync(int fd)
{
	step();
	return fdatasync(fd);
}

int rename(const char *from, const char *to)
{
	step();
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlink(const char *path)
{
	step();
	return unlinkat(AT_FDCWD, path, 0);
}

/* A process changes the key and is killed on its way; true where it came to its end. */
static bool write_psk_for(int steps, const struct made *made, const char *identity, const char *key)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		steps_left = steps;
		_exit(proxy_files_write_psk(made->vrf, &made->paths, identity, key, NULL) < 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == CUT_SHORT);
	return WEXITSTATUS(status) == 0;
}

static void a_change_of_the_key_that_is_cut_short_leaves_a_key_with_its_identity(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { }");
	bool done = false;
	int steps = 0;

	assert_int_equal(proxy_files_write_psk(made.vrf, &made.paths, "identity", "key", NULL), 0);
	for (; !done; steps++) {
		cleanup_free char *new_identity = xasprintf("identity%d", steps);
		cleanup_free char *new_key = xasprintf("key%d", steps);
		cleanup_free char *identity = NULL, *key = NULL;

		done = write_psk_for(steps, &made, new_identity, new_key);
		assert_int_equal(
			proxy_files_read_psk(made.vrf, &made.paths, &identity, &key, NULL), 0);
		assert_string_equal(identity + strlen("identity"), key + strlen("key"));
		if (done)
			assert_string_equal(key, new_key);
	}
	assert_true(steps > 4);
}

static void without_psk_there_is_no_key(void **state)
{
	cleanup_made struct made made =
		make(*state, "proxy { user = " USER " psk = false }\nvrf acme { }");

	assert_made(&made);
	assert_int_equal(access(made.paths.psk, F_OK), -1);
}

/* The directory is the proxy's own, and what is read there goes into a file that all may read. */
static void a_link_in_the_place_of_a_key_is_not_followed(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { }");
	cleanup_free char *identity = NULL, *key = NULL;
	struct error err = ERROR_INIT;
	bool changed;

	assert_made(&made);
	unlink(made.paths.psk_identity);
	assert_int_equal(symlink("/etc/passwd", made.paths.psk_identity), 0);
	assert_int_equal(
		proxy_files_read_psk(made.vrf, &made.paths, &identity, &key, &err), -ELOOP);
	assert_null(identity);
	assert_int_equal(proxy_files_write_config(made.loaded.config, made.vrf, 0, &made.paths, 600,
				 NULL, &changed, &err),
		-ELOOP);
}

/* Who has taken the proxy over knows when we look. */
static void a_link_to_a_file_of_root_changes_nothing_of_it(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { }");
	cleanup_free char *victim = xasprintf("%s/victim", (const char *)*state), *text = NULL;
	char *const links[] = { made.paths.psk, made.paths.psk_identity, made.paths.database };
	struct file_owner owner = { 0600, 0, 0 };
	struct stat st;

	assert_made(&made);
	assert_int_equal(file_write(victim, "root's", 6, &owner, NULL), 0);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		unlink(links[i]);
		assert_int_equal(symlink(victim, links[i]), 0);
	}
	/* The database is no file that this user may write. */
	assert_int_equal(proxy_files_make(made.vrf, &made.paths, NULL), -EACCES);
	assert_int_equal(proxy_files_write_psk(made.vrf, &made.paths, "identity", "key", NULL), 0);
	text = scratch_read(*state, "victim");
	assert_string_equal(text, "root's");
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_uid, 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_mode(made.paths.psk, 0600, USER);
}

/* Opening one would wait for its other end, and every VRF with it. */
static void a_fifo_in_the_place_of_a_key_is_not_waited_for(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { }");
	cleanup_free char *identity = NULL, *key = NULL;

	assert_made(&made);
	unlink(made.paths.psk);
	assert_int_equal(mkfifo(made.paths.psk, 0600), 0);
	assert_int_equal(chown(made.paths.psk, getpwnam(USER)->pw_uid, 0), 0);
	assert_int_equal(
		proxy_files_read_psk(made.vrf, &made.paths, &identity, &key, NULL), -EINVAL);
	assert_null(identity);
}

static void a_directory_too_long_for_the_proxys_sockets_is_told(void **state)
{
	cleanup_free char *text = xasprintf(PROXY "vrf %063d { }", 0);
	cleanup_made struct made made = make(*state, text);
	cleanup_free char *expected =
		xasprintf("'%s' is too long for the proxy's sockets; shorten gateway.run_dir",
			made.paths.socket_dir);

	assert_int_equal(made.result, -ENAMETOOLONG);
	assert_string_equal(made.err.text, expected);
}

static void a_database_that_the_proxy_cannot_write_is_named(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { }");
	cleanup_free char *expected = xasprintf("database '%s' cannot be written by uid %u",
		made.paths.database, getpwnam(USER)->pw_uid);
	const struct config_vrf *vrf = &made.loaded.config->vrfs[0];
	int fd;

	assert_made(&made);
	fd = open(made.paths.database, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(proxy_files_make(vrf, &made.paths, &made.err), -EACCES);
	assert_string_equal(made.err.text, expected);
	assert_int_equal(chown(made.paths.database, getpwnam(USER)->pw_uid, 0), 0);
	assert_int_equal(proxy_files_make(vrf, &made.paths, &made.err), 0);
}

static void a_user_that_is_not_there_is_named(void **state)
{
	cleanup_made struct made made = make(*state, "proxy { user = no-such-user }\nvrf acme { }");

	assert_int_equal(made.result, -ENOENT);
	assert_string_equal(made.err.text, "proxy user 'no-such-user' not found");
}

#define OWN_UID 1879113730

static void assert_owner(const char *path, uid_t uid)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_uid, uid);
}

/* As a VRF of a former version has it, whose proxy is to have a user of its own now. */
static void files_change_their_owner_once(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { }");
	cleanup_free char *victim = xasprintf("%s/victim", (const char *)*state);
	cleanup_free char *link = xasprintf("%s/link", made.paths.state_dir);
	cleanup_free char *hard = xasprintf("%s/hard", made.paths.state_dir);
	cleanup_free char *foreign = xasprintf("%s/foreign", made.paths.state_dir);
	cleanup_free char *deep = xasprintf("%s/old/deep", made.paths.log_dir);
	cleanup_free char *parent = xasprintf("%s/old", made.paths.log_dir);
	const struct file_owner nobody = { 0600, getpwnam(USER)->pw_uid, 65534 };
	cleanup_free char *identity = NULL, *key = NULL;
	struct loaded own = scratch_config(*state, "vrf acme { }");
	struct file_owner owner = { 0 };
	bool changed = false;

	assert_made(&made);
	assert_int_equal(file_write(victim, "x", 1, &nobody, NULL), 0);
	assert_int_equal(file_write(foreign, "x", 1, &(struct file_owner){ 0600, 1, 1 }, NULL), 0);
	assert_int_equal(
		file_make_dir(parent, &(struct file_owner){ 0700, nobody.uid, 65534 }, NULL), 0);
	assert_int_equal(file_write(deep, "x", 1, &nobody, NULL), 0);
	assert_int_equal(symlink(victim, link), 0);
	assert_int_equal(linkat(AT_FDCWD, victim, AT_FDCWD, hard, 0), 0);
	made.paths.uid = OWN_UID;
	/* What runs still is not disturbed: its files are read as whose they are. */
	assert_int_equal(proxy_files_make(&own.config->vrfs[0], &made.paths, NULL), 0);
	assert_int_equal(proxy_files_owner(&own.config->vrfs[0], &made.paths, &owner, NULL), 0);
	assert_int_equal(owner.uid, nobody.uid);
	for (int i = 0; i < 2; i++) {
		if (proxy_files_change_owner(
			    &own.config->vrfs[0], &made.paths, &changed, &made.err) < 0)
			fail_msg("%s", made.err.text);
		assert_int_equal(changed, i == 0);
	}
	assert_owner(made.paths.state_dir, OWN_UID);
	assert_owner(made.paths.psk, OWN_UID);
	assert_owner(made.paths.log_dir, OWN_UID);
	assert_owner(parent, OWN_UID);
	assert_owner(deep, OWN_UID);
	assert_owner(foreign, 1);
	assert_owner(link, 0);
	assert_owner(victim, nobody.uid);
	assert_int_equal(
		proxy_files_read_psk(&own.config->vrfs[0], &made.paths, &identity, &key, NULL), 0);
	loaded_finish(&own);
}

static void a_directory_of_root_is_given_to_nobody(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { }");
	bool changed;

	assert_made(&made);
	assert_int_equal(chown(made.paths.state_dir, 0, 0), 0);
	assert_int_equal(
		proxy_files_change_owner(made.vrf, &made.paths, &changed, &made.err), -EPERM);
	assert_int_equal(proxy_files_make(made.vrf, &made.paths, &made.err), -EPERM);
	assert_owner(made.paths.psk, getpwnam(USER)->pw_uid);
}

/* A proxy that an older version started is not restarted for its user; where the config names another, it is. */
static void a_proxy_of_a_former_user_keeps_its_config(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { proxy { psk = false } }");
	struct loaded own = scratch_config(*state, "vrf acme { proxy { psk = false } }");
	bool changed = false;

	assert_made(&made);
	made.paths.uid = OWN_UID;
	assert_int_equal(proxy_files_write_config(made.loaded.config, made.vrf, 3, &made.paths, 600,
				 NULL, &changed, &made.err),
		0);
	assert_true(changed);
	assert_int_equal(proxy_files_write_config(own.config, &own.config->vrfs[0], 3, &made.paths,
				 600, NULL, &changed, &made.err),
		0);
	assert_false(changed);
	assert_int_equal(
		proxy_files_change_owner(&own.config->vrfs[0], &made.paths, &changed, &made.err),
		0);
	assert_int_equal(proxy_files_write_config(own.config, &own.config->vrfs[0], 3, &made.paths,
				 600, NULL, &changed, &made.err),
		0);
	assert_true(changed);
	loaded_finish(&own);
}

static void a_config_is_written_when_it_differs(void **state)
{
	cleanup_made struct made made = make(*state, PROXY "vrf acme { proxy { psk = false } }");
	cleanup_free char *text = NULL;
	bool changed = false;

	assert_made(&made);
	for (int i = 0; i < 2; i++) {
		if (proxy_files_write_config(made.loaded.config, made.vrf, 3, &made.paths, 600,
			    NULL, &changed, &made.err) < 0)
			fail_msg("%s", made.err.text);
		assert_int_equal(changed, i == 0);
	}
	text = scratch_read(made.paths.run_dir, "zabbix_proxy.conf");
	assert_non_null(strstr(text, "\nServer=[fd5a:b1c0:de00::d]:10051\n"));
	assert_non_null(strstr(text, "\nHostname=gw1-acme\n"));
	assert_int_equal(proxy_files_write_config(made.loaded.config, made.vrf, 3, &made.paths, 700,
				 NULL, &changed, &made.err),
		0);
	assert_true(changed);
}

static void a_profile_that_is_not_there_is_named(void **state)
{
	cleanup_made struct made made = make(*state,
		"proxy { psk = false user = " USER " profile = \"/no/such.conf\" }\nvrf a { }");
	bool changed = false;

	assert_made(&made);
	assert_int_equal(proxy_files_write_config(made.loaded.config, made.vrf, 0, &made.paths, 600,
				 NULL, &changed, &made.err),
		-ENOENT);
	assert_string_equal(made.err.text,
		"profile '/no/such.conf': cannot read '/no/such.conf': No such file or directory");
}

/* The loop would wait for its writer. */
static void a_profile_that_is_a_fifo_is_refused(void **state)
{
	cleanup_made struct made made = make(*state,
		"proxy { psk = false user = " USER " profile = \"/pipe.conf\" }\nvrf a { }");
	bool changed = false;

	assert_made(&made);
	free(made.loaded.config->vrfs[0].proxy.profile);
	made.loaded.config->vrfs[0].proxy.profile = xasprintf("%s/pipe.conf", (char *)*state);
	assert_return_code(mkfifo(made.vrf->proxy.profile, 0600), 0);
	assert_int_equal(proxy_files_write_config(made.loaded.config, made.vrf, 0, &made.paths, 600,
				 NULL, &changed, &made.err),
		-EINVAL);
	assert_non_null(strstr(made.err.text, "it is a FIFO"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch_as_root(directories_belong_to_the_proxys_user),
		in_scratch_as_root(a_key_is_256_bits_for_the_proxys_user_alone),
		in_scratch_as_root(an_identity_names_no_customer),
		in_scratch_as_root(a_key_is_made_once),
		in_scratch_as_root(two_vrfs_have_two_keys),
		in_scratch_as_root(a_new_key_takes_the_place_of_the_old),
		in_scratch_as_root(
			a_change_of_the_key_that_is_cut_short_leaves_a_key_with_its_identity),
		in_scratch_as_root(without_psk_there_is_no_key),
		in_scratch_as_root(a_link_in_the_place_of_a_key_is_not_followed),
		in_scratch_as_root(a_link_to_a_file_of_root_changes_nothing_of_it),
		in_scratch_as_root(a_fifo_in_the_place_of_a_key_is_not_waited_for),
		in_scratch_as_root(a_directory_too_long_for_the_proxys_sockets_is_told),
		in_scratch_as_root(a_database_that_the_proxy_cannot_write_is_named),
		in_scratch_as_root(a_user_that_is_not_there_is_named),
		in_scratch_as_root(files_change_their_owner_once),
		in_scratch_as_root(a_directory_of_root_is_given_to_nobody),
		in_scratch_as_root(a_proxy_of_a_former_user_keeps_its_config),
		in_scratch_as_root(a_config_is_written_when_it_differs),
		in_scratch_as_root(a_profile_that_is_not_there_is_named),
		in_scratch_as_root(a_profile_that_is_a_fifo_is_refused),
	};

	/* The bundled profiles; tests/run starts programs in the top directory. */
	setenv("VRFGATE_DATA", ".", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
