# SPDX-License-Identifier: GPL-2.0-or-later
"""The template "VRF customer edge by SNMP" on real devices: their values and interfaces, through each VRF's proxy."""

import time

from tap import expect, expect_equal
from waiting import wait_until
from world import DEVICE_ADDRESS

TEMPLATE = "VRF customer edge by SNMP"
SECONDS = 180
ASK_SECONDS = 4  # the proxies ask for such tasks about every 5 s, and learn of new items as often
INTERFACE = "eth0"
UP = "1"


def host_name(customer):
    return f"{customer.vrf}-edge"


def write_config(world):
    """Each VRF gets one more host, with this template and nothing else."""
    world.write_config()
    text = world.config.read_text()
    for customer in world.customers:
        host = f"    host {customer.host} {{"
        edge = f'    host {host_name(customer)} {{ address = "{DEVICE_ADDRESS}"  templates = {{ "{TEMPLATE}" }} }}\n'
        text = text.replace(host, edge + host)
    world.config.write_text(text)


def items(api, customer):
    found = api.call("item.get", {"output": ["itemid", "key_", "name", "lastvalue", "lastclock", "state", "error"],
                                  "filter": {"host": host_name(customer)}})
    return {each["key_"]: each for each in found}


def rules(api, customers):
    """The ids of the discovery rules of the customers' hosts."""
    hosts = [api.host(host_name(each))["hostid"] for each in customers]
    return [each["itemid"] for each in api.call("discoveryrule.get", {"output": ["itemid"], "hostids": hosts})]


def wait_asking(api, what, condition, wanted):
    """Wait for condition(); meanwhile ask the proxies for the items with the ids that wanted() gives, now and again."""
    asked = 0

    def told():
        nonlocal asked
        if time.monotonic() - asked >= ASK_SECONDS:
            asked = time.monotonic()
            api.check_now(wanted())
        return condition()

    wait_until(told, SECONDS, what, poll_seconds=0.5)


def ask_without_value(api, customers):
    return [each["itemid"] for customer in customers for each in items(api, customer).values()
            if each["lastclock"] == "0" and not each["key_"].startswith("zabbix[")]


def discovered(api, customer):
    """The keys of the items of the device's interface, by the part before the bracket."""
    return {key.split("[")[0]: key for key, each in items(api, customer).items()
            if each["name"].startswith(f"Interface {INTERFACE}(")}


def cases(setting):
    """Leaves the config with the further hosts."""
    api, customers = setting.api, setting.world.customers
    with setting.case(f"'{TEMPLATE}' is linked, its own values come from each VRF's own device", required=True):
        write_config(setting.world)
        done = setting.gateway.command("reload")
        expect_equal((done.returncode, done.stderr), (0, ""), "reload")
        wait_until(lambda: all(api.host(host_name(each)) for each in customers), SECONDS, "hosts in Zabbix")
        keys = ("icmpping", "system.name", "system.descr[sysDescr.0]", "system.net.uptime[sysUpTime.0]")
        wait_asking(api, "values of the devices",
                    lambda: all(items(api, customer)[key]["lastclock"] != "0" for customer in customers
                                for key in keys),
                    lambda: ask_without_value(api, customers) + rules(api, customers))
        for customer in customers:
            found = {key: each["lastvalue"] for key, each in items(api, customer).items()}
            expect_equal((found["icmpping"], found["system.name"]), ("1", customer.device), customer.vrf)
            expect(float(found["system.net.uptime[sysUpTime.0]"]) < 3600, found)
    with setting.case("its discovery finds the device's interface, and the items of that have values"):
        wait_asking(api, "the interfaces", lambda: all(discovered(api, each) for each in customers),
                    lambda: rules(api, customers))
        wanted = {"net.if.status", "net.if.in", "net.if.out", "net.if.in.errors", "net.if.out.errors", "net.if.speed"}
        for customer in customers:
            expect_equal(set(discovered(api, customer)), wanted, f"items of {customer.vrf}")
            expect(not any(each["name"].startswith("Interface lo(") for each in items(api, customer).values()),
                   "the loopback interface is discovered")
        wait_asking(api, "values of the interfaces",
                    lambda: all(items(api, customer)[key]["lastclock"] != "0" for customer in customers
                                for key in discovered(api, customer).values()),
                    lambda: ask_without_value(api, customers))
        for customer in customers:
            status = discovered(api, customer)["net.if.status"]
            expect_equal(items(api, customer)[status]["lastvalue"], UP, f"status of the interface of {customer.vrf}")
    with setting.case("none of its items is refused by this version of Zabbix"):
        refused = {(customer.vrf, key): each["error"] for customer in customers
                   for key, each in items(api, customer).items() if each["state"] != "0"}
        expect_equal(refused, {}, "items that are not supported")
