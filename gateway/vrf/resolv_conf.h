// SPDX-License-Identifier: GPL-2.0-or-later
/* The name servers of a VRF, as the resolv.conf(5) that its processes see. */
#pragma once

#include <sys/types.h>

#include "base/error.h"
#include "config/model.h"
#include "vrf/paths.h"

/* Writes RUN/vrfs/NAME/resolv.conf where the VRF has name servers of its own. */
int resolv_conf_write(
	const struct config_vrf *vrf, const struct vrf_paths *paths, struct error *err);

enum resolv_conf_seen {
	RESOLV_CONF_UNKNOWN, /* it has none of its own to see, or cannot be asked */
	RESOLV_CONF_OWN,
	RESOLV_CONF_LOST,   /* another one: the kernel takes a mount away with the file below it */
	RESOLV_CONF_ABSENT, /* none, for the machine has none that it could be put in the place of */
};

#define RESOLV_CONF_MISSING "this machine has no /etc/resolv.conf to put them in place of"

/* What that process of the VRF sees as /etc/resolv.conf. Needs the rights to trace it, and does not wait. */
enum resolv_conf_seen resolv_conf_look(const struct config_vrf *vrf, pid_t pid);
