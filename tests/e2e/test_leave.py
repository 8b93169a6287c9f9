#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""A gateway leaves: what is shown is deleted, its own alone, and with it what nobody else uses."""

import sys

from fleet import Fleet, last_line
from gateway import NO_SUPERVISOR
from setting import run_stack_cases
from tap import expect, expect_equal

DONE, FAILED, CHANGES = 0, 1, 2
N_VRFS = 3
START_SECONDS = 60
GROUP = "VRF gateways"
TEMPLATES = ("VRF gateway by vrfgate", "VRF customer edge by SNMP")
DISCOVER = """\
vrf {letter}900 {{
    interface eth0.900 {{ address = {{ "10.0.0.2/24" }} }}
    discover {{ range = "10.0.0.0/24" }}
}}
"""
CHANGED = "nothing was changed: 'vrfgate leave --yes' does it"


def write(fleet):
    fleet.write(N_VRFS)
    fleet.config.write_text(fleet.config.read_text() + DISCOVER.format(letter=fleet.letter))


def sync(fleet):
    done, _seconds, _requests = fleet.sync()
    expect_equal((done.returncode, done.stderr), (DONE, ""), "sync")


def objects(api):
    """All that a gateway may make, by kind and name; the values to be compared."""
    found = {}
    for kind in ("host", "hostgroup", "template", "drule", "action"):
        for each in api.call(f"{kind}.get", {"output": "extend"}):
            each.pop("nextcheck", None)
            found[kind, each.get("host") or each["name"]] = each
    found.update({("proxy", name): each for name, each in api.proxies().items()})
    return found


def names(found, kind):
    return {name for each, name in found if each == kind}


def lines(done):
    """What was done, or would be, without the last lines."""
    return sorted(line for line in done.stdout.splitlines() if line[0] in "-~")


def leave_as_shown(fleet, *options):
    """Leaves, and expects that what is shown before is what is done."""
    shown = fleet.gateway.command("leave", *options)
    expect_equal(shown.returncode, CHANGES if not shown.stderr.count("monitors host") else FAILED, shown.stderr)
    expect_equal(last_line(shown), CHANGED, "the last line")
    done = fleet.gateway.command("leave", "--yes", *options)
    expect_equal(lines(done), lines(shown), "what is done")
    expect_equal(done.stderr, shown.stderr, "what is said")
    return done


def check_supervised(setting, fleet):
    with setting.case("while a supervisor runs nothing is deleted"):
        before = objects(setting.api)
        with fleet.gateway as gateway:
            gateway.process.wait_ready(lambda: gateway.status_code() != NO_SUPERVISOR, START_SECONDS)
            done = gateway.command("leave", "--yes")
        expect_equal((done.returncode, done.stderr), (FAILED, "vrfgate leave: a supervisor runs and would make it all "
                                                      "again: stop it first\n"), "leave")
        expect_equal(names(objects(setting.api), "host") >= names(before, "host"), True, "hosts")


def check_shown(setting, alpha):
    with setting.case("without --yes it is shown, and nothing is written"):
        before = objects(setting.api)
        done = alpha.gateway.command("leave")
        expect_equal((done.returncode, last_line(done)), (CHANGES, CHANGED), "leave")
        for line in ("- host 'alpha'", "- host 'alpha-a000'", "- host 'a000-ce1'", "- proxy 'alpha-a000'",
                     "- host group 'VRF gateways/a900'"):
            expect(line in done.stdout.splitlines(), f"no {line!r}: {done.stdout}")
        expect("note: the history of 6 devices goes, too; --keep-hosts keeps it" in done.stderr, done.stderr)
        expect_equal(objects(setting.api), before, "objects")
        done = alpha.gateway.command("leave", "--yes", "--dry-run")
        expect_equal(done.returncode, 64, done.stderr)


