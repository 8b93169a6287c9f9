// SPDX-License-Identifier: GPL-2.0-or-later
/* The name servers of a VRF, as the resolv.conf(5) that its processes see. */
#pragma once

#include "base/error.h"
#include "config/model.h"
#include "supervisor/paths.h"

/* Writes RUN/vrfs/NAME/resolv.conf where the VRF has name servers of its own. */
int resolv_conf_write(
	const struct config_vrf *vrf, const struct vrf_paths *paths, struct error *err);
