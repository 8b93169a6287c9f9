# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting for conditions with a deadline, cut short when the program is told to stop."""

import signal
import time

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL_SECONDS = 0.05

_stop_signal = None
_stop_was_told = False


class Stopped(Exception):
    """A stop signal arrived; raised only where the program waits, so no resource is lost half-made."""


class TimedOut(Exception):
    """A condition did not come true before its deadline."""


def stop_on_signals():
    """From now on the first stop signal makes the next wait raise Stopped; further ones cannot disturb the clean-up."""

    def remember(number, _frame):
        global _stop_signal
        _stop_signal = _stop_signal or number

    for number in STOP_SIGNALS:
        signal.signal(number, remember)


def check_stopped():
    """Raise Stopped, once, if a stop signal has arrived."""
    global _stop_was_told
    if _stop_signal is not None and not _stop_was_told:
        _stop_was_told = True
        raise Stopped(f"stopped by {signal.Signals(_stop_signal).name}")


def wait_until(condition, seconds, what, poll_seconds=POLL_SECONDS, stoppable=True):
    """The first true value of condition(); TimedOut naming `what` after that many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        if stoppable:
            check_stopped()
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise TimedOut(f"{what}: not within {seconds} s")
        time.sleep(poll_seconds)


def wait_for_stop():
    """Stay until a stop signal arrives."""
    try:
        while True:
            check_stopped()
            time.sleep(POLL_SECONDS)
    except Stopped:
        pass
