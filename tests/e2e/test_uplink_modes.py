#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The server on this machine, routed, and behind NAT: values arrive, and nothing is forwarded that was not before."""

import contextlib
import pathlib
import subprocess
import sys
import time

import observation
import setting as settings
from processes import run_checked
from release import Installed
from tap import expect, expect_equal
from waiting import wait_until
from world import UPLINK_PREFIX, ip, netns_remove
from zabbix_stack import LOOPBACK

LABEL = "modes"
HEALTHY_SECONDS = 60
VALUES_SECONDS = 60
DRIFT_SECONDS = 5
SWITCH_SECONDS = 30  # that of one link is looked at every 5 s
KEYS = (observation.PING, observation.AGENT_NAME)
SERVER, STRANGER = f"{LABEL}-server", f"{LABEL}-stranger"
SERVER_IPV4, SERVER_IPV6 = "192.0.2.1", "2001:db8::1"
UPLINKS_IPV4 = "198.18.0.0/15"
OURS_IPV4 = "192.0.2.2"
PASSIVE_PORT = 20000
GENERAL = {4: "net/ipv4/ip_forward", 6: "net/ipv6/conf/all/forwarding"}
# In IPv4 that of the link that leads to the server is enough; the general one takes it along.
FORWARDING = {4: f"net/ipv4/conf/{SERVER}/forwarding", 6: GENERAL[6]}

# A machine beside us, our two addresses on the wire between, and its own.
MACHINES = {
    SERVER: (("192.0.2.2/24", "2001:db8::2/64"), (f"{SERVER_IPV4}/24", f"{SERVER_IPV6}/64")),
    STRANGER: (("203.0.113.2/24", "2001:db8:1::2/64"), ("203.0.113.1/24", "2001:db8:1::1/64")),
}


def forwarding():
    """Whether this machine forwards what the server sends, in IPv4 and IPv6."""
    return {family: pathlib.Path("/proc/sys", path).read_text() == "1\n" for family, path in FORWARDING.items()}


def set_forwarding(value):
    for path in GENERAL.values():
        pathlib.Path("/proc/sys", path).write_text(str(int(value)))


def expect_general(value):
    """What somebody else set of the whole machine is as he left it."""
    for path in GENERAL.values():
        expect_equal(pathlib.Path("/proc/sys", path).read_text(), f"{int(value)}\n", path)


@contextlib.contextmanager
def machine(name):
    """A machine on a wire of its own; it knows the way to others by us."""
    ours, own = MACHINES[name]
    ip("netns", "add", name)
    try:
        ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        for where, link, addresses in ((None, name, ours), (name, "eth0", own)):
            for address in addresses:
                ip("address", "add", address, "dev", link, *(["nodad"] if ":" in address else []), netns=where)
            ip("link", "set", link, "up", netns=where)
        yield
    finally:
        netns_remove(name)


def connect_machines():
    """Ways from each to the other, and from the server to the proxies, lead by us."""
    four, six = (address.partition("/")[0] for address in MACHINES[SERVER][0])
    for network, gateway in (("203.0.113.0/24", four), ("2001:db8:1::/64", six), (UPLINK_PREFIX, six)):
        ip("route", "add", network, "via", gateway, netns=SERVER)
    ip("route", "add", UPLINKS_IPV4, "via", four, netns=SERVER)
    for address in MACHINES[STRANGER][0]:
        ip("route", "add", "default", "via", address.partition("/")[0], netns=STRANGER)


def connects(netns, address, port):
    attempt = f"import socket; socket.create_connection(('{address}', {port}), 1)"
    return subprocess.run(["ip", "netns", "exec", netns, sys.executable, "-c", attempt], capture_output=True,
                          check=False).returncode == 0


def stranger_reaches_server(setting, family):
    """Whether somebody connects to the server by this machine who is no proxy."""
    return connects(STRANGER, {4: SERVER_IPV4, 6: SERVER_IPV6}[family], setting.stack.server_port)


