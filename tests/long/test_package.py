#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The package of Debian: built, installed, upgraded, removed and purged, over a copy of this machine's root that is
gone afterwards. It has no systemd; tests/vm/service has the maintainer scripts under one."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "e2e"))

# pylint: disable=wrong-import-position
from tap import Tap, expect, expect_equal
from waiting import TimedOut, wait_until

INSIDE = "--inside"
# What is written goes to memory; the repository is seen where it was.
OWN_ROOT = """
set -e
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
cd /mnt/root
mount --rbind /dev dev
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
pivot_root . mnt
cd /
umount -l /mnt
ip link set lo up
exec "$@"
"""
SECONDS = 60
CONFIG = pathlib.Path("/etc/vrfgate/vrfgate.conf")
DATA = (pathlib.Path("/var/lib/vrfgate"), pathlib.Path("/var/log/vrfgate"))
LOG = pathlib.Path("/run/log")
FAKE_PROXY = pathlib.Path("/usr/local/sbin/fake_proxy")
VRF = f"""
vrf acme {{ proxy {{ binary = "{FAKE_PROXY}" psk = false }} }}
"""


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def expect_done(done):
    expect_equal(done.returncode, 0, f"exit status of {done.args}, which said {done.stdout} {done.stderr}")
    return done.stdout


def status():
    done = run("vrfgate", "status", "-j")
    return json.loads(done.stdout) if done.stdout else None


def proxy_pid():
    """Of the one that answers, once it does."""
    def find():
        found = status()
        return found and found["vrfs"][0]["state"] == "healthy" and found["vrfs"][0]["proxy"]["pid"]
    return wait_until(find, SECONDS, "its proxy")


def places():
    """Everything of this name, but for what dpkg keeps for itself."""
    found = run("find", "/etc", "/usr", "/var", "/run", "-xdev", "-name", "*vrfgate*").stdout.splitlines()
    return sorted(path for path in found if not path.startswith("/var/lib/dpkg/"))


@contextlib.contextmanager
def supervisor():
    with LOG.open("a", encoding="ascii") as log:
        process = subprocess.Popen(["vrfgate", "run", "--leave-proxies"], stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=log)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(SECONDS)


def check_running(tap, package):
    with supervisor() as process:
        with tap.case("the installed gateway runs a proxy", required=True):
            pid = proxy_pid()
        with tap.case("an upgrade keeps the config, the supervisor and its proxy"):
            expect_done(run("dpkg", "-i", package))
            expect(VRF in CONFIG.read_text(), "the config is another")
            expect_equal((process.poll(), proxy_pid()), (None, pid), "supervisor and proxy")
        with tap.case("it is not removed while a supervisor runs that nobody here can end"):
            done = run("dpkg", "-r", "vrfgate")
            expect(done.returncode != 0 and "then remove the package again" in done.stderr, done.stderr)
            expect_equal((process.poll(), proxy_pid()), (None, pid), "supervisor and proxy")
    return pid


def run_cases(tap, package):
    before = places()
    shutil.copy(REPOSITORY / "tests" / "cli" / "fake_proxy.py", FAKE_PROXY)
    with tap.case("the package installs, with user, directories and a config that is right", required=True):
        expect_done(run("dpkg", "-i", package))
        expect_done(run("getent", "passwd", "vrfgate"))
        expect(all(path.is_dir() for path in DATA), "a directory is missing")
        expect_done(run("vrfgate", "check"))
    with CONFIG.open("a", encoding="ascii") as config:
        config.write(VRF)
    pid = check_running(tap, package)
    with tap.case("removal ends the proxies, takes down the namespaces, and says where the data stays"):
        expect(pathlib.Path(f"/proc/{pid}").exists(), "the proxy did not outlive its supervisor")
        said = expect_done(run("dpkg", "-r", "vrfgate"))
        expect("stay in /var/lib/vrfgate" in said, said)
        expect(not pathlib.Path(f"/proc/{pid}").exists(), "the proxy runs")
        expect(not pathlib.Path("/run/netns/acme").exists(), "its namespace is there")
        expect((DATA[0] / "vrfs" / "acme").is_dir() and CONFIG.exists(), "the data is gone")
    with tap.case("purge leaves nothing"):
        expect_done(run("dpkg", "-P", "vrfgate"))
        expect_equal([path for path in places() if path not in before], [], "what is left")


def main():
    tap = Tap((TimedOut, OSError, ValueError, LookupError, subprocess.SubprocessError))
    if INSIDE in sys.argv:
        with contextlib.suppress(Exception):
            run_cases(tap, sys.argv[-1])
        if tap.failed and LOG.exists():
            print("".join(f"# {line}\n" for line in LOG.read_text().splitlines()), end="")
        return tap.finish()
    built = subprocess.run(["make", "-C", str(REPOSITORY), "deb"], capture_output=True, text=True, check=False)
    if built.returncode != 0:
        with tap.case("make deb, and lintian has nothing to say"):
            expect_equal(built.returncode, 0, built.stdout[-4000:] + built.stderr[-4000:])
        return tap.finish()
    package = next(path for path in (REPOSITORY / "build" / "deb").glob("vrfgate_*.deb"))
    os.execvp("unshare", ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
                          OWN_ROOT, "sh", sys.executable, "-B", os.path.abspath(sys.argv[0]), INSIDE, str(package)])
    return 1


if __name__ == "__main__":
    sys.exit(main())
