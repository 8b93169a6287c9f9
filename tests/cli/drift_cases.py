# SPDX-License-Identifier: GPL-2.0-or-later
"""What somebody else changes in the kernel, and what a reload changes, under a running supervisor."""

import json
import pathlib
import subprocess
import time

from lab import STATE_SECONDS, expect_said, ip
from running_cases import CUSTOMER, children_of, fake_proxy, netns_names
from tap import expect, expect_equal
from waiting import wait_until

REPAIR_SECONDS = 1
# Of a VRF in trouble.
SWEEP_SECONDS = 10
# Several have it, on one wire, and nobody is the gateway.
ROUTED = ('interface cust { kind = macvlan parent = trunk0 conflict_detection = off'
          ' address = "10.0.0.2/30" gateway = "10.0.0.1" }')


def succeeds(*arguments):
    return subprocess.run(["ip", *arguments], capture_output=True, check=False).returncode == 0


def healthy_again(lab, name, repairs):
    """Healthy, and told to have been repaired; the state is as before within the time that is promised."""
    wait_until(lambda: lab.vrf(name)["repairs"] > repairs, REPAIR_SECONDS, f"{name}: a repair")
    lab.wait_state(name, "healthy")


def each_loss_is_put_right_within_a_second(lab):
    lab.write(f"namespace acme {{ uplink = true {ROUTED} }}\nnamespace bravo {{ uplink = true {ROUTED} }}\n")
    losses = (
        ("-n acme route del default", lambda: "default via 10.0.0.1" in ip("-n", "acme", "route")),
        ("-n acme route del 10.0.0.0/30 dev cust", lambda: "10.0.0.0/30 dev cust" in ip("-n", "acme", "route")),
        ("-n acme -6 route flush table main", lambda: "/126 dev uplink" in ip("-n", "acme", "-6", "route")),
        ("-n acme link set cust arp off", lambda: "NOARP" not in ip("-n", "acme", "link", "show", "cust")),
        ("-n acme link set cust master br0", lambda: "master" not in ip("-n", "acme", "link", "show", "cust")),
        ("link set vg0 master br0", lambda: "master" not in ip("link", "show", "vg0")),
        ("-n acme addr flush dev cust", lambda: "10.0.0.2/30" in ip("-n", "acme", "addr")),
        ("-n acme link set cust down", lambda: "default via 10.0.0.1" in ip("-n", "acme", "route")),
        ("-n acme link del cust", lambda: "default via 10.0.0.1" in ip("-n", "acme", "route")),
        ("-n acme link set uplink down", lambda: "/126" in ip("-n", "acme", "addr", "show", "uplink")),
        ("link set vg0 down", lambda: "/126" in ip("addr", "show", "vg0")),
        ("addr flush dev vg0", lambda: "/126" in ip("addr", "show", "vg0")),
        ("link del vg0", lambda: "/126" in ip("-n", "acme", "addr", "show", "uplink")),
        ("netns del acme", lambda: netns_names() == ["acme", "bravo"] and "default" in ip("-n", "acme", "route")),
    )
    ip("link", "add", "br0", "type", "bridge")
    with lab.running():
        lab.wait_state("acme", "healthy")
        lab.wait_state("bravo", "healthy")
        ip("-n", "acme", "link", "add", "br0", "type", "bridge")
        for loss, is_back in losses:
            repairs = lab.vrf("acme")["repairs"]
            ip(*loss.split())

            def mended(is_back=is_back):
                try:
                    return is_back()
                except subprocess.CalledProcessError:
                    return False
            wait_until(mended, REPAIR_SECONDS, f"what was lost by: ip {loss}")
            if loss != "netns del acme":
                healthy_again(lab, "acme", repairs)
        lab.wait_state("acme", "healthy")
        expect_equal(lab.vrf("bravo")["repairs"], 0, "repairs of the other")
        for act in ("add route 0.0.0.0/0 via 10.0.0.1", "take out of bridge br0 link cust"):
            expect(f"repaired: {act}" in lab.log(), "the log does not say what was repaired")
    lab.command("down")
    ip("link", "del", "br0")


