#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the supervisor costs while nothing happens, how soon it puts back what is lost, and how long `status` takes.

    watch.py [--build DIR] [COUNT]

Starts `vrfgate run` on COUNT namespaces (1000) with a customer link and an uplink and no proxy, as root.
A repair lasts from the kernel's message that a route or address is gone to that of its return; what is not
back after half a minute has never come back.
"""
import argparse
import contextlib
import ctypes
import json
import math
import os
import pathlib
import random
import selectors
import signal
import socket
import statistics
import struct
import subprocess
import sys
import time

import world
from results import print_targets

HEALTHY_SECONDS, SETTLE_SECONDS, IDLE_SECONDS, STOP_SECONDS = 120, 10, 20, 60
STATUS_CALLS = 21
VICTIMS = 40  # namespaces that lose something, each another one
SPACING_SECONDS, REPAIR_SECONDS = 0.25, 30
CLONE_NEWNET = 0x40000000
RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE = 0x10, 0x40
HEADER = struct.Struct("=IHHII")


class Loss:
    """What can be lost: how it is deleted, and the kernel's messages of its end and its return."""

    def __init__(self, name, words, gone, back, length):
        self.name, self.words, self.gone, self.back = name, words, gone, back
        self.length = length  # of the prefix: the second byte of the message's body, to tell it from others


ROUTE = Loss("route", ["route", "del", "default"], gone=25, back=24, length=0)
ADDRESS = Loss("address", ["address", "del", "10.0.0.2/30", "dev", "cust"], gone=21, back=20, length=30)


class Victim:
    """A namespace that loses one thing, and the socket that hears of it."""

    def __init__(self, name, loss):
        self.name, self.loss = name, loss
        self.gone = self.back = None
        self.socket = listen(name)

    def read(self):
        now, data = time.perf_counter(), self.socket.recv(65536)
        while len(data) >= HEADER.size:
            size, kind = HEADER.unpack_from(data)[:2]
            if data[HEADER.size + 1] == self.loss.length:
                if kind == self.loss.gone and self.gone is None:
                    self.gone = now
                elif kind == self.loss.back and self.gone is not None and self.back is None:
                    self.back = now
            data = data[(size + 3) & ~3:]


