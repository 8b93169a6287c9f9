#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a zabbix_proxy of each profile takes, idle and at work: the table of proxies/README.md, measured anew.

    memory.py [--release RELEASE]...

A real Zabbix of each release has PROXIES proxies of the profile at a time, which share the pages of their program as
those of a gateway do. One polls ITEMS items of an agent every DELAY_SECONDS. Exits 1 where `small` takes more than its
share of what the defaults of zabbix_proxy take.
"""

import argparse
import contextlib
import pathlib
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

# pylint: disable=wrong-import-position
import observation
import own_network
from gateway import Gateway
from progress import Progress
from release import named, releases
from waiting import stop_on_signals, wait_until
from world import World
from zabbix_stack import ZabbixStack

STOCK = "defaults of zabbix_proxy"
PROFILES = (STOCK, "small", "standard", "large")
PROXIES = 10
ITEMS = 500
DELAY_SECONDS = 10
SETTLE_SECONDS = 30
SAMPLES, SAMPLE_SECONDS = 5, 2
WAIT_SECONDS = 180
SMALL_AT_MOST = 0.6
KIB_PER_MIB = 1024
TYPE_AGENT, VALUE_UNSIGNED = 0, 3


def children_of(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def tree_of(pid):
    """A process and all below it."""
    return [pid, *(each for child in children_of(pid) for each in tree_of(child))]


def memory_of(pid):
    """Proportional and private memory of a process in MiB, from smaps_rollup."""
    kib = {"Pss": 0, "Private_Clean": 0, "Private_Dirty": 0}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        key, _, rest = line.partition(":")
        if key in kib:
            kib[key] = int(rest.split()[0])
    return kib["Pss"] / KIB_PER_MIB, (kib["Private_Clean"] + kib["Private_Dirty"]) / KIB_PER_MIB


def sample(gateway, vrf):
    """Processes, PSS and private memory of a proxy's tree."""
    pids = tree_of(gateway.vrf(vrf)["proxy"]["pid"])
    memory = [memory_of(pid) for pid in pids]
    return len(pids), sum(pss for pss, _ in memory), sum(private for _, private in memory)


def measure(gateway, vrf):
    """The median of some samples: now and then a proxy has a fping, for a moment."""
    samples = []
    while len(samples) < SAMPLES:
        time.sleep(SAMPLE_SECONDS)
        with contextlib.suppress(OSError):  # which ended while we looked
            samples.append(sample(gateway, vrf))
    return sorted(samples)[SAMPLES // 2]


def make_items(api, host):
    """ITEMS items that the host's agent answers."""
    interface = next(each for each in host["interfaces"] if each["type"] == "1")["interfaceid"]
    api.call("item.create", [
        {"name": f"load {number}", "key_": f"vfs.file.exists[/load/{number}]", "hostid": host["hostid"],
         "type": TYPE_AGENT, "value_type": VALUE_UNSIGNED, "interfaceid": interface, "delay": f"{DELAY_SECONDS}s"}
        for number in range(ITEMS)])


def wait_load(api, host):
    """Until every one of the items has a value."""
    def complete():
        found = api.call("item.get", {"output": ["lastclock"], "hostids": host["hostid"],
                                      "search": {"key_": "vfs.file.exists[/load/"}})
        return len(found) == ITEMS and all(int(each["lastclock"]) > 0 for each in found)
    wait_until(complete, WAIT_SECONDS, f"{ITEMS} items: a value of each", poll_seconds=1)


def use_profile(world, profile):
    """Write the config of that profile."""
    path = profile
    if profile == STOCK:
        path = world.directory / "stock.conf"
        path.write_text("")
    world.write_config(extra="".join(f"vrf mem-more{number} {{ }}\n"
                                     for number in range(2, PROXIES)))
    world.config.write_text(world.config.read_text().replace("proxy {\n", f'proxy {{\n    profile = "{path}"\n', 1))


def measure_profile(stack, directory, profile):
    """Idle and at work."""
    api = stack.api()
    with World(stack, directory, "mem", ("mem-acme", "mem-bravo")) as world:
        use_profile(world, profile)
        busy, idle = world.customers
        with Gateway(world.config, directory / "vrfgate.log") as gateway:
            gateway.wait_healthy(WAIT_SECONDS)
            observation.wait_values(api, world.customers, WAIT_SECONDS)
            host = api.host(busy.host)
            make_items(api, host)
            wait_load(api, host)
            time.sleep(SETTLE_SECONDS)
            found = measure(gateway, idle.vrf), measure(gateway, busy.vrf)
            api.call("host.delete", [api.host(each.host)["hostid"] for each in world.customers])
        return found


def measure_release(release, directory, progress):
    """Processes, PSS and private memory of each profile, idle and at work."""
    with ZabbixStack(directory / "zabbix", progress=progress, release=release) as stack:
        found = {}
        for number, profile in enumerate(PROFILES):
            with progress.step(f"measuring {profile}"):
                found[profile] = measure_profile(stack, directory / str(number), profile)
    return found


def print_table(release, found):
    print(f"\n| {release.name} | processes | PSS idle | private | PSS {ITEMS} items | private |")
    print("|---|--:|--:|--:|--:|--:|")
    for profile, ((processes, *idle), (_, *busy)) in found.items():
        print(f"| {profile} | {processes} | " + " | ".join(f"{each:.1f}" for each in (*idle, *busy)) + " |")


def judge(found):
    """Whether `small` takes little enough, in words too."""
    shares = [found["small"][load][1] / found[STOCK][load][1] for load in range(2)]
    print(f"\nsmall takes {shares[0]:.2f} of the defaults idle, {shares[1]:.2f} with {ITEMS} items;"
          f" at most {SMALL_AT_MOST} is allowed", flush=True)
    return max(shares) <= SMALL_AT_MOST


def main():
    parser = argparse.ArgumentParser(description="What a zabbix_proxy of each profile takes.")
    parser.add_argument("--release", action="append", help="6.0 or 7.0; may be repeated (default: both)")
    arguments = parser.parse_args()
    stop_on_signals()
    progress = Progress()
    little = True
    wanted = [named(name, progress) for name in arguments.release or [each.name for each in releases()]]
    own_network.enter()
    for release in wanted:
        directory = pathlib.Path(tempfile.mkdtemp(prefix="vrfgate-memory-"))
        directory.chmod(0o755)
        try:
            found = measure_release(release, directory, progress)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        print_table(release, found)
        little &= judge(found)
    return 0 if little else 1


if __name__ == "__main__":
    sys.exit(main())
