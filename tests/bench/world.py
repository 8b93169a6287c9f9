# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the benchmarks take place: network, mounts and processes of their own, and a look at their state."""

import json
import os
import pathlib
import subprocess
import sys
import time

TRUNK = "trunk0"
RUN = pathlib.Path("/run/bench")
INSIDE = "--inside"
PRIVATE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
GONE_SECONDS = 60


def enter():
    """Start the program again in namespaces of its own, with a trunk; return only in there."""
    if INSIDE not in sys.argv:
        if os.geteuid() != 0:
            sys.exit("bench: needs root, for namespaces of its own")
        os.execvp(PRIVATE[0], [*PRIVATE, sys.executable, "-B", *sys.argv, INSIDE])
    sys.argv.remove(INSIDE)
    subprocess.run("mount -t tmpfs -o mode=755 tmpfs /run && ip link set lo up && "
                   f"ip link add {TRUNK} type veth peer name wire0 && ip link set {TRUNK} up && ip link set wire0 up",
                   shell=True, check=True)
    RUN.mkdir(mode=0o755)


def show(*arguments):
    """What ip(8) shows as JSON."""
    text = subprocess.run(["ip", "-j", *arguments], capture_output=True, text=True, check=True).stdout
    return json.loads(text or "[]")


def timed(command):
    """Seconds that a program takes from its start to its end."""
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    elapsed = time.perf_counter() - started
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command))}: exit status {done.returncode}\n{done.stderr}")
    return elapsed


# ---- what is left of a set ----

def count_uplinks():
    return sum(line.lstrip().startswith("vg") for line in pathlib.Path("/proc/net/dev").read_text().splitlines())


def count_listeners():
    """Users of the all-hosts group on the trunk: itself, and each macvlan that is up in whatever namespace."""
    for line in pathlib.Path("/proc/net/dev_mcast").read_text().splitlines():
        _, name, users, _, address = line.split()
        if name == TRUNK and address == "01005e000001":
            return int(users)
    return 0


def wait_gone():
    """Wait until no link of a set is left, neither here nor in a namespace that dies."""
    deadline = time.monotonic() + GONE_SECONDS
    while count_uplinks() or count_listeners() > 1:
        if time.monotonic() > deadline:
            sys.exit(f"bench: {count_uplinks()} uplinks and {count_listeners() - 1} customer links never went")
        time.sleep(0.001)


def settle():
    """
    Wait until the kernel has cleared up all dead namespaces. It does so batch by batch in one worker, so
    that the second namespace that comes and goes here dies after all that were dead before.
    """
    for _ in range(2):
        subprocess.run("ip netns add settle && ip link add vgsettle type veth peer name inside netns settle && "
                       "ip netns del settle", shell=True, check=True)
        wait_gone()


def kernel_kib():
    """Memory of the kernel's objects, all over the machine."""
    lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    total = dict(line.split(":") for line in lines)
    return sum(int(total[name].split()[0]) for name in ("Slab", "Percpu", "VmallocUsed", "KernelStack"))


# ---- what a set looks like ----

def _side(select, name):
    """Addresses, routes and permanent neighbours of a namespace, on links that the name matches."""
    found = set()
    for link in show(*select, "address", "show"):
        if name(link["ifname"]):
            up = "UP" in link["flags"]
            found |= {(link["ifname"], up, each["local"], each["prefixlen"]) for each in link["addr_info"]}
    for family in ("-4", "-6"):
        found |= {("route", each["dst"], each.get("gateway"), each["dev"])
                  for each in show(*select, family, "route", "show") if name(each["dev"])}
    found |= {("neighbour", each["dst"], each["lladdr"], each["dev"])
              for each in show(*select, "neighbour", "show") if name(each["dev"]) and "PERMANENT" in each["state"]}
    return found


def describe(number):
    """VRF `number` as a set of facts, the same for all that make the same."""
    inside = _side(["-n", f"bench{number}"], lambda name: True)
    outside = _side([], lambda name: name == f"vg{number}")
    return {("inside", *fact) for fact in inside} | {("outside", *fact) for fact in outside}
