#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The main job, end to end: two VRFs with the same addresses, monitored side by side by a real Zabbix."""

import contextlib
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import time

import attack_cases
import edge_cases
import name_cases
import observation
import proxy_shell
import status_schema
import zabbix_packages
from gateway import DEGRADED, DOWN, HEALTHY, NO_SUCH_VRF, NO_SUPERVISOR, program
from processes import ProcessFailed
from setting import run_cases
from tap import expect, expect_equal
from waiting import wait_until
from world import DEVICE_ADDRESS, GATEWAY_ADDRESS, PREFIX_LENGTH, ip, link_names, netns_exists, netns_pids, netns_remove

HEALTHY_SECONDS = 60
VALUES_SECONDS = 90
MEASURED_SECONDS = 40
MEGABYTE = 1024 * 1024
CONFIG_LINES_MAX = 40
LOG_LINES = 5
STRANGE_VERSIONS = {"6.0": "7.0.22", "7.0": "7.4.1"}  # a proxy that the server of that version does not take

BROKEN_VRF = """\
vrf {name} {{
    interface cust0 {{
        kind = macvlan  parent = "{parent}"
        address = {{ "10.0.0.2/30" }}
    }}
}}
"""


REFUSED_OPTION = "StartPollers=2000"
REFUSED_VRF = """\
vrf {name} {{
    proxy {{ options = {{ "{option}" }} }}
}}
"""

PROXY_VRF = """\
vrf {name} {{
    proxy {{ binary = "{binary}" }}
}}
"""


def strange_binary(directory, version):
    """Says that it is a proxy of that version of Zabbix."""
    path = directory / "strange_proxy"
    path.write_text(f"#!/bin/sh\necho 'zabbix_proxy (Zabbix) {version}'\n")
    path.chmod(0o755)
    return path


def process_exists(pid):
    return pathlib.Path("/proc", str(pid)).exists()


def objects_in_zabbix(api):
    """The ids of all hosts and proxies, by name."""
    hosts = {each["host"]: each["hostid"] for each in api.call("host.get", {"output": ["host"]})}
    return hosts, {name: each["proxyid"] for name, each in api.proxies().items()}


def check_before_start(setting):
    with setting.case("status exits 3 where no supervisor runs"):
        expect_equal(setting.gateway.status_code(), NO_SUPERVISOR, "exit status")
    with setting.case("check finds no fault in a config of less than 40 lines"):
        lines = len(setting.world.config.read_text().splitlines())
        expect(lines < CONFIG_LINES_MAX, f"the config has {lines} lines")
        done = setting.gateway.command("check")
        expect_equal((done.returncode, done.stderr), (0, ""), "check")


def check_start(setting):
    gateway = setting.gateway
    codes = []

    def is_healthy():
        codes.append(gateway.status_code())
        return codes[-1] == HEALTHY

    with setting.case("run makes every VRF healthy, status exits 0", required=True):
        gateway.process.wait_ready(is_healthy, HEALTHY_SECONDS)
    with setting.case("status exits 1 while VRFs start"):
        expect(DEGRADED in codes, f"exit statuses seen: {sorted(set(codes))}")


def measured_proxies(gateway):
    """The proxies of the status document once memory and backlog of all of them are known."""
    proxies = [vrf["proxy"] for vrf in gateway.status()["vrfs"]]
    return proxies if all(each["rss_bytes"] and each["backlog"] is not None for each in proxies) else None


