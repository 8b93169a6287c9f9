# SPDX-License-Identifier: GPL-2.0-or-later
"""A place to call vrfgate in as a user would: a directory, config files, and network and mounts of our own."""

import contextlib
import fcntl
import json
import os
import pathlib
import pty
import signal
import struct
import subprocess
import sys
import tempfile
import termios

from tap import Failure, Tap, expect, expect_equal, selects
from waiting import TimedOut, wait_until

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
COMMAND_SECONDS = 20
STATE_SECONDS = 15
INSIDE = "--inside"
# A process namespace too: what a failed case leaves behind ends with us, and `exec --root` comes back here.
PRIVATE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
CONFIG_EXIT, USAGE_EXIT = 78, 64
CASE_FAILURES = (Failure, TimedOut, OSError, ValueError, LookupError, TypeError, subprocess.SubprocessError)


def enter_private_world():
    """Start the program again in namespaces of its own; return only where that is not allowed, with the reason."""
    if INSIDE in sys.argv:
        for command in (["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"], ["ip", "link", "set", "lo", "up"],
                        ["ip", "link", "add", "trunk0", "type", "veth", "peer", "name", "wire0"],
                        ["ip", "link", "set", "trunk0", "up"], ["ip", "link", "set", "wire0", "up"]):
            subprocess.run(command, check=True)
        return None
    tried = subprocess.run([*PRIVATE, "mount", "-t", "tmpfs", "tmpfs", "/run"], capture_output=True, text=True,
                           check=False)
    if tried.returncode != 0:
        return tried.stderr.strip() or "unshare(1) failed"
    os.execvp(PRIVATE[0], [*PRIVATE, sys.executable, "-B", sys.argv[0], INSIDE])


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def ip(*arguments):
    return output_of("ip", *arguments)


def is_init_alone(vrf):
    """True for some milliseconds of a start: the status names the init until that has made the proxy."""
    pid = (vrf.get("proxy") or {}).get("pid")
    with contextlib.suppress(OSError):
        return bool(pid) and pathlib.Path(f"/proc/{pid}/comm").read_text().strip() in ("catatonit", "vrfgate")
    return False


