#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The steps of docs/upgrade.md, from 6.0 to 7.0, with values that are counted: none is missing. How long collection
paused is printed."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

# pylint: disable=wrong-import-position
import counting
from progress import Progress
from release import Chroot, Installed
from setting import run_cases
from tap import expect, expect_equal
from test_unsent import rows_left
from test_versions import check_named, database, install, moved_aside, version_of, write_config
from waiting import wait_until

SECONDS = 120
# All the while: before, without a server, with the new server, and while each proxy is restarted.
N_VALUES, VALUES_SECONDS = 12000, 200
POLLED_KEY = "system.localtime"
TYPE_AGENT = 0


def make_polled_items(setting):
    """An item that is polled every second at each customer's agent; their ids by VRF."""
    items = {}
    for customer in setting.world.customers:
        hostid = setting.api.host(customer.host)["hostid"]
        interface = setting.api.call("hostinterface.get", {"hostids": hostid, "filter": {"type": 1}})[0]
        made = setting.api.call("item.create", {
            "name": "polled every second", "key_": POLLED_KEY, "hostid": hostid, "type": TYPE_AGENT, "value_type": 3,
            "interfaceid": interface["interfaceid"], "delay": "1s", "history": "1d", "trends": "0"})
        items[customer.vrf] = made["itemids"][0]
    return items


def clocks(api, itemid):
    rows = api.call("history.get", {"itemids": itemid, "history": 3, "output": ["clock"], "sortfield": "clock"})
    return [int(row["clock"]) for row in rows]


def longest_hole(times):
    """The longest time from one value to the next."""
    return max((later - earlier for earlier, later in zip(times, times[1:])), default=0)


def wait_collected(api, itemid, count):
    wait_until(lambda: len(clocks(api, itemid)) >= count, SECONDS, f"{count} polled values", poll_seconds=1)


def upgrade(setting):
    other = Chroot("7.0", "trixie")
    reason = other.missing(Progress())
    if reason or setting.stack.release.name != "6.0":
        setting.tap.skip("upgrade", reason or "the installed Zabbix is not 6.0")
        return
    install(setting, setting.stack.release)
    write_config(setting)
    with setting.gateway:
        run_steps(setting, other)


def run_steps(setting, other):
    customers = setting.world.customers
    setting.gateway.wait_at_work(SECONDS)
    setting.gateway.wait_in_step(SECONDS)
    numbers, polled = counting.make_items(setting.api, customers), make_polled_items(setting)
    for customer in customers:
        counting.wait_accepted(customer, 1)
        wait_collected(setting.api, polled[customer.vrf], 3)
    lives = setting.gateway.proxy_lives()
    senders = [counting.Sender(each, 2, N_VALUES, VALUES_SECONDS) for each in customers]
    with senders[0], senders[1]:
        with setting.case("1. the server is upgraded; no proxy is ended, and each sends what it collected meanwhile",
                          required=True):
            setting.stack.upgrade(other)
            setting.api = setting.stack.api()
            for customer in customers:
                check_named(setting, customer.vrf, "proxy is Zabbix 6.0", "server 7.0")
            before = {each.vrf: len(clocks(setting.api, polled[each.vrf])) for each in customers}
            for customer in customers:
                wait_collected(setting.api, polled[customer.vrf], before[customer.vrf] + 3)
            expect_equal(setting.gateway.proxy_lives(), lives, "lives of proxies")
        with setting.case("2. the package is upgraded; no proxy is ended"):
            install(setting, other)
            expect_equal(setting.gateway.command("reload").returncode, 0, "reload")
            expect_equal(setting.gateway.proxy_lives(), lives, "lives of proxies")
        check_restart_waits(setting, customers[1].vrf, lives)
        restarted = time.time()
        for customer in customers:
            with setting.case(f"3. {customer.vrf} is restarted with the new binary and healthy"):
                if customer is customers[0]:
                    setting.gateway.command("restart", customer.vrf)
                wait_until(lambda vrf=customer.vrf: setting.gateway.vrf(vrf)["state"] == "healthy", SECONDS,
                           f"{customer.vrf}: healthy")
                wait_until(lambda vrf=customer.vrf: version_of(database(setting, vrf)) == 700, SECONDS,
                           "a database of 7.0")
                counting.wait_accepted(customer, 1)
    check_nothing_is_missing(setting, senders, numbers, polled, restarted)


def check_restart_waits(setting, vrf, lives):
    """Without a server nobody could send what the old proxy has collected; it goes on collecting."""
    with setting.case("a restart waits while many values are not sent, and the proxy goes on"):
        with setting.stack.server_down():
            wait_until(lambda: (setting.gateway.vrf(vrf)["proxy"]["backlog"] or 0) > 1000, SECONDS,
                       "a backlog of 1000")
            expect_equal(setting.gateway.command("restart", "-n", vrf).returncode, 0, "restart")
            wait_until(lambda: "restarts with its new binary when its " in setting.gateway.vrf(vrf)["reason"],
                       SECONDS, "what it waits for")
            found = setting.gateway.vrf(vrf)
            expect_equal((found["state"], found["proxy"]["restart_due"]), ("degraded", True), "state")
            expect_equal(setting.gateway.proxy_lives(), lives, "lives of proxies")


def check_nothing_is_missing(setting, senders, numbers, polled, restarted):
    with setting.case("no value is missing"):
        for sender in senders:
            vrf = sender.customer.vrf
            expect(len(sender.accepted) > N_VALUES // 2, f"only {len(sender.accepted)} values were accepted")
            print(f"# {counting.expect_none_lost(setting.api, numbers[vrf], sender)}", flush=True)
            for kept in moved_aside(setting, vrf):
                left = [row for row in rows_left(kept) if row[0] in (counting.KEY, POLLED_KEY)]
                expect_equal(left, [], f"unsent values in {kept}")
            found = len(clocks(setting.api, polled[vrf]))
            wait_collected(setting.api, polled[vrf], found + 3)
            times = clocks(setting.api, polled[vrf])
            print(f"# {vrf}: longest time between two values of an item that is polled every second:"
                  f" {longest_hole([each for each in times if each <= restarted])} s until its proxy is restarted,"
                  f" {longest_hole([each for each in times if each >= restarted - 1])} s then", flush=True)


if __name__ == "__main__":
    sys.exit(run_cases("upg", upgrade, [Installed()]))
