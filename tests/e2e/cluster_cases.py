# SPDX-License-Identifier: GPL-2.0-or-later
"""A cluster of two server nodes in each mode of the uplinks: one is killed, and values go on."""

import contextlib
import time

import gateway
import observation
import test_uplink_modes as modes
from cluster import TAKEOVER_SECONDS, Cluster
from tap import expect, expect_equal
from waiting import wait_until

LABEL = "cluster"
HEALTHY_SECONDS = 120
VALUES_SECONDS = 120
OWN_ITEM = "vrfgate.vrf.state"


def own_address(machine, family):
    """Of this machine on the wire to that one, and that one's own."""
    ours, own = (side[family].partition("/")[0] for side in modes.MACHINES[machine])
    return ours, own


def places(mode):
    """The two nodes by their address: where each runs."""
    family = 1 if mode == "routed" else 0
    machines = (modes.SERVER, modes.STRANGER)
    if mode == "local":
        return {own_address(each, family)[0]: None for each in machines}
    return {own_address(each, family)[1]: each for each in machines}


def node_address(machine):
    """Where the frontend finds a node: by IPv4, as that of 7.0 makes no address of an IPv6 one and a port."""
    return own_address(machine, 0)[1] if machine else None


def own_values_since(setting, since):
    """Whether the server has values that the gateway itself has sent after that time."""
    items = setting.api.call("item.get", {"host": LABEL, "search": {"key_": OWN_ITEM}, "output": ["lastclock"]})
    return any(int(item["lastclock"]) > since for item in items)


def expect_all_heard(setting, what):
    """New values of every device and of the gateway itself."""
    since = int(time.time())
    setting.gateway.wait_healthy(HEALTHY_SECONDS)
    observation.wait_values(setting.api, setting.world.customers, VALUES_SECONDS, since, (observation.PING,))
    wait_until(lambda: own_values_since(setting, since), VALUES_SECONDS, f"the gateway's own values {what}")


def expect_diag(setting, active, other):
    """It names the node that listens, and takes the other for what it is."""
    done = setting.gateway.command("diag", setting.world.customers[0].vrf)
    expect_equal(done.returncode, 0, done.stdout)
    for text in (f"server, from the namespace: {active} answers at port", f"server, from the namespace: {other}"):
        expect(text in done.stdout, f"diag does not say {text!r}: {done.stdout}")


def write_config(setting, mode):
    modes.write_config(setting, mode, ";".join(places(mode)), passive=setting.world.customers[1])
    config = setting.world.config
    text = config.read_text().replace("server_port =", "report_interval = 5\n    server_port =")
    if mode == "routed":
        # The frontend of 7.0 comes by IPv4, see node_address(); before it the values come by IPv6.
        hosts = ", ".join(f'"{own_address(each, family)[0]}"' for each in (modes.SERVER, modes.STRANGER)
                          for family in (0, 1))
        text = text.replace("server_port =", f'allowed_hosts = {{ "127.0.0.1", {hosts} }}\n    server_port =')
    config.write_text(text)


def check_mode(setting, mode):
    with Cluster(setting.stack, places(mode), node_address) as cluster:
        first = cluster.wait_active()
        second = next(each for each in cluster.places if each != first)
        with setting.case(f"{mode}: values of an active and of a passive proxy come to the active node", required=True):
            setting.gateway.process.wait_ready(lambda: setting.gateway.status_code() != gateway.NO_SUPERVISOR,
                                               HEALTHY_SECONDS)
            modes.expect_done(setting, "reload")
            expect_all_heard(setting, "before")
            expect_diag(setting, first, second)
        with setting.case(f"{mode}: the active node is killed, and values go on without a restart of a proxy"):
            lives = setting.gateway.proxy_lives()
            cluster.kill(first)
            expect_equal(cluster.wait_active(first, TAKEOVER_SECONDS), second, "the active node")
            expect_all_heard(setting, "after")
            expect_equal(setting.gateway.proxy_lives(), lives, "the proxies")
            expect_diag(setting, second, first)


def cases_of(wanted):
    """The cases of these modes, of which the first is that of the start."""

    def cases(setting):
        with contextlib.ExitStack() as undo:
            for name in modes.MACHINES:
                undo.enter_context(modes.machine(name))
            modes.connect_machines()
            write_config(setting, wanted[0])
            undo.enter_context(setting.gateway)
            for mode in wanted:
                # Not while the supervisor may be reading that of its start.
                if mode != wanted[0]:
                    write_config(setting, mode)
                check_mode(setting, mode)

    return cases
