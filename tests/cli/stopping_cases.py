# SPDX-License-Identifier: GPL-2.0-or-later
"""How proxies are ended: as long as one writes it is waited for, and nobody else is held up by it."""

import contextlib
import os
import signal
import subprocess
import time

from lab import expect_said
from running_cases import fake_proxy, netns_names
from tap import expect, expect_equal
from waiting import wait_until

END_SECONDS = 60
# Longer than the ten seconds that a proxy had once.
WRITES_SECONDS = 13
SHORT_SECONDS = 4
STILL = "; still "

HEAD = """#!/usr/bin/python3 -B
import os, signal, sys, threading, time
if sys.argv[1] == "-V":
    print("zabbix_proxy (Zabbix) 6.0.14")
    sys.exit()
state = os.path.dirname(open(sys.argv[3]).read().split("DBName=")[1].split()[0])
def note(name):
    with open(f"{state}/{name}", "w") as file:
        file.write("x")
"""
# Accepted values that take so long to write.
WRITER = HEAD + """
def write(*_):
    note("begun")
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        note("values")
        time.sleep(0.1)
    note("done")
    os._exit(0)
signal.signal(signal.SIGTERM, write)
note("ready")
while True:
    time.sleep(1)
"""
# Of two processes one waits for a lock for good, and the other for it.
LOCKED = HEAD + """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
note("ready")
os.wait()
"""
DEAF = HEAD + """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
note("ready")
while True:
    time.sleep(0.2)
"""


def proxies(lab, **texts):
    """The config of a VRF for each program; one without a text has a program that ends at once."""
    section = fake_proxy(lab)
    for name, text in texts.items():
        if text:
            path = lab.base / f"{name}_proxy"
            path.write_text(text)
            path.chmod(0o755)
            section += f'vrf {name} {{ proxy {{ binary = "{path}" }} }}\n'
        else:
            section += f"vrf {name} {{ }}\n"
    return section


def noted(lab, vrf, name):
    return (lab.base / "state" / "vrfs" / vrf / name).exists()


def wait_ready(lab, *vrfs):
    for vrf in vrfs:
        wait_until(lambda each=vrf: noted(lab, each, "ready"), END_SECONDS, f"{vrf}: its proxy has started")


def wait_end(lab, vrf):
    """The VRF when its proxy has ended."""
    wait_until(lambda: lab.vrf(vrf)["state"] == "disabled", END_SECONDS, f"{vrf}: stopped")
    return lab.vrf(vrf)


@contextlib.contextmanager
def left_behind(lab, *vrfs):
    """Inside, no supervisor runs and the proxies of these VRFs do."""
    with lab.running(stop=False) as process:
        wait_ready(lab, *vrfs)
        process.kill()
        process.wait()
    yield


def each_proxy_has_as_long_as_it_writes(lab):
    lab.write(proxies(lab, writes=WRITER.replace("SECONDS", str(WRITES_SECONDS)), locked=LOCKED, deaf=DEAF, quick=""))
    with lab.running():
        wait_ready(lab, "writes", "locked", "deaf")
        lab.wait_state("quick", "starting")
        expect_said(lab.command("stop", "-n", "writes", "locked", "deaf", "quick"), 0)
        lab.wait_state("quick", "disabled")
        expect(not noted(lab, "writes", "done"), "the quick one waited for the writer")
        wait_until(lambda: STILL + "writing after" in lab.vrf("writes")["reason"], END_SECONDS, "told that it writes")
        expect(lab.vrf("writes")["reason"].startswith("stopped by hand"), "why it stops is told no more")
        expect_said(lab.command("stop", "-n", "--now", "deaf"), 0)
        expect_equal(wait_end(lab, "deaf")["proxy"]["last_exit"], "signal 9 (Killed)", "the deaf one's end")
        expect_equal(wait_end(lab, "writes")["proxy"]["last_exit"], "exit status 0", "the writer's end")
        expect(noted(lab, "writes", "done"), "values were lost")
        expect_equal(wait_end(lab, "locked")["proxy"]["last_exit"], "signal 9 (Killed)", "the dead-locked one's end")
        expect("vrf 'locked': proxy dead-locked, no sign of life for 15 s; sent SIGKILL" in lab.log(), "not told")
        expect("vrf 'deaf': proxy killed: ordered by 'vrfgate stop --now'" in lab.log(), "not told")
        expect_equal(lab.vrf("locked")["reason"], "stopped by hand", "reason")
    lab.command("down")


