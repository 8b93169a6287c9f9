#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""A new key for a proxy while values come in: none of them is lost, with an active and a passive proxy."""

import sys
import threading

import leaks
import secret_file
from setting import run_cases
from tap import expect, expect_equal
from waiting import wait_until

HEALTHY_SECONDS = 60
ARRIVAL_SECONDS = 60
KEY = "test.number"
BEFORE, DURING, AFTER = 5, 20, 5

# Inside the VRF: hand numbers to the proxy's trapper, one each 0.2 s; print those that it took. A proxy that is just
# starting anew takes none, so each is tried until it is taken.
SENDER = """
import json, socket, struct, sys, time
address, host, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
def push(number):
    data = json.dumps({"request": "sender data", "data": [{"host": host, "key": "%s", "value": str(number),
                       "clock": int(time.time()), "ns": number}]}).encode()
    with socket.create_connection((address, 10051), 3) as connection:
        connection.sendall(b"ZBXD\\x01" + struct.pack("<II", len(data), 0) + data)
        answer = connection.makefile("rb").read()
    return b"processed: 1" in answer
for number in range(first, first + count):
    for attempt in range(300):
        try:
            if push(number):
                print(number, flush=True)
                break
        except OSError:
            pass
        time.sleep(0.2)
    time.sleep(0.2)
""" % KEY


def make_item(setting, customer):
    """A trapper item whose proxy knows it."""
    host = setting.api.host(customer.host)
    setting.api.call("item.create", {"name": "Number", "key_": KEY, "hostid": host["hostid"], "type": 2,
                                     "value_type": 3, "delay": "0"})


def sending(setting, customer, first, count):
    """A command that sends numbers to the proxy inside the VRF."""
    address = setting.gateway.vrf(customer.vrf)["uplink"]["address"]
    return ["exec", customer.vrf, "--", sys.executable, "-c", SENDER, address, customer.host, str(first), str(count)]


def send(setting, customer, first, count):
    done = setting.gateway.command(*sending(setting, customer, first, count))
    return [int(line) for line in done.stdout.split()]


def arrived(setting, customer):
    items = setting.api.items(customer.host, [KEY])
    found = setting.api.call("history.get", {"output": ["value"], "itemids": items[KEY]["itemid"], "history": 3})
    return sorted(int(each["value"]) for each in found)


def identity(setting, customer):
    path = setting.world.directory / "state" / "vrfs" / customer.vrf / "psk.identity"
    return path.read_text().strip()


def check_rotation(setting, customer, mode):
    before, pid = identity(setting, customer), setting.gateway.vrf(customer.vrf)["proxy"]["pid"]
    numbers = []
    with setting.case(f"{mode}: values get through the proxy", required=True):
        make_item(setting, customer)
        numbers += send(setting, customer, 1, BEFORE)
        wait_until(lambda: arrived(setting, customer) == numbers and len(numbers) == BEFORE, ARRIVAL_SECONDS, "values")
    with setting.case(f"{mode}: rotate-psk gives the proxy a new key and starts it anew, and no other"):
        others = [each.vrf for each in setting.world.customers if each is not customer]
        untouched = setting.gateway.vrf(others[0])["proxy"]["pid"]
        taken = []
        sender = threading.Thread(target=lambda: taken.extend(send(setting, customer, BEFORE + 1, DURING)))
        sender.start()
        try:
            done = setting.gateway.command("rotate-psk", customer.vrf)
        finally:
            sender.join()
        numbers += taken
        expect_equal((done.returncode, done.stderr), (0, ""), "rotate-psk")
        expect(identity(setting, customer) != before, "the identity is the old one")
        setting.gateway.wait_healthy(HEALTHY_SECONDS)
        expect(setting.gateway.vrf(customer.vrf)["proxy"]["pid"] != pid, "the proxy is the old one")
        expect_equal(setting.gateway.vrf(others[0])["proxy"]["pid"], untouched, "the other proxy")
    with setting.case(f"{mode}: no value that the proxy took is lost"):
        numbers += send(setting, customer, BEFORE + DURING + 1, AFTER)
        expect_equal(len(numbers), BEFORE + DURING + AFTER, "values taken")
        wait_until(lambda: set(numbers) <= set(arrived(setting, customer)), ARRIVAL_SECONDS, "all values")


def check_refusals(setting, customer):
    with setting.case("a VRF that is not there, and a Zabbix that is away, change no key"):
        expect_equal(setting.gateway.command("rotate-psk", "no-such-vrf").returncode, 4, "exit status")
        before = identity(setting, customer)
        elsewhere = setting.world.write_config(path=setting.world.directory / "away.conf",
                                               api_url="http://127.0.0.1:1/api_jsonrpc.php")
        setting.gateway.config, config = elsewhere, setting.gateway.config
        try:
            done = setting.gateway.command("rotate-psk", customer.vrf)
        finally:
            setting.gateway.config = config
        expect_equal(done.returncode, 1, "exit status")
        expect("the key stays as it is" in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr)
        expect_equal(identity(setting, customer), before, "identity")


