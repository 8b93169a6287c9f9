# SPDX-License-Identifier: GPL-2.0-or-later
"""A host whose templates or name change, and templates that it cannot have; sync -n says what sync does then."""

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


def check_rename(setting, fleet):
    fleet.write_hosts(host("alpha", "ICMP Ping", address="10.0.2.1"))
    sync_as_shown(fleet)
    before = setting.api.host("alpha")
    fleet.write_hosts(host("beta", "ICMP Ping", address="10.0.2.1"), prune="true")
    with setting.case("a host that the config names anew is renamed, and keeps its items"):
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, done.stderr), (0, ""), "sync")
        expect("~ host 'beta': " in done.stdout, done.stdout)
        after = setting.api.host("beta")
        expect_equal((after["hostid"], after["name"]), (before["hostid"], "beta"), "host")
        expect(setting.api.host("alpha") is None, "the old name is still there")


def item_keys(setting, name):
    return {each["key_"] for each in setting.api.call("item.get", {"output": ["key_"], "host": name})}


def check_taken_out(setting, fleet):
    api, agent = setting.api, {"output": ["templateid"], "filter": {"host": ["Zabbix agent"]}}
    for prune in ("false", "true"):
        name = f"less-{prune}"
        fleet.write_hosts(host(name, "ICMP Ping", "Zabbix agent"), prune=prune)
        sync_as_shown(fleet)
        fleet.write_hosts(host(name, "ICMP Ping"), prune=prune)
        with setting.case(f"a template taken out of the config is unlinked, its items removed with prune (here {prune})"):
            done = sync_as_shown(fleet)
            expect_equal((done.returncode, done.stderr), (0, ""), "sync")
            expect_equal(linked(setting, name), ["ICMP Ping"], "templates")
            expect_equal("agent.ping" in item_keys(setting, name), prune == "false", "its item is there")
    with setting.case("one that an operator had linked stays, which is told once"):
        api.call("host.massadd", {"hosts": [{"hostid": api.host(name)["hostid"]}],
                                  "templates": api.call("template.get", agent)})
        for templates in (("ICMP Ping", "Zabbix agent"), ("ICMP Ping",)):
            fleet.write_hosts(host(name, *templates))
            done = sync_as_shown(fleet)
        expect_equal(done.stderr, f"vrfgate sync: note: host '{name}': template 'Zabbix agent' is not in the config any "
                     "more and stays: it was linked by hand\n", "notes")
        expect_equal((done.returncode, linked(setting, name)), (0, ["ICMP Ping", "Zabbix agent"]), "sync and templates")
        done = sync_as_shown(fleet)
        expect_equal(done.stderr, "", "notes of a further sync")
        expect(last_line(done).startswith("0 made, 0 changed, 0 deleted"), last_line(done))


def check_secret_macros(setting, fleet):
    section = host("secret", "ICMP Ping", more='macros = { "{$WORD}=first", "{$PATH}=second" }')
    fleet.write_hosts(section)
    sync_as_shown(fleet)
    macros = setting.api.call("usermacro.get", {"output": ["hostmacroid", "macro"],
                                                "hostids": setting.api.host("secret")["hostid"]})
    ids = {each["macro"]: each["hostmacroid"] for each in macros}
    setting.api.call("usermacro.update", {"hostmacroid": ids["{$WORD}"], "type": "1", "value": "hidden"})
    setting.api.call("usermacro.update", {"hostmacroid": ids["{$PATH}"], "type": "2", "value": "secret/a:b"})
    with setting.case("macros that an operator has made secret, or a path in a vault, are left and named"):
        done = sync_as_shown(fleet)
        expect(last_line(done).startswith("0 made, 0 changed, 0 deleted"), last_line(done))
        expect_equal(done.returncode, 0, "exit status")
        expect_equal(sorted(line.partition(": its value")[0] for line in done.stderr.splitlines()),
                     ["vrfgate sync: note: host 'secret': macro '{$PATH}' is a path in a vault in Zabbix",
                      "vrfgate sync: note: host 'secret': macro '{$WORD}' is secret in Zabbix"], "notes")


def cases(setting):
    fleet = Fleet(setting, "templates", "x")
    check_clash(setting, fleet)
    check_interface(setting, fleet)
    check_rename(setting, fleet)
    check_taken_out(setting, fleet)
    check_secret_macros(setting, fleet)
    check_generated(setting, fleet)
