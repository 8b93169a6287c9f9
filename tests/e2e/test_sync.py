#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Zabbix in step with a config of 100 VRFs: how few requests and how little time, drift, prune, rights."""

import json
import re
import subprocess
import sys
import time

import adoption_cases
import header_cases
import host_cases
import key_cases
from fleet import N_VRFS, TEMPLATES, Fleet, last_line, sync_as_shown
from gateway import program
from setting import run_stack_cases
from tap import expect, expect_equal
from zabbix_packages import REPOSITORY

PROVISION_REQUESTS_MAX = 60
CHECK_REQUESTS_MAX = 12
TIME_SHARE_MAX = 0.25
# That the plain client makes before and after: it slows down as the database fills, and what else runs disturbs both.
PLAIN_VRFS = 10
CHANGES = 2
SYNC_SECONDS = 120
HEALTH_TEMPLATE = "Zabbix proxy health"
GROUP = "VRF gateways"


def objects(api):
    """What there is of ours and of others, to be compared."""
    return {kind: api.call(f"{kind}.get", {"output": "extend", "preservekeys": True})
            for kind in ("host", "hostgroup", "template")}, sorted(api.proxies())


class PlainClient:
    """Makes such objects under other names, a request each: what a simple client does."""

    def __init__(self, api, version):
        self.api = api
        self.is_old = version == "6.0"
        self.made = 0
        self.group = api.call("hostgroup.create", {"name": "plain"})["groupids"][0]
        self.templates = [self._template(each) for each in TEMPLATES[version]]
        self.health = [self._template(HEALTH_TEMPLATE)]

    def _template(self, name):
        found = self.api.call("template.get", {"output": ["templateid"], "filter": {"host": [name]}})
        return {"templateid": found[0]["templateid"]}

    def seconds_per_vrf(self, count):
        """Provision so many VRFs more."""
        started = time.monotonic()
        for number in range(self.made, self.made + count):
            self._provision(f"plain-{number:03d}", f"{number:064x}")
        self.made += count
        return (time.monotonic() - started) / count

    def _provision(self, name, key):
        api = self.api
        proxy = {"host": name, "status": "5"} if self.is_old else {"name": name, "operating_mode": "0"}
        proxyid = api.call("proxy.create", {**proxy, "tls_accept": "2", "tls_psk_identity": name,
                                            "tls_psk": key})["proxyids"][0]
        attachment = {"proxy_hostid": proxyid} if self.is_old else {"monitored_by": "1", "proxyid": proxyid}
        common = {"groups": [{"groupid": self.group}], "tags": [{"tag": "vrf", "value": name}], **attachment}
        api.call("host.create", {"host": name, "templates": self.health, **common})
        for device in ("ce1", "ce2"):
            interfaces = [{"type": kind, "main": 1, "useip": 1, "ip": "10.0.0.1", "dns": "", "port": port, **details}
                          for kind, port, details in (
                              (1, "10050", {}),
                              (2, "161", {"details": {"version": 2, "community": "{$SNMP_COMMUNITY}"}}))]
            api.call("host.create", {"host": f"{name}-{device}", "templates": self.templates,
                                     "interfaces": interfaces, **common})


def check_look(setting, fleet):
    with setting.case("sync -n shows what it would make and makes nothing"):
        before = objects(setting.api)
        done, _seconds, _requests = fleet.sync("-n")
        expect_equal((done.returncode, done.stderr), (CHANGES, ""), "sync -n")
        expect("+ proxy 'fleet-v000'" in done.stdout.splitlines(), done.stdout)
        expect_equal(objects(setting.api), before, "objects")