def check_status(setting):
    gateway, customers = setting.gateway, setting.world.customers
    with setting.case("status -j is the document of the design, key for key"):
        faults = status_schema.differences(gateway.status())
        expect(not faults, "\n".join(faults))
    with setting.case("status names both VRFs and fits 100 columns"):
        table = gateway.command("status").stdout
        expect(all(each.vrf in table for each in customers), table)
        expect(max(map(len, table.splitlines())) <= 100, table)
    with setting.case("status of one VRF exits 0, of an unknown one 4"):
        expect_equal(gateway.status_code(customers[0].vrf), HEALTHY, "exit status")
        expect_equal(gateway.status_code("no-such-vrf"), NO_SUCH_VRF, "exit status")
    with setting.case("memory and backlog of every proxy are told"):
        proxies = wait_until(lambda: measured_proxies(gateway), MEASURED_SECONDS, "memory and backlog")
        expect(all(each["rss_bytes"] > MEGABYTE and each["backlog"] >= 0 for each in proxies), str(proxies))
    with setting.case("diag finds no step that failed"):
        for customer in customers:
            done = gateway.command("diag", customer.vrf)
            expect_equal((done.returncode, done.stderr), (0, ""), done.stdout)
    with setting.case("both VRFs have the same addresses"):
        addresses = [[iface["addresses"] for iface in vrf["interfaces"]] for vrf in gateway.status()["vrfs"]]
        expect_equal(addresses, [[[f"{GATEWAY_ADDRESS}/{PREFIX_LENGTH}"]]] * 2, "addresses")
    with setting.case("plan finds nothing to change"):
        done = gateway.command("plan")
        expect_equal((done.returncode, done.stdout), (0, ""), "plan")


def check_zabbix_objects(setting):
    customers = setting.world.customers
    with setting.case("both hosts have the same address and the proxy of their own VRF"):
        setting.gateway.wait_in_step(HEALTHY_SECONDS)
        proxies = setting.api.proxies()
        for customer in customers:
            host = setting.api.host(customer.host)
            expect(host, f"no host '{customer.host}'")
            expect_equal({each["ip"] for each in host["interfaces"]}, {DEVICE_ADDRESS}, customer.host)
            proxy = setting.gateway.vrf(customer.vrf)["proxy"]["name"]
            expect(proxy in proxies, f"no proxy '{proxy}'")
            expect_equal(setting.api.proxyid(host), proxies[proxy]["proxyid"], f"proxy of {customer.host}")
    with setting.case("the server has seen both proxies"):
        def all_seen():
            now = time.time()
            proxies = setting.api.proxies()
            return all(now - int(proxies[f"{setting.world.label}-{each.vrf}"]["lastaccess"]) < 60 for each in customers)

        wait_until(all_seen, HEALTHY_SECONDS, "recent lastaccess of both proxies")


def expect_own_values(setting, customer):
    expect_equal(observation.read_values(setting.api, customer), observation.expected_values(customer), customer.host)


def newest_value_is_told(setting, customer):
    checks = {each["name"]: each for each in setting.gateway.vrf(customer.vrf)["checks"]}
    return "values" in checks and checks["values"]["ok"] and checks["values"]["detail"].startswith("last value ")


def check_values(setting):
    customers = setting.world.customers
    with setting.case("values arrive from both devices"):
        observation.wait_values(setting.api, customers, VALUES_SECONDS)
    for customer in customers:
        with setting.case(f"{customer.host} has the values of {customer.device}, ping, SNMP and agent"):
            expect_own_values(setting, customer)
    with setting.case("the status says how old the newest value is that the server has of each proxy"):
        wait_until(lambda: all(newest_value_is_told(setting, each) for each in customers), VALUES_SECONDS, "the checks")


def check_commands(setting):
    gateway = setting.gateway
    for customer in setting.world.customers:
        with setting.case(f"exec {customer.vrf} reaches {customer.device}"):
            done = gateway.command("exec", customer.vrf, "--", *setting.world.ask_sysname())
            expect_equal((done.returncode, done.stdout.strip().strip('"')), (0, customer.device), "exec")
    vrf = setting.world.customers[0].vrf
    with setting.case("exec gives the command's exit status"):
        expect_equal(gateway.command("exec", vrf, "--", "sh", "-c", "exit 7").returncode, 7, "exit status")
    check_runtime_control(setting)
    with setting.case(f"logs -n {LOG_LINES} prints the last lines of the proxy's log"):
        done = gateway.command("logs", vrf, "-n", str(LOG_LINES))
        expect_equal((done.returncode, len(done.stdout.splitlines())), (0, LOG_LINES), "exit status and lines")


