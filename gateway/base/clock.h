// SPDX-License-Identifier: GPL-2.0-or-later
/* Monotonic time. */
#pragma once

#include <stdint.h>

/* Milliseconds since an arbitrary start; does not jump when the clock is set. */
uint64_t clock_now_ms(void);
