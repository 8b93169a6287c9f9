# SPDX-License-Identifier: GPL-2.0-or-later
"""What a customer's device, and who has taken over a proxy, can reach, see and do while values go on arriving.

The attacks by forged packets, with and without the firewall, are in tests/netns/test_isolation.c.
"""

import json
import os
import pathlib
import pwd
import shlex
import socket
import time

import observation
import proxy_shell
from gateway import program
from processes import run_checked
from tap import expect, expect_equal
from waiting import wait_until
from world import GATEWAY_ADDRESS

PYTHON = "/usr/bin/python3"
PROXY_PORT = 10051
AGENT_PORT = 10050
SSH_PORT = 22
VALUES_SECONDS = 90

# Prints those of its targets that answer, by a refusal at that.
PROBE = """
import errno, json, select, socket, sys, time

def begin(address, port):
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    one.setblocking(False)
    return one, one.connect_ex((address, port))

begun = [(target, *begin(*target)) for target in json.loads(sys.argv[1])]
waiting = {one: target for target, one, code in begun if code == errno.EINPROGRESS}
reached = [target for target, _, code in begun if code in (0, errno.ECONNREFUSED)]
deadline = time.monotonic() + 2
while waiting and time.monotonic() < deadline:
    for one in select.select([], waiting, [], 0.1)[1]:
        target = waiting.pop(one)
        if one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) in (0, errno.ECONNREFUSED):
            reached.append(target)
print(json.dumps(sorted(reached)))
"""

# Prints those of its UNIX sockets that take a connection.
CALL = """
import json, socket, sys

def takes(path):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        try:
            socket.socket(socket.AF_UNIX, kind).connect(path)
            return True
        except OSError:
            pass
    return False

print(json.dumps(sorted(filter(takes, json.loads(sys.argv[1])))))
"""


# Sends a request to the server and prints its answer, or why there is none.
REQUEST = """
import json, socket, struct, sys
address, port, request = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()
try:
    with socket.create_connection((address, port), 5) as connection:
        connection.sendall(b"ZBXD\\x01" + struct.pack("<II", len(request), 0) + request)
        print(connection.makefile("rb").read()[13:].decode(errors="replace"))
except OSError as error:
    print(error)
"""
FORGERY_SECONDS = 60


def probe_command(targets):
    return [PYTHON, "-B", "-c", PROBE, json.dumps(targets)]


def root_addresses():
    """All that this machine's own namespace can be reached by."""
    links = json.loads(run_checked(["ip", "-j", "address"], "ip address"))
    return [each["local"] for link in links for each in link["addr_info"] if each["scope"] == "global"]


def check_reach(setting, own, other, shell):
    """Beside the server and the API there listens one more, at every address, as sshd would."""
    stack = setting.stack
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener:
        ports = [stack.server_port, stack.web_port, listener.getsockname()[1]]
        targets = [[address, port] for address in root_addresses() for port in ports]
        targets += [[other["uplink"]["address"], port] for port in (*ports, PROXY_PORT)]
        with setting.case("a shell in a proxy's place reaches the server's port at its own uplink, and no other"):
            out = shell(shlex.join(probe_command(targets)))
            expect_equal(json.loads(out), [[own["uplink"]["root_address"], stack.server_port]], "what it reaches")
        with setting.case("a customer's device reaches no port of the gateway"):
            targets = [[GATEWAY_ADDRESS, port] for port in (*ports, PROXY_PORT, AGENT_PORT, SSH_PORT)]
            for customer in setting.world.customers:
                out = run_checked(["ip", "netns", "exec", customer.netns, *probe_command(targets)], "probe")
                expect_equal(json.loads(out), [], f"what {customer.device} reaches")


def check_sight(setting, own, other, shell):
    with setting.case("a shell in a proxy's place sees its own files, and none of another VRF"):
        expect_equal(shell("ls run/vrfs state/vrfs log; ls -d /run/netns 2>/dev/null"),
                     "".join(f"{each}:\n{own['name']}\n{end}" for each, end in
                             (("log", "\n"), ("run/vrfs", "\n"), ("state/vrfs", ""))), "what it sees")
        expect("No such file" in shell(f"cat state/vrfs/{other['name']}/psk"), "the other's key is there")
        expect(len(shell(f"cat state/vrfs/{own['name']}/psk")) >= 64, "its own key is not there")
    with setting.case("it sees and reaches no process but its own"):
        expect("No such process" in shell(f"kill -0 {other['proxy']['pid']}"), "it may signal the other proxy")
        names = set(shell("cat /proc/[0-9]*/comm").split())
        expect("catatonit" in names and "vrfgate" not in names, str(names))


