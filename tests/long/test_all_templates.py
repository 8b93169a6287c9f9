#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""All official templates of each release, and files of others: the second import of them changes nothing."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

# pylint: disable=wrong-import-position
import official_templates
from setting import run_stack_cases
from tap import expect, expect_equal
from test_import import NOTHING, Importer, objects

NO_TEMPLATES = "no templates in it"


def timed(setting, what, importer, *arguments):
    started = time.monotonic()
    done = importer.run(*arguments, seconds=3600)
    last = (done.stdout.splitlines() or [""])[-1]
    print(f"# {setting.stack.release.name}: {what}: {last}: {time.monotonic() - started:.0f} s", flush=True)
    return done


def check_second_import(setting, importer, what, files):
    """Those with templates are imported, and unchanged afterwards; those of media types fail as such."""
    with setting.case(f"{what}: the second import changes nothing"):
        first = timed(setting, f"{what}, first", importer, "--force", *files)
        second = timed(setting, f"{what}, second", importer, "--force", *files)
        for done in (first, second):
            expect(all(NO_TEMPLATES in line or ": note: " in line for line in done.stderr.splitlines()), done.stderr)
        with_templates = len(files) - second.stderr.count(NO_TEMPLATES)
        unchanged = [line for line in second.stdout.splitlines()[:-1] if line.endswith(": unchanged")]
        expect_equal(second.stdout.splitlines()[:-1], unchanged, "output of the second import")
        expect_equal((len(unchanged), objects(second)), (with_templates, NOTHING), "the second import")


def check_again(setting, importer, files):
    """From nothing: the database of a new Zabbix has the official templates already."""
    with setting.case("official templates that were deleted come back, and then are unchanged"):
        actions = setting.api.call("action.get", {"output": ["actionid"]})  # those that link templates keep them
        setting.api.call("action.delete", [each["actionid"] for each in actions])
        for template in setting.api.call("template.get", {"output": ["host"]}):
            setting.api.call("template.delete", [template["templateid"]])
        dry = timed(setting, "official from nothing, -n", importer, "-n", *files)
        first = timed(setting, "official from nothing", importer, *files)
        second = timed(setting, "official from nothing, second", importer, *files)
        expect_equal((objects(first)["created"], objects(dry)), (objects(dry)["created"], objects(first)), "objects")
        expect_equal(objects(second), NOTHING, "the second import")


def cases(setting):
    importer = Importer(setting)
    files = official_templates.unpack(setting.stack.release, importer.directory / "official")
    if files:
        check_second_import(setting, importer, "official templates", files)
        check_again(setting, importer, files)
    else:
        setting.tap.skip(f"{setting.stack.release.name}: official templates", "they are not on this machine")
    files = official_templates.community(setting.stack.release)
    if files:
        check_second_import(setting, importer, "files of others", files)
    else:
        setting.tap.skip(f"{setting.stack.release.name}: files of others", "there are none in the cache")


if __name__ == "__main__":
    sys.exit(run_stack_cases("templates", cases))
