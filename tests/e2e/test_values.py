#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The gateway's own figures in Zabbix: they come, follow what happens, and outlive a server that is away."""

import contextlib
import os
import signal
import subprocess
import sys
import time

from event_log import EventLog
from processes import run_checked
from scene import children_of, process_cmdline
from setting import run_cases
from tap import expect, expect_equal
from waiting import wait_until
from world import ip

HEALTHY_SECONDS = 60
# The server learns of discovered items within CacheUpdateFrequency (1 s here); values come every report_interval.
VALUES_SECONDS = 40
AT_ONCE_SECONDS = 8
REPORT = "report_interval = 5"
VRF_KEYS = ("state", "reason", "uptime", "restarts", "seen", "repairs", "uplink", "vps")
HEALTHY, BACKOFF_OR_FAILED = "0", ("5", "6")
RESTARTED = "Gateway: the supervisor has been restarted"
NOBODY_HEARD = "Gateway: the server hears none of its proxies"
# Short times, so that a fault need not last for minutes; a proxy is heard each five seconds here.
MACROS = {"{$VRFGATE.DOWN.RECOVERY}": "15s", "{$VRFGATE.SERVER.SEEN.MAX}": "15", "{$VRFGATE.SEEN.MAX}": "22",
          "{$VRFGATE.SERVER.RECOVERY}": "30s"}
DEATHS = 3
WEDGE_SECONDS = 120  # a proxy that has met it may wait for a lock, which is told after half a minute
DISK_BYTES = 256 << 20
AWAY_SECONDS = 35
CHILD = "history syncer"


def values(setting):
    """The last values of the gateway's host by key, those that have one."""
    found = setting.api.call("item.get", {"output": ["key_", "lastvalue", "lastclock"],
                                          "filter": {"host": setting.world.label}, "webitems": True})
    return {each["key_"]: each["lastvalue"] for each in found if each["lastclock"] != "0"}


def problems(setting):
    """The names of the triggers of the gateway's host that have fired."""
    found = setting.api.call("trigger.get", {"output": ["description"], "host": setting.world.label,
                                             "filter": {"value": 1}, "expandDescription": True})
    return {each["description"] for each in found}


def wait_value(setting, key, wanted, seconds, what):
    return wait_until(lambda: values(setting).get(key) in wanted, seconds, what)


def check_arrival(setting):
    first, second = (each.vrf for each in setting.world.customers)
    with setting.case("every figure of the gateway, each VRF and each interface has a value", required=True):
        wanted = {"vrfgate.state", "vrfgate.version", "vrfgate.vrfs.table", "vrfgate.vrfs.healthy"}
        wanted |= {f"vrfgate.vrf.{key}[{vrf}]" for key in VRF_KEYS for vrf in (first, second)}
        wanted |= {f"vrfgate.if.{key}[{vrf},{interface(setting, vrf)}]" for vrf in (first, second)
                   for key in ("carrier", "rx", "tx", "rx_errors", "tx_errors")}
        try:
            wait_until(lambda: wanted <= set(values(setting)), VALUES_SECONDS, "all values")
        finally:
            missing = sorted(wanted - set(values(setting)))
            if missing:
                print(f"# without a value: {' '.join(missing)}", flush=True)
    with setting.case("they say what the status says"):
        wait_value(setting, f"vrfgate.vrf.state[{first}]", (HEALTHY,), AT_ONCE_SECONDS, "state healthy in Zabbix")
        found = values(setting)
        expect_equal(found["vrfgate.version"], setting.gateway.status()["gateway"]["version"], "version")
        expect(first in found["vrfgate.vrfs.table"], found["vrfgate.vrfs.table"])


def interface(setting, vrf):
    return setting.gateway.vrf(vrf)["interfaces"][0]["name"]


def syncers(setting, vrf):
    pid = setting.gateway.vrf(vrf)["proxy"]["pid"]
    with contextlib.suppress(OSError):
        return [each for each in children_of(pid) if f"zabbix_proxy: {CHILD}" in process_cmdline(each)] if pid else []
    return []


def kill_children(setting, vrf):
    """Of each life of the proxy a process: it ends itself then, and says nothing by its exit status."""
    killed = []

    def kill_next():
        found = set(syncers(setting, vrf)) - set(killed)
        if found and setting.gateway.vrf(vrf)["state"] != "stopping":
            os.kill(min(found), signal.SIGKILL)
            killed.append(min(found))
        return len(killed) == DEATHS

    wait_until(kill_next, HEALTHY_SECONDS, f"{DEATHS} lives of a proxy", poll_seconds=0.5)


