# SPDX-License-Identifier: GPL-2.0-or-later
"""What somebody else routes in a VRF's namespace takes its packets elsewhere: told by status, diag and plan."""

import contextlib
import json
import pathlib
import shutil

from lab import expect_said, ip
from tap import Failure, expect, expect_equal
from waiting import TimedOut, wait_until

# Two rounds of checks, and a busy machine.
TOLD_SECONDS = 60

BESIDE = 'interface cust1 { kind = macvlan parent = p1 address = "10.8.0.2/24" }'
CUSTOMER = ('interface cust0 { kind = macvlan parent = p0 conflict_detection = off'
            ' address = { "10.0.0.2/24", "fd00:1::2/64" } gateway = { "10.0.0.1", "fd00:1::1" } }'
            ' route "192.168.0.0/16" { via = "10.0.0.9" }')
# So many that they are asked for in turns.
HOSTS = [f"192.168.{number // 200}.{number % 200 + 1}" for number in range(600)]


@contextlib.contextmanager
def customer(lab, *more, kind="namespace"):
    """acme on p0, and whatever of it is beside that."""
    ip("netns", "add", "router")
    for name in ("p0", "p1"):
        ip("link", "add", name, "type", "veth", "peer", "name", f"{name}far", "netns", "router")
        ip("-n", "router", "link", "set", f"{name}far", "up")
        ip("link", "set", name, "up")
    for address in ("10.0.0.1/24", "10.0.0.9/24", "fd00:1::1/64"):
        ip("-n", "router", "addr", "add", address, "dev", "p0far", *(["nodad"] if ":" in address else []))
    uplink = "uplink = true " if kind == "namespace" else ""
    lab.write(f"{proxy_section(lab)}{kind} acme {{ {CUSTOMER} {uplink}{' '.join(more)} }}\n")
    try:
        with lab.running():
            lab.wait_state("acme", "healthy")
            wait_until(lambda: is_known(lab), TOLD_SECONDS, "the ways")
            yield
    finally:
        lab.command("down")
        for name in ("p0", "p1"):
            ip("link", "del", name)
        ip("netns", "del", "router")


def proxy_section(lab):
    """Of one that answers, and is asked once a second."""
    path = lab.base / "zabbix_proxy"
    shutil.copy(pathlib.Path(__file__).with_name("fake_proxy.py"), path)
    path.chmod(0o755)
    return f'proxy {{ binary = "{path}" user = nobody psk = false health {{ interval = 1 timeout = 1 }} }}\n'


def is_known(lab):
    return any(check["name"] == "route" and check["ok"] for check in lab.vrf("acme")["checks"])


def wait_told(lab, reason, diag=False, check="route"):
    vrf = None

    def is_told():
        nonlocal vrf
        vrf = lab.vrf("acme")
        return vrf["state"] == "degraded" and vrf["reason"] == f"{check}: {reason}"
    try:
        wait_until(is_told, TOLD_SECONDS, "acme")
    except TimedOut as late:
        raise Failure(f"{late}: {vrf['state']} {vrf['reason']!r}, expected {reason!r}") from late
    if diag:
        done = lab.command("diag", "acme")
        expect_said(done, 1)
        expect(any(line.startswith("fail  route") and reason.split("; and ")[0] in line
                   for line in done.stdout.splitlines()), done.stdout)


def wait_healed(lab):
    wait_until(lambda: lab.vrf("acme")["state"] == "healthy", TOLD_SECONDS, "acme: healthy")


def foreign(lab, kind):
    return [each["text"] for each in json.loads(lab.command("plan", "-j").stdout)["foreign"] if each["kind"] == kind]


def tried(lab, kind, add, reason, text=None, diag=False):
    """It is told, listed as foreign, left alone, and forgotten once it goes."""
    ip("-n", "acme", *add)
    wait_told(lab, reason, diag)
    expect_said(lab.command("plan"), 0)
    if text:
        expect_equal(foreign(lab, kind), [text], f"foreign {kind}")
        expect_said(lab.command("plan"), 0, stdout=f"acme: foreign, kept: {kind} {text}")
    ip("-n", "acme", *["del" if word == "add" else word for word in add])
    wait_healed(lab)


