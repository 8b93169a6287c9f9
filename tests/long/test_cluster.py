#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two nodes of a real server, 6.0 and 7.0, in each mode of the uplinks; one is killed each time."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

# pylint: disable=wrong-import-position
import cluster_cases
import setting as settings

if __name__ == "__main__":
    sys.exit(settings.run_cases(cluster_cases.LABEL, cluster_cases.cases_of(["local", "nat", "routed"])))
