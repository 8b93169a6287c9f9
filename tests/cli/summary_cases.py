# SPDX-License-Identifier: GPL-2.0-or-later
"""What is told of many VRFs: a cause that all have once, a first plan in a line a VRF."""

import json
import re
import subprocess

from lab import STATE_SECONDS, expect_said, ip
from tap import expect, expect_equal
from waiting import wait_until

MANY = 500
MANY_SECONDS = 300
# All on one wire, which is not what these tests are about.
SECTION = ('namespace v{number} {{ uplink = true\n'
           'interface cust {{ kind = macvlan parent = "{parent}" address = "10.0.0.2/30" gateway = "10.0.0.1"'
           ' conflict_detection = false }}\n'
           'route "192.168.0.0/16" {{ via = "10.0.0.1" }} }}\n')


def write_many(lab, count, parent, more=""):
    lab.write("".join(SECTION.format(number=number, parent=parent) for number in range(count)) + more)


def said(lab, verb, *words):
    """A command on many VRFs: exit status, and its lines on both outputs."""
    done = subprocess.run([lab.program, verb, "-c", lab.path, *words], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=MANY_SECONDS)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def waiting(count, parent="p0"):
    return f"parent '{parent}' does not exist: {count} VRFs wait for it: v0, v1, ... and {count - 2} more"


def five_hundred_vrfs_without_their_trunk_are_one_line_of_plan_and_up(lab):
    write_many(lab, MANY, "p0")
    total = f"{MANY} VRFs: 0 new, 0 changed, {MANY} with faults; 1 act"
    status, out, err = said(lab, "plan")
    expect_equal((status, out, err), (1, [waiting(MANY), "*: set firewall inet vrfgate", total], []), "plan")
    status, out, err = said(lab, "plan", "-v")
    expect_equal((status, len(out), out[-1]), (1, MANY + 2, total), "plan -v")
    expect_equal(out[7], "v7: cannot bring up: interface 'cust': parent 'p0' not found", "a line of plan -v")
    document = json.loads("\n".join(said(lab, "plan", "-j")[1]))
    expect_equal(len(document["faults"]), MANY, "faults of plan -j")
    expect_equal([(each["kind"], each["object"], len(each["netns"]), each["summary"]) for each in document["causes"]],
                 [("parent-missing", "p0", MANY, waiting(MANY))], "causes of plan -j")
    status, out, err = said(lab, "up")
    expect_equal((status, err, out[-1]), (1, [waiting(MANY)], total), "up")
    status, out, err = said(lab, "up", "-v")
    expect_equal((status, len(err), err[3]), (1, MANY, "vrf 'v3': interface 'cust': parent 'p0' not found"), "up -v")
    lab.command("down")


def two_trunks_that_are_missing_are_two_lines(lab):
    write_many(lab, 6, "p0", "".join(f"namespace w{number} {{ interface cust {{ kind = macvlan parent = {parent} }} }}\n"
                                     for number, parent in enumerate(("p1", "p1", "p2"))))
    expect_equal(said(lab, "plan")[1][:3],
                 [waiting(6), "parent 'p1' does not exist: 2 VRFs wait for it: w0, w1",
                  "w2: cannot bring up: interface 'cust': parent 'p2' not found"], "plan")


def the_first_plan_is_a_line_a_vrf_and_a_total(lab):
    write_many(lab, MANY, "trunk0")
    status, out, _ = said(lab, "plan")
    expect_equal((status, len(out)), (2, MANY + 2), "plan: exit status and lines")
    expect(out[8].startswith("vrf v7: new: namespace, uplink, 1 interface, 1 address, 2 routes, firewall, "),
           f"a line of plan: {out[8]!r}")
    total = re.fullmatch(rf"{MANY} VRFs: {MANY} new, 0 changed; (\d+),(\d+) acts", out[-1])
    expect(total, f"the total: {out[-1]!r}")
    each = said(lab, "plan", "-v")[1]
    expect_equal(len(each), int(total[1] + total[2]) + 1, "lines of plan -v")
    expect_equal(each[-1], out[-1], "total of plan -v")
    expect("v7: add route 192.168.0.0/16 via 10.0.0.1 dev cust" in each, "plan -v lacks a route")
    document = json.loads("\n".join(said(lab, "plan", "-j")[1]))
    expect_equal((len(document["acts"]), document["totals"]["new"]), (len(each) - 1, MANY), "plan -j")
    status, out, err = said(lab, "up")
    expect_equal((status, len(out), err), (0, MANY + 3, []), "up: exit status and lines")
    expect(re.match(r"v7: up, \d+ changes, new: namespace, uplink, 1 interface, ", out[9]), f"a line of up: {out[9]!r}")
    expect_equal(out[-1], f"{MANY} VRFs: {MANY} new, 0 changed; {total[1]},{total[2]} acts", "total of up")
    expect_equal(said(lab, "plan"), (0, [], []), "plan after up")
    expect_equal(said(lab, "up"), (0, ["nothing to change"], []), "second up")
    lab.command("down")


