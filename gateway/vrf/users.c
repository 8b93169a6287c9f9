// SPDX-License-Identifier: GPL-2.0-or-later
/* Allocation and memory of the proxies' users. */
#include "vrf/users.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "vrf/numbers.h"

/* Users other than root, and than the one that stands for none. */
static const struct numbers_kind users_kind = { "users.json", "users", 1, UINT32_MAX - 1LL,
	"have all proxies given new users" };

static int compare_uids(const void *a, const void *b)
{
	uid_t x = *(const uid_t *)a, y = *(const uid_t *)b;

	return x < y ? -1 : x > y;
}

static bool in_range(const struct config_gateway *gateway, json_int_t uid)
{
	return uid >= gateway->user_range.first && uid <= gateway->user_range.last;
}

/* The numbers of all names, sorted. */
static uid_t *users_sort(const json_t *users, size_t *count)
{
	uid_t *sorted = xcalloc(json_object_size(users) + 1, sizeof(*sorted));
	const char *name;
	json_t *value;

	*count = 0;
	json_object_foreach ((json_t *)users, name, value)
		sorted[(*count)++] = (uid_t)json_integer_value(value);
	qsort(sorted, *count, sizeof(*sorted), compare_uids);
	return sorted;
}

static bool is_auto(const struct config_vrf *vrf)
{
	return vrf->has_proxy && config_user_is_auto(&vrf->proxy);
}

/* Another range was given: whoever is outside of it gets another number. */
static void users_drop_outside(json_t *users, const struct config *config)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(users, next, name, value)
	{
		if (!in_range(&config->gateway, json_integer_value(value)))
			json_object_del(users, name);
	}
}

/* Where to look for a free number, and what is left to look at. */
struct search {
	const struct config_gateway *gateway;
	uint32_t at, left;
};

/* Two gateways of one machine begin at different places, so that they are unlikely to share users. */
static struct search search_begin(const struct config_gateway *gateway)
{
	uint32_t size = gateway->user_range.last - gateway->user_range.first + 1;
	uint64_t hash = hash_text(HASH_BASIS, gateway->state_dir);

	return (struct search){ gateway, (uint32_t)(hash % size), size };
}

/* The next that nobody has; 0: there is none. */
static uid_t search_next(struct search *search, const uid_t *taken, size_t count)
{
	uint32_t size = search->gateway->user_range.last - search->gateway->user_range.first + 1;

	while (search->left > 0) {
		uid_t uid = search->gateway->user_range.first + search->at;

		search->at = (search->at + 1) % size;
		search->left--;
		if (!bsearch(&uid, taken, count, sizeof(uid), compare_uids) && !getpwuid(uid) &&
			!getgrgid(uid))
			return uid;
	}
	return 0;
}

static int users_allocate(json_t *users, const struct config *config, struct error *err)
{
	struct search search = search_begin(&config->gateway);
	cleanup_free uid_t *taken = NULL;
	size_t count;

	taken = users_sort(users, &count);
	for (size_t i = 0; i < config->n_vrfs; i++) {
		const struct config_vrf *vrf = &config->vrfs[i];
		uid_t uid;

		if (!is_auto(vrf) || json_object_get(users, vrf->name))
			continue;
		uid = search_next(&search, taken, count);
		if (uid == 0)
			return error_set(err, ENOSPC,
				"gateway: user_range has no user left for vrf '%s'", vrf->name);
		json_object_set_new(users, vrf->name, json_integer(uid));
	}
	return 0;
}

int users_assign(const struct config *config, bool save, uid_t **users, struct error *err)
{
	cleanup_json json_t *known = NULL;
	int r = numbers_read(&users_kind, &config->gateway, &known, err);

	if (r == 0)
		users_drop_outside(known, config);
	if (r == 0)
		r = users_allocate(known, config, err);
	if (r == 0 && save && json_object_size(known) > 0)
		r = numbers_write(&users_kind, &config->gateway, known, err);
	if (r < 0)
		return r;
	*users = xcalloc(config->n_vrfs + 1, sizeof(**users));
	for (size_t i = 0; i < config->n_vrfs; i++)
		if (is_auto(&config->vrfs[i]))
			(*users)[i] = (uid_t)json_integer_value(
				json_object_get(known, config->vrfs[i].name));
	return 0;
}

/* --- shared ones --- */

/* Whether a zabbix_server of that user runs on the machine. */
static bool server_runs_as(uid_t uid)
{
	cleanup_dir DIR *proc = opendir("/proc");
	const struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		char path[sizeof(entry->d_name) + 16];
		cleanup_free char *name = NULL;
		struct stat st;

		snprintf(path, sizeof(path), "/proc/%s", entry->d_name);
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || stat(path, &st) < 0 ||
			st.st_uid != uid)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (file_read_line(path, &name, NULL) == 0 && strcmp(name, "zabbix_server") == 0)
			return true;
	}
	return false;
}

static const char *named_user(const struct config_vrf *vrf)
{
	return vrf->enabled && vrf->has_proxy && !config_user_is_auto(&vrf->proxy) ? vrf->proxy.user
										   : NULL;
}

/* How many VRFs from `at` on have this user; 0 where one before has it already. */
static size_t sharing_count(const struct config *config, size_t at, const char *user)
{
	size_t count = 0;

	for (size_t i = 0; i < config->n_vrfs; i++) {
		const char *other = named_user(&config->vrfs[i]);

		if (!other || strcmp(other, user) != 0)
			continue;
		if (i < at)
			return 0;
		count++;
	}
	return count;
}

void users_warn_of_shared(const struct config *config)
{
	for (size_t i = 0; i < config->n_vrfs; i++) {
		const char *user = named_user(&config->vrfs[i]);
		size_t count = user ? sharing_count(config, i, user) : 0;
		const struct passwd *entry = count > 0 ? getpwnam(user) : NULL;

		if (count > 1)
			log_warning(
				"the proxies of %zu VRFs share user '%s'; proxy { user = auto } gives each its own",
				count, user);
		if (entry && server_runs_as(entry->pw_uid))
			log_warning(
				"user '%s' of a proxy is that of the Zabbix server of this machine, too; proxy { user = auto } gives the proxy its own",
				user);
	}
}
