#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""JMX items arrive by a real Zabbix Java gateway; without one they are told as what nobody polls. A Java runtime is too
large for every day: where there is none, the test is skipped."""

import contextlib
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

# pylint: disable=wrong-import-position
import zabbix_packages
from processes import Process, run_checked
from progress import Progress
from setting import run_cases
from tap import expect
from test_collection import JMX, JMX_ENDPOINT, JMX_INTERFACE, JMX_KEY, SECONDS, host_of, items, values_check
from waiting import wait_until
from world import DEVICE_ADDRESS

# Together they are 1.3 MB, and wherever they are unpacked they need nothing but a runtime.
PACKAGES = ("zabbix-java-gateway", "libandroid-json-java", "liblogback-java", "libslf4j-java")
JARS = ("usr/sbin/zabbix-java-gateway.jar", "usr/share/java/com.android.json.jar", "usr/share/java/logback-classic.jar",
        "usr/share/java/logback-core.jar", "usr/share/java/slf4j-api.jar")
JMX_PORT = "12345"
JVM_OPTIONS = ("-Xmx64m", f"-Dzabbix.listenIP={DEVICE_ADDRESS}", f"-Djava.rmi.server.hostname={DEVICE_ADDRESS}",
               f"-Dcom.sun.management.jmxremote.port={JMX_PORT}", f"-Dcom.sun.management.jmxremote.rmi.port={JMX_PORT}",
               "-Dcom.sun.management.jmxremote.authenticate=false", "-Dcom.sun.management.jmxremote.ssl=false")


def unpacked():
    """The directory of the cache below which the packages' files are."""
    target = zabbix_packages.cache_directory() / "zabbix-java-gateway"
    with zabbix_packages.lock(target):
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=zabbix_packages.cache_directory(), prefix="unpack-") as directory:
                root = pathlib.Path(directory) / "root"
                for package in PACKAGES:
                    zabbix_packages.download(package, directory)
                for package in pathlib.Path(directory).glob("*.deb"):
                    run_checked(["dpkg", "-x", package, root], f"unpacking {package.name}")
                root.chmod(0o755)
                root.rename(target)
    return target


def make_item(setting):
    api = setting.api
    hostid = api.host(host_of(setting))["hostid"]
    interface = api.call("hostinterface.create", {"hostid": hostid, "type": JMX_INTERFACE, "main": 1, "useip": 1,
                                                  "ip": DEVICE_ADDRESS, "dns": "", "port": JMX_PORT})
    api.call("item.create", {"hostid": hostid, "value_type": 3, "delay": "5s", "history": "1d", "name": "jmx",
                             "key_": JMX_KEY, "type": JMX, "interfaceid": interface["interfaceids"][0],
                             "jmx_endpoint": JMX_ENDPOINT})


def java_gateway(setting, root):
    """In the customer's network, where the agent that it asks, which is that of its own runtime, has its address."""
    customer = setting.world.customers[0]
    command = ["ip", "netns", "exec", customer.netns, "java", *JVM_OPTIONS, "-classpath",
               ":".join(str(root / jar) for jar in JARS), "com.zabbix.gateway.JavaGateway"]
    return Process("Java gateway", command, setting.world.directory / "java.log")


def name_gateway(setting):
    """In the config, which is read again."""
    text = setting.world.config.read_text()
    setting.world.config.write_text(text.replace("proxy {\n", f'proxy {{\n    java_gateway = "{DEVICE_ADDRESS}"\n', 1))
    expect(setting.gateway.command("reload").returncode == 0, "the reload failed")


def cases(setting):
    vrf = setting.world.customers[0].vrf
    if not shutil.which("java"):
        setting.tap.skip(f"{setting.stack.release.name}: JMX items", "no Java runtime is installed")
        return
    with contextlib.ExitStack() as undo:
        undo.enter_context(setting.gateway)
        setting.gateway.wait_at_work(SECONDS)
        with setting.case("without a Java gateway it is told that JMX items are not polled"):
            make_item(setting)
            wait_until(lambda: "JMX items are not polled" in (values_check(setting, vrf) or {}).get("detail", ""), SECONDS,
                       "a check 'values' that says so")
        undo.enter_context(java_gateway(setting, ROOT))
        with setting.case("with one their values arrive, and all is healthy"):
            name_gateway(setting)
            wait_until(lambda: items(setting)[JMX_KEY]["lastclock"] != "0", SECONDS, "a value of the JMX item")
            expect(int(items(setting)[JMX_KEY]["lastvalue"]) > 0, f"uptime {items(setting)[JMX_KEY]['lastvalue']}")
            setting.gateway.wait_healthy(SECONDS)


if __name__ == "__main__":
    # Inside nothing can be downloaded.
    with Progress().step("the Java gateway's packages"):
        ROOT = unpacked()
    sys.exit(run_cases("jav", cases))
