#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each trigger of the template "VRF gateway by vrfgate" fires on its fault and recovers, fed by hand."""

import contextlib
import json
import socket
import struct
import sys
import time

import secret_file
from gateway import Gateway
from setting import run_stack_cases
from tap import expect, expect_equal
from waiting import wait_until
from world import ip, link_remove
from zabbix_stack import PASSWORD, USER

HOST, VRF, INTERFACE = "triggers", "acme", "eth0.10"
SECONDS = 30
STEP_SECONDS = 1
# Short times, so that a fault need not last for minutes.
MACROS = {"{$VRFGATE.NODATA}": "10s", "{$VRFGATE.DEGRADED.TIME}": "3s", "{$VRFGATE.RESTARTS.TIME}": "6s",
          "{$VRFGATE.BACKLOG.TIME}": "3s", "{$VRFGATE.BACKLOG.MAX}": "100", "{$VRFGATE.PROBLEMS.TIME}": "3s",
          "{$VRFGATE.REPAIRS.TIME}": "6s", "{$VRFGATE.IF.ERRORS.TIME}": "3s", "{$VRFGATE.DOWN.RECOVERY}": "5s",
          "{$VRFGATE.SERVER.RECOVERY}": "3s"}
CONFIG = """\
gateway {{
    name = "{host}"
    state_dir = "{directory}/state"  run_dir = "{directory}/run"  log_dir = "{directory}/log"
}}
zabbix {{
    url = "{url}"
    user = "{user}"  password_file = "{password}"
}}
"""


class Counter:
    """Of lost packets, each time it is asked: it stands still when all is well, and grows in a fault."""

    def __init__(self):
        self.value = 0

    def still(self):
        return self.value

    def growing(self):
        self.value += 1000
        return self.value


LOST = Counter()
FIRST = ("vrfgate.causes", "vrfgate.vrf.shared[", "vrfgate.if.shared[")
# What the gateway says when all is well; a fault changes some of it.
WELL = {
    "vrfgate.causes": "", "vrfgate.causes.begun": "", f"vrfgate.vrf.shared[{VRF}]": 0,
    f"vrfgate.if.shared[{VRF},{INTERFACE}]": 0,
    "vrfgate.state": 0, "vrfgate.uptime": 86400, "vrfgate.zabbix.problems": 0, "vrfgate.server.seen": 1,
    f"vrfgate.vrf.state[{VRF}]": 0, f"vrfgate.vrf.restarts[{VRF}]": 0, f"vrfgate.vrf.backlog[{VRF}]": 0,
    f"vrfgate.vrf.uptime[{VRF}]": 86400,
    f"vrfgate.vrf.seen[{VRF}]": 1, f"vrfgate.vrf.repairs[{VRF}]": 0, f"vrfgate.vrf.uplink[{VRF}]": 1,
    f"vrfgate.if.carrier[{VRF},{INTERFACE}]": 1, f"vrfgate.if.rx_errors[{VRF},{INTERFACE}]": LOST.still,
    f"vrfgate.if.tx_errors[{VRF},{INTERFACE}]": 0,
}
RESTARTED = "Gateway: the supervisor has been restarted"
ONE_CAUSE = "Gateway: VRFs suffer from one cause"
FIRST_UPTIMES = (1, 4, 9)
# The trigger, and the values that make it fire.
FAULTS = {
    f"VRF {VRF}: down": {f"vrfgate.vrf.state[{VRF}]": 6},
    f"VRF {VRF}: degraded": {f"vrfgate.vrf.state[{VRF}]": 1},
    f"VRF {VRF}: interface {INTERFACE}: carrier lost": {f"vrfgate.if.carrier[{VRF},{INTERFACE}]": 0},
    f"VRF {VRF}: uplink lost": {f"vrfgate.vrf.uplink[{VRF}]": 0},
    f"VRF {VRF}: the proxy keeps restarting": {f"vrfgate.vrf.restarts[{VRF}]": 3},
    f"VRF {VRF}: the backlog grows": {f"vrfgate.vrf.backlog[{VRF}]": 500},
    f"VRF {VRF}: the server does not hear of the proxy": {f"vrfgate.vrf.seen[{VRF}]": 300},
    f"VRF {VRF}: something changes its network": {f"vrfgate.vrf.repairs[{VRF}]": 3},
    f"VRF {VRF}: interface {INTERFACE}: errors": {f"vrfgate.if.rx_errors[{VRF},{INTERFACE}]": LOST.growing},
    "Gateway: Zabbix is not in step": {"vrfgate.zabbix.problems": 2},
    "Gateway: the server hears none of its proxies": {"vrfgate.server.seen": 300},
    ONE_CAUSE: {"vrfgate.causes.begun": "parent 'eth0' is down"},
    RESTARTED: {"vrfgate.uptime": 5},
}
# What is silent while another stands: Zabbix leaves its trigger alone for so long.
CAUSE, CAUSE_VALUES = f"VRF {VRF}: down", {f"vrfgate.vrf.state[{VRF}]": 6}
SILENT, SILENT_VALUES = f"VRF {VRF}: the server does not hear of the proxy", {f"vrfgate.vrf.seen[{VRF}]": 300}
SILENT_SECONDS = 6
# What comes of a server that hears nobody, all at once, and the one problem that is told.
NOBODY_HEARD = "Gateway: the server hears none of its proxies"
NOBODY_HEARD_VALUES = {
    "vrfgate.server.seen": 300, "vrfgate.zabbix.problems": 2, f"vrfgate.vrf.state[{VRF}]": 1,
    f"vrfgate.vrf.seen[{VRF}]": 300, f"vrfgate.vrf.backlog[{VRF}]": 500,
}
# States of a VRF whose proxy lives for a moment each time: healthy, backoff, wiring, starting.
DYING = (5, 3, 2, 0) * 4


