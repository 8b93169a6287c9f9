# SPDX-License-Identifier: GPL-2.0-or-later
"""Child processes of tests and demo: started in a process group of their own, logged, ended without remains."""

import contextlib
import os
import pathlib
import pwd
import random
import signal
import socket
import subprocess

from waiting import TimedOut, wait_until

LOG_TAIL_LINES = 15
PORT_RANGE = (15000, 32000)  # zabbix_server takes 1024 to 32767; above are the ephemeral ports


class ProcessFailed(Exception):
    """A child ended, or did not become ready; the text carries the end of its log."""


def run_as(user):
    """Popen arguments that run a child as that system user; nothing when we are not root ourselves."""
    if user is None or os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def log_tail(path, lines=LOG_TAIL_LINES):
    """The last lines of a log file, indented, for an error message."""
    try:
        text = pathlib.Path(path).read_text(errors="replace")
    except OSError as error:
        return f"    ({error})"
    return "\n".join("    " + line for line in text.splitlines()[-lines:])


def group_members(pgid):
    """The live processes (zombies are not) of a process group."""
    members = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            state, _ppid, pgrp = (entry / "stat").read_text().rpartition(") ")[2].split()[:3]
            if int(pgrp) == pgid and state not in "ZX":
                members.append(int(entry.name))
    return members


def run_checked(command, what, **options):
    """Run a command to its end and return its stdout; ProcessFailed with what it said if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          start_new_session=True, **options)
    if done.returncode != 0:
        said = "\n".join("    " + line for line in (done.stdout + done.stderr).splitlines()[-LOG_TAIL_LINES:])
        raise ProcessFailed(f"{what}: {command[0]} ended with {done.returncode}\n{said}")
    return done.stdout


def free_port():
    """A TCP port nobody listens on, IPv4 or IPv6, in the range zabbix_server accepts as its ListenPort."""
    while True:
        port = random.randint(*PORT_RANGE)
        with socket.socket(socket.AF_INET6) as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            probe.bind(("::", port))
            return port


def port_answers(port, address="127.0.0.1"):
    """Whether something listens on this port, by default of loopback."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


class Process:
    """A running child with its log file. A context manager: left, the child and its whole group are gone."""

    def __init__(self, name, command, log_path, user=None, environment=None, stop_signal=signal.SIGTERM,
                 stop_seconds=10):
        self.name = name
        self.log_path = log_path
        self.stop_signal = stop_signal
        self.stop_seconds = stop_seconds
        with open(log_path, "ab") as log:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                                          start_new_session=True, env={**os.environ, **(environment or {})},
                                          **run_as(user))
        self.pid = self.child.pid

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.end()

    def is_running(self):
        return self.child.poll() is None

    def failure(self, what):
        """A ProcessFailed about this child with the end of its log."""
        return ProcessFailed(f"{self.name}: {what}\n{log_tail(self.log_path)}")

    def wait_ready(self, condition, seconds):
        """Wait until condition() is true while the child lives."""

        def ready():
            if not self.is_running():
                raise self.failure(f"ended with {self.child.returncode}")
            return condition()

        try:
            return wait_until(ready, seconds, f"{self.name} ready")
        except TimedOut:
            raise self.failure(f"not ready within {seconds} s") from None

    def end(self):
        """Ask the child to stop, insist after a while, and take what is left of its group along."""
        if self.is_running():
            self.child.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(self.stop_seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.child.wait()
        wait_until(lambda: not group_members(self.pid), 10, f"{self.name}: its process group gone",
                   stoppable=False)
        return self.child.returncode
