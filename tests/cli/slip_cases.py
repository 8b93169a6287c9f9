# SPDX-License-Identifier: GPL-2.0-or-later
"""One slip of whoever writes the config: an empty or cut file takes no customer down; and what a reload says."""

import contextlib
import json
import os
import pathlib
import signal

import status_schema
from lab import STATE_SECONDS, expect_said, ip, output_of
from running_cases import CUSTOMER, children_of, fake_proxy, netns_names
from tap import expect, expect_equal
from waiting import wait_until

LEFT = "not in the config any more; 'vrfgate reload --remove' ends it"


def namespaces(*names):
    return "".join(f"namespace {name} {{ }}\n" for name in names)


def check_warns_of_what_includes_nothing(lab):
    (lab.base / "empty.conf").touch()
    lab.gateway = lab.gateway.replace("}\n", f'include = {{ "{lab.base}/conf.d/*.conf", "{lab.base}/empty.conf" }} }}\n')
    lab.write("")
    done = lab.command("check")
    expect_said(done, 0, stdout=f"{lab.path}: no faults, 0 VRFs\n")
    expect_equal(done.stderr.splitlines(), [
        f"{lab.path}:1: gateway: include \"{lab.base}/conf.d/*.conf\": matches no file",
        f"{lab.path}:1: no vrf and no namespace section: nothing is monitored",
        f"{lab.base}/empty.conf:1: the file is empty, expected vrf or namespace sections"], "warnings")


def noted(lab):
    """Who went on purpose, by state_dir."""
    path = lab.base / "state" / "removed.json"
    return json.loads(path.read_text())["removed"] if path.exists() else []


def a_reload_that_would_remove_many_is_refused_until_it_is_meant(lab):
    names = [f"n{number:02d}" for number in range(16)]
    lab.write(namespaces(*names))
    with lab.running() as process:
        lab.wait_state(names[-1], "healthy")
        before = {name: os.stat(f"/run/netns/{name}").st_ino for name in names}
        for text, words in (("", f"would remove 16 of 16 running VRFs; nothing was changed: "
                                 f"{', '.join(names[:10])} and 6 more; 'vrfgate reload --remove' removes them"),
                            (namespaces(*names[5:]), f"would remove 5 of 16 running VRFs; nothing was changed: "
                                                     f"{', '.join(names[:5])}; 'vrfgate reload --remove'"),
                            (namespaces("new", *names[5:]), f"{names[4]} (under a new name a VRF is another one); ")):
            lab.write(text)
            expect_said(lab.command("reload"), 1, stdout="", stderr=words)
        lab.write("")
        expect_said(lab.command("reload"), 1, stderr=f"{lab.path}:1: no vrf and no namespace section: nothing is monitored\n")
        lab.write(namespaces("new", *names[5:]))
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "not reloaded: this would remove 5 of 16" in lab.log(), STATE_SECONDS, "its line in the log")
        gateway = lab.status()["gateway"]
        expect_equal((gateway["reload"]["ok"], gateway["config_generation"]), (False, 1), "reload, in the status")
        expect("this would remove 5 of 16" in gateway["reload"]["error"], f"{gateway['reload']}")
        expect_said(lab.command("status"), 0, stdout="warning: the config as it is now is not in effect: this would remove")
        expect_equal({name: os.stat(f"/run/netns/{name}").st_ino for name in netns_names()}, before, "namespaces")
        expect_equal(noted(lab), [], "gone on purpose")
        # A quarter may go.
        lab.write(namespaces(*names[4:]))
        expect_said(lab.command("reload"), 0, stdout=f"removed: {', '.join(names[:4])}\n", stderr="")
        expect_equal((netns_names(), sorted(noted(lab))), (names[4:], names[:4]), "namespaces, gone on purpose")
        expect_equal(lab.status()["gateway"]["reload"], {"ok": True, "faults": 0, "error": "", "failed_s": None}, "reload")
        lab.write(namespaces("new"))
        expect_said(lab.command("reload"), 1, stderr="would remove 12 of 12")
        expect_said(lab.command("reload", "--remove"), 0, stdout="1 added, 12 removed, 0 changed, 0 restarted, 0 unchanged")
        expect_equal(netns_names(), ["new"], "namespaces")
        # The last one.
        lab.write("")
        expect_said(lab.command("reload"), 1, stderr="would remove 1 of 1 running VRFs; nothing was changed: new; ")
        expect_said(lab.command("reload", "--remove"), 0, stdout="removed: new\n")
        expect_equal((netns_names(), lab.status()["vrfs"]), ([], []), "namespaces, VRFs")
        lab.write(namespaces("n00"))
        expect_said(lab.command("reload"), 0, stdout="added: n00\n", stderr="")
        expect("n00" not in noted(lab), "one that is back has not gone")
    lab.command("down")


