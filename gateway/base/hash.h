// SPDX-License-Identifier: GPL-2.0-or-later
/* FNV-1a (draft-eastlake-fnv): tells texts apart, and is no protection against who wants two alike. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a hash begins with. */
#define HASH_BASIS UINT64_C(14695981039346656037)

/* The hash of what `hash` is of, with these bytes behind it. */
uint64_t hash_bytes(uint64_t hash, const void *data, size_t size);

/* FNV-1a of 32 bits, for what is kept in marks and must stay the same for ever; new uses take 64. */
#define HASH32_BASIS UINT32_C(2166136261)
uint32_t hash32_bytes(uint32_t hash, const void *data, size_t size);

/* As hash_bytes() of a text with its end, so that two in a row are told from their parts. */
uint64_t hash_text(uint64_t hash, const char *text);
