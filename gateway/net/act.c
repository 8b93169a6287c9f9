// SPDX-License-Identifier: GPL-2.0-or-later
/* What an act is and which one it is; net/act_words.c has it in words. */
#include "net/act.h"

#include <ctype.h>
#include <string.h>
#include <sys/socket.h>

#include "base/hash.h"

/* ---- identity ---- */

static uint64_t hash_address(uint64_t hash, const struct address *a)
{
	hash = hash_bytes(hash, &a->family, sizeof(a->family));
	if (a->family == AF_UNSPEC)
		return hash;
	hash = hash_bytes(hash, &a->prefix_length, sizeof(a->prefix_length));
	return hash_bytes(hash, a->bytes, address_size(a));
}

static uint64_t hash_name(uint64_t hash, const struct net_act *act)
{
	return hash_text(hash, act->name);
}

static uint64_t hash_create(uint64_t hash, const struct net_act *act)
{
	const struct net_act_create *c = &act->create;
	const char *const texts[] = { c->parent, c->peer_netns, c->peer_name };

	hash = hash_bytes(hash, &c->kind, sizeof(c->kind));
	hash = hash_bytes(hash, &c->vlan_id, sizeof(c->vlan_id));
	hash = hash_bytes(hash, &c->vlan_protocol, sizeof(c->vlan_protocol));
	hash = hash_bytes(hash, &c->mode, sizeof(c->mode));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		hash = hash_text(hash, texts[i] ? texts[i] : "");
	return hash;
}

static uint64_t hash_mtu(uint64_t hash, const struct net_act *act)
{
	return hash_bytes(hash, &act->mtu.bytes, sizeof(act->mtu.bytes));
}

static uint64_t hash_mac(uint64_t hash, const struct net_act *act)
{
	return hash_bytes(hash, act->mac, sizeof(act->mac));
}

static uint64_t hash_number(uint64_t hash, const struct net_act *act)
{
	return hash_bytes(hash, &act->number, sizeof(act->number));
}

static uint64_t hash_act_address(uint64_t hash, const struct net_act *act)
{
	return hash_address(hash, &act->address.address);
}

static uint64_t hash_neighbour(uint64_t hash, const struct net_act *act)
{
	hash = hash_address(hash, &act->neighbour.address);
	return hash_bytes(hash, act->neighbour.mac, sizeof(act->neighbour.mac));
}

static uint64_t hash_route(uint64_t hash, const struct net_act *act)
{
	const struct net_act_route *r = &act->route;

	hash = hash_address(hash, &r->destination);
	hash = hash_bytes(hash, &r->metric, sizeof(r->metric));
	hash = hash_address(hash, &r->via);
	for (size_t i = 0; i < r->n_others; i++) {
		hash = hash_address(hash, &r->others[i].via);
		hash = hash_text(hash, r->others[i].dev);
	}
	return hash;
}

static uint64_t hash_sysctl(uint64_t hash, const struct net_act *act)
{
	return hash_text(hash_text(hash, act->sysctl.key), act->sysctl.value);
}

static uint64_t hash_firewall(uint64_t hash, const struct net_act *act)
{
	return hash_text(hash, act->firewall.table);
}

