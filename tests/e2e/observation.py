# SPDX-License-Identifier: GPL-2.0-or-later
"""What Zabbix has heard from the customers' devices, and whether each value came from the right one."""

from waiting import TimedOut, check_stopped, wait_until

PING, SNMP_NAME, AGENT_NAME = "icmpping", "system.name", "agent.hostname"
KEYS = (PING, SNMP_NAME, AGENT_NAME)
CHECK_NOW_SECONDS = 6  # the proxies ask for such tasks about every 5 s


def expected_values(customer):
    """What the items of this customer's host must say."""
    return {PING: "1", SNMP_NAME: customer.device, AGENT_NAME: customer.device}


def read_values(api, customer, since=0):
    """The values of a customer's host by key, those collected after that time."""
    return {key: item["lastvalue"] for key, item in api.items(customer.host, KEYS).items()
            if int(item["lastclock"]) > since}


def wait_values(api, customers, seconds, since=0, keys=KEYS):
    """Wait until every customer's host has a value newer than `since` for each key, asking Zabbix not to wait."""

    def complete():
        return all(set(keys) <= set(read_values(api, each, since)) for each in customers)

    def asked_and_complete():
        wanted = [item["itemid"] for each in customers for key, item in api.items(each.host, keys).items()
                  if int(item["lastclock"]) <= since]
        if wanted:
            api.check_now(wanted)
        try:
            return wait_until(complete, CHECK_NOW_SECONDS, "values", poll_seconds=0.5)
        except TimedOut:
            check_stopped()
            return False

    wait_until(asked_and_complete, seconds, "values of every device")
