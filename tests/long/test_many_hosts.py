#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Zabbix in step where it has thousands of hosts: of others, and of ours. How long it takes is told, not judged."""

import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

# pylint: disable=wrong-import-position
import secret_file
from gateway import program
from setting import run_stack_cases
from tap import expect_equal
from zabbix_stack import PASSWORD, USER

N_FOREIGN = 5000
N_OWN = 5000
N_VRFS = 2
CREATE_AT_ONCE = 500  # within the time limit of the client
SYNC_SECONDS = 1800
BASE_OBJECTS = 2 + 2 * N_VRFS  # the group and the gateway's host; of a VRF its proxy and the proxy's host
FOREIGN_GROUP = "Foreign"
MARK_TAG = "vrfgate"
# How many rows of foreign hosts each table has: every second host has two tags more than its one.
FOREIGN_ROWS = {"hosts": N_FOREIGN, "interface": N_FOREIGN, "hosts_groups": N_FOREIGN, "hostmacro": N_FOREIGN,
                "host_tag": 2 * N_FOREIGN, "hosts_templates": 0, "items": 0}

CONFIG = """\
gateway {{
    name = "many"
    state_dir = "{directory}/state"  run_dir = "{directory}/run"  log_dir = "{directory}/log"
}}
zabbix {{
    url = "{url}"  user = "{user}"  password_file = "{password}"
    prune = true
}}
"""
VRF = """\
vrf v{number} {{
    interface eth0.{vlan} {{ address = {{ "10.0.0.2/8" }} }}
"""
HOST = '    host {name} {{ address = "{address}"  agent {{ port = 10050 }} }}\n'


class ManyHosts:
    """A config of few VRFs with many hosts, and `vrfgate sync` with it."""

    def __init__(self, setting):
        self.stack = setting.stack
        self.directory = setting.directory / "many"
        self.directory.mkdir()
        self.config = self.directory / "vrfgate.conf"
        self.password = self.directory / "password"
        secret_file.write(self.password, PASSWORD)

    def write(self, numbers):
        """Each VRF gets its share of the hosts with these numbers; their addresses overlap."""
        text = CONFIG.format(directory=self.directory, url=self.stack.api_url, user=USER, password=self.password)
        for vrf in range(N_VRFS):
            text += VRF.format(number=vrf, vlan=vrf + 1)
            for number in numbers:
                if number % N_VRFS == vrf:
                    text += HOST.format(name=own_name(number), address=own_address(number))
            text += "}\n"
        self.config.write_text(text)

    def requests(self):
        """How many requests the frontend has had."""
        return (self.stack.directory / "web" / "php.log").read_text().count("POST /api_jsonrpc.php")

    def sync(self, what):
        """Runs `vrfgate sync` and tells what it took; its last line and its exit status."""
        requests, started = self.requests(), time.monotonic()
        done = subprocess.run([program(), "sync", "-c", self.config], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=SYNC_SECONDS, check=False, start_new_session=True)
        seconds = time.monotonic() - started
        last = (done.stdout.splitlines() or [""])[-1]
        print(f"# {self.stack.release.name}: {what}: {last}: {seconds:.1f} s, {self.requests() - requests} requests",
              flush=True)
        return last, done.stderr[:500], done.returncode

    def expect_sync(self, what, made, deleted, unchanged):
        wanted = f"{made} made, 0 changed, {deleted} deleted, {unchanged} unchanged, 0 problems"
        expect_equal(self.sync(what), (wanted, "", 0), "sync")


def own_name(number):
    return f"own-{number:05d}"


def own_address(number):
    return f"10.1.{number // N_VRFS // 250}.{number // N_VRFS % 250 + 1}"


def make_foreign(setting):
    """Hosts of somebody else: some bear the tag of another gateway whose name begins like ours."""
    group = setting.api.call("hostgroup.create", {"name": FOREIGN_GROUP})["groupids"][0]
    for first in range(0, N_FOREIGN, CREATE_AT_ONCE):
        setting.api.call("host.create", [foreign_host(number, group)
                                         for number in range(first, min(first + CREATE_AT_ONCE, N_FOREIGN))])
    return group