def check_runtime_control(setting):
    gateway = setting.gateway
    first, second = (each.vrf for each in setting.world.customers)
    binary = str(setting.stack.proxy_binary)

    def conf(vrf):
        return str(setting.world.directory / "run" / "vrfs" / vrf / "zabbix_proxy.conf")

    def log(vrf):
        return (setting.world.directory / "log" / vrf / "zabbix_proxy.log").read_text(errors="replace")

    def control(order, seen_of=first):
        return gateway.command("exec", first, "--", binary, "-c", conf(seen_of), "-R", order)

    with setting.case("through exec a proxy's own binary tells it to read its config and to log more"):
        said = ("forced reloading of the configuration cache", "log level has been increased to 4")
        for order in ("config_cache_reload", "log_level_increase", "log_level_decrease"):
            done = control(order)
            expect("forwarded successfully" in done.stdout and done.returncode == 0, f"{order}: {done}")
        done = control("diaginfo=historycache")
        expect("history cache diagnostic information" in done.stdout and done.returncode == 0, f"diaginfo: {done}")
        wait_until(lambda: all(each in log(first) for each in said), HEALTHY_SECONDS, "its log")
        expect(not any(each in log(second) for each in said), "the other VRF's proxy was told too")
    with setting.case("exec in one VRF reaches no proxy of another, nor does its proxy"):
        done = control("config_cache_reload", second)
        expect(done.returncode != 0, f"{done}")
        own = gateway.vrf(first)["proxy"]["pid"]
        out = proxy_shell.run(own, os.stat(f"/proc/{own}").st_uid, f"{binary} -c {conf(second)} -R config_cache_reload")
        expect("forwarded successfully" not in out, out)


def check_import(setting):
    def templates():
        return {each["host"] for each in setting.api.call("template.get", {"output": ["host"]})}

    before = templates()
    with setting.case("import brings the bundled templates into Zabbix"):
        done = setting.gateway.command("import")
        expect_equal(done.returncode, 0, done.stderr)
        expect(templates() > before, "no template is new")
    with setting.case("a second import changes nothing"):
        first = templates()
        done = setting.gateway.command("import")
        expect_equal((done.returncode, done.stdout.splitlines()[-1]),
                     (0, "0 imported, 2 unchanged, 0 failed; objects: 0 created, 0 changed, 0 deleted, 0 renamed"),
                     "import")
        expect_equal(templates(), first, "templates")
    check_import_difference(setting)
    check_bad_import(setting)


def check_import_difference(setting):
    """What somebody has changed in a bundled template is shown with both values, and put back."""
    api, template = setting.api, "VRF customer edge by SNMP"
    found = api.call("template.get", {"output": ["templateid"], "filter": {"host": [template]}})
    item = api.call("item.get", {"output": ["itemid"], "templated": True, "filter": {"key_": "icmpping"},
                                 "hostids": found[0]["templateid"]})
    api.call("item.update", {"itemid": item[0]["itemid"], "history": "3d"})
    with setting.case("import -n shows old and new value of what would change, and where it is"):
        lines = [each.strip() for each in setting.gateway.command("import", "-n").stdout.splitlines()]
        expect(f"~ item 'ICMP ping' in template '{template}'" in lines and 'history: "3d" -> "1w"' in lines, lines)
        expect_equal(lines[-1], "1 would change, 1 unchanged, 0 failed; "
                     "objects: 0 created, 1 changed, 0 deleted, 0 renamed", "summary")
    with setting.case("import puts it back"):
        done = setting.gateway.command("import")
        expect_equal((done.returncode, done.stdout.splitlines()[-1]),
                     (0, "1 imported, 1 unchanged, 0 failed; objects: 0 created, 1 changed, 0 deleted, 0 renamed"),
                     "import")