def set_netns(fd):
    if ctypes.CDLL(None, use_errno=True).setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def listen(name):
    """A socket that hears of addresses and routes in the namespace."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        set_netns(there)
        heard = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        set_netns(home)
    finally:
        os.close(home)
        os.close(there)
    heard.bind((0, RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE))
    return heard


# ---- the supervisor ----

def write_config(path, count):
    text = (f'gateway {{ name = bench state_dir = "{world.RUN}/state" run_dir = "{world.RUN}/run" '
            f'log_dir = "{world.RUN}/log" }}\n')
    for i in range(count):
        text += (f"namespace bench{i} {{\n\tuplink = true\n\tinterface cust {{\n\t\tkind = macvlan\n"
                 f'\t\tparent = {world.TRUNK}\n\t\taddress = "10.0.0.2/30"\n\t\tgateway = "10.0.0.1"\n'
                 # They are all on one wire, without a router.
                 '\t\tconflict_detection = false\n\t}\n}\n')
    path.write_text(text)


def wait_healthy(program, config, supervisor, count):
    deadline = time.monotonic() + HEALTHY_SECONDS
    while time.monotonic() < deadline:
        if supervisor.poll() is not None:
            break
        answer = subprocess.run([program, "status", "-j", "-c", config], capture_output=True, text=True, check=False)
        with contextlib.suppress(json.JSONDecodeError):
            states = [vrf["state"] for vrf in json.loads(answer.stdout)["vrfs"]]
            if states == ["healthy"] * count:
                return
        time.sleep(0.5)
    sys.exit(f"bench: the supervisor has not become healthy:\n{(world.RUN / 'run.log').read_text()[-2000:]}")


@contextlib.contextmanager
def running(program, count):
    """A supervisor with all its namespaces healthy; stopped and cleared up afterwards."""
    config = world.RUN / "watch.conf"
    write_config(config, count)
    with open(world.RUN / "run.log", "w", encoding="utf-8") as log:
        supervisor = subprocess.Popen([program, "run", "-c", config], stdout=log, stderr=log)
    try:
        wait_healthy(program, config, supervisor, count)
        yield supervisor
    finally:
        supervisor.send_signal(signal.SIGTERM)
        supervisor.wait(STOP_SECONDS)
        subprocess.run([program, "down", "-c", config], stdout=subprocess.DEVNULL, check=True)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return None


def measure_idle(pid):
    """Percent of one core, and MB, over a while in which nothing happens; starting has its last looks before."""
    time.sleep(SETTLE_SECONDS)
    started, before = time.monotonic(), cpu_seconds(pid)
    time.sleep(IDLE_SECONDS)
    return 100 * (cpu_seconds(pid) - before) / (time.monotonic() - started), rss_mb(pid)


# ---- status ----

def measure_status(program, *words):
    """Milliseconds that a whole `vrfgate status` takes, one after the other."""
    times = []
    for _ in range(STATUS_CALLS):
        started = time.perf_counter()
        subprocess.run([program, "status", "-c", world.RUN / "watch.conf", *words], stdout=subprocess.DEVNULL,
                       check=False)
        times.append((time.perf_counter() - started) * 1e3)
    return times


# ---- repairs ----

def hear(selector, seconds):
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        for key, _ in selector.select(left):
            key.data.read()
        if all(key.data.back for key in selector.get_map().values()):
            return


def measure_repairs(count):
    """Take something from one namespace after another, without waiting; returns the victims."""
    numbers = random.sample(range(count), min(VICTIMS, count // 2 * 2))
    victims = [Victim(f"bench{number}", (ROUTE, ADDRESS)[i % 2]) for i, number in enumerate(numbers)]
    with selectors.DefaultSelector() as selector:
        for victim in victims:
            selector.register(victim.socket, selectors.EVENT_READ, victim)
        for victim in victims:
            with subprocess.Popen(["ip", "-n", victim.name, *victim.loss.words]) as deletion:
                hear(selector, SPACING_SECONDS)
            if deletion.returncode != 0:
                sys.exit(f"bench: cannot delete the {victim.loss.name} of {victim.name}")
        hear(selector, REPAIR_SECONDS)
    for victim in victims:
        victim.socket.close()
    return victims


def measure_watch(build, count):
    """
    {"count", "cpu_percent", "rss_mb", "status": {words: [ms]}, "repairs": {loss: [ms]}}; what never came back took
    infinitely long.
    """
    program = pathlib.Path(build).resolve() / "vrfgate"
    with running(program, count) as supervisor:
        cpu_percent, rss = measure_idle(supervisor.pid)
        status = {"status": measure_status(program), "status -j": measure_status(program, "-j")}
        victims = measure_repairs(count)
    repairs = {loss.name: [(victim.back - victim.gone) * 1e3 if victim.back else math.inf for victim in victims
                           if victim.loss is loss] for loss in (ROUTE, ADDRESS)}
    return {"count": count, "cpu_percent": cpu_percent, "rss_mb": rss, "status": status, "repairs": repairs}


def watch_targets(measured):
    """As print_targets() of results.py takes them."""
    count = measured["count"]
    listed = []
    for name, times in measured["repairs"].items():
        listed += [(f"repair of a deleted {name}, median of {len(times)}", statistics.median(times), " ms", 100, True),
                   (f"repair of a deleted {name}, longest", max(times), " ms", 100, True)]
    listed += [(f"`{words}` of {count} VRFs, median of {len(times)}", statistics.median(times), " ms", target, True)
               for (words, times), target in zip(measured["status"].items(), (50, 100))]
    return listed + [
        (f"supervisor, {count} VRFs, idle: of a core", measured["cpu_percent"], " %", 0.5, True),
        (f"supervisor, {count} VRFs, idle: RSS", measured["rss_mb"], " MB", 25, True),
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("count", type=int, nargs="?", default=1000)
    arguments = parser.parse_args()
    print_targets(watch_targets(measure_watch(arguments.build, arguments.count)))


if __name__ == "__main__":
    world.enter()
    main()
