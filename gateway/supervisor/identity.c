// SPDX-License-Identifier: GPL-2.0-or-later
/* The gateway's id and the machine that it was made on. */
#include "supervisor/identity.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "config/load.h"

#define FILE_MAX      4096
#define PRODUCT_UUID  "/sys/class/dmi/id/product_uuid"
#define MACHINE_WORD  "machine"
#define PRODUCT_WORD  "product"
#define LOCK_POLL_MS  5
#define LOCK_LIMIT_MS 2000

/* machine-id(5): it is to be hashed with a number of one's own, as others could know the machine by it. */
static const sd_id128_t application = { .bytes = { 0x6b, 0x1d, 0x0a, 0x5e, 0xc7, 0x3f, 0x4d, 0x1b,
						0x9a, 0x52, 0xe8, 0x07, 0x4c, 0x91, 0xd6, 0x3a } };

static char *path_make(const struct config_gateway *gateway)
{
	return xasprintf("%s/gateway.json", gateway->state_dir);
}

/* What tells this machine from others: an object of texts, empty where nothing does. */
static json_t *machine_read(void)
{
	json_t *machine = json_object();
	cleanup_free char *uuid = NULL;
	char text[SD_ID128_STRING_MAX];
	sd_id128_t id;

	if (sd_id128_get_machine_app_specific(application, &id) >= 0)
		json_object_set_new(
			machine, MACHINE_WORD, json_string(sd_id128_to_string(id, text)));
	else if (file_read_line(PRODUCT_UUID, &uuid, NULL) == 0)
		json_object_set_new(machine, PRODUCT_WORD, json_text(uuid));
	return machine;
}

/* Where both have the same thing, and it differs. */
static bool is_another(const json_t *then, const json_t *now)
{
	static const char *const words[] = { MACHINE_WORD, PRODUCT_WORD };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const json_t *old = json_object_get(then, words[i]);
		const json_t *new = json_object_get(now, words[i]);

		if (old && new)
			return !json_equal(old, new);
	}
	return false;
}

static bool is_id(const char *text)
{
	return text && strlen(text) == IDENTITY_SIZE - 1 &&
		strspn(text, "0123456789abcdef") == IDENTITY_SIZE - 1;
}

/* 1: there is one. 0: there is none yet. */
static int file_load(const char *path, char id[IDENTITY_SIZE], json_t **document, struct error *err)
{
	cleanup_json json_t *read = NULL;
	const char *found;
	int r = json_read_file(path, FILE_MAX, &read, err);

	if (r <= 0)
		return r;
	found = json_string_value(json_object_get(read, "id"));
	if (!is_id(found))
		return error_set(err, EINVAL,
			"'%s' is damaged; restore it, or make a new id by 'vrfgate init --new-id'",
			path);
	strcpy(id, found);
	*document = steal_ptr(&read);
	return 1;
}

/* For root: who knows the id could claim objects of ours. */
static int file_save(const struct config_gateway *gateway, const char *id, struct error *err)
{
	const struct file_owner owner = { 0600, (uid_t)-1, (gid_t)-1 };
	cleanup_free char *path = path_make(gateway);
	cleanup_json json_t *machine = machine_read();
	cleanup_json json_t *document =
		json_pack("{s:i, s:s, s:O}", "schema", 1, "id", id, "made_on", machine);
	cleanup_free char *text = json_dumps(document, JSON_INDENT(1) | JSON_SORT_KEYS);
	int r = file_make_own_dir(gateway->state_dir, err);

	return r < 0 ? r : file_write(path, text, strlen(text), &owner, err);
}

static void id_make(char id[IDENTITY_SIZE])
{
	sd_id128_t random;

	if (sd_id128_randomize(&random) < 0)
		abort();
	sd_id128_to_string(random, id);
}

/* Supervisor and commands make it, whoever is first: the directory's own lock, for as long as it takes. */
static int directory_lock(const struct config_gateway *gateway, int *fd, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/gateway.lock", gateway->state_dir);
	int r = file_make_own_dir(gateway->state_dir, err);

	if (r < 0)
		return r;
	*fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*fd < 0)
		return error_set_errno(err, errno, "cannot open '%s'", path);
	for (int waited_ms = 0; (r = file_lock(*fd, path, err)) == 0; waited_ms += LOCK_POLL_MS) {
		if (waited_ms >= LOCK_LIMIT_MS)
			return error_set(err, EBUSY, "'%s' is held by another", path);
		poll(NULL, 0, LOCK_POLL_MS);
	}
	return r < 0 ? r : 0;
}

