#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""A VRF goes from one gateway to another and back, by a release and from one that is gone; a gateway gets another name."""

import contextlib
import os
import pathlib
import signal
import sys
import threading
import time

import counting
from gateway import Gateway, program
from processes import Process, log_tail
from setting import OUTSIDE_ERRORS, run_cases
from tap import expect, expect_equal
from trapper import send_values
from waiting import TimedOut, wait_until

SECONDS = 90
ITEMS_SECONDS = 240  # a proxy that came before the server knew its key asks again after two minutes
STEADY_SECONDS = 12
GAP_MAX_SECONDS = 180
KEY_CLOCK = "system.localtime"
MARKS = ("vrfgate", "vrfgate.id", "vrfgate.claim")
OTHER_PREFIX = "fd5a:b1c0:de02::/64"
OTHER_IDS = 50  # of uplinks, whose links are in one namespace with those of the first gateway


class OtherGateway(Gateway):
    """A gateway with named namespaces of its own, so that both can have a VRF of one name."""

    def start(self):
        inside = 'mount -t tmpfs tmpfs /run/netns && exec "$0" run -c "$1"'
        self.process = Process("other vrfgate", ["unshare", "--mount", "--propagation", "private", "sh", "-c", inside,
                                                 program(), self.config], self.log_path, stop_seconds=30)

    def netns(self, vrf):
        return f"/proc/{self.process.pid}/root/run/netns/{vrf}"

    def kill(self):
        """The machine is gone: its supervisor and its proxies at once."""
        pids = [int(each["proxy"]["pid"]) for each in self.status()["vrfs"] if each["proxy"] and each["proxy"]["pid"]]
        self.process.child.send_signal(signal.SIGKILL)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.end()
        self.process = None


class Pair:
    """Two gateways beside one Zabbix, and the VRF that goes between them."""

    def __init__(self, setting):
        self.setting, self.api = setting, setting.api
        self.customer = setting.world.customers[0]
        self.vrf, self.host = self.customer.vrf, self.customer.host
        self.first = setting.gateway
        directory = setting.world.directory.parent / "other"
        directory.mkdir()
        self.other = OtherGateway(directory / "vrfgate.conf", directory / "vrfgate.log")
        self.names = {self.first: setting.world.label, self.other: f"{setting.world.label}-other"}
        self.write_other()

    def write_other(self, with_vrf=True, prune="false"):
        """The first one's config, for another gateway with the first VRF or none of them."""
        world, directory = self.setting.world, self.other.config.parent
        text = world.write_config(self.other.config).read_text()
        text = text.replace(f'"{world.directory}/', f'"{directory}/').replace(
            f'password_file = "{directory}/', f'password_file = "{world.directory}/')
        text = text.replace(f'name      = "{world.label}"', f'name = "{self.names[self.other]}"')
        text = text.replace("fd5a:b1c0:de01::/64", OTHER_PREFIX).replace("zabbix {", f"zabbix {{\n    prune = {prune}")
        general, first, _second = text.split("\nvrf ")
        own = first.replace("{\n", f"{{\n    id = {OTHER_IDS}\n", 1)
        self.other.config.write_text(f"{general}\nvrf {own}" if with_vrf else f"{general}\n")

    def handover(self, gateway):
        """State, how the VRF is given up, and the reason."""
        found = gateway.vrf(self.vrf)
        return found["state"], found["handover"], found["reason"]

    def wait_healthy(self, gateway):
        try:
            wait_until(lambda: gateway.vrf(self.vrf)["state"] == "healthy", SECONDS,
                       f"{self.vrf} healthy on {self.names[gateway]}", poll_seconds=0.5)
        except TimedOut as error:
            raise TimedOut(f"{error}\n{self.handover(gateway)}\n{log_tail(gateway.log_path)}") from error

    def wait_elsewhere(self, gateway, owner):
        wait_until(lambda: self.handover(gateway)[:2] == ("disabled", "elsewhere"), SECONDS, "the VRF is elsewhere",
                   poll_seconds=0.5)
        reason = self.handover(gateway)[2]
        expect(f"gateway '{self.names[owner]}' (id " in reason, reason)

    def expect_told(self):
        """The first one's next sync names the other one; what the supervisor does once a minute."""
        done = self.first.command("sync")
        expect(f"gateway '{self.names[self.other]}' (id " in done.stderr and f"has vrf {self.vrf} in its config, too" in
               done.stderr, done.stderr)

    def zabbix_error(self, gateway):
        return gateway.status()["gateway"]["zabbix"]["error"]

    def proxy_name(self, gateway):
        return f"{self.names[gateway]}-{self.vrf}"

    def operators(self):
        """What is the operator's of the host, and what its history hangs on."""
        found = self.api.call("host.get", {"output": ["hostid", "name", "description"], "selectTags": "extend",
                                           "selectMacros": ["macro", "value"], "selectItems": ["itemid"],
                                           "filter": {"host": [self.host]}})
        expect_equal(len(found), 1, "hosts")
        found[0]["tags"] = sorted((each["tag"], each["value"]) for each in found[0]["tags"] if each["tag"] not in MARKS)
        found[0]["items"] = sorted(each["itemid"] for each in found[0]["items"])
        found[0]["macros"].sort(key=lambda each: each["macro"])
        return found[0]

    def owner(self):
        """Which gateway the host says it belongs to."""
        tags = self.api.call("host.get", {"output": ["hostid"], "selectTags": "extend",
                                          "filter": {"host": [self.host]}})[0]["tags"]
        return next(each["value"] for each in tags if each["tag"] == "vrfgate")

    def expect_owned(self, gateway, proxyid):
        """By one gateway, at the same proxy as ever."""
        proxies = self.api.proxies()
        expect_equal((self.owner(), proxies[self.proxy_name(gateway)]["proxyid"]), (self.names[gateway], proxyid), "owner")
        expect_equal(self.api.proxyid(self.api.host(self.host)), proxyid, "proxy of the host")
        expect_equal([each for each in proxies if each.endswith(f"-{self.vrf}")], [self.proxy_name(gateway)], "proxies")