def customers(names, parent="trunk0", address='address = "10.0.0.2/30"', more="", kind="vrf"):
    return "".join(f'{kind} {name} {{ {more} interface cust {{ kind = macvlan parent = {parent} {address} }} }}\n' for name in names)


def a_reload_that_would_end_the_monitoring_of_many_is_refused_until_it_is_meant(lab):
    """However a slip does it: the names stay in the config, and nobody is monitored any more."""
    section = fake_proxy(lab)
    names = [f"v{number}" for number in range(8)]
    gone, stay = names[:3], customers(names[3:])
    slips = (("disabled", customers(gone, more="enabled = false")),
             ("without a proxy", customers(gone, kind="namespace")),
             ("without an interface", "".join(f"vrf {name} {{ }}\n" for name in gone)),
             ("without an address", customers(gone, address="")),
             ("on a parent that does not exist", customers(gone, parent="trunk1")))
    lab.write(section + customers(names))
    with lab.running() as process:
        pids = {name: lab.wait_state(name, "starting")["proxy"]["pid"] for name in names}
        for why, text in slips:
            lab.write(section + text + stay)
            expect_said(lab.command("reload"), 1, stdout="", stderr=(
                "vrfgate: this would end the monitoring of 3 of 8 running VRFs; nothing was changed; "
                f"'vrfgate reload --remove' does it: {why}: v0, v1, v2\n"))
        mixed = (customers(["v1"], more="enabled = false") + customers(["v2"], kind="namespace") + customers(["w"])
                 + customers(["v3"], parent="trunk1") + customers(names[4:]))
        lab.write(section + mixed)
        process.send_signal(signal.SIGHUP)
        words = ("this would end the monitoring of 4 of 8 running VRFs; nothing was changed; 'vrfgate reload --remove' does it: "
                 "not in the config any more: v0 (under a new name a VRF is another one); disabled: v1; without a proxy: v2; "
                 "on a parent that does not exist: v3")
        wait_until(lambda: f"not reloaded: {words}\n" in lab.log(), STATE_SECONDS, "its line in the log")
        expect_equal(lab.status()["gateway"]["reload"]["error"], words, "reload, in the status")
        expect_equal({name: lab.vrf(name)["proxy"]["pid"] for name in names}, pids, "pids")
        expect_equal(lab.status()["gateway"]["config_generation"], 1, "generation")
        # A quarter may be taken out; and what is meant is done.
        lab.write(section + customers(names[:2], more="enabled = false") + customers(names[2:]))
        expect_said(lab.command("reload"), 0, stdout="changed: v0, v1\n", stderr="")
        lab.write(section + customers(names[:6], more="enabled = false") + customers(names[6:]))
        expect_said(lab.command("reload"), 1, stderr="of 4 of 6 running VRFs")
        expect_said(lab.command("reload", "--remove"), 0, stdout="changed: v2, v3, v4, v5\n", stderr="")
        expect_equal((netns_names(), noted(lab)), (["v6", "v7"], []), "namespaces, gone on purpose")
        expect_equal([lab.log().count(f"vrf '{name}': removed\n") for name in names], [1] * 6 + [0] * 2, "lines of removals")
        # The last ones.
        lab.write(section + customers(names, more="enabled = false"))
        expect_said(lab.command("reload"), 1, stderr="of 2 of 2 running VRFs")
    lab.command("down")


