#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Discovery in two VRFs with the same addresses: every device is found in its own VRF, by a name that carries it."""

import contextlib
import json
import re
import sqlite3
import sys

from setting import run_cases
from tap import expect, expect_equal
from waiting import wait_until
from world import DEVICE_ADDRESS, GATEWAY_ADDRESS

HEALTHY_SECONDS = 60
RULES_SECONDS = 30
KNOWN_SECONDS = 90
FOUND_SECONDS = 60
INTERVAL_SECONDS = 2
# What does not answer SNMP is waited for; the gateway itself does not.
DISCOVER = f"""\
    discover {{ range = "{DEVICE_ADDRESS}"  checks = {{ "icmp", "snmp" }}  interval = {INTERVAL_SECONDS} }}
    discover {{ range = "{GATEWAY_ADDRESS}"  interval = {INTERVAL_SECONDS} }}
"""
EVERYTHING = """\
    discover {
        range = { "10.0.0.0/16", "10.1.0.7", "10.2.0.10-20", "fd00::/112", "fd00::1:1-ff" }
        checks = { "icmp", "agent", "tcp/8291", "ssh", "telnet", "http", "https/8443", "ftp", "smtp", "pop", "imap",
                   "nntp", "ldap", "snmp" }
        interval = 604800
        snmp { version = 3  user = "monitor"  auth = SHA256  priv = AES256 }
    }
    discover { range = "10.3.0.0/30"  checks = "snmp"  snmp { version = 3  user = "m"  level = noAuthNoPriv } }
    discover { range = "10.4.0.0/30"  checks = { "agent", "snmp" }  snmp { version = 1  community = "{$OTHER}" } }
"""


class Discovery:
    """What a VRF's discovery is in Zabbix."""

    def __init__(self, setting, customer):
        self.api, self.customer = setting.api, customer
        self.gateway, self.identity = setting.world.label, setting.world.directory / "state" / "gateway.json"
        self.group = f"VRF gateways/{customer.vrf}"
        self.proxy = f"{setting.world.label}-{customer.vrf}"
        self.host = f"{customer.vrf}-{DEVICE_ADDRESS}"
        self.proxy_config = setting.world.directory / "run" / "vrfs" / customer.vrf / "zabbix_proxy.conf"
        self.database = setting.world.directory / "state" / "vrfs" / customer.vrf / "proxy.db"

    @property
    def gateway_id(self):
        return json.loads(self.identity.read_text())["id"]

    @property
    def names(self):
        """Of the rules and actions; the gateway has an id once it has run."""
        return [f"[vrfgate {self.gateway} vrf {self.customer.vrf} id {self.gateway_id}] discovery {n}" for n in (1, 2)]

    def rules(self):
        """Both rules, of which the first finds the device."""
        return self.api.call("drule.get", {"output": "extend", "filter": {"name": self.names}, "sortfield": "name"})

    def actions(self):
        return self.api.call("action.get", {"output": ["status"], "filter": {"name": self.names}, "sortfield": "name"})

    def is_known_to_proxy(self):
        with contextlib.suppress(sqlite3.Error), \
                contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return database.execute("select count(*) from drules").fetchone()[0] == len(self.names)
        return False

    def hosts(self):
        """All hosts of the VRF's group."""
        groups = self.api.call("hostgroup.get", {"output": ["groupid"], "filter": {"name": [self.group]}})
        return self.api.call("host.get", {"output": "extend", "groupids": [each["groupid"] for each in groups],
                                          "selectInterfaces": ["ip"], "selectTags": ["tag", "value"],
                                          "selectParentTemplates": ["host"]}) if groups else []

    def looks(self):
        """How often each rule has seen what it looks at."""
        seen = [self.api.call("dhost.get", {"output": ["dhostid"], "druleids": [rule["druleid"]]})
                for rule in self.rules()]
        return [int(self.api.call("event.get", {"countOutput": True, "source": 1, "object": 1,
                                                "objectids": [each["dhostid"] for each in of_rule]}))
                for of_rule in seen]


def write_config(setting, discover=DISCOVER, prune=False):
    """The config of the world, with discovery in the place of its hosts."""
    path = setting.world.write_config()
    text = re.sub(r"    host .*\n", discover, path.read_text())
    path.write_text(text.replace("zabbix {", f"zabbix {{\n    prune = {'true' if prune else 'false'}"))


def summary(setting):
    """The last line of a sync that went well."""
    done = setting.gateway.command("sync")
    expect_equal((done.returncode, done.stderr), (0, ""), "sync")
    return done.stdout.splitlines()[-1]


def check_rules(setting, discoveries):
    with setting.case("each section is a rule at its VRF's proxy and an action", required=True):
        wait_until(lambda: all(len(each.actions()) == 2 for each in discoveries), RULES_SECONDS, "rules and actions")
        proxies = setting.api.proxies()
        for each in discoveries:
            expect_equal([(rule["iprange"], rule["delay"]) for rule in each.rules()],
                         [(DEVICE_ADDRESS, str(INTERVAL_SECONDS)), (GATEWAY_ADDRESS, str(INTERVAL_SECONDS))], "rules")
            expect_equal({setting.api.proxyid(rule) for rule in each.rules()}, {proxies[each.proxy]["proxyid"]},
                         f"proxy of {each.customer.vrf}")
    with setting.case("a proxy whose profile has no discoverer gets one"):
        for each in discoveries:
            text = each.proxy_config.read_text()
            expect_equal(re.findall("^StartDiscoverers=.*", text, re.MULTILINE)[-1], "StartDiscoverers=1", "line")