class Feed:
    """Sends values as the reporter does: history.push from 7.0 on, the sender protocol before; what silences others has
    the older time, by which the server takes them in turn."""

    def __init__(self, setting):
        self.api = setting.api
        self.port = setting.stack.server_port
        self.by_api = setting.stack.release.name != "6.0"

    def push(self, values):
        """How many of them were taken."""
        now = time.time()
        told = {key: str(value() if callable(value) else value) for key, value in values.items()}
        data = [{"host": HOST, "key": key, "value": value, "clock": int(now),
                 "ns": int(now % 1 * 1e6) * 1000 + (not key.startswith(FIRST))} for key, value in told.items()]
        if self.by_api:
            return sum("error" not in each for each in self.api.call("history.push", data)["data"])
        text = json.dumps({"request": "sender data", "data": data}).encode()
        with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
            connection.sendall(b"ZBXD\x01" + struct.pack("<II", len(text), 0) + text)
            answer = connection.makefile("rb").read()[13:]
        return int(json.loads(answer)["info"].split(";")[0].split()[1])


def fired(api, host=HOST):
    """The triggers of the host that stand."""
    found = api.call("trigger.get", {"output": ["description"], "host": host, "filter": {"value": 1},
                                     "expandDescription": True})
    return {each["description"] for each in found}


def told_problems(api, host=HOST):
    """The names of all problems of the host that there were, one for each time, in their order."""
    found = api.call("event.get", {"output": ["name"], "hostids": [api.host(host)["hostid"]], "value": 1,
                                   "sortfield": "eventid"})
    return [each["name"] for each in found]


def wait_while_told(feed, values, condition, what):
    """Send these values again and again until the condition holds."""

    def told():
        feed.push(values)
        return condition()

    wait_until(told, SECONDS, what, poll_seconds=STEP_SECONDS)


def make_macros(api, host, macros):
    hostid = api.host(host)["hostid"]
    for macro, value in macros.items():
        api.call("usermacro.create", {"hostid": hostid, "macro": macro, "value": value})


