# SPDX-License-Identifier: GPL-2.0-or-later
"""Proxies that do not become ready, under a supervisor in a world of our own."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

from lab import STATE_SECONDS, expect_said
from running_cases import FAKE_PROXY, children_of, fake_proxy
from tap import expect, expect_equal
from waiting import wait_until

NAMES_SECONDS = 60  # looked at every 15 s


def a_database_that_cannot_be_used_is_moved_aside(lab):
    section = fake_proxy(lab)
    directory = lab.base / "state" / "vrfs" / "acme"
    (lab.base / "zabbix_proxy").write_text(
        FAKE_PROXY.replace("exec sleep", f"[ -e {directory}/proxy.db ] && exit 1\nexec sleep"))
    directory.mkdir(parents=True)
    (directory / "proxy.db").write_text("garbage, whatever it once was")
    for path in (directory, directory / "proxy.db"):
        shutil.chown(path, "nobody")
    lab.write(section.replace("restart {", "health { interval = 1 timeout = 1 start_period = 2 } restart {")
              + "vrf acme { }\n")
    with lab.running():
        wait_until(lambda: not (directory / "proxy.db").exists(), STATE_SECONDS, "the database: gone")
        vrf = lab.wait_state("acme", "starting")
        aside = [path for path in directory.iterdir() if path.name.startswith("proxy.db.")]
        expect_equal([path.read_text() for path in aside], ["garbage, whatever it once was"], "moved aside")
        expect("file is not a database" in vrf["reason"] and aside[0].name in vrf["reason"], f"{vrf['reason']!r}")
        expect_equal(lab.log().count("its database could not be used"), 1, "lines in the log")
        wait_until(lambda: lab.vrf("acme")["since_s"] >= 3, STATE_SECONDS, "longer than its start_period")
        expect_equal(lab.vrf("acme")["state"], "starting", "while it makes a new database")
    lab.command("down")


def name_servers_that_a_rename_on_the_machine_takes_away_come_back(lab):
    """The kernel detaches a mount, in every mount namespace, from a file that another one is renamed over."""
    section = fake_proxy(lab)
    shutil.copy(pathlib.Path(__file__).with_name("fake_proxy.py"), lab.base / "zabbix_proxy")
    etc = lab.base / "etc"
    subprocess.run(["cp", "-a", "/etc", etc], check=True)
    (etc / "resolv.conf").unlink(missing_ok=True)
    (etc / "resolv.conf").write_text("nameserver 192.0.2.1\n")
    lab.write(section + "vrf acme { dns = 192.0.2.53 }\nvrf bravo { }\n")
    subprocess.run(["mount", "--bind", etc, "/etc"], check=True)
    try:
        with lab.running():
            first, bravo = (lab.wait_state(name, "healthy")["proxy"]["pid"] for name in ("acme", "bravo"))
            expect_equal(name_servers_of(first), "nameserver 192.0.2.53\n", "name servers")
            pathlib.Path("/etc/new").write_text("nameserver 192.0.2.2\n")
            pathlib.Path("/etc/new").rename("/etc/resolv.conf")
            expect_equal(name_servers_of(first), "nameserver 192.0.2.2\n", "once the machine's were replaced")
            wait_until(lambda: lab.vrf("acme")["proxy"]["pid"] not in (0, None, first), NAMES_SECONDS, "a new proxy")
            second = lab.wait_state("acme", "healthy")["proxy"]["pid"]
            expect_equal(name_servers_of(second), "nameserver 192.0.2.53\n", "name servers of the new one")
            expect_equal(lab.wait_state("bravo", "healthy")["proxy"]["pid"], bravo, "pid of one with the machine's")
            expect_equal(lab.log().count("it sees other name servers than those of its config; restarting"), 1, "lines")
            lab.write(section + "vrf acme { dns = 192.0.2.54 }\nvrf bravo { }\n")
            expect_said(lab.command("reload"), 0)
            wait_until(lambda: lab.vrf("acme")["proxy"]["pid"] not in (0, None, second), NAMES_SECONDS, "a third one")
            third = lab.wait_state("acme", "healthy")["proxy"]["pid"]
            expect_equal(name_servers_of(third), "nameserver 192.0.2.54\n", "name servers after a reload")
    finally:
        subprocess.run(["umount", "--lazy", "/etc"], check=True)
    lab.command("down")


def name_servers_need_no_file_of_the_machine(lab):
    """A link that leads nowhere, as where systemd-resolved was taken away, and no file at all."""
    section = fake_proxy(lab)
    shutil.copy(pathlib.Path(__file__).with_name("fake_proxy.py"), lab.base / "zabbix_proxy")
    etc = lab.base / "etc"
    subprocess.run(["cp", "-a", "/etc", etc], check=True)
    (etc / "resolv.conf").unlink(missing_ok=True)
    (etc / "resolv.conf").symlink_to("../run/systemd/resolve/stub-resolv.conf")
    lab.write(section + "vrf acme { dns = 192.0.2.53 }\n")
    subprocess.run(["mount", "--bind", etc, "/etc"], check=True)
    try:
        with lab.running():
            first = lab.wait_state("acme", "healthy")["proxy"]["pid"]
            expect_equal(name_servers_of(first), "nameserver 192.0.2.53\n", "name servers behind a dangling link")
            expect_said(lab.command("exec", "acme", "cat", "/etc/resolv.conf"), 0, stdout="nameserver 192.0.2.53\n",
                        stderr="")
            pathlib.Path("/etc/resolv.conf").unlink()
            expect_said(lab.command("restart", "acme"), 0)
            wait_until(lambda: "no /etc/resolv.conf" in lab.vrf("acme")["reason"], NAMES_SECONDS, "told in the status")
            second = lab.wait_state("acme", "degraded")["proxy"]["pid"]
            expect(second and not pathlib.Path(f"/proc/{second}/root/etc/resolv.conf").exists(), "it runs without")
            expect_said(lab.command("exec", "acme", "true"), 0, stderr="without its name servers: this machine has no")
            expect_equal(lab.log().count("its proxy runs without its name servers: this machine has no"), 1, "lines")
            pathlib.Path("/etc/resolv.conf").write_text("nameserver 192.0.2.1\n")
            wait_until(lambda: lab.vrf("acme")["proxy"]["pid"] not in (0, None, second), NAMES_SECONDS, "a new proxy")
            third = lab.wait_state("acme", "healthy")["proxy"]["pid"]
            expect_equal(name_servers_of(third), "nameserver 192.0.2.53\n", "name servers once there is a file")
    finally:
        subprocess.run(["umount", "--lazy", "/etc"], check=True)
    lab.command("down")


def name_servers_that_cannot_be_written_cost_themselves(lab):
    """The proxy runs, and asks nobody: the machine's name servers are none of a customer's."""
    place = lab.base / "run" / "vrfs" / "acme" / "resolv.conf"
    (place / "in_the_way").mkdir(parents=True)
    section = fake_proxy(lab)
    shutil.copy(pathlib.Path(__file__).with_name("fake_proxy.py"), lab.base / "zabbix_proxy")
    lab.write(section + "vrf acme { dns = 192.0.2.53 }\n")
    with lab.running():
        vrf = lab.wait_state("acme", "degraded")
        first = vrf["proxy"]["pid"]
        expect(vrf["reason"].startswith("process: its name servers are not in effect: "), f"the reason is {vrf['reason']!r}")
        expect_equal(name_servers_of(first), "", "name servers")
        (place / "in_the_way").rmdir()
        place.rmdir()
        wait_until(lambda: lab.vrf("acme")["proxy"]["pid"] not in (0, None, first), NAMES_SECONDS, "a new proxy")
        second = lab.wait_state("acme", "healthy")["proxy"]["pid"]
        expect_equal(name_servers_of(second), "nameserver 192.0.2.53\n", "name servers of the new one")
    lab.command("down")


def name_servers_of(pid):
    return pathlib.Path(f"/proc/{pid}/root/etc/resolv.conf").read_text()


def one_that_ends_too_often_is_failed_until_it_is_started_by_hand(lab):
    section = fake_proxy(lab).replace("min = 1 max = 2", "min = 1 max = 1 count = 1 window = 300")
    program = lab.base / "zabbix_proxy"
    program.write_text(FAKE_PROXY.replace("exec sleep 1000", "exit 3"))
    lab.write(section + "vrf acme { }\n")
    with lab.running():
        vrf = lab.wait_state("acme", "failed")
        expect_equal(vrf["reason"], "more than 1 restarts within 300 s: zabbix_proxy ended: exit status 3", "reason")
        expect_said(lab.command("status"), 2, stdout="failed")
        program.write_text(FAKE_PROXY)
        expect_said(lab.command("start", "-n", "acme"), 0)
        lab.wait_state("acme", "starting")
    lab.command("down")


def status_draws_over_the_last_one_on_a_terminal(lab):
    lab.write("namespace mgmt { }\n")
    with lab.running():
        lab.wait_state("mgmt", "healthy")
        ours, theirs = os.openpty()
        with subprocess.Popen([lab.program, "status", "-c", lab.path, "-w1"], stdout=theirs) as process:
            os.close(theirs)
            drawn = b""
            while drawn.count(b"\x1b[J") < 2:
                drawn += os.read(ours, 4096)
            process.terminate()
        os.close(ours)
        expect(drawn.startswith(b"\x1b[Hgateway gw1: healthy"), f"not from the corner on: {drawn!r}")
        expect(b"\x1b[2J" not in drawn and b"\x1b[H\x1b[J" not in drawn, f"the screen goes blank: {drawn!r}")
        expect(b"mgmt" in drawn and b"\x1b[K" in drawn, f"{drawn!r}")
    lab.command("down")


def a_supervisor_that_hangs_is_as_none(lab):
    lab.write("namespace mgmt { }\n")
    with lab.running() as process:
        lab.wait_state("mgmt", "healthy")
        process.send_signal(signal.SIGSTOP)
        started = time.monotonic()
        expect_said(lab.command("status"), 3, stdout="", stderr="the supervisor does not answer")
        expect(time.monotonic() - started < 5, "status waits too long")
        process.send_signal(signal.SIGCONT)
        lab.wait_state("mgmt", "healthy")
    lab.command("down")


def binaries_that_hang_hold_up_nobody(lab):
    """Twelve that never answer to -V, and the proxy of another VRF that is killed meanwhile."""
    section = fake_proxy(lab)
    config = section + "vrf good { }\n"
    for number in range(12):
        path = lab.base / f"hanging{number}"
        path.write_text("#!/bin/sh\nexec sleep 1000\n")
        path.chmod(0o755)
        config += f'vrf hanging{number} {{ proxy {{ binary = "{path}" }} }}\n'
    lab.write(config)
    with lab.running():
        first = lab.wait_state("good", "starting")["proxy"]["pid"]
        os.kill(first, signal.SIGKILL)
        came_back = False

        def all_refused():
            nonlocal came_back
            expect(lab.command("status", "-j").returncode != 3, "the supervisor does not answer")
            vrfs = {vrf["name"]: vrf for vrf in lab.status()["vrfs"]}
            came_back |= vrfs["good"]["state"] == "starting" and vrfs["good"]["proxy"]["pid"] not in (0, None, first)
            return came_back and all("did not answer to -V" in vrfs[f"hanging{number}"]["reason"] for number in range(12))
        wait_until(all_refused, 60, "twelve refused, one back")
        expect_equal(len([pid for pid in children_of("sleep")]), 1, "programs that run")
    lab.command("down")


def a_running_proxy_is_taken_over_whatever_its_binary_says(lab):
    lab.write(fake_proxy(lab) + "vrf acme { }\n")
    with lab.running(stop=False) as process:
        before = lab.wait_state("acme", "starting")["proxy"]["pid"]
        process.kill()
        process.wait()
    (lab.base / "zabbix_proxy").write_text("#!/bin/sh\nexec sleep 1000\n")
    with lab.running():
        expect_equal(lab.wait_state("acme", "starting")["proxy"]["pid"], before, "pid")
        wait_until(lambda: "goes on with the old config" in lab.log(), STATE_SECONDS, "what became of asking")
        expect("did not answer to -V" in lab.log(), "the log does not say why")
        expect_equal(lab.vrf("acme")["proxy"]["pid"], before, "pid after it was asked")
    lab.command("down")


def a_reload_beside_a_proxy_that_ends_comes_to_its_end(lab):
    """What an earlier supervisor was ending never gets the config that the reload would give it."""
    slow = lab.base / "slow_proxy"
    slow.write_text('#!/bin/sh\n[ "$1" = -V ] && exec echo "zabbix_proxy (Zabbix) 6.0.14"\n'
                    'trap "sleep 2; exit 0" TERM\nwhile :; do sleep 0.1; done\n')
    slow.chmod(0o755)
    lab.write(f'proxy {{ binary = "{slow}" user = nobody psk = false }}\nvrf acme {{ }}\n')
    with lab.running(stop=False) as process:
        lab.wait_state("acme", "starting")
        expect_said(lab.command("restart", "-n", "acme"), 0)
        lab.wait_state("acme", "stopping")
        process.kill()
        process.wait()
    with lab.running():
        expect_said(lab.command("reload"), 0)
        lab.wait_state("acme", "starting")
    lab.command("down")


CASES = [a_reload_beside_a_proxy_that_ends_comes_to_its_end, name_servers_need_no_file_of_the_machine, name_servers_that_a_rename_on_the_machine_takes_away_come_back,
         name_servers_that_cannot_be_written_cost_themselves, binaries_that_hang_hold_up_nobody, a_running_proxy_is_taken_over_whatever_its_binary_says, a_database_that_cannot_be_used_is_moved_aside, one_that_ends_too_often_is_failed_until_it_is_started_by_hand,
         status_draws_over_the_last_one_on_a_terminal, a_supervisor_that_hangs_is_as_none]
