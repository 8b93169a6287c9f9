# SPDX-License-Identifier: GPL-2.0-or-later
"""Another host of the customer's network has an address of ours, or nobody has the gateway's: a kernel in a namespace
of its own, which answers or does not."""

import contextlib
import json
import subprocess

from lab import expect_said, ip
from tap import Failure, expect, expect_equal
from waiting import TimedOut, wait_until

ROUTER = ("10.0.0.1/24", "fd00:1::1/64")
# The longest pause between two attempts, and some probes.
HEAL_SECONDS = 90
OTHER_MAC = "02:00:00:00:00:99"


@contextlib.contextmanager
def customer(lab, router=True):
    """A NIC p0 whose other end is that of a host, which may be the router."""
    ip("netns", "add", "host")
    ip("link", "add", "p0", "type", "veth", "peer", "name", "far0", "netns", "host")
    ip("-n", "host", "link", "set", "far0", "address", OTHER_MAC)
    subprocess.run(["ip", "netns", "exec", "host", "sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/far0/accept_dad"],
                   check=True)
    ip("-n", "host", "link", "set", "far0", "up")
    ip("link", "set", "p0", "up")
    if router:
        router_comes()
    try:
        yield
    finally:
        lab.command("down")
        ip("link", "del", "p0")
        ip("netns", "del", "host")


def other_takes(address):
    ip("-n", "host", "addr", "add", address, "dev", "far0", *(["nodad"] if ":" in address else []))


def other_gives_up(address):
    ip("-n", "host", "addr", "del", address, "dev", "far0")


def router_comes():
    for address in ROUTER:
        other_takes(address)


def router_goes():
    for address in ROUTER:
        other_gives_up(address)


def interface(*words):
    return f'interface cust0 {{ kind = macvlan parent = p0 {" ".join(words)} }}'


SIX = interface('address = "fd00:1::2/64"', 'gateway = "fd00:1::1"')
FOUR = interface('address = "10.0.0.2/24"', 'gateway = "10.0.0.1"')
LOCAL = interface('address = "fe80::2/64"')
OTHER = interface('address = "10.0.0.3/24"')
QUIET = interface('address = "10.0.0.2/24"', 'gateway = "10.0.0.1"', "conflict_detection = off")
# Three results in a row that a gateway does not answer are soon there.
QUICK = "proxy { health { interval = 1 timeout = 1 start_period = 1 } }\n"


def wait_reason(lab, reason, name="acme"):
    vrf = None

    def is_told():
        nonlocal vrf
        vrf = lab.vrf(name)
        return vrf["state"] == "degraded" and vrf["reason"] == reason
    try:
        wait_until(is_told, HEAL_SECONDS, name)
    except TimedOut as late:
        raise Failure(f"{late}: {vrf['state']} {vrf['reason']!r}, expected {reason!r}") from late


def wait_healthy(lab, *names):
    for name in names or ["acme"]:
        wait_until(lambda name=name: lab.vrf(name)["state"] == "healthy", HEAL_SECONDS, f"{name}: healthy")


def neighbours(name):
    return ip("-n", name, "neigh", "show", "dev", "cust0")


def an_ipv6_duplicate_is_told_and_healed(lab):
    lab.write(f"namespace acme {{ {SIX} }}\n")
    told = f"address: fd00:1::2/64 on 'cust0' is in use by {OTHER_MAC} (duplicate address)"
    with customer(lab), lab.running():
        wait_healthy(lab)
        wait_until(lambda: "tentative" not in ip("-n", "acme", "addr"), HEAL_SECONDS, "the address")
        # As after a start: the other one is there first.
        other_takes("fd00:1::2/64")
        ip("-n", "acme", "addr", "del", "fd00:1::2/64", "dev", "cust0")
        wait_reason(lab, told)
        check = next(each for each in lab.vrf("acme")["checks"] if each["name"] == "address")
        expect_equal(check["ok"], False, "the check")
        diag = lab.command("diag", "acme")
        expect_said(diag, 1)
        expect(f"fd00:1::2/64 on cust0 is in use by {OTHER_MAC}" in diag.stdout, diag.stdout)

        def planned():
            return lab.command("plan", "-v").stdout.splitlines()[:2] == [
                "acme: delete address fd00:1::2/64 (duplicate address) from cust0",
                "acme: add address fd00:1::2/64 (duplicate address) to cust0"]
        wait_until(planned, HEAL_SECONDS, "a plan that tells")
        ip("link", "set", "p0", "down")
        ip("link", "set", "p0", "up")
        wait_reason(lab, told)
        expect_said(lab.command("reload"), 0)
        wait_reason(lab, told)
        other_gives_up("fd00:1::2/64")
        wait_healthy(lab)
        expect("dadfailed" not in ip("-n", "acme", "addr"), "the address is still a duplicate")
        expect_said(lab.command("plan"), 0)
        expect_equal(lab.vrf("acme")["repairs"], 1, "repairs: attempts are none")


