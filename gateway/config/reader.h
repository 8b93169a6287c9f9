// SPDX-License-Identifier: GPL-2.0-or-later
/* From the tree to the model: what all sections have in common. */
#pragma once

#include "config/complaint.h"
#include "config/model.h"
#include "config/schema.h"
#include "config/tree.h"

struct config_reader {
	struct config *config;
	struct config_complaints faults;
	struct config_complaints notes;
	/* What some version took, or may be right on another day: a fault to who changes the config, and to a
	 * start of the supervisor no reason to leave customers alone. */
	struct config_complaints doubts;
	const struct config_section *root; /* of the main file; borrowed */
	/* Where config->vrfs[i] was read from; borrowed from the tree. */
	const struct config_section **vrf_sections;
	size_t n_vrf_sections;
};

/* The section of the main file that is there once, or its root where it is not written. */
const struct config_section *config_reader_general(
	const struct config_reader *reader, const char *name);

/* Sets every field of object that has a default, by the schema's keys. */
void config_read_defaults(const struct config_schema *schema, void *object);

/* Reads the keys of a section into object, and its sections by their own read(). */
void config_read_section(struct config_reader *reader, const struct config_section *section,
	const struct config_schema *schema, void *object);

/* A fault for each text that a list of that key has a second time. */
void config_complain_of_doubles(
	struct config_reader *reader, const struct config_section *section, const char *name);

/* Fills in the defaults of a proxy section and of those in it, but those that follow another key. */
void config_read_proxy_defaults(struct config_proxy *proxy);

/* The keys of an snmp section, which hosts and discovery have alike. */
extern const struct config_key config_snmp_keys[];
/* Those of a host's further interface: the same, and where it is. */
extern const struct config_key config_host_interface_keys[];
/* A fault for each key of SNMP, in a section that is about something else. */
void config_refuse_snmp(struct config_reader *reader, const struct config_section *section);
void config_read_snmp_defaults(struct config_snmp *snmp);
void config_judge_snmp(struct config_reader *reader, const struct config_section *section,
	const struct config_snmp *snmp);
void config_read_snmp(struct config_reader *reader, const struct config_section *section,
	struct config_snmp *snmp);

/* The list of a namespace's settings, and what it says when the interfaces are known. */
extern const struct config_type config_type_sysctls;
void config_judge_sysctls(
	struct config_reader *reader, const struct config_section *section, struct config_vrf *vrf);

/* Of a host or a discovery: what cannot be the name of one. */
void config_judge_templates(struct config_reader *reader, const struct config_section *section,
	const struct strings *templates);

/*
 * Lays every vrf's proxy section over a copy of the general one, and completes all of them by the defaults that follow
 * another key; last, when all files are read.
 */
void config_read_proxies(struct config_reader *reader);
