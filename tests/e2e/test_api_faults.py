#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults of the Zabbix API and server: each is a state with one clear line, and the proxies run all the same."""

import contextlib
import pathlib
import sys

import object_cases
import relay_cases
import secret_file
from faulty_api import ANSWERS, FaultyApi
from gateway import DEGRADED
from processes import free_port
from setting import run_cases
from tap import expect, expect_equal

FAULT_SECONDS = 30
HEALTH = "health { interval = 2 timeout = 2 start_period = 10 }"  # a server that is away is told in time
ERROR_LENGTH_MAX = 300
NOT_ASKED = "not asked yet"  # before the reporter's first word


def proxies_run(status):
    """Whether every VRF's proxy lives and answers."""
    for vrf in status["vrfs"]:
        pid = vrf["proxy"]["pid"]
        checks = {each["name"]: each["ok"] for each in vrf["checks"]}
        if not pid or not pathlib.Path("/proc", str(pid)).exists() or checks.get("stats") is not True:
            return False
    return True


def status_of(gateway):
    """The status document, or one without VRFs where no supervisor answers yet."""
    with contextlib.suppress(ValueError):
        return gateway.status()
    return {"gateway": {"zabbix": {"error": None}}, "vrfs": []}


def status_with_fault(gateway):
    """The status document once the API's fault is known and the proxies run; None before."""
    status = status_of(gateway)
    return status if status["gateway"]["zabbix"]["error"] not in (None, NOT_ASKED) and proxies_run(status) else None


def expect_one_clear_line(gateway, error, words):
    """The error is one line that says what happened, and stands in the log once."""
    expect("\n" not in error and len(error) <= ERROR_LENGTH_MAX, f"not one clear line: {error!r}")
    for word in words:
        expect(word.lower() in error.lower(), f"the error does not say '{word}': {error!r}")
    lines = [line for line in gateway.log_path.read_text().splitlines() if error in line]
    expect_equal(len(lines), 1, f"log lines that say {error!r}")


def check_fault(setting, name, state, words=(), **config):
    """Run with a config that meets this fault; the state, the line, and the proxies are as promised."""
    gateway = setting.gateway
    with setting.case(f"{name}: {state}, said in one line, proxies run"):
        setting.world.write_config(**config)
        gateway.log_path.unlink(missing_ok=True)
        gateway.start()
        try:
            status = gateway.process.wait_ready(lambda: status_with_fault(gateway), FAULT_SECONDS)
            zabbix = status["gateway"]["zabbix"]
            expect_equal(zabbix["state"], state, f"state ({zabbix['error']})")
            expect_one_clear_line(gateway, zabbix["error"], words)
        finally:
            gateway.stop()


def check_faulty_answers(setting):
    words = {"status 500": ["500"], "an empty 500": ["500"], "a redirect": ["302"]}
    for name in ANSWERS:
        with FaultyApi(name) as api:
            check_fault(setting, f"API answers {name}", "unreachable", words.get(name, ()), api_url=api.url("http"))
            followed = api.was_followed()
        if name == "a redirect":
            with setting.case("a redirect is not followed: it would carry the password elsewhere"):
                expect(not followed, "it was followed")


def check_unreadable_files(setting):
    directory = setting.world.directory
    absent, empty = directory / "absent.token", directory / "empty.token"
    empty.touch(mode=0o600)
    check_fault(setting, "token file that is not there", "denied", [str(absent)],
                credentials=f'token_file = "{absent}"')
    check_fault(setting, "empty token file", "denied", [str(empty)], credentials=f'token_file = "{empty}"')


def check_refusing_server(setting):
    """The API is well, and nobody listens where the proxies call their server."""
    world, gateway = setting.world, setting.gateway
    world.write_config(server_port=free_port())
    text = world.config.read_text()
    world.config.write_text(text.replace("proxy {", f"proxy {{ {HEALTH}"))
    with setting.case("server that refuses the connection: VRFs degraded, no proxy restarted, status exits 1"):
        gateway.start()
        try:
            gateway.process.wait_ready(
                lambda: [each["state"] for each in status_of(gateway)["vrfs"]] == ["degraded"] * 2, FAULT_SECONDS)
            expect_equal(gateway.status_code(), DEGRADED, "exit status")
            status = gateway.status()
            for vrf in status["vrfs"]:
                expect_equal(vrf["reason"], "server: never seen by the Zabbix server; API reachable", "reason")
                expect_equal(vrf["proxy"]["restarts"], 0, "restarts")
            expect_equal(status["gateway"]["zabbix"]["state"], "ok", "state of the API")
            expect(proxies_run(status), f"a proxy does not run: {status['vrfs']}")
        finally:
            gateway.stop()


def check_refused_logins(setting):
    """Last: the server blocks an account for a while after some wrong passwords."""
    directory = setting.world.directory
    token, password = directory / "wrong.token", directory / "wrong.password"
    for path in (token, password):
        secret_file.write(path, "0" * 64)
    check_fault(setting, "unknown token", "denied", credentials=f'token_file = "{token}"')
    check_fault(setting, "wrong password", "denied", ["password"],
                credentials=f'user = "Admin"  password_file = "{password}"')
    with setting.case("import with a wrong password exits 1, said in one line"):
        done = setting.gateway.command("import")
        expect_equal((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), "import")
        expect("login of user 'Admin' with its password" in done.stderr, done.stderr)


def cases(setting):
    try:
        check_fault(setting, "connection refused", "unreachable", ["connect"],
                    api_url=f"http://127.0.0.1:{free_port()}/api_jsonrpc.php")
        check_faulty_answers(setting)
        check_unreadable_files(setting)
        check_refusing_server(setting)
        setting.world.write_config()
        relay_cases.cases(setting)
        object_cases.cases(setting, check_fault)
        check_refused_logins(setting)
    finally:
        setting.gateway.command("down")


if __name__ == "__main__":
    sys.exit(run_cases("flt", cases))
