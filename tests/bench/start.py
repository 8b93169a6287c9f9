#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What it costs to start the programs of VRFs: time and the kernel's memory, beside other builds.

    start.py [--rounds N] [--programs N] [--namespaces N]... BUILD...

BUILD is a build directory, or that of an older commit. A supervisor of each starts a `sleep` in the place of the
proxy in 50 VRFs, with 1 and with 1000 more namespaces around; figures are medians of rounds in turns, for one program:
the time is that from the start of `vrfgate run`, with namespaces and files there already, to the last program, and
the memory is the growth of the kernel's slabs, per-CPU data, tables and shared pages while all run. As root.
"""
import argparse
import pathlib
import signal
import statistics
import subprocess
import sys
import time

import world

PROGRAMS, NAMESPACES, ROUNDS = 50, (1, 1000), 5
START_SECONDS, STOP_SECONDS, SETTLE_SECONDS = 120, 60, 1
BASE = world.RUN / "start"
PROGRAM = """#!/bin/sh
[ "$1" = -V ] && exec echo "zabbix_proxy (Zabbix) 6.0.14"
exec sleep 100000
"""


def memory_kib():
    """Beside what worlds count: the pages of tmpfs, and page tables."""
    fields = dict(line.split(":") for line in pathlib.Path("/proc/meminfo").read_text().splitlines())
    return world.kernel_kib() + sum(int(fields[each].split()[0]) for each in ("Shmem", "PageTables"))


def write_config(programs, namespaces):
    binary = BASE / "zabbix_proxy"
    binary.write_text(PROGRAM)
    binary.chmod(0o755)
    path = BASE / "vrfgate.conf"
    path.write_text(
        f'gateway {{ name = bench state_dir = "{BASE}/state" run_dir = "{BASE}/run" log_dir = "{BASE}/log" }}\n'
        f'proxy {{ binary = "{binary}" user = nobody psk = false }}\n'
        + "".join(f"namespace around{number} {{ }}\n" for number in range(namespaces))
        + "".join(f"vrf vrf{number} {{ }}\n" for number in range(programs)))
    return path


def programs_run():
    """How many `sleep` there are."""
    count = 0
    for comm in pathlib.Path("/proc").glob("[0-9]*/comm"):
        try:
            count += comm.read_text() == "sleep\n"
        except OSError:
            pass
    return count


def start_once(build, path, programs):
    """Seconds and KiB of all programs together."""
    before = memory_kib()
    started = time.perf_counter()
    with (BASE / "log.txt").open("w") as log:
        process = subprocess.Popen([build / "vrfgate", "run", "-c", path], stdout=log, stderr=log,
                                   stdin=subprocess.DEVNULL)
    try:
        while programs_run() < programs:
            if time.perf_counter() - started > START_SECONDS or process.poll() is not None:
                sys.exit(f"bench: not all programs run\n{(BASE / 'log.txt').read_text()}")
            time.sleep(0.005)
        seconds = time.perf_counter() - started
        time.sleep(1)
        return seconds, memory_kib() - before
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)


def measure(builds, path, programs, rounds):
    """Of each build the medians of milliseconds and KiB a program."""
    found = {build: [] for build in builds}
    for build in builds:  # makes what is made once
        start_once(build, path, programs)
    for _ in range(rounds):
        for build in builds:
            time.sleep(SETTLE_SECONDS)
            found[build].append(start_once(build, path, programs))
    return {build: tuple(statistics.median(each) / programs * factor for each, factor in zip(zip(*results), (1e3, 1)))
            for build, results in found.items()}


def main():
    world.enter()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--programs", type=int, default=PROGRAMS)
    parser.add_argument("--namespaces", type=int, action="append")
    parser.add_argument("builds", nargs="+", type=pathlib.Path, metavar="BUILD")
    wanted = parser.parse_args()
    BASE.mkdir()
    print(f"{'namespaces':>10} {'ms/program':>11} {'KiB/program':>12}  build")
    for namespaces in wanted.namespaces or NAMESPACES:
        path = write_config(wanted.programs, namespaces)
        found = measure([each.resolve() for each in wanted.builds], path, wanted.programs, wanted.rounds)
        for build, (milliseconds, kib) in found.items():
            print(f"{namespaces:10} {milliseconds:11.2f} {kib:12.0f}  {build}", flush=True)
        subprocess.run([wanted.builds[-1].resolve() / "vrfgate", "down", "-c", path], check=True,
                       stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
