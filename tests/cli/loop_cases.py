# SPDX-License-Identifier: GPL-2.0-or-later
"""The supervisor and its commands where there is much, or where something hangs."""

import subprocess

from lab import ip
from tap import expect, expect_equal

MANY_VRFS = 1500
MANY_SECONDS = 300


def many(lab, verb):
    """A command on many VRFs: what it said, a line each."""
    done = subprocess.run([lab.program, verb, "-c", lab.path], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=MANY_SECONDS)
    expect_equal(done.returncode, 0, f"exit status of {verb} ({done.stderr[-500:]!r})")
    return done.stdout.splitlines()


def fifteen_hundred_vrfs_come_and_go(lab):
    lab.write("".join(f"vrf v{number} {{ }}\n" for number in range(MANY_VRFS)))
    expect_equal(sum(": up, " in line for line in many(lab, "up")), MANY_VRFS + 1, "up, root namespace included")
    expect_equal(len(ip("netns").splitlines()), MANY_VRFS, "namespaces")
    expect_equal(sum(": removed, " in line for line in many(lab, "down")), MANY_VRFS + 1, "removed")
    expect_equal(ip("netns"), "", "namespaces left")
    expect("table inet vrfgate" not in subprocess.run(["nft", "list", "tables"], capture_output=True, text=True,
                                                     check=True).stdout, "the table of root is left")


CASES = [fifteen_hundred_vrfs_come_and_go]
