# SPDX-License-Identifier: GPL-2.0-or-later
"""Objects of somebody else's in Zabbix that are in the way: each is told in one line, and the rest is made."""

import relay_cases
import secret_file
from event_log import EventLog
from tap import expect, expect_equal
from waiting import wait_until

ROLE_USER = "User role"
ABSENT = "No such template"


def make_host(api, name):
    group = api.call("hostgroup.get", {"output": ["groupid"], "limit": 1})[0]["groupid"]
    return api.call("host.create", {"host": name, "groups": [{"groupid": group}]})["hostids"][0]


def make_proxy(setting, name, identity):
    kind = {"host": name, "status": "5"} if setting.stack.release.name == "6.0" else {"name": name, "operating_mode": 0}
    return setting.api.call("proxy.create", {**kind, "tls_accept": 2, "tls_psk_identity": identity,
                                             "tls_psk": "0123456789abcdef" * 4})["proxyids"][0]


def expect_lines(done, lines):
    """A sync that failed with exactly these problems, in any order; each a start and a part of a line."""
    found = sorted(done.stderr.splitlines())
    expect_equal(done.returncode, 1, f"exit status of sync ({done.stderr})")
    expect_equal(len(found), len(lines), f"lines of {found}")
    for line, (start, part) in zip(found, sorted(lines)):
        expect(line.startswith(f"vrfgate sync: {start}") and part in line, f"{line!r}, expected {start!r}, {part!r}")


def expect_in_step(setting):
    done = setting.gateway.command("sync")
    expect_equal((done.returncode, done.stderr), (0, ""), "sync")
    again = setting.gateway.command("sync")
    expect(again.stdout.startswith("0 made, 0 changed, 0 deleted"), again.stdout)


def check_taken_host_and_missing_template(setting):
    gateway, first, second = setting.gateway, *setting.world.customers
    relay_cases.everything_of_ours_away(setting)
    foreign = make_host(setting.api, second.host)
    text = setting.world.config.read_text()
    setting.world.config.write_text(text.replace("templates = { ", f'templates = {{ "{ABSENT}", ', 1))
    lines = [(f"host '{second.host}' ", "was not made by this vrfgate"),
             (f"host '{first.host}': ", f"'{ABSENT}' not found")]
    with setting.case("a host name that is taken and a template that is missing are told, and the rest is made"):
        expect_lines(gateway.command("sync"), lines)
        expect(setting.api.host(first.host) is not None, "the host without its template was not made")
        expect_equal(setting.api.host(second.host)["parentTemplates"], [], "templates of the foreign host")
    with setting.case("the status says so beside the state ok, no longer when it is put right; log and events name it"):
        gateway.start()
        try:
            relay_cases.wait_zabbix(gateway, "ok", "(and 1 more)")
            setting.api.call("host.delete", [foreign])
            setting.world.write_config()
            with EventLog(setting.world.config) as log:
                expect_equal(gateway.command("reload").returncode, 0, "reload")
                relay_cases.wait_zabbix(gateway, "ok")
                made = f"+ host '{second.host}'"
                wait_until(lambda: any(each.get("change") == made for each in list(log.events)), 60,
                           f"the event \"{made}\"")
            expect(f"Zabbix: {made}" in gateway.log_path.read_text(), "the log does not name what was made")
        finally:
            gateway.stop()
        expect_in_step(setting)


def check_psk_clash(setting):
    """Zabbix 6.0 makes both proxies, and shows nobody the identities."""
    if setting.stack.release.name == "6.0":
        return
    vrf = setting.world.customers[0].vrf
    proxy = f"{setting.world.label}-{vrf}"
    identity = (setting.world.directory / "state" / "vrfs" / vrf / "psk.identity").read_text().strip()
    relay_cases.everything_of_ours_away(setting)
    foreign = make_proxy(setting, "foreign", identity)
    with setting.case("a PSK identity that another proxy has is told, and the other VRF's objects are made"):
        expect_lines(setting.gateway.command("sync"), [(f"proxy '{proxy}': ", "tls_psk")])
        expect(proxy not in setting.api.proxies(), "the proxy was made")
        expect(setting.api.host(setting.world.customers[1].host) is not None, "the other VRF's host was not made")
    with setting.case("without the other proxy all is made"):
        setting.api.call("proxy.delete", [foreign])
        expect_in_step(setting)


def check_rights(setting, check_fault):
    """Sees nothing of ours, so it would make all of it."""
    password = "Vpn-41-Qx"
    role = setting.api.call("role.get", {"output": ["roleid"], "filter": {"name": ROLE_USER}})[0]["roleid"]
    group = setting.api.call("usergroup.create", {"name": "onlookers"})["usrgrpids"][0]
    setting.api.call("user.create", {"username": "onlooker", "passwd": password, "roleid": role,
                                     "usrgrps": [{"usrgrpid": group}]})
    path = secret_file.write(setting.world.directory / "onlooker.password", password)
    check_fault(setting, "a user without rights", "denied", ['"hostgroup.create"', "role", "Super admin"],
                credentials=f'user = "onlooker"  password_file = "{path}"')


def cases(setting, check_fault):
    check_taken_host_and_missing_template(setting)
    check_psk_clash(setting)
    check_rights(setting, check_fault)
    setting.world.write_config()
