# SPDX-License-Identifier: GPL-2.0-or-later
"""One slip of whoever writes the config: an empty or cut file takes no customer down, and prune deletes nothing."""

from lab import expect_said
from tap import expect_equal


def check_warns_of_what_includes_nothing(lab):
    (lab.base / "empty.conf").touch()
    lab.gateway = lab.gateway.replace("}\n", f'include = {{ "{lab.base}/conf.d/*.conf", "{lab.base}/empty.conf" }} }}\n')
    lab.write("")
    done = lab.command("check")
    expect_said(done, 0, stdout=f"{lab.path}: no faults, 0 VRFs\n")
    expect_equal(done.stderr.splitlines(), [
        f"{lab.path}:1: gateway: include \"{lab.base}/conf.d/*.conf\": matches no file",
        f"{lab.path}:1: no vrf and no namespace section: nothing is monitored",
        f"{lab.base}/empty.conf:1: the file is empty, expected vrf or namespace sections"], "warnings")


CASES = [check_warns_of_what_includes_nothing]
