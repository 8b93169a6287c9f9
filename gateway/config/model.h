// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the config file says, judged and complete: every default is filled in, every address parsed,
 * every proxy section merged with the general one. Made once by config_load() and never changed, so
 * it may be shared and two of them compared. Everything in it is owned by struct config.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/strings.h"
#include "net/want.h"

#define CONFIG_DEFAULT_PATH "/etc/vrfgate/vrfgate.conf"

/* RFC 8200, 5; with less the kernel keeps no IPv6 on an interface. */
#define CONFIG_MIN_IPV6_MTU 1280

/* Tags of a VLAN interface: eth0.10 has one, eth0.100.10 (QinQ) two; outermost first. */
#define CONFIG_MAX_TAGS 4

/* Longest VRF name: "vrfgate:NAME@xxxxxxxx" must fit an alternative interface name (128 with NUL).
 */
#define CONFIG_MAX_NAME 63

#define CONFIG_DEFAULT_TASKS 200

/* What of the machine a proxy may be given to see beside its own. */
#define CONFIG_MAX_PROXY_PATHS 32

struct config_gateway {
	char *name;
	bool name_is_default; /* the host name, or what that was when the gateway was started first */
	char *host_name;      /* what it is now, where that is another; else NULL */
	char *state_dir;      /* absolute, no trailing slash; as are the other two */
	char *run_dir;
	char *log_dir;
	bool firewall;
	struct config_user_range {
		uint32_t first, last;
	} user_range; /* of the proxies whose user is auto */
};

/* Where the server is, as seen from the uplinks. */
enum config_uplink_mode {
	CONFIG_UPLINK_LOCAL, /* on this machine */
	CONFIG_UPLINK_ROUTED, /* elsewhere, and the network there knows the way back to the uplinks */
	CONFIG_UPLINK_NAT,    /* elsewhere, reached by IPv4 from an address of this machine */
};

struct config_uplink {
	enum config_uplink_mode mode;
	struct address prefix; /* AF_INET6, /126 or shorter, no host bits */
	struct address
		prefix4; /* AF_INET, /30 or shorter, no host bits; see config_uplink_has_ipv4() */
	struct net_servers
		servers;   /* those of the zabbix section; none: the root side of each uplink */
	bool at_root_side; /* the proxies find the server at the machine's side of their uplinks */
	uint32_t mtu_bytes;
	uint16_t
		passive_port; /* mode nat: with a VRF's id, where the server reaches a passive proxy; 0: nowhere */
	char *passive_address; /* of this machine, as the server knows it; "": found out */
};

struct config_zabbix {
	char *url;        /* "" : no API */
	char *token_file; /* "" : none */
	char *user;       /* "" : none; either a token file, or user and password_file */
	char *password_file;
	char *ca_file; /* "" : the system's */
	/* Server= of the proxies; none: root side of each uplink. Several are the nodes of a cluster. */
	struct strings servers;
	char *server; /* all of them, as Zabbix writes a cluster: "a;b"; "": none */
	uint16_t server_port;
	char *proxy_name; /* pattern with {gateway} and {vrf} */
	char *host_group;
	uint32_t report_interval_s;
	struct strings
		allowed_hosts; /* whose values of the gateway are taken; none: as it is found out */
	bool prune;
};

enum config_proxy_mode {
	CONFIG_PROXY_ACTIVE,
	CONFIG_PROXY_PASSIVE,
};

struct config_health {
	uint32_t interval_s, timeout_s, fall, rise, start_period_s;
};

struct config_restart {
	uint32_t min_s, max_s;
	uint32_t count, window_s; /* more restarts than these, and it is given up; 0: never */
};

struct config_limits {
	uint64_t memory_bytes; /* 0: no limit, as for the others */
	uint32_t tasks; /* CONFIG_DEFAULT_TASKS: more where its own configuration starts more */
	uint32_t cpu_weight;
};

struct config_proxy {
	char *binary;
	char *user; /* "auto": one of its own, see config_user_is_auto() */
	enum config_proxy_mode mode;
	char *profile; /* "small": the file small.conf among the profiles; or an absolute path */
	bool psk;
	struct strings options; /* "Key=value" */
	struct strings paths;   /* "PATH" or "PATH:rw" of the machine that it sees */
	bool adopt;  /* a proxy of its name that somebody has made is taken over, and its host */
	char *group; /* Zabbix proxy group, "" : none */
	char *java_gateway; /* "ADDRESS" or "ADDRESS:PORT" inside of the VRF; "" : none */
	struct strings allowed_addresses; /* that the server takes it from; none: its uplink's */
	struct config_health health;
	struct config_restart restart;
	struct config_limits limits;
	uint32_t stop_timeout_s; /* for a proxy that still writes after SIGTERM */
};

enum config_interface_kind {
	CONFIG_INTERFACE_VLAN,
	CONFIG_INTERFACE_MACVLAN,
	CONFIG_INTERFACE_DEVICE,
	CONFIG_INTERFACE_LINK,
	CONFIG_INTERFACE_DUMMY,
	CONFIG_INTERFACE_IPVLAN,
	CONFIG_INTERFACE_KINDS,
};