def a_reload_says_whose_config_is_not_in_effect(lab):
    section = fake_proxy(lab)
    names = [f"v{number:02d}" for number in range(12)]
    lab.write(section + customers(names))
    with lab.running():
        pids = {name: lab.wait_state(name, "starting")["proxy"]["pid"] for name in names}
        for slip, why in (('profile = "/no/such"', "profile '/no/such': cannot read '/no/such': No such file or directory"),
                          ("binary = /no/such/proxy", "proxy binary '/no/such/proxy': No such file or directory")):
            lab.write(section.replace("proxy {", "proxy { ") + customers(names, more=f"proxy {{ {slip} }}"))
            done = lab.command("reload")
            expect_said(done, 1, stderr=f"vrf 'v00': starting: its proxy goes on with the old config: {why}\n")
            expect_equal(done.stderr.splitlines()[10:], ["vrfgate: and 2 more VRFs: see 'vrfgate status'"], "the rest")
            expect_said(lab.command("status"), 1, stdout=f"warning: 12 proxies go on with the old config: "
                                                         f"{', '.join(names[:10])} and 2 more: {why}\n")
        expect_equal({name: lab.vrf(name)["proxy"]["pid"] for name in names}, pids, "pids")
        # One on a parent that is missing is told, too.
        lab.write(section + customers(names[1:]) + customers(names[:1], parent="trunk1"))
        expect_said(lab.command("reload"), 1, stdout="changed: ", stderr="interface 'cust': parent 'trunk1' not found")
        lab.write(section + customers(names))
        expect_said(lab.command("reload"), 0, stderr="")
        expect_equal(lab.status()["gateway"]["warnings"], [], "warnings")
    lab.command("down")


def up_takes_no_namespace_from_the_proxy_of_one_that_is_disabled(lab):
    section = fake_proxy(lab)
    lab.write(section + customers(["a", "b"]))
    with lab.running("--leave-proxies"):
        pids = [lab.wait_state(name, "starting")["proxy"]["pid"] for name in ("a", "b")]
        lab.write(section + customers(["a"], more="enabled = false") + customers(["b"]))
        expect_said(lab.command("up"), 1, stderr="vrfgate up: left running, though disabled: a; 'vrfgate reload' or "
                                                 "'vrfgate down' ends it\n")
    expect_said(lab.command("up"), 1, stderr="left running, though disabled: a; ")
    expect_equal(netns_names(), ["a", "b"], "namespaces")
    expect(all(os.path.exists(f"/proc/{pid}") for pid in pids), "a proxy has ended")
    lab.command("down")


def a_disabled_vrf_does_not_run_and_may_go(lab):
    lab.write(namespaces("a", "b") + "namespace c { enabled = false }\nnamespace d { enabled = false }\n")
    with lab.running():
        lab.wait_state("b", "healthy")
        lab.write(namespaces("a", "b"))
        expect_said(lab.command("reload"), 0, stdout="removed: c, d\n", stderr="")
        # But four that had objects in Zabbix did, and two of four are many.
        expect_equal(noted(lab), [], "gone on purpose")
    lab.command("down")