/* As file_load(), with the lock, which is the caller's. */
static int load_locked(
	const struct config_gateway *gateway, int *lock, char id[IDENTITY_SIZE], struct error *err)
{
	cleanup_free char *path = path_make(gateway);
	cleanup_json json_t *document = NULL;
	int r = directory_lock(gateway, lock, err);

	return r < 0 ? r : file_load(path, id, &document, err);
}

static int identity_make(
	const struct config_gateway *gateway, char id[IDENTITY_SIZE], struct error *err)
{
	cleanup_fd int lock = -1;
	int r = load_locked(gateway, &lock, id, err);

	if (r != 0)
		return r < 0 ? r : 0;
	id_make(id);
	return file_save(gateway, id, err);
}

/* For all to read, as those who only look go by the name, too. */
static int name_keep(const struct config_gateway *gateway, struct error *err)
{
	const struct file_owner owner = { 0644, (uid_t)-1, (gid_t)-1 };
	cleanup_free char *path = config_name_path(gateway);
	cleanup_free char *line = xasprintf("%s\n", gateway->name);

	if (!gateway->name_is_default)
		return 0;
	return file_write_if_changed(path, line, strlen(line), &owner, NULL, err);
}

static int id_read(
	const struct config_gateway *gateway, bool make, char id[IDENTITY_SIZE], struct error *err)
{
	cleanup_free char *path = path_make(gateway);
	cleanup_json json_t *document = NULL, *machine = NULL;
	int r = file_load(path, id, &document, err);

	if (r < 0)
		return r;
	if (r == 0 && make)
		return identity_make(gateway, id, err);
	if (r == 0) {
		id_make(id);
		return 0;
	}
	machine = machine_read();
	if (is_another(json_object_get(document, "made_on"), machine))
		return error_set(err, ESTALE,
			"gateway id %.8s was made on another machine: run 'vrfgate init --new-id' if this "
			"machine is a copy of it and a gateway of its own, or 'vrfgate init --keep-id' if it "
			"takes its place",
			id);
	return 0;
}

int identity_read(
	const struct config_gateway *gateway, bool make, char id[IDENTITY_SIZE], struct error *err)
{
	int r = id_read(gateway, make, id, err);

	return r == 0 && make ? name_keep(gateway, err) : r;
}

static int name_forget(const struct config_gateway *gateway, struct error *err)
{
	cleanup_free char *path = config_name_path(gateway);

	if (unlink(path) < 0 && errno != ENOENT)
		return error_set_errno(err, errno, "cannot remove '%s'", path);
	return 0;
}

/* A copy has the keys of the proxies that it was copied from. Identities go last: alone they are no keys. */
static int keys_remove(const struct config_gateway *gateway, struct error *err)
{
	static const char *const names[] = { "psk.next", "psk", "psk.identity" };
	cleanup_free char *directory = xasprintf("%s/vrfs", gateway->state_dir);
	DIR *vrfs = opendir(directory);
	struct dirent *entry;
	int r = 0;

	if (!vrfs)
		return errno == ENOENT ? 0
				       : error_set_errno(err, errno, "cannot read '%s'", directory);
	while (r == 0 && (entry = readdir(vrfs))) {
		for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
			cleanup_free char *path =
				xasprintf("%s/%s/%s", directory, entry->d_name, names[i]);

			if (entry->d_name[0] != '.' && unlink(path) < 0 && errno != ENOENT &&
				errno != ENOTDIR)
				r = error_set_errno(err, errno, "cannot remove '%s'", path);
		}
	}
	closedir(vrfs);
	return r;
}

int identity_renew(const struct config_gateway *gateway, char id[IDENTITY_SIZE], struct error *err)
{
	cleanup_fd int lock = -1;
	int r = directory_lock(gateway, &lock, err);

	/* Keys first: a copy that was cut short here is still one that is refused. */
	if (r == 0)
		r = keys_remove(gateway, err);
	if (r == 0)
		r = name_forget(gateway, err);
	if (r < 0)
		return r;
	id_make(id);
	return file_save(gateway, id, err);
}

int identity_keep(const struct config_gateway *gateway, char id[IDENTITY_SIZE], struct error *err)
{
	cleanup_fd int lock = -1;
	int r = load_locked(gateway, &lock, id, err);

	if (r < 0)
		return r;
	if (r == 0)
		id_make(id);
	return file_save(gateway, id, err);
}