def check_provision(setting, fleet):
    """Returns the seconds that it took."""
    taken = 0
    with setting.case(f"{N_VRFS} VRFs are provisioned with at most {PROVISION_REQUESTS_MAX} requests", required=True):
        done, taken, requests = fleet.sync()
        print(f"# {last_line(done)}: {taken:.1f} s, {requests} requests", flush=True)
        expect_equal((done.returncode, done.stderr[:500]), (0, ""), "sync")
        expect(requests <= PROVISION_REQUESTS_MAX, f"{requests} requests")
    with setting.case("a second sync writes nothing"):
        before = objects(setting.api)
        done, seconds, requests = fleet.sync()
        print(f"# {last_line(done)}: {seconds:.1f} s, {requests} requests", flush=True)
        expect_equal(done.stdout, f"0 made, 0 changed, 0 deleted, {4 * N_VRFS + 2} unchanged, 0 problems\n", "sync")
        expect(requests <= CHECK_REQUESTS_MAX, f"{requests} requests")
        expect_equal(objects(setting.api), before, "objects")
    return taken


def check_speed(setting, plain, seconds, before):
    """seconds: of the fleet; before: of the plain client for each VRF before it."""
    with setting.case(f"that takes at most {TIME_SHARE_MAX} of the time of a client with a request an object"):
        after = plain.seconds_per_vrf(PLAIN_VRFS)
        share = seconds / (N_VRFS * (before + after) / 2)
        print(f"# {seconds:.1f} s beside {N_VRFS * before:.1f} and {N_VRFS * after:.1f} s: {share:.2f}", flush=True)
        expect(share <= TIME_SHARE_MAX, f"{share:.3f} of the time")


def check_objects(setting):
    api = setting.api
    with setting.case("the gateway's host is the server's own, a proxy's host is its proxy's, with the stock template"):
        proxies = api.proxies()
        own, of_proxy, device = (api.host(each) for each in ("fleet", "fleet-v000", "v000-ce1"))
        expect_equal(api.proxyid(own), "0", "proxy of the gateway's host")
        expect_equal([each["host"] for each in own["parentTemplates"]], ["VRF gateway by vrfgate"], "templates")
        for host in (of_proxy, device):
            expect_equal(api.proxyid(host), proxies["fleet-v000"]["proxyid"], f"proxy of {host['host']}")
        expect_equal([each["host"] for each in of_proxy["parentTemplates"]], [HEALTH_TEMPLATE], "templates")
    with setting.case("each host of a VRF has the tag vrf with its name"):
        hosts = api.call("host.get", {"output": ["host"], "selectTags": "extend",
                                      "tags": [{"tag": "vrf", "value": "v042", "operator": 1}]})
        expect_equal(sorted(each["host"] for each in hosts), ["fleet-v042", "v042-ce1", "v042-ce2"], "hosts")


def by_hand(api, kind, name, fields):
    """Change one object as somebody would in the frontend."""
    object_id = {"proxy": "proxyid", "host": "hostid"}[kind]
    there = api.proxies()[name] if kind == "proxy" else api.host(name)
    api.call(f"{kind}.update", {object_id: there[object_id], **fields})


def check_drift(setting, fleet):
    api = setting.api
    is_old = setting.stack.release.name == "6.0"
    name_field, off = ("host", {"proxy_hostid": "0"}) if is_old else ("name", {"monitored_by": "0"})
    changes = (("a proxy renamed", "proxy", "fleet-v001", {name_field: "renamed"},
                f'{name_field}: "renamed" -> "fleet-v001"'),
               ("a proxy that takes anything unencrypted", "proxy", "fleet-v002", {"tls_accept": "1"},
                'tls_accept: "1" -> "2"'),
               ("a host taken off its proxy", "host", "v003-ce1", off, 'none -> "fleet-v003"'),
               ("a host without its tags vrf", "host", "v004-ce1", {"tags": [{"tag": "vrfgate", "value": "fleet"}]},
                'tags: none -> {"tag":"vrf","value":"v004"}'))
    for text, kind, name, fields, told in changes:
        with setting.case(f"{text} by hand is put back, and nothing else is written"):
            by_hand(api, kind, name, fields)
            done, _seconds, _requests = fleet.sync()
            expect_equal(last_line(done), f"0 made, 1 changed, 0 deleted, {4 * N_VRFS + 1} unchanged, 0 problems",
                         "sync")
            expect(f"~ {kind} '{name}': " in done.stdout and told in done.stdout, done.stdout)
    with setting.case("what is not ours is left: a visible name, a description, a tag, a macro"):
        by_hand(api, "host", "v005-ce1", {
            "name": "By hand", "description": "by hand",
            "tags": [{"tag": "vrfgate", "value": "fleet"}, {"tag": "vrf", "value": "v005"},
                     {"tag": "vrfgate.id", "value": gateway_id(fleet)}, {"tag": "mine", "value": "x"}]})
        api.call("usermacro.create", {"hostid": api.host("v005-ce1")["hostid"], "macro": "{$MINE}", "value": "1"})
        done, _seconds, _requests = fleet.sync()
        expect_equal(last_line(done), f"0 made, 0 changed, 0 deleted, {4 * N_VRFS + 2} unchanged, 0 problems", "sync")