def a_foreign_route_that_discards_is_told(lab):
    with customer(lab):
        for word, done in (("blackhole", "discarded"), ("unreachable", "unreachable"), ("prohibit", "prohibited")):
            tried(lab, "route", ["route", "add", word, "10.0.0.1"],
                  f"gateway 10.0.0.1: {done} by foreign route '{word} 10.0.0.1/32'", f"{word} 10.0.0.1/32")
        tried(lab, "route", ["route", "add", "blackhole", "10.0.0.8/30"],
              "next hop 10.0.0.9: discarded by foreign route 'blackhole 10.0.0.8/30'")
        tried(lab, "route", ["-6", "route", "add", "blackhole", "fd00:1::1"],
              "gateway fd00:1::1: discarded by foreign route 'blackhole fd00:1::1/128'", "blackhole fd00:1::1/128")


def a_foreign_route_in_the_place_of_one_of_the_config_is_told(lab):
    """The kernel has one of a network and metric, and what others have made is kept."""
    network, object_ = "192.168.0.0/16", ["nexthop", "add", "id", "1", "blackhole"]
    with customer(lab):
        ip("-n", "acme", *object_)
        for words, text, way in (
                (["blackhole", network], f"blackhole {network}", "discarded by foreign route '{}'"),
                ([network, "nhid", "1"], f"blackhole {network} nhid 1", "discarded by foreign route '{}'"),
                ([network, "via", "10.0.0.77"], f"{network} via 10.0.0.77 dev cust0",
                 f"sent by 'cust0' via 10.0.0.77: foreign route '{network}'")):
            ip("-n", "acme", "route", "replace", *words)
            wait_told(lab, f"interface 'cust0': cannot add route {network} via 10.0.0.9: File exists: foreign route"
                      f" '{text}' is in its place", check="address")
            wait_until(lambda: not is_known(lab), TOLD_SECONDS, "the check of the ways")
            told = lab.command("diag", "acme").stdout
            expect(f"fail  route       route {network}: {way.format(text)}" in told, told)
            ip("-n", "acme", "route", "del", *words)
            wait_healed(lab)
        # A rule takes it all the same.
        tried(lab, "rule", ["rule", "add", "to", network, "priority", "100", "blackhole"],
              f"route {network}: discarded by foreign rule '100: from all to {network} blackhole'")
        # Of a part of it somebody may have decided otherwise.
        ip("-n", "acme", "route", "add", "blackhole", "192.168.0.0/24")
        ip("-n", "acme", "route", "add", "192.168.0.0/25", "via", "10.0.0.77")
        expect("fail  route" not in lab.command("diag", "acme").stdout, "a part is taken for the whole")


def a_foreign_rule_is_told(lab):
    with customer(lab):
        tried(lab, "rule", ["rule", "add", "to", "10.0.0.1", "priority", "100", "blackhole"],
              "gateway 10.0.0.1: discarded by foreign rule '100: from all to 10.0.0.1 blackhole'",
              "100: from all to 10.0.0.1 blackhole", diag=True)
        # What a packet is sent from is known to the second look-up only, as connect(2) makes it.
        tried(lab, "rule", ["rule", "add", "from", "10.0.0.0/24", "priority", "100", "prohibit"],
              "gateway 10.0.0.1: prohibited by foreign rule '100: from 10.0.0.0/24 prohibit'; and 3 more")
        tried(lab, "rule", ["-6", "rule", "add", "to", "fd00:1::/64", "priority", "100", "unreachable"],
              "gateway fd00:1::1: unreachable by foreign rule '100: from all to fd00:1::/64 unreachable'")
        ip("-n", "acme", "link", "add", "mine", "type", "veth", "peer", "name", "mine2")
        ip("-n", "acme", "addr", "add", "10.77.0.1/24", "dev", "mine")
        ip("-n", "acme", "link", "set", "mine", "up")
        ip("-n", "acme", "link", "set", "mine2", "up")
        ip("-n", "acme", "route", "add", "default", "via", "10.77.0.2", "table", "77")
        tried(lab, "rule", ["rule", "add", "to", "10.0.0.1", "priority", "100", "lookup", "77"],
              "gateway 10.0.0.1: sent by 'mine', not by 'cust0': foreign route 'default'"
              " by rule '100: from all to 10.0.0.1 lookup 77'")


