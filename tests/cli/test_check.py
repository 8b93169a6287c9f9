#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `check` finds before `up` or `run` does: by the machine, by the files that are named."""

import os
import pathlib
import random
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

# pylint: disable=wrong-import-position
import odd_config
import secret_file
from lab import CONFIG_EXIT, expect_said, ip, run_cases
from tap import expect, expect_equal
from waiting import wait_until

LOG_SECONDS = 60
VRF = 'vrf a { interface c { kind = macvlan parent = trunk0 address = "10.0.0.2/30" } proxy { binary = "/bin/true" } }\n'


def expect_faults(lab, command, *faults):
    """Of the file from its second line on."""
    done = lab.command(command)
    expect_said(done, CONFIG_EXIT, stdout="")
    expect_equal(done.stderr.splitlines(), [f"{lab.path}:{fault}" for fault in faults], f"faults of {command}")


def not_here(line, server, mode):
    return (f'{line}: zabbix: server "{server}": not an address of this machine, which mode local of the uplinks is for;'
            f" expected mode = {mode} in section uplink, or no server where it is on this machine")


def a_server_elsewhere_is_a_fault_in_mode_local(lab):
    for server, mode in (("192.0.2.10", "nat"), ("2001:db8::10", "routed"), ("0.0.0.0", "nat"), ("ff02::1", "routed"),
                         ("fe80::1", "routed")):
        lab.write(f'zabbix {{\nserver = "{server}" }}\n{VRF}')
        for command in ("check", "plan", "up"):
            expect_faults(lab, command, not_here(3, server, mode))


def a_server_of_this_machine_is_none(lab):
    ip("address", "add", "192.0.2.10/32", "dev", "lo")
    ip("address", "add", "2001:db8::10/128", "dev", "lo", "nodad")
    for server in ("192.0.2.10", "2001:db8::10", "127.0.0.1", "::1", "localhost", ""):
        lab.write(f'zabbix {{\nserver = "{server}" }}\n{VRF}')
        expect_said(lab.command("check"), 0, stderr="")
    ip("address", "flush", "dev", "lo", "scope", "global")


def a_server_that_may_come_with_its_address_is_none(lab):
    lab.write(f'zabbix {{\nserver = "192.0.2.10" }}\n{VRF}')
    setting = pathlib.Path("/proc/sys/net/ipv4/ip_nonlocal_bind")
    setting.write_text("1")
    try:
        expect_said(lab.command("check"), 0, stderr="")
    finally:
        setting.write_text("0")
    expect_said(lab.command("check"), CONFIG_EXIT)


def a_setting_that_is_a_directory_is_a_fault(lab):
    for key in ("net.ipv4", "net.ipv6.conf", "net.ipv4.conf.all"):
        lab.write(f'vrf a {{\nsysctl = {{ "{key}=1" }} }}\n')
        expect_said(lab.command("check"), CONFIG_EXIT, stdout="", stderr=(
            f'{lab.path}:3: vrf \'a\': sysctl "{key}=1": not to be set in a namespace of this kernel, expected another one'))


def a_server_known_by_name_is_a_warning(lab):
    lab.write(f'zabbix {{\nserver = "zabbix.example.net" }}\n{VRF}')
    expect_said(lab.command("check"), 0, stderr='3: zabbix: server "zabbix.example.net": a name')


def a_supervisor_starts_without_its_servers_address_and_says_so(lab):
    """It may come a moment later; the config is a fault to a reload, as then somebody is there."""
    lab.write(f'zabbix {{\nserver = "192.0.2.10" }}\n{VRF}')
    with lab.running():
        expect(not_here(3, "192.0.2.10", "nat") in lab.log(), "the log says nothing of the server")
        expect_said(lab.command("reload"), CONFIG_EXIT, stderr="not an address of this machine")
        lab.write(VRF)
        # What is no proxy cannot be brought up again with another server.
        expect_equal(lab.command("reload").stdout.partition("\n")[0], "changed: a", "the reload without a server")
    lab.command("down")