def vrfs_that_go_while_no_supervisor_runs_are_left_until_it_is_meant(lab):
    section = fake_proxy(lab)
    lab.write(section + f"vrf acme {CUSTOMER}\nvrf bravo {{ }}\nnamespace mgmt {{ }}\nnamespace stays {{ }}\n")
    with lab.running("--leave-proxies"):
        pids = {name: lab.wait_state(name, "starting")["proxy"]["pid"] for name in ("acme", "bravo")}
        lab.wait_state("mgmt", "healthy")
    lab.write(section + namespaces("stays"))
    inodes = {name: os.stat(f"/run/netns/{name}").st_ino for name in netns_names()}
    for _ in range(2):
        with lab.running("--leave-proxies"):
            for name in ("acme", "bravo", "mgmt"):
                expect_equal(lab.wait_state(name, "degraded")["reason"], LEFT, f"reason of {name}")
            expect_said(lab.command("status"), 1, stdout="acme")
            expect_equal({name: lab.vrf(name)["proxy"]["pid"] for name in pids}, pids, "pids, in the status")
            expect_equal(status_schema.differences(lab.status()), [], "differences from the schema")
            expect_equal(lab.wait_state("stays", "healthy")["reason"], "", "reason of one that is there")
            expect("3 VRFs are not in the config any more and left running: " in lab.log(), "the log does not tell")
            expect_equal(len(children_of("sleep")), len(pids), "proxies")
            expect_said(lab.command("reload"), 0, stdout="0 added, 0 removed, 0 changed, 0 restarted, 1 unchanged\n")
            expect_equal({name: os.stat(f"/run/netns/{name}").st_ino for name in netns_names()}, inodes, "namespaces")
            expect(all(os.path.exists(f"/proc/{pid}") for pid in pids.values()), "a proxy has ended")
    # One that comes back is taken over as it is; one that dies is told, and not started without a config.
    with lab.running("--leave-proxies"):
        lab.wait_state("acme", "degraded")
        lab.write(section + f"vrf acme {CUSTOMER}\n" + namespaces("stays"))
        expect_said(lab.command("reload"), 0, stdout="added: acme\n", stderr="")
        expect_equal(lab.wait_state("acme", "starting")["proxy"]["pid"], pids["acme"], "pid of acme")
        os.kill(pids["bravo"], signal.SIGKILL)
        wait_until(lambda: lab.vrf("bravo")["state"] == "failed", STATE_SECONDS, "bravo: failed")
        expect(f"{LEFT}; its proxy ended: " in lab.vrf("bravo")["reason"], lab.vrf("bravo")["reason"])
        expect_equal(noted(lab), [], "gone on purpose")
        expect_said(lab.command("reload", "--remove"), 0, stdout="removed: ", stderr="")
        expect_equal((netns_names(), sorted(noted(lab))), (["acme", "stays"], ["bravo", "mgmt"]), "namespaces, noted")
        expect_equal(lab.vrf("acme")["proxy"]["pid"], pids["acme"], "pid of acme")
    lab.command("down")


def one_that_was_left_is_looked_into_like_others(lab):
    """By its name: a command inside, the log of its proxy, and the way to it step by step."""
    section = fake_proxy(lab)
    acme = CUSTOMER.replace("{ ", '{ dns = "10.0.0.53" ', 1)
    lab.write(section + f"vrf acme {acme}\nnamespace mgmt {{ }}\n")
    with lab.running("--leave-proxies"):
        lab.wait_state("acme", "starting")
    log = lab.base / "log" / "acme" / "zabbix_proxy.log"
    log.write_text("first line\nlast line\n")
    lab.write(section + namespaces("stays"))
    for supervised in (True, False):
        with lab.running("--leave-proxies") if supervised else contextlib.nullcontext():
            if supervised:
                for name in ("acme", "mgmt"):
                    lab.wait_state(name, "degraded")
                expect_equal(sorted(lab.command("status", "-o", "vrf").stdout.split()[1:]), ["acme", "mgmt", "stays"], "names")
            done = lab.command("exec", "acme", "--", "sh", "-c", "ip -br address show cust; cat /etc/resolv.conf")
            expect_said(done, 0, stdout="10.0.0.2/30", stderr="")
            expect("nameserver 10.0.0.53\n" in done.stdout, f"name servers: {done.stdout!r}")
            expect_said(lab.command("exec", "mgmt", "--", "ip", "-br", "link"), 0, stdout="lo", stderr="")
            expect_said(lab.command("logs", "-n", "1", "acme"), 0, stdout="last line\n", stderr="")
            steps = {(each["step"], each["verdict"]): each["detail"]
                     for each in json.loads(lab.command("diag", "-j", "acme").stdout)["steps"]}
            if supervised:
                expect_equal(steps["supervisor", "ok"], f"the VRF is degraded: {LEFT}", "supervisor")
            expect_equal((steps["link", "ok"], steps["address", "ok"]), ("cust is up", "cust has 10.0.0.2/30"), f"of {steps}")
            expect(("uplink", "skip") not in steps and ("proxy", "skip") not in steps, f"not looked at: {steps}")
            for verb, words in (("exec", ("nope", "true")), ("logs", ("nope",)), ("diag", ("nope",)), ("logs", ("../acme",))):
                expect_said(lab.command(verb, *words), 4, stdout="", stderr="vrfgate: no such VRF: '")
    lab.command("down")