def check_changes(setting):
    customer = setting.world.customers[0]
    state, down = f"vrfgate.vrf.state[{customer.vrf}]", f"VRF {customer.vrf}: down"
    with setting.case("a proxy that keeps dying is told at once, with the child that it lost, and a trigger fires"):
        since = int(time.time())
        with EventLog(setting.world.config) as events:
            kill_children(setting, customer.vrf)
            words = f"zabbix_proxy ended: child '{CHILD} #1' killed by signal 9"
            events.wait(customer.vrf, "backoff", words, AT_ONCE_SECONDS)
        wait_until(lambda: set(BACKOFF_OR_FAILED) & set(history(setting, state, since, "value")), AT_ONCE_SECONDS,
                   "state backoff in Zabbix")
        wait_until(lambda: down in history_of_problems(setting), AT_ONCE_SECONDS, f"problem '{down}'")
        wait_until(lambda: [each for each in history(setting, f"vrfgate.vrf.reason[{customer.vrf}]", since, "value")
                            if words in each], AT_ONCE_SECONDS, "the reason in Zabbix")
    with setting.case("and so is its return, and the trigger, which fired once, recovers"):
        setting.gateway.wait_healthy(HEALTHY_SECONDS)
        wait_value(setting, state, (HEALTHY,), AT_ONCE_SECONDS, "state healthy in Zabbix")
        wait_until(lambda: down not in problems(setting), VALUES_SECONDS, f"'{down}' recovered")
        expect_equal(history_of_problems(setting), [down], "problems of the gateway since its first start")
        expect_equal(setting.gateway.vrf(customer.vrf)["proxy"]["last_exit"],
                     f"child '{CHILD} #1' killed by signal 9", "last_exit")


def history_of_problems(setting):
    """The names of all problems that there were on the gateway's host, one for each time, in their order."""
    hosts = setting.api.call("host.get", {"output": ["hostid"], "filter": {"host": setting.world.label}})
    events = setting.api.call("event.get", {"output": ["name"], "hostids": [hosts[0]["hostid"]], "value": 1,
                                            "sortfield": "eventid"})
    return [each["name"] for each in events]


def check_carrier(setting):
    customer = setting.world.customers[1]
    name = f"VRF {customer.vrf}: interface {interface(setting, customer.vrf)}: carrier lost"
    with setting.case("a lost carrier fires its trigger, and recovers"):
        ip("link", "set", "eth0", "down", netns=customer.netns)
        try:
            wait_until(lambda: name in problems(setting), VALUES_SECONDS, f"problem '{name}'")
        finally:
            ip("link", "set", "eth0", "up", netns=customer.netns)
        wait_until(lambda: name not in problems(setting), VALUES_SECONDS, f"'{name}' recovered")


def history(setting, key, since, field):
    """A field of each value of an item since then, as text."""
    item = setting.api.call("item.get", {"output": ["itemid", "value_type"], "filter": {
        "host": setting.world.label, "key_": key}})[0]
    found = setting.api.call("history.get", {"output": "extend", "itemids": item["itemid"], "time_from": since,
                                             "history": item["value_type"], "sortfield": "clock"})
    return [each[field] for each in found]


def clocks(setting, key, since):
    return [int(each) for each in history(setting, key, since, "clock")]


def check_server_away(setting):
    """Frozen, the server accepts connections and says nothing: the worst kind of absence."""
    pids = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and group_of(pid) == setting.stack.server.pid]
    with setting.case("what happened while the server was away arrives when it is back, with its own time"):
        since = int(time.time())
        before = len(history_of_problems(setting))
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            away_until = time.time() + AWAY_SECONDS
            wait_until(lambda: time.time() > away_until, AWAY_SECONDS + 10, f"{AWAY_SECONDS} s of absence")
            back = int(time.time())
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

        def arrived():
            during = [each for each in clocks(setting, "vrfgate.uptime", since) if each < back - 2]
            return len(during) >= 3

        wait_until(arrived, VALUES_SECONDS, "three values or more from the time of absence")
    with setting.case("and as one problem of the gateway, none of its VRFs, which is over soon"):
        wait_until(lambda: NOBODY_HEARD in history_of_problems(setting)[before:], VALUES_SECONDS, "the problem")
        wait_until(lambda: not problems(setting), HEALTHY_SECONDS, "all have recovered")
        expect_equal(history_of_problems(setting)[before:], [NOBODY_HEARD], "problems")