def check_pending_edit(setting, customer, other):
    """The config has lost a VRF, with prune, and nobody has reloaded it."""
    gateway, config = setting.gateway, setting.world.config
    before, text = gateway.status(), config.read_text()
    start = text.index(f"vrf {other.vrf} {{")
    with setting.case("an edit of the config that waits for a reload is not applied by rotate-psk"):
        old, other_pid = identity(setting, customer), gateway.vrf(other.vrf)["proxy"]["pid"]
        config.write_text(text[:start].replace("zabbix {", "zabbix {\n    prune = true"))
        try:
            done = gateway.command("rotate-psk", customer.vrf)
            expect_equal((done.returncode, done.stderr), (0, ""), "rotate-psk")
        finally:
            config.write_text(text)
        expect(identity(setting, customer) != old, "the identity is the old one")
        gateway.wait_healthy(HEALTHY_SECONDS)
        expect_equal(gateway.vrf(other.vrf)["proxy"]["pid"], other_pid, "the other VRF's proxy")
        expect_equal(gateway.status()["gateway"]["config_generation"], before["gateway"]["config_generation"],
                     "generation of the config")
        expect(f"{setting.world.label}-{other.vrf}" in setting.api.proxies(), "the other VRF's proxy is not in Zabbix")
        expect(setting.api.host(other.host) is not None, "the other VRF's host is not in Zabbix")


def key_file(setting, customer):
    return setting.world.directory / "state" / "vrfs" / customer.vrf / "psk"


def check_secrets(setting, token_file, token, old_keys):
    """All that was said and written while keys were made, told to Zabbix and changed."""
    gateway, world = setting.gateway, setting.world
    key_files = [key_file(setting, each) for each in world.customers]
    secrets = {"the token": token} | {f"an old key ({key[:4]}...)": key for key in old_keys}
    secrets |= {f"the key of {path.parent.name}": path.read_text().strip() for path in key_files}
    commands = (["status", "-j"], ["metrics"], ["plan", "-j"], ["sync", "-n"], ["check"],
                *(["logs", "-n", "1000", each.vrf] for each in world.customers),
                *(["diag", each.vrf] for each in world.customers))
    said = {" ".join(each): (lambda done: done.stdout + done.stderr)(gateway.command(*each)) for each in commands}
    with setting.case("no secret is in what is said, in a file but its own, on a command line or in an environment"):
        expect(len(set(secrets.values())) == 5 and all(map(len, secrets.values())), "not five secrets")
        expect_equal(leaks.in_texts(said, secrets), [], "said")
        expect_equal(len(leaks.in_files(world.directory, secrets, [])), 3, "files that hold one, with its own")
        expect_equal(leaks.in_files(world.directory, secrets, [token_file, *key_files]), [], "in files")
        expect_equal(leaks.in_processes(secrets), [], "in processes")
    with setting.case("each secret's file is for its owner only"):
        expect_equal([oct(path.stat().st_mode & 0o777) for path in key_files], ["0o600"] * 2, "modes of the keys")
    with setting.case("a token that everybody may read is refused, said in one line"):
        token_file.chmod(0o644)
        done = gateway.command("sync", "-n")
        token_file.chmod(0o600)
        expect_equal((done.returncode, done.stderr), (1, f"vrfgate sync: zabbix.token_file: '{token_file}' is open to "
                                                      "everybody (mode 0644), expected 0600 or 0640\n"), "sync")


def cases(setting):
    active, passive = setting.world.customers
    _tokenid, token = setting.api.create_token()
    token_file = secret_file.write(setting.world.directory / "zabbix.token", token)
    setting.world.write_config(credentials=f'token_file = "{token_file}"')
    text = setting.world.config.read_text()
    setting.world.config.write_text(text.replace(f"vrf {passive.vrf} {{",
                                                 f"vrf {passive.vrf} {{\n    proxy {{ mode = passive }}"))
    with setting.gateway:
        with setting.case("all VRFs are healthy", required=True):
            setting.gateway.wait_healthy(HEALTHY_SECONDS)
            setting.gateway.wait_in_step(HEALTHY_SECONDS)
        old_keys = [key_file(setting, each).read_text().strip() for each in setting.world.customers]
        check_rotation(setting, active, "active")
        check_rotation(setting, passive, "passive")
        check_pending_edit(setting, active, passive)
        check_refusals(setting, active)
        check_secrets(setting, token_file, token, old_keys)


if __name__ == "__main__":
    sys.exit(run_cases("psk", cases))
