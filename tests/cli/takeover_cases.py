# SPDX-License-Identifier: GPL-2.0-or-later
"""A proxy that somebody has taken over: what it may do to the files and processes of others."""

import fcntl
import json
import os
import pathlib
import signal
import subprocess

from lab import STATE_SECONDS, expect_said, ip
from running_cases import FAKE_PROXY, fake_proxy
from tap import expect, expect_equal
from waiting import wait_until

EVIL_SECONDS = 60

# Runs as the proxy's user where the proxy runs; what it manages to do it reports.
TAKEN_OVER = """#!/bin/sh
[ "$1" = -V ] && exec echo "zabbix_proxy (Zabbix) 6.0.14"
base={base} own=acme
state=$base/state/vrfs/$own log=$base/log/$own run=$base/run/vrfs/$own
try() {{ "$@" >/dev/null 2>&1 && echo "$*" >> $state/report; }}
try true
for file in $state/psk $state/psk.identity $state/proxy.db $log/zabbix_proxy.log; do
	rm -f $file
	{place}
done
for other in $base/state/vrfs/bravo $base/log/bravo $base/run/vrfs/bravo; do
	try ls $other
	try cat $other/psk $other/zabbix_proxy.log $other/zabbix_proxy.conf
done
try cat $base/victim
try cat $base/state/ids.json
try cat $base/run/state.json
try sh -c "echo x >> $run/zabbix_proxy.conf"
try sh -c "echo 1 1 > $run/lock"
try flock -n $run/files.lock true
try flock -n $base/state/zabbix.lock true
for inherited in 3 4 5 6 7 8 9; do
	try sh -c "echo 1 1 >> /proc/$$/fd/$inherited"
	try flock -u $inherited
	try flock -n $inherited
done
try ln -sf $base/victim $run/zabbix_proxy.conf
try touch $run/new $base/run/new $base/state/new $base/log/new
try mv $state $state.old
try mv $run/sockets $run/old
try rm -r $run/tmp
try umount $state
try mount -t tmpfs tmpfs $state
try {program} status -c {config}
try ls /run/netns/bravo
try nsenter --net=/proc/1/ns/net true
try unshare --net true
try pgrep -f bravo
try kill -9 {bravo}
try chown 0 $state
try chmod u+s /bin/sh
echo end >> $state/report
exec sleep 1000
"""


def stat_of(path):
    found = os.stat(path)
    return found.st_uid, found.st_gid, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns


# Starts as many processes as it can, and is asked for no more than these.
BOMB_PROCESSES = 300
BOMB = """#!/usr/bin/python3
import os, sys, time
if sys.argv[1] == "-V":
    print("zabbix_proxy (Zabbix) 6.0.14")
    sys.exit()
started = 0
for _ in range({processes}):
    try:
        if os.fork() == 0:
            time.sleep(1000)
        started += 1
    except OSError:
        pass
with open("{report}.new", "w") as report:
    report.write(str(started))
os.rename("{report}.new", "{report}")
time.sleep(1000)
"""

# Fills what it may write to outside of its own directories in state_dir and log_dir; what it got into each.
FILL_MIB = 64
FILL = """#!/usr/bin/python3
import json, os, sys, time
if sys.argv[1] == "-V":
    print("zabbix_proxy (Zabbix) 6.0.14")
    sys.exit()
run = "{run}"
mib = {{}}
def fill(name, fd):
    mib[name] = 0
    for _ in range({mib}):
        try:
            if os.write(fd, b"x" * 1048576) < 1048576:
                break
        except OSError:
            break
        mib[name] += 1
for name in (run + "/tmp/x", run + "/sockets/x", "/tmp/x", "/var/tmp/x", "/dev/shm/x", run + "/x"):
    try:
        fill(name, os.open(name, os.O_WRONLY | os.O_CREAT))
    except OSError:
        mib[name] = 0
fill("stdout", 1)
with open("{report}.new", "w") as report:
    json.dump(mib, report)
os.rename("{report}.new", "{report}")
time.sleep(1000)
"""


def write_proxy(path, text):
    # Beside it and in its place: what runs cannot be written to.
    new = path.with_suffix(".new")
    new.write_text(text)
    new.chmod(0o755)
    new.rename(path)