def a_port_of_a_bridge_is_told_by_plan_and_diag(lab):
    """Its addresses are there, and what comes in goes to the bridge."""
    lab.write(f"namespace acme {CUSTOMER}\n")
    expect_said(lab.command("up"), 0)
    ip("-n", "acme", "link", "add", "br0", "type", "bridge")
    ip("-n", "acme", "link", "set", "cust", "master", "br0")
    expect_said(lab.command("plan", "-v"), 2, stdout="acme: take out of bridge br0 link cust")
    told = lab.command("diag", "acme").stdout
    expect("fail  link        cust is a port of bridge br0" in told, told)
    expect_said(lab.command("up"), 0)
    expect_said(lab.command("plan"), 0)
    lab.command("down")


def tables():
    return [subprocess.run([*place, "nft", "list", "table", "inet", "vrfgate"], capture_output=True, check=False).stdout
            for place in ([], ["ip", "netns", "exec", "acme"])]


def a_lost_firewall_is_put_right_within_a_second(lab):
    lab.write(f"namespace acme {{ uplink = true {ROUTED} }}\n")
    with lab.running():
        lab.wait_state("acme", "healthy")
        before = tables()
        expect(all(b"drop" in each for each in before), "no rules to begin with")
        for words in ("nft flush ruleset", "nft add table inet vrfgate { flags dormant; }",
                      "ip netns exec acme nft flush chain inet vrfgate input",
                      "ip netns exec acme nft insert rule inet vrfgate input accept"):
            subprocess.run(words.split(), check=True)
            wait_until(lambda: tables() == before, REPAIR_SECONDS, f"the rules after: {words}")
    lab.command("down")


def a_file_that_is_no_namespace_disturbs_nobody(lab):
    """As ip(8) makes it before it mounts a namespace on it: without a mode, so that not even root reads it."""
    stale = pathlib.Path("/run/netns/foreign")
    stale.touch()
    stale.chmod(0)
    lab.write(f"namespace acme {CUSTOMER}\nnamespace bravo {CUSTOMER}\n")
    with lab.running():
        lab.wait_state("bravo", "healthy")
        lab.write(f"namespace acme {CUSTOMER}\n")
        expect_equal(lab.command("reload").returncode, 0, "exit status of reload")
        wait_until(lambda: "bravo" not in netns_names(), 5, "the namespace that goes is gone")
        expect("cannot compare" not in lab.log(), "the kernel is not compared with")
    expect(stale.exists(), "the file is gone")
    stale.unlink()
    lab.command("down")


def a_parent_without_carrier_degrades_until_it_is_back(lab):
    lab.write(f"namespace acme {CUSTOMER}\n")
    with lab.running():
        lab.wait_state("acme", "healthy")
        ip("link", "set", "wire0", "down")
        vrf = lab.wait_state("acme", "degraded")
        expect_equal(vrf["reason"], "link: interface 'cust': parent 'trunk0' has no carrier", "reason")
        ip("link", "set", "wire0", "up")
        lab.wait_state("acme", "healthy")
        ip("link", "set", "trunk0", "down")
        vrf = lab.wait_state("acme", "degraded")
        expect_equal(vrf["reason"], "link: interface 'cust': parent 'trunk0' is down", "reason")
        ip("link", "set", "trunk0", "up")
        lab.wait_state("acme", "healthy")
    lab.command("down")


def a_lost_namespace_ends_its_proxy_before_the_next(lab):
    lab.write(fake_proxy(lab) + f"vrf acme {CUSTOMER}\n")
    with lab.running():
        first = lab.wait_state("acme", "starting")["proxy"]["pid"]
        ip("netns", "del", "acme")
        seen = []

        def replaced():
            seen.append(len(children_of("sleep")))
            proxy = lab.vrf("acme")["proxy"]
            return proxy["pid"] not in (None, first) and netns_names() == ["acme"]
        wait_until(replaced, STATE_SECONDS, "another proxy")
        # None where the next one is up before the first look.
        expect(max(seen) <= 1, f"so many proxies at once: {max(seen)}")
        expect("namespace 'acme' is missing" in lab.log(), "the log does not say why")
    lab.command("down")