def foreign_host(number, group):
    interface = {"type": 1, "main": 1, "useip": 1, "dns": "", "port": "10050", "ip": own_address(number)}
    marks = [{"tag": MARK_TAG, "value": "many-more"}, {"tag": "vrf", "value": "v0"}] if number % 2 else []
    return {"host": f"foreign-{number:05d}", "groups": [{"groupid": group}], "interfaces": [interface],
            "tags": [{"tag": "site", "value": "elsewhere"}, *marks],
            "macros": [{"macro": "{$NUMBER}", "value": str(number)}]}


def foreign_rows(setting, group):
    """Of each table the number of rows of foreign hosts and a checksum of them."""
    hosts = f"SELECT hostid FROM hosts_groups WHERE groupid = {group}"
    rows = {}
    with setting.stack.database.connect("zabbix") as connection:
        for table in FOREIGN_ROWS:
            found = connection.value("SELECT concat(count(*), ' ', md5(string_agg(t::text, ';' ORDER BY t::text))) "
                                     f"FROM {table} t WHERE hostid IN ({hosts})")
            count, _, checksum = found.partition(" ")
            rows[table] = (int(count), checksum)
    return rows


def own_hosts(setting):
    """The names of the hosts that bear our mark, without those of the gateway and its proxies."""
    found = setting.api.call("host.get", {"output": ["host"],
                                          "tags": [{"tag": MARK_TAG, "value": "many", "operator": 1}]})
    return sorted(each["host"] for each in found if each["host"].startswith(own_name(0)[:4]))


def check_foreign(setting, many):
    """Returns the foreign group and its rows."""
    with setting.case(f"a gateway of {N_VRFS} VRFs gets into a Zabbix with {N_FOREIGN} hosts of others", required=True):
        started = time.monotonic()
        group = make_foreign(setting)
        print(f"# {setting.stack.release.name}: foreign hosts made in {time.monotonic() - started:.1f} s", flush=True)
        rows = foreign_rows(setting, group)
        expect_equal({table: count for table, (count, _checksum) in rows.items()}, FOREIGN_ROWS, "foreign rows")
        many.write(range(0))
        many.expect_sync("beside foreign hosts", BASE_OBJECTS, 0, 0)
        expect_equal(sorted(setting.api.proxies()), [f"many-v{vrf}" for vrf in range(N_VRFS)], "proxies")
    with setting.case("and a second sync changes nothing"):
        many.expect_sync("again", 0, 0, BASE_OBJECTS)
    expect_foreign_untouched(setting, group, rows)
    return group, rows


def expect_foreign_untouched(setting, group, rows):
    with setting.case("nothing of the foreign hosts is touched"):
        expect_equal(foreign_rows(setting, group), rows, "count and checksum of the foreign rows")


def check_own(setting, many):
    everyone, half = range(N_OWN), range(0, N_OWN // 2)
    many.write(everyone)
    with setting.case(f"{N_OWN} hosts of the config are made", required=True):
        many.expect_sync("own hosts", N_OWN, 0, BASE_OBJECTS)
        expect_equal(own_hosts(setting), [own_name(number) for number in everyone], "hosts")
    with setting.case("a second sync changes none of them"):
        many.expect_sync("again", 0, 0, N_OWN + BASE_OBJECTS)
    many.write(half)
    with setting.case("with prune the half that is gone from the config is deleted, and no other"):
        many.expect_sync("without the half", 0, N_OWN - len(half), len(half) + BASE_OBJECTS)
        expect_equal(own_hosts(setting), [own_name(number) for number in half], "hosts")
    with setting.case("and after that nothing is changed"):
        many.expect_sync("again", 0, 0, len(half) + BASE_OBJECTS)


def cases(setting):
    # Nothing here needs it.
    setting.stack.server.end()
    many = ManyHosts(setting)
    group, rows = check_foreign(setting, many)
    check_own(setting, many)
    expect_foreign_untouched(setting, group, rows)


if __name__ == "__main__":
    sys.exit(run_stack_cases("many_hosts", cases))