def run_taken_over(lab, place):
    """Two VRFs, one of which is the attacker's; yields while its proxy has done what it could."""
    section = fake_proxy(lab).replace("psk = false", "psk = true")
    base = lab.base
    write_proxy(base / "acme_proxy", FAKE_PROXY)
    victim = base / "victim"
    victim.write_text("root's\n")
    victim.chmod(0o600)
    lab.write(f'{section}vrf bravo {{ }}\nvrf acme {{ proxy {{ binary = "{base}/acme_proxy" }} }}\n')
    with lab.running():
        bravo = lab.wait_state("bravo", "starting")["proxy"]["pid"]
        lab.wait_state("acme", "starting")
        write_proxy(base / "acme_proxy", TAKEN_OVER.format(
            base=base, program=lab.program, config=lab.path, bravo=bravo, place=place.format(victim=victim)))
        before = stat_of(victim)
        expect_said(lab.command("restart", "-n", "acme"), 0)
        report = base / "state" / "vrfs" / "acme" / "report"
        wait_until(lambda: report.exists() and report.read_text().endswith("end\n"), STATE_SECONDS, "the attacks")
        yield base
        expect_equal(report.read_text().splitlines(), ["true", "end"], "what the proxy could do")
        expect_equal(stat_of(victim), before, "the file that links led to")
        expect_equal(lab.vrf("bravo")["proxy"]["pid"], bravo, "the proxy of another VRF")
    lab.command("down")


def refused_and_mended(lab):
    """The next start says what it found; a new key, and the VRF is well again."""
    expect_said(lab.command("restart", "-n", "acme"), 0)
    reason = lab.wait_state("acme", "failed")["reason"]
    directory = lab.base / "state" / "vrfs" / "acme"
    expect(f"'{directory}/" in reason, f"the reason does not name the file: {reason!r}")
    (directory / "proxy.db").unlink()
    write_proxy(lab.base / "acme_proxy", FAKE_PROXY)
    expect_said(lab.command("logs", "acme"), 1, stdout="", stderr="zabbix_proxy.log")
    expect_said(lab.command("rotate-psk", "acme"), 0, stderr="")
    lab.wait_state("acme", "failed", "starting")
    for name in ("psk", "psk.identity"):
        path = directory / name
        expect(path.is_file() and not path.is_symlink() and path.stat().st_mode & 0o7777 == 0o600, f"no file: {name}")


def run_evil(lab, text, section="", **fields):
    """A VRF whose proxy does this, beside one that is good; yields what it reports."""
    base = lab.base
    good = fake_proxy(lab).replace("user = nobody", f"user = auto {section}")
    report = base / "state" / "vrfs" / "acme" / "report"
    write_proxy(base / "evil_proxy", text.format(report=report, run=base / "run" / "vrfs" / "acme", **fields))
    lab.write(f'{good}vrf bravo {{ }}\nvrf acme {{ proxy {{ binary = "{base}/evil_proxy" }} }}\n')
    with lab.running():
        lab.wait_state("bravo", "starting")
        wait_until(report.exists, EVIL_SECONDS, "what the evil proxy does")
        yield json.loads(report.read_text())
        before = lab.vrf("bravo")["proxy"]["pid"]
        expect_said(lab.command("restart", "-n", "bravo"), 0)
        wait_until(lambda: lab.vrf("bravo")["proxy"]["pid"] not in (None, before), STATE_SECONDS, "bravo's next proxy")
    lab.command("down")


def a_proxy_that_forks_for_ever_takes_no_process_of_another(lab):
    for started in run_evil(lab, BOMB, processes=BOMB_PROCESSES):
        expect(started < 200, f"{started} processes at once")


def without_its_limit_it_could(lab):
    for started in run_evil(lab, BOMB, section="limits { tasks = 0 }", processes=BOMB_PROCESSES):
        expect_equal(started, BOMB_PROCESSES, "processes at once")


def what_a_proxy_fills_is_its_own(lab):
    for mib in run_evil(lab, FILL, mib=FILL_MIB):
        expect(sum(mib.values()) <= 16, f"MiB outside of its own directories: {mib}")
        used = subprocess.run(["du", "-sk", lab.base / "run"], capture_output=True, text=True, check=True).stdout
        expect(int(used.split()[0]) < 1024, f"it fills run_dir: {used} KiB")
        expect((lab.base / "run" / "state.json").exists(), "the supervisor cannot write its state")


def links_of_a_taken_over_proxy_lead_to_nothing(lab):
    for _ in run_taken_over(lab, "ln -s {victim} $file"):
        refused_and_mended(lab)
        expect_said(lab.command("start", "-n", "acme"), 0)
        lab.wait_state("acme", "starting")