def what_a_supervisor_runs_with_can_be_taken_down(lab):
    """A config that an older version took: customers run on, and whoever changes it is told."""
    lab.write('vrf a {\ninterface c { kind = macvlan parent = trunk0 address = { "10.0.0.2/30", "fd5a:b1c0:de00::9/64" } }\n'
              'interface d { kind = macvlan parent = trunk0 address = "10.0.0.2/30" }\nproxy { binary = "/bin/true" } }\n')
    faults = ("overlaps with the prefix of the uplinks", "that of interface 'c'")
    for command in ("check", "plan", "up"):
        for fault in faults:
            expect_said(lab.command(command), CONFIG_EXIT, stdout="", stderr=fault)
    with lab.running():
        lab.wait_state("a", "failed", "degraded", "healthy", "backoff")
        for fault in faults:
            expect(fault in lab.log(), f"the log lacks {fault!r}")
            expect_said(lab.command("reload"), CONFIG_EXIT, stderr=fault)
    expect(ip("netns").startswith("a"), "nothing was brought up")
    expect_said(lab.command("down"), 0, stderr="")
    expect_equal(ip("netns"), "", "namespaces after down")


def files_that_are_missing_or_empty_are_warnings(lab):
    """The proxies run without them, and the status says what is lacking."""
    absent, empty, public = (lab.base / name for name in ("absent", "empty", "public"))
    secret_file.write(empty, "")
    public.write_text("secret\n")
    public.chmod(0o644)
    for path, words in ((absent, f"cannot read '{absent}': No such file or directory"),
                        (empty, f"'{empty}' has an empty first line"),
                        (public, f"'{public}' is open to everybody (mode 0644), expected 0600 or 0640")):
        lab.write(f'zabbix {{ url = "http://127.0.0.1:1/"\ntoken_file = "{path}" }}\n{VRF}')
        expect_said(lab.command("check"), 0,
                    stderr=f"{lab.path}:3: zabbix: token_file: {words}, expected the token of the API in its first line")
        lab.write(f'zabbix {{ url = "http://127.0.0.1:1/" user = a\npassword_file = "{path}" }}\n{VRF}')
        expect_said(lab.command("check"), 0, stderr=f"{lab.path}:3: zabbix: password_file: {words}, expected the password")
    secret_file.write(empty, "token\n")
    lab.write(f'zabbix {{ url = "http://127.0.0.1:1/"\ntoken_file = "{empty}"\nca_file = "{absent}" }}\n'
              f'vrf a {{ interface c {{ kind = macvlan parent = trunk0 address = 10.0.0.2/30 }} proxy {{\nbinary = "{absent}"\nprofile = "{absent}"'
              '\n} }\n')
    expect_equal(lab.command("check").stderr.splitlines(), [
        f"{lab.path}:4: zabbix: ca_file: cannot read '{absent}': No such file or directory, expected certificates to trust",
        f"{lab.path}:6: vrf 'a': proxy: binary: cannot run '{absent}': No such file or directory, expected a zabbix_proxy",
        f"{lab.path}:7: vrf 'a': proxy: profile: cannot read '{absent}': No such file or directory, expected a"
        " configuration of zabbix_proxy"], "warnings")
    for path, words in ((absent, f"cannot read '{absent}': No such file or directory"),
                        (empty, f"'{empty}' has no key that Zabbix takes")):
        lab.write(f'zabbix {{ url = "http://127.0.0.1:1/" token_file = "{empty}" }}\nvrf a {{ interface c {{ kind = macvlan parent = trunk0 '
                  f'address = "10.0.0.2/30" }} proxy {{ binary = "/bin/true" }}\nhost h {{ address = "10.0.0.1" agent {{ psk_file = "{path}" }} }} }}\n')
        expect_said(lab.command("check"), 0, stderr=f"{lab.path}:4: vrf 'a': host 'h': agent: psk_file: {words}, expected "
                    "the agent's key in its first line")


