#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Healthy means that monitoring works, and a good proxy is not restarted: with real proxies and a real server."""

import os
import shutil
import signal
import sys
import time

import trapper
from counting import arrivals_until
from holder import Holder
from processes import Process, free_port
from release import Installed
from scene import FALL, INTERVAL_SECONDS, TIMEOUT_SECONDS, Scene
from setting import run_cases
from tap import expect, expect_equal
from waiting import wait_until
from world import DEVICE_ADDRESS, PROXY_OPTIONS
from zabbix_stack import ACCOUNT

ROUNDS = 4
HOLDERS = 12  # more than there are trappers
NOTICE_SECONDS = 60
LINK_SECONDS = 180
VALUES_SECONDS = 300  # two minutes without a value, as the API tells each half minute
OTHER_KEY = "0123456789abcdef" * 4


class HealthScene(Scene):
    """The victim's customer may reach the proxy's port, and the server takes its proxy from any address: where it does
    not, another proxy of that name is refused for its address, whatever its key is."""

    def write_config(self, *arguments, **options):
        super().write_config(*arguments, **options)
        text = self.world.config.read_text()
        begin = f"vrf {self.victim} {{\n"
        path = self.world.config.with_suffix(".new")
        path.write_text(text.replace(begin, f'{begin}    allow = {{ "tcp/{trapper.TRAPPER_PORT}" }}\n'
                                            '    proxy { allowed_addresses = { "0.0.0.0/0", "::/0" } }\n'))
        path.rename(self.world.config)


def stats_check(scene):
    return [each for each in scene.gateway.vrf(scene.victim)["checks"] if each["name"] == "stats"][0]


def hold_one_trapper(scene):
    with scene.case("a customer's connection that sends one byte does not keep the proxy from answering"):
        before = scene.life(scene.victim)
        with Holder(scene.customer.netns, 1):
            scene.expect_throughout(ROUNDS * (INTERVAL_SECONDS + TIMEOUT_SECONDS),
                                    lambda: stats_check(scene)["ok"], "the stats check")
        expect_equal(scene.life(scene.victim), before, "pid and restarts")


def hold_all_trappers(scene):
    with scene.case("a customer that holds all trappers is named, and the proxy lives on"):
        before = scene.life(scene.victim)
        words = f"port {trapper.TRAPPER_PORT} is held by {DEVICE_ADDRESS} ("
        with Holder(scene.customer.netns, HOLDERS):
            wait_until(lambda: not stats_check(scene)["ok"], NOTICE_SECONDS, "a bad stats check")
            wait_until(lambda: words in scene.gateway.vrf(scene.victim)["reason"], NOTICE_SECONDS,
                       f"a reason that says '{words}'")
            scene.expect_throughout(ROUNDS * FALL * (INTERVAL_SECONDS + TIMEOUT_SECONDS) / 2,
                                    lambda: scene.life(scene.victim) == before, "the same proxy")
            expect_equal(scene.gateway.vrf(scene.victim)["state"], "degraded", "state")
        scene.settle()
        expect_equal(scene.life(scene.victim), before, "pid and restarts")


def hold_while_taken_over(scene):
    with scene.case("a supervisor that starts while all trappers are held keeps the proxy"):
        before = scene.proxy()["pid"]
        with Holder(scene.customer.netns, HOLDERS):
            wait_until(lambda: not stats_check(scene)["ok"], NOTICE_SECONDS, "a bad stats check")
            scene.gateway.process.child.kill()
            scene.restart_supervisor()
            scene.wait_supervisor()
            wait_until(lambda: scene.gateway.vrf(scene.victim)["state"] == "degraded", NOTICE_SECONDS, "degraded")
            time_over = time.monotonic() + NOTICE_SECONDS / 4  # longer than the start may take
            scene.expect_throughout(max(0, time_over - time.monotonic()), lambda: scene.proxy()["pid"] == before,
                                    "the same proxy")


class OtherProxy:
    """A context manager: a proxy by the victim's name that knows another key, as a second gateway would have it."""

    CONFIG = """\
ProxyMode=0
Server=127.0.0.1:{port}
Hostname={name}
ListenIP=127.0.0.1
ListenPort={own_port}
DBName={directory}/proxy.db
LogType=console
PidFile={directory}/zabbix_proxy.pid
SocketDir={directory}
TmpDir={directory}
TLSConnect=psk
TLSPSKIdentity={identity}
TLSPSKFile={directory}/psk
StartPollers=1
DataSenderFrequency=1
{options}
"""

    def __init__(self, scene, identity, key):
        self.directory = scene.world.directory / "other-proxy"
        self.directory.mkdir()
        (self.directory / "psk").write_text(key + "\n")
        options = PROXY_OPTIONS[scene.stack.release.name].strip('"')
        self.config = self.directory / "zabbix_proxy.conf"
        self.config.write_text(self.CONFIG.format(
            port=scene.stack.server_port, name=scene.proxy()["name"], own_port=free_port(), identity=identity,
            directory=self.directory, options=options))
        for path in (self.directory, *self.directory.iterdir()):
            shutil.chown(path, ACCOUNT, ACCOUNT)
            path.chmod(0o700 if path.is_dir() else 0o600)
        self.command = [scene.stack.proxy_binary, "-f", "-c", self.config]
        self.process = None

    def __enter__(self):
        self.process = Process("the other proxy", self.command, self.directory.with_suffix(".log"), user=ACCOUNT)
        return self

    def __exit__(self, *_exception):
        self.process.end()


