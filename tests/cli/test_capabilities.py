#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who has which capabilities, as SECURITY.md says; and each of the supervisor's is needed for something."""

import pathlib
import re
import signal
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

# pylint: disable=wrong-import-position
from lab import REPOSITORY, Lab, enter_private_world
from tap import Failure, Tap, expect, expect_equal
from waiting import TimedOut, wait_until

SECONDS = 15
# What works in less than a second must not within this time, where a capability is lacking.
LACKING_SECONDS = 5
HEADER = pathlib.Path("/usr/include/linux/capability.h")
CONFIG = """\
zabbix {{ url = "http://127.0.0.1:1/" token_file = "{base}/token" }}
proxy {{ binary = "{base}/zabbix_proxy" user = nobody restart {{ min = 1 max = 1 }}
        health {{ interval = 1 timeout = 1 }} }}
vrf acme {{ interface cust {{ kind = macvlan parent = trunk0 address = "10.0.0.2/30" }} }}
"""


def documented():
    """The capabilities that SECURITY.md lists."""
    return set(re.findall(r"^\| `(cap_\w+)` \| .* \|$", (REPOSITORY / "SECURITY.md").read_text(), re.MULTILINE))


def numbers():
    return {name.lower(): int(number)
            for name, number in re.findall(r"^#define (CAP_\w+)\s+(\d+)$", HEADER.read_text(), re.MULTILINE)}


def sets_of(pid):
    """The capability sets of a process, by the kernel's names: CapEff and so on."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {name: {cap for cap, number in numbers().items() if int(mask, 16) >> number & 1}
            for name, mask in re.findall(r"^(Cap\w+):\s(\w+)$", text, re.MULTILINE)}


def value_of(pid, key):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return re.search(rf"^{key}:[ \t]*(.*)$", text, re.MULTILINE).group(1).strip()


def child_of(pid, name):
    """The child of that command name, or None."""
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == name:
            return int(child)
    return None


def begin(lab):
    base = lab.begin()
    shutil.copy(HERE / "fake_proxy.py", base / "zabbix_proxy")
    (base / "token").write_text("none\n")
    (base / "token").chmod(0o600)
    lab.write(CONFIG.format(base=base))


def expect_sets(pid, effective, bounding):
    sets = sets_of(pid)
    expect_equal(sets, {"CapInh": set(), "CapPrm": effective, "CapEff": effective, "CapBnd": bounding,
                        "CapAmb": set()}, f"sets of {value_of(pid, 'Name')}")


def check_sets(lab, tap):
    every = documented()
    begin(lab)
    with lab.running() as supervisor:
        proxy = lab.wait_state("acme", "healthy")["proxy"]["pid"]
        with tap.case("the supervisor has what SECURITY.md lists, and no groups"):
            expect_sets(supervisor.pid, every, every)
            expect_equal(value_of(supervisor.pid, "Groups"), "", "its groups")
        with tap.case("the reporter has none, and cannot gain any"):
            reporter = child_of(supervisor.pid, "vrfgate-report")
            expect_sets(reporter, set(), set())
            expect_equal(value_of(reporter, "NoNewPrivs"), "1", "no_new_privs")
        with tap.case("a proxy has none, and may gain net_raw"):
            for pid in (proxy, int(value_of(proxy, "PPid"))):
                expect_sets(pid, set(), {"cap_net_raw"})
    lab.command("down")
    with tap.case("the service file bounds it to the same"):
        bound = re.search(r"^CapabilityBoundingSet=((?:.*\\\n)*.*)$",
                          (REPOSITORY / "conf" / "vrfgate.service").read_text(), re.MULTILINE).group(1)
        expect_equal({name.lower() for name in bound.replace("\\", " ").split()}, every, "CapabilityBoundingSet")


def works(condition, process):
    """Whether it comes true while the supervisor lives."""
    try:
        return wait_until(lambda: process.poll() is not None or condition(), LACKING_SECONDS, "") is not True
    except TimedOut:
        return False


def is_healthy(lab):
    vrf = lab.vrf("acme") if lab.command("status").returncode != 3 else None
    return [vrf] if vrf and vrf["state"] == "healthy" else None


def stranger_is_named(lab, process):
    """A VRF is removed while a process of another user, that is no proxy, is in its namespace."""
    stranger = subprocess.Popen([lab.program, "exec", "-c", lab.path, "-u", "nobody", "acme", "sleep", "1000"])
    try:
        wait_until(lambda: value_of(stranger.pid, "Name") == "sleep", SECONDS, "the stranger")
        lab.write("namespace other { }\n")
        lab.command("reload", "--no-wait", "--remove")
        return works(lambda: f"process {stranger.pid} is still in the namespace" in lab.log() and "yes", process)
    finally:
        stranger.kill()
        stranger.wait()


def fault_without(lab, lacking):
    """The first thing that does not work in a supervisor that lacks a capability (None: that has all)."""
    begin(lab)
    without = ["setpriv", "--bounding-set", f"-{lacking.removeprefix('cap_')}"] if lacking else []
    log = (lab.base / "vrfgate.log").open("w")
    process = subprocess.Popen([*without, lab.program, "run", "-c", lab.path], stdin=subprocess.DEVNULL, stdout=log,
                               stderr=log)
    try:
        if not works(lambda: is_healthy(lab), process):
            return f"it is not healthy: {lab.log().splitlines()[-1:]}"
        proxy = lab.vrf("acme")["proxy"]["pid"]
        if sets_of(proxy)["CapBnd"] != {"cap_net_raw"}:
            return "the proxy cannot ping"
        if not works(lambda: lab.vrf("acme")["proxy"]["rss_bytes"], process):
            return "the memory of the proxy is not known"
        if not stranger_is_named(lab, process):
            return "a process in the namespace of a VRF that goes is not found, or its proxy does not end"
        return None
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(LACKING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()
        lab.clear()


def check_need(lab, tap):
    with tap.case("with all of them everything works", required=True):
        expect_equal(fault_without(lab, None), None, "what does not work")
    for name in sorted(documented()):
        with tap.case(f"{name} is needed"):
            fault = fault_without(lab, name)
            expect(fault, "everything works without it")
            print(f"# {fault}")


def main():
    reason = enter_private_world()
    if reason:
        print(f"1..0 # SKIP no namespaces of our own: {reason}")
        return 0
    tap = Tap((TimedOut, OSError, ValueError, LookupError, AttributeError, subprocess.SubprocessError))
    with tempfile.TemporaryDirectory(prefix="vrfgate-cli-", dir="/run") as directory:
        lab = Lab(directory)
        try:
            check_sets(lab, tap)
            check_need(lab, tap)
        except (Failure, TimedOut):
            pass
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
