#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line as a user meets it: what is said, where, and with which exit status. $VRFGATE names the program.

What a supervisor does by itself is in test_supervisor.py.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

# pylint: disable=wrong-import-position
import api_cases
import control_cases
import handover_cases
import identity_cases
import running_cases
import slip_cases
import stopping_cases
import summary_cases
import usage_cases
from lab import run_cases

ALL_CASES = (usage_cases.CASES + running_cases.CASES + control_cases.CASES + api_cases.CASES + slip_cases.CASES +
             identity_cases.CASES + stopping_cases.CASES + summary_cases.CASES + handover_cases.CASES)


if __name__ == "__main__":
    sys.exit(run_cases("cli", ALL_CASES, anywhere=usage_cases.CASES))
