#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The bundled templates: uuids as Zabbix wants them, and a README that lists what is in them, no more and no less."""

import collections
import pathlib
import re
import sys
import uuid

import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

# pylint: disable=wrong-import-position
from tap import Tap, expect, expect_equal

TEMPLATES = HERE.parent.parent / "templates"
SEVERITIES = {"INFO": "Information", "WARNING": "Warning", "AVERAGE": "Average", "HIGH": "High"}
DEFAULT_DELAY = "1m"


def everything(node):
    """All objects of an export, from the outside in."""
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from everything(each)


def exports():
    """The content of each file, by its name."""
    return {path.relative_to(TEMPLATES): yaml.safe_load(path.read_text())["zabbix_export"]
            for path in sorted(TEMPLATES.glob("*/*.yaml"))}


def check_uuids(tap):
    found = collections.defaultdict(list)
    for path, export in exports().items():
        for each in everything(export):
            if "uuid" in each:
                found[each["uuid"]].append(path)
    with tap.case("there are uuids, each of version 4"):
        expect(found, "there are none")
        for text in found:
            expect(re.fullmatch("[0-9a-f]{32}", text), f"{text} is no uuid as Zabbix writes it")
            value = uuid.UUID(text)
            expect_equal((value.version, value.variant), (4, uuid.RFC_4122), text)
    with tap.case("no uuid is there twice, in one file or two"):
        expect_equal({text: paths for text, paths in found.items() if len(paths) > 1}, {}, "uuids")


def rows(text):
    """The cells of the rows of all tables, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [tuple(re.split(r"(?<!\\)\|", line)[1:-1]) for line in lines]
    heads = {number - 1 for number, row in enumerate(cells) if set("".join(row)) <= set("-| ")}
    return [tuple(cell.replace("\\|", "|").strip() for cell in row) for number, row in enumerate(cells)
            if not {number, number - 1} & heads]


def told(name):
    """The tables about one template in the README, by the title above them."""
    text = (TEMPLATES / "README.md").read_text()
    section = re.search(rf"^## {re.escape(name)}$(.*?)(?=^## |\Z)", text, re.M | re.S).group(1)
    return {part.split("\n", 1)[0]: rows(part) for part in section.split("\n### ")[1:]}


def item_rows(template, has_delays):
    """Items and prototypes; TRAP items have no delay of their own to tell."""
    items = template["items"] + [each for rule in template["discovery_rules"] for each in rule["item_prototypes"]]
    return [(each["name"], f"`{each['key']}`", *([each.get("delay", DEFAULT_DELAY)] if has_delays else []))
            for each in items]


def trigger_rows(template):
    """Triggers and prototypes stand below their item, or below their rule where they have more items than one."""
    return [(each["name"], SEVERITIES[each["priority"]],
             ", ".join(cause["name"] for cause in each.get("dependencies", ())))
            for parent in everything(template) for kind in ("triggers", "trigger_prototypes")
            for each in parent.get(kind, ())]


def macro_rows(template):
    return [(f"`{each['macro']}`", f"`{each['value']}`", each["description"]) for each in template["macros"]]


def check_readme(tap, template):
    name = template["template"]
    tables = told(name)
    has_delays = any(len(row) == 3 for row in tables["Items"])
    for title, wanted in (("Items", item_rows(template, has_delays)), ("Triggers", trigger_rows(template)),
                          ("Macros", macro_rows(template))):
        with tap.case(f"{name}: the README lists its {title.lower()}, no more and no less"):
            found = tables[title]
            expect_equal(sorted(set(wanted) - set(found)), [], "in the template, not in the README")
            expect_equal(sorted(set(found) - set(wanted)), [], "in the README, not in the template")
            expect_equal(len(found), len(wanted), "rows")


def main():
    tap = Tap()
    check_uuids(tap)
    for export in exports().values():
        for template in export["templates"]:
            check_readme(tap, template)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
