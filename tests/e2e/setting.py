# SPDX-License-Identifier: GPL-2.0-or-later
"""The setting of an end-to-end test: a real Zabbix, the two customers, and TAP output around the cases."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import gateway
from postgres import DatabaseError
from processes import ProcessFailed
from progress import Progress
from release import releases
from tap import Failure, Tap
from waiting import Stopped, TimedOut, check_stopped, stop_on_signals
from world import World
from zabbix_api import ApiError
from zabbix_stack import ZabbixStack

# LookupError and TypeError: a document that lacks what it should hold.
OUTSIDE_ERRORS = (ProcessFailed, TimedOut, ApiError, DatabaseError, OSError, ValueError, LookupError, TypeError,
                  subprocess.SubprocessError)


class Setting:
    """What the cases of a test work with. Labels and uplink numbers keep tests on one machine apart."""

    def __init__(self, tap, stack, world):
        self.tap = tap
        self.stack = stack
        self.world = world
        self.api = stack.api()
        self.gateway = gateway.Gateway(world.config, world.directory / "vrfgate.log")

    def case(self, text, required=False):
        """One case of the test, unless it was told to stop."""
        check_stopped()
        return self.tap.case(f"{self.stack.release.name}: {text}", required)


@contextlib.contextmanager
def made_setting(tap, release, label, number):
    directory = pathlib.Path(tempfile.mkdtemp(prefix=f"vrfgate-{label}-"))
    directory.chmod(0o755)
    try:
        with ZabbixStack(directory / "zabbix", progress=Progress(), release=release) as stack, \
                World(stack, directory / "gateway", label, (f"{label}-acme", f"{label}-bravo"),
                      f"fd5a:b1c0:de{number:02x}::/64", (2 * number + 200, 2 * number + 201)) as world:
            yield Setting(tap, stack, world)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def run_with_release(tap, release, label, number, cases):
    """The cases with one release of Zabbix, or the word that it cannot be had."""
    reason = release.missing(Progress())
    if reason:
        tap.skip(f"{release.name}: {label}", reason)
        return
    with made_setting(tap, release, label, number) as setting:
        cases(setting)


def run_cases(label, number, cases):
    """With each release of Zabbix: make the setting, run the cases on it, take it down; the exit status."""
    tap = Tap(OUTSIDE_ERRORS)
    if os.geteuid() != 0:
        tap.skip(label, "network namespaces need root")
        return tap.finish()
    stop_on_signals()
    try:
        for release in releases():
            run_with_release(tap, release, label, number, cases)
    except Stopped as stopped:
        print(f"Bail out! {stopped}", flush=True)
        return 1
    except (Failure, *OUTSIDE_ERRORS) as error:
        print(f"{label}: {error}", file=sys.stderr)
        print(f"Bail out! {type(error).__name__}: {(str(error).splitlines() or [''])[0]}", flush=True)
        return 1
    return tap.finish()
