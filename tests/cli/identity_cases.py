# SPDX-License-Identifier: GPL-2.0-or-later
"""Who a gateway is: its id, the machine that it was made on, the numbers of its uplinks; and which copy is refused."""

import contextlib
import json
import pathlib
import signal

from lab import CONFIG_EXIT, STATE_SECONDS, USAGE_EXIT, expect_said, output_of
from running_cases import fake_proxy
from tap import expect, expect_equal
from waiting import wait_until

MACHINE_ID = pathlib.Path("/etc/machine-id")
REFUSED = "was made on another machine: run 'vrfgate init --new-id'"


@contextlib.contextmanager
def machine(lab, text):
    """Inside, this is another machine, by its machine-id(5)."""
    path = lab.base / "machine-id"
    path.write_text(f"{text}\n")
    if not MACHINE_ID.exists():
        MACHINE_ID.touch(0o444)
    output_of("mount", "--bind", path, MACHINE_ID)
    try:
        yield
    finally:
        output_of("umount", MACHINE_ID)


FIRST, SECOND = "11" * 16, "22" * 16


def identity(lab):
    return json.loads((lab.base / "state/gateway.json").read_text())


def keys(lab):
    return sorted(lab.base.glob("state/vrfs/*/psk*"))


def write_with_proxy(lab):
    """A VRF whose proxy has a key."""
    lab.write(fake_proxy(lab).replace("psk = false", "") + "vrf one { }\n")


def run_once(lab):
    """A supervisor that has made the files of its proxy, and ends again."""
    with lab.running():
        wait_until(lambda: len(keys(lab)) == 2, STATE_SECONDS, "the key of the proxy")


def an_id_is_made_once_and_for_root_only(lab):
    write_with_proxy(lab)
    with machine(lab, FIRST):
        run_once(lab)
        made = identity(lab)
        expect_equal((len(made["id"]), made["schema"]), (32, 1), "id")
        expect(FIRST not in json.dumps(made), "the machine-id itself is in it")
        expect_equal(oct((lab.base / "state/gateway.json").stat().st_mode & 0o777), "0o600", "mode")
        run_once(lab)
        expect_equal(identity(lab), made, "after a second start")
    lab.command("down")


def a_copy_of_a_machine_is_refused_before_anything_of_it_runs(lab):
    write_with_proxy(lab)
    with machine(lab, FIRST):
        run_once(lab)
    lab.command("down")
    made = identity(lab)
    with machine(lab, SECOND):
        for command in (("run",), ("sync",), ("sync", "-n"), ("leave", "--yes"), ("rotate-psk", "one")):
            expect_said(lab.command(*command), 1, stdout="", stderr=REFUSED)
        expect("one" not in output_of("ip", "netns"), "it has made a namespace")
    expect_equal(identity(lab), made, "id")


def a_copy_becomes_a_gateway_of_its_own(lab):
    write_with_proxy(lab)
    with machine(lab, FIRST):
        run_once(lab)
    made, old = identity(lab), [path.read_text() for path in keys(lab)]
    with machine(lab, SECOND):
        expect_said(lab.command("init", "--new-id"), 0, stdout="gateway 'gw1': id ", stderr="")
        expect(identity(lab)["id"] != made["id"], "the id is the old one")
        expect_equal(keys(lab), [], "keys of the original")
        run_once(lab)
        expect(not set(old) & {path.read_text() for path in keys(lab)}, "a key of the original")
    lab.command("down")


def a_gateway_goes_on_on_other_hardware(lab):
    write_with_proxy(lab)
    with machine(lab, FIRST):
        run_once(lab)
    made, old = identity(lab), [path.read_text() for path in keys(lab)]
    with machine(lab, SECOND):
        expect_said(lab.command("init", "--keep-id"), 0, stdout=made["id"], stderr="")
        expect_equal(identity(lab)["id"], made["id"], "id")
        expect_equal([path.read_text() for path in keys(lab)], old, "keys")
        run_once(lab)
    with machine(lab, FIRST):
        expect_said(lab.command("run"), 1, stderr=REFUSED)
    lab.command("down")


def init_says_what_it_needs(lab):
    lab.write("namespace one { }\n")
    for words in ((), ("--new-id", "--keep-id")):
        expect_said(lab.command("init", *words), USAGE_EXIT, stdout="", stderr="expected one of --new-id and --keep-id")
    with lab.running():
        expect_said(lab.command("init", "--new-id"), 1, stdout="", stderr="a supervisor runs already")
    (lab.base / "state/gateway.json").write_text("{}")
    expect_said(lab.command("run"), 1, stderr="gateway.json' is damaged")
    expect_said(lab.command("init", "--new-id"), 0, stderr="")
    lab.command("down")