def fifos_of_a_taken_over_proxy_hold_nobody_up(lab):
    for _ in run_taken_over(lab, "mkfifo $file"):
        refused_and_mended(lab)
        expect_said(lab.command("status", "bravo"), 1, stdout="bravo")


def what_a_proxy_writes_to_its_log_commands_no_terminal(lab):
    lab.write("vrf acme { }\n")
    log = lab.base / "log" / "acme" / "zabbix_proxy.log"
    log.parent.mkdir(parents=True)
    text = "one\ttwo \033]0;owned\a Zürich \x9b2J end\n"
    log.write_text(text)
    expect_equal(lab.command("logs", "acme").stdout, text, "into a pipe")
    shown = subprocess.run(["script", "-qec", f"{lab.program} logs -c {lab.path} acme", "/dev/null"], check=True,
                           capture_output=True, stdin=subprocess.DEVNULL).stdout.replace(b"\r\n", b"\n")
    expect("end" in shown.decode(errors="replace"), f"shown on a terminal: {shown}")
    expect_equal([each for each in (b"\033", b"\a", b"\xc2\x9b") if each in shown], [], f"in {shown}")
    expect("one\ttwo ?]0;owned? Zürich ?".encode() in shown, f"shown on a terminal: {shown}")


def a_log_directory_of_somebody_else_is_refused(lab):
    lab.write("vrf acme { }\n")
    (lab.base / "log").mkdir()
    os.chown(lab.base / "log", 65534, 65534)
    expect_said(lab.command("run"), 1, stdout="", stderr=f"others may write to '{lab.base}/log'")


def has_ended(pid):
    """It may have nobody who reaps it."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def a_lock_that_an_older_proxy_lent_is_that_vrfs_fault_alone(lab):
    """A proxy of an older version had a descriptor of its lock, and may have given it to anybody."""
    lab.write(fake_proxy(lab) + "vrf acme { }\nvrf bravo { }\n")
    with lab.running("--leave-proxies"):
        lab.wait_state("acme", "starting")
        lab.wait_state("bravo", "starting")
    lock = lab.base / "run" / "vrfs" / "acme" / "lock"
    pid, start_time, _ = lock.read_text().split()
    lock.write_text(f"{pid} {start_time}\n")
    with lock.open() as lent:
        fcntl.flock(lent, fcntl.LOCK_EX)
        with lab.running("--leave-proxies"):
            found = [lab.wait_state(name, "starting")["proxy"] for name in ("acme", "bravo")]
            expect_equal([proxy["restarts"] for proxy in found], [0, 0], "restarts: both were found again")
        os.kill(int(pid), signal.SIGKILL)
        wait_until(lambda: has_ended(pid), STATE_SECONDS, "acme: its proxy has ended")
        with lab.running("--leave-proxies"):
            vrf = lab.wait_state("acme", "backoff", "failed")
            expect("is held by a process that cannot be named" in vrf["reason"], f"{vrf['reason']!r}")
            expect_equal(lab.wait_state("bravo", "starting")["proxy"]["pid"], found[1]["pid"], "pid of bravo")
        lab.write(fake_proxy(lab) + "vrf charlie { }\n")
        with lab.running():
            lab.wait_state("charlie", "starting")
            expect("is held by a process that cannot be named" in lab.wait_state("acme", "degraded")["reason"], "acme")
            expect_equal(lab.wait_state("bravo", "degraded")["proxy"]["pid"], found[1]["pid"], "pid of bravo")
            expect_said(lab.command("reload", "--no-wait", "--remove"), 0)
            lab.wait_state("acme", "stopping")
            expect("vrf 'acme': " in lab.log() and "cannot be named" in lab.log(), "acme is not told of")
            wait_until(lambda: "bravo" not in ip("netns"), STATE_SECONDS, "bravo: gone")
        expect_said(lab.command("down"), 1, stdout="charlie: removed",
                    stderr=f"vrf 'acme': '{lock}' is held by a process that cannot be named")
        expect_equal(ip("netns"), "", "namespaces")
    expect_said(lab.command("down"), 0, stderr="")


CASES = [a_proxy_that_forks_for_ever_takes_no_process_of_another, without_its_limit_it_could,
         what_a_proxy_fills_is_its_own,
         a_lock_that_an_older_proxy_lent_is_that_vrfs_fault_alone, links_of_a_taken_over_proxy_lead_to_nothing,
         fifos_of_a_taken_over_proxy_hold_nobody_up,
         what_a_proxy_writes_to_its_log_commands_no_terminal, a_log_directory_of_somebody_else_is_refused]