def group_of(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return int(stat.read().rpartition(") ")[2].split()[2])
    except OSError:
        return None


def check_reporter_death(setting):
    gateway = setting.gateway
    with setting.case("the reporter's death is nothing to supervisor and proxies, and values go on"):
        before = gateway.proxy_lives()
        done = [pid for pid in os.listdir("/proc") if pid.isdigit() and is_reporter_of(pid, gateway.process.pid)]
        expect_equal(len(done), 1, "reporters")
        os.kill(int(done[0]), signal.SIGKILL)
        since = int(time.time())
        wait_until(lambda: clocks(setting, "vrfgate.uptime", since + 1), VALUES_SECONDS, "a value after its death")
        expect_equal(gateway.proxy_lives(), before, "proxies")


def is_reporter_of(pid, parent):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            text = stat.read()
        return "(vrfgate-report)" in text and int(text.rpartition(") ")[2].split()[1]) == parent
    except OSError:
        return False


def chattr(letter, setting, vrf):
    """Switches that no writing is allowed, not even for who has the file open; None where the file system cannot."""
    databases = (setting.world.directory / "state" / "vrfs" / vrf).glob("proxy.db*")
    return subprocess.run(["chattr", letter, *databases], capture_output=True, text=True, check=False).returncode == 0


def check_read_only_database(setting):
    customer, other = setting.world.customers
    text = "a database that becomes read-only is told at once, and its proxy is not restarted for it"
    if not chattr("+i", setting, customer.vrf):
        setting.tap.skip(f"{setting.stack.release.name}: {text}", "no chattr +i here")
        return
    before = setting.gateway.proxy_lives()
    with setting.case(text):
        try:
            wait_until(lambda: "its database cannot be written: Operation not permitted" in
                       setting.gateway.vrf(customer.vrf)["reason"], VALUES_SECONDS, "the reason")
            expect_equal(setting.gateway.vrf(customer.vrf)["state"], "degraded", "state")
            expect_equal(setting.gateway.vrf(other.vrf)["state"], "healthy", f"{other.vrf}: state")
            expect_equal(setting.gateway.proxy_lives(), before, "proxies")
        finally:
            chattr("-i", setting, customer.vrf)
        setting.gateway.wait_healthy(WEDGE_SECONDS)


@contextlib.contextmanager
def own_disk(setting):
    """Yields whether the gateway's state directory is on an ext4 of its own, or why that cannot be."""
    image, state = setting.world.directory / "disk", setting.world.directory / "state"
    state.mkdir()
    with open(image, "wb") as disk:
        disk.truncate(DISK_BYTES)
    steps = (["mkfs.ext4", "-q", image], ["mount", "-o", "loop", image, state])
    mounted = all(subprocess.run(each, capture_output=True, check=False).returncode == 0 for each in steps)
    try:
        yield mounted
    finally:
        if mounted:
            run_checked(["umount", "--lazy", state], "unmounting the disk")


def check_read_only_disk(setting, mounted):
    """As a file system is that has met errors. There is no way back but to mount it again."""
    text = "a file system that goes read-only is one problem of the gateway, and no proxy is restarted"
    if not mounted:
        setting.tap.skip(f"{setting.stack.release.name}: {text}", "no ext4 on a loop device here")
        return
    setting.gateway.wait_healthy(HEALTHY_SECONDS)
    wait_until(lambda: not problems(setting) - {RESTARTED}, HEALTHY_SECONDS, "no problem before it")
    state = setting.world.directory / "state"
    before, lives = len(history_of_problems(setting)), setting.gateway.proxy_lives()
    host = setting.api.host(setting.world.label)
    setting.api.call("usermacro.create", {"hostid": host["hostid"], "macro": "{$VRFGATE.DEGRADED.TIME}", "value": "5s"})
    with setting.case(text):
        # What it answers is no matter: newer kernels call it an emergency, and show it as writable.
        subprocess.run(["mount", "-o", "remount,abort", state], capture_output=True, check=False)
        words = (f"Gateway: the file system of '{state}' is read-only: ", " for it: ")
        wait_until(lambda: len(history_of_problems(setting)) > before, VALUES_SECONDS, "a problem")
        wait_until(lambda: {each["state"] for each in setting.gateway.status()["vrfs"]} == {"degraded"}, VALUES_SECONDS,
                   "both VRFs degraded")
        since = int(time.time())
        wait_until(lambda: len(clocks(setting, "vrfgate.uptime", since + 1)) > 2, VALUES_SECONDS, "values after that")
        found = history_of_problems(setting)[before:]
        expect(len(found) == 1 and all(each in found[0] for each in words), f"problems {found}, expected one of {words}")
        expect_equal(setting.gateway.proxy_lives(), lives, "proxies")


def check_silence(setting):
    name = "Gateway: no data from vrfgate"
    host = setting.api.host(setting.world.label)
    setting.api.call("usermacro.create", {"hostid": host["hostid"], "macro": "{$VRFGATE.NODATA}", "value": "15s"})
    with setting.case("a gateway that has gone silent fires a trigger"):
        setting.gateway.stop()
        wait_until(lambda: name in problems(setting), 90, f"problem '{name}'")
    with setting.case("and it recovers with the next run"):
        setting.gateway.start()
        wait_until(lambda: name not in problems(setting), 90, f"'{name}' recovered")
    with setting.case("which tells that the supervisor has been restarted"):
        wait_until(lambda: RESTARTED in problems(setting), VALUES_SECONDS, f"problem '{RESTARTED}'")


def cases(setting):
    setting.world.write_config()
    text = setting.world.config.read_text()
    setting.world.config.write_text(text.replace("zabbix {\n", f"zabbix {{\n    {REPORT}\n"))
    with own_disk(setting) as mounted, setting.gateway:
        with setting.case("all VRFs are healthy", required=True):
            setting.gateway.wait_at_work(HEALTHY_SECONDS)
        check_arrival(setting)
        host = setting.api.host(setting.world.label)
        for macro, value in MACROS.items():
            setting.api.call("usermacro.create", {"hostid": host["hostid"], "macro": macro, "value": value})
        check_changes(setting)
        check_carrier(setting)
        check_read_only_database(setting)
        check_reporter_death(setting)
        check_server_away(setting)
        check_silence(setting)
        check_read_only_disk(setting, mounted)


if __name__ == "__main__":
    sys.exit(run_cases("val", cases))
