#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo: two customers with the same addresses, monitored side by side by vrfgate and a real Zabbix."""

import argparse
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import observation
from gateway import Gateway, program
from postgres import DatabaseError
from processes import ProcessFailed
from progress import Progress
from waiting import Stopped, TimedOut, stop_on_signals, wait_for_stop
from world import DEVICE_ADDRESS, World
from zabbix_api import ApiError
from zabbix_stack import PASSWORD, USER, ZabbixStack

HEALTHY_SECONDS = 90
VALUES_SECONDS = 90
COLUMNS = "{:<12} {:<12} {:<10} {:<14} {:<14} {}"


def print_values(api, customers):
    """The table of what Zabbix holds; whether every value is the own device's."""
    print(COLUMNS.format("HOST", "ADDRESS", "ICMP PING", "SNMP NAME", "AGENT NAME", "OWN DEVICE"))
    all_right = True
    for customer in customers:
        values = observation.read_values(api, customer)
        right = values == observation.expected_values(customer)
        all_right = all_right and right
        address = api.host(customer.host)["interfaces"][0]["ip"]
        print(COLUMNS.format(customer.host, address, *(values.get(key, "-") for key in observation.KEYS),
                             "yes" if right else f"NO, expected {customer.device}"))
    return all_right


def print_status(gateway):
    """The table of `vrfgate status`."""
    sys.stdout.flush()
    subprocess.run([program(), "status", "-c", gateway.config], check=False)


def print_outcome(stack, world, gateway):
    """All that the demo shows; whether it shows what it promises."""
    api = stack.api()
    print("\nvrfgate status:\n")
    print_status(gateway)
    print(f"\nWhat Zabbix heard from {DEVICE_ADDRESS}, which is there twice:\n")
    all_right = print_values(api, world.customers)
    print(f"\nZabbix:  {stack.web_url}   user {USER}, password {PASSWORD}")
    print(f"Config:  {gateway.config}   log {gateway.log_path}")
    print(f"Try:     {os.path.relpath(program())} status -c {gateway.config}", flush=True)
    return all_right


def tell_kind(world):
    """Say on what the customers hang."""
    if world.has_vlans:
        print(f"  customers are VLANs 10 and 20 of the trunk {world.trunk}", file=sys.stderr)
    else:
        print("  this kernel has no 802.1Q: each customer is a macvlan on a link of its own", file=sys.stderr)


def show(directory, once):
    """Bring everything up, show it, stay until told to stop (or not, with `once`), take everything down."""
    progress = Progress()
    started = time.monotonic()
    with contextlib.ExitStack() as undo:
        stack = undo.enter_context(ZabbixStack(directory / "zabbix", progress=progress))
        world = World(stack, directory / "gateway")
        tell_kind(world)
        with progress.step("making two customers, each with a device at " + DEVICE_ADDRESS):
            undo.enter_context(world)
        gateway = Gateway(world.config, directory / "gateway" / "vrfgate.log")
        with progress.step("vrfgate: a namespace and a proxy each, until healthy"):
            undo.enter_context(gateway)
            gateway.wait_healthy(HEALTHY_SECONDS)
        with progress.step("waiting for the values of every device"):
            observation.wait_values(stack.api(), world.customers, VALUES_SECONDS)
        print(f"  ready after {time.monotonic() - started:.1f} s", file=sys.stderr)
        all_right = print_outcome(stack, world, gateway)
        if not once:
            print("\nPress Ctrl-C to end the demo; nothing of it stays.", flush=True)
            wait_for_stop()
            print("\nending the demo ...", flush=True)
    return 0 if all_right else 1


def main():
    parser = argparse.ArgumentParser(description="Two customers with the same addresses, monitored side by side.")
    parser.add_argument("--once", action="store_true", help="end after the tables; exit 1 if a value is wrong")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        print("demo: network namespaces need root: run it as root", file=sys.stderr)
        return 1
    if not program().exists():
        print(f"demo: {program()} is not there: build it first (make)", file=sys.stderr)
        return 1
    stop_on_signals()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="vrfgate-demo-"))
    directory.chmod(0o755)
    try:
        return show(directory, arguments.once)
    except Stopped as stopped:
        print(f"demo: {stopped}", file=sys.stderr)
        return 1
    except (ProcessFailed, TimedOut, DatabaseError, ApiError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
