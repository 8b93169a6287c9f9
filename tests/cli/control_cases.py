# SPDX-License-Identifier: GPL-2.0-or-later
"""The control socket and those who mean no good, of the group that may ask."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess

from lab import STATE_SECONDS, expect_said, ip
from running_cases import fake_proxy
from tap import expect, expect_equal
from waiting import wait_until

GROUP_ID = 64000
MEMBER, OTHER, STRANGER = 64001, 64002, 64003
PLACES_EACH = 16
SOCKET_BUFFER = 212992
ASKERS, STOPPED, STOPPED_SECONDS = 48, 300, 120


@contextlib.contextmanager
def group_vrfgate(lab):
    """A group of that name on this machine, whatever it has; seen by nobody else."""
    groups = lab.base / "group"
    lines = [line for line in pathlib.Path("/etc/group").read_text().splitlines() if not line.startswith("vrfgate:")]
    groups.write_text("\n".join([*lines, f"vrfgate:x:{GROUP_ID}:", ""]))
    subprocess.run(["mount", "--bind", groups, "/etc/group"], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "/etc/group"], check=True)


def connect_as(lab, uid, gid=GROUP_ID, text=b""):
    """A connection of that user, on which so much was said."""
    connection = socket.socket(socket.AF_UNIX)
    os.setegid(gid)
    os.seteuid(uid)
    try:
        connection.connect(str(lab.base / "run" / "control.sock"))
    finally:
        os.seteuid(0)
        os.setegid(0)
    connection.settimeout(STATE_SECONDS)
    with contextlib.suppress(BrokenPipeError):
        connection.sendall(text)
    return connection


def has_ended(connection):
    """Whether the supervisor has closed it, without a word."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def call_as(lab, uid, gid, *words):
    return subprocess.run(["setpriv", "--reuid", str(uid), "--regid", str(gid), "--clear-groups", lab.program,
                           words[0], "-c", lab.path, *words[1:]], capture_output=True, text=True, check=False,
                          timeout=STATE_SECONDS)


def the_group_may_ask_and_root_may_act(lab):
    lab.write("namespace mgmt { }\n")
    with group_vrfgate(lab), lab.running():
        lab.wait_state("mgmt", "healthy")
        expect_said(call_as(lab, MEMBER, GROUP_ID, "status"), 0, stdout="mgmt", stderr="")
        for order in (["reload"], ["stop", "mgmt"], ["start", "mgmt"], ["restart", "mgmt"]):
            expect_said(call_as(lab, MEMBER, GROUP_ID, *order), 1, stdout="", stderr="only root ")
        expect_said(call_as(lab, STRANGER, STRANGER, "status"), 3, stdout="", stderr="Permission denied")
        expect_equal(lab.vrf("mgmt")["state"], "healthy", "mgmt")
    lab.command("down")


def no_user_of_the_group_keeps_root_out(lab):
    lab.write("namespace mgmt { }\n")
    with group_vrfgate(lab), lab.running(), contextlib.ExitStack() as stack:
        lab.wait_state("mgmt", "healthy")
        # Half a request each, of a user who has a hundred connections and of another with as many.
        held = [stack.enter_context(connect_as(lab, uid, text=b'{"command":')) for uid in (MEMBER, OTHER)
                for _ in range(100)]
        expect_said(lab.command("status"), 0, stdout="mgmt")
        expect_said(lab.command("stop", "mgmt"), 0)
        turned_away = [connection for each in range(2)
                       for connection in held[100 * each + PLACES_EACH:100 * each + 100]]
        expect(all(map(has_ended, turned_away)), "a user has more places than it may have")
        # These are dropped when their ten seconds are over, and the next is served.
        expect(all(map(has_ended, held)), "half a request is kept for ever")
        expect_said(call_as(lab, MEMBER, GROUP_ID, "status"), 0, stdout="mgmt")
    lab.command("down")


def what_is_said_too_long_or_not_heard_holds_nobody_up(lab):
    lab.write("".join(f"vrf n{number} {{ enabled = false }}\n" for number in range(1000)))
    with group_vrfgate(lab), lab.running(), contextlib.ExitStack() as stack:
        lab.wait_state("n999", "disabled")
        expect(len(json.dumps(lab.status(), separators=(",", ":"))) > SOCKET_BUFFER, "the status is too small for this")
        huge = stack.enter_context(connect_as(lab, MEMBER, text=b"{" + b" " * 1000000))
        expect(has_ended(huge), "a request of a megabyte is listened to")
        deaf = [stack.enter_context(connect_as(lab, uid, text=b'{"command":"status"}\n')) for uid in (MEMBER, OTHER)
                for _ in range(PLACES_EACH)]
        # On a busy machine a command may give up before the thousand are read.
        wait_until(lambda: lab.command("status", "n0").returncode == 0, STATE_SECONDS, "an answer beside them")
        # What they do not read in time is not kept for them.
        wait_until(lambda: not connections_of(lab), STATE_SECONDS, "the end of those who do not read")
        expect(all(connection.recv(1) == b"{" for connection in deaf), "they had no answer at all")
        expect_said(call_as(lab, MEMBER, GROUP_ID, "status", "n0"), 0, stdout="n0")
    lab.command("down")


