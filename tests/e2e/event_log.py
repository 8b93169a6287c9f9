# SPDX-License-Identifier: GPL-2.0-or-later
"""What `vrfgate events -j` tells, as it comes."""

import json
import subprocess
import threading
import time

from gateway import program
from waiting import wait_until


class EventLog:
    """A context manager: the events from its start on, each with the time of its arrival."""

    def __init__(self, config):
        self.config = config
        self.events = []
        self.child = self.thread = None

    def __enter__(self):
        self.child = subprocess.Popen([program(), "events", "-j", "-c", self.config], stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True)
        self.thread = threading.Thread(target=self._read)
        self.thread.start()
        wait_until(lambda: self.events, 10, "the snapshot of `vrfgate events`", stoppable=False)
        return self

    def __exit__(self, *_exception):
        self.child.terminate()
        self.child.wait()
        self.thread.join()
        self.child.stdout.close()

    def _read(self):
        for line in self.child.stdout:
            self.events.append({"at": time.monotonic(), **json.loads(line)})

    def find(self, vrf, state, words="", since=0):
        """The first event in which the VRF came into that state with these words in its reason, or None."""
        for event in list(self.events):
            if (event["at"] >= since and event.get("vrf") == vrf and event["state"] == state
                    and words in (event["reason"] or "")):
                return event
        return None

    def wait(self, vrf, state, words="", seconds=10, since=0):
        return wait_until(lambda: self.find(vrf, state, words, since), seconds,
                          f"{vrf}: event '{state}' that says '{words}' (told: {self.told(vrf)})",
                          poll_seconds=0.005)

    def told(self, vrf):
        """States and reasons of a VRF, for messages."""
        return "; ".join(f"{each['state']} ({each['reason'] or ''})" for each in list(self.events)
                         if each.get("vrf") == vrf)