def check_left(setting, alpha):
    with setting.case("with --yes all of it goes, and nothing that another gateway or an operator has"):
        before = objects(setting.api)
        done = leave_as_shown(alpha)
        expect_equal(done.returncode, DONE, done.stderr)
        after = objects(setting.api)
        gone = {each: before[each] for each in before if each not in after}
        expect_equal({each: before[each] for each in after}, after, "what stays")
        expect_equal(names(gone, "host"), {"alpha", *(f"alpha-a{n}" for n in ("000", "001", "002", "900")),
                                           *(f"a00{n}-ce{m}" for n in range(3) for m in (1, 2))}, "hosts")
        expect_equal(names(gone, "proxy"), {f"alpha-a{n}" for n in ("000", "001", "002", "900")}, "proxies")
        expect_equal((len(names(gone, "drule")), len(names(gone, "action"))), (1, 1), "discovery")
        expect_equal((names(gone, "hostgroup"), names(gone, "template")), ({f"{GROUP}/a900"}, set()), "groups, templates")
    with setting.case("a second time there is nothing"):
        done = alpha.gateway.command("leave", "--yes")
        expect_equal((done.returncode, last_line(done)), (DONE, "0 deleted, 0 kept, 0 problems"), done.stderr)


def check_same_name(setting, other):
    with setting.case("what has the mark of another gateway of the same name stays, and is told"):
        other.config.write_text(other.config.read_text().replace('name = "other"', 'name = "beta"'))
        before = objects(setting.api)
        done = other.gateway.command("leave", "--yes")
        expect_equal((done.returncode, last_line(done)), (DONE, "0 deleted, 0 kept, 0 problems"), done.stderr)
        expect("note: another gateway named 'beta' (id " in done.stderr, done.stderr)
        expect_equal(objects(setting.api), before, "objects")


def item_ids(api, host):
    """What the history of a host hangs on."""
    return {each["itemid"] for each in api.call("item.get", {"output": ["itemid"], "filter": {"host": [host]}})}


def attached(setting, proxyid):
    is_old = setting.stack.release.name == "6.0"
    if proxyid == "0":
        return {"proxy_hostid": "0"} if is_old else {"monitored_by": "0"}
    return {"proxy_hostid": proxyid} if is_old else {"monitored_by": "1", "proxyid": proxyid}


def check_foreign(setting, beta):
    api = setting.api
    group = api.call("hostgroup.create", {"name": "Operator"})["groupids"][0]
    host = api.call("host.create", {"host": "operators", "groups": [{"groupid": group}],
                                    **attached(setting, api.proxies()["beta-b000"]["proxyid"])})["hostids"][0]
    items = item_ids(api, "b000-ce1")
    with setting.case("devices are kept with their history: disabled, of nobody, not asked by the server"):
        done = leave_as_shown(beta, "--keep-hosts")
        expect_equal(done.returncode, FAILED, done.stderr)
        kept = api.call("host.get", {"output": "extend", "filter": {"host": ["b000-ce1"]}, "selectTags": "extend",
                                     "selectMacros": "extend"})[0]
        expect_equal((kept["status"], api.proxyid(kept)), ("1", "0"), "status and proxy")
        expect_equal([each["tag"] for each in kept["tags"]], ["vrf"], "tags")
        expect_equal([each["macro"] for each in kept["macros"] if "VRFGATE" in each["macro"]], [], "macros")
        expect_equal(item_ids(api, "b000-ce1"), items, "items")
        found = objects(api)
        expect(("host", "beta") not in found and ("host", "beta-b000") not in found, "its own hosts are there")
        expect(("hostgroup", GROUP) in found, "the group of kept hosts is not there")
    with setting.case("templates go with the last gateway that uses them"):
        expect(not names(found, "template") & set(TEMPLATES), "our template is there")
    with setting.case("a proxy that monitors somebody else's host stays, and the host is named"):
        expect_equal(done.stderr.splitlines()[-1],
                     "vrfgate leave: proxy 'beta-b000' monitors host 'operators', which is not of this gateway: move "
                     "that host, and leave again", "problem")
        expect_equal(names(found, "proxy"), {"beta-b000"}, "proxies")
    with setting.case("once that host is moved the proxy goes, too"):
        api.call("host.update", {"hostid": host, **attached(setting, "0")})
        done = leave_as_shown(beta)
        expect_equal((done.returncode, last_line(done)), (DONE, "1 deleted, 0 kept, 0 problems"), done.stderr)
        expect_equal(names(objects(api), "proxy"), set(), "proxies")