def check_host_keys(setting, fleet):
    """Interfaces, macros and tags of the config, changed in the config and then by hand."""
    keys = ('macros = { "{$X}=1" }  tags = { "site=berlin" }  jmx { port = 9010 }  ipmi { user = "root" } '
            'snmp { version = 3  user = "monitor" }')
    fleet.write(host=keys)
    with setting.case("SNMP v3, JMX, IPMI, macros and tags of the config get into Zabbix"):
        done, _seconds, _requests = fleet.sync()
        expect_equal((done.returncode, done.stderr), (0, ""), "sync")
        host = setting.api.call("host.get", {"output": ["ipmi_username"], "filter": {"host": "v000-ce1"},
                                             "selectInterfaces": "extend", "selectMacros": "extend",
                                             "selectTags": "extend"})[0]
        interfaces = {each["type"]: each for each in host["interfaces"]}
        expect_equal({kind: each["port"] for kind, each in interfaces.items()},
                     {"1": "10050", "2": "161", "3": "623", "4": "9010"}, "ports")
        expect_equal(interfaces["2"]["details"]["authpassphrase"], "{$SNMP_AUTH}", "passphrase")
        expect_equal(host["ipmi_username"], "root", "IPMI user")
        expect({"site": "berlin"}.items() <= {each["tag"]: each["value"] for each in host["tags"]}.items(), host)
        expect_equal({each["macro"]: each["value"] for each in host["macros"]}.get("{$X}"), "1", "macro")
    with setting.case("and a further sync writes nothing"):
        done, _seconds, _requests = fleet.sync()
        expect(last_line(done).startswith("0 made, 0 changed, 0 deleted"), last_line(done))


def check_proxy_group(setting, fleet):
    fleet.write(proxy='group = "pair"')
    if setting.stack.release.name == "6.0":
        with setting.case("a proxy group is refused by name where Zabbix has none"):
            done, _seconds, _requests = fleet.sync()
            expect("proxy group 'pair': proxy groups need Zabbix 7.0" in done.stderr, done.stderr)
            expect_equal(done.returncode, 1, "exit status")
        return
    with setting.case("a proxy is in its group, and so are its VRF's hosts; its own host is not"):
        done, _seconds, _requests = fleet.sync()
        expect_equal((done.returncode, done.stderr), (0, ""), "sync")
        group = setting.api.call("proxygroup.get", {"output": "extend"})[0]["proxy_groupid"]
        proxy = setting.api.proxies()["fleet-v000"]
        expect_equal((proxy["proxy_groupid"], proxy["local_address"]), (group, "10.0.0.2"), "proxy")
        expect_equal(setting.api.host("v000-ce1")["proxy_groupid"], group, "group of the host")
        expect_equal(setting.api.host("fleet-v000")["proxyid"], proxy["proxyid"], "proxy of the proxy's host")
    with setting.case("out of the group, all are back where they were, and then nothing is written"):
        fleet.write()
        done, _seconds, _requests = fleet.sync()
        expect_equal((done.returncode, done.stderr), (0, ""), "sync")
        expect_equal(setting.api.host("v000-ce1")["proxyid"], setting.api.proxies()["fleet-v000"]["proxyid"], "proxy")
        done, _seconds, _requests = fleet.sync()
        expect(last_line(done).startswith("0 made, 0 changed, 0 deleted"), last_line(done))


