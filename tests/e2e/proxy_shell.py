# SPDX-License-Identifier: GPL-2.0-or-later
"""A shell in a proxy's place: what somebody has who has taken it over."""

import subprocess

SHELL_SECONDS = 20


def run(pid, user, script, namespaces=("mount", "pid", "net", "ipc")):
    """The output, errors too, of a shell in all namespaces of that process, as that user and without its rights.

    Fewer namespaces: what it could do if that guard were not there.
    """
    done = subprocess.run(
        ["nsenter", "--target", str(pid), *(f"--{each}" for each in namespaces),
         "setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--bounding-set=-all,+net_raw",
         "sh", "-c", script],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, check=False,
        timeout=SHELL_SECONDS)
    return done.stdout
