# SPDX-License-Identifier: GPL-2.0-or-later
"""What a host section says of a host beside its address and templates, with the real API; else it is the operator's."""

import secret_file
from fleet import Fleet, last_line, sync_as_shown
from host_cases import host, linked
from tap import expect, expect_equal

VISIBLE = "Firewall Köln (東京) – “A”"


def is_old(setting):
    return setting.stack.release.name == "6.0"


def details(setting, name):
    found = setting.api.call("host.get", {"output": "extend", "filter": {"host": [name]}, "selectInterfaces": "extend",
                                  "selectGroups" if is_old(setting) else "selectHostGroups": ["name"],
                                  "selectInventory": "extend", "selectMacros": "extend", "selectTags": "extend"})
    return found[0]


def group_names(found):
    return {each["name"] for each in found.get("hostgroups") or found["groups"]}


def nothing_more(fleet):
    done = sync_as_shown(fleet)
    expect_equal((done.returncode, done.stderr), (0, ""), "a further sync")
    expect(last_line(done).startswith("0 made, 0 changed, 0 deleted"), done.stdout)


def check_dns(setting, fleet):
    with setting.case("a host that has a name is reached by it on all its interfaces"):
        fleet.write_hosts('    host named { dns = "fw1.acme.example"  templates = { "ICMP Ping" }  jmx { } }')
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, done.stderr), (0, ""), "sync")
        interfaces = setting.api.host("named")["interfaces"]
        expect_equal({(each["useip"], each["dns"]) for each in interfaces}, {("0", "fw1.acme.example")}, "places")
        expect_equal(len(interfaces), 3, "interfaces")
        nothing_more(fleet)
    before = setting.api.host("named")["hostid"]
    with setting.case("renamed it is known by that name, and one that gets an address is reached by that"):
        fleet.write_hosts('    host other { dns = "fw1.acme.example"  templates = { "ICMP Ping" }  jmx { } }')
        sync_as_shown(fleet)
        expect_equal(setting.api.host("other")["hostid"], before, "host")
        fleet.write_hosts(host("other", "ICMP Ping", address="10.0.3.1", more="jmx { }"))
        done = sync_as_shown(fleet)
        expect_equal({(each["useip"], each["ip"]) for each in setting.api.host("other")["interfaces"]},
                     {("1", "10.0.3.1")}, "places")
        nothing_more(fleet)


def check_fields(setting, fleet):
    api = setting.api
    keys = (f'visible = "{VISIBLE}"  description = "Line 1"  enabled = false  groups = {{ "Customers/Acme", "Linux servers" }} '
            'inventory = { "location=Köln", "serialno_a=X=1" }')
    fleet.write_hosts(host("fields", "ICMP Ping", more=keys))
    with setting.case("visible name, description, status, groups and inventory of the config get into Zabbix"):
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, done.stderr), (0, ""), "sync")
        found = details(setting, "fields")
        expect_equal((found["name"], found["description"], found["status"]), (VISIBLE, "Line 1", "1"), "fields")
        expect_equal(group_names(found), {"VRF gateways", "Customers/Acme", "Linux servers"}, "groups")
        expect_equal((found["inventory"]["location"], found["inventory"]["serialno_a"], found["inventory_mode"]),
                     ("Köln", "X=1", "0"), "inventory")
        nothing_more(fleet)
    with setting.case("changed by hand they are put back, and what the config does not say stays"):
        api.call("host.update", {"hostid": found["hostid"], "name": "Other name", "description": "x", "status": "0",
                                 "inventory": {"location": "elsewhere", "contact": "mine"}})
        done = sync_as_shown(fleet)
        expect(last_line(done).startswith("0 made, 1 changed, 0 deleted"), last_line(done))
        found = details(setting, "fields")
        expect_equal((found["name"], found["description"], found["status"], found["inventory"]["location"]),
                     (VISIBLE, "Line 1", "1", "Köln"), "fields")
        expect_equal(found["inventory"]["contact"], "mine", "contact")
    with setting.case("taken out of the config they are the operator's, and stay as they are"):
        fleet.write_hosts(host("fields", "ICMP Ping"))
        nothing_more(fleet)
        after = details(setting, "fields")
        expect_equal((after["name"], after["status"], group_names(after)), (VISIBLE, "1", group_names(found)), "fields")
    with setting.case("a host that is there and has no inventory gets one with the first field"):
        fleet.write_hosts(host("bare", "ICMP Ping", address="10.0.3.2"))
        sync_as_shown(fleet)
        fleet.write_hosts(host("bare", "ICMP Ping", address="10.0.3.2", more='inventory = { "os=IOS" }'))
        done = sync_as_shown(fleet)
        expect("inventory" in done.stdout, done.stdout)
        expect_equal(details(setting, "bare")["inventory"]["os"], "IOS", "field")
        nothing_more(fleet)


def check_visible(setting, fleet):
    group = setting.api.call("hostgroup.get", {"output": ["groupid"], "filter": {"name": ["Linux servers"]}})
    setting.api.call("host.create", {"host": "holder", "name": "Shown twice", "groups": group})
    fleet.write_hosts(host("second", "ICMP Ping", address="10.0.3.6", more='visible = "Shown twice"'))
    with setting.case("a visible name that another host has costs itself, and that host is named"):
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, done.stderr), (1, "vrfgate sync: host 'second': visible name 'Shown twice' not given: "
                                                      "host 'holder' has it\n"), "sync")
        expect_equal(setting.api.host("second")["name"], "second", "visible name")
        setting.api.call("host.delete", [setting.api.host("holder")["hostid"]])
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, setting.api.host("second")["name"]), (0, "Shown twice"), "sync and visible name")
        nothing_more(fleet)