def check_bad_import(setting):
    """One file of three that Zabbix refuses, and one that is no YAML."""
    directory = setting.world.directory / "exports"
    directory.mkdir()
    text = (zabbix_packages.REPOSITORY / "templates" / "6.0" / "vrf-customer-edge.yaml").read_text()
    (directory / "a-broken.yaml").write_text("zabbix_export: [ templates\n")
    (directory / "b-strange.yaml").write_text(text.replace("type: SIMPLE", "frobnicate: SIMPLE", 1))
    (directory / "c-good.yaml").write_text(text)
    with setting.case("a bad file is named with the place in it, the others are imported, the exit status is 1"):
        done = setting.gateway.command("import", str(directory))
        expect_equal(done.returncode, 1, "exit status")
        broken, strange = done.stderr.splitlines()
        expect(broken.startswith(f"vrfgate import: {directory}/a-broken.yaml: "), broken)
        expect(strange.startswith(f"vrfgate import: {directory}/b-strange.yaml: ")
               and '"/zabbix_export/templates/template(1)/items/item(1)": unexpected tag "frobnicate"' in strange,
               strange)
        expect_equal(done.stdout.splitlines(), [f"{directory}/c-good.yaml: unchanged",
                                                "0 imported, 1 unchanged, 2 failed; "
                                                "objects: 0 created, 0 changed, 0 deleted, 0 renamed"], "output")
    with setting.case("on a terminal import shows which file is at work"):
        shown = on_terminal([program(), "import", "-c", setting.world.config, str(directory)])
        expect(f"[3/3] {directory}/c-good.yaml\r\033[K" in shown, shown)


def on_terminal(command):
    """What a command writes to a terminal as its stderr."""
    terminal, end = pty.openpty()
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=end, timeout=60,
                       check=False)
        return os.read(terminal, 65536).decode()
    finally:
        os.close(terminal)
        os.close(end)


def check_killed_proxy(setting):
    gateway, customer = setting.gateway, setting.world.customers[0]
    other = setting.world.customers[1]
    before, untouched = gateway.vrf(customer.vrf)["proxy"], gateway.vrf(other.vrf)["proxy"]["pid"]
    with setting.case("a killed proxy makes status exit 1 or 2"):
        os.kill(before["pid"], signal.SIGKILL)
        wait_until(lambda: gateway.status_code() in (DEGRADED, DOWN), 5, "status tells the loss")
    with setting.case("a killed proxy is replaced by one new one, the other VRF's is not touched"):
        gateway.wait_healthy(HEALTHY_SECONDS)
        after = gateway.vrf(customer.vrf)["proxy"]
        expect(after["pid"] != before["pid"], "the same pid")
        expect_equal(after["restarts"], before["restarts"] + 1, "restarts")
        expect_equal(gateway.vrf(other.vrf)["proxy"]["pid"], untouched, f"pid of {other.vrf}")
    with setting.case("values go on after the restart"):
        observation.wait_values(setting.api, [customer], VALUES_SECONDS, since=int(time.time()))
        expect_own_values(setting, customer)


def check_killed_supervisor(setting):
    gateway = setting.gateway
    lives = gateway.proxy_lives()
    with setting.case("a killed supervisor leaves its proxies alone"):
        os.kill(gateway.process.pid, signal.SIGKILL)
        wait_until(lambda: gateway.status_code() == NO_SUPERVISOR, 5, "status tells that no supervisor runs")
        expect(all(process_exists(pid) for pid, *_rest in lives.values()), "a proxy has gone")
    with setting.case("the next supervisor takes them over and starts none"):
        gateway.stop()
        gateway.start()
        gateway.wait_healthy(HEALTHY_SECONDS)
        expect_equal(gateway.proxy_lives(), lives, "pids, restarts and last exits")