def check_found(setting, discoveries):
    with setting.case("both devices are found, each at its own proxy", required=True):
        wait_until(lambda: all(each.is_known_to_proxy() for each in discoveries), KNOWN_SECONDS, "rules at the proxies")
        if setting.stack.release.name == "6.0":  # its discoverer looks for new rules once a minute, and at its start
            done = setting.gateway.command("restart", "-n", *(each.customer.vrf for each in discoveries))
            expect_equal(done.returncode, 0, done.stderr)
        wait_until(lambda: all(each.hosts() for each in discoveries), FOUND_SECONDS, "hosts", poll_seconds=0.5)
        print("# Zabbix named them", ", ".join(each.hosts()[0]["host"] for each in discoveries), flush=True)
    with setting.case("a sync gives each a name that carries its VRF, its tags and a template"):
        proxies = setting.api.proxies()

        def are_named():
            summary(setting)
            return all([host["host"] for host in each.hosts()] == [each.host] and has_template(each.hosts()[0])
                       for each in discoveries)

        wait_until(are_named, FOUND_SECONDS, "names and templates", poll_seconds=1)
        for each in discoveries:
            host = each.hosts()[0]
            expect_equal(setting.api.proxyid(host), proxies[each.proxy]["proxyid"], f"proxy of {each.host}")
            expect_equal({interface["ip"] for interface in host["interfaces"]}, {DEVICE_ADDRESS}, "addresses")
            expect_equal(host["name"], f"{each.customer.vrf} {each.customer.device} ({DEVICE_ADDRESS})", "visible name")
            expect_equal({tag["tag"]: tag["value"] for tag in host["tags"]},
                         {"vrf": each.customer.vrf, "vrfgate": setting.world.label, "vrfgate.id": each.gateway_id,
                          "vrfgate.discovered": DEVICE_ADDRESS}, "tags")


def has_template(host):
    return [each["host"] for each in host["parentTemplates"]] == ["Generic by SNMP"]


def check_kept(setting, discoveries):
    with setting.case("a second sync writes nothing"):
        expect(summary(setting).startswith("0 made, 0 changed, 0 deleted"), summary(setting))
    with setting.case("found again they are the same hosts, and the gateway itself is none"):
        before = [each.looks() for each in discoveries]
        wait_until(lambda: all(now > then for each, looks in zip(discoveries, before)
                               for now, then in zip(each.looks(), looks)), FOUND_SECONDS, "further looks",
                   poll_seconds=1)
        expect_equal([[host["host"] for host in each.hosts()] for each in discoveries],
                     [[each.host] for each in discoveries], "hosts")
        addresses = setting.api.call("hostinterface.get", {"output": ["ip"], "filter": {"ip": [GATEWAY_ADDRESS]}})
        expect_equal(addresses, [], "interfaces at the gateway's own address")
    with setting.case("what was changed by hand is put back"):
        rule, host = discoveries[0].rules()[0], discoveries[1].hosts()[0]
        setting.api.call("drule.update", {"druleid": rule["druleid"], "status": "1", "delay": "1h"})
        setting.api.call("action.update", {"actionid": discoveries[0].actions()[0]["actionid"], "status": "1"})
        setting.api.call("host.update", {"hostid": host["hostid"], "host": "renamed"})
        expect_equal(summary(setting).split(",")[:3], ["0 made", " 3 changed", " 0 deleted"], "sync")
        rule, action = discoveries[0].rules()[0], discoveries[0].actions()[0]
        expect_equal((rule["status"], rule["delay"], action["status"], discoveries[1].hosts()[0]["host"]),
                     ("0", str(INTERVAL_SECONDS), "0", discoveries[1].host), "rule, action and host")


def check_everything(setting):
    write_config(setting, discover=EVERYTHING)
    with setting.case("Zabbix takes every kind of range and check, and a second sync finds them as they shall be"):
        expect(summary(setting).endswith(" 0 problems"), "problems")
        expect(summary(setting).startswith("0 made, 0 changed, 0 deleted"), summary(setting))


def check_prune(setting, discoveries):
    write_config(setting, discover="", prune=True)
    with setting.case("with prune a rule that is gone from the config is deleted, what it found stays"):
        done = setting.gateway.command("sync", "-n")
        expect(f"- discovery rule '{discoveries[0].names[0]}'" in done.stdout.splitlines(), done.stdout)
        expect_equal(summary(setting).split(",")[:3], ["0 made", " 0 changed", " 12 deleted"], "sync")
        expect_equal([each.rules() + each.actions() for each in discoveries], [[]] * 2, "rules and actions")
        expect_equal([host["host"] for each in discoveries for host in each.hosts()],
                     [each.host for each in discoveries], "hosts")


def cases(setting):
    discoveries = [Discovery(setting, each) for each in setting.world.customers]
    write_config(setting)
    with setting.gateway:
        setting.gateway.wait_healthy(HEALTHY_SECONDS)
        check_rules(setting, discoveries)
        check_found(setting, discoveries)
        check_kept(setting, discoveries)
    check_everything(setting)
    check_prune(setting, discoveries)


if __name__ == "__main__":
    sys.exit(run_cases("dsc", cases))
