// SPDX-License-Identifier: GPL-2.0-or-later
/* One VRF of the status document in full. */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* Prints the first VRF of a whole document: what is wrong with it, what was tried, what to do next; then what it has. */
void status_vrf_print(FILE *out, const json_t *document);
