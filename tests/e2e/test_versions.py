#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Proxies of another major version than the server: none that runs is ended for it, and no database is lost."""

import os
import shutil
import signal
import sqlite3
import sys

from gateway import NO_SUPERVISOR
from progress import Progress
from release import releases
from setting import run_cases
from tap import expect, expect_equal
from waiting import wait_until

SECONDS = 90
# How long nothing happens to a proxy that was told to be of another version: several checks of it.
QUIET_SECONDS = 20
N_VALUES = 300
UNSENT = """select (select max(id) from proxy_history) - coalesce((select nextid from ids
            where table_name = 'proxy_history' and field_name = 'history_lastid'), 0)"""


def other_release(setting):
    return next((each for each in releases() if each.name != setting.stack.release.name), None)


def install(setting, release):
    """Put that release's proxy in the place that the config names; one that runs keeps its own."""
    new = setting.stack.proxy_binary.with_suffix(".new")
    release.install_proxy(new, Progress())
    new.chmod(0o755)
    os.replace(new, setting.stack.proxy_binary)


def write_config(setting):
    """With options that both releases know."""
    setting.world.write_config()
    text = setting.world.config.read_text()
    setting.world.config.write_text(text.replace('"ProxyConfigFrequency=5"', ""))


def database(setting, vrf):
    return setting.world.directory / "state" / "vrfs" / vrf / "proxy.db"


def ask(path, query):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchone()[0]
    finally:
        connection.close()


def version_of(path):
    """600 is 6.0."""
    return ask(path, "select mandatory from dbversion") // 10000


def moved_aside(setting, vrf):
    return [path for path in database(setting, vrf).parent.glob("proxy.db.*") if path.suffix.endswith("Z")]


def check_named(setting, vrf, *texts):
    """Wait until the server check is bad and says all that."""
    def named():
        check = next((each for each in setting.gateway.vrf(vrf)["checks"] if each["name"] == "server"), None)
        return check and not check["ok"] and all(text in check["detail"] for text in texts)
    wait_until(named, SECONDS, f"a server check that names {texts}")


def older_proxies(setting, other):
    """A 7.0 server, and proxies of 6.0."""
    acme, bravo = (each.vrf for each in setting.world.customers)
    install(setting, other)
    write_config(setting)
    with setting.gateway:
        with setting.case("a proxy of the release before runs on, degraded: both versions are named", required=True):
            setting.gateway.process.wait_ready(lambda: setting.gateway.status_code() != NO_SUPERVISOR, SECONDS)
            check_named(setting, acme, f"proxy is Zabbix {other.name}", f"server {setting.stack.release.name}")
            wait_until(lambda: setting.gateway.vrf(acme)["state"] == "degraded", SECONDS, "degraded")
            lives = setting.gateway.proxy_lives()
            quiet_until = setting.gateway.status()["gateway"]["uptime_s"] + QUIET_SECONDS
            wait_until(lambda: setting.gateway.status()["gateway"]["uptime_s"] >= quiet_until, SECONDS, "some checks")
            expect_equal(setting.gateway.proxy_lives(), lives, "lives of proxies")
        with setting.case("where no binary before is left, the database is moved aside with its values"):
            expect_equal(setting.gateway.command("stop", acme).returncode, 0, "stop")
            values = ", ".join(["(1, 1, 'v')"] * N_VALUES)
            connection = sqlite3.connect(database(setting, acme))
            connection.execute(f"insert into proxy_history (itemid, clock, value) values {values}")
            connection.commit()
            connection.close()
            unsent = ask(database(setting, acme), UNSENT)
            expect(unsent >= N_VALUES, f"{unsent} values")
            install(setting, setting.stack.release)
            shutil.rmtree(setting.world.directory / "state" / "binaries")
            expect_equal(setting.gateway.command("start", "-n", acme).returncode, 0, "start")
            wait_until(lambda: setting.gateway.vrf(acme)["state"] == "healthy", SECONDS, f"{acme}: healthy")
            kept = moved_aside(setting, acme)
            expect_equal(len(kept), 1, "databases moved aside")
            expect_equal((ask(kept[0], UNSENT), version_of(kept[0])), (unsent, 600),
                         "what it holds")
            expect_equal(version_of(database(setting, acme)), 700, "the new one")
            reason = setting.gateway.vrf(acme)["reason"]
            expect(str(kept[0]) in reason and f"{unsent} unsent values" in reason, f"{reason!r}")
            expect_equal(setting.gateway.proxy_lives()[bravo], lives[bravo], f"the life of {bravo}")
        with setting.case("a reload ends no proxy whose binary is of another version now"):
            expect_equal(setting.gateway.command("reload").returncode, 0, "reload")
            wait_until(lambda: f"'vrfgate restart {bravo}' starts the new one" in setting.gateway.log_path.read_text(),
                       SECONDS, "what the log says")
            expect_equal(setting.gateway.proxy_lives()[bravo], lives[bravo], f"the life of {bravo}")


def newer_binary(setting, other):
    """A 6.0 server, proxies of 6.0 that run, and a binary of 7.0 that was put in their place."""
    acme, bravo = (each.vrf for each in setting.world.customers)
    install(setting, setting.stack.release)
    write_config(setting)
    with setting.gateway:
        with setting.case("a newer proxy that the server takes nothing from is not started", required=True):
            setting.gateway.wait_healthy(SECONDS)
            setting.gateway.wait_in_step(SECONDS)
            lives = setting.gateway.proxy_lives()
            install(setting, other)
            os.kill(lives[acme][0], signal.SIGKILL)
            wait_until(lambda: setting.gateway.vrf(acme)["state"] == "failed", SECONDS, f"{acme}: failed")
            reason = setting.gateway.vrf(acme)["reason"]
            expect(f"is Zabbix {other.name}" in reason and f"the server is {setting.stack.release.name}" in reason,
                   f"{reason!r}")
            expect_equal(setting.gateway.proxy_lives()[bravo], lives[bravo], f"the life of {bravo}")
        with setting.case("its database stays, and the right binary goes on with it"):
            expect_equal(moved_aside(setting, acme), [], "databases moved aside")
            inode = database(setting, acme).stat().st_ino
            install(setting, setting.stack.release)
            expect_equal(setting.gateway.command("start", "-n", acme).returncode, 0, "start")
            wait_until(lambda: setting.gateway.vrf(acme)["state"] == "healthy", SECONDS, f"{acme}: healthy")
            expect_equal(database(setting, acme).stat().st_ino, inode, "the database's inode")


def versions(setting):
    other = other_release(setting)
    if not other or other.missing(Progress()):
        setting.tap.skip(f"{setting.stack.release.name}: versions", "no other release to be had")
        return
    if setting.stack.release.name == "7.0":
        older_proxies(setting, other)
    else:
        newer_binary(setting, other)


if __name__ == "__main__":
    sys.exit(run_cases("ver", versions))