def a_tug_of_war_is_given_up_for_a_while(lab, told="add address 10.0.0.2/30 to cust"):
    lab.write(f"namespace acme {CUSTOMER}\nnamespace bravo {CUSTOMER}\n")
    with lab.running():
        lab.wait_state("acme", "healthy")
        lab.wait_state("bravo", "healthy")

        def flushed_for_good():
            ip("-n", "acme", "addr", "flush", "dev", "cust")
            return lab.vrf("acme")["state"] == "degraded" and "left alone" in lab.vrf("acme")["reason"]
        wait_until(flushed_for_good, STATE_SECONDS, "acme: left alone")
        vrf = lab.vrf("acme")
        expect_equal(vrf["reason"], f"address: undone 5 times within a minute and left alone for one: {told}",
                     "reason")
        expect(vrf["repairs"] >= 5, f"repairs: {vrf['repairs']}")
        expect_equal(lab.vrf("bravo")["state"], "healthy", "the other")
        ip("-n", "bravo", "addr", "flush", "dev", "cust")
        healthy_again(lab, "bravo", 0)
        expect("10.0.0.2" not in ip("-n", "acme", "addr"), "it was put back all the same")
    lab.command("down")


def what_an_operator_adds_inside_stays(lab):
    lab.write(f"namespace acme {{ {ROUTED} }}\n")
    with lab.running():
        lab.wait_state("acme", "healthy")
        ip("-n", "acme", "addr", "add", "192.0.2.1/24", "dev", "cust")
        ip("-n", "acme", "route", "add", "198.51.100.0/24", "via", "10.0.0.1")
        ip("-n", "acme", "link", "add", "own0", "type", "veth", "peer", "name", "own1")
        ip("-n", "acme", "route", "del", "default")
        healthy_again(lab, "acme", 0)
        expect("192.0.2.1/24" in ip("-n", "acme", "addr"), "the address is gone")
        expect("198.51.100.0/24" in ip("-n", "acme", "route"), "the route is gone")
        expect("own0" in ip("-n", "acme", "link"), "the link is gone")
        plan = lab.command("plan")
        expect_equal(plan.returncode, 0, f"exit status of plan: {plan.stdout}")
        expect_equal(plan.stdout.splitlines(), [
            "acme: foreign, kept: link own1", "acme: foreign, kept: link own0",
            "acme: foreign, kept: address 192.0.2.1/24 on cust",
            "acme: foreign, kept: route 198.51.100.0/24 via 10.0.0.1 dev cust"], "plan")
        kinds = [each["kind"] for each in json.loads(lab.command("plan", "-j").stdout)["foreign"]]
        expect_equal(kinds, ["link", "link", "address", "route"], "foreign things in JSON")
    lab.command("down")


def a_device_that_comes_is_not_waited_for(lab):
    interface = 'interface cust { kind = macvlan parent = late0 address = "10.0.0.2/30" }'
    lab.write(f"proxy {{ restart {{ min = 600 max = 600 }} }}\nnamespace acme {{ {interface} }}\n")
    with lab.running():
        lab.wait_state("acme", "failed")
        ip("link", "add", "late0", "type", "veth", "peer", "name", "late1")
        ip("link", "set", "late1", "up")
        ip("link", "set", "late0", "up")
        lab.wait_state("acme", "healthy")
    lab.command("down")
    ip("link", "del", "late0")


