// SPDX-License-Identifier: GPL-2.0-or-later
/* The types that a key can have: each stores a text into the field that the key's offset names. */
#pragma once

#include "base/address.h"
#include "config/schema.h"

extern const struct config_type config_type_string;    /* char *, by key->check */
extern const struct config_type config_type_directory; /* char *: absolute, no slash at the end */
extern const struct config_type config_type_strings;   /* struct strings, by key->check */
extern const struct config_type config_type_bool;      /* bool */
extern const struct config_type config_type_word;      /* an enum, by key->words */
extern const struct config_type config_type_uint16;    /* uint16_t, min..max */
extern const struct config_type config_type_uint32;    /* uint32_t, min..max */
extern const struct config_type config_type_int64;     /* int64_t, min..max */
extern const struct config_type config_type_size;      /* uint64_t bytes, "256M", min..max */
extern const struct config_type config_type_network;   /* struct address without host bits */
extern const struct config_type config_type_host;      /* struct address of one host */
extern const struct config_type config_type_hosts;     /* struct address *, counted */
extern const struct config_type config_type_addresses; /* struct address * with length, counted */

/* The field of a key in the struct. */
static inline void *config_key_field(const struct config_key *key, void *object)
{
	return (char *)object + key->offset;
}

/* A decimal number of digits only, min..max: 0 or -EINVAL with what was wrong and expected. */
int config_number_parse(
	const char *text, int64_t min, int64_t max, int64_t *number, struct error *err);

/* A network: prefix length and no host bits; says which network was likely meant. */
int config_network_parse(const char *text, struct address *network, struct error *err);