def prepare(setting, feed):
    """The host with its template, and all its items known to the server."""
    directory = setting.directory / "gateway"
    directory.mkdir()
    password = secret_file.write(directory / "password", PASSWORD)
    config = directory / "vrfgate.conf"
    config.write_text(CONFIG.format(host=HOST, directory=directory, url=setting.stack.api_url, user=USER,
                                    password=password))
    done = Gateway(config, directory / "log").command("sync")
    expect_equal((done.returncode, done.stderr), (0, ""), "sync")
    make_macros(setting.api, HOST, MACROS)
    discovery = {"vrfgate.vrf.discovery": json.dumps([{"{#VRF}": VRF}]),
                 "vrfgate.interface.discovery": json.dumps([{"{#VRF}": VRF, "{#IFNAME}": INTERFACE}])}
    wait_until(lambda: feed.push(discovery) == len(discovery), SECONDS, "discovery taken", poll_seconds=STEP_SECONDS)
    first = {"vrfgate.uptime": FIRST_UPTIMES[0]}
    wait_until(lambda: feed.push(first) == len(first), SECONDS, "the first value taken", poll_seconds=STEP_SECONDS)
    for uptime in FIRST_UPTIMES[1:]:
        expect_equal(feed.push({"vrfgate.uptime": uptime}), 1, "values taken")
    wait_until(lambda: feed.push(WELL) == len(WELL), SECONDS, "all values taken", poll_seconds=STEP_SECONDS)


def check_first_start(setting):
    with setting.case("a gateway that starts for the first time has not been restarted"):
        found = setting.api.call("trigger.get", {"output": ["description", "state", "error"], "host": HOST,
                                                 "filter": {"description": RESTARTED}})
        expect_equal([(each["state"], each["error"]) for each in found], [("0", "")], "its trigger")
        expect(RESTARTED not in told_problems(setting.api), f"'{RESTARTED}' was told")


def check_one_cause(setting, feed):
    with setting.case("a server that hears no proxy is one problem, of the gateway"):
        before = len(told_problems(setting.api))
        values = {**WELL, **NOBODY_HEARD_VALUES}
        wait_while_told(feed, values, lambda: NOBODY_HEARD in fired(setting.api), f"'{NOBODY_HEARD}' has fired")
        end = time.time() + SILENT_SECONDS
        wait_while_told(feed, values, lambda: time.time() > end, "some values more")
        wait_while_told(feed, WELL, lambda: not fired(setting.api), "all have recovered")
        expect_equal(told_problems(setting.api)[before:], [NOBODY_HEARD], "problems")


def check_second_cause(setting, feed):
    """What VRFs have in common silences theirs, and nothing else."""
    first, second = "parent 'eth0' is down", "no room in '/var'"
    down = f"VRF {VRF}: down"
    with setting.case("a second cause that VRFs have in common is another problem; one that has not is told itself"):
        before = len(told_problems(setting.api))
        told = lambda: told_problems(setting.api)[before:]  # noqa: E731
        values = {**WELL, "vrfgate.causes.begun": first, f"vrfgate.vrf.shared[{VRF}]": 1,
                  f"vrfgate.if.shared[{VRF},{INTERFACE}]": 1,
                  f"vrfgate.vrf.state[{VRF}]": 6, f"vrfgate.if.carrier[{VRF},{INTERFACE}]": 0}
        wait_while_told(feed, values, told, "the first")
        both = {**values, "vrfgate.causes.begun": f"{first}; {second}"}
        wait_while_told(feed, both, lambda: len(told()) > 1, "the second")
        own = {**both, f"vrfgate.vrf.shared[{VRF}]": 0, f"vrfgate.if.shared[{VRF},{INTERFACE}]": 0,
               f"vrfgate.if.carrier[{VRF},{INTERFACE}]": 1}
        wait_while_told(feed, own, lambda: down in fired(setting.api), f"'{down}'")
        wait_while_told(feed, WELL, lambda: not fired(setting.api), "all have recovered")
        expect_equal(told(), [f"Gateway: {first}", f"Gateway: {first}; {second}", down], "problems")