static const struct {
	const char *name;
	bool structural;
	enum net_aspect aspect;
	bool disturbs;
	uint64_t (*hash)(
		uint64_t hash, const struct net_act *act); /* of its own part; NULL: none */
} kinds[NET_ACT_KINDS] = {
	[NET_ACT_NETNS_CREATE] = { "netns_create", true, NET_ASPECT_NETNS, false, hash_name },
	[NET_ACT_NETNS_DELETE] = { "netns_delete", true, NET_ASPECT_NETNS, true, hash_name },
	[NET_ACT_LINK_CREATE] = { "link_create", true, NET_ASPECT_LINK, false, hash_create },
	[NET_ACT_LINK_DELETE] = { "link_delete", true, NET_ASPECT_LINK, true, NULL },
	[NET_ACT_LINK_MOVE_IN] = { "link_move_in", true, NET_ASPECT_LINK, true, hash_name },
	[NET_ACT_LINK_GIVE_BACK] = { "link_give_back", true, NET_ASPECT_LINK, true, hash_name },
	[NET_ACT_LINK_RENAME] = { "link_rename", true, NET_ASPECT_LINK, true, hash_name },
	[NET_ACT_LINK_SET_UP] = { "link_set_up", false, NET_ASPECT_LINK, false, NULL },
	[NET_ACT_LINK_SET_DOWN] = { "link_set_down", false, NET_ASPECT_LINK, true, NULL },
	[NET_ACT_LINK_SET_ARP] = { "link_set_arp", false, NET_ASPECT_LINK, false, NULL },
	[NET_ACT_LINK_RELEASE] = { "link_release", false, NET_ASPECT_LINK, false, hash_name },
	[NET_ACT_LINK_SET_MTU] = { "link_set_mtu", false, NET_ASPECT_LINK, false, hash_mtu },
	[NET_ACT_LINK_SET_MAC] = { "link_set_mac", false, NET_ASPECT_LINK, true, hash_mac },
	[NET_ACT_LINK_SET_ADDR_GEN_MODE] = { "link_set_addr_gen_mode", false, NET_ASPECT_LINK,
		false, hash_number },
	[NET_ACT_LINK_SET_GUARDS] = { "link_set_guards", false, NET_ASPECT_LINK, false,
		hash_number },
	[NET_ACT_ALTNAME_ADD] = { "altname_add", false, NET_ASPECT_LINK, false, hash_name },
	[NET_ACT_ALTNAME_DELETE] = { "altname_delete", false, NET_ASPECT_LINK, false, hash_name },
	[NET_ACT_ADDRESS_ADD] = { "address_add", false, NET_ASPECT_ADDRESS, false,
		hash_act_address },
	[NET_ACT_ADDRESS_DELETE] = { "address_delete", false, NET_ASPECT_ADDRESS, true,
		hash_act_address },
	[NET_ACT_NEIGHBOUR_SET] = { "neighbour_set", false, NET_ASPECT_UPLINK, false,
		hash_neighbour },
	[NET_ACT_ROUTE_ADD] = { "route_add", false, NET_ASPECT_ADDRESS, false, hash_route },
	[NET_ACT_ROUTE_DELETE] = { "route_delete", false, NET_ASPECT_ADDRESS, true, hash_route },
	[NET_ACT_SYSCTL_SET] = { "sysctl_set", false, NET_ASPECT_NETNS, false, hash_sysctl },
	[NET_ACT_FIREWALL_SET] = { "firewall_set", false, NET_ASPECT_NETNS, false, hash_firewall },
	[NET_ACT_FIREWALL_DELETE] = { "firewall_delete", false, NET_ASPECT_NETNS, true,
		hash_firewall },
};

struct net_act_id net_act_identify(const struct net_act *act)
{
	struct net_act_id id = { .kind = act->kind, .in_root = act->in_root, .hash = HASH_BASIS };

	memcpy(id.link, act->link, sizeof(id.link));
	id.hash = hash_bytes(id.hash, &id.kind, sizeof(id.kind));
	id.hash = hash_bytes(id.hash, &id.in_root, sizeof(id.in_root));
	id.hash = hash_text(id.hash, id.link);
	if (kinds[act->kind].hash)
		id.hash = kinds[act->kind].hash(id.hash, act);
	return id;
}

bool net_act_id_equal(const struct net_act_id *a, const struct net_act_id *b)
{
	return a->hash == b->hash && a->kind == b->kind && a->in_root == b->in_root &&
		strcmp(a->link, b->link) == 0;
}

/* ---- what is to be known of it ---- */

const char *net_act_name(enum net_act_kind kind)
{
	return kinds[kind].name;
}

bool net_act_makes_uplink(const struct net_act *act)
{
	return act->kind == NET_ACT_LINK_CREATE && act->create.kind == NET_LINK_VETH &&
		act->create.stays;
}

bool net_act_is_structural(const struct net_act *act)
{
	return kinds[act->kind].structural;
}

bool net_act_disturbs(const struct net_act *act)
{
	return kinds[act->kind].disturbs;
}

bool net_act_is_retry(const struct net_act *act)
{
	return (act->kind == NET_ACT_ADDRESS_ADD || act->kind == NET_ACT_ADDRESS_DELETE) &&
		act->address.retry;
}

static bool is_root_end(const struct net_act *act)
{
	return act->in_root && strncmp(act->link, NET_UPLINK_ROOT, 2) == 0 &&
		isdigit((unsigned char)act->link[2]);
}

static bool is_uplink(const struct net_act *act)
{
	return is_root_end(act) || strcmp(act->link, NET_UPLINK_INSIDE) == 0;
}

bool net_act_renumbers(const struct net_act *act, uint32_t id)
{
	char name[NET_IFNAME_SIZE];

	return act->kind == NET_ACT_LINK_DELETE && is_root_end(act) &&
		strcmp(act->link, net_uplink_root_name(id, name)) != 0;
}

enum net_aspect net_act_aspect(const struct net_act *act)
{
	return is_uplink(act) ? NET_ASPECT_UPLINK : kinds[act->kind].aspect;
}