def check_template_names(setting, fleet):
    api = setting.api
    group = "templategroup" if setting.stack.release.name != "6.0" else "hostgroup"
    groupid = api.call(f"{group}.create", {"name": "Ours"})["groupids"][0]
    api.call("template.create", {"host": "tmpl_fw_17", "name": "Firewalls: all", "groups": [{"groupid": groupid}]})
    with setting.case("a template is found by its visible name, too"):
        fleet.write_hosts('    host shown { address = "10.0.3.3"  templates = { "ICMP Ping", "Firewalls: all" } }')
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, done.stderr), (0, ""), "sync")
        expect_equal(linked(setting, "shown"), ["ICMP Ping", "tmpl_fw_17"], "templates")
        nothing_more(fleet)
        fleet.write_hosts('    host shown { address = "10.0.3.3"  templates = { "ICMP Ping" } }')
        sync_as_shown(fleet)
        expect_equal(linked(setting, "shown"), ["ICMP Ping"], "templates")


def check_agent_key(setting, fleet):
    api, path = setting.api, fleet.directory / "agent.psk"
    section = host("keyed", "Zabbix agent", address="10.0.3.4", more=f'agent {{ psk_file = "{path}"  psk_identity = "fw1" }}')
    fleet.write_hosts(section)
    with setting.case("the key of an agent is written with its identity, and only when it changes"):
        secret_file.write(path, "0123456789abcdef" * 4)
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, done.stderr), (0, ""), "sync")
        found = details(setting, "keyed")
        expect_equal((found["tls_connect"], found["tls_accept"]), ("2", "2"), "encryption")
        nothing_more(fleet)
        secret_file.write(path, "fedcba9876543210" * 4)
        done = sync_as_shown(fleet)
        expect(last_line(done).startswith("0 made, 1 changed, 0 deleted"), last_line(done))
        expect("fedcba98" not in done.stdout, done.stdout)
        nothing_more(fleet)
    with setting.case("encryption that somebody switches off is put back"):
        api.call("host.update", {"hostid": found["hostid"], "tls_connect": "1", "tls_accept": "1"})
        sync_as_shown(fleet)
        found = details(setting, "keyed")
        expect_equal((found["tls_connect"], found["tls_accept"]), ("2", "2"), "encryption")
    with setting.case("a key that cannot be read is told, and the one in Zabbix stays"):
        secret_file.write(path, "no key")
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, len(done.stderr.splitlines())), (1, 1), done.stderr)
        expect("host 'keyed': its key in Zabbix stays as it is: agent.psk_file: " in done.stderr, done.stderr)
        expect_equal(details(setting, "keyed")["tls_connect"], "2", "encryption")
    with setting.case("without a file the encryption is the operator's"):
        fleet.write_hosts(host("keyed", "Zabbix agent", address="10.0.3.4"))
        api.call("host.update", {"hostid": found["hostid"], "tls_connect": "1", "tls_accept": "1"})
        nothing_more(fleet)


def further(setting, name):
    """The interfaces of a host that are not the first of their types, by id: type, place, port and details."""
    return {each["interfaceid"]: (each["type"], each["dns"] if each["useip"] == "0" else each["ip"], each["port"],
                                  each["details"]) for each in setting.api.host(name)["interfaces"] if each["main"] == "0"}


def check_interfaces(setting, fleet):
    def write(address="10.0.3.9", more=""):
        section = (f'interface mgmt {{ kind = snmp  address = "{address}"  port = 1161  version = 3  user = "mon"  level = noAuthNoPriv }} '
                   f'interface card {{ kind = agent  dns = "card.acme.example" }} {more}')
        fleet.write_hosts(host("more", "ICMP Ping", address="10.0.3.5", more=section))

    write()
    with setting.case("further interfaces of the config are made beside the first of their types"):
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, done.stderr), (0, ""), "sync")
        found = further(setting, "more")
        expect_equal(sorted(each[:3] for each in found.values()),
                     [("1", "card.acme.example", "10050"), ("2", "10.0.3.9", "1161")], "interfaces")
        expect_equal([each[3]["securityname"] for each in found.values() if each[0] == "2"], ["mon"], "user")
        nothing_more(fleet)
    with setting.case("one that the config moves is moved, one that is moved by hand is put back, and an operator's own stays"):
        setting.api.call("hostinterface.create", {"hostid": setting.api.host("more")["hostid"], "type": "1", "main": "0",
                                                  "useip": "1", "ip": "10.0.3.77", "dns": "", "port": "10055"})
        write("10.0.3.10")
        done = sync_as_shown(fleet)
        expect(last_line(done).startswith("0 made, 1 changed, 0 deleted"), last_line(done))
        moved = next(each for each, fields in found.items() if fields[0] == "2")
        setting.api.call("hostinterface.update", {"interfaceid": moved, "ip": "10.0.3.66"})
        sync_as_shown(fleet)
        after = further(setting, "more")
        expect_equal(after[moved][:3], ("2", "10.0.3.10", "1161"), "moved")
        expect_equal(len(after), 3, "interfaces")
        nothing_more(fleet)
    with setting.case("a host that is there gets one, and one that is taken out of the config stays"):
        write("10.0.3.10", 'ipmi { }  interface third { kind = ipmi  address = "10.0.3.11" }')
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, len(further(setting, "more"))), (0, 4), "sync and interfaces")
        nothing_more(fleet)
        fleet.write_hosts(host("more", "ICMP Ping", address="10.0.3.5"))
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, len(further(setting, "more"))), (0, 4), "sync and interfaces")


def cases(setting):
    fleet = Fleet(setting, "keys", "k")
    check_interfaces(setting, fleet)
    check_agent_key(setting, fleet)
    check_dns(setting, fleet)
    check_fields(setting, fleet)
    check_visible(setting, fleet)
    check_template_names(setting, fleet)