def up_tries_an_ipv6_duplicate_again(lab):
    lab.write(f"namespace acme {{ {SIX} }}\n")
    with customer(lab):
        other_takes("fd00:1::2/64")
        expect_said(lab.command("up"), 0)
        wait_until(lambda: "dadfailed" in ip("-n", "acme", "addr"), HEAL_SECONDS, "a duplicate")
        expect_said(lab.command("plan", "-v"), 2, stdout="add address fd00:1::2/64 (duplicate address) to cust0")
        acts = [act["act"] for act in json.loads(lab.command("plan", "-j").stdout)["acts"]]
        expect_equal(acts, ["address_delete", "address_add"], "acts")
        other_gives_up("fd00:1::2/64")
        expect_said(lab.command("up"), 0, stderr="1 duplicate address added again")
        wait_until(lambda: "tentative" not in ip("-n", "acme", "addr"), HEAL_SECONDS, "the address")
        expect("default via fd00:1::1" in ip("-n", "acme", "-6", "route"), "the route is gone")
        expect_said(lab.command("plan"), 0)


def an_ipv4_duplicate_is_told_and_healed(lab):
    lab.write(f"namespace acme {{ {FOUR} }}\n")
    with customer(lab):
        other_takes("10.0.0.2/24")
        with lab.running():
            wait_reason(lab, f"address: 10.0.0.2/24 on 'cust0' is in use by {OTHER_MAC} (duplicate address)")
            expect_said(lab.command("plan"), 0)
            diag = lab.command("diag", "acme")
            expect_said(diag, 1)
            expect(f"10.0.0.2/24 on cust0 is in use by {OTHER_MAC}" in diag.stdout, diag.stdout)
            other_gives_up("10.0.0.2/24")
            wait_healthy(lab)
            expect(f"10.0.0.2/24 on cust0 is in use by" not in lab.command("diag", "acme").stdout, "diag is wrong")
            # The first probes are sent again with the link.
            other_takes("10.0.0.2/24")
            ip("-n", "host", "link", "set", "far0", "down")
            wait_until(lambda: "no carrier" in lab.vrf("acme")["reason"], HEAL_SECONDS, "no carrier")
            ip("-n", "host", "link", "set", "far0", "up")
            wait_reason(lab, f"address: 10.0.0.2/24 on 'cust0' is in use by {OTHER_MAC} (duplicate address)")


def captured(seconds):
    """How many ARP packets came to the other host within that time."""
    done = subprocess.run(["ip", "netns", "exec", "host", "timeout", str(seconds), "python3", "-c", """
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0806))
while True:
    if s.recv(64)[14:18] == bytes(4):
        print("probe", flush=True)
"""], capture_output=True, text=True, check=False)
    return done.stdout.count("probe")


def nobody_is_asked_where_that_is_off(lab):
    lab.write(f"{QUICK}namespace acme {{ {QUIET} }}\n"
              f"namespace bravo {{ {OTHER} }}\n")
    with customer(lab, router=False):
        other_takes("10.0.0.2/24")
        other_takes("10.0.0.3/24")
        with lab.running():
            wait_until(lambda: lab.vrf("bravo")["state"] == "degraded", HEAL_SECONDS, "bravo: degraded")
            expect_equal(lab.vrf("acme")["state"], "healthy", "acme")
            other_gives_up("10.0.0.3/24")
            lab.write(f"namespace acme {{ {QUIET} }}\n")
            expect_said(lab.command("reload"), 0)
            wait_until(lambda: not lab.vrf("bravo"), HEAL_SECONDS, "bravo goes")
            expect_equal(captured(3), 0, "probes")
            expect_equal(lab.vrf("acme")["state"], "healthy", "acme")
            expect("10.0.0.1" not in neighbours("acme"), "the gateway was asked for")
            expect(not any(each["name"] == "gateway" for each in lab.vrf("acme")["checks"]), "the gateway is known")


