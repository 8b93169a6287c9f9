#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The long faults and the long counting test, in an order by chance, again and again until the time is over.

    soak.py [--release RELEASE] [--seed SEED] [--only NAME]... SECONDS

What has begun is brought to its end. The seed is printed; it gives the same order and the same moments again.
"""

import argparse
import collections
import random
import sys
import time

import count_cases
import faults
from release import Installed, releases
from scene import Scene
from setting import run_cases
from tap import expect_equal

WORK = {work.__name__: work for work in (*faults.LONG, count_cases.check_counting, count_cases.check_slow_stop,
                                         count_cases.check_killed_proxies)}


def rounds(chance, names):
    """The names without end, each round in another order."""
    while True:
        order = sorted(names)
        chance.shuffle(order)
        yield from order


class Account:
    """How often each kind was run, for how long, and with how many cases of which how many failed."""

    def __init__(self, tap):
        self.tap = tap
        self.started = time.monotonic()
        self.figures = collections.defaultdict(lambda: [0, 0, 0, 0])

    def seconds(self):
        return time.monotonic() - self.started

    def run(self, name, scene):
        cases, failed, begun = self.tap.number, self.tap.failed, self.seconds()
        WORK[name](scene)
        added = 1, self.tap.number - cases, self.tap.failed - failed, self.seconds() - begun
        self.figures[name] = [sum(each) for each in zip(self.figures[name], added)]
        print(f"# {self.seconds():.0f} s: {name}", flush=True)

    def tell(self):
        print(f"# {'fault':<24} {'runs':>5} {'cases':>6} {'failed':>7} {'seconds':>8}")
        for name, (runs, cases, failed, seconds) in sorted(self.figures.items()):
            print(f"# {name:<24} {runs:5} {cases:6} {failed:7} {seconds:8.0f}", flush=True)


def soak(setting, arguments):
    chance = random.Random(arguments.seed)
    with Scene(setting, long=True, seed=arguments.seed) as scene:
        account = Account(setting.tap)
        for name in rounds(chance, arguments.only or WORK):
            if account.figures and account.seconds() >= arguments.seconds:
                break
            account.run(name, scene)
        with setting.case("all along, no VRF had two proxies"):
            expect_equal(scene.watcher.doubles, [], "trees side by side")
        account.tell()
        print(f"# soak: {account.seconds():.0f} s, {setting.tap.failed} cases failed,"
              f" {scene.watcher.trees_seen} proxy trees seen in {scene.watcher.samples} samples,"
              f" seed {arguments.seed}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Faults for a long time.")
    parser.add_argument("seconds", type=int)
    parser.add_argument("--release", choices=[each.name for each in releases()], help="default: the installed one")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--only", action="append", choices=sorted(WORK), help="nothing but this; may be repeated")
    arguments = parser.parse_args()
    print(f"# seed {arguments.seed}", flush=True)
    wanted = [each for each in releases() if each.name == arguments.release] or [Installed()]
    return run_cases("soak", lambda setting: soak(setting, arguments), wanted)


if __name__ == "__main__":
    sys.exit(main())
