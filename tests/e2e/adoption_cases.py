# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts and proxies that somebody has made by names of the config are left, or taken over where that is told."""

from fleet import Fleet, as_done, last_line, sync_as_shown
from host_cases import host, item_keys, linked
from key_cases import details, group_names, is_old
from tap import expect, expect_equal

CHANGES = 2
WAY = "is already in Zabbix and was not made by this vrfgate; 'vrfgate adopt' or adopt = true takes it over"


def make_host(setting, name, **more):
    """One as an operator would make it, with a template, a tag, a macro, SNMPv3 and a visible name."""
    api = setting.api
    template = api.call("template.get", {"output": ["templateid"], "filter": {"host": ["Zabbix agent"]}})
    snmp = {"version": "3", "bulk": "1", "securityname": "mon", "securitylevel": "0", "contextname": "ctx"}
    fields = {"host": name, "name": f"Shown {name}", "groups": [{"groupid": groupid(setting)}], "templates": template,
              "tags": [{"tag": "site", "value": "x"}], "macros": [{"macro": "{$MINE}", "value": "1"}],
              "interfaces": [{"type": "1", "main": "1", "useip": "1", "ip": "10.0.9.9", "dns": "", "port": "10099"},
                             {"type": "2", "main": "1", "useip": "1", "ip": "10.0.9.9", "dns": "", "port": "1161",
                              "details": snmp}], **more}
    return api.call("host.create", fields)["hostids"][0]


def groupid(setting):
    return setting.api.call("hostgroup.get", {"output": ["groupid"], "filter": {"name": ["Linux servers"]}})[0]["groupid"]


def make_proxy(setting, name):
    fields = {"host": name, "status": "5"} if is_old(setting) else {"name": name, "operating_mode": "0"}
    return setting.api.call("proxy.create", {"description": "By hand", **fields})["proxyids"][0]


def attached(setting, proxyid):
    return {"proxy_hostid": proxyid} if is_old(setting) else {"monitored_by": "1", "proxyid": proxyid}


def adopt_as_shown(fleet, *arguments):
    shown = fleet.gateway.command("adopt", "-n", *arguments)
    expect_equal(shown.returncode, CHANGES, f"adopt -n: {shown.stdout}{shown.stderr}")
    done = fleet.gateway.command("adopt", *arguments)
    expect_equal((done.returncode, done.stderr), (0, ""), "adopt")
    expect_equal(sorted(as_done(shown.stdout).splitlines()), sorted(done.stdout.splitlines()), "lines of adopt")
    return done


def expect_kept(setting, hostid, name, proxyid):
    """What the operator has set is there, and what the config says."""
    found = details(setting, name)
    tags = {each["tag"]: each["value"] for each in found["tags"]}
    snmp = next(each for each in found["interfaces"] if each["type"] == "2")
    expect_equal((found["hostid"], found["name"]), (hostid, f"Shown {name}"), "host")
    expect_equal(group_names(found), {"Linux servers", "VRF gateways"}, "groups")
    expect_equal((tags["site"], tags["vrfgate.adopted"], tags["vrfgate"]), ("x", "yes", "adopting"), "tags")
    expect_equal({each["macro"]: each["value"] for each in found["macros"]}["{$MINE}"], "1", "macro")
    expect_equal((snmp["ip"], snmp["port"], snmp["details"]["securityname"]), ("10.0.4.1", "1161", "mon"), "SNMP")
    expect_equal(setting.api.proxyid(found), proxyid, "proxy")