class Feed:
    """A context manager: a thread that sends numbers into whichever proxy of the VRF takes them, each once."""

    def __init__(self, pair, first=1):
        self.pair, self.next = pair, first
        self.accepted, self.untold = {}, 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.customer = pair.customer

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.ended.set()
        self.thread.join()

    def _places(self):
        yield self.pair.vrf
        if self.pair.other.process:
            yield self.pair.other.netns(self.pair.vrf)

    def _run(self):
        while not self.ended.wait(0.2):
            for place in self._places():
                number, self.next = self.next, self.next + 1
                value = {"host": self.pair.host, "key": counting.KEY, "value": str(number), "clock": int(time.time()),
                         "ns": number}
                try:
                    taken = send_values(place, [value])[0]
                except FileNotFoundError:
                    continue
                except OSError:
                    self.untold += 1
                    continue
                if taken:
                    self.accepted[number] = place


def make_items(pair):
    """An item for numbers, and one that the proxy asks each second; the id of the second."""
    host = pair.api.host(pair.host)
    counting.make_items(pair.api, [pair.customer])
    agent = next(each["interfaceid"] for each in host["interfaces"] if each["type"] == "1")
    return pair.api.call("item.create", {
        "name": "clock", "key_": KEY_CLOCK, "hostid": host["hostid"], "type": 0, "interfaceid": agent,
        "value_type": counting.VALUE_UNSIGNED, "delay": "1s", "history": "1d", "trends": "0"})["itemids"][0]


def clocks(pair, itemid, since):
    """When the values were collected."""
    found = pair.api.call("history.get", {"itemids": itemid, "history": counting.VALUE_UNSIGNED, "time_from": since,
                                          "output": ["clock", "ns"], "sortfield": "clock"})
    return sorted((int(each["clock"]), int(each["ns"])) for each in found)


def expect_values(pair, itemid, feed, since):
    """Of those accepted none is lost and none twice, and the device was asked again after a while."""
    count = pair.api.call("item.get", {"output": ["itemid"], "filter": {"host": pair.host, "key_": counting.KEY}})
    arrivals = counting.wait_arrivals(pair.api, count[0]["itemid"], feed)
    expect_equal((arrivals.lost(feed), arrivals.doubled(feed)), ([], []), "values lost, values twice")
    asked = clocks(pair, itemid, since)
    gap = max(after[0] - before[0] for before, after in zip(asked, asked[1:]))
    print(f"# {len(feed.accepted)} values accepted, all arrived once; {len(asked)} values of the device,"
          f" longest gap {gap} s", flush=True)
    expect_equal(len(set(asked)), len(asked), "values of one moment")
    expect(gap <= GAP_MAX_SECONDS, f"a gap of {gap} s")