def make_theirs(setting):
    """A proxy and two hosts of an operator's, with names that the config has."""
    api, is_old = setting.api, setting.stack.release.name == "6.0"
    proxy = {"host": "delta-d000", "status": "5"} if is_old else {"name": "delta-d000", "operating_mode": "0"}
    api.call("proxy.create", {**proxy, "description": "since 2019"})
    group = api.call("hostgroup.create", {"name": "Theirs"})["groupids"][0]
    for name in ("d000-ce1", "d001-ce1"):
        api.call("host.create", {"host": name, "groups": [{"groupid": group}],
                                 "tags": [{"tag": "site", "value": "x"}]})


def check_adopted(setting, delta):
    api = setting.api
    make_theirs(setting)
    with setting.case("what was adopted stays without the mark, and is disabled where its proxy goes"):
        adopted = delta.gateway.command("adopt", "--all")
        expect_equal((adopted.returncode, adopted.stderr), (DONE, ""), "adopt")
        done = leave_as_shown(delta)
        expect_equal(done.returncode, DONE, done.stderr)
        hosts = {each["host"]: each for each in api.call("host.get", {
            "output": "extend", "selectTags": "extend", "tags": [{"tag": "site", "value": "x", "operator": 1}]})}
        proxies = api.proxies()
        expect_equal(sorted(each for each in proxies if each.startswith("delta")), ["delta-d000"], "proxies")
        expect_equal(proxies["delta-d000"]["description"], "since 2019", "description")
        expect_equal({name: (each["status"], api.proxyid(each)) for name, each in hosts.items()},
                     {"d000-ce1": ("0", proxies["delta-d000"]["proxyid"]), "d001-ce1": ("1", "0")}, "hosts")
        for host in hosts.values():
            expect_equal(sorted(each["tag"] for each in host["tags"]), ["site", "vrf"], "tags")


def make_action(api):
    """An operator's, about triggers of our host group."""
    group = api.call("hostgroup.get", {"output": ["groupid"], "filter": {"name": [GROUP]}})[0]["groupid"]
    user = api.call("user.get", {"output": ["userid"]})[0]["userid"]
    return api.call("action.create", {
        "name": "operator's", "eventsource": 0, "filter": {"evaltype": 0, "conditions": [
            {"conditiontype": 0, "operator": 0, "value": group}]},
        "operations": [{"operationtype": 0, "opmessage": {"default_msg": 1, "mediatypeid": "0"},
                        "opmessage_usr": [{"userid": user}]}]})["actionids"][0]


def check_last(setting, alpha):
    api = setting.api
    with setting.case("a host group that an operator's action names stays"):
        api.call("host.delete", [each["hostid"] for each in api.call("host.get", {
            "output": ["hostid"], "tags": [{"tag": "vrf", "value": "", "operator": 0}]})])
        sync(alpha)
        action = make_action(api)
        leave_as_shown(alpha)
        expect(("hostgroup", GROUP) in objects(api), "the group is not there")
    with setting.case("of the only gateway the host group goes, too"):
        api.call("action.delete", [action])
        leave_as_shown(alpha)
        found = objects(setting.api)
        expect_equal({each for each in names(found, "hostgroup") if each.startswith(GROUP)}, set(), "groups")
        expect(not names(found, "template") & set(TEMPLATES), "our template is there")


def cases(setting):
    alpha, beta, other, delta = (Fleet(setting, name, letter) for name, letter in
                                 (("alpha", "a"), ("beta", "b"), ("other", "b"), ("delta", "d")))
    for fleet in (alpha, beta, other, delta):
        write(fleet)
        fleet.gateway.log_path = fleet.directory / "vrfgate.log"
    with setting.case("two gateways are in step", required=True):
        done = alpha.gateway.command("import")
        expect_equal(done.returncode, 0, done.stderr)
        sync(alpha)
        sync(beta)
    check_supervised(setting, alpha)
    check_shown(setting, alpha)
    check_left(setting, alpha)
    check_same_name(setting, other)
    check_foreign(setting, beta)
    check_adopted(setting, delta)
    check_last(setting, alpha)


if __name__ == "__main__":
    sys.exit(run_stack_cases("leave", cases))
