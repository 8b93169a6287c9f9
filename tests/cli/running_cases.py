# SPDX-License-Identifier: GPL-2.0-or-later
"""The supervisor and the kernel at the command line, in a world of our own."""

import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

from prometheus_client.openmetrics.parser import text_string_to_metric_families

import status_schema
from lab import CONFIG_EXIT, STATE_SECONDS, expect_said, ip, output_of
from tap import expect, expect_equal
from waiting import wait_until

MACVLAN = 'interface cust {{ kind = macvlan parent = {} address = "10.0.0.2/30" }}'
DISK_SECONDS = 60  # read every 15 s
CUSTOMER = f"{{ {MACVLAN.format('trunk0')} }}"
FAKE_PROXY = """#!/bin/sh
[ "$1" = -V ] && exec echo "zabbix_proxy (Zabbix) 6.0.14"
exec sleep 1000
"""

# Says on its socket which VRF's it is; and leaves a link beside it to another socket.
SOCKET_PROXY = """#!/usr/bin/python3 -B
import os, socket, sys
if sys.argv[1] == "-V":
    sys.exit(print("zabbix_proxy (Zabbix) 6.0.14"))
os.chdir(os.path.dirname(sys.argv[-1]) + "/sockets")
os.symlink("../../../control", "link")
listener = socket.socket(socket.AF_UNIX)
listener.bind("rtc.sock")
listener.listen()
while True:
    listener.accept()[0].sendall(os.getcwd().encode())
"""
# Run by exec: what the socket of that name in the directory of that VRF says.
CALL = """
import socket, sys
caller = socket.socket(socket.AF_UNIX)
caller.connect(sys.argv[1])
print(caller.recv(1000).decode(), end="")
"""


def kernel_state():
    """What `down` must leave as it was; indexes aside."""
    links = "\n".join(sorted(line.partition(": ")[2] for line in ip("-o", "link").splitlines()))
    return links, ip("netns"), ip("-6", "route"), ip("route"), ip("-o", "addr").replace(" tentative", "")


def netns_names():
    return sorted(line.split()[0] for line in ip("netns").splitlines())


def fake_proxy(lab):
    """The proxy section of one that runs and answers nothing."""
    path = lab.base / "zabbix_proxy"
    path.write_text(FAKE_PROXY)
    path.chmod(0o755)
    return f'proxy {{ binary = "{path}" user = nobody psk = false restart {{ min = 1 max = 2 }} }}\n'