/* As the kernel numbers them. */
enum config_ipvlan_mode {
	CONFIG_IPVLAN_L2,
	CONFIG_IPVLAN_L3,
	CONFIG_IPVLAN_L3S,
};

enum config_vlan_protocol {
	CONFIG_VLAN_8021Q,
	CONFIG_VLAN_8021AD,
};

struct config_interface {
	char *name; /* inside the namespace, 1..15 bytes */
	int line;
	enum config_interface_kind kind;
	char *parent;                   /* vlan, macvlan, device: the NIC in the root namespace */
	uint16_t tags[CONFIG_MAX_TAGS]; /* vlan: 1..4094 each, outermost first */
	size_t n_tags;
	enum config_vlan_protocol protocol; /* of the outermost tag; the others are 802.1Q */
	enum config_ipvlan_mode mode;
	uint32_t mtu_bytes; /* 0: the kernel's */
	bool has_mac;
	uint8_t mac[6];
	char *peer;       /* link: "NAMESPACE" or "NAMESPACE/IFNAME" as written */
	char *peer_netns; /* link: the two halves; IFNAME defaults to our own name */
	char *peer_name;
	struct address *addresses; /* with prefix length */
	size_t n_addresses;
	struct address *gateways; /* default routes, at most one per family */
	size_t n_gateways;
	bool conflict_detection; /* ask the network whether another host has an address of ours */
};

struct config_route {
	struct address destination; /* no host bits */
	struct address *vias;       /* next hops; none: dev is set */
	size_t n_vias;
	char *dev;       /* NULL: found by via */
	uint32_t metric; /* 0: the kernel's default */
	int line;
};

enum config_snmp_level {
	CONFIG_SNMP_NO_AUTH_NO_PRIV,
	CONFIG_SNMP_AUTH_NO_PRIV,
	CONFIG_SNMP_AUTH_PRIV,
};

/* The values of the enums for authentication and privacy are those of Zabbix. */
struct config_snmp {
	bool given;    /* the config has this section: what it says is kept so in Zabbix */
	uint16_t port; /* 161 */
	uint32_t version;
	char *community; /* versions 1 and 2 */
	char *user;      /* version 3, as all below */
	char *context;
	enum config_snmp_level level;
	uint32_t auth, priv;
	char *auth_passphrase; /* a user macro of Zabbix, as is the other */
	char *priv_passphrase;
};

struct config_port {
	bool given;
	uint16_t port;
};

struct config_agent {
	bool given;
	uint16_t port;
	char *psk_file;     /* "" : its encryption is the operator's */
	char *psk_identity; /* NULL: the host's name */
};

struct config_ipmi {
	bool given;
	uint16_t port;
	char *user; /* "" : none */
	char *password;
};

/* The values are those of Zabbix, interface.type, less one. */
enum config_host_interface_kind {
	CONFIG_HOST_INTERFACE_AGENT,
	CONFIG_HOST_INTERFACE_SNMP,
	CONFIG_HOST_INTERFACE_IPMI,
	CONFIG_HOST_INTERFACE_JMX,
};

/* One beside the host's first of its kind. */
struct config_host_interface {
	struct config_snmp
		snmp; /* of another kind only its port; first, as the keys of SNMP are its own */
	char *name;
	enum config_host_interface_kind kind;
	struct address address; /* as of the host */
	char *dns;
	int line;
};

struct config_host_macro {
	char *name; /* "{$SNMP_COMMUNITY}" */
	char *value;
};

struct config_host_tag {
	char *name;
	char *value;
};

struct config_host {
	char *name;             /* technical name in Zabbix */
	struct address address; /* AF_UNSPEC: it is known by its name */
	char *dns;              /* NULL: by its address */
	struct strings templates;
	/* Of these Zabbix keeps what an operator has set where the config does not have them: */
	char *visible; /* NULL: not given, as the next */
	char *description;
	struct strings groups; /* beside that of all, zabbix.host_group */
	bool enabled, enabled_given;
	bool adopt; /* one of its name that somebody has made is taken over */
	struct config_host_tag *inventory; /* fields as the API names them */
	size_t n_inventory;
	struct config_host_macro *macros;
	size_t n_macros;
	struct config_host_tag *tags;
	size_t n_tags;
	struct config_agent agent; /* this interface and that of SNMP every host has */
	struct config_snmp snmp;
	struct config_port jmx; /* these only where given */
	struct config_ipmi ipmi;
	struct config_host_interface *interfaces; /* further ones */
	size_t n_interfaces;
	int line;
};

/* A check of network discovery; the values are Zabbix's, dchecks.type. */
enum config_probe_type {
	CONFIG_PROBE_SSH = 0,
	CONFIG_PROBE_LDAP = 1,
	CONFIG_PROBE_SMTP = 2,
	CONFIG_PROBE_FTP = 3,
	CONFIG_PROBE_HTTP = 4,
	CONFIG_PROBE_POP = 5,
	CONFIG_PROBE_NNTP = 6,
	CONFIG_PROBE_IMAP = 7,
	CONFIG_PROBE_TCP = 8,
	CONFIG_PROBE_AGENT = 9,
	CONFIG_PROBE_SNMP = 11, /* of any version */
	CONFIG_PROBE_ICMP = 12,
	CONFIG_PROBE_HTTPS = 14,
	CONFIG_PROBE_TELNET = 15,
};