def a_supervisor_runs_without_a_token_and_says_so(lab):
    absent = lab.base / "absent"
    lab.write(f'zabbix {{ url = "http://127.0.0.1:1/"\ntoken_file = "{absent}" }}\n{VRF}')
    with lab.running():
        expect(f"token_file: cannot read '{absent}'" in lab.log(), "the log says nothing of the token")
        wait_until(lambda: lab.status()["gateway"]["zabbix"]["state"] == "denied", LOG_SECONDS, "state denied")
    lab.command("down")


def customers_networks_are_compared_with_their_own_uplink(lab):
    """Whose number decides: the same network is a fault in one VRF only."""
    nat = 'uplink { mode = nat }\nzabbix { server = "192.0.2.9" }\n'
    interface = 'interface c { kind = macvlan parent = trunk0 address = "198.18.0.6/30" conflict_detection = off }'
    lab.write(nat + f"vrf a {{ id = 0 {interface} }}\nvrf b {{ id = 1 {interface} }}\n")
    fault = ("vrf 'b': interface 'c': its address 198.18.0.6/30 overlaps with 198.18.0.6/30 of the uplink, expected another"
             " prefix4 in section uplink")
    expect_faults(lab, "check", f"5: {fault}")
    expect_said(lab.command("up"), 1, stderr=fault)
    lab.command("down")


def a_next_hop_is_the_end_of_its_own_uplink(lab):
    lab.write('vrf a { id = 1 interface c { kind = macvlan parent = trunk0 address = "10.0.0.2/30" }\nroute "fd77::/16" { via = "fd5a:b1c0:de00::1" } }\n')
    expect_faults(lab, "check", "2: vrf 'a': next hop fd5a:b1c0:de00::1 is not the machine's side of this VRF's uplink,"
                  " expected fd5a:b1c0:de00::5")
    lab.write(lab.path.read_text().partition("\n")[2].replace("::1", "::5"))
    expect_said(lab.command("check"), 0)
    expect_said(lab.command("up"), 0)
    lab.command("down")


def a_setting_that_no_namespace_has_is_a_fault(lab):
    """Be it that no kernel has it, or that the machine has it for all namespaces."""
    for key, known in (("net.ipv4.tcp_keepalive_tim=9", False), ("net.core.netdev_max_backlog=5000", False),
                       ("net.core.rmem_max=300000", False),
                       ("net.ipv6.conf.c.rp_filter=1", False), ("net.ipv4.neigh.c.gc_interval=9", False),
                       ("net.ipv4.tcp_keepalive_time=9", True), ("net.ipv6.conf.c.accept_ra=0", True),
                       ("net.ipv4.neigh.c.base_reachable_time_ms=9000", True), ("net.ipv4.conf.all.rp_filter=2", True)):
        lab.write(f'vrf a {{ interface c {{ kind = macvlan parent = trunk0 address = "fd00::2/64" }}\nsysctl = "{key}" }}\n')
        if known:
            expect_said(lab.command("check"), 0, stderr="")
            expect_said(lab.command("up"), 0)
        else:
            expect_faults(lab, "check", f"3: vrf 'a': sysctl \"{key}\": not to be set in a namespace of this kernel, expected another"
                          " one")
            expect_said(lab.command("up"), 1, stderr=f"sysctl '{key.partition('=')[0]}'")
    lab.command("down")


def any_name_that_the_kernel_takes_comes_up(lab):
    for name in ("é", "a'b", "a*", "a[0]", "eth0@1", "a#b", "..a", "-x", "1"):
        lab.write(f'vrf a {{ interface "{name}" {{ kind = macvlan parent = trunk0 address = {{ "10.0.0.2/30", "fd00::2/64" }} }}'
                  f'\nsysctl = "net/ipv4/conf/{name}/arp_ignore=1" }}\n')
        expect_said(lab.command("check"), 0, stderr="")
        expect_said(lab.command("up"), 0, stderr="")
        expect_said(lab.command("plan"), 0)
        lab.command("down")
    for name in ("all", "default"):
        lab.write(f'vrf a {{\ninterface {name} {{ kind = macvlan parent = trunk0 }} }}\n')
        expect_faults(lab, "check", f"3: vrf 'a': interface '{name}': the name is taken in every namespace, expected another one")