def a_reload_does_the_least(lab):
    two = f"vrf one {CUSTOMER}\nvrf two {CUSTOMER}\n"
    lab.write(fake_proxy(lab) + two)
    with lab.running():
        first = {name: lab.wait_state(name, "starting")["proxy"]["pid"] for name in ("one", "two")}
        # The kernel tells of a new link's carrier up to a second later.
        wait_until(lambda: ip("-n", "two", "link").count("state UP") == 2, STATE_SECONDS, "two: carrier")
        with subprocess.Popen(["ip", "-n", "two", "monitor", "link", "address", "route"], stdout=subprocess.PIPE,
                              text=True) as monitor:
            lab.write(fake_proxy(lab) + two.replace("10.0.0.2/30", "10.0.0.6/30", 1))
            expect_said(lab.command("reload"), 0)
            wait_until(lambda: "10.0.0.6/30" in ip("-n", "one", "addr"), STATE_SECONDS, "one: its new address")
            monitor.terminate()
            expect_equal(monitor.stdout.read(), "", "what happened in the VRF that is as before")
        expect("10.0.0.2/30" not in ip("-n", "one", "addr"), "the old address is still there")
        for name, pid in first.items():
            expect_equal(lab.vrf(name)["proxy"]["pid"], pid, f"the proxy of {name}")
    lab.command("down")


def a_new_uplink_id_comes_with_a_restart(lab):
    lab.write(fake_proxy(lab) + "vrf acme { id = 3 }\n")
    with lab.running():
        first = lab.wait_state("acme", "starting")["proxy"]["pid"]
        lab.write(fake_proxy(lab) + "vrf acme { id = 7 }\n")
        expect_said(lab.command("up"), 1, stderr="vrf 'acme': its uplink cannot get another id while its proxy runs")
        expect(succeeds("link", "show", "vg3"), "the uplink went from under its proxy")
        expect_said(lab.command("reload"), 0)
        wait_until(lambda: lab.vrf("acme")["proxy"]["pid"] not in (None, first), STATE_SECONDS, "another proxy")
        expect_equal(lab.vrf("acme")["uplink"]["root_ifname"], "vg7", "uplink")
        expect(not succeeds("link", "show", "vg3"), "the old uplink is still there")
        expect("its uplink's id changes from 3 to 7" in lab.log(), "the log does not say why")
    lab.command("down")


def a_flapping_link_costs_few_comparisons(lab):
    lab.write(f"namespace acme {{ {ROUTED} }}\n")
    with lab.running():
        lab.wait_state("acme", "healthy")
        before, started = lab.vrf("acme")["repairs"], time.monotonic()
        batch = "".join("addr add 192.0.2.9/32 dev cust\naddr del 192.0.2.9/32 dev cust\n" for _ in range(5000))
        subprocess.run(["ip", "-n", "acme", "-batch", "-"], input=batch, text=True, check=True)
        expect(time.monotonic() - started < STATE_SECONDS, "the storm took too long")
        lab.wait_state("acme", "healthy")
        expect_equal(lab.vrf("acme")["repairs"], before, "repairs")
    lab.command("down")


def what_cannot_be_set_costs_itself(lab):
    """From the start on: the rest is there, a proxy runs, and what is missing is named."""
    broken = f'{ROUTED} sysctl = {{ "net.ipv4.no_such_key=1" }}'
    lab.write(fake_proxy(lab) + f"vrf acme {{ {broken} }}\nnamespace mgmt {{ {broken} }}\n")
    with lab.running():
        expect(lab.wait_state("acme", "starting")["proxy"]["pid"], "no proxy runs")
        vrf = lab.wait_state("mgmt", "degraded")
        expect("net.ipv4.no_such_key" in vrf["reason"], f"the reason is {vrf['reason']!r}")
        expect("default via 10.0.0.1" in ip("-n", "mgmt", "route"), "the route is missing, too")
        lab.write(f"namespace mgmt {{ {ROUTED} }}\n")
        expect_said(lab.command("reload"), 0)
        lab.wait_state("mgmt", "healthy")
    lab.command("down")