def check_reload(setting):
    """Bravo becomes a passive proxy, and a third VRF comes with a proxy of another major version."""
    world, gateway = setting.world, setting.gateway
    untouched, changed = (each.vrf for each in world.customers)
    pids = {name: gateway.vrf(name)["proxy"]["pid"] for name in (untouched, changed)}
    strange, own_version = f"{world.label}-strange", setting.stack.release.name
    binary = strange_binary(world.directory, STRANGE_VERSIONS[own_version])
    world.write_config(extra=PROXY_VRF.format(name=strange, binary=binary))
    text = world.config.read_text()
    world.config.write_text(text.replace(f"vrf {changed} {{", f"vrf {changed} {{\n    proxy {{ mode = passive }}"))
    with setting.case("reload restarts the proxy whose config differs, and no other"):
        done = gateway.command("reload")
        # Of the VRF that cannot be started.
        expect_equal((done.returncode, f"vrf '{strange}': failed: " in done.stderr), (1, True), f"reload: {done.stderr!r}")
        # What cases before this one had added to the other VRF goes, too, or has gone already.
        said = [line for line in done.stdout.splitlines() if line != f"changed: {untouched}"]
        expect_equal(said[:2], [f"added: {strange}", f"restarted: {changed}"], "what it says")
        wait_until(lambda: gateway.status_code(untouched, changed) == HEALTHY
                   and gateway.vrf(changed)["proxy"]["pid"] not in (None, pids[changed]), HEALTHY_SECONDS, "reloaded")
        expect_equal(gateway.vrf(untouched)["proxy"]["pid"], pids[untouched], f"pid of {untouched}")
        expect_equal(gateway.vrf(changed)["proxy"]["mode"], "passive", "mode")
    with setting.case("values arrive through the passive proxy"):
        observation.wait_values(setting.api, [world.customers[1]], VALUES_SECONDS, since=int(time.time()))
        expect_own_values(setting, world.customers[1])
    with setting.case("a proxy of another major version is refused, both versions named"):
        vrf = gateway.vrf(strange)
        expect_equal(vrf["state"], "failed", "state")
        versions = (f"Zabbix {STRANGE_VERSIONS[own_version]}", f"{own_version}.")
        expect(all(each in vrf["reason"] for each in versions), vrf["reason"])
    with setting.case("a reload of a faulty config changes nothing and names the line"):
        text = world.config.read_text()
        world.config.write_text(text + "vrf x { colour = red }\n")
        done = gateway.command("reload")
        expect_equal(done.returncode, 78, "exit status")
        expect("unknown key 'colour'" in done.stderr, done.stderr)
        expect_equal(len(gateway.status()["vrfs"]), 3, "VRFs")
    world.write_config()
    with setting.case("reload takes down what has gone from the config"):
        expect_equal(gateway.command("reload").returncode, 0, "exit status")
        wait_until(lambda: not netns_exists(strange), 10, f"namespace {strange} is gone")
        gateway.wait_healthy(HEALTHY_SECONDS)


def check_lost_namespace(setting):
    gateway, customer = setting.gateway, setting.world.customers[0]
    before = gateway.vrf(customer.vrf)["proxy"]["pid"]
    with setting.case("a namespace deleted behind our back is made again, with a new proxy in it"):
        # The proxy's end has the supervisor look: where it does between ip's umount and its unlink, it makes the
        # namespace anew, and ip finds its name in use. Deleted it was all the same.
        with contextlib.suppress(ProcessFailed):
            netns_remove(customer.vrf)
        wait_until(lambda: netns_exists(customer.vrf) and gateway.status_code(customer.vrf) == HEALTHY
                   and gateway.vrf(customer.vrf)["proxy"]["pid"] != before, HEALTHY_SECONDS, "healthy again")
        expect(not process_exists(before), "the old proxy lives")