def a_fixed_number_that_another_vrf_has_changes_nothing(lab):
    one = "namespace one { uplink = true }\n"
    fault = "vrf 'two': id 0: vrf 'one' has this uplink number"
    lab.write(one)
    with lab.running() as process:
        address = lab.wait_state("one", "healthy")["uplink"]["address"]
        lab.write(one + "namespace two { uplink = true id = 0 }\n")
        expect_said(lab.command("check"), CONFIG_EXIT, stdout="", stderr=f"{lab.path}: {fault}")
        expect_said(lab.command("reload"), 1, stdout="", stderr=fault)
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: f"not reloaded: {fault}" in lab.log(), STATE_SECONDS, "its line in the log")
        document = lab.status()
        expect_equal([(each["name"], each["uplink"]["address"]) for each in document["vrfs"]], [("one", address)], "VRFs")
        lab.write("namespace one { uplink = true id = 1 }\nnamespace two { uplink = true id = 0 }\n")
        expect_said(lab.command("check"), 0, stderr="")
        expect_said(lab.command("reload"), 1, stdout="added: two\n", stderr="vrfgate: vrf 'two': failed: ")
        # What runs moves when it starts anew, and is waited for.
        lab.wait_state("two", "failed")
        expect_equal(lab.vrf("one")["uplink"]["address"], address, "address of one")
        expect_said(lab.command("restart", "one"), 0, stderr="")
        expect_said(lab.command("start", "two"), 0, stderr="")
        expect_equal(lab.wait_state("two", "healthy")["uplink"]["address"], address, "address of two")
    lab.command("down")


@contextlib.contextmanager
def host_named(lab, name):
    """Commands of the lab find a machine of that name."""
    program, wrapper = lab.program, lab.base / f"on-{name}"
    wrapper.write_text(f"""#!/bin/sh
exec unshare --uts sh -c 'hostname {name} && exec "$0" "$@"' {program} "$@"
""")
    wrapper.chmod(0o755)
    lab.program = wrapper
    try:
        yield
    finally:
        lab.program = program


def a_gateway_keeps_the_host_name_of_its_first_start(lab):
    """What it makes in Zabbix is called by it."""
    lab.gateway = lab.gateway.replace("name = gw1 ", "")
    lab.write(fake_proxy(lab) + "vrf one { interface c { kind = macvlan parent = trunk0 address = 10.0.0.2/30 } }\n")
    kept = 'gateway: no name, so that it stays "localhost", the host name of its first start, which is now "gw7"'
    with host_named(lab, "localhost"):
        expect_said(lab.command("check"), 0, stderr="")
        with lab.running():
            expect_equal(lab.status()["gateway"]["name"], "localhost", "name")
            expect_equal(lab.status()["gateway"]["warnings"], [], "warnings")
    with host_named(lab, "gw7"):
        expect_said(lab.command("check"), 0, stderr=f"{lab.path}:1: {kept}; expected name\n")
        with lab.running():
            expect(kept in lab.log(), "the log does not say so")
            expect_equal(lab.status()["gateway"]["name"], "localhost", "name with another host name")
            expect_equal(lab.vrf("one")["proxy"]["name"], "localhost-one", "proxy")
            expect(any("now 'gw7'" in each for each in lab.status()["gateway"]["warnings"]), "status does not say so")
            expect_said(lab.command("reload"), 0, stderr="")
        expect_said(lab.command("init", "--new-id"), 0, stdout="gateway 'gw7'")
        expect_said(lab.command("check"), 0, stderr="")
        lab.gateway = lab.gateway.replace("gateway {", "gateway { name = gw8")
        lab.write("namespace two { }\n")
        with lab.running():
            expect_equal(lab.status()["gateway"]["name"], "gw8", "name that the config has")
        expect(not (lab.base / "state/gateway.name").exists(), "a name of the config is kept")
    lab.command("down")


CASES = [a_gateway_keeps_the_host_name_of_its_first_start, an_id_is_made_once_and_for_root_only, a_copy_of_a_machine_is_refused_before_anything_of_it_runs,
         a_copy_becomes_a_gateway_of_its_own, a_gateway_goes_on_on_other_hardware, init_says_what_it_needs,
         a_fixed_number_that_another_vrf_has_changes_nothing]
