# SPDX-License-Identifier: GPL-2.0-or-later
"""Templates that cannot be linked to a host: they cost themselves only, and sync -n says what sync does then."""

import os
import random

from fleet import Fleet, last_line, sync_as_shown
from tap import expect, expect_equal

# Of both releases, with items, rules and graphs in common and interfaces that not all hosts have.
POOL = ("ICMP Ping", "Generic by SNMP", "Linux by SNMP", "Zabbix agent", "Linux by Zabbix agent",
        "Windows by Zabbix agent", "Chassis by IPMI", "Generic Java JMX", "Apache Tomcat by JMX", "Cisco IOS by SNMP",
        "No such template")
ROUNDS = 3
HOSTS = 6


def host(name, *templates, address="10.0.0.1", more=""):
    quoted = ", ".join(f'"{each}"' for each in templates)
    return f'    host {name} {{ address = "{address}"  templates = {{ {quoted} }} {more} }}'


def linked(setting, name):
    return sorted(each["host"] for each in setting.api.host(name)["parentTemplates"])


def check_clash(setting, fleet):
    """6.0 refuses a clash with what is linked already only, and makes the items of two new templates twice."""
    first = ["ICMP Ping"]
    if setting.stack.release.name == "6.0":
        fleet.write_hosts(host("clash", *first))
        sync_as_shown(fleet)
    fleet.write_hosts(host("clash", *first, "Generic by SNMP", "Zabbix agent"))
    with setting.case("of templates with one item the first is linked, the problem names host, template and key"):
        done = sync_as_shown(fleet)
        expect_equal(done.returncode, 1, "exit status")
        expect_equal(done.stderr, "vrfgate sync: host 'clash': template 'Generic by SNMP' not linked: "
                     "item 'icmpping' is also in template 'ICMP Ping'\n", "problems")
        expect_equal(linked(setting, "clash"), ["ICMP Ping", "Zabbix agent"], "templates")


def check_interface(setting, fleet):
    fleet.write_hosts(host("power", "Chassis by IPMI", "ICMP Ping"))
    with setting.case("a host is made without the template that needs an interface which it lacks, and told so"):
        done = sync_as_shown(fleet)
        expect_equal(done.stderr, "vrfgate sync: host 'power': template 'Chassis by IPMI' not linked: item 'ipmi.get' "
                     "needs an interface of the type IPMI, which the host lacks; expected ipmi { } in its section\n",
                     "problems")
        expect_equal(linked(setting, "power"), ["ICMP Ping"], "templates")
    fleet.write_hosts(host("power", "Chassis by IPMI", "ICMP Ping", more="ipmi { }"))
    with setting.case("with the interface in the config it is linked"):
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, done.stderr), (0, ""), "sync")
        expect_equal(linked(setting, "power"), ["Chassis by IPMI", "ICMP Ping"], "templates")


def generated(random_source):
    more = random_source.choice(("", "", "ipmi { }", "jmx { }", "tags = { \"site=x\" }", "macros = { \"{$X}=1\" }"))
    return random_source.sample(POOL, random_source.randint(0, 4)), more


def check_generated(setting, fleet):
    """Each round has other templates and keys for most of the hosts of the round before."""
    seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
    random_source = random.Random(seed)
    hosts = {}
    with setting.case(f"sync does what sync -n shows for inventories by chance (SEED={seed})"):
        for _ in range(ROUNDS):
            for number in random_source.sample(range(HOSTS), HOSTS - 2):
                hosts[number] = generated(random_source)
            fleet.write_hosts(*(host(f"any{number}", *templates, address=f"10.0.1.{number + 1}", more=more)
                                for number, (templates, more) in hosts.items()), prune="true")
            sync_as_shown(fleet)
        done = sync_as_shown(fleet)
        expect(last_line(done).startswith("0 made, 0 changed, 0 deleted"), last_line(done))


def cases(setting):
    fleet = Fleet(setting, "templates", "x")
    check_clash(setting, fleet)
    check_interface(setting, fleet)
    check_generated(setting, fleet)
