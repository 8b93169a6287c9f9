// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The number n of each VRF's uplink: given by the config, or allocated lowest-free and kept in
 * state_dir/ids.json, so that an address never moves to another VRF by accident. The number of a
 * VRF that has gone is kept for its return for as long as the prefix has others and the config fixes it
 * for none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "config/model.h"

/*
 * Numbers every VRF with an uplink. *ids (the caller's to free) goes along with config->vrfs;
 * entries of VRFs without an uplink are 0. With `save` new numbers are written down; without,
 * nothing is touched. -EEXIST, and nothing is written: the config fixes a number that another of its
 * VRFs was given.
 */
int ids_assign(const struct config *config, bool save, uint32_t **ids, struct error *err);

/* The number that a VRF was given at any time and has still, be it in the config or not; false: it has none. */
bool ids_find(const struct config *config, const char *name, uint32_t *id);

/* Appends the VRFs that were given a number at any time and have it still. */
int ids_list(const struct config *config, struct strings *names, struct error *err);
