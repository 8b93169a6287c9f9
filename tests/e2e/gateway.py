# SPDX-License-Identifier: GPL-2.0-or-later
"""The vrfgate under test or on show: starts its supervisor and calls its commands with one config file."""

import json
import os
import pathlib
import subprocess

import zabbix_packages
from processes import Process

HEALTHY, DEGRADED, DOWN, NO_SUPERVISOR, NO_SUCH_VRF = range(5)
COMMAND_SECONDS = 60
STOP_SECONDS = 30


def program():
    """The vrfgate that was built in this repository; VRFGATE names another."""
    return pathlib.Path(os.environ.get("VRFGATE") or zabbix_packages.REPOSITORY / "build" / "vrfgate")


class Gateway:
    """A context manager: `vrfgate run` with a config file. Left, it is stopped and its namespaces are gone."""

    def __init__(self, config, log_path):
        self.config = config
        self.log_path = pathlib.Path(log_path)
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exception):
        self.stop()
        self.command("down")

    def start(self):
        self.process = Process("vrfgate", [program(), "run", "-c", self.config], self.log_path,
                               stop_seconds=STOP_SECONDS)

    def stop(self):
        """SIGTERM and wait; the exit status, or None if it was not running."""
        process, self.process = self.process, None
        return process.end() if process else None

    def command(self, verb, *arguments):
        """Run one vrfgate command to its end."""
        return subprocess.run([program(), verb, "-c", self.config, *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=COMMAND_SECONDS, check=False, start_new_session=True)

    def status_code(self, *vrfs):
        return self.command("status", *vrfs).returncode

    def status(self):
        """The status document."""
        return json.loads(self.command("status", "-j").stdout)

    def vrf(self, name):
        """One VRF's part of the status document."""
        return next(each for each in self.status()["vrfs"] if each["name"] == name)

    def proxy_lives(self):
        """Of each VRF's proxy what changes when another one is started: process, restarts, how the last one ended."""
        return {each["name"]: tuple(each["proxy"][key] for key in ("pid", "restarts", "last_exit"))
                for each in self.status()["vrfs"]}

    def is_healthy(self):
        return self.status_code() == HEALTHY

    def wait_healthy(self, seconds):
        """Wait until every VRF is healthy while vrfgate lives."""
        self.process.wait_ready(self.is_healthy, seconds)

    def is_at_work(self):
        return self.is_healthy() and all(each["proxy"]["required_vps"] for each in self.status()["vrfs"])

    def wait_at_work(self, seconds):
        """
        Wait until every VRF is healthy and its proxy has its items. One that came before the server had read its key
        has none; the supervisor starts it anew, once.
        """
        self.process.wait_ready(self.is_at_work, seconds)

    def is_in_step(self):
        return self.status()["gateway"]["zabbix"]["synced_s"] is not None

    def wait_in_step(self, seconds):
        """Wait until Zabbix has all that the config names: a VRF can be healthy before its hosts are made."""
        self.process.wait_ready(self.is_in_step, seconds)
