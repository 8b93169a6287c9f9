# SPDX-License-Identifier: GPL-2.0-or-later
"""The supervisor and its commands where there is much, or where something hangs: the loop waits for nothing."""

import contextlib
import fcntl
import os
import pathlib
import signal
import socket
import subprocess
import threading

from control_cases import connect_as
from lab import STATE_SECONDS, expect_said, ip
from running_cases import fake_proxy
from tap import expect, expect_equal
from waiting import wait_until

MANY_VRFS = 1500
MANY_SECONDS = 300
# How long what hangs would hang: far longer than all that a test waits for.
HANG_SECONDS = 600
# fsync(2) of whatever, while a file says so.
SLOW_DISK = f"""
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
int fsync(int fd)
{{
	for (int i = 0; i < {HANG_SECONDS} * 10 && access(getenv("HANG"), F_OK) == 0; i++)
		usleep(100000);
	return (int)syscall(SYS_fsync, fd);
}}
"""
# getpwnam(3) and getpwuid(3), as of a directory service that is out of reach, while a file says so.
SLOW_DIRECTORY = f"""
#include <dlfcn.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>
static void *late(const char *name)
{{
	for (int i = 0; i < {HANG_SECONDS} * 10 && access(getenv("HANG"), F_OK) == 0; i++)
		usleep(100000);
	return dlsym(RTLD_NEXT, name);
}}
struct passwd *getpwnam(const char *name)
{{
	return ((struct passwd * (*)(const char *)) late("getpwnam"))(name);
}}
struct passwd *getpwuid(uid_t uid)
{{
	return ((struct passwd * (*)(uid_t)) late("getpwuid"))(uid);
}}
"""


def preloaded(lab, text):
    """The environment of a program that has these functions in the place of the C library's; and the file that says so."""
    (lab.base / "slow.c").write_text(text)
    subprocess.run(["cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", lab.base / "slow.so", lab.base / "slow.c"],
                   check=True)
    hang = lab.base / "hang"
    return {"LD_PRELOAD": str(lab.base / "slow.so"), "HANG": str(hang)}, hang


def many(lab, verb):
    """A command on many VRFs: what it said, a line each."""
    done = subprocess.run([lab.program, verb, "-c", lab.path], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=MANY_SECONDS)
    expect_equal(done.returncode, 0, f"exit status of {verb} ({done.stderr[-500:]!r})")
    return done.stdout.splitlines()


def fifteen_hundred_vrfs_come_and_go(lab):
    lab.write("".join(f"vrf v{number} {{ }}\n" for number in range(MANY_VRFS)))
    expect_equal(sum(": up, " in line for line in many(lab, "up")), MANY_VRFS + 1, "up, root namespace included")
    expect_equal(len(ip("netns").splitlines()), MANY_VRFS, "namespaces")
    expect_equal(sum(": removed, " in line for line in many(lab, "down")), MANY_VRFS + 1, "removed")
    expect_equal(ip("netns"), "", "namespaces left")
    expect("table inet vrfgate" not in subprocess.run(["nft", "list", "tables"], capture_output=True, text=True,
                                                     check=True).stdout, "the table of root is left")


