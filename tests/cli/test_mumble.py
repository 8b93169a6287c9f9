#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""A vrfgate whose acts all have the same words (mumble.c) decides as ever: what is repaired, what is left alone, what is
refused."""

import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

# pylint: disable=wrong-import-position
import drift_cases
from lab import REPOSITORY, expect, run_cases

PROGRAM = REPOSITORY / "build" / "tests" / "cli" / "mumble"


def the_words_are_gone(lab):
    lab.write(f"namespace acme {drift_cases.CUSTOMER}\n")
    told = lab.command("plan", "-v").stdout.splitlines()
    expect(len(told) > 5 and set(told[:-1]) == {"acme: mumble"}, f"plan: {told}")


def a_tug_of_war_is_given_up_for_a_while(lab):
    drift_cases.a_tug_of_war_is_given_up_for_a_while(lab, told="mumble")


CASES = [the_words_are_gone, a_tug_of_war_is_given_up_for_a_while, drift_cases.a_new_uplink_id_comes_with_a_restart,
         drift_cases.a_reload_does_the_least]

if __name__ == "__main__":
    os.environ["VRFGATE"] = str(PROGRAM)
    sys.exit(run_cases("mumble", CASES))
