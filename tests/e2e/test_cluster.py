#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two nodes of a real 7.0 server behind NAT, one killed. The other modes, and 6.0, are in tests/long."""

import sys

import cluster_cases
import setting as settings
from release import releases

if __name__ == "__main__":
    sys.exit(settings.run_cases(cluster_cases.LABEL, cluster_cases.cases_of(["nat"]), releases()[-1:]))
