// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A zabbix_proxy as a program (vrf/program.h). It is started when its VRF is wired, its binary's version known and its
 * database judged, each asked of a helper process. While a helper is at a database nothing else happens to that: a
 * start waits for the end of it, and so does a stop, which kills it. Where values would be left behind, because the
 * next proxy is of another major version or as the VRF goes from the config, another proxy runs while it is stopping,
 * which only sends them (vrf/sending.h).
 */
#pragma once

#include "vrf/vrf.h"

/* The functions of its row. */
const struct config_restart *proxy_restart_config(const struct program *program);
void proxy_prepare(struct program *program);
int proxy_start(struct program *program, struct error *err);
uint32_t proxy_start_period_s(const struct program *program);
void proxy_started(struct program *program, enum program_start how);
void proxy_ready(struct program *program);
void proxy_unwatch(struct program *program);
bool proxy_exited(struct program *program, const struct process_exit *end);
char *proxy_explain(struct program *program, const char *reason, struct cause *cause);
void proxy_died(struct program *program);
bool proxy_interrupt(struct program *program);
bool proxy_retire(struct program *program);
bool proxy_attend(struct program *program, enum program_event event);

/* What is under way for it ends; the proxy goes on. */
void proxy_finish(struct vrf *vrf);
