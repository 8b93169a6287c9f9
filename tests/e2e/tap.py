# SPDX-License-Identifier: GPL-2.0-or-later
"""Test Anything Protocol output: a line a case, the plan at the end.

TEST=PATTERN in the environment, a pattern of fnmatch(3), selects cases. Cases that build on each other run up to the
last of the first that match; those before them are counted only where they fail.
"""

import contextlib
import fnmatch
import os
import sys


class Failure(Exception):
    """A case found something other than it should be."""


class Enough(SystemExit):
    """All that TEST selects has run."""


def selects(text):
    """Whether TEST wants the case, by its text or by the name of a function."""
    pattern = os.environ.get("TEST")
    return not pattern or any(fnmatch.fnmatchcase(name, pattern) for name in (text, text.replace(" ", "_")))


def expect(condition, message):
    """End the running case as failed, with that message, unless the condition holds."""
    if not condition:
        raise Failure(message)


def expect_equal(found, wanted, what):
    expect(found == wanted, f"{what}: {found!r}, expected {wanted!r}")


class Tap:
    """Counts cases and prints them to a stream."""

    def __init__(self, expected_errors=(), stream=sys.stdout):
        self.stream = stream
        self.expected_errors = (Failure, *expected_errors)
        self.number = 0
        self.failed = 0
        self.matched = False
        self.depth = 0

    @contextlib.contextmanager
    def case(self, text, required=False):
        """The enclosed work is one case; a Failure, or an error of the kinds known to come from outside, fails it.

        The failure of a required case goes on, because what follows would only fail for the same reason.
        """
        wanted = selects(text)
        if self.matched and not wanted and self.depth == 0:
            raise Enough(1 if self.failed else 0)
        self.matched |= wanted
        self.depth += 1
        try:
            yield
        except self.expected_errors as error:
            self.failed += 1
            self._line("not ok", text)
            for line in f"{type(error).__name__}: {error}".splitlines():
                self._print(f"# {line}")
            if required:
                raise
        else:
            if wanted:
                self._line("ok", text)
        finally:
            self.depth -= 1

    def skip(self, text, reason):
        if selects(text):
            self._line("ok", f"{text} # SKIP {reason}")

    def finish(self):
        """Print the plan; the exit status."""
        self._print(f"1..{self.number}")
        return 1 if self.failed else 0

    def _line(self, outcome, text):
        self.number += 1
        self._print(f"{outcome} {self.number} - {text}")

    def _print(self, text):
        print(text, file=self.stream, flush=True)
