# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults that come and go while vrfgate runs: each is told in one line, and is over when it ends."""

import contextlib
import pathlib
import time

import relay
import secret_file
from certificates import Authority
from event_log import EventLog
from processes import group_members
from tap import expect, expect_equal
from waiting import TimedOut, wait_until

SECONDS = 30
STATUS_SECONDS_MAX = 2
REPORTER = "vrfgate-report"
REPORTER_KB_MAX = 200 * 1000
PAST = 1000000000
FAULTS = (("half an answer", relay.truncated, "invalid JSON"),
          ("an answer that is cut off", relay.cut, "cut short"),
          ("an answer of 10 MB", relay.flood, "JSON values"))


def everything_of_ours_away(setting):
    api = setting.api
    hosts = api.call("host.get", {"output": ["hostid"], "search": {"host": f"{setting.world.label}-"}})
    if hosts:
        api.call("host.delete", [each["hostid"] for each in hosts])
    ours = [each["proxyid"] for name, each in api.proxies().items() if name.startswith(setting.world.label)]
    if ours:
        api.call("proxy.delete", ours)


def zabbix_status(gateway):
    with contextlib.suppress(ValueError):
        return gateway.status()["gateway"]["zabbix"]
    return {"state": None, "error": None}


def wait_zabbix(gateway, state, words=None):
    """Wait until the status has this state of Zabbix and these words in its error (None: no error)."""

    def told():
        zabbix = zabbix_status(gateway)
        error = zabbix["error"]
        return zabbix["state"] == state and ((not error) if words is None else words in (error or ""))

    try:
        wait_until(told, SECONDS, f"{state}, {words}")
    except TimedOut as error:
        raise TimedOut(f"{error}: {zabbix_status(gateway)}") from None


def reporter_peak_kb(gateway):
    """The most memory that the reporter has had."""
    for pid in group_members(gateway.process.pid):
        status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
        if status["Name"] == REPORTER:
            return int(status["VmHWM"].split()[0])
    return None


@contextlib.contextmanager
def unharmed(gateway):
    """What is done inside costs no proxy and no healthy VRF."""
    before = gateway.proxy_lives()
    yield
    expect_equal(gateway.proxy_lives(), before, "pids, restarts and last exits")
    expect_equal({each["state"] for each in gateway.status()["vrfs"]}, {"healthy"}, "states of the VRFs")


def check_lost_write(setting, link):
    """The first hosts are made by a server that does not come to say so."""
    everything_of_ours_away(setting)
    link.set_fault(relay.lost_write)
    with setting.case("a server restarted while hosts are made is told"):
        setting.gateway.start()
        wait_zabbix(setting.gateway, "unreachable", "closed without an answer")
    with setting.case("back again, every host is there once and whole"):
        link.set_fault(relay.well)
        wait_zabbix(setting.gateway, "ok")
        done = setting.gateway.command("sync", "-n")
        expect_equal((done.returncode, done.stderr), (0, ""), f"sync -n: {done.stdout}")
        expect_equal(len(setting.api.call("host.get", {"output": ["hostid"], "search": {
            "host": f"{setting.world.label}-"}})), 4, "hosts")


def start_proxies_anew(setting):
    """They came before the server knew them, and vrfgate would do so in the middle of a case."""
    gateway = setting.gateway
    with setting.case("proxies started anew have their configuration", required=True):
        vrfs = [each.vrf for each in setting.world.customers]
        expect_equal(gateway.command("restart", *vrfs).returncode, 0, "restart")
        gateway.wait_at_work(2 * SECONDS)


def check_fault(setting, link, name, fault, words):
    """The reporter starts anew (reload), so that the fault need not wait for its turn."""
    gateway = setting.gateway
    with setting.case(f"{name} is told, costs nothing else, and is over when it ends"), unharmed(gateway):
        link.set_fault(fault)
        try:
            expect_equal(gateway.command("reload").returncode, 0, "reload")
            wait_zabbix(gateway, "unreachable", words)
            peak = reporter_peak_kb(gateway)
            expect(peak and peak < REPORTER_KB_MAX, f"the reporter has had {peak} kB")
        finally:
            link.set_fault(relay.well)
        wait_zabbix(gateway, "ok")


def check_certificates(setting, link, authority):
    good = link.server.context
    for name, context, words in (
            ("a certificate that has expired", authority.context("expired", days=-1), "expired"),
            ("a certificate of another name", authority.context("elsewhere", address="192.0.2.1"), "name matches"),
            ("a certificate of nobody known",
             Authority(authority.directory / "other").context("stranger"), "certificate")):
        with setting.case(f"{name} is told, costs nothing else, and is over when it ends"), unharmed(setting.gateway):
            link.set_context(context)
            try:
                expect_equal(setting.gateway.command("reload").returncode, 0, "reload")
                wait_zabbix(setting.gateway, "unreachable", words)
                expect("certificate" in zabbix_status(setting.gateway)["error"], "it does not name the certificate")
            finally:
                link.set_context(good)
            wait_zabbix(setting.gateway, "ok")


