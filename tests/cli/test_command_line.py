#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line as a user meets it: what is said, where, and with which exit status. $VRFGATE names the program."""

import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

# pylint: disable=wrong-import-position
import api_cases
import control_cases
import drift_cases
import duplicate_cases
import identity_cases
import life_cases
import loop_cases
import running_cases
import slip_cases
import stopping_cases
import summary_cases
import takeover_cases
import usage_cases
from lab import Lab, enter_private_world
from tap import Tap
from waiting import TimedOut


ALL_CASES = (usage_cases.CASES + running_cases.CASES + drift_cases.CASES + duplicate_cases.CASES +
             life_cases.CASES + loop_cases.CASES + control_cases.CASES + api_cases.CASES +
             slip_cases.CASES + takeover_cases.CASES + identity_cases.CASES + stopping_cases.CASES +
             summary_cases.CASES)


def main():
    reason = enter_private_world()
    tap = Tap((TimedOut, OSError, ValueError, LookupError, TypeError, subprocess.SubprocessError))
    with tempfile.TemporaryDirectory(prefix="vrfgate-cli-", dir="/tmp" if reason else "/run") as directory:
        lab = Lab(directory)
        for case in ALL_CASES:
            text = case.__name__.replace("_", " ")
            if reason and case not in usage_cases.CASES:
                tap.skip(text, f"no namespaces of our own: {reason}")
                continue
            lab.begin()
            failed = tap.failed
            with tap.case(text):
                case(lab)
            if tap.failed > failed and not reason:
                lab.clear()
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
