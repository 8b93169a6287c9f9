# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of faults work on: two VRFs of which one suffers, and what must hold meanwhile."""

import contextlib
import os
import pathlib
import random
import time

import counting
from event_log import EventLog
from gateway import HEALTHY, NO_SUPERVISOR
from setting import OUTSIDE_ERRORS
from tap import expect, expect_equal
from tree_watcher import TreeWatcher
from waiting import TimedOut, wait_until

HEALTHY_SECONDS = 60
INTERVAL_SECONDS, TIMEOUT_SECONDS, FALL = 1, 1, 3
START_PERIOD_SECONDS = 6
REPORTER_NAME = "vrfgate-report"
PROXY_KEYS = """\
proxy {{
    health {{ interval = {interval} timeout = {timeout} fall = {fall} start_period = {start_period} }}
    restart {{ min = 1 max = 2 count = 0 }}
"""


def process_cmdline(pid):
    """The words of a command line in one; "" where the process is gone."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def process_name(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def children_of(pid):
    return [int(each) for each in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Scene:
    """A context manager: the supervisor runs, all is healthy and watched. `long` says that time does not matter."""

    def __init__(self, setting, long=False, seed=None):
        self.setting, self.world, self.gateway = setting, setting.world, setting.gateway
        self.api, self.stack = setting.api, setting.stack
        self.long = long
        self.random = random.Random(seed)
        self.customer, self.neighbour = setting.world.customers
        self.victim, self.other = self.customer.vrf, self.neighbour.vrf
        self.watcher = TreeWatcher(self.world.directory / "run")
        self.items = {}
        self.next_number = 1
        self.undo = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            # A proxy that makes its database must not be ended meanwhile.
            self.write_config(start_period=HEALTHY_SECONDS)
            undo.enter_context(self.watcher)
            undo.enter_context(self.gateway)
            self.gateway.wait_healthy(HEALTHY_SECONDS)
            self.write_config()
            self.expect_done("reload")
            self.gateway.wait_in_step(HEALTHY_SECONDS)
            self.items = counting.make_items(self.api, self.world.customers)
            self.wait_accepting()
            self.undo = undo.pop_all()
        return self

    def __exit__(self, *exception):
        return self.undo.__exit__(*exception)

    def wait_accepting(self):
        """Until the proxies know their items."""
        for customer in self.world.customers:
            counting.wait_accepted(customer, self.take_numbers(1))

    def take_numbers(self, count):
        """The first of so many numbers that were not used before."""
        first, self.next_number = self.next_number, self.next_number + count
        return first

    def write_config(self, extra="", start_period=START_PERIOD_SECONDS, interval=INTERVAL_SECONDS,
                     timeout=TIMEOUT_SECONDS):
        """Short times, so that what takes long by nature does not. Put there whole: a supervisor may be reading it."""
        keys = PROXY_KEYS.format(interval=interval, timeout=timeout, fall=FALL, start_period=start_period)
        path = self.world.write_config(self.world.config.with_suffix(".new"), extra=extra)
        path.write_text(path.read_text().replace("proxy {\n", keys, 1))
        path.rename(self.world.config)

    def proxy(self, vrf=None):
        """The proxy's part of the status document."""
        return self.gateway.vrf(vrf or self.victim)["proxy"]

    def life(self, vrf):
        """What differs when another proxy runs than before."""
        proxy = self.proxy(vrf)
        return proxy["pid"], proxy["restarts"]

    def database(self):
        """The victim's."""
        return self.world.directory / "state" / "vrfs" / self.victim / "proxy.db"

    def proxy_log(self):
        """What the victim's proxy has logged."""
        return (self.world.directory / "log" / self.victim / "zabbix_proxy.log").read_text(errors="replace")

    def child(self, title):
        """The victim's process whose title holds that."""
        def find():
            return [pid for pid in children_of(self.proxy()["pid"]) if f"zabbix_proxy: {title}" in process_cmdline(pid)]

        return wait_until(find, 10, f"process '{title}'")[0]

    def reporters(self):
        """The supervisor's child that talks to the API."""
        return [pid for pid in children_of(self.gateway.process.pid) if process_name(pid) == REPORTER_NAME]

    def events(self):
        return EventLog(self.world.config)

    def settle(self):
        """Until every VRF is healthy, whatever was before; the supervisor is started if it is not there."""
        if self.gateway.process is None or not self.gateway.process.is_running():
            self.restart_supervisor()
        self.gateway.wait_healthy(HEALTHY_SECONDS)

    def restart_supervisor(self):
        """Clear up after one that was killed, and start the next."""
        if self.gateway.process is not None:
            self.gateway.process.end()
        self.gateway.start()

    def wait_supervisor(self):
        self.gateway.process.wait_ready(lambda: self.gateway.status_code() != NO_SUPERVISOR, 30)

    def is_healthy(self, vrf):
        return self.gateway.status_code(vrf) == HEALTHY

    @contextlib.contextmanager
    def stopped(self):
        """Inside, the victim's proxy does not run, as an operator has told."""
        self.expect_done("stop", self.victim)
        try:
            yield
        finally:
            self.expect_done("start", "-n", self.victim)

    def expect_done(self, *arguments):
        done = self.gateway.command(*arguments)
        expect_equal(done.returncode, 0, f"{' '.join(arguments)}: {done.stderr.strip()}")

    def expect_throughout(self, seconds, condition, what):
        """The condition holds again and again, for so long."""
        deadline = time.monotonic() + seconds

        def is_over():
            expect(condition(), what)
            return time.monotonic() >= deadline

        wait_until(is_over, seconds + 30, what, poll_seconds=0.2)

    @contextlib.contextmanager
    def case(self, text, bystanders=True):
        """One fault: afterwards all is healthy again, there were never two trees of a VRF, and unless told otherwise
        the other VRF's proxy is the same as before."""
        self.settle()
        before = self.life(self.other)
        doubles = len(self.watcher.doubles)
        with self.setting.case(text):
            yield
            self.settle()
            if bystanders:
                expect_equal(self.life(self.other), before, f"pid and restarts of {self.other}")
            expect(len(self.watcher.doubles) == doubles, "; ".join(self.watcher.doubles[doubles:]))

    def own_by_proxy(self, path, mode):
        """Give a file or directory to the user of the victim's proxy, whom its log directory belongs to."""
        owner = (self.world.directory / "log" / self.victim).stat()
        os.chown(path, owner.st_uid, owner.st_gid)
        os.chmod(path, mode)


def quietly(function):
    """Whatever comes of it is judged elsewhere."""
    with contextlib.suppress(TimedOut, *OUTSIDE_ERRORS):
        function()
