// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A copy of the zabbix_proxy of each major version that has run: STATE/binaries/zabbix_proxy-6.0. No zabbix_proxy
 * sends what one of another major version has left in its database, and a package upgrade takes the old one away.
 */
#pragma once

struct sd_event;
struct binary_copies;

struct binary_copies *binary_copies_create(struct sd_event *event, const char *state_dir);
void binary_copies_destroy(struct binary_copies *copies);

/* Has a helper copy that binary, of that version (600 is 6.0), where there is no copy of the same file yet. That it
 * could not is logged. */
void binary_copies_keep(struct binary_copies *copies, const char *binary, unsigned version);

/* The path of the copy, the caller's; NULL: there is none. */
char *binary_copies_find(const struct binary_copies *copies, unsigned version);
