#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The long faults and the long counting test, in an order by chance, again and again until the time is over.

    soak.py [--seed SEED] [--only NAME]... SECONDS

What has begun is brought to its end. The seed is printed; it gives the same order and the same moments again.
"""

import argparse
import random
import sys
import time

import count_cases
import faults
from scene import Scene
from setting import run_cases
from tap import expect_equal

WORK = {work.__name__: work for work in (*faults.LONG, count_cases.check_counting, count_cases.check_killed_proxies)}


def rounds(chance, names):
    """The names without end, each round in another order."""
    while True:
        order = sorted(names)
        chance.shuffle(order)
        yield from order


def soak(setting, arguments):
    started = time.monotonic()
    done = []
    chance = random.Random(arguments.seed)
    with Scene(setting, long=True, seed=arguments.seed) as scene:
        for name in rounds(chance, arguments.only or WORK):
            if done and time.monotonic() - started >= arguments.seconds:
                break
            WORK[name](scene)
            done.append(name)
            print(f"# {time.monotonic() - started:.0f} s: {name}", flush=True)
        with setting.case("all along, no VRF had two proxies"):
            expect_equal(scene.watcher.doubles, [], "trees side by side")
        print(f"# soak: {len(done)} runs of {len(set(done))} kinds in {time.monotonic() - started:.0f} s,"
              f" {setting.tap.failed} cases failed, {scene.watcher.trees_seen} proxy trees seen in"
              f" {scene.watcher.samples} samples, seed {arguments.seed}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Faults for a long time.")
    parser.add_argument("seconds", type=int)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--only", action="append", choices=sorted(WORK), help="nothing but this; may be repeated")
    arguments = parser.parse_args()
    print(f"# seed {arguments.seed}", flush=True)
    return run_cases("soak", 15, lambda setting: soak(setting, arguments))


if __name__ == "__main__":
    sys.exit(main())
