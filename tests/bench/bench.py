#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What vrfgate costs beside the kernel's floor and beside other ways to the same set of VRFs, all in one run.

    bench.py [--build DIR] [COUNT...]

Every figure is the median of whole programs, run in turns: from start to end, for `down` until the last link
is gone from the kernel. As root; takes about four minutes.
"""
import argparse
import pathlib
import sys
import time

import world
from peers import Vrfgate, all_peers
from results import Results, plot, print_table, print_targets
from watch import measure_watch, watch_targets

COUNTS = (1, 10, 100, 500, 1000)
ROUNDS = 5
MEMORY_FROM = 100  # VRFs; what fewer take is less than what comes and goes meanwhile

NOTES = """
/ floor: vrfgate's figure divided by the floor's. ip -batch /: ip -batch's divided by vrfgate's. Figures are
medians of as many rounds as the last line says for each number of VRFs. `-` was not measured: ip script and
pyroute2 would take minutes there, and none but vrfgate has an `up` that finds all in order.
A VRF is a namespace, a macvlan on a veth (in the place of a VLAN) with an address and a default route, and an IPv6
uplink with permanent neighbours. All end in the same state, which is compared. Beyond the floor, vrfgate's `up`
parses the config, reads what is there (root namespace and each of /run/netns) and compares, keeps the numbers of
the uplinks in a synced file, marks four links of a VRF by altnames, sets sysctls (accept_ra, forwarding), gives the
customer link a fixed MAC and prints a line. ip -batch sets the marks too, but no sysctls; the floor, ip script and
pyroute2 set neither. The sweep of the others reads links, addresses, neighbours and routes, and compares nothing;
ip reads all of /run/netns in each namespace, to name the peers of links. `down` ends when no link is left; the
floor holds all namespaces until their names are gone, so that they die at once. Memory is the growth of the kernel's
slabs, per-CPU data and vmalloc.
"""


def run_peer(peer, count, results):
    """One round: up, up again, sweep, down. Returns how the last VRF looked."""

    def take(measure, seconds):
        results.add(measure, peer.name, count, seconds * 1e3)

    world.settle()
    before = world.kernel_kib()
    take("up", world.timed(peer.up))
    if count >= MEMORY_FROM:
        results.add("memory", peer.name, count, world.kernel_kib() - before)
    if peer.again:
        take("again", world.timed(peer.again))
    take("sweep", world.timed(peer.sweep))
    state = world.describe(count - 1)
    started = time.perf_counter()
    world.timed(peer.down)
    world.wait_gone()
    take("down", time.perf_counter() - started)
    return state


def run_count(peers, count, results):
    states = {}
    for peer in peers:
        peer.prepare(count)
    for i in range(ROUNDS):
        for peer in peers:
            if count <= peer.largest and i < peer.rounds:
                states[peer.name] = run_peer(peer, count, results)
    for name, state in states.items():
        if state != states["floor"]:
            sys.exit(f"bench: {name} leaves another state than the floor: {sorted(state ^ states['floor'], key=str)}")


def measure_check(vrfgate, results, count):
    vrfgate.prepare(count)
    for _ in range(ROUNDS):
        results.add("check", vrfgate.name, count, world.timed(vrfgate.check) * 1e3)


def targets(results, count):
    """The targets for that many VRFs."""

    def per_vrf(number):
        value = results.median("up", "vrfgate", number)
        return None if value is None else value / number

    slope = per_vrf(count) / per_vrf(100) if per_vrf(100) else None
    down = results.ratio("down", "vrfgate", "ip -batch", count)
    return [
        ("up, times the floor", results.ratio("up", "vrfgate", "floor", count), "", 1.25, True),
        ("up, times faster than ip -batch", results.ratio("up", "ip -batch", "vrfgate", count), "", 8, False),
        ("no-op up", results.median("again", "vrfgate", count), " ms", 150, True),
        ("down, times that of ip -batch", down, "", 1, True),
        ("up per VRF, times that at 100 VRFs", slope, "", 1.6, True),
        ("check of the config", results.median("check", "vrfgate", count), " ms", 100, True),
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--watched", type=int, help="VRFs to watch; 0: do not", default=1000)
    parser.add_argument("counts", type=int, nargs="*")
    arguments = parser.parse_args()
    counts = sorted(arguments.counts) or COUNTS
    peers = all_peers(arguments.build)
    results = Results([peer.name for peer in peers], counts)
    for count in counts:
        print(f"{count} VRFs ...", file=sys.stderr, flush=True)
        run_count(peers, count, results)
    measure_check(Vrfgate(arguments.build), results, counts[-1])
    listed = targets(results, counts[-1])
    if arguments.watched:
        world.settle()
        listed += watch_targets(measure_watch(arguments.build, arguments.watched))
    print_table(results)
    print(NOTES, end="")
    print_targets(listed)
    directory = pathlib.Path(arguments.build) / "bench"
    print(f"\n{plot(results, directory)}: ms per VRF against their number")


if __name__ == "__main__":
    world.enter()
    main()