def check_two_at_once(setting):
    with setting.case("of two syncs at once the second finds all that the first has made"):
        fleet = Fleet(setting, "twice", "t")
        fleet.write(20)
        running = [subprocess.Popen([program(), "sync", "-c", fleet.config], stdout=subprocess.PIPE, text=True)
                   for _ in range(2)]
        said = [each.communicate(timeout=SYNC_SECONDS)[0] for each in running]
        expect_equal([each.returncode for each in running], [0, 0], f"exit statuses: {said}")
        made = sorted(each.splitlines()[-1].partition(" made")[0] for each in said)
        expect_equal(made, ["0", "81"], "objects made")  # the group is there
        names = [each["host"] for each in setting.api.call("host.get", {"output": ["host"]})]
        expect_equal(sorted(names), sorted(set(names)), "hosts")


def check_same_name(setting, fleet):
    """A second gateway of that name with an id of its own: a machine that was copied, with another name to come."""
    fleet.write()
    twin = Fleet(setting, "twin")
    twin.name = fleet.name
    twin.write(5, prune="true")
    first_id, told = gateway_id(fleet)[:8], f"belongs to another gateway named '{fleet.name}' (id "
    with setting.case("a second gateway of one name touches nothing of the first, even with prune, and is told"):
        before = objects(setting.api)
        done, _seconds, _requests = twin.sync()
        expect_equal(done.returncode, 1, "exit status")
        expect(last_line(done).startswith("0 made, 0 changed, 0 deleted"), last_line(done))
        for vrf in ("v000", "v004"):
            expect(f"vrf '{vrf}' is on gateway '{fleet.name}' (id {first_id}): " in done.stderr, done.stderr)
        expect(f"host '{fleet.name}' {told}{first_id})" in done.stderr, done.stderr)
        expect_equal(objects(setting.api), before, "objects")
    with setting.case("where Zabbix has objects of both, both are told"):
        twin.letter = "w"
        twin.write(1)
        done, _seconds, _requests = twin.sync()
        expect(f"host '{fleet.name}' {told}{first_id})" in done.stderr, done.stderr)
        expect(f"another gateway named '{fleet.name}' (id {first_id}) has " in done.stderr, done.stderr)
        done, _seconds, _requests = fleet.sync()
        expect_equal(done.returncode, 1, "exit status")
        expect(f"another gateway named '{fleet.name}' (id {gateway_id(twin)[:8]}) has " in done.stderr, done.stderr)
        expect(last_line(done).startswith("0 made, 0 changed, 0 deleted"), last_line(done))
    with setting.case("under a name of its own the second is a gateway as any other"):
        remove(setting, "fleet-w000", "w000-ce1", "w000-ce2")
        twin.name = "twin"
        twin.write(1)
        done, _seconds, _requests = twin.sync()
        expect_equal((done.returncode, done.stderr), (0, ""), "sync of the second")
        done, _seconds, _requests = fleet.sync()
        expect_equal((done.returncode, done.stderr), (0, ""), "sync of the first")
        remove(setting, "twin-w000", "w000-ce1", "w000-ce2", "twin")


def gateway_id(fleet):
    return json.loads((fleet.directory / "state" / "gateway.json").read_text())["id"]


def remove(setting, proxy, *hosts):
    """A proxy, its host and others, as somebody would in the frontend."""
    api = setting.api
    api.call("host.delete", [api.host(name)["hostid"] for name in (proxy, *hosts)])
    api.call("proxy.delete", [api.proxies()[proxy]["proxyid"]])