def server_check(scene):
    return [each for each in scene.gateway.vrf(scene.victim)["checks"] if each["name"] == "server"][0]


def change_proxy(scene, **fields):
    proxyid = scene.api.proxies()[scene.proxy()["name"]]["proxyid"]
    scene.api.call("proxy.update", {"proxyid": proxyid, **fields})


def lastaccess(scene):
    return int(scene.api.proxies()[scene.proxy()["name"]]["lastaccess"])


def change_key(scene):
    with scene.case("a key changed in Zabbix by hand: who is seen by it does not count, and ours is written again"), \
            scene.events() as events:
        before = scene.life(scene.victim)
        identity = (scene.world.directory / "state" / "vrfs" / scene.victim / "psk.identity").read_text().strip()
        begin = scene.gateway.log_path.stat().st_size
        change_proxy(scene, tls_psk_identity=identity, tls_psk=OTHER_KEY)
        with OtherProxy(scene, identity, OTHER_KEY):
            event = events.wait(scene.victim, "degraded", "its connection to the server fails: no TLS", LINK_SECONDS)
            print(f"# {event['reason']}; last seen {time.time() - lastaccess(scene):.0f} s ago", flush=True)
            wait_until(lambda: "wrote its key again" in scene.gateway.log_path.read_text()[begin:], LINK_SECONDS,
                       "the log tells of the key")
        wait_until(lambda: scene.is_healthy(scene.victim), LINK_SECONDS, "healthy with its key")
        expect_equal(scene.life(scene.victim), before, "pid and restarts")
        arrivals_until(scene.api, scene.items[scene.victim], scene.customer, scene.take_numbers(1))
        expect_equal(scene.gateway.log_path.read_text()[begin:].count("wrote its key again"), 1, "keys written")


def take_object(scene):
    with scene.case("a proxy object of another gateway says nothing of our proxy, however often it is seen"):
        before = scene.life(scene.victim)
        name = scene.proxy()["name"]
        description = scene.api.proxies()[name]["description"]
        change_proxy(scene, description=description.replace(" id ", " id 0"))
        try:
            wait_until(lambda: not server_check(scene)["ok"], NOTICE_SECONDS, "a bad server check")
            expect("not of this gateway" in server_check(scene)["detail"], server_check(scene)["detail"])
            seen = lastaccess(scene)
            wait_until(lambda: lastaccess(scene) > seen, NOTICE_SECONDS, "the object is seen")
            expect_equal(scene.gateway.vrf(scene.victim)["state"], "degraded", "state")
            expect_equal(scene.proxy()["server_seen_s"], None, "server_seen_s")
        finally:
            change_proxy(scene, description=description)
        scene.settle()
        expect_equal(scene.life(scene.victim), before, "pid and restarts")


def values_check(scene, vrf):
    return next((each for each in scene.gateway.vrf(vrf)["checks"] if each["name"] == "values"), {"ok": None})


def is_told(check):
    return check["ok"] and check["detail"].startswith("last value ")


def stop_values(scene):
    with scene.case("values that stop while the server hears the proxy are told, and the proxy is not restarted"), \
            scene.events() as events:
        before = scene.life(scene.victim)
        wait_until(lambda: all(is_told(values_check(scene, each)) for each in (scene.victim, scene.other)), VALUES_SECONDS,
                   "values of both")
        syncer = scene.child("history syncer")
        os.kill(syncer, signal.SIGSTOP)
        try:
            event = events.wait(scene.victim, "degraded", "values: last value ", VALUES_SECONDS)
            print(f"# {event['reason']}", flush=True)
            expect("nothing new comes from the proxy" in event["reason"], event["reason"])
            expect(server_check(scene)["ok"], server_check(scene)["detail"])
            expect_equal(scene.gateway.vrf(scene.other)["state"], "healthy", f"{scene.other}: state")
        finally:
            os.kill(syncer, signal.SIGCONT)
        scene.settle()
        expect_equal(scene.life(scene.victim), before, "pid and restarts")


def cases(setting):
    with HealthScene(setting) as scene:
        hold_one_trapper(scene)
        hold_all_trappers(scene)
        hold_while_taken_over(scene)
        take_object(scene)
        change_key(scene)
        stop_values(scene)
        with setting.case("all along, no VRF had two proxies"):
            expect_equal(scene.watcher.doubles, [], "trees side by side")
            expect(scene.watcher.trees_seen > 1, "it was not watched")


if __name__ == "__main__":
    # Supervision is the same with each release: the installed one will do.
    sys.exit(run_cases("hea", cases, [Installed()]))