def expect_healthy_for(gateway, seconds):
    """The status is told at once, and says that all VRFs are healthy, each second of that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        started = time.monotonic()
        states = {each["state"] for each in gateway.status()["vrfs"]}
        expect(time.monotonic() - started < STATUS_SECONDS_MAX, "status took long")
        expect_equal(states, {"healthy"}, "states of the VRFs")
        wait_until(lambda at=started + 1: time.monotonic() >= at, SECONDS, "a second")


def check_slow(setting, link):
    gateway = setting.gateway
    with setting.case(f"answers that take {relay.SLOW_SECONDS} s are told, one at a time, and cost nothing else"), \
            unharmed(gateway):
        link.server.most_requests = 0
        link.set_fault(relay.slow)
        try:
            wait_zabbix(gateway, "ok", "the API is slow")
            expect_healthy_for(gateway, relay.SLOW_SECONDS + 2)
        finally:
            link.set_fault(relay.well)
        expect_equal(link.most_requests(), 1, "requests at a time")
        wait_zabbix(gateway, "ok")


def check_token(setting, write_config):
    """A token that expires while vrfgate runs, and one day is good again."""
    gateway, api = setting.gateway, setting.api
    token, secret = api.create_token()
    path = secret_file.write(setting.world.directory / "expiring.token", secret)
    write_config(f'token_file = "{path}"')
    with setting.case("a token that expires is told as denied, costs nothing else, and is over when it is renewed"), \
            unharmed(gateway):
        expect_equal(gateway.command("reload").returncode, 0, "reload")
        wait_zabbix(gateway, "ok")
        api.call("token.update", {"tokenid": token, "expires_at": PAST})
        wait_zabbix(gateway, "denied", "API token expired")
        api.call("token.update", {"tokenid": token, "expires_at": 0})
        wait_zabbix(gateway, "ok")
    with setting.case("a token file that changes is read again by itself"), unharmed(gateway):
        put_secret(path, "0" * 64)
        wait_zabbix(gateway, "denied", "API token was refused")
        put_secret(path, secret)
        wait_zabbix(gateway, "ok")


def put_secret(path, text):
    """As an operator's tool does: another file in its place."""
    secret_file.write(path.with_suffix(".new"), text)
    path.with_suffix(".new").rename(path)


def api_events(events):
    """State and state before of each event of the API, in their order."""
    return [(each["before"], each["state"]) for each in list(events.events) if each["event"] == "api"]


def check_secret_file(setting, link, write_config):
    """Nothing is reloaded, and the session that the former password has opened lives on."""
    gateway, password = setting.gateway, setting.stack.facts()["password"]
    path = setting.world.directory / "changing.password"
    put_secret(path, password)
    write_config(f'user = "{setting.stack.facts()["user"]}"  password_file = "{path}"')
    expect_equal(gateway.command("reload").returncode, 0, "reload")
    wait_zabbix(gateway, "ok")
    with EventLog(setting.world.config) as events, unharmed(gateway):
        with setting.case("a password file that changes is read again by itself, and a refused login is told at once"):
            put_secret(path, "0" * 16)
            wait_zabbix(gateway, "denied", "with its password was refused")
            put_secret(path, password)
            wait_zabbix(gateway, "ok")
        with setting.case("one that is emptied is told, and the login goes on with what was in it"):
            begin = gateway.log_path.stat().st_size
            put_secret(path, "")
            wait_until(lambda: "goes on with the former secret" in gateway.log_path.read_text()[begin:], SECONDS,
                       "a word in the log")
            put_secret(path, password)
            wait_zabbix(gateway, "ok")
        with setting.case("an API that cannot be reached, and is back, is told as it happens"):
            link.set_fault(relay.cut)
            wait_zabbix(gateway, "unreachable", "cut short")
            link.set_fault(relay.well)
            wait_zabbix(gateway, "ok")
        with setting.case("each state of the API was an event, with its reason"):
            expected = [("ok", "denied"), ("denied", "ok"), ("ok", "unreachable"), ("unreachable", "ok")]
            wait_until(lambda: len(api_events(events)) >= len(expected), SECONDS, "the events")
            expect_equal(api_events(events), expected, "state before, state")
            reasons = [each["reason"] for each in events.events if each["event"] == "api"]
            expect("refused" in reasons[0] and not reasons[1] and "cut short" in reasons[2], f"reasons: {reasons}")


def cases(setting):
    """Leaves the gateway stopped and its config as it was."""
    authority = Authority(setting.world.directory / "authority")
    with relay.Relay(setting.stack.api_url, authority.context("good")) as link:

        def write_config(login=None):
            setting.world.write_config(api_url=link.url("https"), credentials=f'{login or setting.world.login()}\n'
                                       f'    ca_file = "{authority.ca_file}"')

        write_config()
        setting.gateway.log_path.unlink(missing_ok=True)
        try:
            check_lost_write(setting, link)
            start_proxies_anew(setting)
            for name, fault, words in FAULTS:
                check_fault(setting, link, name, fault, words)
            check_certificates(setting, link, authority)
            check_slow(setting, link)
            check_token(setting, write_config)
            check_secret_file(setting, link, write_config)
        finally:
            link.set_fault(relay.well)
            setting.gateway.stop()
            setting.world.write_config()
