// SPDX-License-Identifier: GPL-2.0-or-later
/* FNV-1a. */
#include "base/hash.h"

#include <string.h>

#define PRIME   UINT64_C(1099511628211)
#define PRIME32 UINT32_C(16777619)

uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * PRIME;
	return hash;
}

uint32_t hash32_bytes(uint32_t hash, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * PRIME32;
	return hash;
}

uint64_t hash_text(uint64_t hash, const char *text)
{
	return hash_bytes(hash, text, strlen(text) + 1);
}
