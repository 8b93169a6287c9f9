# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults: each does harm to a running gateway and tells what must be seen of it, before all is well again."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import time

from counting import Sender, arrivals_until, expect_none_lost, try_send
from gateway import NO_SUPERVISOR, program
from holder import Holder
from processes import run_checked
from scene import FALL, HEALTHY_SECONDS, INTERVAL_SECONDS, TIMEOUT_SECONDS, children_of, process_cmdline
from tap import expect, expect_equal
from trapper import TRAPPER_PORT
from waiting import wait_until
from world import ip, link_names, netns_exists

CHILDREN = ("history syncer", "data sender", "trapper")
HANG_SECONDS = FALL * (INTERVAL_SECONDS + TIMEOUT_SECONDS) + 1
TERM_SECONDS = 30
TROUBLE_SECONDS = 30
WEDGE_SECONDS = 240
SEEN_SECONDS = 60
RESCUE_SECONDS = 120
REPAIR_SECONDS = 5
DOWN_SECONDS, DOWN_LONG_SECONDS = 10, 75
KILLS, KILLS_LONG = 10, 200
MANY = 200
MANY_SECONDS = 900
USUAL_INTERVAL_SECONDS, USUAL_TIMEOUT_SECONDS = 10, 3
HOLD_SECONDS = 30
ORDERS, ORDER_VALUES = 20, 300
MEGABYTE = 1024 * 1024
FOREIGN_DATABASE = "create table people (name text); insert into people values ('somebody');"


def replaced(scene, before):
    """The victim is healthy with another proxy than before."""
    return scene.is_healthy(scene.victim) and scene.proxy()["pid"] not in (None, before)


def wait_replaced(scene, before, seconds=HEALTHY_SECONDS):
    wait_until(lambda: replaced(scene, before), seconds, f"another healthy proxy in {scene.victim}")


# ---- processes ----

def kill_main(scene):
    with scene.case("SIGKILL of the main process is told as such, and followed by one new proxy"), \
            scene.events() as events:
        before = scene.proxy()
        os.kill(before["pid"], signal.SIGKILL)
        event = events.wait(scene.victim, "backoff", "zabbix_proxy ended: signal 9 (Killed)")
        wait_replaced(scene, before["pid"])
        expect_equal(scene.proxy()["restarts"], before["restarts"] + 1, "restarts")
        expect_equal(event["last_exit"], "signal 9 (Killed)", "last_exit")


def kill_children(scene):
    """A proxy of which one process dies ends by itself after about a second."""
    for title in CHILDREN:
        with scene.case(f"SIGKILL of its {title}: the whole proxy is replaced"), scene.events() as events:
            before = scene.proxy()["pid"]
            os.kill(scene.child(title), signal.SIGKILL)
            events.wait(scene.victim, "backoff", "zabbix_proxy ended: ")
            wait_replaced(scene, before)


def kill_every_child(scene):
    scene.settle()
    count = len(children_of(scene.proxy()["pid"]))
    for index in range(count):
        with scene.case(f"SIGKILL of process {index + 1} of {count}: the whole proxy is replaced"), \
                scene.events() as events:
            main = scene.proxy()["pid"]
            child = wait_until(lambda: children_of(main)[index:], 10, f"{index + 1} processes")[0]
            print(f"# {process_cmdline(child).partition('zabbix_proxy: ')[2]}", flush=True)
            os.kill(child, signal.SIGKILL)
            events.wait(scene.victim, "backoff", "zabbix_proxy ended: ")
            wait_replaced(scene, main)


def expect_hang(scene, events, stopped, words):
    """What is stopped is found in time, and continued to end in order: it may have values to write."""
    before = scene.proxy()["pid"]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    events.wait(scene.victim, "stopping", f"hangs: {FALL} stats requests in a row failed: {words}", HANG_SECONDS)
    events.wait(scene.victim, "backoff", "zabbix_proxy ended: exit status 0", TERM_SECONDS)
    wait_replaced(scene, before)


def stop_main(scene):
    with scene.case("SIGSTOP of the main process is found as a hang in time, and the proxy replaced"), \
            scene.events() as events:
        expect_hang(scene, events, [scene.proxy()["pid"]], "its main process was stopped")


def stop_tree(scene):
    with scene.case("SIGSTOP of every process is found as a hang in time, and the proxy replaced"), \
            scene.events() as events:
        expect_hang(scene, events, scene.watcher.living(scene.victim), "no answer to the stats request")