class Trunk:
    """A context manager: a gateway whose VRFs have their interface on one parent; they need no proxy for that."""

    NAME, PARENT, FAR, VRFS = "trunk", "trig-p0", "trig-p1", ("trig-a", "trig-b", "trig-c")
    MACROS = {"{$VRFGATE.DEGRADED.TIME}": "8s", "{$VRFGATE.DOWN.RECOVERY}": "12s", "{$VRFGATE.REPAIRS.TIME}": "30s",
              "{$VRFGATE.REPAIRS.MAX}": "1"}
    SECTION = """namespace {vrf} {{ interface cust0 {{ kind = macvlan  parent = {parent}  \
conflict_detection = false  address = "10.0.0.2/30" }} }}\n"""

    def __init__(self, setting):
        directory = setting.directory / self.NAME
        directory.mkdir()
        password = secret_file.write(directory / "password", PASSWORD)
        config = CONFIG.format(host=self.NAME, directory=directory, url=setting.stack.api_url, user=USER,
                               password=password)
        config = config.replace("zabbix {\n", f"zabbix {{\n    server_port = {setting.stack.server_port}"
                                              "  report_interval = 5\n")
        config += "".join(self.SECTION.format(vrf=vrf, parent=self.PARENT) for vrf in self.VRFS)
        (directory / "vrfgate.conf").write_text(config)
        self.api = setting.api
        self.gateway = Gateway(directory / "vrfgate.conf", directory / "vrfgate.log")
        self.undo = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            ip("link", "add", "name", self.PARENT, "type", "veth", "peer", "name", self.FAR)
            undo.callback(link_remove, self.PARENT)
            for end in (self.PARENT, self.FAR):
                ip("link", "set", end, "up")
            undo.enter_context(self.gateway)
            self.gateway.wait_healthy(SECONDS)
            wait_until(self.is_known, 2 * SECONDS, "a value of each VRF and interface", poll_seconds=STEP_SECONDS)
            make_macros(self.api, self.NAME, self.MACROS)
            self.undo = undo.pop_all()
        return self

    def __exit__(self, *exception):
        return self.undo.__exit__(*exception)

    def values(self, key):
        """Those of the items whose keys begin so: the last value and its time."""
        found = self.api.call("item.get", {"output": ["lastvalue", "lastclock"], "filter": {"host": self.NAME},
                                           "search": {"key_": key}, "startSearch": True})
        return [(each["lastvalue"], int(each["lastclock"])) for each in found if each["lastclock"] != "0"]

    def is_known(self):
        return all(len(self.values(key)) == len(self.VRFS)
                   for key in ("vrfgate.vrf.shared[", "vrfgate.vrf.repairs[", "vrfgate.if.carrier[",))

    def wait_reports(self, seconds):
        """Until it has told its values for so long."""
        end = time.time() + seconds
        wait_until(lambda: min((clock for _value, clock in self.values("vrfgate.state")), default=0) > end,
                   seconds + SECONDS, "values from then", poll_seconds=STEP_SECONDS)