def what_a_customer_loses_is_told_among_many_new_ones(lab):
    old = 'namespace old {{ interface cust {{ kind = macvlan parent = trunk0 address = "{}" }} }}\n'
    lab.write(old.format("10.0.0.2/30") + "namespace gone { }\n")
    status, out, _ = said(lab, "up")
    expect_equal(status, 0, "up")
    expect("old: add address 10.0.0.2/30 to cust" in out, f"up of few acts does not tell each: {out}")
    write_many(lab, 20, "trunk0", old.format("10.0.0.6/30"))
    lines = ["gone: delete namespace gone", "old: delete address 10.0.0.2/30 from cust", "vrf old: changed: 1 address"]
    for verb in ("plan", "up"):
        out = said(lab, verb)[1]
        for line in lines[:3 if verb == "plan" else 2]:
            expect(line in out, f"{verb} lacks {line!r}: {out}")
        expect(out[-1].startswith("22 VRFs: 20 new, 1 changed, 1 removed; "), f"total of {verb}: {out[-1]!r}")
    lab.command("down")


def a_plan_of_few_acts_tells_each(lab):
    lab.write("namespace mgmt { }\n")
    status, out, _ = said(lab, "plan")
    expect_equal((status, out[0]), (2, "mgmt: create namespace mgmt"), "plan")
    expect_equal(out[-1], f"1 VRF: 1 new, 0 changed; {len(out) - 1} acts", "total")
    expect_equal(said(lab, "plan", "-v")[1], out, "plan -v")


def log_without(lab, *ends):
    """The lines of the log, without their times, that do not end so."""
    return [line[20:] for line in lab.log().splitlines() if not line.endswith(ends)]


def in_state(lab, state, count):
    """Whether all VRFs are in that state; a supervisor that is busy with them may not answer yet."""
    return sum(each["state"] == state for each in (lab.status() or {"vrfs": []})["vrfs"]) == count


def five_hundred_vrfs_without_their_trunk_are_one_line_of_log_status_and_diag(lab):
    write_many(lab, MANY, "p0", f"proxy {{ restart {{ min = {MANY_SECONDS} max = {MANY_SECONDS} }} }}\n")
    with lab.running():
        wait_until(lambda: in_state(lab, "failed", MANY), MANY_SECONDS, "all failed")
        expect_equal([line for line in log_without(lab, ": wiring") if "p0" in line], ["error: " + waiting(MANY)],
                     "lines of the log about p0")
        done = lab.command("status")
        expect_equal((done.returncode, done.stdout.splitlines()[1]), (2, waiting(MANY)), "status")
        expect_equal([(each["kind"], each["object"], len(each["vrfs"])) for each in lab.status()["gateway"]["causes"]],
                     [("parent-missing", "p0", MANY)], "causes of status -j")
        expect_said(lab.command("diag", "v7"), 1, stdout=f"({waiting(MANY)})")
        ip("link", "add", "p0", "type", "veth", "peer", "name", "p1")
        ip("link", "set", "p0", "up")
        ip("link", "set", "p1", "up")
        wait_until(lambda: in_state(lab, "healthy", MANY), MANY_SECONDS, "all healthy")
        expect_equal(lab.status()["gateway"]["causes"], [], "causes when p0 is there")
        # They are looked at in turn: a line at once, and one for all.
        begin = len(lab.log().splitlines())
        ip("link", "set", "p1", "down")
        wait_until(lambda: in_state(lab, "degraded", MANY), MANY_SECONDS, "all degraded")
        text = f"parent 'p0' has no carrier: {MANY} VRFs wait for it: v0, v1, ... and {MANY - 2} more"
        wait_until(lambda: "warning: " + text in log_without(lab), MANY_SECONDS, "the line for all")
        expect(len(lab.log().splitlines()) - begin <= 10, f"not a few lines: {log_without(lab)[begin:][:20]}")
        expect_equal(lab.command("status").stdout.splitlines()[1], text, "status without carrier")
    said(lab, "down")
    ip("link", "del", "p0")


def a_binary_that_many_miss_is_told_once(lab):
    lab.write("proxy { binary = \"/no/such/zabbix_proxy\" }\n" + "".join(f"vrf v{number} {{ }}\n" for number in range(6)))
    with lab.running():
        wait_until(lambda: in_state(lab, "failed", 6), STATE_SECONDS, "all failed")
        expect_equal([line for line in log_without(lab) if "error: " in line],
                     ["error: proxy binary '/no/such/zabbix_proxy' cannot be used: 6 VRFs wait for it: "
                      "v0, v1, ... and 4 more"], "lines of the log about the binary")
    lab.command("down")


CASES = [value for value in list(globals().values())
         if callable(value) and getattr(value, "__module__", "") == __name__
         and value.__name__ not in ("write_many", "said", "waiting", "log_without", "in_state")]