def lose_binary(scene):
    binary = pathlib.Path(scene.stack.proxy_binary)
    away = binary.with_name("zabbix_proxy.away")
    with scene.case("a missing binary is named, and its return is found without being told"), \
            scene.events() as events:
        before = scene.proxy()["pid"]
        binary.rename(away)
        try:
            os.kill(before, signal.SIGKILL)
            events.wait(scene.victim, "failed", f"'{binary}': No such file or directory")
        finally:
            away.rename(binary)
        wait_replaced(scene, before)


# ---- databases and disks ----

def spoil_garbage(scene, path):
    path.write_bytes(os.urandom(64 * 1024))
    scene.own_by_proxy(path, 0o640)


def spoil_truncated(_scene, path):
    os.truncate(path, path.stat().st_size // 2)


def spoil_foreign(scene, path):
    path.unlink()
    run_checked(["sqlite3", path, FOREIGN_DATABASE], "making a foreign database")
    scene.own_by_proxy(path, 0o640)


def spoil_read_only(_scene, path):
    """The proxy's account may read it and no more."""
    os.chown(path, 0, 0)
    path.chmod(0o444)


def told_trouble(scene, events, since):
    """The first event since then that says why the victim is not well."""
    for state, words in (("failed", ""), ("backoff", ""), ("stopping", "not ready"), ("degraded", "")):
        event = events.find(scene.victim, state, words, since)
        if event and event["reason"]:
            return event
    return None


def wait_trouble(scene, events, since):
    return wait_until(lambda: told_trouble(scene, events, since), TROUBLE_SECONDS,
                      f"what ails {scene.victim} (told: {events.told(scene.victim)})")


def moved_aside(database):
    """What vrfgate has made of databases that could not be used."""
    return sorted(database.parent.glob(f"{database.name}.*Z"))


def rescue_database(scene):
    with scene.case("a garbage database is moved aside with its date, and the VRF is healthy with a new one"):
        database, kept = scene.database(), scene.world.directory / "kept.db"
        with scene.stopped():
            shutil.copy2(database, kept)
            spoil_garbage(scene, database)
        try:
            wait_until(lambda: moved_aside(database) and scene.is_healthy(scene.victim), RESCUE_SECONDS,
                       "another database", poll_seconds=0.5)
            expect_equal(len(moved_aside(database)), 1, "databases moved aside")
        finally:
            with scene.stopped():
                shutil.copy2(kept, database)
                scene.own_by_proxy(database, 0o640)


def try_database(scene, name, spoil, words=""):
    """A database that cannot be used, until it is replaced by the good one."""
    with scene.case(f"a {name} database: the state says that something is wrong, the other VRF works on"), \
            scene.events() as events:
        database, kept = scene.database(), scene.world.directory / "kept.db"
        with scene.stopped():
            shutil.copy2(database, kept)
            spoil(scene, database)
            since = time.monotonic()
        try:
            event = wait_trouble(scene, events, since)
            expect(words in event["reason"], event["reason"])
        finally:
            with scene.stopped():
                shutil.copy2(kept, database)
                scene.own_by_proxy(database, 0o640)


def spoil_databases(scene):
    try_database(scene, "truncated", spoil_truncated)
    try_database(scene, "foreign", spoil_foreign)
    try_database(scene, "read-only", spoil_read_only, "cannot be written by")


@contextlib.contextmanager
def small_disk(scene, size, keep_database):
    """Inside, the victim's files are on a disk of that size; the good ones are back afterwards."""
    directory, kept = scene.database().parent, scene.world.directory / "kept"
    with scene.stopped():
        shutil.copytree(directory, kept)
        run_checked(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", directory], "mounting a small disk")
        for path in kept.iterdir():
            if path.name.startswith("psk") or (keep_database and path.name == scene.database().name):
                shutil.copy2(path, directory)
                scene.own_by_proxy(directory / path.name, path.stat().st_mode & 0o777)
        scene.own_by_proxy(directory, 0o750)
    try:
        yield directory
    finally:
        with scene.stopped():
            run_checked(["umount", directory], "unmounting the small disk")
            shutil.rmtree(kept)


def fill(directory):
    with contextlib.suppress(OSError), open(directory / "filler", "wb") as filler:
        while True:
            filler.write(bytes(4096))
            filler.flush()


def wait_disk_full(scene):
    """Values are sent until the proxy complains of a disk that has no room for them."""
    begin = len(scene.proxy_log())

    def is_full():
        try_send(scene.customer, range(scene.take_numbers(100), scene.next_number))
        return "disk is full" in scene.proxy_log()[begin:]

    wait_until(is_full, TROUBLE_SECONDS, "the proxy's complaint of a full disk", poll_seconds=0.5)


def fill_disk(scene):
    """zabbix_proxy is wedged by that nearly always: it answers, and sends nothing any more."""
    with scene.case("a disk that fills up, twice: once there is room the proxy sends again, and nobody lends a hand"):
        size = scene.database().stat().st_size + 8 * MEGABYTE  # less than one free is full
        with small_disk(scene, size, keep_database=True) as directory:
            for _turn in range(2):
                wait_until(lambda: scene.is_healthy(scene.victim), WEDGE_SECONDS, "healthy on the small disk")
                before = scene.life(scene.victim)
                fill(directory)
                wait_disk_full(scene)
                wait_until(lambda: "disk full" in scene.gateway.vrf(scene.victim)["reason"], TROUBLE_SECONDS,
                           "the reason 'disk full'")
                (directory / "filler").unlink()
                wait_until(lambda: scene.is_healthy(scene.victim), WEDGE_SECONDS, "healthy with room on the disk")
                expect(scene.proxy()["server_seen_s"] < SEEN_SECONDS, "healthy, and the server does not hear it")
                arrivals_until(scene.api, scene.items[scene.victim], scene.customer, scene.take_numbers(1))
                print(f"# pid and restarts: {before}, then {scene.life(scene.victim)}", flush=True)


def stop_senders(scene):
    with scene.case("a proxy that answers and sends nothing is restarted once, as the server hears the other one"), \
            scene.events() as events:
        before = scene.proxy()
        for title in ("data sender", "configuration syncer"):
            os.kill(scene.child(title), signal.SIGSTOP)
        events.wait(scene.victim, "stopping", "wedged: no process of it that sends has moved", WEDGE_SECONDS)
        wait_replaced(scene, before["pid"], WEDGE_SECONDS)
        expect_equal(scene.proxy()["restarts"], before["restarts"] + 1, "restarts")


def start_on_full_disk(scene):
    with scene.case("a disk too small for a new database: the state says that something is wrong"), \
            scene.events() as events:
        since = time.monotonic()
        with small_disk(scene, MEGABYTE, keep_database=False):
            wait_trouble(scene, events, since)


# ---- network ----

def delete_uplink(scene):
    with scene.case("a deleted uplink is made again, the proxy is not restarted"):
        before = scene.life(scene.victim)
        name = scene.gateway.vrf(scene.victim)["uplink"]["root_ifname"]
        begin = scene.gateway.log_path.stat().st_size

        def is_repaired():
            return f"vrf '{scene.victim}': repaired" in scene.gateway.log_path.read_text()[begin:]

        ip("link", "del", name)
        wait_until(is_repaired, REPAIR_SECONDS, "the log tells of the repair")
        expect(name in link_names(), f"no {name}")
        scene.settle()
        expect_equal(scene.life(scene.victim), before, "pid and restarts")


def parent_down(scene):
    with scene.case("a parent that is down is named, the proxy is not restarted"), scene.events() as events:
        before = scene.life(scene.victim)
        parent = scene.world.parent()
        ip("link", "set", parent, "down")
        try:
            events.wait(scene.victim, "degraded", f"parent '{parent}' is down")
        finally:
            ip("link", "set", parent, "up")
        scene.settle()
        expect_equal(scene.life(scene.victim), before, "pid and restarts")


def delete_namespace(scene):
    with scene.case("a deleted namespace is told and made again, with a new proxy in it"), scene.events() as events:
        before = scene.proxy()["pid"]
        ip("netns", "del", scene.victim)
        events.wait(scene.victim, "stopping", "netns: ")
        wait_replaced(scene, before)
        expect(netns_exists(scene.victim), "no namespace")


# ---- Zabbix ----

def proxies_as(scene, lives):
    return [scene.life(each) for each in (scene.victim, scene.other)] == lives


def server_down(scene):
    seconds = DOWN_LONG_SECONDS if scene.long else DOWN_SECONDS
    with scene.case(f"a server that is down for {seconds} s restarts no proxy, and is told where it lasts"), \
            scene.events() as events:
        lives = [scene.life(each) for each in (scene.victim, scene.other)]
        with scene.stack.server_down():
            scene.expect_throughout(seconds, lambda: proxies_as(scene, lives), "the same proxies")
            if scene.long:
                events.wait(scene.victim, "degraded", "API reachable", seconds=30)
        scene.settle()
        expect(proxies_as(scene, lives), "other proxies than before")


def zabbix_state(scene):
    return scene.gateway.status()["gateway"]["zabbix"]["state"]


def api_down(scene):
    with scene.case("an API that is down is told and restarts no proxy"):
        lives = [scene.life(each) for each in (scene.victim, scene.other)]
        with scene.stack.api_down():
            wait_until(lambda: zabbix_state(scene) == "unreachable", HEALTHY_SECONDS, "state 'unreachable'")
            expect(proxies_as(scene, lives), "other proxies than before")
        wait_until(lambda: zabbix_state(scene) == "ok", HEALTHY_SECONDS, "state 'ok'")
        expect(proxies_as(scene, lives), "other proxies than before")


# ---- the supervisor ----

def kill_reporter(scene):
    with scene.case("a killed reporter is told and started again, no proxy is"):
        lives = [scene.life(each) for each in (scene.victim, scene.other)]
        log = scene.gateway.log_path
        begin = log.stat().st_size
        reporter = wait_until(scene.reporters, 5, "a reporter")
        os.kill(reporter[0], signal.SIGKILL)
        wait_until(lambda: "reporter ended: signal 9" in log.read_text()[begin:], 5, "the log tells of it")
        wait_until(lambda: scene.reporters() not in ([], reporter) and zabbix_state(scene) == "ok", HEALTHY_SECONDS,
                   "another reporter, and state 'ok'")
        expect(proxies_as(scene, lives), "other proxies than before")


def start_command(scene, *arguments):
    """A vrfgate command that nobody waits for."""
    return subprocess.Popen([program(), arguments[0], "-c", scene.world.config, *arguments[1:]],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def supervisor_is_busy(scene, moment):
    """Have the supervisor do what the moment is named for; the command that waits for it, if any."""
    if moment == "start":
        return None
    scene.wait_supervisor()
    if moment == "stop":
        scene.gateway.process.child.send_signal(signal.SIGTERM)
    elif moment == "reload":
        scene.write_config(extra=f"namespace {scene.world.label}-new {{ }}\n" if scene.random.random() < 0.5 else "")
        return start_command(scene, "reload")
    elif moment == "restart":
        return start_command(scene, "restart", scene.random.choice((scene.victim, scene.other)))
    return None


def kill_supervisor_at(scene, moment):
    command = supervisor_is_busy(scene, moment)
    time.sleep(scene.random.uniform(0, 1 if moment in ("start", "idle") else 0.3))
    with contextlib.suppress(ProcessLookupError):
        os.kill(scene.gateway.process.pid, signal.SIGKILL)
    if command:
        command.wait(10)
    scene.restart_supervisor()


def kill_supervisor(scene):
    count = KILLS_LONG if scene.long else KILLS
    with scene.case(f"SIGKILL of the supervisor at {count} moments of start, reload, restart, stop and rest"
                    " leaves one proxy for each VRF", bystanders=False):
        try:
            moments = ["start", "reload", "restart", "stop", "idle"] * (count // 5)
            scene.random.shuffle(moments)
            for moment in moments:
                kill_supervisor_at(scene, moment)
        finally:
            scene.write_config()
        scene.wait_supervisor()
        # A namespace that a killed one had in its config is left running.
        scene.expect_done("reload", "--remove")
        # One may be about to end, told so by a supervisor that did not live to see it.
        scene.expect_done("restart", scene.victim, scene.other)
        scene.settle()
        lives = [scene.life(each) for each in (scene.victim, scene.other)]
        os.kill(scene.gateway.process.pid, signal.SIGKILL)
        wait_until(lambda: scene.gateway.status_code() == NO_SUPERVISOR, 5, "no supervisor")
        scene.restart_supervisor()
        scene.settle()
        expect(proxies_as(scene, lives), "a supervisor that was killed at rest costs a proxy")


# ---- what keeps others waiting ----

def make_program(scene, name, text):
    """A shell script in the place of a zabbix_proxy of the installed version."""
    path = pathlib.Path(scene.stack.proxy_binary).with_name(name)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@contextlib.contextmanager
def another_vrf(scene, binary):
    """Inside, the config has one more VRF, with that proxy."""
    name = f"{scene.world.label}-odd"
    scene.write_config(extra=f'vrf {name} {{ proxy {{ binary = "{binary}" psk = false }} }}\n')
    try:
        scene.expect_done("reload", "--no-wait")
        yield name
    finally:
        scene.write_config()
        scene.wait_supervisor()
        scene.expect_done("reload", "--remove")


def hang_binary(scene):
    with scene.case("while one VRF's binary does not answer to -V, another's proxy that dies is replaced"):
        binary = make_program(scene, "hanging_proxy", "exec sleep 100000")
        with another_vrf(scene, binary):
            for _turn in range(3):
                before = scene.proxy()["pid"]
                os.kill(before, signal.SIGKILL)
                wait_replaced(scene, before)


def ignore_term(scene):
    """No supervisor has ended it, and it does not end by itself."""
    with scene.case("a proxy that was left behind and ignores SIGTERM keeps no VRF from its supervisor"):
        version = run_checked([scene.stack.proxy_binary, "-V"], "the proxy's version").splitlines()[0]
        binary = make_program(scene, "stubborn_proxy",
                              f'[ "$1" = -V ] && exec echo "{version}"\ntrap "" TERM\nwhile :; do sleep 1; done')
        lives = [scene.life(each) for each in (scene.victim, scene.other)]
        with another_vrf(scene, binary) as name:
            wait_until(lambda: scene.gateway.vrf(name)["proxy"]["pid"], HEALTHY_SECONDS, "the odd proxy")
            pid = scene.gateway.vrf(name)["proxy"]["pid"]
            os.kill(scene.gateway.process.pid, signal.SIGKILL)
            scene.write_config()
            scene.restart_supervisor()
            for vrf in (scene.victim, scene.other):
                wait_until(lambda vrf=vrf: scene.is_healthy(vrf), HEALTHY_SECONDS, f"{vrf} is healthy")
            expect(proxies_as(scene, lives), "other proxies than before")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def hold_trapper(scene):
    with scene.case("a customer that holds a trapper with one byte costs no proxy its life"):
        before = scene.proxy()["pid"]
        section = f"vrf {scene.victim} {{\n"
        scene.write_config()
        text = scene.world.config.read_text()
        scene.world.config.write_text(text.replace(section, f'{section}    allow = {{ "tcp/{TRAPPER_PORT}" }}\n'))
        try:
            scene.expect_done("reload")
            wait_replaced(scene, before)  # by one with more trappers
            life = scene.life(scene.victim)
            with Holder(scene.customer.netns, 1):
                scene.expect_throughout(HOLD_SECONDS, lambda: scene.life(scene.victim) == life, "the same proxy")
            before = life[0]
        finally:
            scene.write_config()
            scene.expect_done("reload")
        wait_replaced(scene, before)


def stop_and_start(scene):
    with scene.case(f"{ORDERS} stops, each followed by a start at once, leave one proxy and every value"):
        scene.wait_accepting()
        first = scene.take_numbers(ORDER_VALUES)
        with Sender(scene.customer, first, ORDER_VALUES, 1) as sender:
            pass
        aside = moved_aside(scene.database())
        for _turn in range(ORDERS):
            scene.expect_done("stop", "-n", scene.victim)
            time.sleep(scene.random.uniform(0, 0.5))
            scene.expect_done("start", "-n", scene.victim)
            time.sleep(scene.random.uniform(0, 0.5))
        scene.settle()
        expect_equal(moved_aside(scene.database()), aside, "databases moved aside")
        print(f"# {expect_none_lost(scene.api, scene.items[scene.victim], sender)}", flush=True)


def start_many(scene):
    with scene.case(f"{MANY} proxies started at once become healthy, none of them twice", bystanders=False):
        extra = "".join(f"vrf {scene.world.label}-more{number} {{ }}\n" for number in range(MANY - 2))
        scene.gateway.stop()
        # Who has so many asks each as often as is usual.
        scene.write_config(extra, MANY_SECONDS, USUAL_INTERVAL_SECONDS, USUAL_TIMEOUT_SECONDS)
        try:
            scene.gateway.start()
            scene.gateway.process.wait_ready(lambda: scene.gateway.is_healthy(), MANY_SECONDS)
            restarts = [each["proxy"]["restarts"] for each in scene.gateway.status()["vrfs"]]
            expect_equal(sum(restarts), 0, "restarts")
        finally:
            scene.gateway.stop()
            scene.gateway.command("down")
            scene.write_config()
            scene.gateway.start()
            scene.wait_supervisor()


SHORT = (kill_main, kill_children, stop_main, lose_binary, rescue_database, spoil_databases, fill_disk, start_on_full_disk,
         delete_uplink, parent_down, delete_namespace, server_down, api_down, kill_reporter, kill_supervisor)
LONG = (*SHORT, kill_every_child, stop_tree, stop_senders, start_many, hang_binary, ignore_term, hold_trapper,
        stop_and_start)
