# SPDX-License-Identifier: GPL-2.0-or-later
"""VRFs that were released, or that another gateway has, where the API of Zabbix is away: what this machine does by itself."""

import json

from lab import expect_said
from processes import free_port
from running_cases import fake_proxy, netns_names
from tap import expect, expect_equal
from waiting import wait_until

SECONDS = 60
VRFS = "namespace one { uplink = true proxy { stop_timeout = 2 } }\nnamespace two { }\n"


def write(lab, api=True):
    url = f'zabbix {{ url = "http://127.0.0.1:{free_port()}/" user = Admin password_file = "{lab.base}/password" }}\n'
    password = lab.base / "password"
    password.write_text("zabbix")
    password.chmod(0o600)
    lab.write(fake_proxy(lab) + (url if api else "") + VRFS)


def given_up(lab):
    one = lab.vrf("one")
    return one["state"], one["handover"]


def a_release_needs_an_api_and_a_vrf_that_runs(lab):
    write(lab, api=False)
    with lab.running():
        lab.wait_state("two", "healthy")
        expect_said(lab.command("release", "one"), 1, stderr="zabbix.url is empty: there are no objects in Zabbix to hand over")
        expect_said(lab.command("release", "two"), 1, stderr="zabbix.url is empty")
    lab.command("down")


def a_release_goes_through_a_restart_and_is_taken_back(lab):
    write(lab)
    with lab.running():
        wait_until(lambda: lab.vrf("one")["proxy"]["pid"], SECONDS, "its proxy runs")
        expect_said(lab.command("release", "two"), 1, stderr="vrf 'two' has no proxy")
        expect_said(lab.command("release", "-n", "one"), 0)
        wait_until(lambda: given_up(lab) == ("disabled", "releasing"), SECONDS, "it is released here")
        wait_until(lambda: netns_names() == ["two"], SECONDS, "its namespace is gone")
    with lab.running():
        lab.wait_state("two", "healthy")
        expect_equal(given_up(lab), ("disabled", "releasing"), "after a restart")
        expect_said(lab.command("reload"), 0)
        expect_equal(given_up(lab), ("disabled", "releasing"), "after a reload")
        expect("one" not in lab.command("plan", "-j").stdout, "it is in the plan")
        expect_said(lab.command("start", "-n", "one"), 0)
        wait_until(lambda: lab.vrf("one")["proxy"]["pid"], SECONDS, "its proxy runs again")
        expect_equal(lab.vrf("one")["handover"], "", "handover")
    lab.command("down")


def what_another_gateway_has_is_not_started(lab):
    write(lab)
    (lab.base / "state").mkdir(mode=0o700)
    (lab.base / "state" / "handover.json").write_text(json.dumps(
        {"schema": 1, "released": [], "elsewhere": {"one": "gateway 'gw2' (id 01234567)"}}))
    expect("one" not in lab.command("plan", "-j").stdout, "it is in the plan")
    with lab.running():
        lab.wait_state("two", "healthy")
        expect_equal(given_up(lab), ("disabled", "elsewhere"), "state")
        expect("on gateway 'gw2' (id 01234567)" in lab.vrf("one")["reason"], lab.vrf("one")["reason"])
        expect_equal(netns_names(), ["two"], "namespaces")
        expect_said(lab.command("start", "one"), 1, stderr="is on gateway 'gw2' (id 01234567)")
        expect_said(lab.command("release", "one"), 1, stderr="is on gateway 'gw2' (id 01234567)")
    lab.command("down")


CASES = [a_release_needs_an_api_and_a_vrf_that_runs, a_release_goes_through_a_restart_and_is_taken_back,
         what_another_gateway_has_is_not_started]
