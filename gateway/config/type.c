// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts of the config file as C values. */
#include "config/type.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/memory.h"
#include "base/strings.h"
#include "config/check.h"

static void string_set(const struct config_key *key, void *object, char *owned)
{
	char **field = config_key_field(key, object);

	free(*field);
	*field = owned;
}

static int text_check(const struct config_key *key, const char *text, struct error *err)
{
	return key->check ? key->check(text, err) : 0;
}

static int string_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	int r = text_check(key, text, err);

	if (r == 0)
		string_set(key, object, xstrdup(text));
	return r;
}

static int directory_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	size_t length = strlen(text);
	int r = config_check_path(text, err);

	if (r < 0)
		return r;
	while (length > 1 && text[length - 1] == '/')
		length--;
	string_set(key, object, xstrndup(text, length));
	return 0;
}

static void strings_clear(const struct config_key *key, void *object)
{
	strings_finish(config_key_field(key, object));
}

static int strings_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	int r = text_check(key, text, err);

	if (r == 0)
		strings_add(config_key_field(key, object), text);
	return r;
}

static int bool_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(words[i], text) != 0)
			continue;
		*(bool *)config_key_field(key, object) = i % 2;
		return 0;
	}
	return error_set(err, EINVAL, "neither yes nor no, expected true or false");
}

static int word_refuse(const struct config_key *key, struct error *err)
{
	char all[256] = "";

	for (size_t i = 0; key->words[i]; i++) {
		const char *between = i == 0 ? "" : key->words[i + 1] ? ", " : " or ";

		size_t used = strlen(all);

		snprintf(all + used, sizeof(all) - used, "%s%.*s", between,
			(int)strcspn(key->words[i], "|"), key->words[i]);
	}
	return error_set(err, EINVAL, "not a word for this, expected %s", all);
}

/* A word, or one of several of one meaning with a '|' between. */
static bool word_is(const char *words, const char *text)
{
	size_t length = strlen(text);

	for (const char *word = words; *word; word += word[strcspn(word, "|")] == '|') {
		if (length > 0 && strcspn(word, "|") == length &&
			strncasecmp(word, text, length) == 0)
			return true;
		word += strcspn(word, "|");
	}
	return false;
}

static int word_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	for (unsigned i = 0; key->words[i]; i++) {
		if (!word_is(key->words[i], text))
			continue;
		*(unsigned *)config_key_field(key, object) = i;
		return 0;
	}
	return word_refuse(key, err);
}

int config_number_parse(
	const char *text, int64_t min, int64_t max, int64_t *number, struct error *err)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || text[digits] != '\0')
		return error_set(err, EINVAL, "not a number, expected %lld to %lld", (long long)min,
			(long long)max);
	errno = 0;
	*number = strtoll(text, NULL, 10);
	if (errno != 0 || *number < min || *number > max)
		return error_set(err, EINVAL, "out of range, expected %lld to %lld", (long long)min,
			(long long)max);
	return 0;
}

static int uint16_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	int64_t number = 0;
	int r = config_number_parse(text, key->min, key->max, &number, err);

	if (r == 0)
		*(uint16_t *)config_key_field(key, object) = (uint16_t)number;
	return r;
}

static int uint32_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	int64_t number = 0;
	int r = config_number_parse(text, key->min, key->max, &number, err);

	if (r == 0)
		*(uint32_t *)config_key_field(key, object) = (uint32_t)number;
	return r;
}

static int int64_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	int64_t number = 0;
	int r = config_number_parse(text, key->min, key->max, &number, err);

	if (r == 0)
		*(int64_t *)config_key_field(key, object) = number;
	return r;
}

static int size_refuse(const struct config_key *key, const char *what, struct error *err)
{
	return error_set(err, EINVAL,
		"%s, expected bytes or a number with K, M, G or T, %lldM to %lldT, or 0 for none",
		what, (long long)(key->min >> 20), (long long)(key->max >> 40));
}

