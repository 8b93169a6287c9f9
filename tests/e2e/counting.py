# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbered values, sent into the proxies while something goes wrong, and found again in the server's history."""

import collections
import threading
import time

from tap import Failure
from trapper import send_values
from waiting import TimedOut, wait_until

KEY = "count"
TYPE_TRAPPER, VALUE_UNSIGNED = 2, 3
BATCH = 20
ACCEPT_SECONDS = 150  # a proxy that came before the server knew its key asks again after two minutes
ARRIVE_SECONDS = 120


def make_items(api, customers):
    """One item for the numbers at each customer's host; their ids by VRF."""
    items = {}
    for customer in customers:
        hostid = api.host(customer.host)["hostid"]
        made = api.call("item.create", {"name": "numbered values", "key_": KEY, "hostid": hostid, "type": TYPE_TRAPPER,
                                        "value_type": VALUE_UNSIGNED, "history": "1d", "trends": "0"})
        items[customer.vrf] = made["itemids"][0]
    return items


def try_send(customer, numbers):
    """Send these numbers; how many were accepted, or None where the proxy gave no answer."""
    now = int(time.time())
    values = [{"host": customer.host, "key": KEY, "value": str(number), "clock": now, "ns": number}
              for number in numbers]
    try:
        return send_values(customer.vrf, values)[0]
    except OSError:
        return None


def wait_accepted(customer, number):
    """Until the customer's proxy knows its item: it accepts that number."""
    wait_until(lambda: try_send(customer, [number]) == 1, ACCEPT_SECONDS, f"{customer.vrf} accepts values",
               poll_seconds=0.5)


class Sender:
    """A context manager: a thread that sends `total` numbers from `first` on, spread over some seconds.

    A number whose fate was not told (the proxy gave no answer) is never sent again, and not counted. The answer
    tells no more than how many of a batch were accepted: only a batch that was accepted whole counts.
    """

    def __init__(self, customer, first, total, seconds):
        self.customer = customer
        self.numbers = range(first, first + total)
        self.pause = seconds * BATCH / total
        self.accepted = {}  # number: time of the answer
        self.untold = 0
        self.cancelled = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_exception):
        if kind is not None:
            self.cancelled.set()
        self.thread.join()

    def is_running(self):
        return self.thread.is_alive()

    def _run(self):
        for start in range(0, len(self.numbers), BATCH):
            if self.cancelled.wait(self.pause):
                return
            batch = self.numbers[start:start + BATCH]
            if try_send(self.customer, batch) == len(batch):
                now = time.monotonic()
                self.accepted.update((number, now) for number in batch)
            else:
                self.untold += len(batch)


class Arrivals:
    """How often each number of an item is in the server's history."""

    def __init__(self, api, itemid):
        rows = api.call("history.get", {"itemids": itemid, "history": VALUE_UNSIGNED, "output": ["value"]})
        self.count = collections.Counter(int(row["value"]) for row in rows)

    def lost(self, sender):
        return [number for number in sender.accepted if not self.count[number]]

    def doubled(self, sender):
        return [number for number in sender.accepted if self.count[number] > 1]


def wait_arrivals(api, itemid, sender):
    """The arrivals once nothing is missing, or after a while that should suffice."""
    found = []

    def complete():
        found[:] = [Arrivals(api, itemid)]
        return not found[0].lost(sender)

    try:
        wait_until(complete, ARRIVE_SECONDS, "accepted values in the history", poll_seconds=1)
    except TimedOut:
        pass
    return found[0]


def arrivals_until(api, itemid, customer, marker):
    """The arrivals once a number that is sent now is among them: a proxy sends in the order it has accepted."""
    wait_accepted(customer, marker)
    return wait_until(lambda: (found := Arrivals(api, itemid)).count[marker] and found, ARRIVE_SECONDS,
                      f"{customer.vrf}: arrival of {marker}", poll_seconds=1)


def expect_none_lost(api, itemid, sender):
    """Every number that was accepted is in the history; what was found, in words."""
    arrivals = wait_arrivals(api, itemid, sender)
    lost, doubled = arrivals.lost(sender), arrivals.doubled(sender)
    if lost:
        raise Failure(f"{sender.customer.vrf}: {len(lost)} of {len(sender.accepted)} accepted values are lost,"
                      f" the first is {lost[0]}")
    return (f"{sender.customer.vrf}: {len(sender.accepted)} accepted, all arrived, {len(doubled)} of them twice;"
            f" {sender.untold} sent without an answer")