struct config_probe {
	enum config_probe_type type;
	uint16_t port; /* 0: it has none, or that of the snmp section */
};

/* Addresses to look at, as Zabbix takes them: "10.0.0.0/24", "10.0.0.5", "10.0.0.10-20". */
struct config_range {
	char *text;
	struct address first, last;
};

/* Hosts that Zabbix shall find by itself. */
struct config_discover {
	struct config_range *ranges;
	size_t n_ranges;
	struct config_probe *probes;
	size_t n_probes;
	uint32_t interval_s;
	bool has_templates; /* else those that suit what answered */
	struct strings templates;
	struct config_snmp snmp;
	int line;
};

struct config_sysctl {
	char *key; /* "net.ipv4.ip_forward", always under net. */
	char *value;
};

struct config_allow {
	uint8_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	uint16_t port;
};

struct config_nat {
	char *out; /* interface whose address is used */
	struct strings to;
};

enum config_service_restart {
	CONFIG_SERVICE_RESTART_ALWAYS,
	CONFIG_SERVICE_RESTART_ON_FAILURE,
	CONFIG_SERVICE_RESTART_NEVER,
};

struct config_service {
	char *name;
	struct strings command; /* argv */
	char *user;
	enum config_service_restart restart;
	int line;
};

/* A `vrf` or a `namespace` section. */
struct config_vrf {
	char *name;
	char *file; /* where it was said */
	int line;
	uint64_t digest; /* of its section's text */
	bool enabled;
	/* Why it is taken for disabled: it was released, or another gateway has it (supervisor/handover.h). NULL: it is not.
	 * `rests`: no proxy of it runs any more. */
	char *given_up;
	bool released, rests;
	bool has_proxy;  /* always for a vrf; a namespace needs a proxy section of its own */
	bool has_uplink; /* likewise; `uplink = true` in a namespace */
	int64_t id;      /* -1: to be allocated */
	bool forward;
	bool firewall;
	struct config_interface *interfaces;
	size_t n_interfaces;
	struct config_route *routes;
	size_t n_routes;
	struct strings dns; /* addresses of name servers */
	struct config_host *hosts;
	size_t n_hosts;
	struct config_discover *discovers;
	size_t n_discovers;
	struct config_sysctl *sysctls;
	size_t n_sysctls;
	struct config_allow *allows;
	size_t n_allows;
	struct config_nat *nats;
	size_t n_nats;
	struct config_service *services;
	size_t n_services;
	struct config_proxy proxy; /* the general section with this VRF's own keys laid over it */
};

struct config {
	struct config_gateway gateway;
	struct config_uplink uplink;
	struct config_zabbix zabbix;
	struct config_proxy proxy;
	struct config_vrf *vrfs; /* in the order of the file(s); vrf and namespace sections alike */
	size_t n_vrfs;
	unsigned borrowers; /* who need it beside its owner: config_share() */
};

/* The same config, which lives until config_destroy() was called for this one, too. */
struct config *config_share(struct config *config);
void config_destroy(struct config *config);

static inline void cleanup_destroy_config(struct config **config)
{
	config_destroy(*config);
}

/* Of a config that a scope owns. */
#define cleanup_config cleanup(cleanup_destroy_config)

/* Whether the uplinks have IPv4, too: where the server is reached by it. */
bool config_uplink_has_ipv4(const struct config_uplink *uplink);

/* How many uplinks there are ports for. */
uint32_t config_uplink_ports(const struct config_uplink *uplink);

/* The port of this machine by which the server reaches the passive proxy of a VRF behind NAT; 0: there is none. */
uint16_t config_passive_port(
	const struct config *config, const struct config_vrf *vrf, uint32_t id);

/* True where the proxy's user is a number of its own, and none that has a name. */
bool config_user_is_auto(const struct config_proxy *proxy);

/* What a VRF's proxy is called in Zabbix, "{gateway}-{vrf}" filled in; the caller frees it. */
char *config_proxy_name(const struct config *config, const char *vrf);

/* What the options say for a key of zabbix_proxy.conf, the last of them; NULL: nothing. */
const char *config_proxy_option(const struct config_proxy *proxy, const char *key);

/* True where there is a limit that takes a control group: that of tasks does not, where the user is the proxy's own. */
bool config_limits_any(const struct config_proxy *proxy);

/* The first check of a type; NULL where there is none. */
const struct config_probe *config_discover_probe(
	const struct config_discover *discover, enum config_probe_type type);

/* True where the address is in one of the ranges. */
bool config_discover_covers(const struct config_discover *discover, const struct address *address);

/* NULL where there is none. */
const struct config_vrf *config_find_vrf(const struct config *config, const char *name);
