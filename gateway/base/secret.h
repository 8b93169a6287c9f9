// SPDX-License-Identifier: GPL-2.0-or-later
/* Strings that must not stay in memory: tokens, passwords, keys. */
#pragma once

/* To be called before one is read or made: from then on no core of this process is written, and only root may look
 * into its memory. */
void secret_guard(void);

/* Wipes and frees *secret and leaves NULL; NULL is allowed. */
void secret_free(char **secret);
