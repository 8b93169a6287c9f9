// SPDX-License-Identifier: GPL-2.0-or-later
/* What can be judged only when all is read: each file of it judges what its name says. */
#pragma once

#include "config/reader.h"

/* All that the files alone show: what is there twice, what names something else, and by the next four the rest. */
void config_judge(struct config_reader *reader);

/* Whether the addresses of a VRF can be what they are said to be. */
void config_judge_addresses(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section);

/* Whether two VRFs have one address where the config alone shows that they are hosts of one network: a warning. */
void config_judge_wires(struct config_reader *reader);

/* Whether the kernel takes the routes of a VRF. */
void config_judge_routes(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section);

/* Whether the uplinks fit into their prefixes, and lead to the server. Sets config->uplink.servers, too. */
void config_judge_uplinks(struct config_reader *reader);

/*
 * Whether this machine has what the config takes for granted. First the server's address, in mode local of the uplinks:
 * asks the kernel and nobody else.
 */
void config_judge_server_address(struct config_reader *reader);

/* Settings that a namespace of this kernel has not. Forks, and asks in a namespace of its own where it may make one. */
void config_judge_settings(struct config_reader *reader);

/* Warns of files that are missing or empty; waits for the disks they are on. */
void config_judge_files(struct config_reader *reader);