def a_stopped_process_is_continued_to_write_its_values(lab):
    lab.write(proxies(lab, acme=WRITER.replace("SECONDS", "1")))
    with lab.running():
        wait_ready(lab, "acme")
        os.kill(lab.vrf("acme")["proxy"]["pid"], signal.SIGSTOP)
        expect_said(lab.command("stop", "-n", "acme"), 0)
        expect_equal(wait_end(lab, "acme")["proxy"]["last_exit"], "exit status 0", "its end")
        expect(noted(lab, "acme", "done"), "values were lost")
    lab.command("down")


def a_second_signal_to_the_supervisor_kills_nobody(lab):
    lab.write(proxies(lab, acme=WRITER.replace("SECONDS", str(SHORT_SECONDS)), deaf=DEAF))
    with lab.running(stop=False) as process:
        wait_ready(lab, "acme", "deaf")
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: noted(lab, "acme", "begun"), END_SECONDS, "it writes")
        process.send_signal(signal.SIGINT)
        wait_until(lambda: "'vrfgate stop --now acme' kills it" in lab.log(), END_SECONDS, "told how to kill")
        wait_until(lambda: noted(lab, "acme", "done"), END_SECONDS, "its values")
        expect_equal(process.poll(), None, "the supervisor's exit status while a proxy ends")
        expect_said(lab.command("start", "-n", "acme"), 1, stderr="the supervisor is stopping")
        expect_said(lab.command("stop", "-n", "--now", "deaf"), 0)
        expect_equal(process.wait(END_SECONDS), 0, "exit status")
    lab.command("down")


def one_that_is_added_again_while_its_proxy_ends_has_not_failed(lab):
    with_both = proxies(lab, acme=WRITER.replace("SECONDS", str(SHORT_SECONDS)), bravo="")
    lab.write(with_both)
    with lab.running():
        wait_ready(lab, "acme")
        first = lab.vrf("acme")["proxy"]["pid"]
        lab.write(proxies(lab, bravo=""))
        expect_said(lab.command("reload", "--no-wait"), 0, stdout="", stderr="")
        wait_until(lambda: noted(lab, "acme", "begun"), END_SECONDS, "it ends")
        lab.write(with_both)
        expect_said(lab.command("reload", "-n"), 0, stdout="", stderr="")
        expect(not noted(lab, "acme", "done"), "too late: it has ended")
        wait_until(lambda: lab.vrf("acme")["state"] == "starting", END_SECONDS, "another proxy")
        expect(noted(lab, "acme", "done"), "its values were lost")
        expect(lab.vrf("acme")["proxy"]["pid"] != first, "the old proxy")
        expect("vrf 'acme': backoff" not in lab.log(), "it is taken for a failure")
    lab.command("down")


def a_leftover_that_does_not_end_concerns_its_own_vrf_only(lab):
    lab.write(proxies(lab, old=DEAF, bravo=""))
    with left_behind(lab, "old"):
        lab.write(proxies(lab, bravo="") + "namespace mgmt { }\n")
        with lab.running():
            lab.wait_state("bravo", "starting")
            lab.wait_state("mgmt", "healthy")
            expect_equal(lab.vrf("old")["state"], "degraded", "state of the leftover")
            expect_said(lab.command("reload", "-n", "--remove"), 0)
            old = lab.vrf("old")
            expect_equal(old["state"], "stopping", "state of the leftover that is meant to go")
            expect(old["reason"].startswith("gone from the config"), f"reason: {old['reason']!r}")
            wait_until(lambda: STILL in lab.vrf("old")["reason"], END_SECONDS, "told that it does not end")
            expect("old" in netns_names(), "its namespace went before it")
            expect_said(lab.command("stop", "-n", "--now", "old"), 0)
            wait_until(lambda: lab.vrf("old") is None and "old" not in netns_names(), END_SECONDS, "old: removed")
    lab.command("down")