def a_parent_that_is_taken_is_told_everywhere(lab):
    fault = "'taken0' is taken by 'mine' (macvlan mode passthru): no macvlan beside it"
    lab.write(f"namespace acme {{ {ROUTED.replace('trunk0', 'enxaabbccddeeff')} }}\n")
    ip("link", "add", "taken0", "type", "veth", "peer", "name", "taken1")
    for name in ("taken0", "taken1"):
        ip("link", "set", name, "up")
    ip("link", "property", "add", "dev", "taken0", "altname", "enxaabbccddeeff")
    ip("link", "add", "mine", "link", "taken0", "type", "macvlan", "mode", "passthru")
    try:
        expect_said(lab.command("plan"), 1, stdout=fault)
        expect_said(lab.command("up"), 1, stderr=fault)
        with lab.running():
            expect(fault in lab.wait_state("acme", "failed")["reason"], "status does not tell it")
            expect_said(lab.command("diag", "acme"), 1, stdout=fault)
            ip("link", "del", "mine")
            expect_said(lab.command("start", "acme"), 0)
            lab.wait_state("acme", "healthy")
            expect_said(lab.command("plan"), 0)
        lab.command("down")
    finally:
        ip("link", "del", "taken0")


def an_address_that_another_program_loses_is_told(lab):
    """As of a DHCP client that does not know that its link was made anew."""
    lab.write("namespace acme { interface cust { kind = macvlan parent = trunk0 } }\n")
    lost = "address: interface 'cust' has no address; it had 10.0.0.5/24, which another program had set"
    saved = lab.base / "run" / "state.json"

    def reason():
        return lab.wait_state("acme", "degraded")["reason"]
    with lab.running():
        lab.wait_state("acme", "healthy")
        ip("-n", "acme", "addr", "add", "10.0.0.5/24", "dev", "cust")
        wait_until(lambda: "10.0.0.5/24" in saved.read_text(), STATE_SECONDS, "it is remembered")
        ip("-n", "acme", "link", "del", "cust")
        wait_until(lambda: reason() == lost, STATE_SECONDS, "the reason")
        expect_said(lab.command("diag", "acme"), 1, stdout="cust has no address: interface 'cust'")
        expect_said(lab.command("reload"), 0)
        expect_equal(reason(), lost, "reason after a reload")
    with lab.running():
        expect_equal(reason(), lost, "reason of the next supervisor")
        ip("-n", "acme", "addr", "add", "10.0.0.6/24", "dev", "cust")
        lab.wait_state("acme", "healthy")
        ip("-n", "acme", "addr", "del", "10.0.0.6/24", "dev", "cust")
        expect("it had 10.0.0.6/24" in reason(), "the reason has not the last address")
        expect_said(lab.command("stop", "acme"), 0)
        expect_said(lab.command("start", "acme"), 0)
        lab.wait_state("acme", "healthy")
    lab.command("down")


def switched_forwarding_is_told_and_left_to_others(lab):
    told = "IPv4 forwarding was off on this machine and is on for uplinks alone (net.ipv4.conf.wire0.forwarding)"
    general, way = (pathlib.Path("/proc/sys/net/ipv4") / name for name in ("ip_forward", "conf/wire0/forwarding"))
    text = "uplink { mode = nat }\nzabbix { server = 192.0.2.1 }\nnamespace acme { uplink = true }\n"
    lab.write(text)
    ip("addr", "add", "192.0.2.2/24", "dev", "wire0")
    try:
        expect_said(lab.command("up"), 0, stderr=told)
        expect_said(lab.command("down"), 0)
        expect_equal([path.read_text() for path in (general, way)], ["0\n", "0\n"], "after down")
        with lab.running():
            lab.wait_state("acme", "healthy")
            wait_until(lambda: lab.status()["gateway"]["forwarding"], STATE_SECONDS, "a warning")
            expect(told in lab.status()["gateway"]["warnings"][0], "status does not warn of it")
            expect_equal(lab.log().count(told), 1, "lines in the log")
            expect_said(lab.command("status"), 0, stdout=f"warning: {told}")
            diag = lab.command("diag", "acme")
            expect(f"warn  uplink      {told}" in diag.stdout and "warn  disk" not in diag.stdout, diag.stdout)
            general.write_text("1\n")
            wait_until(lambda: not lab.status()["gateway"]["warnings"], STATE_SECONDS, "no warning")
            expect(f"no longer: {told}" in lab.log(), "the log does not say that it is over")
            lab.wait_state("acme", "healthy")
        expect_said(lab.command("down"), 0)
        expect_equal(general.read_text(), "1\n", "what another program has switched on, after down")
        general.write_text("0\n")
    finally:
        ip("addr", "del", "192.0.2.2/24", "dev", "wire0")


