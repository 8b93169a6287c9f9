#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Values that a proxy holds when it is to be another one, or none at all: they are sent first, or kept and named."""

import os
import signal
import sqlite3
import sys

import counting
from gateway import NO_SUPERVISOR
from setting import run_cases
from tap import expect, expect_equal
from test_versions import (UNSENT, ask, database, install, moved_aside, other_release, version_of, write_config)
from progress import Progress
from waiting import wait_until

SECONDS = 90
N_VALUES = 600


class Numbers:
    """Numbered values of each customer, from 1 on."""

    def __init__(self, setting):
        self.setting = setting
        self.items = counting.make_items(setting.api, setting.world.customers)
        self.next = 1

    def wait_accepted(self):
        for customer in self.setting.world.customers:
            counting.wait_accepted(customer, self.take(1))

    def take(self, count):
        first, self.next = self.next, self.next + count
        return first

    def give(self, customer, count=N_VALUES):
        """So many, as fast as the proxy takes them; of whom it accepted nearly all."""
        with counting.Sender(customer, self.take(count), count, 1) as sender:
            pass
        expect(len(sender.accepted) >= count // 2, f"only {len(sender.accepted)} values were accepted")
        return sender

    def expect_arrived(self, sender):
        print(f"# {counting.expect_none_lost(self.setting.api, self.items[sender.customer.vrf], sender)}", flush=True)


def unsent(setting, vrf):
    return ask(database(setting, vrf), UNSENT)


def rows_left(path):
    """The unsent values: key, clock, value."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute("""select items.key_, clock, value from proxy_history h
            left join items on items.itemid = h.itemid where h.id >
            (select nextid from ids where table_name = 'proxy_history' and field_name = 'history_lastid')""").fetchall()
    finally:
        connection.close()


def log_text(setting):
    return setting.gateway.log_path.read_text(errors="replace")


def wait_logged(setting, text):
    wait_until(lambda: text in log_text(setting), SECONDS, f"{text!r} in the log")


def stop_with_values(setting, customer, sender):
    """Ends the customer's proxy while nothing of them has been sent."""
    expect_equal(setting.gateway.command("stop", customer.vrf).returncode, 0, "stop")
    held = unsent(setting, customer.vrf)
    expect(held >= len(sender.accepted), f"{held} of {len(sender.accepted)} values are in the database")


def expect_sent_before(setting, vrf, old, new):
    """That the log has it, that nothing is left behind, and that the other version has its own database."""
    wait_logged(setting, f"vrf '{vrf}': stopping: sending")
    # One of 6.0 that is told to end while it makes its database never does.
    wait_until(lambda: setting.gateway.vrf(vrf)["state"] in ("healthy", "degraded"), SECONDS, f"{vrf}: it is ready")
    expect_equal(version_of(database(setting, vrf)), new, "version of its database")
    kept = moved_aside(setting, vrf)
    expect_equal([version_of(each) for each in kept], [old], "versions of the databases moved aside")
    left = rows_left(kept[0])
    print(f"# left: {left}")
    expect(not any(row[0] == counting.KEY for row in left), f"left: {left}")


def other_binary(setting, other, numbers_of):
    """Proxies of 7.0 hold values when the binary of 6.0 is put in their place; the server takes values from both."""
    acme, bravo = setting.world.customers
    install(setting, setting.stack.release)
    write_config(setting)
    with setting.gateway:
        setting.gateway.wait_at_work(SECONDS)
        setting.gateway.wait_in_step(SECONDS)
        numbers = numbers_of()
        numbers.wait_accepted()
        with setting.case("values held when a package upgrade replaces the binary are sent by the one before"):
            with setting.stack.server_down():
                sender = numbers.give(acme)
                stop_with_values(setting, acme, sender)
                install(setting, other)
            expect_equal(setting.gateway.command("start", "-n", acme.vrf).returncode, 0, "start")
            expect_sent_before(setting, acme.vrf, 700, 600)
            numbers.expect_arrived(sender)
        with setting.case("so they are where no supervisor and no proxy ran meanwhile, and the next one was killed"):
            with setting.stack.server_down():
                sender = numbers.give(bravo)
                setting.gateway.stop()
                setting.gateway.start()
                wait_until(lambda: is_sending(setting, bravo.vrf), SECONDS, f"{bravo.vrf}: sending")
                os.kill(setting.gateway.process.pid, signal.SIGKILL)
                setting.gateway.stop()
                setting.gateway.start()
                # Who sends is not taken for the proxy.
                wait_until(lambda: is_sending(setting, bravo.vrf), SECONDS, f"{bravo.vrf}: sending again")
            expect_sent_before(setting, bravo.vrf, 700, 600)
            numbers.expect_arrived(sender)


def is_sending(setting, vrf):
    return setting.gateway.status_code() != NO_SUPERVISOR and "sending " in setting.gateway.vrf(vrf)["reason"]


def put_in_config(setting, vrfs):
    setting.world.customers, everyone = [each for each in setting.world.customers if each.vrf in vrfs], \
        setting.world.customers
    try:
        setting.world.write_config()
    finally:
        setting.world.customers = everyone


def vrf_is_gone(setting, vrf):
    return all(each["name"] != vrf for each in setting.gateway.status()["vrfs"])


def warnings_of(setting):
    return " ".join(setting.gateway.status()["gateway"]["warnings"])


def gone_from_config(setting, numbers_of):
    """A VRF that is taken out of the config while its proxy holds values."""
    acme, bravo = setting.world.customers
    setting.world.write_config()
    with setting.gateway:
        setting.gateway.wait_at_work(SECONDS)
        setting.gateway.wait_in_step(SECONDS)
        numbers = numbers_of()
        numbers.wait_accepted()
        lives = setting.gateway.proxy_lives()
        with setting.case("a VRF that goes from the config sends its values first, and its state says so"):
            with setting.stack.server_down():
                sender = numbers.give(bravo)
                put_in_config(setting, [acme.vrf])
                expect_equal(setting.gateway.command("reload", "-n").returncode, 0, "reload")
                reason = wait_until(lambda: (found := setting.gateway.vrf(bravo.vrf))["state"] == "stopping"
                                    and "; sending " in found["reason"] and found["reason"], SECONDS, "sending")
                expect("gone from the config; sending " in reason and " values with Zabbix " in reason, f"{reason!r}")
            wait_until(lambda: vrf_is_gone(setting, bravo.vrf), SECONDS, f"{bravo.vrf} is gone")
            numbers.expect_arrived(sender)
            left = rows_left(database(setting, bravo.vrf))
            expect(not any(row[0] == counting.KEY for row in left), f"left: {left}")
            expect_equal(warnings_of(setting), "", "warnings")
            expect_equal(setting.gateway.proxy_lives()[acme.vrf], lives[acme.vrf], f"the life of {acme.vrf}")
        with setting.case("what the server does not take is kept, and status and log say where"):
            put_in_config(setting, [acme.vrf, bravo.vrf])
            expect_equal(setting.gateway.command("reload").returncode, 0, "reload")
            setting.gateway.wait_at_work(SECONDS)
            counting.wait_accepted(bravo, numbers.take(1))
            with setting.stack.server_down():
                sender = numbers.give(bravo)
                put_in_config(setting, [acme.vrf])
                expect_equal(setting.gateway.command("reload", "-n").returncode, 0, "reload")
                wait_until(lambda: vrf_is_gone(setting, bravo.vrf), SECONDS, f"{bravo.vrf} is gone")
                held, said = unsent(setting, bravo.vrf), f"unsent values are kept in '{database(setting, bravo.vrf)}'"
                expect(held >= len(sender.accepted), f"{held} values")
                expect(f"{held} {said}" in warnings_of(setting), f"{warnings_of(setting)!r}")
                expect(f"{held} {said}" in log_text(setting), "the log does not say it")
        with setting.case("they arrive when it is in the config again"):
            put_in_config(setting, [acme.vrf, bravo.vrf])
            expect_equal(setting.gateway.command("reload").returncode, 0, "reload")
            numbers.expect_arrived(sender)
            expect_equal(warnings_of(setting), "", "warnings")


def renamed(setting, numbers_of):
    """Under a new name a VRF is another one: with the same interface and host, and a proxy of its own."""
    bravo = setting.world.customers[1]
    name = f"{setting.world.label}-charlie"
    setting.world.write_config()
    with setting.gateway:
        setting.gateway.wait_at_work(SECONDS)
        setting.gateway.wait_in_step(SECONDS)
        numbers = numbers_of()
        numbers.wait_accepted()
        with setting.case("a VRF that is renamed sends its values before the one of the new name takes its place"):
            with setting.stack.server_down():
                sender = numbers.give(bravo)
                text = setting.world.config.read_text()
                setting.world.config.write_text(text.replace(f"vrf {bravo.vrf} {{", f"vrf {name} {{"))
                expect_equal(setting.gateway.command("reload", "-n").returncode, 0, "reload")
                wait_until(lambda: is_sending(setting, bravo.vrf), SECONDS, f"{bravo.vrf}: sending")
            wait_until(lambda: vrf_is_gone(setting, bravo.vrf), SECONDS, f"{bravo.vrf} is gone")
            setting.gateway.wait_at_work(SECONDS)
            numbers.expect_arrived(sender)
            expect_equal(warnings_of(setting), "", "warnings")


def unsent_values(setting):
    made = []

    def numbers_of():
        """They need hosts."""
        made.extend([] if made else [Numbers(setting)])
        return made[0]

    gone_from_config(setting, numbers_of)
    renamed(setting, numbers_of)
    other = other_release(setting)
    if setting.stack.release.name != "7.0":
        return
    if not other or other.missing(Progress()):
        setting.tap.skip(f"{setting.stack.release.name}: another binary", "no other release to be had")
        return
    other_binary(setting, other, numbers_of)


if __name__ == "__main__":
    sys.exit(run_cases("uns", unsent_values))