def write_config(setting, mode, server="", passive=None):
    """The config with a mode of the uplinks, its server, and a customer whose proxy is passive."""
    text = setting.world.write_config().read_text()
    ports = f"  passive_port = {PASSIVE_PORT}" if mode == "nat" else ""
    text = text.replace("uplink { prefix", f"uplink {{ mode = {mode}{ports}  prefix")
    text = text.replace("server_port =", f'server = "{server}"\n    server_port =')
    if passive:
        text = text.replace(f"vrf {passive.vrf} {{", f"vrf {passive.vrf} {{\n    proxy {{ mode = passive }}")
    setting.world.config.write_text(text)


def expect_done(setting, *command):
    done = setting.gateway.command(*command)
    expect_equal((done.returncode, done.stderr), (0, ""), " ".join(command))


def expect_values(setting, keys=KEYS):
    """All devices are heard from anew."""
    setting.gateway.wait_healthy(HEALTHY_SECONDS)
    observation.wait_values(setting.api, setting.world.customers, VALUES_SECONDS, int(time.time()), keys)
    for customer in setting.world.customers:
        done = setting.gateway.command("diag", customer.vrf)
        expect_equal((done.returncode, done.stderr), (0, ""), done.stdout)


def change_mode(setting, *config, **options):
    write_config(setting, *config, **options)
    expect_done(setting, "reload")


@contextlib.contextmanager
def listening_to_ipv4_alone(setting):
    """Inside, the server of this machine listens at its IPv4 addresses only."""
    config = setting.stack.directory / "zabbix_server.conf"
    # With the default a server waits five minutes for a passive proxy where it was in the last mode.
    text = f"{config.read_text()}\nTrapperTimeout=3\n"
    with setting.stack.server_down():
        config.write_text(text.replace("ListenIP=0.0.0.0,::", f"ListenIP={LOOPBACK},{OURS_IPV4}"))
    yield
    config.write_text(text)  # for its next start


def check_local(setting):
    with setting.case("local: values arrive, and the machine does not forward", required=True):
        expect_values(setting)
        expect_equal(forwarding(), {4: False, 6: False}, "forwarding")


def check_local_by_ipv4(setting):
    with setting.case("local: a server that listens to IPv4 alone has values of an active and of a passive proxy"):
        with listening_to_ipv4_alone(setting):
            change_mode(setting, "local", OURS_IPV4, passive=setting.world.customers[1])
            expect_values(setting)
            expect_equal(forwarding(), {4: False, 6: False}, "forwarding")


def check_routed(setting):
    with setting.case("routed: IPv6 is forwarded"):
        change_mode(setting, "routed", SERVER_IPV6, passive=setting.world.customers[1])
        wait_until(lambda: forwarding() == {4: False, 6: True}, HEALTHY_SECONDS, "forwarding of IPv6")
    with setting.case("routed: values of an active and of a passive proxy arrive", required=True):
        expect_values(setting)
    with setting.case("routed: nothing else is forwarded"):
        expect(not stranger_reaches_server(setting, 6), "a stranger reaches the server")


def check_routed_by_ipv4(setting):
    with setting.case("routed by IPv4: values of an active and of a passive proxy arrive", required=True):
        change_mode(setting, "routed", SERVER_IPV4, passive=setting.world.customers[1])
        wait_until(lambda: forwarding() == {4: True, 6: False}, HEALTHY_SECONDS, "forwarding of IPv4")
        expect_general(False)
        expect_values(setting)
        expect(not stranger_reaches_server(setting, 4), "a stranger reaches the server")
    # From here on nothing but NAT leads back.
    ip("route", "del", UPLINKS_IPV4, netns=SERVER)


def passive_place(setting):
    """Where Zabbix has the passive proxy."""
    interface = setting.api.call("proxy.get", {"selectInterface": ["ip", "port"], "filter": {"status": 6}})[0]
    return interface["interface"]["ip"], int(interface["interface"]["port"])