def two_vrfs_of_one_address_on_one_wire_name_each_other(lab):
    told = "address: 10.0.0.2/24 on 'cust0' is in use by VRF '{}' of this gateway (duplicate address)"
    lab.write(f"namespace acme {{ {FOUR} }}\nnamespace bravo {{ {FOUR} }}\n")
    with customer(lab):
        expect_said(lab.command("check"), 0, stderr=f"{lab.path}:3: namespace 'bravo': interface 'cust0': address "
                    f'"10.0.0.2/24": that of namespace \'acme\' at {lab.path}:2, too, on the same wire (parent \'p0\')')
        with lab.running():
            wait_reason(lab, told.format("bravo"))
            wait_reason(lab, told.format("acme"), "bravo")
            expect(", of this gateway's VRF bravo" in lab.command("diag", "acme").stdout, "diag does not name it")
            lab.write(f"namespace acme {{ {FOUR} }}\nnamespace bravo {{ {OTHER} }}\n")
            expect_said(lab.command("reload"), 0)
            wait_healthy(lab, "acme", "bravo")


def vrfs_of_one_address_on_wires_of_their_own_are_no_conflict(lab):
    """Overlap is what VRFs are for."""
    lab.write(f"namespace acme {{ {FOUR} }}\nnamespace bravo {{ {FOUR.replace('p0', 'trunk0')} }}\n")
    with customer(lab):
        expect_said(lab.command("check"), 0, stderr="")
        with lab.running():
            wait_healthy(lab, "acme", "bravo")
            expect(captured(8) > 1, "nobody asks")
            expect_equal([lab.vrf(name)["state"] for name in ("acme", "bravo")], ["healthy", "healthy"], "states")


def a_vrf_that_left_the_config_and_has_the_address_is_named(lab):
    lab.write(f"namespace old {{ {FOUR} }}\nnamespace stays {{ }}\n")
    with customer(lab):
        with lab.running(stop=False) as supervisor:
            wait_healthy(lab, "old")
            supervisor.kill()
            supervisor.wait()
        lab.write(f"namespace acme {{ {FOUR} }}\nnamespace stays {{ }}\n")
        with lab.running():
            wait_reason(lab, "address: 10.0.0.2/24 on 'cust0' is in use by VRF 'old' of this gateway, which is not in "
                        "the config any more (duplicate address)")
            expect(", of this gateway's VRF old" in lab.command("diag", "acme").stdout, "diag does not name it")
            expect_said(lab.command("reload", "--remove"), 0)
            wait_healthy(lab)


def a_link_local_address_of_the_config_counts_as_any_other(lab):
    lab.write(f"namespace acme {{ {LOCAL} }}\n")
    with customer(lab), lab.running():
        wait_healthy(lab)
        wait_until(lambda: "tentative" not in ip("-n", "acme", "addr"), HEAL_SECONDS, "the address")
        expect_said(lab.command("plan"), 0)
        expect("cust0 has fe80::2/64" in lab.command("diag", "acme").stdout, "diag does not find the address")
        other_takes("fe80::2/64")
        ip("-n", "acme", "addr", "del", "fe80::2/64", "dev", "cust0")
        wait_reason(lab, f"address: fe80::2/64 on 'cust0' is in use by {OTHER_MAC} (duplicate address)")
        other_gives_up("fe80::2/64")
        wait_healthy(lab)


def a_gateway_that_nobody_has_is_told_and_healed(lab):
    reasons = {"acme": "gateway: 10.0.0.1 on 'cust0' does not answer ARP",
               "six": "gateway: fd00:1::1 on 'cust0' does not answer neighbour solicitations"}
    lab.write(f"{QUICK}namespace acme {{ {FOUR} }}\nnamespace six {{ {SIX} }}\n")
    with customer(lab, router=False), lab.running():
        for name, reason in reasons.items():
            wait_reason(lab, reason, name)
        router_comes()
        wait_healthy(lab, *reasons)
        # The router boots again, and what is known of it is old.
        router_goes()
        for name in reasons:
            ip("-n", name, "neigh", "flush", "dev", "cust0")
        for name, reason in reasons.items():
            wait_reason(lab, reason, name)
        router_comes()
        wait_healthy(lab, *reasons)
        lines = lab.log().splitlines()
        for name, reason in reasons.items():
            expect_equal(sum(f"vrf '{name}': degraded" in line for line in lines), 2, f"{name}: times that it was told")