static int size_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	static const char units[] = "KMGT";
	size_t digits = strspn(text, "0123456789");
	const char *unit = text[digits] ? strchr(units, text[digits]) : NULL;
	unsigned shift = unit ? (unsigned)(unit - units + 1) * 10 : 0;
	uint64_t number;

	if (digits == 0 || digits > 15 || (text[digits] && (!unit || text[digits + 1])))
		return size_refuse(key, "not a size", err);
	number = strtoull(text, NULL, 10);
	if (number > ((uint64_t)key->max >> shift) ||
		(number != 0 && number << shift < (uint64_t)key->min))
		return size_refuse(key, "out of range", err);
	*(uint64_t *)config_key_field(key, object) = number << shift;
	return 0;
}

static void network_of(const struct address *address, struct address *network)
{
	size_t bits = address->prefix_length;

	*network = *address;
	for (size_t i = 0; i < address_size(address); i++) {
		unsigned kept = bits >= 8 ? 8 : (unsigned)bits;

		network->bytes[i] &= (uint8_t)(0xff00 >> kept);
		bits -= kept;
	}
}

int config_network_parse(const char *text, struct address *network, struct error *err)
{
	char meant_text[ADDRESS_TEXT_SIZE];
	struct address parsed, meant;

	if (address_parse(&parsed, text) < 0)
		return error_set(err, EINVAL,
			"not a network, expected NETWORK/PREFIX such as 192.168.0.0/16");
	if (address_has_host_bits(&parsed)) {
		network_of(&parsed, &meant);
		return error_set(err, EINVAL, "has host bits set, expected %s",
			address_format(&meant, true, meant_text));
	}
	*network = parsed;
	return 0;
}

static int network_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	return config_network_parse(text, config_key_field(key, object), err);
}

static int host_parse(const char *text, struct address *address, struct error *err)
{
	if (strchr(text, '/') || address_parse(address, text) < 0)
		return error_set(err, EINVAL,
			"not an address, expected one without prefix such as 10.0.0.1");
	return 0;
}

static int host_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	return host_parse(text, config_key_field(key, object), err);
}

static void address_append(
	const struct config_key *key, void *object, const struct address *address)
{
	struct address **items = config_key_field(key, object);
	size_t *count = (size_t *)(void *)((char *)object + key->count_offset);

	*array_append(items, count) = *address;
}

static int hosts_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct address address;
	int r = host_parse(text, &address, err);

	if (r == 0)
		address_append(key, object, &address);
	return r;
}

static int addresses_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct address address;

	if (!strchr(text, '/') || address_parse(&address, text) < 0)
		return error_set(
			err, EINVAL, "not an address, expected ADDRESS/PREFIX such as 10.0.0.2/30");
	if (address.prefix_length == 0)
		return error_set(err, EINVAL,
			"the network of all addresses, expected a length of 1 or more such as 10.0.0.2/30");
	if (address.family == AF_INET && address.prefix_length <= 30 &&
		!address_has_host_bits(&address))
		return error_set(err, EINVAL,
			"the network itself, expected an address in it such as 10.0.0.2/30");
	address_append(key, object, &address);
	return 0;
}

const struct config_type config_type_string = { .store = string_store };
const struct config_type config_type_directory = { .store = directory_store };
const struct config_type config_type_strings = {
	.list = true,
	.clear = strings_clear,
	.store = strings_store,
};
const struct config_type config_type_bool = { .store = bool_store };
const struct config_type config_type_word = { .store = word_store };
const struct config_type config_type_uint16 = { .store = uint16_store };
const struct config_type config_type_uint32 = { .store = uint32_store };
const struct config_type config_type_int64 = { .store = int64_store };
const struct config_type config_type_size = { .store = size_store };
const struct config_type config_type_network = { .store = network_store };
const struct config_type config_type_host = { .store = host_store };
const struct config_type config_type_hosts = { .list = true, .store = hosts_store };
const struct config_type config_type_addresses = { .list = true, .store = addresses_store };
