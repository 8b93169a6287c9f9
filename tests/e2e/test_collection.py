#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""What hosts and templates need is polled with the profile `small`, and what cannot be polled is told."""

import contextlib
import subprocess
import sys

from processes import Process
from setting import run_cases
from tap import expect, expect_equal
from waiting import wait_until
from world import DEVICE_ADDRESS

SECONDS = 150
HTTP_PORT = 8088
HTTP_AGENT, DATABASE, IPMI, JMX = 19, 11, 12, 16
IPMI_INTERFACE, JMX_INTERFACE = "3", "4"
JMX_KEY = 'jmx["java.lang:type=Runtime","Uptime"]'
MADE = ("test.http", "db.odbc.select[test,nowhere]", "test.ipmi", JMX_KEY)
URL = f"http://{DEVICE_ADDRESS}:{HTTP_PORT}/"
JMX_ENDPOINT = "service:jmx:rmi:///jndi/rmi://{HOST.CONN}:{HOST.PORT}/jmxrmi"


def host_of(setting):
    return setting.world.customers[0].host


def values_check(setting, vrf):
    return next((each for each in setting.gateway.vrf(vrf)["checks"] if each["name"] == "values"), None)


def web_server(setting, undo):
    """A device that answers HTTP."""
    customer = setting.world.customers[0]
    served = setting.world.directory / "web"
    served.mkdir(exist_ok=True)
    (served / "index.html").write_text("42\n")
    command = ["ip", "netns", "exec", customer.netns, "python3", "-m", "http.server", "--bind", DEVICE_ADDRESS,
               "--directory", served, str(HTTP_PORT)]
    server = undo.enter_context(Process("web server", command, setting.world.directory / "web.log"))

    def answers():
        return subprocess.run(["ip", "netns", "exec", customer.netns, "python3", "-c",
                               f"import urllib.request; urllib.request.urlopen('{URL}', timeout=2)"],
                              capture_output=True, check=False).returncode == 0

    server.wait_ready(answers, SECONDS)


def make_items(setting):
    """Of every kind that a proxy has processes of its own for; those of JMX need a program elsewhere."""
    api = setting.api
    host = api.host(host_of(setting))
    common = {"hostid": host["hostid"], "value_type": 4, "delay": "5s", "history": "1d"}
    ipmi, jmx = (api.call("hostinterface.create", {
        "hostid": host["hostid"], "type": kind, "main": 1, "useip": 1, "ip": DEVICE_ADDRESS, "dns": "",
        "port": port})["interfaceids"][0] for kind, port in ((IPMI_INTERFACE, "623"), (JMX_INTERFACE, "12345")))
    api.call("item.create", {**common, "name": "http", "key_": "test.http", "type": HTTP_AGENT, "url": URL})
    api.call("item.create", {**common, "name": "odbc", "key_": "db.odbc.select[test,nowhere]", "type": DATABASE,
                             "params": "select 1"})
    api.call("item.create", {**common, "name": "ipmi", "key_": "test.ipmi", "type": IPMI, "ipmi_sensor": "x",
                             "interfaceid": ipmi})
    api.call("item.create", {**common, "name": "jmx", "key_": JMX_KEY, "type": JMX, "interfaceid": jmx,
                             "jmx_endpoint": JMX_ENDPOINT})
    api.call("httptest.create", {"name": "web", "hostid": host["hostid"], "delay": "5s",
                                 "steps": [{"name": "first", "url": URL, "status_codes": "200", "no": 1}]})


def items(setting):
    found = setting.api.call("item.get", {"output": ["key_", "lastvalue", "lastclock", "state", "error"],
                                          "filter": {"host": host_of(setting)}, "webitems": True})
    return {each["key_"]: each for each in found}


def ipmi_was_tried(setting):
    interfaces = setting.api.host(host_of(setting))["interfaces"]
    ipmi = next(each for each in interfaces if each["type"] == IPMI_INTERFACE)
    return ipmi["available"] != "0" or items(setting)["test.ipmi"]["state"] == "1"


def check_polled(setting, vrf):
    before = setting.gateway.vrf(vrf)["proxy"]
    other = setting.gateway.vrf(setting.world.customers[1].vrf)["proxy"]["pid"]
    with setting.case("items of each kind are polled with profile small: HTTP agent, web scenario, ODBC, IPMI"):
        make_items(setting)
        wait_until(lambda: items(setting)["test.http"]["lastclock"] != "0", SECONDS, "a value of the HTTP agent item")
        wait_until(lambda: items(setting).get("web.test.fail[web]", {}).get("lastclock", "0") != "0", SECONDS,
                   "a value of the web scenario")
        expect_equal(items(setting)["web.test.fail[web]"]["lastvalue"], "0", "failed step of the web scenario")
        wait_until(lambda: items(setting)["db.odbc.select[test,nowhere]"]["state"] == "1", SECONDS,
                   "that there is no such data source")
        wait_until(lambda: ipmi_was_tried(setting), SECONDS, "that the IPMI device was asked")
    with setting.case("what cannot be polled is told, with its kind and host, and what to do"):
        wait_until(lambda: (values_check(setting, vrf) or {}).get("ok") is False, SECONDS, "a bad check 'values'")
        detail = values_check(setting, vrf)["detail"]
        expect("JMX items are not polled" in detail and f"'{host_of(setting)}'" in detail and "java_gateway" in detail,
               detail)
        wait_until(lambda: setting.gateway.vrf(vrf)["state"] == "degraded", SECONDS, "degraded")
    with setting.case("all of that took one restart of this proxy, and none of the other"):
        expect_equal(setting.gateway.vrf(vrf)["proxy"]["restarts"], before["restarts"] + 1, "restarts")
        expect_equal(setting.gateway.vrf(setting.world.customers[1].vrf)["proxy"]["pid"], other, "the other's pid")


def delete_items(setting):
    found = setting.api.call("item.get", {"output": ["itemid"], "filter": {"host": host_of(setting), "key_": MADE}})
    setting.api.call("item.delete", [each["itemid"] for each in found])


def check_kept(setting, vrf):
    pid = setting.gateway.vrf(vrf)["proxy"]["pid"]
    conf = setting.world.directory / "run" / "vrfs" / vrf / "zabbix_proxy.conf"
    with setting.case("items that go take no pollers with them: neither they nor the next supervisor cost a restart"):
        before = conf.read_text()
        delete_items(setting)
        wait_until(lambda: setting.gateway.vrf(vrf)["state"] == "healthy", SECONDS, f"{vrf}: healthy again")
        expect_equal(setting.gateway.command("reload").returncode, 0, "reload")
        setting.gateway.process.child.kill()
        setting.gateway.stop()
        setting.gateway.start()
        setting.gateway.wait_healthy(SECONDS)
        expect_equal(setting.gateway.vrf(vrf)["proxy"]["pid"], pid, "pid")
        expect_equal(conf.read_text(), before, "its configuration")


def cases(setting):
    vrf = setting.world.customers[0].vrf
    with contextlib.ExitStack() as undo:
        undo.enter_context(setting.gateway)
        setting.gateway.wait_at_work(SECONDS)
        web_server(setting, undo)
        check_polled(setting, vrf)
        check_kept(setting, vrf)


if __name__ == "__main__":
    sys.exit(run_cases("col", cases))