def a_foreign_route_elsewhere_is_told(lab):
    with customer(lab, BESIDE):
        tried(lab, "route", ["route", "add", "10.0.0.1", "via", "10.8.0.9"],
              "gateway 10.0.0.1: sent by 'cust1', not by 'cust0': foreign route '10.0.0.1/32'")
        tried(lab, "route", ["route", "add", "10.0.0.1", "via", "10.0.0.77"],
              "gateway 10.0.0.1: sent by 'cust0' via 10.0.0.77: foreign route '10.0.0.1/32'")
        # As VPN clients do it.
        tried(lab, "route", ["route", "add", "128.0.0.0/1", "via", "10.8.0.9"],
              "default route of IPv4: sent by 'cust1', not by 'cust0': foreign route '128.0.0.0/1'")
        ip("-n", "acme", "link", "set", "lo", "up")
        tried(lab, "address", ["addr", "add", "10.0.0.1/32", "dev", "lo"],
              "gateway 10.0.0.1: is a foreign address of 'lo'")
        # A routing daemon's business.
        ip("-n", "acme", "route", "add", "192.168.7.0/24", "via", "10.8.0.9", "proto", "bird")
        ip("-n", "acme", "route", "add", "10.0.0.9", "via", "10.8.0.9", "proto", "bird")
        expect("fail  route" not in lab.command("diag", "acme").stdout, "a daemon's route is taken for a fault")


def a_taken_way_to_the_server_is_told(lab):
    with customer(lab):
        uplink = lab.vrf("acme")["uplink"]["root_address"].split("/")[0]
        tried(lab, "route", ["-6", "route", "add", "blackhole", uplink],
              f"uplink's root side {uplink}: discarded by foreign route 'blackhole {uplink}/128'")
        tried(lab, "rule", ["-6", "rule", "add", "priority", "5", "prohibit"],
              f"uplink's root side {uplink}: prohibited by foreign rule '5: from all prohibit (IPv6)'; and 2 more",
              "5: from all prohibit (IPv6)")


def a_host_that_cannot_be_reached_is_told(lab):
    hosts = [f'host h{number} {{ address = "{address}" }}' for number, address in enumerate(HOSTS)]
    with customer(lab, *hosts, 'host six { address = "2001:db8:7::7" }', kind="vrf"):
        tried(lab, "route", ["route", "add", "blackhole", HOSTS[599]],
              f"host 'h599' ({HOSTS[599]}): discarded by foreign route 'blackhole {HOSTS[599]}/32'", diag=True)
        tried(lab, "route", ["route", "add", "prohibit", "192.168.0.0/17"],
              f"host 'h0' ({HOSTS[0]}): prohibited by foreign route 'prohibit 192.168.0.0/17'; and 599 more")
        expect("fail  route" not in lab.command("diag", "acme").stdout, "diag says it still")


def a_router_that_advertises_itself_beside_a_gateway_is_told(lab):
    with customer(lab, 'host six { address = "2001:db9:7::7" }', kind="vrf"):
        tried(lab, "route", ["-6", "route", "add", "default", "via", "fe80::9", "dev", "cust0", "metric", "512",
                             "proto", "ra"],
              "default route of IPv6: sent by 'cust0' via fe80::9: the router advertises itself (accept_ra);"
              " and 1 more")


def a_gateway_that_advertises_itself_is_no_fault(lab):
    """By its link-local address, which is the same router as it has the same hardware address."""
    with customer(lab, 'host six { address = "2001:db9:7::7" }', kind="vrf"):
        far = json.loads(ip("-j", "-n", "router", "addr", "show", "p0far"))[0]
        local = next(each["local"] for each in far["addr_info"] if each["scope"] == "link")
        # As its advertisement has it.
        ip("-n", "acme", "neigh", "replace", local, "lladdr", far["address"], "dev", "cust0", "nud", "stale")
        wait_until(lambda: "fd00:1::1 answers" in lab.command("diag", "acme").stdout, TOLD_SECONDS, "the gateway's answer")
        route = ["default", "via", local, "dev", "cust0", "metric", "512", "proto", "ra"]
        ip("-n", "acme", "-6", "route", "add", *route)
        told = lab.command("diag", "acme").stdout
        expect("fail  route" not in told and f"via {local}" in ip("-n", "acme", "-6", "route", "get", "2001:db9:7::7"), told)
        # Another router is one.
        ip("-n", "acme", "neigh", "replace", local, "lladdr", "02:00:00:00:00:77", "dev", "cust0", "nud", "stale")
        wait_told(lab, f"default route of IPv6: sent by 'cust0' via {local}: the router advertises itself (accept_ra);"
                  " and 1 more")
        ip("-n", "acme", "neigh", "replace", local, "lladdr", far["address"], "dev", "cust0", "nud", "stale")
        wait_healed(lab)


CASES = [a_foreign_route_in_the_place_of_one_of_the_config_is_told, a_host_that_cannot_be_reached_is_told, a_router_that_advertises_itself_beside_a_gateway_is_told,
         a_gateway_that_advertises_itself_is_no_fault,
         a_foreign_route_that_discards_is_told, a_foreign_rule_is_told, a_foreign_route_elsewhere_is_told,
         a_taken_way_to_the_server_is_told]
