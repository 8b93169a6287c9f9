// SPDX-License-Identifier: GPL-2.0-or-later
/* A config that a scope owns. */
#pragma once

#include "base/cleanup.h"
#include "config/model.h"

static inline void cleanup_destroy_config(struct config **config)
{
	config_destroy(*config);
}

#define cleanup_config cleanup(cleanup_destroy_config)