def check_old_marks(setting, fleet):
    """What an earlier version has made bears the name and no id."""
    api, proxy = setting.api, setting.api.proxies()["fleet-v007"]
    with setting.case("what an earlier version has marked is taken over by a sync, once"):
        identifier = f" id {gateway_id(fleet)}]"
        expect(identifier in proxy["description"], proxy["description"])
        api.call("proxy.update", {"proxyid": proxy["proxyid"],
                                  "description": proxy["description"].replace(identifier, "]")})
        by_hand(api, "host", "v007-ce1", {"tags": [{"tag": "vrfgate", "value": "fleet"}, {"tag": "vrf", "value": "v007"}]})
        done, _seconds, _requests = fleet.sync()
        expect_equal(last_line(done), f"0 made, 2 changed, 0 deleted, {4 * N_VRFS} unchanged, 0 problems", "sync")
        expect_equal(api.proxies()["fleet-v007"]["description"], proxy["description"], "description")


def check_prune(setting, fleet):
    gone = 10
    fleet.write(N_VRFS - gone)
    with setting.case("VRFs gone from the config stay in Zabbix without prune"):
        done, _seconds, _requests = fleet.sync()
        expect_equal(last_line(done), f"0 made, 0 changed, 0 deleted, {4 * (N_VRFS - gone) + 2} unchanged, 0 problems",
                     "sync")
    fleet.write(N_VRFS - gone, prune="true")
    with setting.case("with prune their proxies and hosts are deleted, and nothing of anybody else's"):
        others = {name for name in setting.api.proxies() if not name.startswith("fleet-")}
        done, _seconds, _requests = fleet.sync()
        expect(last_line(done).startswith(f"0 made, 0 changed, {4 * gone} deleted"), done.stdout + done.stderr)
        expect_equal({name for name in setting.api.proxies() if not name.startswith("fleet-")}, others, "others")
        expect("fleet-v099" not in setting.api.proxies(), "a proxy is still there")
        expect(setting.api.host("v099-ce1") is None, "a host is still there")
    left, slip = N_VRFS - gone, N_VRFS // 2
    fleet.write(slip, prune="true")
    with setting.case("of VRFs that went by a slip of the config, prune deletes nothing until that is meant"):
        done, _seconds, _requests = fleet.sync()
        expect_equal(last_line(done), f"0 made, 0 changed, 0 deleted, {4 * slip + 2} unchanged, 1 problems", "sync")
        expect("zabbix.prune keeps the objects of VRFs that went from the config without 'vrfgate reload --remove': "
               in done.stderr and f"and {left - slip - 10} more" in done.stderr, done.stderr)
        expect_equal(last_line(fleet.sync("-n", "--remove")[0]),
                     f"0 to make, 0 to change, {4 * (left - slip)} to delete, {4 * slip + 2} unchanged, 0 problems", "sync -n")
        # A gateway whose state_dir is another one knows of nobody that it went on purpose.
        (fleet.directory / "state" / "removed.json").unlink()
        expect(last_line(fleet.sync()[0]).startswith("0 made, 0 changed, 0 deleted"), "what a lost file deletes")
    fleet.write(left - 2, prune="true")
    with setting.case("what one slip may take is deleted, and with --remove the rest"):
        expect(last_line(fleet.sync()[0]).startswith("0 made, 0 changed, 8 deleted"), "two VRFs")
        fleet.write(left - 25, prune="true")
        expect(last_line(fleet.sync("--remove")[0]).startswith("0 made, 0 changed, 92 deleted"), "23 VRFs")