def check_trunk(setting):
    with setting.case("VRFs whose trunk goes down are one problem, of the gateway, which names it; and it recovers"), \
            Trunk(setting) as trunk:
        ip("link", "set", trunk.PARENT, "down")
        wait_until(lambda: fired(setting.api, trunk.NAME), SECONDS, "a problem", poll_seconds=STEP_SECONDS)
        trunk.wait_reports(2 * SILENT_SECONDS + STEP_SECONDS)
        expect_equal({value for value, _clock in trunk.values("vrfgate.vrf.state[")}, {"1"}, "states: degraded")
        expect_equal(fired(setting.api, trunk.NAME), {ONE_CAUSE}, "triggers that stand")
        ip("link", "set", trunk.PARENT, "up")
        trunk.gateway.wait_healthy(SECONDS)
        wait_until(lambda: not fired(setting.api, trunk.NAME), SECONDS, "recovered", poll_seconds=STEP_SECONDS)
        trunk.wait_reports(SILENT_SECONDS)
        expect_equal(told_problems(setting.api, trunk.NAME),
                     [f"Gateway: parent '{trunk.PARENT}' is down: 3 VRFs wait for it: {', '.join(trunk.VRFS)}"],
                     "problems")


def check_dying(setting, feed):
    down, keeps = f"VRF {VRF}: down", f"VRF {VRF}: the proxy keeps restarting"
    with setting.case("a proxy that keeps dying is one problem, until it lives again"):
        before = len(told_problems(setting.api))
        steps = iter(enumerate(DYING))

        def die():
            step = next(steps, None)
            if step:
                number, state = step
                feed.push({**WELL, f"vrfgate.vrf.state[{VRF}]": state, f"vrfgate.vrf.restarts[{VRF}]": number // 4})
            return step is None

        wait_until(die, SECONDS + len(DYING) * STEP_SECONDS, "some deaths", poll_seconds=STEP_SECONDS)
        expect_equal(fired(setting.api), {down}, "triggers that stand")
        wait_while_told(feed, {**WELL, f"vrfgate.vrf.restarts[{VRF}]": len(DYING) // 4},
                        lambda: not fired(setting.api), "all have recovered")
        told = told_problems(setting.api)[before:]
        expect_equal((told.count(down), told.count(keeps)), (1, 0), f"problems 'down', 'keeps restarting' of {told}")


def check_fault(setting, feed, name, values):
    with setting.case(f"'{name}' fires, and recovers"):
        wait_while_told(feed, {**WELL, **values}, lambda: name in fired(setting.api), f"'{name}' has fired")
        wait_while_told(feed, WELL, lambda: not fired(setting.api), f"'{name}' has recovered")


def check_dependency(setting, feed):
    both = {**WELL, **CAUSE_VALUES, **SILENT_VALUES}
    with setting.case(f"while '{CAUSE}' stands, '{SILENT}' is not told beside it, and afterwards it is"):
        wait_while_told(feed, {**WELL, **CAUSE_VALUES}, lambda: CAUSE in fired(setting.api), f"'{CAUSE}' has fired")
        end = time.time() + SILENT_SECONDS
        wait_while_told(feed, both, lambda: time.time() > end or SILENT in fired(setting.api), "some values of both")
        expect(SILENT not in fired(setting.api), f"'{SILENT}' is told")
        wait_while_told(feed, {**WELL, **SILENT_VALUES}, lambda: fired(setting.api) == {SILENT}, f"'{SILENT}' alone")
        wait_while_told(feed, WELL, lambda: not fired(setting.api), "all have recovered")


def check_silence(setting, feed):
    name = "Gateway: no data from vrfgate"
    with setting.case(f"'{name}' fires when nothing comes any more, and recovers"):
        wait_until(lambda: name in fired(setting.api), 90, f"'{name}' has fired", poll_seconds=STEP_SECONDS)
        wait_while_told(feed, WELL, lambda: name not in fired(setting.api), f"'{name}' has recovered")


def cases(setting):
    feed = Feed(setting)
    with setting.case("sync makes the host, discovery its items", required=True):
        prepare(setting, feed)
    check_first_start(setting)
    for name, values in FAULTS.items():
        check_fault(setting, feed, name, values)
    check_dependency(setting, feed)
    check_one_cause(setting, feed)
    check_second_cause(setting, feed)
    check_trunk(setting)
    check_dying(setting, feed)
    check_silence(setting, feed)


if __name__ == "__main__":
    sys.exit(run_stack_cases("triggers", cases))