def machine_sockets():
    """UNIX sockets of this machine that have a name, those that are bound in the tree of files."""
    lines = pathlib.Path("/proc/net/unix").read_text().splitlines()[1:]
    return sorted({fields[7] for fields in map(str.split, lines) if len(fields) > 7 and fields[7].startswith("/")})


def check_view(setting, shell, unguarded):
    """`unguarded` is the shell with the machine's mounts: there each of these can be done."""
    server = setting.stack.directory / "server"
    with setting.case("it reaches no socket of the machine: not the server's, nor a resolver's"):
        sockets = sorted({*machine_sockets(), *map(str, server.glob("*.sock"))})
        call = shlex.join([PYTHON, "-B", "-c", CALL, json.dumps(sockets)])
        expect_equal(json.loads(shell(call)), [], "what it reaches")
        reached = json.loads(unguarded(call))
        expect(any(each.startswith(str(server)) for each in reached), f"without its view it reaches only {reached}")
    with setting.case("no file in a directory that all share leads from it to another VRF, or from there to it"):
        shared = ("/tmp", "/var/tmp", "/dev/shm", "/run")
        name = f"vrfgate-attack-{os.getpid()}"
        out = shell("; ".join(f"touch {each}/{name}" for each in shared))
        expect_equal(out, f"touch: cannot touch '/run/{name}': Permission denied\n", "what it cannot write")
        expect_equal([each for each in shared if os.path.exists(f"{each}/{name}")], [], "what arrives on the machine")
        expect("mqueue" in shell("stat -f -c %T /dev/mqueue"), "it has no queues of its own")
    with setting.case("it sees no device of the machine, and no network but its own"):
        expect_equal(shell("for each in $(find /dev 2>/dev/null); do test ! -L $each && test -b $each -o -c $each && echo $each; done | sort").split(),
                     ["/dev/full", "/dev/null", "/dev/pts/ptmx", "/dev/random", "/dev/tty", "/dev/urandom",
                      "/dev/zero"], "its devices")
        expect_equal(set(shell("ls /sys/class/net").split()),
                     {each["ifname"] for each in json.loads(shell("/usr/sbin/ip -j link"))}, "links in its /sys")
    with setting.case("it can write to its own directories, and to nothing else of the machine"):
        expect_equal(shell("for each in state/vrfs/* log/* run/vrfs/*/sockets run/vrfs/*/tmp;"
                           " do touch $each/x && rm $each/x; done"), "", "its own directories")
        out = shell("find / -xdev -writable ! -type l ! -type c 2>/dev/null")
        expect_equal(out.split(), ["/tmp", "/var/tmp"], "what it may write to, both its own")


def check_deeds(setting, own, shell):
    with setting.case("it cannot write what vrfgate reads, nor speak to the supervisor"):
        expect("Permission denied" in shell("touch run/x"), "it may write run_dir")
        own_config = f"run/vrfs/{own['name']}/zabbix_proxy.conf"
        expect("Permission denied" in shell(f"touch {own_config}"), "it may write its config")
        out = shell(f"{program()} status -c {setting.world.config} && echo asked")
        expect("asked" not in out, f"it may ask for the status: {out!r}")
    with setting.case("it cannot change its network, nor the rules"):
        expect("Operation not permitted" in shell("ip address add fd00::1 dev uplink"), "it may add an address")
        expect("Operation not permitted" in shell("/usr/sbin/nft delete table inet vrfgate"), "it may delete the rules")


