#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The set of the benchmark by pyroute2: `pyroute2_peer.py up|sweep|down COUNT`."""

import sys

from pyroute2 import IPRoute, NetNS, netns

from peers import GROUP, mac, uplink
from world import TRUNK

QUEUES = {"num_tx_queues": 1, "num_rx_queues": 1}
ROOT_BASE = 0x100000
NODAD, PERMANENT, ADDR_GEN_MODE_NONE = 2, 0x80, 1


def set_quiet_and_up(ip, index):
    mode = {"attrs": [["IFLA_INET6_ADDR_GEN_MODE", ADDR_GEN_MODE_NONE]]}
    ip.link("set", index=index, IFLA_AF_SPEC={"attrs": [["AF_INET6", mode]]})
    ip.link("set", index=index, state="up")


def set_uplink(ip, index, number, root):
    set_quiet_and_up(ip, index)
    ip.addr("add", index=index, address=uplink(number, root), prefixlen=126, flags=NODAD)
    ip.neigh("add", ifindex=index, dst=uplink(number, not root), lladdr=mac(number, not root), state=PERMANENT)


def fill_root(ip, number, parent):
    name, index = f"bench{number}", ROOT_BASE + number
    ip.link("add", ifname=f"vg{number}", index=index, kind="veth", group=GROUP, address=mac(number, True), **QUEUES,
            peer={"ifname": "uplink", "address": mac(number, False), "net_ns_fd": name, **QUEUES})
    set_uplink(ip, index, number, True)
    ip.link("add", ifname="cust", kind="macvlan", macvlan_mode="bridge", group=GROUP, link=parent, net_ns_fd=name)


def fill_inside(ip, number):
    ip.link("set", index=1, state="up")
    customer = ip.link_lookup(ifname="cust")[0]
    set_uplink(ip, ip.link_lookup(ifname="uplink")[0], number, False)
    set_quiet_and_up(ip, customer)
    ip.addr("add", index=customer, address="10.0.0.2", prefixlen=30)
    ip.route("add", dst="default", gateway="10.0.0.1")


def up(count):
    with IPRoute() as root:
        parent = root.link_lookup(ifname=TRUNK)[0]
        for number in range(count):
            netns.create(f"bench{number}")
            fill_root(root, number, parent)
            with NetNS(f"bench{number}") as inside:
                fill_inside(inside, number)


def read(ip):
    for get in (ip.get_links, ip.get_addr, ip.get_neighbours, ip.get_routes):
        list(get())


def sweep(count):
    with IPRoute() as root:
        read(root)
    for number in range(count):
        with NetNS(f"bench{number}") as inside:
            read(inside)


def down(count):
    for number in range(count):
        netns.remove(f"bench{number}")


{"up": up, "sweep": sweep, "down": down}[sys.argv[1]](int(sys.argv[2]))