def check_nat(setting):
    other, customer = setting.world.customers
    with setting.case("nat: IPv4 is forwarded, and IPv6 not any more"):
        change_mode(setting, "nat", SERVER_IPV4, passive=customer)
        wait_until(lambda: forwarding() == {4: True, 6: False}, HEALTHY_SECONDS, "forwarding of IPv4")
        expect_general(False)
    with setting.case("nat: values arrive, from an address of this machine and from a port of it", required=True):
        # Proxies know the server as before and are not restarted, so a name that is as before is no new value.
        expect_values(setting, (observation.PING,))
    with setting.case("nat: that port is for the server alone"):
        address, port = passive_place(setting)
        expect_equal((address, port), (OURS_IPV4, PASSIVE_PORT + 1), "where Zabbix has the passive proxy")
        expect(connects(SERVER, address, port), "the server does not reach it")
        for netns in (STRANGER, other.vrf, customer.vrf):
            expect(not connects(netns, address, port), f"{netns} reaches it")
    with setting.case("nat: nothing else is forwarded"):
        expect(not stranger_reaches_server(setting, 4), "a stranger reaches the server")


def check_drift(setting):
    with setting.case("nat: forwarding that somebody switches off, and rules that he takes away, are put back at once"):
        pathlib.Path("/proc/sys", FORWARDING[4]).write_text("0")
        wait_until(lambda: forwarding()[4], SWITCH_SECONDS, "forwarding")
        run_checked(["nft", "flush", "ruleset"], "nft")
        wait_until(lambda: "masquerade" in run_checked(["nft", "list", "ruleset"], "nft"), DRIFT_SECONDS, "rules")
        expect(not stranger_reaches_server(setting, 4), "a stranger reaches the server")
    with setting.case("nat: what another program has forwarded from now on is not dropped, and the server is reached"):
        set_forwarding(True)
        wait_until(lambda: stranger_reaches_server(setting, 4), DRIFT_SECONDS, "the stranger's way")
        set_forwarding(False)
        wait_until(lambda: forwarding()[4], DRIFT_SECONDS, "forwarding")
        for customer in setting.world.customers:
            expect_done(setting, "diag", customer.vrf)
        expect(not stranger_reaches_server(setting, 4), "a stranger reaches the server")


def check_back(setting):
    with setting.case("back to local the machine forwards nothing"):
        change_mode(setting, "local")
        wait_until(lambda: forwarding() == {4: False, 6: False}, HEALTHY_SECONDS, "no forwarding")


def check_host_that_forwards(setting):
    """What the machine does without us it does with us, and afterwards."""
    for mode, server, family in (("routed", SERVER_IPV6, 6), ("nat", SERVER_IPV4, 4)):
        write_config(setting, mode, server)
        with setting.case(f"{mode}: down takes back what up has opened"):
            done = setting.gateway.command("up")
            expect(done.returncode == 0 and f"IPv{family} forwarding was off on this machine" in done.stderr,
                   f"{done.returncode}: {done.stderr}")
            expect(forwarding()[family], "the machine does not forward")
            expect(not stranger_reaches_server(setting, family), "a stranger reaches the server")
            expect_done(setting, "down")
            expect_equal(forwarding(), {4: False, 6: False}, "forwarding")
        with setting.case(f"{mode}: a machine that forwards goes on to do so"):
            set_forwarding(True)
            expect(stranger_reaches_server(setting, family), "the stranger has no way to the server")
            expect_done(setting, "up")
            expect(stranger_reaches_server(setting, family), "the stranger's way is closed")
            expect_done(setting, "down")
            expect_general(True)
            expect(stranger_reaches_server(setting, family), "the stranger's way is closed")
        set_forwarding(False)


def cases(setting):
    with contextlib.ExitStack() as undo:
        for name in MACHINES:
            undo.enter_context(machine(name))
        connect_machines()
        write_config(setting, "local")
        with setting.gateway:
            check_local(setting)
            check_local_by_ipv4(setting)
            undo.enter_context(setting.stack.server_elsewhere(SERVER, SERVER_IPV4))
            check_routed(setting)
            check_routed_by_ipv4(setting)
            check_nat(setting)
            check_drift(setting)
            check_back(setting)
        check_host_that_forwards(setting)


if __name__ == "__main__":
    sys.exit(settings.run_cases(LABEL, cases, [Installed()]))
