# SPDX-License-Identifier: GPL-2.0-or-later
"""A network of the test's own: what tests leave out of step, or do to forwarding, is no other program's."""

import ctypes
import os
import pathlib

from processes import run_checked

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000  # <linux/sched.h>
NAMED = pathlib.Path("/run/netns")


def enter():
    """Go on in a new network namespace, with loopback and no other named ones; only this process and its children."""
    NAMED.mkdir(parents=True, exist_ok=True)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS | CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), f"a network of its own: {os.strerror(ctypes.get_errno())}")
    run_checked(["mount", "--make-rprivate", "/"], "keeping mounts to ourselves")
    run_checked(["mount", "-t", "tmpfs", "tmpfs", NAMED], f"an empty {NAMED}")
    run_checked(["ip", "link", "set", "lo", "up"], "loopback")