def check_claim(pair, proxyid):
    with pair.setting.case("a VRF that another gateway has is not run by the second that claims it, and both tell it"):
        before = pair.operators()
        pair.other.start()
        pair.other.process.wait_ready(lambda: pair.other.status_code() != 3, SECONDS)
        pair.wait_elsewhere(pair.other, pair.first)
        pair.expect_told()
        expect(f"vrf '{pair.vrf}' is on gateway" in pair.zabbix_error(pair.other), pair.zabbix_error(pair.other))
        end = time.monotonic() + STEADY_SECONDS
        while time.monotonic() < end:
            pair.expect_owned(pair.first, proxyid)
            expect_equal(pair.handover(pair.other)[:2], ("disabled", "elsewhere"), "on the second")
            time.sleep(0.5)
        expect_equal(pair.operators(), before, "host")
        pair.wait_healthy(pair.first)
        expect_equal(pair.handover(pair.first)[1], "", "on the first")


@contextlib.contextmanager
def held_name(pair):
    """A proxy of an operator has the name that the VRF's would get on the second."""
    seven = pair.setting.stack.release.name != "6.0"
    made = pair.api.call("proxy.create", {"name" if seven else "host": pair.proxy_name(pair.other),
                                          "operating_mode" if seven else "status": 0 if seven else 5})
    try:
        yield
    finally:
        pair.api.call("proxy.delete", made["proxyids"])


def expect_waits_for_name(pair):
    """Nothing of the VRF is taken over and nothing of it runs."""
    told = f"its proxy would be '{pair.proxy_name(pair.other)}', and another one in Zabbix has that name"
    wait_until(lambda: told in pair.zabbix_error(pair.other), SECONDS, f"{told!r} in the status", poll_seconds=0.5)
    expect_equal(pair.handover(pair.other)[:2], ("disabled", "elsewhere"), "on the second")
    expect_equal(pair.owner(), pair.names[pair.first], "owner")


def check_release(pair, itemid, proxyid):
    before, since = pair.operators(), int(time.time())
    with pair.setting.case("released, it waits for its proxy's name and goes on with the second: same ids, no value lost"
                           " or twice"):
        with Feed(pair) as feed:
            wait_until(lambda: len(feed.accepted) > 20, SECONDS, "values are accepted")
            with held_name(pair):
                done = pair.first.command("release", pair.vrf)
                expect_equal((done.returncode, done.stderr), (0, ""), "release")
                expect_waits_for_name(pair)
            pair.wait_healthy(pair.other)
            there = pair.other.netns(pair.vrf)
            wait_until(lambda: list(feed.accepted.values()).count(there) > 20, ITEMS_SECONDS, "the second accepts values")
            wait_until(lambda: clocks(pair, itemid, int(time.time()) - 5), SECONDS, "the device is asked again")
        expect_values(pair, itemid, feed, since)
        pair.expect_owned(pair.other, proxyid)
        expect_equal(pair.operators(), before, "host")
    with pair.setting.case("the first says who has it, over a reload and a restart, and has nothing of it in the kernel"):
        for verb in ("reload", "restart"):
            if verb == "reload":
                expect_equal(pair.first.command("reload").returncode, 0, "reload")
            else:
                pair.first.stop()
                pair.first.start()
                pair.first.process.wait_ready(lambda: pair.first.status_code() != 3, SECONDS)
            wait_until(lambda: (found := pair.handover(pair.first))[:2] == ("disabled", "elsewhere")
                       and "has it now" in found[2], SECONDS, f"disabled after a {verb}, and the reason")
            expect(not pathlib.Path("/run/netns", pair.vrf).exists(), "its namespace is there")
        done = pair.first.command("start", pair.vrf)
        expect_equal(done.returncode, 1, "start")
        expect(f"is on gateway '{pair.names[pair.other]}'" in done.stderr, done.stderr)


def check_gone(pair, itemid, proxyid):
    before = pair.operators()
    with pair.setting.case("a gateway that lives loses no VRF to adopt --take"):
        done = pair.first.command("adopt", "--take", pair.vrf)
        expect_equal(done.returncode, 1, "adopt")
        expect("so its gateway lives" in done.stderr, done.stderr)
        pair.expect_owned(pair.other, proxyid)
    with pair.setting.case("one that is gone does, with all that an operator has set"):
        pair.other.kill()
        done = pair.first.command("adopt", "--take", pair.vrf)
        expect_equal(done.returncode, 0, done.stderr)
        pair.wait_healthy(pair.first)
        pair.expect_owned(pair.first, proxyid)
        since = int(time.time())
        wait_until(lambda: clocks(pair, itemid, since), ITEMS_SECONDS, "the device is asked again", poll_seconds=0.5)
        expect_equal(pair.operators(), before, "host")
    with pair.setting.case("back again it sees whose the VRF is, and deletes nothing"):
        pair.write_other(prune="true")
        pair.other.start()
        pair.other.process.wait_ready(lambda: pair.other.status_code() != 3, SECONDS)
        pair.wait_elsewhere(pair.other, pair.first)
        pair.expect_told()
        pair.expect_owned(pair.first, proxyid)
        # For a moment both had the address on the customer's wire, which the first has noticed perhaps.
        pair.wait_healthy(pair.first)
    with pair.setting.case("and it knows that from the start the next time"):
        pair.other.stop()
        pair.other.start()
        pair.other.process.wait_ready(lambda: pair.other.status_code() != 3, SECONDS)
        pair.wait_elsewhere(pair.other, pair.first)
        log = pair.other.log_path.read_text()
        expect("starting" not in log[log.rindex("1 VRF in"):], "its proxy was started")
        pair.other.stop()


