// SPDX-License-Identifier: GPL-2.0-or-later
/* FNV-1a of 64 bits (draft-eastlake-fnv): tells texts apart, and is no protection against who wants two alike. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a hash begins with. */
#define HASH_BASIS UINT64_C(14695981039346656037)

/* The hash of what `hash` is of, with these bytes behind it. */
uint64_t hash_bytes(uint64_t hash, const void *data, size_t size);

/* The same of a text with its end, so that two in a row are told from their parts. */
uint64_t hash_text(uint64_t hash, const char *text);
