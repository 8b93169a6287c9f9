#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the rules between customers, uplinks and the root namespace cost: `up` of COUNT namespaces (1000), and a TCP
stream over one uplink into the root namespace, each with the firewall and without it, in turns.

    firewall.py [--build DIR] [COUNT]

As root; takes about two minutes.
"""
import argparse
import ctypes
import os
import pathlib
import signal
import socket
import statistics
import time

import world
from peers import Vrfgate
from results import print_targets

UP_ROUNDS, STREAM_ROUNDS, STREAM_SECONDS, CHUNK = 5, 15, 0.7, 1 << 18
CLONE_NEWNET = 0x40000000
ROOT_SIDE, SERVER_PORT = "fd5a:b1c0:de00::1", 10051


class Guarded(Vrfgate):
    """vrfgate with its firewall switched on or off."""

    def prepare(self, count, firewall):
        super().prepare(count)
        text = self.config.read_text()
        self.config.write_text(text.replace("gateway {", f"gateway {{ firewall = {str(firewall).lower()}", 1))


def measure_up(vrfgate, count, firewall):
    vrfgate.prepare(count, firewall)
    world.settle()
    seconds = world.timed(vrfgate.up)
    world.timed(vrfgate.down)
    world.wait_gone()
    return seconds * 1e3


def send_from(name):
    """A process in the namespace that sends until it is ended."""
    pid = os.fork()
    if pid:
        return pid
    with open(f"/run/netns/{name}", "rb") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET) != 0:
            os._exit(1)
    with socket.create_connection((ROOT_SIDE, SERVER_PORT)) as sender:
        data = bytes(CHUNK)
        while True:
            sender.sendall(data)


def measure_stream(vrfgate, firewall):
    """Bytes a second that arrive."""
    vrfgate.prepare(1, firewall)
    world.timed(vrfgate.up)
    with socket.create_server((ROOT_SIDE, SERVER_PORT), family=socket.AF_INET6) as server:
        sender = send_from("bench0")
        connection, _ = server.accept()
        buffer, received, started = bytearray(CHUNK), 0, time.monotonic()
        while time.monotonic() - started < STREAM_SECONDS:
            received += connection.recv_into(buffer)
        rate = received / (time.monotonic() - started)
        os.kill(sender, signal.SIGKILL)
        os.waitpid(sender, 0)
        connection.close()
    world.timed(vrfgate.down)
    world.wait_gone()
    return rate


def in_turns(rounds, measure):
    """Medians with and without, and their ratio."""
    figures = {True: [], False: []}
    for _ in range(rounds):
        for firewall in (False, True):
            figures[firewall].append(measure(firewall))
    with_it, without = statistics.median(figures[True]), statistics.median(figures[False])
    return with_it, without, with_it / without


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("count", type=int, nargs="?", default=1000)
    options = parser.parse_args()
    vrfgate = Guarded(pathlib.Path(options.build))
    with_it, without, up = in_turns(UP_ROUNDS, lambda firewall: measure_up(vrfgate, options.count, firewall))
    print(f"up of {options.count} VRFs: {with_it:.0f} ms with the firewall, {without:.0f} without")
    with_it, without, stream = in_turns(STREAM_ROUNDS, lambda firewall: measure_stream(vrfgate, firewall))
    print(f"TCP over an uplink: {with_it / 1e9:.2f} GB/s with the firewall, {without / 1e9:.2f} without")
    print_targets([
        (f"`up` of {options.count} VRFs, with / without", up, "", 1.15, True),
        ("TCP over an uplink, with / without", stream, "", 0.95, False),
    ])


if __name__ == "__main__":
    world.enter()
    main()