def children_of(name):
    """Live processes of that command name."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        if f"({name})" in text and text.rpartition(") ")[2][0] not in "ZX":
            found.append(int(stat.parent.name))
    return found


def plan_up_and_down(lab):
    lab.write(f"vrf acme {CUSTOMER}\nvrf bravo {CUSTOMER}\nnamespace mgmt {{ }}\n")
    before = kernel_state()
    planned = lab.command("plan")
    expect_said(planned, 2, stdout="acme", stderr="")
    document = lab.command("plan", "-j")
    expect_said(document, 2, stderr="")
    expect_equal(json.loads(document.stdout)["schema"], 1, "schema of plan -j")
    expect_equal(kernel_state(), before, "the kernel after plan")
    expect_equal(list(lab.base.iterdir()), [], "files made by plan")
    expect_said(lab.command("up"), 0, stdout="acme: up, ", stderr="")
    expect_equal(netns_names(), ["acme", "bravo", "mgmt"], "namespaces")
    expect("10.0.0.2/30" in ip("-n", "bravo", "-br", "addr"), "bravo lacks its address")
    expect_said(lab.command("plan"), 0, stdout="", stderr="")
    again = lab.command("up")
    expect_said(again, 0, stderr="")
    expect_equal(again.stdout, "nothing to change\n", "second up")
    expect_said(lab.command("down"), 0, stdout="acme: removed, 1 change\n", stderr="")
    expect_equal(kernel_state(), before, "the kernel after down")
    expect_equal(lab.command("down").stdout, "nothing to change\n", "second down")


def a_name_that_is_taken_stops_that_one_only(lab):
    ip("netns", "add", "taken")
    try:
        inode = os.stat("/run/netns/taken").st_ino
        lab.write(f"namespace taken {CUSTOMER}\nnamespace free {CUSTOMER}\n")
        done = lab.command("up")
        expect_said(done, 1, stdout="free: up, ", stderr="vrf 'taken': ")
        expect(len(done.stderr.splitlines()) == 1, f"not one line: {done.stderr!r}")
        expect_equal(netns_names(), ["free", "taken"], "namespaces")
        expect_equal(ip("-n", "taken", "-br", "link").count("\n"), 1, "links in the stranger's namespace")
        with lab.running():
            expect("taken" in lab.wait_state("taken", "failed")["reason"], "the reason does not name it")
            lab.wait_state("free", "healthy")
            expect_equal(lab.command("status").returncode, 2, "status")
        expect_said(lab.command("down"), 0, stdout="free: removed, ", stderr="")
        expect_equal(os.stat("/run/netns/taken").st_ino, inode, "inode of the stranger's namespace")
    finally:
        ip("netns", "del", "taken")


def a_missing_parent_stops_that_one_until_it_is_there(lab):
    lab.write(f"proxy {{ restart {{ min = 1 max = 1 }} }}\n"
              f"namespace good {CUSTOMER}\nnamespace bad {{ {MACVLAN.format('absent0')} }}\n")
    done = lab.command("up")
    expect_said(done, 1, stdout="good: up, ", stderr="vrf 'bad': ")
    expect("absent0" in done.stderr, f"the parent is not named: {done.stderr!r}")
    with lab.running():
        lab.wait_state("good", "healthy")
        vrf = lab.wait_state("bad", "failed")
        expect("absent0" in vrf["reason"], f"the parent is not named: {vrf['reason']!r}")
        expect_said(lab.command("status", "bad"), 2, stdout="failed")
        expect_said(lab.command("status", "good"), 0, stdout="healthy")
        ip("link", "add", "absent0", "type", "veth", "peer", "name", "absent1")
        ip("link", "set", "absent0", "up")
        ip("link", "set", "absent1", "up")
        lab.wait_state("bad", "healthy")
        expect_said(lab.command("status"), 0)
    lab.command("down")
    ip("link", "del", "absent0")


def a_missing_binary_stops_that_one_only(lab):
    lab.write(f'vrf acme {{ proxy {{ binary = "/no/such/zabbix_proxy" }} }}\nnamespace mgmt {CUSTOMER}\n')
    with lab.running():
        vrf = lab.wait_state("acme", "failed")
        expect_equal(vrf["reason"], "proxy binary '/no/such/zabbix_proxy': No such file or directory", "reason")
        lab.wait_state("mgmt", "healthy")
        expect_said(lab.command("status"), 2, stdout="failed")
        expect_equal(lab.log().count("proxy binary '/no/such/zabbix_proxy'"), 1, "lines in the log")
    lab.command("down")


def a_lock_that_outlives_its_supervisor_is_waited_for(lab):
    """A child that was just forked has it, too."""
    lab.write("namespace mgmt { }\n")
    path = lab.base / "run" / "vrfgate.lock"
    path.parent.mkdir()
    with subprocess.Popen(["true"]) as dead, path.open("w", encoding="ascii") as lock:
        dead.wait()
        lock.write(f"{dead.pid}\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        threading.Timer(1, lambda: fcntl.flock(lock, fcntl.LOCK_UN)).start()
        with lab.running():
            lab.wait_state("mgmt", "healthy")
    lab.command("down")


def two_supervisors_do_not_share_a_run_dir(lab):
    lab.write("namespace mgmt { }\n")
    with lab.running() as first:
        expect_said(lab.command("run"), 1, stderr=f"vrfgate run: a supervisor runs already with run_dir "
                                                  f"'{lab.base}/run' (pid {first.pid})\n")
        expect_said(lab.command("down"), 1, stderr=f"stop it first: a supervisor runs already with run_dir "
                                                   f"'{lab.base}/run' (pid {first.pid})\n")
        lab.wait_state("mgmt", "healthy")
    expect_said(lab.command("status"), 3)
    lab.command("down")


def a_supervisor_without_vrfs_runs(lab):
    lab.write("")
    with lab.running():
        expect_said(lab.command("status"), 0, stdout="gateway gw1: healthy")
        expect_equal(lab.status()["vrfs"], [], "VRFs")


def reload_changes_what_differs(lab):
    lab.write("namespace one { }\nnamespace two { }\n")
    with lab.running():
        lab.wait_state("one", "healthy")
        inode = os.stat("/run/netns/one").st_ino
        lab.write(f"namespace one {{ }}\nnamespace three {CUSTOMER}\n")
        expect_said(lab.command("reload"), 0, stdout="added: three\nremoved: two\n", stderr="")
        lab.wait_state("three", "healthy")
        expect_equal((netns_names(), lab.vrf("two")), (["one", "three"], None), "namespaces, and two in the status")
        expect_equal(lab.status()["gateway"]["config_generation"], 2, "generation")
        expect_equal(os.stat("/run/netns/one").st_ino, inode, "inode of one")
    lab.command("down")


def a_faulty_reload_changes_nothing(lab):
    lab.write("namespace one { }\n")
    with lab.running() as process:
        lab.wait_state("one", "healthy")
        lab.write("namespace two { colour = red }\n")
        expect_said(lab.command("reload"), CONFIG_EXIT, stdout="", stderr=f"{lab.path}:2: namespace 'two': ")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "not reloaded: the config has 1 fault; nothing was changed; " in lab.log(), STATE_SECONDS,
                   "its line in the log")
        lab.write("namespace two { colour = red\n shape = round }\n")
        process.send_signal(signal.SIGHUP)
        words = f"the config has 2 faults; nothing was changed; the first: {lab.path}:2: namespace 'two': unknown key 'colour'"
        wait_until(lambda: f"not reloaded: {words}" in lab.log(), STATE_SECONDS, "the next one")
        told = lab.status()["gateway"]["reload"]
        expect_equal((told["ok"], told["faults"], told["error"].startswith(words)), (False, 2, True), f"status: {told}")
        expect_said(lab.command("status"), 0, stdout=f"warning: the config as it is now is not in effect: {words}")
        lab.write("namespace one { }\n")
        expect_said(lab.command("diag", "one"), 0, stdout=f"warn  supervisor  the config as it is now is not in effect: {words}")
        document = lab.status()
        expect_equal(document["gateway"]["config_generation"], 1, "generation")
        expect_equal([each["name"] for each in document["vrfs"]], ["one"], "VRFs")
        lab.path.write_text(lab.gateway.replace("gw1", "gw2") + "namespace one { }\n")
        expect_said(lab.command("reload"), 1, stdout="", stderr="gateway.name cannot change while the supervisor runs")
        lab.write("namespace one { }\n")
    lab.command("down")


def a_half_done_edit_does_not_stop_status(lab):
    lab.write("namespace one { }\n")
    with lab.running():
        lab.wait_state("one", "healthy")
        for text, complaint in (("namespace one { colour = red }\nvrf one { }\n", ""),
                                ("namespace one { }\nvrf two {\n    interface eth0.10 {\n",
                                 f"vrfgate: {lab.path} has 1 fault (see vrfgate check); going by the rest\n")):
            lab.write(text)
            expect_said(lab.command("status"), 0, stdout="one", stderr=complaint)
            expect_said(lab.command("metrics"), 0, stderr=complaint)
            expect_said(lab.command("restart", "one"), 0, stderr=complaint)
        lab.write("namespace one { }\n")
    lab.command("down")


def sighup_reads_the_config_again(lab):
    lab.write("namespace one { }\n")
    with lab.running() as process:
        lab.write("namespace one { }\nnamespace two { }\n")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: lab.vrf("two"), STATE_SECONDS, "two: known")
        lab.wait_state("two", "healthy")
    lab.command("down")


def the_service_manager_is_told_of_start_reload_and_stop(lab):
    lab.write("namespace one { }\n")
    path, told = lab.base / "notify.sock", []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.setblocking(False)

        def heard(*wanted):
            """Whether these lines have come, in this order."""
            with contextlib.suppress(BlockingIOError):
                while True:
                    told.extend(manager.recv(4096).decode().splitlines())
            lines = iter(told)
            return all(any(line.startswith(each) for line in lines) for each in wanted)

        with lab.running(NOTIFY_SOCKET=str(path)):
            wait_until(lambda: heard("READY=1", "STATUS=1 healthy"), STATE_SECONDS, "ready, with its status")
            expect_said(lab.command("reload"), 0)
            wait_until(lambda: heard("READY=1", "RELOADING=1", "READY=1"), STATE_SECONDS, "reloaded")
        expect(heard("READY=1", "STOPPING=1"), f"the stop was not told: {told}")
    lab.command("down")


def a_disabled_section_has_no_namespace(lab):
    lab.write("namespace one { }\nnamespace two { enabled = false }\nnamespace three { }\n")
    with lab.running():
        lab.wait_state("three", "healthy")
        expect_said(lab.command("status"), 0, stdout="disabled")
        expect_equal(netns_names(), ["one", "three"], "namespaces")
        lab.write("namespace one { enabled = false }\nnamespace two { }\nnamespace three { }\n")
        expect_said(lab.command("reload"), 0)
        lab.wait_state("two", "healthy")
        wait_until(lambda: netns_names() == ["three", "two"], STATE_SECONDS, "one: gone")
    lab.command("down")


def what_is_lost_is_put_back(lab):
    lab.write(f"namespace acme {CUSTOMER}\n")
    with lab.running() as process:
        lab.wait_state("acme", "healthy")
        process.send_signal(signal.SIGSTOP)
        ip("netns", "del", "acme")
        process.send_signal(signal.SIGCONT)
        expect_said(lab.command("reload"), 0)
        wait_until(lambda: netns_names() == ["acme"], STATE_SECONDS, "acme: there again")
        wait_until(lambda: "10.0.0.2/30" in ip("-n", "acme", "-br", "addr"), STATE_SECONDS, "its address")
    lab.command("down")


def the_status_document_is_as_designed(lab):
    lab.write(fake_proxy(lab) + f"vrf acme {CUSTOMER}\nnamespace mgmt {{ }}\n")
    with lab.running():
        lab.wait_state("mgmt", "healthy")
        lab.wait_state("acme", "starting")
        document = lab.status()
        expect_equal(status_schema.differences(document), [], "differences from the schema")
        # What is there is read a moment after it was made.
        wait_until(lambda: lab.vrf("acme")["interfaces"] and lab.vrf("acme")["interfaces"][0]["addresses"],
                   STATE_SECONDS, "interfaces")
        vrf = lab.vrf("acme")
        expect_equal(vrf["interfaces"][0]["addresses"], ["10.0.0.2/30"], "addresses")
        expect_equal((vrf["interfaces"][0]["name"], vrf["interfaces"][0]["kind"]), ("cust", "macvlan"), "interface")
        expect(vrf["uplink"]["up"], "the uplink is not up")
    lab.command("down")


def status_says_it_by_its_exit_status(lab):
    lab.write(fake_proxy(lab) + "vrf acme { }\nnamespace mgmt { }\n")
    with lab.running():
        lab.wait_state("acme", "starting")
        lab.wait_state("mgmt", "healthy")
        expect_said(lab.command("status"), 1, stdout="starting", stderr="")
        expect_said(lab.command("status", "mgmt"), 0, stdout="mgmt")
        expect_said(lab.command("status", "nope"), 4, stdout="", stderr="vrfgate: no such VRF: 'nope'\n")
        expect_said(lab.command("status", "acne"), 4, stdout="",
                    stderr="vrfgate: no such VRF: 'acne', did you mean 'acme'?\n")
        expect_said(lab.command("status", "mgmt", "-o", "vrf,state"), 0, stdout="VRF  STATE\nmgmt healthy\n")
        expect_said(lab.command("status", "--color=always"), 1, stdout="\033[")
        plain = lab.command("status")
        expect("\033" not in plain.stdout, "colours without a terminal")
        expect(max(map(len, plain.stdout.splitlines())) <= 100, "wider than 100 columns")
    lab.command("down")


def the_end_takes_every_process_along(lab):
    lab.write(fake_proxy(lab) + "vrf acme { }\nvrf bravo { }\n")
    with lab.running():
        lab.wait_state("acme", "starting")
        lab.wait_state("bravo", "starting")
        expect_equal(len(children_of("sleep")), 2, "proxies")
    expect_equal(children_of("sleep") + children_of("catatonit"), [], "processes left")
    lab.command("down")


def a_dead_proxy_is_started_again(lab):
    lab.write(fake_proxy(lab) + "vrf acme { }\n")
    with lab.running():
        first = lab.wait_state("acme", "starting")["proxy"]["pid"]
        os.kill(first, signal.SIGKILL)
        vrf = lab.wait_state("acme", "backoff")
        expect_equal(vrf["reason"], "zabbix_proxy ended: signal 9 (Killed)", "reason")
        expect_equal(lab.command("status").returncode, 2, "status")
        vrf = lab.wait_state("acme", "starting")
        expect([each["ok"] for each in vrf["checks"] if each["name"] == "process"] == [True], f"{vrf['checks']}")
        proxy = vrf["proxy"]
        expect(proxy["pid"] != first and proxy["restarts"] == 1, f"not another process: {proxy}")
        expect_equal(proxy["last_exit"], "signal 9 (Killed)", "last exit")
    lab.command("down")


def a_killed_supervisor_is_followed_by_one_that_finds_its_proxies(lab):
    lab.write(fake_proxy(lab) + "vrf acme { }\n")
    with lab.running(stop=False) as process:
        pid = lab.wait_state("acme", "starting")["proxy"]["pid"]
        process.kill()
        process.wait()
    expect_said(lab.command("status"), 3)
    with lab.running("--leave-proxies"):
        vrf = lab.wait_state("acme", "starting")
        expect_equal(vrf["proxy"]["pid"], pid, "pid")
        expect_equal(vrf["proxy"]["restarts"], 0, "restarts")
    expect_equal(children_of("sleep"), [pid], "proxies left by order")
    expect_said(lab.command("leave", "--yes"), 1, stdout="", stderr="vrfgate leave: proxies run: acme; ")
    expect_said(lab.command("down"), 0, stdout="acme: removed")
    expect_equal(children_of("sleep"), [], "proxies after down")


def a_supervisor_goes_on_counting_where_the_last_one_was_killed(lab):
    lab.write(fake_proxy(lab) + "vrf acme { }\n")
    with lab.running(stop=False) as process:
        os.kill(lab.wait_state("acme", "starting")["proxy"]["pid"], signal.SIGKILL)
        lab.wait_state("acme", "backoff")
        lab.wait_state("acme", "starting")
        saved = lab.base / "run" / "state.json"
        wait_until(lambda: json.loads(saved.read_text())["vrfs"]["acme"]["restarts"] == 1, STATE_SECONDS, "state.json")
        started = time.monotonic()
        wait_until(lambda: lab.vrf("acme")["proxy"]["uptime_s"] >= 1, STATE_SECONDS, "its uptime")
        pid = lab.vrf("acme")["proxy"]["pid"]
        process.kill()
        process.wait()
    with lab.running(stop=False) as process:
        proxy = lab.wait_state("acme", "starting")["proxy"]
        expect_equal((proxy["pid"], proxy["restarts"], proxy["last_exit"]), (pid, 1, "signal 9 (Killed)"), "proxy")
        expect(1 <= proxy["uptime_s"] <= time.monotonic() - started + 2, f"its uptime is {proxy['uptime_s']}")
        process.kill()
        process.wait()
    os.kill(pid, signal.SIGKILL)
    with lab.running():
        proxy = lab.wait_state("acme", "starting")["proxy"]
        expect((proxy["pid"] != pid) and proxy["restarts"] == 2, f"not another process: {proxy}")
        expect_equal(proxy["last_exit"], "unknown (no supervisor ran)", "last exit")
    with lab.running():
        proxy = lab.wait_state("acme", "starting")["proxy"]
        expect_equal((proxy["restarts"], proxy["last_exit"]), (0, ""), "after an orderly stop")
    lab.command("down")
    expect(not saved.exists(), "down leaves state.json")


def what_a_gone_vrf_left_is_ended_when_that_is_meant(lab):
    lab.write(fake_proxy(lab) + "vrf acme { }\nvrf bravo { }\n")
    with lab.running("--leave-proxies"):
        lab.wait_state("acme", "starting")
        kept = lab.wait_state("bravo", "starting")["proxy"]["pid"]
    lab.write(fake_proxy(lab) + "vrf bravo { }\n")
    with lab.running():
        expect_equal(lab.wait_state("bravo", "starting")["proxy"]["pid"], kept, "pid of bravo")
        lab.wait_state("acme", "degraded")
        expect_said(lab.command("reload", "--remove"), 0, stdout="removed: acme\n", stderr="")
        expect_equal((netns_names(), children_of("sleep")), (["bravo"], [kept]), "namespaces and proxies")
    lab.command("down")


def a_namespace_that_becomes_a_vrf_gets_its_proxy(lab):
    lab.write(fake_proxy(lab) + "namespace acme { uplink = true }\n")
    with lab.running():
        lab.wait_state("acme", "healthy")
        lab.write(fake_proxy(lab) + "vrf acme { }\n")
        expect_said(lab.command("reload"), 0, stdout="changed: acme\n", stderr="")
        expect(lab.wait_state("acme", "starting")["proxy"]["pid"], "no proxy runs")
        lab.write(fake_proxy(lab) + "namespace acme { uplink = true }\n")
        expect_said(lab.command("reload", "--remove"), 0, stdout="restarted: acme\n", stderr="")
        expect_equal(lab.wait_state("acme", "healthy")["proxy"], None, "proxy")
        expect_equal(children_of("sleep"), [], "proxies")
    lab.command("down")


def one_vrf_is_shown_in_full_with_what_is_wrong_first(lab):
    lab.write(f"namespace good {CUSTOMER}\nnamespace bad {{ uplink = true {MACVLAN.format('absent0')} }}\n")
    with lab.running():
        lab.wait_state("good", "healthy")
        lab.wait_state("bad", "failed")
        said = lab.command("status", "bad").stdout
        expect(re.match(r"bad: failed for \d+[sm]: .*absent0.*\n", said), f"status bad: {said!r}")
        expect(said.index("  next       'vrfgate diag bad'") < said.index("  namespace  /run/netns/bad")
               < said.index("\ngateway gw1: down"), f"order of status bad: {said!r}")
        said = lab.command("status", "good").stdout
        for text in ("good: healthy for ", "  interface  cust (macvlan): up, 10.0.0.2/30", "  ok         netns, link, "):
            expect(text in said, f"status good lacks {text!r}: {said!r}")
        expect("  next " not in said, f"status good tells what to do: {said!r}")
        table = lab.command("status", "good", "bad").stdout
        expect("\ngood healthy " in table and "\nbad  failed " in table, f"status of two is no table: {table!r}")
    lab.command("down")


def vrfs_that_are_well_are_left_out_where_asked_for(lab):
    lab.write(f"namespace good {CUSTOMER}\nnamespace bad {{ {MACVLAN.format('absent0')} }}\n"
              "namespace off { enabled = false }\n")
    with lab.running():
        lab.wait_state("good", "healthy")
        lab.wait_state("bad", "failed")
        done = lab.command("status", "--bad")
        expect_said(done, 2, stdout="\n2 VRFs are healthy or disabled\n", stderr="")
        expect("\nbad " in done.stdout and "\ngood" not in done.stdout, f"status --bad: {done.stdout!r}")
        expect_said(lab.command("status", "--bad", "-o", "vrf,state"), 2, stdout="VRF STATE\nbad failed\n")
        document = json.loads(lab.command("status", "--bad", "-j").stdout)
        expect_equal([vrf["name"] for vrf in document["vrfs"]], ["bad"], "status --bad -j")
        expect_equal(lab.command("status", "--bad", "good").stdout.splitlines()[-1], "1 VRF is healthy or disabled",
                     "status --bad good")
        # A terminal that has no room for all.
        text, status = lab.on_terminal(5, "status", NO_COLOR="1")
        expect_equal(status, 2, "exit status on a small terminal")
        expect("\nbad " in text and "\ngood" not in text and
               "\n2 VRFs are healthy or disabled: 'vrfgate status | less' lists all\n" in text, f"on a small terminal: {text!r}")
        expect("\033[" not in text, f"NO_COLOR has colours: {text!r}")
        text, _ = lab.on_terminal(6, "status", TERM="xterm")
        expect("\ngood " in text and "\033[" in text, f"on a terminal: {text!r}")
        expect("\033[" not in lab.on_terminal(6, "status", "--color=never", TERM="xterm")[0], "colours in spite of never")
    lab.command("down")


def the_last_words_of_a_failed_start_are_told(lab):
    section = fake_proxy(lab)
    path = lab.base / "zabbix_proxy"
    path.write_text(FAKE_PROXY.replace("exec sleep 1000", "echo 'unknown parameter \"Tiemout\"'; echo 'see line 7'; exit 1"))
    lab.write(section + "vrf acme { }\n")
    whole = 'zabbix_proxy ended: exit status 1; unknown parameter "Tiemout"; see line 7'
    with lab.running():
        reason = lab.wait_state("acme", "backoff")["reason"]
        expect_equal(reason, whole, "reason")
        lines = lab.command("status", "acme").stdout.splitlines()
        expect(re.fullmatch(f"acme: backoff for [0-9]+s: {re.escape(whole)}", lines[0]), f"first line of status acme: {lines[0]!r}")
        for line in ("  next       'vrfgate logs acme' shows why the proxy exited", "  next       'vrfgate start acme' tries again at once",
                     "  namespace  /run/netns/acme"):
            expect(line in lines, f"status acme lacks {line!r}: {lines}")
        expect(any(line.startswith("  restarts   ") and "last exit: exit status 1" in line for line in lines),
               f"status acme does not say what was tried: {lines}")
        expect(f"acme: {whole}" not in lab.command("status").stdout, "status of all has a line more")
    lab.command("down")


def what_is_stopped_stays_so_until_it_is_started(lab):
    lab.write(fake_proxy(lab) + "vrf acme { }\nnamespace mgmt { }\n")
    with lab.running(stop=False) as process:
        lab.wait_state("acme", "starting")
        lab.wait_state("mgmt", "healthy")
        expect_said(lab.command("stop", "acme", "mgmt"), 0, stdout="", stderr="")
        expect_equal(children_of("sleep"), [], "proxies")
        expect_equal(netns_names(), ["acme", "mgmt"], "namespaces")
        vrf = lab.vrf("acme")
        expect_equal((vrf["state"], vrf["reason"]), ("disabled", "stopped by hand"), "acme")
        expect_said(lab.command("status"), 0)
        expect_said(lab.command("reload"), 0)
        expect_equal(lab.vrf("acme")["state"], "disabled", "acme after a reload")
        process.kill()
        process.wait()
    with lab.running():
        expect_equal(lab.vrf("acme")["state"], "disabled", "acme under the next supervisor")
        expect_equal(lab.vrf("mgmt")["reason"], "stopped by hand", "mgmt under the next supervisor")
        expect_said(lab.command("start", "mgmt"), 0, stdout="", stderr="")
        expect_equal(lab.vrf("mgmt")["state"], "healthy", "mgmt")
        expect_said(lab.command("start", "-n", "acme"), 0)
        first = lab.wait_state("acme", "starting")["proxy"]
        expect_said(lab.command("restart", "--no-wait", "acme"), 0, stdout="", stderr="")
        wait_until(lambda: lab.vrf("acme")["proxy"]["restarts"] == first["restarts"] + 1, STATE_SECONDS, "a restart")
        lab.wait_state("acme", "starting")
        expect_equal(len(children_of("sleep")), 1, "proxies")
        expect_said(lab.command("stop", "acme"), 0)
        lab.write(fake_proxy(lab) + "vrf acme { }\nnamespace mgmt { enabled = false }\n")
        expect_said(lab.command("reload"), 0)
        expect_said(lab.command("start", "mgmt"), 1, stderr="vrfgate: vrf 'mgmt' is disabled in the config\n")
        for order in ("start", "stop", "restart"):
            expect_said(lab.command(order, "nope"), 4, stdout="", stderr="vrfgate: no such VRF: 'nope'\n")
            expect_said(lab.command(order, "amce"), 4, stdout="",
                        stderr="vrfgate: no such VRF: 'amce', did you mean 'acme'?\n")
    lab.command("down")
    with lab.running():
        lab.wait_state("acme", "starting")
    lab.command("down")


def a_stop_that_a_killed_supervisor_had_begun_is_finished_by_the_next(lab):
    section = fake_proxy(lab)
    slow_end = "trap 'sleep 2; exit' TERM; sleep 1000 & wait; sleep"
    (lab.base / "zabbix_proxy").write_text(FAKE_PROXY.replace("exec sleep", slow_end))
    lab.write(section + "vrf acme { }\n")
    with lab.running(stop=False) as process:
        lab.wait_state("acme", "starting")
        expect_said(lab.command("stop", "--no-wait", "acme"), 0)
        process.kill()
        process.wait()
    expect(children_of("sleep"), "the proxy has ended already")
    with lab.running():
        expect_equal(lab.wait_state("acme", "disabled")["reason"], "stopped by hand", "reason")
        expect_equal(children_of("sleep"), [], "proxies")
    lab.command("down")


def a_failed_start_is_told_with_its_reason(lab):
    lab.write('vrf acme { proxy { binary = "/no/such/zabbix_proxy" } }\n')
    with lab.running():
        lab.wait_state("acme", "failed")
        expect_said(lab.command("start", "acme"), 1, stdout="", stderr="vrfgate: vrf 'acme': failed: proxy binary "
                                                                       "'/no/such/zabbix_proxy': No such file")
    lab.command("down")


def events_begin_with_a_snapshot_and_go_on_with_changes(lab):
    lab.write("namespace one { }\nnamespace two { }\n")
    with lab.running():
        lab.wait_state("one", "healthy")
        lab.wait_state("two", "healthy")
        listeners = {form: subprocess.Popen([lab.program, "events", "-c", lab.path, *form], text=True,
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE) for form in ((), ("-j",))}
        heard = {form: [listener.stdout.readline() for _ in range(1 if form else 2)]
                 for form, listener in listeners.items()}
        expect_said(lab.command("stop", "one"), 0)
    heard = {form: lines + listeners[form].communicate(timeout=STATE_SECONDS)[0].splitlines()
             for form, lines in heard.items()}
    expect_equal([listener.returncode for listener in listeners.values()], [3, 3], "exit statuses")
    snapshot, *changes = map(json.loads, heard["-j",])
    expect_equal((snapshot["schema"], snapshot["event"], snapshot["gateway"]), (1, "snapshot", "gw1"), "the first")
    expect_equal([(each["name"], each["state"]) for each in snapshot["vrfs"]],
                 [("one", "healthy"), ("two", "healthy")], "snapshot")
    told = [(each["event"], each["vrf"], each["before"], each["state"], each["reason"]) for each in changes]
    expect_equal(told[0], ("state", "one", "healthy", "disabled", "stopped by hand"), "the change")
    plain = [line.partition(" ")[2].rstrip() for line in heard[()]]
    expect_equal(plain[:3], ["one: healthy", "two: healthy", "one: healthy -> disabled: stopped by hand"], "events")
    lab.command("down")


def metrics_are_open_metrics(lab):
    lab.write(fake_proxy(lab) + f"vrf acme {CUSTOMER}\nnamespace mgmt {{ }}\n")
    with lab.running():
        lab.wait_state("mgmt", "healthy")
        lab.wait_state("acme", "starting")
        # It is starting before it was compared again.
        wait_until(lambda: lab.vrf("acme")["interfaces"], STATE_SECONDS, "the interfaces")
        done = lab.command("metrics")
    expect_said(done, 0, stderr="")
    families = {family.name: family for family in text_string_to_metric_families(done.stdout)}
    states = [(sample.labels["vrf"], sample.labels["vrfgate_vrf_state"])
              for sample in families["vrfgate_vrf_state"].samples if sample.value == 1]
    expect_equal(states, [("acme", "starting"), ("mgmt", "healthy")], "states")
    restarts, = families["vrfgate_proxy_restarts"].samples
    expect_equal((restarts.name, restarts.value), ("vrfgate_proxy_restarts_total", 0), "restarts")
    expect_equal([sample.labels for sample in families["vrfgate_interface_carrier"].samples],
                 [{"vrf": "acme", "interface": "cust"}], "interfaces")
    lab.command("down")
    expect_said(lab.command("metrics"), 3, stdout="")


def diag_of_all_leads_with_what_they_have_in_common(lab):
    section = 'namespace {0} {{ interface c{0} {{ kind = macvlan parent = {1} address = "10.0.{3}.2/30"{2} }} }}\n'
    lab.write("".join(section.format(*each, number) for number, each in enumerate((
        ("v1", "absent0", ""), ("good", "trunk0", ""), ("v2", "absent0", ""), ("deaf", "trunk0", ' gateway = "10.0.3.1"'),
        ("v3", "absent0", ""), ("v4", "absent0", "")))) + "namespace off { enabled = false }\n")
    with lab.running():
        for name, state in (("v1", "failed"), ("v4", "failed"), ("good", "healthy"), ("deaf", "healthy")):
            lab.wait_state(name, state)
        done = lab.command("diag")
        expect_said(done, 1, stderr="")
        lines = done.stdout.splitlines()
        expect_equal(lines[0], "fail  namespace   4 of 6 VRFs: v1, v2, v3, v4", "first line of diag")
        expect(lines[1].startswith(" " * 18 + "v1: ") and lines[4] == " " * 18 + "'vrfgate diag VRF' shows each of the others",
               f"details of the first finding: {lines[:5]}")
        expect("fail  neighbour   1 of 6 VRFs: deaf" in lines, f"diag lacks the one alone: {lines}")
        expect_equal(lines[-1], "1 of 6 VRFs without a failure", "last line of diag")
        document = json.loads(lab.command("diag", "-j").stdout)
        expect_equal((document["schema"], document["ok"], document["common"][0]),
                     (1, False, {"step": "namespace", "verdict": "fail", "vrfs": ["v1", "v2", "v3", "v4"]}), "diag -j")
        expect_equal([(vrf["vrf"], vrf["ok"]) for vrf in document["vrfs"]],
                     [("v1", False), ("good", True), ("v2", False), ("deaf", False), ("v3", False), ("v4", False)], "VRFs")
        # Each has the steps that it has alone.
        alone = json.loads(lab.command("diag", "-j", "v1").stdout)
        expect_equal([(step["step"], step["verdict"]) for step in alone["steps"]],
                     [(step["step"], step["verdict"]) for step in document["vrfs"][0]["steps"]], "steps of v1")
    lab.command("down")


def diag_finds_where_the_way_is_broken(lab):
    customer = CUSTOMER.replace('"10.0.0.2/30"', '"10.0.0.2/30" gateway = "10.0.0.1"')

    def said(status):
        done = lab.command("diag", "-j", "acme")
        expect_said(done, status, stderr="")
        document = json.loads(done.stdout)
        expect_equal((document["schema"], document["vrf"], document["ok"]), (1, "acme", status == 0), "document")
        return {f"{each['step']} {each['verdict']}": each["detail"] for each in document["steps"]}

    lab.write(f"namespace acme {customer}\n")
    without = said(1)
    expect("supervisor fail" in without and "namespace fail" in without, f"without a supervisor: {without}")
    with lab.running():
        lab.wait_state("acme", "healthy")
        alone = said(1)
        expect("neighbour fail" in alone and "gateway fail" in alone, f"without a router: {alone}")
        ip("addr", "add", "10.0.0.1/30", "dev", "wire0")
        # The first answer may be lost while the kernel still holds the address for dead.
        wait_until(lambda: "10.0.0.1 answers in" in lab.command("diag", "acme").stdout, STATE_SECONDS, "an answer")
        well = said(0)
        expect_equal([each for each in well if each.split()[1] not in ("ok", "skip")], [], "complaints")
        expect_equal(well["link ok"], "cust is up", "link")
        output_of("sysctl", "net.ipv4.icmp_echo_ignore_all=1")
        expect("gateway warn" in said(0), "a router that ignores pings is not warned of")
        plain = lab.command("diag", "acme")
        expect_said(plain, 0, stdout="ok    neighbour   10.0.0.1 is ")
        output_of("sysctl", "net.ipv4.icmp_echo_ignore_all=0")
        ip("link", "set", "wire0", "down")
        # The kernel tells stacked devices of it with a delay.
        wait_until(lambda: not lab.vrf("acme")["interfaces"][0]["carrier"], STATE_SECONDS, "no carrier")
        cut = said(1)
        expect(cut.get("carrier fail") == "cust has none", f"without carrier: {cut}")
        ip("link", "set", "wire0", "up")
        lab.write(fake_proxy(lab) + f"vrf acme {customer}\n")
        expect_said(lab.command("reload"), 0)
        lab.wait_state("acme", "starting")
        silent = said(1)
        expect_equal(silent["proxy fail"], "port 10051: cannot connect: Connection refused", "a proxy that is deaf")
        expect("uplink fail" not in silent, f"the uplink: {silent}")
        # A link set down, or left without IPv6, is put right at once: it is taken away until diag sees it so.
        wait_until(lambda: output_of("sysctl", "net.ipv6.conf.vg0.disable_ipv6=1") and "uplink fail" in said(1),
                   STATE_SECONDS, "an uplink that is down is not found")
    lab.command("down")
    ip("addr", "del", "10.0.0.1/30", "dev", "wire0")


def a_disk_is_warned_of_before_it_is_full(lab):
    lab.write("namespace mgmt { }\n")
    state = lab.base / "state"
    state.mkdir(mode=0o755)
    with contextlib.ExitStack() as after:
        output_of("mount", "-t", "tmpfs", "-o", "mode=755,size=40m", "tmpfs", state)
        after.callback(output_of, "umount", "-l", state)
        disk_fill_and_clear(lab, state)
    lab.command("down")


def disk_fill_and_clear(lab, state):
    ballast = state / "ballast"
    ballast.write_bytes(bytes(34 * 1024 * 1024))
    warning = f"state_dir '{state}': file system nearly full: 5 of 40 MiB free"

    def warnings():
        return lab.status()["gateway"]["warnings"]

    with lab.running():
        wait_until(warnings, DISK_SECONDS, "a warning")
        expect_equal(warnings(), [warning], "warnings")
        expect_said(lab.command("status"), 0, stdout=f"warning: {warning}\n", stderr="")
        expect(f"warn  disk        {warning}\n" in lab.command("diag", "mgmt").stdout, "diag does not name it")
        ballast.unlink()
        wait_until(lambda: not warnings(), DISK_SECONDS, "room again")
        expect("warning:" not in lab.command("status").stdout, "status still warns")
        expect("ok    disk " in lab.command("diag", "mgmt").stdout, "diag still warns")
        # Inodes can run out while there is room for bytes.
        output_of("mount", "-o", "remount,nr_inodes=1000", state)
        for number in range(960):
            (state / f"ballast{number}").touch()
        wait_until(warnings, DISK_SECONDS, "a warning of the inodes")
        expect("of 1000 inodes free" in warnings()[0], warnings())
    expect_equal([lab.log().count(each) for each in (warning, f"state_dir '{state}': has room again: ")], [1, 1],
                 "what the log has of it")


def a_disk_that_does_not_answer_is_named_and_holds_nobody_up(lab):
    lab.write("namespace mgmt { }\n")
    log_dir = lab.base / "log"
    with lab.running():
        lab.wait_state("mgmt", "healthy")
        silent = file_system_without_answers(log_dir)
        try:
            wait_until(lambda: lab.status()["gateway"]["warnings"], DISK_SECONDS, "a warning")
            warning = f"log_dir '{log_dir}': file system gives no answer within 5 s"
            expect_equal(lab.status()["gateway"]["warnings"], [warning], "warnings")
            lab.write("namespace mgmt { }\nnamespace other { }\n")
            expect_said(lab.command("reload"), 0)
            lab.wait_state("other", "healthy")
        finally:
            output_of("umount", "-i", "-l", log_dir)
            os.close(silent)
        wait_until(lambda: not lab.status()["gateway"]["warnings"], DISK_SECONDS, "an answer")
    lab.command("down")


def a_config_that_does_not_answer_holds_nobody_up(lab):
    asking = lab.base / "asking.conf"
    included = lab.base / "conf.d"
    included.mkdir()
    (included / "mgmt.conf").write_text("namespace mgmt { }\n")
    asking.write_text(lab.gateway)
    lab.gateway = lab.gateway.replace("}\n", f'include = "{included}/*.conf" }}\n')
    lab.write("")
    with lab.running() as process:
        lab.wait_state("mgmt", "healthy")
        silent = file_system_without_answers(included)
        try:
            process.send_signal(signal.SIGHUP)
            refused = f"'{lab.path}' or what it includes gives no answer within 30 s; nothing was changed"

            def told():
                said = lab.call("status", "-c", asking)
                expect("mgmt" in said.stdout, f"no status while the config is waited for: {said.stderr}")
                return f"the config as it is now is not in effect: {refused}" in said.stdout
            wait_until(told, DISK_SECONDS, "an end of the reload")
            expect(f"not reloaded: {refused}" in lab.log(), "the log does not tell of it")
        finally:
            output_of("umount", "-i", "-l", included)
            os.close(silent)
        expect_said(lab.command("reload"), 0)
    lab.command("down")


def file_system_without_answers(directory):
    """One in user space, fuse(4), whose server takes no request; it lasts as long as the descriptor."""
    server = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={server},rootmode=40000,user_id=0,group_id=0".encode()
    if ctypes.CDLL(None, use_errno=True).mount(b"silent", str(directory).encode(), b"fuse", 0, options) != 0:
        number = ctypes.get_errno()
        os.close(server)
        raise OSError(number, f"cannot mount a file system in user space: {os.strerror(number)}")
    return server


def exec_runs_inside(lab):
    lab.write(f"namespace acme {CUSTOMER}\n")
    expect_said(lab.command("up"), 0)
    inside = lab.command("exec", "acme", "--", "ip", "-br", "link")
    expect_said(inside, 0, stdout="cust", stderr="")
    expect("trunk0" not in inside.stdout, "the root namespace's devices are seen")
    expect_said(lab.command("exec", "acme", "ls", "/sys/class/net"), 0, stdout="cust")
    expect_said(lab.command("exec", "acme", "sh", "-c", "exit 42"), 42, stdout="", stderr="")
    expect_said(lab.command("exec", "acme", "-u", "nobody", "--", "id", "-un"), 0, stdout="nobody\n")
    expect_said(lab.command("exec", "-u", "nobody", "acme", "id", "-un"), 0, stdout="nobody\n")
    expect_said(lab.command("exec", "acme", "-u", "no-such-user", "true"), 1, stderr="user 'no-such-user' not found")
    expect_said(lab.command("exec", "acme", "/no/such/program"), 127, stderr="cannot execute '/no/such/program'")
    expect_said(lab.command("exec", "acme", "/etc/passwd"), 126, stderr="Permission denied")
    lab.command("down")


def exec_reaches_the_sockets_of_the_vrfs_own_proxy(lab):
    proxy = lab.base / "zabbix_proxy"
    proxy.write_text(SOCKET_PROXY)
    proxy.chmod(0o755)
    section = f'proxy {{ binary = "{proxy}" psk = false }}'
    lab.write(f"vrf acme {{ {MACVLAN.format('trunk0')} {section} }}\nvrf bravo {{ {MACVLAN.format('trunk0')} {section} }}\n")
    sockets = {vrf: lab.base / "run" / "vrfs" / vrf / "sockets" for vrf in ("acme", "bravo")}

    def call(vrf, path):
        return lab.command("exec", vrf, "--", "python3", "-c", CALL, path)

    with lab.running():
        for vrf, directory in sockets.items():
            wait_until(lambda vrf=vrf: call(vrf, sockets[vrf] / "rtc.sock").returncode == 0, STATE_SECONDS, vrf)
            expect_said(call(vrf, directory / "rtc.sock"), 0, stdout=str(directory), stderr="")
        expect_said(call("acme", sockets["bravo"] / "rtc.sock"), 1, stderr="FileNotFoundError")
        expect_equal(list(sockets["acme"].iterdir()), [], "what the machine has of them")
        expect_said(call("acme", sockets["acme"] / "link"), 1, stderr="Too many levels of symbolic links")
        # A proxy's binary asks for the right to write before it connects.
        expect_said(lab.command("exec", "acme", "test", "-w", sockets["acme"]), 0)
        # All else is the machine's, as it is without a proxy.
        expect_said(lab.command("exec", "acme", "touch", lab.base / "made"), 0, stdout="", stderr="")
        expect((lab.base / "made").exists(), "what exec writes does not arrive on the machine")
        expect_said(lab.command("exec", "acme", "pwd", "-P"), 0, stdout=f"{os.getcwd()}\n", stderr="")
        expect_said(lab.command("stop", "bravo"), 0)
        expect_said(call("bravo", sockets["bravo"] / "rtc.sock"), 1, stderr="FileNotFoundError")
    lab.command("down")


def exec_root_is_the_way_back(lab):
    lab.write(f"namespace acme {CUSTOMER}\n")
    expect_said(lab.command("up"), 0)
    done = lab.command("exec", "acme", lab.program, "exec", "--root", "--", "ip", "-br", "link")
    expect_said(done, 0, stdout="trunk0", stderr="")
    lab.command("down")


def name_servers_are_the_vrfs_own(lab):
    lab.write('namespace acme { dns = "192.0.2.53" }\n')
    expect_said(lab.command("up"), 0)
    expect_said(lab.command("exec", "acme", "cat", "/etc/resolv.conf"), 0, stdout="nameserver 192.0.2.53\n")
    expect("192.0.2.53" not in output_of("cat", "/etc/resolv.conf"), "the machine's resolv.conf changed")
    lab.command("down")


def status_repeats_until_the_supervisor_goes(lab):
    lab.write("namespace mgmt { }\n")
    with lab.running() as process:
        lab.wait_state("mgmt", "healthy")
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait()
        expect_said(lab.command("status", "-w1"), 3)
        expect(time.monotonic() - started < STATE_SECONDS, "status -w goes on without a supervisor")
    lab.command("down")


CASES = [value for value in list(globals().values())
         if callable(value) and getattr(value, "__module__", "") == __name__
         and value.__name__ not in ("kernel_state", "netns_names", "fake_proxy", "children_of",
                                "disk_fill_and_clear", "file_system_without_answers")]
