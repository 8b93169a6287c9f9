#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a supervisor does by itself: it finds what is wrong, puts it right and waits for nothing."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

# pylint: disable=wrong-import-position
import drift_cases
import duplicate_cases
import life_cases
import loop_cases
import route_cases
import takeover_cases
from lab import run_cases

ALL_CASES = (drift_cases.CASES + duplicate_cases.CASES + life_cases.CASES + loop_cases.CASES +
             takeover_cases.CASES + route_cases.CASES)


if __name__ == "__main__":
    sys.exit(run_cases("supervisor", ALL_CASES))