def an_address_of_this_network_comes_up(lab):
    lab.write('vrf a { interface c { kind = macvlan parent = trunk0 address = { "0.0.0.1/8", "1.2.3.4/7" } } }\n')
    expect_said(lab.command("up"), 0, stderr="")
    expect_said(lab.command("plan"), 0)
    lab.command("down")


def check_takes_no_config_that_up_refuses(lab):
    """By chance, most of them slightly wrong: $SEED and $CONFIGS say which and how many, and a failure names its seed."""
    first, count = int(os.environ.get("SEED", random.SystemRandom().randrange(10**9))), int(os.environ.get("CONFIGS", "150"))
    taken = 0
    for name in ("nic0", "nic1"):
        ip("link", "add", name, "type", "veth", "peer", "name", f"{name}far")
        ip("link", "set", name, "up")
        ip("link", "set", f"{name}far", "up")
    for seed in range(first, first + count):
        text = odd_config.make(random.Random(seed))
        lab.write(text)
        if lab.command("check").returncode == CONFIG_EXIT:
            continue
        taken += 1
        for command in ("up", "plan"):
            done = lab.command(command)
            expect(done.returncode == 0, f"SEED={seed}: {command}: exit status {done.returncode}: {done.stderr}{done.stdout}\n{text}")
        expect_said(lab.command("down"), 0)
    expect(taken > count // 20, f"check takes {taken} of {count} only")
    for name in ("nic0", "nic1"):
        ip("link", "del", name)


def thousands(count, unknown=0):
    """A config of so many VRFs with two hosts each, of which the first have a key that nobody knows."""
    return "".join(f"""vrf customer{i} {{
    dns = {{ "10.0.0.53", "10.0.0.54" }}
    interface eth{i // 500}.{2 + i % 500} {{ address = "10.0.0.2/30" gateway = "10.0.0.1" }}
    route "192.168.0.0/16" {{ via = "10.0.0.1" }}
    host ce{i}a {{ address = "10.0.0.1" templates = {{ "ICMP Ping" }} }}
    host ce{i}b {{ address = "192.168.0.1" tags = {{ "site=berlin" }} }}
    {f"unknown{i} = 1" if i < unknown else ""}
}}
""" for i in range(count))


def is_sanitized(lab):
    """What AddressSanitizer adds is not to be counted, and valgrind cannot run it."""
    return b"__asan_init" in pathlib.Path(lab.program).read_bytes()


def the_work_grows_as_the_config_and_faults_add_little(lab):
    """Counted in instructions, so that a busy machine says the same."""
    def instructions(text, status):
        lab.write(text)
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", lab.program, "check", "-c",
                               lab.path], capture_output=True, text=True, check=False)
        expect_equal(done.returncode, status, "exit status")
        return int(re.search(r"Collected *: (\d+)", done.stderr)[1])

    if is_sanitized(lab):
        return
    none, some, many = (instructions(thousands(count), 0) for count in (1, 51, 501))
    expect(many - none < 15 * (some - none), f"{none} instructions for one VRF, {some} for 51, {many} for 501")
    faulty = instructions(thousands(501, 90), CONFIG_EXIT)
    expect(faulty < 1.5 * many, f"{many} instructions for 501 VRFs, {faulty} where 90 of them have an unknown key")


def a_vrf_takes_few_kilobytes(lab):
    """Of the memory of a check at its peak."""
    def peak_kb(text):
        lab.write(text)
        with subprocess.Popen([lab.program, "check", "-c", lab.path], stdout=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        expect_equal(process.returncode, 0, "exit status")
        return usage.ru_maxrss

    if is_sanitized(lab):
        return
    few, many = peak_kb(thousands(1000)), peak_kb(thousands(5000))
    expect((many - few) / 4000 < 14, f"{few} KB for 1000 VRFs, {many} for 5000")


CASES = [value for value in list(globals().values())
         if callable(value) and getattr(value, "__module__", "") == __name__
         and value.__name__ not in ("expect_faults", "not_here", "thousands", "is_sanitized")]


if __name__ == "__main__":
    sys.exit(run_cases("check", CASES))
