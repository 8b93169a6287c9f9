# SPDX-License-Identifier: GPL-2.0-or-later
"""A device that has a name which only its VRF's name server knows, and an agent that takes its key only."""

import contextlib
import shutil

import secret_file
from processes import Process
from tap import expect, expect_equal
from waiting import wait_until
from world import DEVICE_ADDRESS, NETWORK

SECONDS = 150
NAME, PORT = "ce1.customer.example", 10060
KEY = "00112233445566778899aabbccddeeff" * 2

# Answers each question for an address with the device's own, and writes down what was asked.
NAME_SERVER = f"""\
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("{DEVICE_ADDRESS}", 53))
while True:
    question, peer = server.recvfrom(512)
    end = question.index(0, 12) + 5
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode())
        at += question[at] + 1
    print(".".join(labels), flush=True)
    is_v4 = question[end - 4:end - 2] == b"\\0\\1"
    record = b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\5\\0\\4" + socket.inet_aton("{DEVICE_ADDRESS}") if is_v4 else b""
    server.sendto(question[:2] + b"\\x84\\0\\0\\1" + (b"\\0\\1" if is_v4 else b"\\0\\0") + b"\\0\\0\\0\\0" + question[12:end] + record,
                  peer)
"""

AGENT = f"""\
Hostname=keyed
Server={NETWORK}
ListenIP={DEVICE_ADDRESS}
ListenPort={PORT}
LogType=console
StartAgents=1
TLSAccept=psk
TLSConnect=psk
TLSPSKIdentity=ce1
"""


def start_device(setting, customer, undo):
    """Its name server and its agent; returns the log of what was asked."""
    directory = setting.world.directory / "named"
    directory.mkdir()
    shutil.chown(directory, "zabbix", "zabbix")
    program, conf, key = directory / "server.py", directory / "agentd.conf", directory / "agent.psk"
    program.write_text(NAME_SERVER)
    secret_file.write(key, KEY)
    shutil.chown(key, "zabbix", "zabbix")
    conf.write_text(f"{AGENT}TLSPSKFile={key}\nPidFile={directory}/agentd.pid\n")
    inside = ["ip", "netns", "exec", customer.netns]
    undo.enter_context(Process("name server", [*inside, "python3", program], directory / "server.log"))
    undo.enter_context(Process("agent with a key", [*inside, "/usr/sbin/zabbix_agentd", "-f", "-c", conf],
                               directory / "agentd.log"))
    return directory / "server.log"


def write_config(setting, customer):
    """The VRF of the customer with its name server and a further host."""
    world = setting.world
    own_key = secret_file.write(world.directory / "ce1.psk", KEY)
    before = f"    host {customer.host} {{"
    text = world.write_config().read_text()
    expect_equal(text.count(before), 1, "hosts of that name")
    world.config.write_text(text.replace(before, (
        f'    dns = {{ "{DEVICE_ADDRESS}" }}\n    host {customer.vrf}-named {{ dns = "{NAME}"  templates = {{ "Zabbix agent" }}\n'
        f'        agent {{ port = {PORT}  psk_file = "{own_key}"  psk_identity = "ce1" }} }}\n{before}')))


def cases(setting):
    customer = setting.world.customers[1]
    host = f"{customer.vrf}-named"

    def ping():
        found = setting.api.items(host, ["agent.ping"]).get("agent.ping")
        if found:
            setting.api.check_now([found["itemid"]])
        return found

    with contextlib.ExitStack() as undo:
        asked = start_device(setting, customer, undo)
        undo.callback(lambda: setting.gateway.command("reload"))
        undo.callback(setting.world.write_config)
        write_config(setting, customer)
        with setting.case("a device is polled by a name that only its VRF's name server knows, encrypted by its agent's key"):
            done = setting.gateway.command("reload")
            expect_equal(done.returncode, 0, done.stderr)
            wait_until(lambda: (ping() or {}).get("lastvalue") == "1", SECONDS, "a value of the agent")
            expect(NAME in asked.read_text().lower().splitlines(), f"questions: {asked.read_text()}")
    # The config does not name it any more.
    setting.gateway.wait_healthy(SECONDS)
    setting.api.call("host.delete", [setting.api.host(host)["hostid"]])