def check_host(setting, fleet):
    hostid = make_host(setting, "old1")
    items = item_keys(setting, "old1")
    fleet.write_hosts(host("old1", "ICMP Ping", "Zabbix agent", address="10.0.4.1"))
    with setting.case("a host that somebody has made by that name is left, and the message names the way"):
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, done.stderr), (1, f"vrfgate sync: host 'old1' {WAY}\n"), "sync")
    with setting.case("adopt takes it over with all that its operator has set, as adopt -n shows"):
        done = adopt_as_shown(fleet, "old1")
        expect("~ host 'old1': " in done.stdout, done.stdout)
        expect_kept(setting, hostid, "old1", setting.api.proxies()["adopting-q"]["proxyid"])
        expect_equal(linked(setting, "old1"), ["ICMP Ping", "Zabbix agent"], "templates")
        expect(items <= item_keys(setting, "old1"), "items")
        done = sync_as_shown(fleet)
        expect(last_line(done).startswith("0 made, 0 changed, 0 deleted"), last_line(done))
    with setting.case("a template that its operator had linked stays when the config names it no more"):
        fleet.write_hosts(host("old1", address="10.0.4.1"))
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, linked(setting, "old1")), (0, ["Zabbix agent"]), "sync and templates")
    with setting.case("gone from the config it stays, even with prune, and that is noted"):
        fleet.write_hosts(prune="true")
        done = sync_as_shown(fleet)
        expect_equal(done.stderr, "vrfgate sync: note: host 'old1' is not in the config any more and stays: it was "
                     "taken over, not made, by vrfgate\n", "notes")
        expect_equal((done.returncode, details(setting, "old1")["hostid"]), (0, hostid), "sync and host")


def check_key(setting, fleet):
    hostid = make_host(setting, "old2")
    fleet.write_hosts(host("old2", "ICMP Ping", address="10.0.4.1", more="adopt = true"))
    with setting.case("the same with adopt = true in its section"):
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, done.stderr), (0, ""), "sync")
        expect_kept(setting, hostid, "old2", setting.api.proxies()["adopting-q"]["proxyid"])


def check_others(setting, fleet):
    make_host(setting, "theirs", tags=[{"tag": "vrfgate", "value": "elsewhere"}])
    fleet.write_hosts(host("theirs", "ICMP Ping", address="10.0.4.3"))
    with setting.case("a host that bears the mark of another gateway is not taken over"):
        done = fleet.gateway.command("adopt", "theirs")
        expect_equal((done.returncode, done.stderr), (1, "vrfgate adopt: host 'theirs' is already in Zabbix and was not "
                                                      "made by this vrfgate\n"), "adopt")
        expect_equal(setting.api.proxyid(setting.api.host("theirs")), "0", "proxy")
    with setting.case("what the config does not name is refused, and so is adopt without names"):
        done = fleet.gateway.command("adopt", "stranger")
        expect_equal((done.returncode, done.stdout), (1, ""), done.stderr)
        expect("'stranger' is not in the config" in done.stderr, done.stderr)
        expect_equal(fleet.gateway.command("adopt").returncode, 64, "adopt without names")


def check_proxy(setting):
    api, fleet = setting.api, Fleet(setting, "taken", "r")
    proxyid = make_proxy(setting, "taken-r")
    foreign = make_host(setting, "beside", **attached(setting, proxyid))
    own = make_host(setting, "taken-r", templates=[])
    fleet.write_hosts(host("made-r", "ICMP Ping", address="10.0.4.4"))
    with setting.case("a proxy that somebody has made by that name is left, and the message names the way"):
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, done.stderr), (1, f"vrfgate sync: proxy 'taken-r' {WAY}\n"), "sync")
    with setting.case("adopt --all takes the proxy over with its hosts, and the host of its name"):
        adopt_as_shown(fleet, "--all")
        proxy = api.proxies()["taken-r"]
        expect_equal((proxy["proxyid"], proxy["tls_accept"]), (proxyid, "2"), "proxy")
        expect(proxy["description"].startswith("By hand [vrfgate taken vrf r psk ") and " adopted id " in
               proxy["description"], proxy["description"])
        for name, hostid in (("beside", foreign), ("taken-r", own)):
            expect_equal((api.host(name)["hostid"], api.proxyid(api.host(name))), (hostid, proxyid), name)
        done = sync_as_shown(fleet)
        expect_equal((done.returncode, done.stderr), (0, ""), "sync")
        expect(last_line(done).startswith("0 made, 0 changed, 0 deleted"), last_line(done))


def cases(setting):
    fleet = Fleet(setting, "adopting", "q")
    check_host(setting, fleet)
    check_key(setting, fleet)
    check_others(setting, fleet)
    check_proxy(setting)
