#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults of the Zabbix API: each is a state with one clear line, and the proxies run all the same."""

import contextlib
import pathlib
import sys

from faulty_api import ANSWERS, FaultyApi
from processes import free_port
from setting import run_cases
from tap import expect, expect_equal

FAULT_SECONDS = 30
ERROR_LENGTH_MAX = 300


def proxies_run(status):
    """Whether every VRF's proxy lives and answers."""
    for vrf in status["vrfs"]:
        pid = vrf["proxy"]["pid"]
        checks = {each["name"]: each["ok"] for each in vrf["checks"]}
        if not pid or not pathlib.Path("/proc", str(pid)).exists() or checks.get("stats") is not True:
            return False
    return True


def status_with_fault(gateway):
    """The status document once the API's fault is known and the proxies run; None before."""
    with contextlib.suppress(ValueError):
        status = gateway.status()
        if status["gateway"]["zabbix"]["error"] and proxies_run(status):
            return status
    return None


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
            check_fault(setting, f"API answers {name}", "unreachable", words.get(name, ()), api_url=api.url)
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


def check_refused_logins(setting):
    """Last: the server blocks an account for a while after some wrong passwords."""
    directory = setting.world.directory
    token, password = directory / "wrong.token", directory / "wrong.password"
    for path in (token, password):
        path.touch(mode=0o600)
        path.write_text("0" * 64 + "\n")
    check_fault(setting, "unknown token", "denied", credentials=f'token_file = "{token}"')
    check_fault(setting, "wrong password", "denied", ["password"],
                credentials=f'user = "Admin"  password_file = "{password}"')


def cases(setting):
    try:
        check_fault(setting, "connection refused", "unreachable", ["connect"],
                    api_url=f"http://127.0.0.1:{free_port()}/api_jsonrpc.php")
        check_faulty_answers(setting)
        check_unreadable_files(setting)
        check_refused_logins(setting)
    finally:
        setting.gateway.command("down")


if __name__ == "__main__":
    sys.exit(run_cases("flt", 3, cases))
