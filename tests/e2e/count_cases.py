# SPDX-License-Identifier: GPL-2.0-or-later
"""The counting test: values that a proxy has accepted are in the server's history, whatever went wrong meanwhile."""

import contextlib
import os
import signal
import sqlite3
import time

import counting
from scene import quietly
from tap import expect, expect_equal
from waiting import wait_until
from world import ip

SHORT_VALUES, LONG_VALUES = 3000, 20000
SHORT_SECONDS, LONG_SECONDS = 20, 240
SERVER_DOWN_SECONDS = 5
KILLED_VALUES, KILLED_SECONDS = 1000, 10
PROXY_KILLS = 3
# Longer than any proxy had to end once.
LOCKED_VALUES, LOCKED_SECONDS = 300, 25
# What a proxy has accepted is in its memory first, and in its database after about a second.
UNSAVED_SECONDS = 5


def kill_supervisor(scene):
    os.kill(scene.gateway.process.pid, signal.SIGKILL)
    scene.restart_supervisor()
    scene.wait_supervisor()


def kill_reporter(scene):
    for pid in scene.reporters():
        os.kill(pid, signal.SIGKILL)


def delete_uplink(scene):
    ip("link", "del", scene.gateway.vrf(scene.victim)["uplink"]["root_ifname"])


def server_down(scene):
    with scene.stack.server_down():
        scene.expect_throughout(SERVER_DOWN_SECONDS, scene.gateway.process.is_running, "the supervisor runs")


def restart(scene):
    scene.expect_done("restart", scene.victim)


FAULTS = (kill_supervisor, delete_uplink, server_down, restart, kill_reporter)


@contextlib.contextmanager
def senders(scene, total, seconds):
    """Inside, so many values are sent to both proxies together."""
    share = total // 2
    with contextlib.ExitStack() as running:
        yield [running.enter_context(counting.Sender(customer, scene.take_numbers(share), share, seconds))
               for customer in scene.world.customers]


def check_counting(scene):
    """Nothing that ends a proxy by force is among these faults: see check_killed_proxies."""
    total = LONG_VALUES if scene.long else SHORT_VALUES
    with scene.case(f"of {total} values sent while things go wrong, none that was accepted is lost", bystanders=False):
        scene.wait_accepting()
        with senders(scene, total, LONG_SECONDS if scene.long else SHORT_SECONDS) as running:
            for number in range(len(FAULTS) * (3 if scene.long else 1)):
                FAULTS[number % len(FAULTS)](scene)
                quietly(lambda: scene.gateway.wait_healthy(10))
        for sender in running:
            expect(len(sender.accepted) > total // 4, f"only {len(sender.accepted)} values were accepted")
            print(f"# {counting.expect_none_lost(scene.api, scene.items[sender.customer.vrf], sender)}", flush=True)


@contextlib.contextmanager
def locked_database(path):
    """Inside, nobody else reads or writes this database."""
    with contextlib.closing(sqlite3.connect(path, timeout=UNSAVED_SECONDS, isolation_level=None)) as database:
        database.execute("begin exclusive")
        yield
        database.execute("rollback")


def check_slow_stop(scene):
    """What a proxy has accepted and cannot write yet is in its memory alone."""
    with scene.case(f"of {LOCKED_VALUES} values accepted behind a database lock of {LOCKED_SECONDS} s, a stop loses"
                    " none"), scene.events() as events:
        scene.wait_accepting()
        first = scene.take_numbers(LOCKED_VALUES)
        with locked_database(scene.database()):
            with counting.Sender(scene.customer, first, LOCKED_VALUES, 1) as sender:
                pass
            # On a busy machine not every batch gets its answer.
            expect(len(sender.accepted) >= LOCKED_VALUES // 3, f"only {len(sender.accepted)} values were accepted")
            # A stats request needs no database: the proxy is well. So that it was told to end is all that ends it.
            scene.expect_done("stop", "-n", scene.victim)
            scene.expect_throughout(LOCKED_SECONDS, lambda: scene.gateway.vrf(scene.victim)["state"] == "stopping",
                                    f"{scene.victim} waits for its database")
            told = scene.gateway.vrf(scene.victim)["reason"]
        events.wait(scene.victim, "disabled", "stopped by hand")
        expect("; still w" in told, f"neither writing nor waiting to write: {told!r}")
        expect_equal(scene.proxy()["last_exit"], "exit status 0", "its end")
        scene.expect_done("start", "-n", scene.victim)
        print(f"# {counting.expect_none_lost(scene.api, scene.items[scene.victim], sender)}", flush=True)


def kill_while_sending(scene, sender):
    """When the victim's proxy was killed."""
    kills = []
    while sender.is_running() and len(kills) < PROXY_KILLS:
        accepted = len(sender.accepted)
        wait_until(lambda: len(sender.accepted) > accepted + 2 * counting.BATCH or not sender.is_running(), 60,
                   "values are accepted")
        kills.append(time.monotonic())
        os.kill(scene.proxy()["pid"], signal.SIGKILL)
        scene.gateway.wait_healthy(30)
    return kills


def check_killed_proxies(scene):
    """A zabbix_proxy that is killed loses what it has not yet written into its database; that is Zabbix's own loss.
    Nothing older than that may be missing."""
    with scene.case(f"a proxy killed by SIGKILL loses nothing that it accepted more than {UNSAVED_SECONDS} s before"):
        scene.wait_accepting()
        with senders(scene, KILLED_VALUES, KILLED_SECONDS) as (sender, beside):
            kills = kill_while_sending(scene, sender)
        counting.expect_none_lost(scene.api, scene.items[scene.other], beside)
        lost = counting.arrivals_until(scene.api, scene.items[scene.victim], scene.customer,
                                       scene.take_numbers(1)).lost(sender)
        ages = [min((kill - sender.accepted[number] for kill in kills if kill >= sender.accepted[number]),
                    default=UNSAVED_SECONDS + 1) for number in lost]
        print(f"# {len(kills)} times SIGKILL: {len(lost)} of {len(sender.accepted)} accepted values lost, accepted at"
              f" most {max(ages, default=0):.2f} s before", flush=True)
        expect(max(ages, default=0) <= UNSAVED_SECONDS, f"lost {max(ages, default=0):.1f} s after they were accepted")