def a_leftover_whose_lock_names_nobody_concerns_its_own_vrf_only(lab):
    lab.write(proxies(lab, bravo=""))
    lock = lab.base / "run" / "vrfs" / "old" / "lock"
    lock.parent.mkdir(parents=True)
    with subprocess.Popen(["flock", lock, "sleep", "1000"], start_new_session=True) as holder:
        wait_until(lock.exists, END_SECONDS, "the lock")
        with lab.running():
            lab.wait_state("bravo", "starting")
            wait_until(lambda: "lock' is held" in lab.vrf("old")["reason"], END_SECONDS, "the lock is named")
            os.killpg(holder.pid, signal.SIGKILL)
            expect_said(lab.command("reload", "--remove"), 0, stdout="removed: old\n", stderr="")
            expect_equal(lab.vrf("old"), None, "old")
    lab.command("down")


def a_stop_goes_on_under_the_next_supervisor(lab):
    lab.write(proxies(lab, acme=WRITER.replace("SECONDS", str(SHORT_SECONDS)), held=WRITER.replace("SECONDS", "1")))
    with lab.running(stop=False) as process:
        wait_ready(lab, "acme", "held")
        expect_said(lab.command("restart", "-n", "acme"), 0)
        wait_until(lambda: noted(lab, "acme", "begun"), END_SECONDS, "it ends")
        wait_until(lambda: '"ending": true' in (lab.base / "run" / "state.json").read_text(), END_SECONDS, "saved")
        process.kill()
        process.wait()
    with lab.running():
        first = lab.wait_state("acme", "stopping")
        expect_equal(first["reason"], "an earlier supervisor was stopping it", "reason")
        wait_until(lambda: lab.vrf("acme")["state"] == "starting", END_SECONDS, "another proxy")
        expect(noted(lab, "acme", "done"), "its values were lost")
        expect("vrf 'acme': backoff" not in lab.log(), "it is taken for a failure")
    lab.command("down")


def down_waits_for_each_proxy_and_says_so(lab):
    lab.write(proxies(lab, acme=WRITER.replace("SECONDS", str(2 * SHORT_SECONDS)), deaf=DEAF)
              .replace("proxy {", "proxy { stop_timeout = 2", 1)
              .replace("vrf acme { proxy {", "vrf acme { proxy { stop_timeout = 300"))
    with left_behind(lab, "acme", "deaf"):
        started = time.monotonic()
        expect_said(lab.command("down"), 0, stdout="acme: removed", stderr="waiting for acme (still writing after ")
        expect(time.monotonic() - started >= SHORT_SECONDS, "it did not wait")
        expect(noted(lab, "acme", "done"), "its values were lost")
        expect_equal(netns_names(), [], "namespaces")


def down_now_kills(lab):
    lab.write(proxies(lab, acme=WRITER.replace("SECONDS", str(END_SECONDS)), deaf=DEAF))
    with left_behind(lab, "acme", "deaf"):
        expect_said(lab.command("down", "--now"), 0, stdout="acme: removed", stderr="")
        expect(not noted(lab, "acme", "done"), "it was waited for")
        expect_equal(netns_names(), [], "namespaces")


CASES = [each_proxy_has_as_long_as_it_writes, a_stopped_process_is_continued_to_write_its_values,
         a_second_signal_to_the_supervisor_kills_nobody, one_that_is_added_again_while_its_proxy_ends_has_not_failed,
         a_leftover_that_does_not_end_concerns_its_own_vrf_only,
         a_leftover_whose_lock_names_nobody_concerns_its_own_vrf_only, a_stop_goes_on_under_the_next_supervisor,
         down_waits_for_each_proxy_and_says_so, down_now_kills]