def check_name(pair):
    """By a sync: what a restart does."""
    world, api = pair.setting.world, pair.api
    pair.first.stop()
    pair.first.command("down")
    pair.write_other(with_vrf=False)
    expect_equal(pair.other.command("sync").returncode, 0, "sync of the second without the VRF")
    ids = {each["host"]: each["hostid"] for each in api.call("host.get", {"output": ["hostid", "host"]})}
    proxyids = {each["proxyid"] for each in api.proxies().values()}
    with pair.setting.case("a gateway with another name keeps its objects, which get that name"):
        world.config.write_text(world.config.read_text().replace(f'name      = "{world.label}"', 'name = "renamed"')
                                .replace("zabbix {", "zabbix {\n    prune = true"))
        done = pair.first.command("sync")
        expect_equal(done.returncode, 0, done.stderr)
        after = {each["host"]: each["hostid"] for each in api.call("host.get", {"output": ["hostid", "host"]})}
        expect_equal({each["proxyid"] for each in api.proxies().values()}, proxyids, "proxies")
        expect_equal(sorted(after.values()), sorted(ids.values()), "hosts")
        expect_equal((after["renamed"], after[f"renamed-{pair.vrf}"]),
                     (ids[world.label], ids[f"{world.label}-{pair.vrf}"]), "hosts of the gateway and of a proxy")
        done = pair.first.command("sync")
        expect(done.stdout.splitlines()[-1].startswith("0 made, 0 changed, 0 deleted"), done.stdout)
    with pair.setting.case("and on other hardware without its state takes them over once that is said"):
        text = world.config.read_text()
        for part in ("state", "run", "log"):
            text = text.replace(f'"{world.directory}/{part}"', f'"{world.directory}/new/{part}"')
        (world.directory / "new").mkdir()
        world.config.write_text(text)
        done = pair.first.command("sync")
        expect(f"vrf '{pair.vrf}' is on gateway 'renamed' (id " in done.stderr, done.stderr)
        done = pair.first.command("adopt", "--take", "--all")
        expect_equal(done.returncode, 0, done.stderr)
        found = {each["host"]: each["hostid"] for each in api.call("host.get", {"output": ["hostid", "host"]})}
        expect_equal((found, {each["proxyid"] for each in api.proxies().values()}), (after, proxyids), "objects")
        done = pair.first.command("sync")
        expect(done.stdout.splitlines()[-1].startswith("0 made, 0 changed, 0 deleted"), done.stdout + done.stderr)


def cases(setting):
    pair = Pair(setting)
    try:
        with setting.case("a gateway has two VRFs", required=True):
            setting.gateway.start()
            setting.gateway.wait_healthy(SECONDS)
            setting.gateway.wait_in_step(SECONDS)
            setting.gateway.wait_at_work(ITEMS_SECONDS)
            host = setting.api.host(pair.host)
            setting.api.call("host.update", {"hostid": host["hostid"], "description": "operator's"})
            setting.api.call("usermacro.create", {"hostid": host["hostid"], "macro": "{$MINE}", "value": "1"})
            itemid = make_items(pair)
            wait_until(lambda: clocks(pair, itemid, 0), ITEMS_SECONDS, "the device is asked", poll_seconds=0.5)
            counting.wait_accepted(pair.customer, 1000000)
        proxyid = setting.api.proxies()[pair.proxy_name(pair.first)]["proxyid"]
        check_claim(pair, proxyid)
        check_release(pair, itemid, proxyid)
        check_gone(pair, itemid, proxyid)
        check_name(pair)
    finally:
        for gateway in (pair.first, pair.other):
            with contextlib.suppress(*OUTSIDE_ERRORS):
                gateway.stop()
            gateway.command("down")


if __name__ == "__main__":
    sys.exit(run_cases("handover", cases))