def connections_of(lab):
    """Of the supervisor's end, those that somebody holds."""
    name = str(lab.base / "run" / "control.sock")
    # Of unix(7)'s table: state 3 is connected.
    rows = [line.split() for line in pathlib.Path("/proc/net/unix").read_text().splitlines()[1:]]
    return [row for row in rows if row[-1] == name and row[5] == "03"]


def asker(lab, uid):
    """A process of that user that asks for the status again and again."""
    text = ("import socket\nwhile True:\n c = socket.socket(socket.AF_UNIX)\n try:\n"
            f"  c.connect({str(lab.base / 'run' / 'control.sock')!r})\n"
            '  c.sendall(b\'{"command":"status"}\\n\')\n'
            "  while c.recv(1 << 20): pass\n except OSError: pass\n c.close()\n")
    return subprocess.Popen(["setpriv", "--reuid", str(uid), "--regid", str(GROUP_ID), "--clear-groups",
                             "/usr/bin/python3", "-Sc", text])


def root_is_answered_whoever_asks_without_end(lab):
    """Of VRFs that are stopped nobody listens to the kernel's events: what is shown of them has to be read."""
    lab.write(fake_proxy(lab) + "".join(f"vrf v{number} {{ }}\n" for number in range(STOPPED)))
    with group_vrfgate(lab), lab.running(), contextlib.ExitStack() as stack:
        lab.command("stop", *(f"v{number}" for number in range(STOPPED)))
        wait_until(lambda: {vrf["state"] for vrf in (lab.status() or {"vrfs": []})["vrfs"]} == {"disabled"},
                   STOPPED_SECONDS, "all: stopped")
        for number in range(ASKERS):
            process = stack.enter_context(asker(lab, MEMBER + number // PLACES_EACH))
            stack.callback(process.kill)
        for _ in range(20):
            done = lab.command("status", "-j")
            expect_equal((done.returncode, done.stderr), (0, ""), "root's status")
            expect_equal(len(json.loads(done.stdout)["vrfs"]), STOPPED, "VRFs")
        # They are stopped, and their namespaces looked at all the same.
        ip("-n", "v7", "link", "add", "late", "type", "veth", "peer", "name", "later")
        wait_until(lambda: "late" in [each["name"] for each in lab.vrf("v7")["interfaces"]], STATE_SECONDS,
                   "an interface of a stopped VRF: shown")
    lab.command("down")


def a_supervisor_whose_files_are_swept_away_answers_and_stays_the_only_one(lab):
    """A lock on a file that is gone keeps nobody out."""
    lab.write("namespace mgmt { }\n")
    with lab.running() as process:
        lab.wait_state("mgmt", "healthy")
        for sweep in (pathlib.Path.unlink, lambda path: path.rename(path.with_name("elsewhere"))):
            sweep(lab.base / "run" / "control.sock")
            wait_until(lambda: lab.command("status").returncode == 0, STATE_SECONDS, "an answer")
        (lab.base / "run" / "vrfgate.lock").unlink()
        for verb in ("run", "down"):
            expect_said(lab.command(verb), 1, stderr=f"a supervisor runs already with run_dir '{lab.base}/run' (pid "
                                                     f"{process.pid})")
        expect_said(lab.command("status"), 0, stdout="mgmt")
        expect_equal(lab.log().count("was taken away, and made again"), 2, "lines in the log")
    lab.command("down")


def a_supervisor_that_was_started_with_another_run_dir_is_named(lab):
    before = lab.gateway
    lab.write("namespace mgmt { }\n")
    with lab.running() as process:
        lab.wait_state("mgmt", "healthy")
        lab.gateway = before.replace(f"{lab.base}/run", f"{lab.base}/other")
        lab.write("namespace mgmt { }\n")
        for verb, words, status in (("status", (), 3), ("reload", (), 3), ("stop", ("mgmt",), 3), ("events", (), 3),
                                    ("metrics", (), 3), ("diag", ("mgmt",), 1)):
            expect_said(lab.command(verb, *words), status, stderr=(
                f"vrfgate: the supervisor (pid {process.pid}) was started with run_dir '{lab.base}/run' and answers there; "
                "it takes another one at its next start\n"))
        expect_said(lab.command("status"), 3, stderr=f"no answer at '{lab.base}/other/control.sock'")
        expect_said(lab.command("run"), 1, stderr=f"a supervisor of state_dir '{lab.base}/state' runs already, with run_dir "
                                                  f"'{lab.base}/run' (pid {process.pid})")
        lab.gateway = before
        lab.write("namespace mgmt { }\n")
    lab.command("down")
    lab.gateway = before.replace(f"{lab.base}/run", f"{lab.base}/other")
    lab.write("namespace mgmt { }\n")
    with lab.running():
        lab.wait_state("mgmt", "healthy")
        expect(f"run_dir is '{lab.base}/other' now and was '{lab.base}/run'" in lab.log(), "the log does not tell")
    lab.command("down")
    expect_equal(lab.command("status").stderr.count("\n"), 1, "lines where nobody answers")


CASES = [a_supervisor_that_was_started_with_another_run_dir_is_named, a_supervisor_whose_files_are_swept_away_answers_and_stays_the_only_one, root_is_answered_whoever_asks_without_end, the_group_may_ask_and_root_may_act, no_user_of_the_group_keeps_root_out,
         what_is_said_too_long_or_not_heard_holds_nobody_up]
