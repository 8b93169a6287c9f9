// SPDX-License-Identifier: GPL-2.0-or-later
/* Strings that must not stay in memory: tokens, passwords, keys. */
#pragma once

/* Wipes and frees *secret and leaves NULL; NULL is allowed. */
void secret_free(char **secret);
