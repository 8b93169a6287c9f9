// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every fuzz target has: one function that takes any bytes. By libFuzzer it is called with bytes of
 * its making (tests/fuzz/run), by replay.c with those kept in tests/fuzz/corpus. It must not crash, leak,
 * hang or reach out of the machine's memory: no file, process or network of the host is touched.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"

/* Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes up to a NUL as a text, the caller's to free. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	return xstrndup((const char *)data, strnlen((const char *)data, size));
}