def a_parent_whose_mtu_is_too_small_for_ipv6_is_told(lab):
    ip("link", "add", "low0", "mtu", "1200", "type", "veth", "peer", "name", "low1")
    lab.write('namespace n { interface e0 { kind = macvlan parent = "low0"'
              ' address = { "10.0.0.2/24", "2001:db8::2/64" } } }\n')
    foreseen = ("n: warning: interface 'e0': no IPv6 address can be set: parent 'low0' has an mtu of 1200,"
                " IPv6 needs 1280 or more\n")
    try:
        expect_said(lab.command("plan"), 2, stdout=foreseen)
        expect_said(lab.command("up"), 1, stderr="vrf 'n': interface 'e0': cannot add address 2001:db8::2/64:"
                                                 " Invalid argument: IPv6 needs an mtu of 1280 or more\n")
        expect("10.0.0.2/24" in ip("-n", "n", "-br", "addr"), "the IPv4 address is missing, too")
        warnings = json.loads(lab.command("plan", "-j").stdout)["warnings"]
        expect_equal([each["cause"]["kind"] for each in warnings], ["parent-narrow"], "warnings of plan -j")
        ip("link", "set", "low0", "mtu", "1280")
        expect_said(lab.command("up"), 0)
        expect_said(lab.command("plan"), 0, stdout="")
    finally:
        lab.command("down")
        ip("link", "del", "low0")


def ipv6_comes_back_when_the_parents_mtu_does(lab):
    """By the notification: the next sweep of a VRF that is in trouble since a moment ago would come too late."""
    ip("link", "add", "low0", "mtu", "1500", "type", "veth", "peer", "name", "low1")
    ip("link", "set", "low0", "up")
    ip("link", "set", "low1", "up")
    lab.write('namespace n { interface e0 { kind = macvlan parent = "low0" address = "2001:db8::2/64" } }\n')
    took = []
    try:
        with lab.running():
            lab.wait_state("n", "healthy")
            for _ in range(3):
                ip("link", "set", "low0", "mtu", "1200")
                lab.wait_state("n", "degraded")
                began = time.monotonic()
                ip("link", "set", "low0", "mtu", "1500")
                lab.wait_state("n", "healthy")
                took.append(time.monotonic() - began)
            expect(sorted(took)[1] < SWEEP_SECONDS / 2, f"back after {took} s")
    finally:
        lab.command("down")
        ip("link", "del", "low0")


CASES = [each_loss_is_put_right_within_a_second, a_lost_firewall_is_put_right_within_a_second,
         a_port_of_a_bridge_is_told_by_plan_and_diag,
         a_parent_whose_mtu_is_too_small_for_ipv6_is_told, ipv6_comes_back_when_the_parents_mtu_does,
         a_file_that_is_no_namespace_disturbs_nobody,
         a_parent_without_carrier_degrades_until_it_is_back,
         a_lost_namespace_ends_its_proxy_before_the_next, a_tug_of_war_is_given_up_for_a_while,
         what_an_operator_adds_inside_stays, a_device_that_comes_is_not_waited_for, a_reload_does_the_least,
         a_new_uplink_id_comes_with_a_restart, a_flapping_link_costs_few_comparisons,
         what_cannot_be_set_costs_itself, a_parent_that_is_taken_is_told_everywhere,
         an_address_that_another_program_loses_is_told,
         switched_forwarding_is_told_and_left_to_others]