class Lab:
    """A directory with one config file, and the vrfgate under test."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.chmod(0o755)
        self.program = os.environ.get("VRFGATE") or REPOSITORY / "build" / "vrfgate"
        self.path = self.directory / "vrfgate.conf"
        self.number = 0
        self.gateway = ""
        # A program of another build directory finds the bundled profiles no other way.
        os.environ.setdefault("VRFGATE_DATA", str(REPOSITORY))

    def begin(self):
        """Directories of its own for the next case."""
        self.number += 1
        base = self.directory / str(self.number)
        base.mkdir(mode=0o755)
        self.gateway = (f'gateway {{ name = gw1 state_dir = "{base}/state" run_dir = "{base}/run"'
                        f' log_dir = "{base}/log" }}\n')
        return base

    @property
    def base(self):
        return self.directory / str(self.number)

    def write(self, text):
        """The config file: a gateway section in line 1, the text from line 2 on."""
        self.path.write_text(self.gateway + text)

    def call(self, *words, **environment):
        """Run vrfgate with these words and nothing else."""
        return subprocess.run([self.program, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=COMMAND_SECONDS, check=False, env={**os.environ, **environment})

    def command(self, verb, *words):
        """Run a command with our config file."""
        return self.call(verb, "-c", self.path, *words)

    def on_terminal(self, rows, verb, *words, **environment):
        """The same with a terminal of that many rows for its output; what it wrote to it, and its exit status."""
        ours, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 120, 0, 0))
        with open(ours, "rb", buffering=0) as reader:
            process = subprocess.Popen([self.program, verb, "-c", self.path, *words], stdin=subprocess.DEVNULL, stdout=its,
                                       stderr=its, env={**os.environ, **environment})
            os.close(its)
            text = b""
            with contextlib.suppress(OSError):  # EIO: it has ended
                while block := reader.read(65536):
                    text += block
            return text.decode().replace("\r\n", "\n"), process.wait(COMMAND_SECONDS)

    @contextlib.contextmanager
    def begun(self, verb, *words):
        """A command that goes on meanwhile."""
        process = subprocess.Popen([self.program, verb, "-c", self.path, *words], stdin=subprocess.DEVNULL, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()

    @contextlib.contextmanager
    def running(self, *options, stop=True, **environment):
        """`vrfgate run`; at the end it is told to stop, and must do so in order."""
        log = (self.base / "vrfgate.log").open("a+")
        process = subprocess.Popen([self.program, "run", "-c", self.path, *options], stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log, env={**os.environ, **environment})
        try:
            wait_until(lambda: process.poll() is not None or self.command("status").returncode != 3, STATE_SECONDS,
                       "the control socket")
            expect(process.poll() is None, f"vrfgate run ended: {self.log()}")
            yield process
            if stop:
                process.send_signal(signal.SIGTERM)
                expect_equal(process.wait(COMMAND_SECONDS), 0, "exit status after SIGTERM")
        except CASE_FAILURES as failure:
            raise Failure(f"{failure}\n{self.end_of(process)}{self.log()}") from failure
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            log.close()

    @staticmethod
    def end_of(process):
        """A line that tells how `vrfgate run` ended; nothing while it runs."""
        return "" if process.poll() is None else f"vrfgate run ended with {process.returncode}\n"

    def clear(self):
        """Take away what a case that failed has left."""
        if self.path.exists():
            self.command("down")
        for name in [line.split()[0] for line in ip("netns").splitlines()]:
            ip("netns", "del", name)

    def log(self):
        return (self.base / "vrfgate.log").read_text()

    def status(self):
        done = self.command("status", "-j")
        return json.loads(done.stdout) if done.stdout else None

    def vrf(self, name):
        """One VRF of the status document, or None."""
        document = self.status()
        expect(document, f"no status: {self.command('status').stderr}")
        return next((each for each in document["vrfs"] if each["name"] == name), None)

    def wait_state(self, name, *states):
        """Wait until a VRF is in one of these states; what the status document says of it then."""
        vrf = None

        def reached():
            nonlocal vrf
            vrf = self.vrf(name)
            return vrf and vrf["state"] in states and not is_init_alone(vrf)
        try:
            wait_until(reached, STATE_SECONDS, name)
        except TimedOut as late:
            found = f"{vrf['state']} {vrf['reason']!r}" if vrf else "nowhere"
            raise Failure(f"{late}: {found}, expected {' or '.join(states)}") from late
        return vrf


def run_cases(name, cases, anywhere=()):
    """Each in directories of its own; those of `anywhere` also where we may have no namespaces. The exit status."""
    reason = enter_private_world()
    tap = Tap(CASE_FAILURES)
    with tempfile.TemporaryDirectory(prefix=f"vrfgate-{name}-", dir="/tmp" if reason else "/run") as directory:
        lab = Lab(directory)
        for case in cases:
            text = case.__name__.replace("_", " ")
            if not selects(text):
                continue
            if reason and case not in anywhere:
                tap.skip(text, f"no namespaces of our own: {reason}")
                continue
            lab.begin()
            failed = tap.failed
            with tap.case(text):
                case(lab)
            if tap.failed > failed and not reason:
                lab.clear()
    return tap.finish()


def expect_said(done, status, stdout=None, stderr=None):
    """Exit status and texts: a text must be in what was said; "" means that nothing was."""
    said = f"(stdout {done.stdout!r}, stderr {done.stderr!r})"
    expect(done.returncode == status, f"exit status {done.returncode}, expected {status} {said}")
    for name, wanted, found in (("stdout", stdout, done.stdout), ("stderr", stderr, done.stderr)):
        if wanted is not None:
            expect(found == "" if wanted == "" else wanted in found, f"{name} lacks {wanted!r} {said}")