def check_forged_values(setting, own, other, shell):
    """Its key does not matter: the gateway's host is the server's own, and takes values without TLS."""
    api, key = setting.api, f"vrfgate.vrf.state[{other['name']}]"
    request = {"request": "sender data", "data": [{"host": setting.world.label, "key": key, "value": "0"}]}
    macro = {"hostids": api.host(setting.world.label)["hostid"], "output": ["hostmacroid", "value"],
             "filter": {"macro": "{$VRFGATE.SENDER}"}}

    def forge():
        return shell(shlex.join([PYTHON, "-B", "-c", REQUEST, own["uplink"]["root_address"],
                                 str(setting.stack.server_port), json.dumps(request)]))

    def forge_with(value):
        # A sync puts it back, once a minute.
        api.call("usermacro.update", {"hostmacroid": api.call("usermacro.get", macro)[0]["hostmacroid"],
                                      "value": value})
        return forge()

    with setting.case("a shell in a proxy's place cannot forge what the gateway says of another VRF"):
        guard = api.call("usermacro.get", macro)[0]["value"]
        wait_until(lambda: api.items(setting.world.label, [key]).get(key, {}).get("lastclock", "0") != "0",
                   FORGERY_SECONDS, key)
        expect("processed: 0; failed: 1" in forge(), "the server has taken the value")
        wait_until(lambda: "processed: 1" in forge_with("0.0.0.0/0,::/0"), FORGERY_SECONDS,
                   "success of the attack without the guard")
        wait_until(lambda: "processed: 0" in forge_with(guard), FORGERY_SECONDS, "the guard in its place again")


def check_forged_proxy(setting, own, other, shell):
    """Of a proxy without a key: with one the server refuses it before that."""
    api, name = setting.api, f"{setting.world.label}-{other['name']}"
    field = "proxy_address" if setting.stack.release.name == "6.0" else "allowed_addresses"
    request = {"request": "proxy data", "host": name, "session": "f" * 32, "version": other["proxy"]["version"],
               "clock": int(time.time()), "ns": 1}

    def forge_with(tls_accept, value):
        api.call("proxy.update", {"proxyid": api.proxies()[name]["proxyid"], "tls_accept": tls_accept, field: value,
                                  **keys[tls_accept]})
        return shell(shlex.join([PYTHON, "-B", "-c", REQUEST, own["uplink"]["root_address"],
                                 str(setting.stack.server_port), json.dumps(request)]))

    directory = setting.world.directory / "state" / "vrfs" / other["name"]
    keys = {1: {}, 2: {"tls_psk_identity": (directory / "psk.identity").read_text().strip(),
                       "tls_psk": (directory / "psk").read_text().strip()}}
    with setting.case("a shell in a proxy's place cannot speak as another VRF's proxy, even one without a key"):
        guard = api.proxies()[name][field]
        expect_equal(guard, other["uplink"]["address"], field)
        if setting.stack.release.name != "6.0":
            return  # the attack itself is shown with 6.0 only
        wait_until(lambda: '"success"' in forge_with(1, ""), FORGERY_SECONDS, "success of the attack without the guard")
        wait_until(lambda: "not allowed" in forge_with(1, guard), FORGERY_SECONDS, "the guard")
        wait_until(lambda: "not allowed" in forge_with(2, guard), FORGERY_SECONDS, "the key as it was")


def cases(setting):
    world, gateway = setting.world, setting.gateway
    own, other = (gateway.vrf(each.vrf) for each in world.customers)
    since = int(time.time())
    user, others = (os.stat(f"/proc/{each['proxy']['pid']}").st_uid for each in (own, other))

    def shell(script):
        return proxy_shell.run(own["proxy"]["pid"], user, f"cd {world.directory}; {script}")

    def unguarded(script):
        # As the user of the server: what shared users would do.
        return proxy_shell.run(own["proxy"]["pid"], "zabbix", script, namespaces=("pid", "net", "ipc"))

    with setting.case("every proxy has a user of its own, which nobody else has"):
        accounts = {each.pw_uid for each in pwd.getpwall()}
        expect(user != others and not {user, others} & accounts, f"users {user} and {others}")
    check_view(setting, shell, unguarded)
    check_sight(setting, own, other, shell)
    check_deeds(setting, own, shell)
    check_reach(setting, own, other, shell)
    check_forged_values(setting, own, other, shell)
    check_forged_proxy(setting, own, other, shell)
    with setting.case("meanwhile values of both VRFs go on arriving"):
        # Unlike ping, items that say the same again are dropped by their templates' preprocessing.
        observation.wait_values(setting.api, world.customers, VALUES_SECONDS, since=since, keys=(observation.PING,))