def a_passive_proxy_that_was_left_keeps_its_port(lab):
    section = fake_proxy(lab).replace("proxy {", "proxy { mode = passive", 1)
    nat = ('uplink { mode = nat passive_port = 20000 passive_address = "10.9.0.1" }\nzabbix { server = "10.9.0.2" }\n')
    ip("address", "add", "10.9.0.1/24", "dev", "trunk0")

    def way():
        rules = output_of("nft", "list", "chain", "inet", "vrfgate", "passive")
        return "20000 : 198.18.0.2" in rules, pathlib.Path("/proc/sys/net/ipv4/conf/vg0/forwarding").read_text().strip()
    lab.write(nat + section + "vrf acme { }\nnamespace stays { }\n")
    with lab.running("--leave-proxies"):
        lab.wait_state("acme", "starting")
        before = way()
        expect_equal(before[0], True, "the port, before")
    lab.write(nat + section + namespaces("stays"))
    with lab.running("--leave-proxies"):
        lab.wait_state("acme", "degraded")
        lab.wait_state("stays", "healthy")
        expect_equal(way(), before, "port and forwarding of its uplink")
        # A pass of all, and one that repairs.
        expect_said(lab.command("reload"), 0)
        output_of("nft", "delete", "table", "inet", "vrfgate")
        lab.write(nat + section + namespaces("stays", "new"))
        expect_said(lab.command("reload"), 0)
        expect_equal(way(), before, "port and forwarding, later")
        expect_said(lab.command("reload", "--remove"), 0, stdout="removed: acme\n")
        expect("20000" not in output_of("nft", "list", "ruleset"), "the port is left")
    lab.command("down")
    ip("address", "del", "10.9.0.1/24", "dev", "trunk0")


def what_was_meant_to_go_is_not_left_by_the_next_supervisor(lab):
    section = fake_proxy(lab)
    (lab.base / "zabbix_proxy").write_text((lab.base / "zabbix_proxy").read_text().replace(
        "exec sleep", "trap '' TERM\nsleep 1000 &\nwait\nwait\nexec sleep"))
    lab.write(section + "vrf acme { }\n" + namespaces("stays"))
    with lab.running(stop=False) as process:
        lab.wait_state("acme", "starting")
        lab.write(section + namespaces("stays"))
        expect_said(lab.command("reload", "-n"), 0, stdout="", stderr="")
        lab.wait_state("acme", "stopping")
        process.kill()
        process.wait()
    with lab.running():
        lab.wait_state("acme", "stopping")
        expect_said(lab.command("stop", "-n", "--now", "acme"), 0)
        wait_until(lambda: netns_names() == ["stays"] and lab.vrf("acme") is None, STATE_SECONDS, "acme: gone")
    lab.command("down")


