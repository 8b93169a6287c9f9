# SPDX-License-Identifier: GPL-2.0-or-later
"""One line per step of long work: what it is and how many seconds it took."""

import contextlib
import sys
import time


class Progress:
    """Prints steps to a stream; on a terminal the running step and its percentage are seen too."""

    def __init__(self, stream=sys.stderr):
        self.stream = stream
        self.live = stream.isatty()
        self.what = ""

    @contextlib.contextmanager
    def step(self, what):
        """The enclosed work is the step `what`; its line ends with its duration."""
        outer, self.what = self.what, what
        started = time.monotonic()
        self._show("...")
        try:
            yield self
        except BaseException:
            self._end_line("failed", started)
            raise
        else:
            self._end_line("done", started)
        finally:
            self.what = outer

    def percent(self, done, total):
        """Tell how far the running step is."""
        self._show(f"{100 * done // total:3d} %")

    def _show(self, text):
        if self.live:
            self.stream.write(f"\r\033[K  {self.what} {text}")
            self.stream.flush()

    def _end_line(self, outcome, started):
        start = "\r\033[K" if self.live else ""
        suffix = "" if outcome == "done" else f"  {outcome}"
        self.stream.write(f"{start}  {self.what:<58} {time.monotonic() - started:5.1f} s{suffix}\n")
        self.stream.flush()


class Silence(Progress):
    """The same, printing nothing."""

    def _show(self, text):
        pass

    def _end_line(self, outcome, started):
        pass