def expect_back(lab, name):
    """The proxy of that VRF is killed, and another one started, whatever else hangs."""
    pid = lab.wait_state(name, "starting")["proxy"]["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: (lab.vrf(name)["proxy"]["pid"] or pid) != pid, STATE_SECONDS, f"another proxy of {name}")


def reload_in_background(lab):
    return subprocess.Popen([lab.program, "reload", "-c", lab.path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def a_disk_that_hangs_keeps_no_proxy_dead(lab):
    """What is in run_dir has to reach no disk; a reload waits for that of state_dir, and nobody else does."""
    environment, hang = preloaded(lab, SLOW_DISK)
    lab.write(fake_proxy(lab) + "vrf acme { }\nvrf bravo { }\n")
    with lab.running(**environment):
        lab.wait_state("acme", "starting")
        hang.touch()
        try:
            for name in ("bravo", "acme", "bravo"):
                expect_back(lab, name)
            lab.write(fake_proxy(lab) + "vrf acme { }\nvrf bravo { }\nvrf charlie { }\n")
            with reload_in_background(lab) as first, reload_in_background(lab) as second:
                for name in ("bravo", "acme"):
                    expect_back(lab, name)
                said = [process.communicate(timeout=60)[1] for process in (first, second)]
            expect("another reload waits" in "".join(said) and "the reload goes on" in "".join(said), f"{said}")
            expect_back(lab, "bravo")
            expect_equal(lab.vrf("charlie"), None, "what is not written down")
        finally:
            hang.unlink()
        lab.wait_state("charlie", "starting")
        expect_said(lab.command("reload"), 0, stderr="")
    lab.command("down")


def a_user_directory_that_hangs_keeps_no_proxy_dead(lab):
    """Whose user is given by name waits for the directory, and then goes by its last answer; nobody else waits."""
    environment, hang = preloaded(lab, SLOW_DIRECTORY)
    lab.write(fake_proxy(lab) + "vrf acme { }\nvrf bravo { proxy { user = auto } }\n")
    with lab.running(**environment):
        pid = lab.wait_state("acme", "starting")["proxy"]["pid"]
        lab.wait_state("bravo", "starting")
        hang.touch()
        try:
            # What was found out a moment ago is good for a while.
            wait_until(lambda: lab.vrf("acme")["proxy"]["uptime_s"] > 6, STATE_SECONDS, "an answer that is too old")
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: lab.vrf("acme")["reason"] == "looking up user 'nobody'", STATE_SECONDS, "that acme waits")
            expect_back(lab, "bravo")
            expect("does not answer" not in lab.log(), "the directory was no longer waited for")
            wait_until(lambda: lab.vrf("acme")["proxy"]["pid"] not in (None, pid), STATE_SECONDS, "another proxy of acme")
            expect("user 'nobody': the user database does not answer; using its last answer" in lab.log(), lab.log())
        finally:
            hang.unlink()
    hang.touch()
    try:
        with lab.running(**environment):
            expect_back(lab, "bravo")
            wait_until(lambda: "the user database did not answer" in lab.vrf("acme")["reason"], STATE_SECONDS,
                       "that nothing is known of acme's user")
            expect_back(lab, "bravo")
    finally:
        hang.unlink()
    lab.command("down")


def files_that_are_held_keep_no_proxy_dead(lab):
    """Those of one VRF, by a command that has stopped: its proxy is started when they are free, and does not fail."""
    lab.write(fake_proxy(lab) + "vrf acme { }\nvrf bravo { }\n")
    with lab.running():
        pid = lab.wait_state("acme", "starting")["proxy"]["pid"]
        with (lab.base / "run/vrfs/acme/files.lock").open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: lab.vrf("acme")["reason"].startswith("waiting for '"), STATE_SECONDS, "that acme waits")
            for _ in range(2):
                expect_back(lab, "bravo")
            expect_equal(lab.vrf("acme")["state"], "wiring", "state of acme")
        expect(lab.wait_state("acme", "starting")["proxy"]["pid"] != pid, "acme has its former proxy")
        expect(" failed" not in lab.log(), lab.log())
    lab.command("down")


def a_log_that_nobody_reads_keeps_no_proxy_dead(lab):
    lab.write(fake_proxy(lab) + "vrf acme { }\nvrf bravo { }\n")
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
    with subprocess.Popen([lab.program, "run", "-c", lab.path], stdin=subprocess.DEVNULL, stderr=theirs) as process:
        try:
            wait_until(lambda: lab.command("status").returncode != 3, STATE_SECONDS, "the control socket")
            os.set_blocking(theirs, False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    os.write(theirs, b"x")
            os.set_blocking(theirs, True)
            for name in ("bravo", "acme"):
                expect_back(lab, name)
        finally:
            os.close(ours)
            os.close(theirs)
            process.terminate()
            expect_equal(process.wait(STATE_SECONDS), 0, "exit status after SIGTERM")
    lab.command("down")


def a_client_that_does_not_read_keeps_no_proxy_dead(lab):
    lab.write(fake_proxy(lab) + "vrf acme { }\nvrf bravo { }\n")
    with lab.running(), contextlib.ExitStack() as stack:
        for text in (b'{"command":"status"}\n', b'{"command":"events"}\n', b'{"command":'):
            stack.enter_context(connect_as(lab, 0, 0, text))
        expect_back(lab, "bravo")
    lab.command("down")


def a_busy_namespace_keeps_no_proxy_dead(lab):
    """Somebody is about to mount a namespace on that name, for ever: who wants it waits, and nobody else."""
    lab.write(fake_proxy(lab) + "vrf bravo { }\n")
    done = threading.Event()
    name = pathlib.Path("/run/netns/acme")

    def keep_young():
        while not done.wait(0.01):
            name.touch(0)
            os.utime(name)
    with lab.running():
        lab.wait_state("bravo", "starting")
        young = threading.Thread(target=keep_young)
        young.start()
        try:
            wait_until(name.exists, STATE_SECONDS, "the name")
            lab.write(fake_proxy(lab) + "vrf acme { }\nvrf bravo { }\n")
            lab.command("reload")
            for _ in range(2):
                expect_back(lab, "bravo")
            expect(lab.vrf("acme")["state"] in ("wiring", "failed"), f"acme is {lab.vrf('acme')['state']}")
        finally:
            done.set()
            young.join()
        lab.wait_state("acme", "starting")
    lab.command("down")


def a_bus_that_does_not_answer_keeps_no_proxy_dead(lab):
    """systemd is asked for a scope where the first limit is set: who has one waits for a while, and goes without."""
    section = fake_proxy(lab)

    def write(tasks):
        lab.write("".join([section, f"vrf acme {{ proxy {{ limits {{ tasks = {tasks} }} }} }}\n",
                           "vrf bravo { proxy { limits { tasks = 0 } } }\n"]))
    path, booted = lab.base / "bus", pathlib.Path("/run/systemd/system")
    booted.mkdir(parents=True, exist_ok=True)
    write(0)
    try:
        with socket.socket(socket.AF_UNIX) as bus:
            bus.bind(str(path))
            bus.listen()
            with lab.running(DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={path}"):
                lab.wait_state("bravo", "starting")
                write(100)
                expect_said(lab.command("reload"), 0)
                pid = lab.wait_state("acme", "starting")["proxy"]["pid"]
                os.kill(pid, signal.SIGKILL)
                wait_until(lambda: lab.vrf("acme")["reason"] == "asking systemd for a control group",
                           STATE_SECONDS, "that acme waits")
                expect_back(lab, "bravo")
                expect("without their limits" not in lab.log(), "it was no longer waited for")
                wait_until(lambda: lab.vrf("acme")["state"] == "starting", 60, "acme goes without")
                expect_equal(lab.log().count("proxies run without their limits: systemd does not answer"), 1, "warnings")
    finally:
        booted.rmdir()
    lab.command("down")


CASES = [fifteen_hundred_vrfs_come_and_go, a_disk_that_hangs_keeps_no_proxy_dead,
         a_user_directory_that_hangs_keeps_no_proxy_dead, files_that_are_held_keep_no_proxy_dead,
         a_log_that_nobody_reads_keeps_no_proxy_dead, a_client_that_does_not_read_keeps_no_proxy_dead,
         a_busy_namespace_keeps_no_proxy_dead, a_bus_that_does_not_answer_keeps_no_proxy_dead]
