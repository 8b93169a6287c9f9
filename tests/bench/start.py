#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the start of a proxy takes, and the memory of what is around it, by one or more builds of vrfgate in one run.

    start.py [--count COUNT]... BUILD...

For each COUNT of VRFs (1 and 1000) and each build, in turns: seconds from `vrfgate run` to the last proxy's first
instruction, milliseconds from `vrfgate start` of a stopped VRF to that of its proxy (the median of STARTS), the
kernel's memory for each VRF with its proxy, and that of the supervisor. The proxies are shell scripts that sleep: what a
zabbix_proxy itself takes is in proxies/README.md. As root.
"""
import argparse
import pathlib
import signal
import statistics
import subprocess
import sys
import time

import world
from watch import rss_mb

STARTS = 15
READY_SECONDS, STOP_SECONDS = 900, 300
PROXY = """#!/bin/sh
[ "$1" = -V ] && exec echo "zabbix_proxy (Zabbix) 6.0.14"
while [ "$1" != -c ]; do shift; done
. /dev/stdin <<END
$(sed -n 's/^DBName=/database=/p' "$2")
END
date +%s.%N > "${database%/*}/started.new"
mv "${database%/*}/started.new" "${database%/*}/started"
exec sleep 100000
"""


class Gateway:
    """A supervisor of one build with that many VRFs, each with a proxy that sleeps."""

    def __init__(self, build, count):
        self.program = pathlib.Path(build).resolve() / "vrfgate"
        self.count = count
        self.config = world.RUN / "start.conf"
        self.state = world.RUN / "state" / "vrfs"
        proxy = world.RUN / "zabbix_proxy"
        proxy.write_text(PROXY)
        proxy.chmod(0o755)
        self.config.write_text(
            f'gateway {{ name = bench state_dir = "{world.RUN}/state" run_dir = "{world.RUN}/run" '
            f'log_dir = "{world.RUN}/log" }}\nproxy {{ binary = "{proxy}" health {{ start_period = 3600 }} }}\n'
            + "".join(f"vrf bench{i} {{ }}\n" for i in range(count)))
        self.process = None

    def command(self, *words):
        subprocess.run([self.program, words[0], "-c", self.config, *words[1:]], stdout=subprocess.DEVNULL, check=False)

    def wait_started(self, count):
        deadline = time.monotonic() + READY_SECONDS
        while len(list(self.state.glob("*/started"))) < count:
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit(f"bench: proxies did not start:\n{(world.RUN / 'run.log').read_text()[-2000:]}")
            time.sleep(0.05 if count > 1 else 0.002)

    def run(self):
        """Seconds to the last proxy."""
        begun = time.time()
        with open(world.RUN / "run.log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([self.program, "run", "-c", self.config], stdout=log, stderr=log)
        self.wait_started(self.count)
        return max(float(path.read_text()) for path in self.state.glob("*/started")) - begun

    def start_one(self):
        """Milliseconds to the proxy, of the first VRF."""
        started = self.state / "bench0" / "started"
        self.command("stop", "bench0")
        started.unlink()
        begun = time.time()
        self.command("start", "-n", "bench0")
        self.wait_started(self.count)
        return (float(started.read_text()) - begun) * 1e3

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(STOP_SECONDS)
        self.command("down")
        subprocess.run(["rm", "-rf", world.RUN / "state", world.RUN / "log", world.RUN / "run"], check=True)


def measure(build, count):
    world.settle()
    before = world.kernel_kib()
    gateway = Gateway(build, count)
    seconds = gateway.run()
    kib = (world.kernel_kib() - before) / count
    one = [gateway.start_one() for _ in range(STARTS)]
    memory = rss_mb(gateway.process.pid)
    gateway.end()
    print(f"{count:5} {build:28} {seconds:9.2f} {statistics.median(one):9.1f} {max(one):9.1f} {kib:11.0f} {memory:9.1f}",
          flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, action="append")
    parser.add_argument("builds", nargs="+")
    arguments = parser.parse_args()
    print(f"{'VRFs':>5} {'build':28} {'all, s':>9} {'one, ms':>9} {'longest':>9} {'KiB a VRF':>11} {'RSS, MB':>9}")
    for count in arguments.count or (1, 1000):
        for build in arguments.builds:
            measure(build, count)


if __name__ == "__main__":
    world.enter()
    main()