def a_reload_waits_and_says_what_it_has_changed(lab):
    section = fake_proxy(lab)
    one = f"vrf one {CUSTOMER}\n"
    lab.write(section + one + "vrf two { }\n" + namespaces("three", "four"))
    with lab.running():
        for name in ("one", "two"):
            lab.wait_state(name, "starting")
        pid = lab.vrf("two")["proxy"]["pid"]
        expect_said(lab.command("reload"), 0, stdout="0 added, 0 removed, 0 changed, 0 restarted, 4 unchanged\n", stderr="")
        lab.write(section + one.replace("10.0.0.2", "10.0.0.6") + 'vrf two { proxy { options = { "Timeout=7" } } }\n'
                  + namespaces("three", "five", "six"))
        done = lab.command("reload")
        plan = lab.command("plan")
        expect_said(done, 0, stderr="")
        expect_equal(done.stdout.splitlines(), [
            "added: five, six", "removed: four", "changed: one", "restarted: two",
            "2 added, 1 removed, 1 changed, 1 restarted, 1 unchanged"], "what it says")
        expect_said(plan, 0, stdout="", stderr="")
        expect(lab.vrf("two")["proxy"]["pid"] not in (None, pid), "two: the same proxy")
        lab.write(section + one + namespaces("three", "five", "six") + "vrf bad { proxy { binary = /no/such/proxy } }\n")
        done = lab.command("reload")
        expect_said(done, 1, stdout="added: bad\nremoved: two\nchanged: one\n",
                    stderr="vrfgate: vrf 'bad': failed: proxy binary '/no/such/proxy': No such file or directory\n")
        expect_equal(lab.command("plan").returncode, 0, "exit status of plan")
        expect_equal([lab.log().count(f"vrf '{each}': removed") for each in ("two", "four")], [1, 1], "lines of removals")
    lab.command("down")


def a_reload_that_is_overtaken_waits_for_the_newer_one(lab):
    """And for what it has begun itself: a proxy that takes its time to end is another one when both are done."""
    section = fake_proxy(lab)
    program = lab.base / "zabbix_proxy"
    program.write_text(program.read_text().replace("exec sleep", "trap '' TERM\nsleep 1000 &\nwait\nwait\nexec sleep"))
    lab.write(section + "vrf acme { }\n" + namespaces("a", "b"))
    with lab.running():
        pid = lab.wait_state("acme", "starting")["proxy"]["pid"]
        lab.write(section + 'vrf acme { proxy { options = { "Timeout=7" } } }\n' + namespaces("a", "b"))
        with lab.begun("reload") as first:
            lab.wait_state("acme", "stopping")
            lab.write(section + 'vrf acme { proxy { options = { "Timeout=7" } } }\n' + namespaces("a", "b", "c"))
            expect_said(lab.command("reload", "-n"), 0, stderr="")
            lab.wait_state("c", "healthy")
            expect_equal((lab.vrf("acme")["state"], first.poll()), ("stopping", None), "acme, and the first reload")
            os.kill(pid, signal.SIGKILL)
            said, complaints = first.communicate(timeout=STATE_SECONDS)
        expect("vrfgate: a newer reload came before this one was done; waiting for that\n" in complaints, complaints)
        expect_equal((first.returncode, said.splitlines()), (0, [
            "added: c", "restarted: acme", "1 added, 0 removed, 0 changed, 1 restarted, 2 unchanged"]), "the first reload")
        expect(lab.vrf("acme")["proxy"]["pid"] not in (None, pid), "acme: the same proxy")
        expect_said(lab.command("stop", "--now", "acme"), 0)
    lab.command("down")


def a_removal_is_logged_once(lab):
    """However many times the kernel is compared until the links are gone, too."""
    section = fake_proxy(lab)
    names = [f"v{number}" for number in range(4)]
    lab.write(section + "".join(f"vrf {name} {{ }}\n" for name in names) + namespaces("stays"))
    with lab.running():
        for name in names:
            lab.wait_state(name, "starting")
        lab.write(section + namespaces("stays"))
        expect_said(lab.command("reload", "--remove"), 0, stdout=f"removed: {', '.join(names)}\n", stderr="")
        expect_said(lab.command("plan"), 0, stdout="", stderr="")
        expect_equal([lab.log().count(f"vrf '{name}': removed") for name in names], [1] * 4, "lines of removals")
    lab.command("down")