def a_neighbour_entry_set_by_hand_is_told_where_it_is_wrong(lab):
    """The kernel asks no more: the gateway is known for good, and nothing arrives there."""
    names = {"acme": "10.0.0.1", "six": "fd00:1::1"}
    lab.write(f"{QUICK}namespace acme {{ {FOUR} }}\nnamespace six {{ {SIX} }}\n")

    def is_set(name, mac):
        ip("-n", name, "neigh", "replace", names[name], "lladdr", mac, "dev", "cust0", "nud", "permanent")

    def diag_says(name, text):
        told = lab.command("diag", name).stdout
        expect(text in told, told)
    with customer(lab), lab.running():
        wait_healthy(lab, *names)
        for name, gateway in names.items():
            is_set(name, "02:00:00:00:00:77")
            entry = "has a neighbour entry set by hand, 02:00:00:00:00:77,"
            wait_reason(lab, f"gateway: {gateway} on 'cust0' {entry} and {OTHER_MAC} answers for it", name)
            diag_says(name, f"fail  neighbour   {gateway} is 02:00:00:00:00:77, set by hand, and {OTHER_MAC} answers")
            # What is right is nobody's fault.
            is_set(name, OTHER_MAC)
            wait_healthy(lab, name)
            diag_says(name, f"ok    neighbour   {gateway} is {OTHER_MAC}, set by hand")
        own = json.loads(ip("-j", "-n", "acme", "link", "show", "cust0"))[0]["address"]
        is_set("acme", own)
        wait_reason(lab, f"gateway: 10.0.0.1 on 'cust0' has a neighbour entry set by hand, {own}, which is an interface"
                    " of the VRF itself")
        diag_says("acme", f"fail  neighbour   10.0.0.1 is {own}, which is an interface of the VRF itself")
        is_set("acme", OTHER_MAC)
        wait_healthy(lab)
        router_goes()
        for name, gateway in names.items():
            is_set(name, "02:00:00:00:00:77")
            what = "neighbour solicitations" if ":" in gateway else "ARP"
            wait_reason(lab, f"gateway: {gateway} on 'cust0' has a neighbour entry set by hand, 02:00:00:00:00:77, and does"
                        f" not answer {what}", name)
            diag_says(name, f"fail  neighbour   {gateway} is 02:00:00:00:00:77, set by hand, and does not answer itself")
        router_comes()
        for name, gateway in names.items():
            ip("-n", name, "neigh", "del", gateway, "dev", "cust0")
        wait_healthy(lab, *names)


def a_next_hop_that_nobody_has_is_told_and_healed(lab):
    """As a gateway is, with what it leads to; one of a route without an interface's name, too."""
    names = {"acme": ("10.0.0.9", "gateway: 10.0.0.9 on 'cust0' (next hop of 192.168.0.0/16) does not answer ARP"),
             "six": ("fd00:1::9", "gateway: fd00:1::9 on 'cust0' (next hop of fd00:9::/48) does not answer neighbour"
                     " solicitations"),
             "far": ("10.9.0.9", "gateway: 10.9.0.9 on 'cust0' (next hop of 192.168.0.0/16) does not answer ARP")}
    quiet = interface('address = "10.0.0.5/24"', "conflict_detection = off")
    lab.write(f"""{QUICK}namespace acme {{ {FOUR} route "192.168.0.0/16" {{ via = "10.0.0.9" }} }}
namespace six {{ {SIX.replace("::2/", "::6/")} route "fd00:9::/48" {{ via = "fd00:1::9" }} }}
namespace far {{ {OTHER} route "10.9.0.0/24" {{ dev = cust0 }} route "192.168.0.0/16" {{ via = "10.9.0.9" }} }}
namespace quiet {{ {quiet} route "192.168.0.0/16" {{ via = "10.0.0.9" }} }}
""")
    with customer(lab), lab.running():
        other_takes("10.9.0.1/24")
        for name, (_, reason) in names.items():
            wait_reason(lab, reason, name)
        expect("10.0.0.9" not in neighbours("quiet"), "a next hop was asked for")
        told = lab.command("diag", "acme").stdout
        expect("fail  neighbour   nobody on cust0 says that he is 10.0.0.9" in told, told)
        for address, _ in names.values():
            other_takes(f"{address}/{64 if ':' in address else 24}")
        wait_healthy(lab, *names, "quiet")
        expect("ok    neighbour   10.0.0.9" in lab.command("diag", "acme").stdout, "diag says it still")


CASES = [an_ipv6_duplicate_is_told_and_healed, up_tries_an_ipv6_duplicate_again, an_ipv4_duplicate_is_told_and_healed,
         nobody_is_asked_where_that_is_off, two_vrfs_of_one_address_on_one_wire_name_each_other,
         vrfs_of_one_address_on_wires_of_their_own_are_no_conflict,
         a_vrf_that_left_the_config_and_has_the_address_is_named,
         a_link_local_address_of_the_config_counts_as_any_other, a_gateway_that_nobody_has_is_told_and_healed,
         a_neighbour_entry_set_by_hand_is_told_where_it_is_wrong, a_next_hop_that_nobody_has_is_told_and_healed]