def check_stop(setting, links_before):
    gateway, customers = setting.gateway, setting.world.customers
    pids = [each["proxy"]["pid"] for each in gateway.status()["vrfs"]]
    with setting.case("SIGTERM ends run with 0 and leaves no process"):
        expect_equal(gateway.stop(), 0, "exit status")
        expect(not any(map(process_exists, pids)), "a proxy is still there")
        expect_equal([pid for each in customers for pid in netns_pids(each.vrf)], [], "processes in the namespaces")
        expect_equal(gateway.status_code(), NO_SUPERVISOR, "status")
    with setting.case("down removes the namespaces and every link that was made"):
        done = gateway.command("down")
        expect_equal(done.returncode, 0, done.stderr)
        expect_equal([each.vrf for each in customers if netns_exists(each.vrf)], [], "namespaces")
        expect_equal(link_names(), links_before, "links")


def check_second_run(setting, objects_before):
    with setting.case("a second run makes no second host and no second proxy"):
        setting.gateway.start()
        setting.gateway.wait_healthy(HEALTHY_SECONDS)
        expect_equal(objects_in_zabbix(setting.api), objects_before, "hosts and proxies")


def shows_refusal(text):
    """What zabbix_proxy says of a value out of its range, to its end."""
    return re.search(r'wrong value of "StartPollers" in config file "[^"]*", line \d+', text) is not None


def check_broken_neighbours(setting):
    """A VRF without its parent link, one whose name belongs to somebody else, and one whose proxy refuses its
    configuration, beside the two good ones."""
    world, gateway = setting.world, setting.gateway
    absent, taken, refused = (f"{world.label}-{each}" for each in ("absent", "taken", "refused"))
    good = [each.vrf for each in world.customers]
    world.write_config(extra=BROKEN_VRF.format(name=absent, parent=absent)
                       + BROKEN_VRF.format(name=taken, parent=world.parent())
                       + REFUSED_VRF.format(name=refused, option=REFUSED_OPTION))
    ip("netns", "add", taken)
    try:
        with setting.case("status exits 2 when a VRF cannot be made, the others are healthy"):
            gateway.start()
            gateway.process.wait_ready(lambda: gateway.status_code() == DOWN, HEALTHY_SECONDS)
            gateway.process.wait_ready(lambda: gateway.status_code(*good) == HEALTHY, HEALTHY_SECONDS)
        with setting.case("the reason names the missing parent, or the namespace that is somebody else's"):
            for name in (absent, taken):
                vrf = gateway.vrf(name)
                expect(name in (vrf["reason"] or ""), f"reason of {name}: {vrf['reason']!r}")
                expect_equal(vrf["state"], "failed", f"state of {name}")
        with setting.case("why a proxy refuses its configuration is shown whole by status VRF and diag"):
            wait_until(lambda: REFUSED_OPTION.partition("=")[0] in gateway.vrf(refused)["reason"], HEALTHY_SECONDS,
                       "the reason in the status document")
            wait_until(lambda: shows_refusal(gateway.command("status", refused).stdout), HEALTHY_SECONDS, "status VRF")
            wait_until(lambda: shows_refusal(gateway.command("diag", refused).stdout), HEALTHY_SECONDS, "diag")
        with setting.case("down leaves the namespace that is somebody else's"):
            gateway.stop()
            gateway.command("down")
            expect(netns_exists(taken), f"namespace {taken} is gone")
    finally:
        netns_remove(taken)
        netns_remove(absent)
        netns_remove(refused)
        world.write_config()


def cases(setting):
    links_before = link_names()
    check_before_start(setting)
    with setting.gateway:
        check_start(setting)
        check_status(setting)
        check_zabbix_objects(setting)
        check_values(setting)
        check_commands(setting)
        attack_cases.cases(setting)
        check_import(setting)
        edge_cases.cases(setting)
        name_cases.cases(setting)
        check_killed_proxy(setting)
        check_killed_supervisor(setting)
        check_lost_namespace(setting)
        check_reload(setting)
        objects = objects_in_zabbix(setting.api)
        check_stop(setting, links_before)
        check_second_run(setting, objects)
        setting.gateway.stop()
        check_broken_neighbours(setting)


if __name__ == "__main__":
    sys.exit(run_cases("e2e", cases))
