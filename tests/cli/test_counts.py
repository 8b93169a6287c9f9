#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/run counts what went wrong, however it did: a count that is too good would hide it."""

import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

# pylint: disable=wrong-import-position
from tap import Tap, expect, expect_equal

RUN_SECONDS = 30
# A program's text, the count of it, and words that tell why.
PROGRAMS = {
    "all is well": ("echo ok 1 - a; echo 1..1", "1 passed, 0 failed, 0 skipped", ""),
    "a test fails": ("echo ok 1 - a; echo not ok 2 - b; exit 1", "1 passed, 1 failed, 0 skipped", ": b"),
    "the program dies afterwards": ("echo ok 1 - a; kill -9 $$", "1 passed, 1 failed, 0 skipped", ": exit status -9"),
    "the program runs no test": ("exit 0", "0 passed, 1 failed, 0 skipped", ": ran no test, exit status 0"),
    "a test is skipped": ("echo ok 1 - a '# SKIP no root'", "0 passed, 0 failed, 1 skipped", ": a: no root"),
    "cmocka skips a test": ("echo ok 1 '# SKIP a'", "0 passed, 0 failed, 1 skipped", "program: a\n"),
    "all is skipped": ("echo '1..0 # SKIP no kernel'", "0 passed, 0 failed, 1 skipped", ": no kernel"),
}

# Its cases build on each other, as those of tests/e2e do.
SCRIPT = f"""#!/usr/bin/python3 -B
import sys
sys.path.insert(0, {str(HERE.parent / "e2e")!r})
from tap import Tap
tap = Tap()
for name in ("first one", "second one", "third one"):
    with tap.case(name):
        print("#", name)
sys.exit(tap.finish())
"""
CMOCKA = HERE.parents[1] / "build" / "tests" / "unit" / "base" / "test_hash"


def run(*what, pattern=""):
    return subprocess.run([HERE.parent / "run", *what], capture_output=True, text=True, timeout=RUN_SECONDS,
                          check=False, env=dict(os.environ, TEST=pattern))


def expect_count(done, count, words):
    expect_equal(done.stdout.splitlines()[-1], count, f"count ({done.stderr})")
    expect_equal(done.returncode, 0 if " 0 failed" in count else 1, "exit status")
    expect(words in done.stdout, f"{words!r} is not in {done.stdout!r}")


def main():
    tap = Tap((OSError, subprocess.SubprocessError, LookupError))
    with tempfile.TemporaryDirectory(prefix="vrfgate-counts-") as directory:
        program = pathlib.Path(directory) / "program"
        for name, (text, count, words) in PROGRAMS.items():
            program.write_text(f"#!/bin/sh\n{text}\n")
            program.chmod(0o755)
            with tap.case(name):
                expect_count(run(program), count, words)
        program.chmod(0o644)
        with tap.case("the program cannot be started"):
            expect_count(run(program), "0 passed, 1 failed, 0 skipped", ": ran no test, exit status Permission denied")
        with tap.case("the program hangs"):
            done = run("--timeout", "1", "hangs=sleep 1000")
            expect_count(done, "0 passed, 1 failed, 0 skipped", "not done within 1 s")
        with tap.case("commands count as one each"):
            expect_count(run("good=true", "bad=exit 3"), "1 passed, 1 failed, 0 skipped", "failed:  bad: 3")
        program.write_text(SCRIPT)
        program.chmod(0o755)
        with tap.case("TEST selects cases, and what comes after them is not run"):
            expect_count(run(program, pattern="second_*"), "1 passed, 0 failed, 0 skipped", "")
            done = subprocess.run([program], capture_output=True, text=True, check=False,
                                  env=dict(os.environ, TEST="second one"))
            expect_equal(done.stdout.splitlines(), ["# first one", "# second one", "ok 1 - second one"], "output")
        with tap.case("TEST that matches nothing fails"):
            expect_count(run(program, pattern="fourth"), "0 passed, 1 failed, 0 skipped", "no case matches TEST=fourth")
    if not CMOCKA.exists():
        tap.skip("TEST selects cases of cmocka", "make tests builds them")
        return tap.finish()
    with tap.case("TEST selects cases of cmocka"):
        expect_count(run(CMOCKA, pattern="*_its_end"), "1 passed, 0 failed, 0 skipped", "")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