def up_removes_no_proxys_namespace_and_not_many(lab):
    section = fake_proxy(lab)
    lab.write(section + "vrf acme { }\n" + namespaces("a", "b", "c", "d"))
    with lab.running("--leave-proxies"):
        pid = lab.wait_state("acme", "starting")["proxy"]["pid"]
        lab.wait_state("d", "healthy")
        # The supervisor's are not for others to remove.
        lab.write(section + "vrf acme { }\n" + namespaces("a", "b", "c"))
        expect_said(lab.command("up"), 1, stderr="vrfgate up: left running, though not in the config any more: d; ")
    before = netns_names()
    lab.write(section)
    expect_said(lab.command("up"), 1, stdout="", stderr="vrfgate up: this would remove 4 of the VRFs that exist; nothing was "
                                                        "changed: a, b, c, d; 'vrfgate up --remove' removes them\n")
    expect_said(lab.command("plan"), 2, stderr="so many VRFs are removed only by 'up --remove' or 'reload --remove': a, ")
    expect_equal((netns_names(), noted(lab)), (before, []), "namespaces, gone on purpose")
    lab.write(section + namespaces("a", "b", "c"))
    expect_said(lab.command("up", "--remove"), 1, stdout="d: removed", stderr="left running, though not in the config any "
                "more: acme; 'vrfgate reload --remove' or 'vrfgate down' ends it\n")
    expect_equal((netns_names(), noted(lab)), (["a", "acme", "b", "c"], ["d"]), "namespaces, gone on purpose")
    expect(os.path.exists(f"/proc/{pid}"), "the proxy has ended")
    lab.write(section + "vrf acme { }\n" + namespaces("a", "b"))
    expect_said(lab.command("up"), 0, stdout="c: removed", stderr="")
    expect_equal((netns_names(), noted(lab)), (["a", "acme", "b"], ["d", "c"]), "namespaces, gone on purpose")
    lab.command("down")


def a_stop_with_a_cut_config_is_no_removal_on_purpose(lab):
    lab.write(namespaces("a", "b", "c", "d", "e"))
    expect_said(lab.command("up"), 0)
    lab.write(namespaces("a"))
    expect_said(lab.command("down"), 0)
    expect_equal((netns_names(), noted(lab)), ([], []), "namespaces, gone on purpose")
    lab.write(namespaces("a", "b", "c", "d", "e"))
    expect_said(lab.command("up"), 0)
    lab.write(namespaces("a", "b", "c", "d"))
    expect_said(lab.command("down"), 0)
    expect_equal((netns_names(), noted(lab)), ([], ["e"]), "namespaces, gone on purpose")


CASES = [one_that_was_left_is_looked_into_like_others, a_passive_proxy_that_was_left_keeps_its_port,
         a_reload_that_is_overtaken_waits_for_the_newer_one,
         up_removes_no_proxys_namespace_and_not_many, a_stop_with_a_cut_config_is_no_removal_on_purpose, a_removal_is_logged_once, check_warns_of_what_includes_nothing, a_reload_that_would_remove_many_is_refused_until_it_is_meant,
         a_reload_that_would_end_the_monitoring_of_many_is_refused_until_it_is_meant,
         a_reload_says_whose_config_is_not_in_effect, up_takes_no_namespace_from_the_proxy_of_one_that_is_disabled,
         a_disabled_vrf_does_not_run_and_may_go, vrfs_that_go_while_no_supervisor_runs_are_left_until_it_is_meant,
         what_was_meant_to_go_is_not_left_by_the_next_supervisor, a_reload_waits_and_says_what_it_has_changed]
