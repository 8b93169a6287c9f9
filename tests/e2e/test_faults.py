#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults, with real proxies and a real server: each ends well, is told, and harms nobody else; no value is lost."""

import sys

import count_cases
import faults
from release import Installed
from scene import Scene
from setting import run_cases
from tap import expect, expect_equal


def cases(setting):
    with Scene(setting) as scene:
        for fault in faults.SHORT:
            fault(scene)
        count_cases.check_counting(scene)
        count_cases.check_slow_stop(scene)
        count_cases.check_killed_proxies(scene)
        with setting.case("all along, no VRF had two proxies"):
            expect(scene.watcher.trees_seen > 2 and scene.watcher.samples > 1000, "it was not watched")
            expect_equal(scene.watcher.doubles, [], "trees side by side")


if __name__ == "__main__":
    # Some minutes, and supervision is the same with each release: the installed one will do.
    sys.exit(run_cases("fau", cases, [Installed()]))
