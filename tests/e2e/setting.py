# SPDX-License-Identifier: GPL-2.0-or-later
"""The setting of an end-to-end test: each real Zabbix, two customers or none, and TAP output around the cases."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import gateway
import own_network
from postgres import DatabaseError
from processes import ProcessFailed
from progress import Progress
from release import releases
from tap import Enough, Failure, Tap
from waiting import Stopped, TimedOut, check_stopped, stop_on_signals
from world import World
from zabbix_api import ApiError
from zabbix_stack import ZabbixStack

# LookupError and TypeError: a document that lacks what it should hold.
OUTSIDE_ERRORS = (ProcessFailed, TimedOut, ApiError, DatabaseError, OSError, ValueError, LookupError, TypeError,
                  subprocess.SubprocessError)


class StackSetting:
    """What cases work with that need a Zabbix and no customers: stack, API, a directory."""

    def __init__(self, tap, stack, directory):
        self.tap = tap
        self.stack = stack
        self.directory = directory
        self.api = stack.api()

    def case(self, text, required=False):
        """One case of the test, unless it was told to stop."""
        check_stopped()
        return self.tap.case(f"{self.stack.release.name}: {text}", required)


class Setting(StackSetting):
    """The same and two customers. Labels keep tests on one machine apart where the network does not."""

    def __init__(self, tap, stack, directory, world):
        super().__init__(tap, stack, directory)
        self.world = world
        self.gateway = gateway.Gateway(world.config, world.directory / "vrfgate.log")


@contextlib.contextmanager
def made_stack(release, label):
    """A running stack and a directory beside its own."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix=f"vrfgate-{label}-"))
    directory.chmod(0o755)
    try:
        with ZabbixStack(directory / "zabbix", progress=Progress(), release=release) as stack:
            yield stack, directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def with_stack(cases, label):
    """Runs cases(setting) on a StackSetting."""

    def run(tap, release):
        with made_stack(release, label) as (stack, directory):
            cases(StackSetting(tap, stack, directory))

    return run


def with_customers(cases, label):
    """Runs cases(setting) on a Setting."""

    def run(tap, release):
        with made_stack(release, label) as (stack, directory), \
                World(stack, directory / "gateway", label, (f"{label}-acme", f"{label}-bravo")) as world:
            cases(Setting(tap, stack, directory, world))

    return run


def run_with_releases(label, run, wanted=None):
    """run(tap, release) with each wanted release of Zabbix, or with each that can be had; the exit status.

    They are all had before this process has a network of its own, in which nothing can be downloaded.
    """
    tap = Tap(OUTSIDE_ERRORS)
    if os.geteuid() != 0:
        tap.skip(label, "network namespaces need root")
        return tap.finish()
    stop_on_signals()
    try:
        found = [(release, release.missing(Progress())) for release in wanted or releases()]
        own_network.enter()
        for release, reason in found:
            if reason:
                tap.skip(f"{release.name}: {label}", reason)
            else:
                tap.matched = False
                with contextlib.suppress(Enough):
                    run(tap, release)
    except Stopped as stopped:
        print(f"Bail out! {stopped}", flush=True)
        return 1
    except (Failure, *OUTSIDE_ERRORS) as error:
        print(f"{label}: {error}", file=sys.stderr)
        print(f"Bail out! {type(error).__name__}: {(str(error).splitlines() or [''])[0]}", flush=True)
        return 1
    return tap.finish()


def run_cases(label, cases, wanted=None):
    """Cases with customers, with each release."""
    return run_with_releases(label, with_customers(cases, label), wanted)


def run_stack_cases(label, cases):
    """Cases without customers, with each release."""
    return run_with_releases(label, with_stack(cases, label))