def check_rights(setting, fleet):
    """A user of the role Admin may make hosts, but no proxies."""
    password = "Vpn-41-Qx"
    roles = setting.api.call("role.get", {"output": ["roleid"], "filter": {"name": "Admin role"}})
    groups = setting.api.call("usergroup.create", {"name": "monitors"})["usrgrpids"]
    setting.api.call("user.create", {"username": "monitor", "passwd": password, "roleid": roles[0]["roleid"],
                                     "usrgrps": [{"usrgrpid": groups[0]}]})
    fleet.log_in_as("monitor", password)
    fleet.write(1)
    with setting.case("a user without the right to make proxies is told so in one line that names the call"):
        done, _seconds, _requests = fleet.sync()
        expect_equal(done.returncode, 1, "exit status")
        expect_equal(len(done.stderr.splitlines()), 1, f"lines of {done.stderr!r}")
        expect(any(word in done.stderr for word in ("proxy.create", "hostgroup.create", "configuration.import")),
               done.stderr)
        expect("Super admin" in done.stderr, done.stderr)
        shown, _seconds, _requests = fleet.sync("-n")
        expect_equal((shown.returncode, shown.stderr), (done.returncode, done.stderr), "sync -n")


def documented_methods(release):
    """Those that vrfgate.conf(5) says a role needs for a config without discovery and groups."""
    manual = (REPOSITORY / "docs" / "vrfgate.conf.5").read_text()
    listed = manual.partition("begin of methods")[2].partition("end of methods")[0]
    return re.findall(r"[a-z]+\.[a-z]+", listed) + (["history.push"] if release != "6.0" else [])


def check_methods(setting):
    password, methods = "Vpn-41-Qx", documented_methods(setting.stack.release.name)
    role = setting.api.call("role.create", {"name": "gateways", "type": 3, "rules": {
        "api.access": 1, "api.mode": 1, "api": methods}})["roleids"][0]
    group = setting.api.call("usergroup.create", {"name": "gateways"})["usrgrpids"][0]
    setting.api.call("user.create", {"username": "gateway", "passwd": password, "roleid": role,
                                     "usrgrps": [{"usrgrpid": group}]})
    fleet = Fleet(setting, "listed", "l")
    fleet.log_in_as("gateway", password)
    fleet.write(2)
    with setting.case("a role with the methods of the manual can all that sync does"):
        for host in ("", 'macros = { "{$X}=1" }  jmx { }', 'macros = { "{$X}=2" }  jmx { port = 9010 }'):
            fleet.write(2, host=host)
            done = sync_as_shown(fleet)
            expect_equal((done.returncode, done.stderr), (0, ""), "sync")
    with setting.case("sync -n says which method a role lacks, as sync does"):
        lacking = [each for each in methods if each != "usermacro.update"]
        setting.api.call("role.update", {"roleid": role, "rules": {"api.access": 1, "api.mode": 1, "api": lacking}})
        fleet.write(2, host='macros = { "{$X}=3" }  jmx { port = 9010 }')
        shown, _seconds, _requests = fleet.sync("-n")
        done, _seconds, _requests = fleet.sync()
        expect('No permissions to call "usermacro.update"' in done.stderr, done.stderr)
        expect_equal((shown.returncode, shown.stderr), (done.returncode, done.stderr), "sync -n")


def cases(setting):
    # Nothing here needs it, and as it reads all items each second, it would be measured too.
    setting.stack.server.end()
    fleet = Fleet(setting)
    fleet.write()
    check_look(setting, fleet)
    plain = PlainClient(setting.api, setting.stack.release.name)
    before = plain.seconds_per_vrf(PLAIN_VRFS)
    taken = check_provision(setting, fleet)
    check_speed(setting, plain, taken, before)
    check_objects(setting)
    check_drift(setting, fleet)
    check_host_keys(setting, fleet)
    check_proxy_group(setting, fleet)
    check_two_at_once(setting)
    check_same_name(setting, fleet)
    check_old_marks(setting, fleet)
    check_prune(setting, fleet)
    host_cases.cases(setting)
    key_cases.cases(setting)
    adoption_cases.cases(setting)
    header_cases.cases(setting)
    check_methods(setting)
    check_rights(setting, fleet)


if __name__ == "__main__":
    sys.exit(run_stack_cases("sync", cases))
