# SPDX-License-Identifier: GPL-2.0-or-later
"""A shell in a proxy's place: what somebody has who has taken it over."""

import subprocess

SHELL_SECONDS = 20


def run(pid, user, script):
    """The output, errors too, of a shell in all namespaces of that process, as that user and without its rights."""
    done = subprocess.run(
        ["nsenter", "--target", str(pid), "--mount", "--pid", "--net", "--ipc",
         "setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--bounding-set=-all,+net_raw",
         "sh", "-c", script],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, check=False,
        timeout=SHELL_SECONDS)
    return done.stdout
