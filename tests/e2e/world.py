# SPDX-License-Identifier: GPL-2.0-or-later
"""Two customers with the same addresses, a device each, and the vrfgate config that monitors them side by side."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess

import secret_file
from processes import Process, ProcessFailed, log_tail, run_checked

DEVICE_ADDRESS = "10.0.0.1"
GATEWAY_ADDRESS = "10.0.0.2"
PREFIX_LENGTH = 30
NETWORK = f"10.0.0.0/{PREFIX_LENGTH}"
UPLINK_PREFIX = "fd5a:b1c0:de01::/64"
AGENT_STARTED = "agent #0 started [main process]"
SYSNAME_OID = "1.3.6.1.2.1.1.5.0"
READY_SECONDS = 15
PROXY_OPTIONS = {"6.0": '"ConfigFrequency=5"', "7.0": '"ProxyConfigFrequency=5"'}
TEMPLATES = {"6.0": ("ICMP Ping", "Generic by SNMP", "Zabbix agent"),
             "7.0": ("Generic by SNMP", "Zabbix agent")}  # here the second has the first's items

SNMPD_CONFIG = f"""\
agentAddress udp:{DEVICE_ADDRESS}:161
rocommunity public
sysName {{device}}
"""

AGENT_CONFIG = f"""\
Hostname={{device}}
Server={NETWORK}
ListenIP={DEVICE_ADDRESS}
LogType=console
PidFile={{directory}}/zabbix_agentd.pid
StartAgents=2
"""

GATEWAY_CONFIG = """\
gateway {{
    name      = "{label}"
    state_dir = "{directory}/state"
    run_dir   = "{directory}/run"
    log_dir   = "{directory}/log"
}}
uplink {{ prefix = "{uplink_prefix}" }}
zabbix {{
    url = "{api_url}"
    {credentials}
    server_port = {server_port}
}}
proxy {{
    binary  = "{proxy_binary}"
    options = {{ {proxy_options} }}
}}
"""

VRF_CONFIG = """\
vrf {vrf} {{
    interface {interface} {{{parent}
        address = {{ "{address}/{prefix_length}" }}
        gateway = "{gateway}"
    }}
    host {host} {{ address = "{gateway}"  templates = {{ {templates} }} }}
}}
"""


def ip(*arguments, netns=None):
    """Run ip(8), in that namespace if one is given."""
    where = ["-n", netns] if netns else []
    return run_checked(["ip", *where, *arguments], f"ip {' '.join(arguments)}")


def kernel_has_vlans():
    """Whether this kernel can make an 802.1Q link, tried in a namespace that is gone at once."""
    trial = "ip link add name trial0 type veth peer name trial1 && ip link add link trial0 name trial2 type vlan id 10"
    return subprocess.run(["unshare", "--net", "sh", "-c", trial], capture_output=True, check=False).returncode == 0


def netns_exists(name):
    return pathlib.Path("/run/netns", name).exists()


def netns_pids(name):
    """The processes that live in a named namespace."""
    return [int(pid) for pid in run_checked(["ip", "netns", "pids", name], f"processes of {name}").split()]


def netns_remove(name):
    """End what still runs in a namespace and delete it, if it is there."""
    if not netns_exists(name):
        return
    for pid in netns_pids(name):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    ip("netns", "del", name)


def link_names():
    """Of the namespace we are in, as /sys/class/net need not be."""
    return {name for _index, name in socket.if_nameindex()}


def link_remove(name):
    if name in link_names():
        ip("link", "del", name)


class Customer:
    """One customer: its VRF, the namespace that plays its network, and the device in it."""

    def __init__(self, label, vrf, letter, vlan_id):
        self.vrf = vrf
        self.host = f"{vrf}-ce1"
        self.device = f"device-{letter}"
        self.vlan_id = vlan_id
        self.netns = f"{label}-cust-{letter.lower()}"
        self.link = f"{label}-{letter.lower()}0"


class World:
    """The customers as a context manager; `label` keeps two worlds on one machine apart.

    Where the kernel has 802.1Q the customers are VLANs of one trunk, otherwise each has a link of its own on which
    vrfgate puts a macvlan.
    """

    def __init__(self, stack, directory, label="demo", vrfs=("acme", "bravo")):
        self.stack = stack
        self.directory = pathlib.Path(directory)
        self.label = label
        self.has_vlans = kernel_has_vlans()
        self.trunk = f"{label}-trunk"
        self.switch = f"{label}-switch"
        self.customers = [Customer(label, vrfs[0], "A", 10), Customer(label, vrfs[1], "B", 20)]
        self.config = self.directory / "vrfgate.conf"
        self.undo = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            self.undo = undo
            self._refuse_taken_names()
            self._make_directory()
            self._connect()
            self._start_devices()
            self.write_config()
            self.undo = undo.pop_all()
        return self

    def __exit__(self, *exception):
        return self.undo.__exit__(*exception)

    def _refuse_taken_names(self):
        names = [self.switch, *(name for each in self.customers for name in (each.vrf, each.netns))]
        for name in filter(netns_exists, names):
            raise ProcessFailed(f"a network namespace '{name}' is there already (ip netns del {name} if it is unused)")

    def _make_directory(self):
        self.directory.mkdir(parents=True)
        self.undo.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.directory.chmod(0o755)

    def _make_netns(self, name):
        ip("netns", "add", name)
        self.undo.callback(netns_remove, name)
        ip("link", "set", "lo", "up", netns=name)

    def _make_cable(self, root_end, netns, far_end):
        """A veth pair from the root namespace, where nobody shall speak on it, into a namespace."""
        ip("link", "add", "name", root_end, "type", "veth", "peer", "name", far_end, "netns", netns)
        self.undo.callback(link_remove, root_end)
        ip("link", "set", root_end, "addrgenmode", "none", "up")
        ip("link", "set", far_end, "up", netns=netns)

    def _connect(self):
        for customer in self.customers:
            self._make_netns(customer.netns)
        if self.has_vlans:
            self._connect_by_trunk()
        else:
            self._connect_one_by_one()
        for customer in self.customers:
            ip("address", "add", f"{DEVICE_ADDRESS}/{PREFIX_LENGTH}", "dev", "eth0", netns=customer.netns)
            ip("link", "set", "eth0", "up", netns=customer.netns)
            self.undo.callback(netns_remove, customer.vrf)  # where a vrfgate that failed left it

    def _connect_by_trunk(self):
        self._make_netns(self.switch)
        self._make_cable(self.trunk, self.switch, "trunk")
        for customer in self.customers:
            ip("link", "add", "link", "trunk", "name", "eth0", "netns", customer.netns, "type", "vlan",
               "id", str(customer.vlan_id), netns=self.switch)

    def _connect_one_by_one(self):
        for customer in self.customers:
            self._make_cable(customer.link, customer.netns, "eth0")

    def _start_devices(self):
        started = [(customer, self._start_snmpd(customer), self._start_agent(customer)) for customer in self.customers]
        for customer, snmpd, agent in started:
            snmpd.wait_ready(lambda each=customer: self.snmp_name(each) == each.device, READY_SECONDS)
            agent.wait_ready(lambda log=agent.log_path: AGENT_STARTED in log_tail(log, 50), READY_SECONDS)

    def _start_in(self, customer, name, command, log, **options):
        return self.undo.enter_context(Process(f"{name} of {customer.device}",
                                               ["ip", "netns", "exec", customer.netns, *command], log, **options))

    def _device_directory(self, customer, program, account):
        path = self.directory / customer.device / program
        path.mkdir(parents=True)
        shutil.chown(path, account, account)
        return path

    def _start_snmpd(self, customer):
        directory = self._device_directory(customer, "snmpd", "Debian-snmp")
        config = directory / "snmpd.conf"
        config.write_text(SNMPD_CONFIG.format(device=customer.device))
        command = ["/usr/sbin/snmpd", "-f", "-Lo", "-C", "-c", config, "-u", "Debian-snmp", "-g", "Debian-snmp"]
        return self._start_in(customer, "snmpd", command, directory / "snmpd.log",
                              environment={"SNMP_PERSISTENT_DIR": str(directory), "MIBS": ""})

    def _start_agent(self, customer):
        directory = self._device_directory(customer, "zabbix_agentd", "zabbix")
        config = directory / "zabbix_agentd.conf"
        config.write_text(AGENT_CONFIG.format(device=customer.device, directory=directory))
        return self._start_in(customer, "zabbix_agentd", ["/usr/sbin/zabbix_agentd", "-f", "-c", config],
                              directory / "zabbix_agentd.log")

    def ask_sysname(self):
        """A command that asks whatever device has the address for its sysName, leaving no files of its own."""
        return ["env", f"SNMP_PERSISTENT_DIR={self.directory}/snmpget", "MIBS=", "snmpget", "-v2c", "-cpublic", "-Oqv",
                "-t1", "-r1", DEVICE_ADDRESS, SYSNAME_OID]

    def snmp_name(self, customer):
        """What the customer's own device says its sysName is, asked inside its network."""
        done = subprocess.run(["ip", "netns", "exec", customer.netns, *self.ask_sysname()], capture_output=True,
                              text=True, check=False)
        return done.stdout.strip().strip('"')

    def parent(self):
        """A NIC of the root namespace that can carry another customer."""
        return self.trunk if self.has_vlans else self.customers[0].link

    def write_config(self, path=None, api_url=None, credentials=None, server_port=None, extra=""):
        """Write the vrfgate config; tests of faults give another URL, login or port, or add sections."""
        path = path or self.config
        text = GATEWAY_CONFIG.format(
            label=self.label, directory=self.directory, uplink_prefix=UPLINK_PREFIX,
            api_url=self.stack.api_url if api_url is None else api_url,
            credentials=credentials or self.login(), server_port=server_port or self.stack.server_port,
            proxy_binary=self.stack.proxy_binary, proxy_options=PROXY_OPTIONS[self.stack.release.name])
        for customer in self.customers:
            text += self._vrf_section(customer)
        path.write_text(text + extra)
        return path

    def login(self):
        """The keys of the config by which vrfgate logs in as the stack's administrator."""
        facts = self.stack.facts()
        password_file = secret_file.write(self.directory / "zabbix.password", facts["password"])
        return f'user = "{facts["user"]}"  password_file = "{password_file}"'

    def _vrf_section(self, customer):
        if self.has_vlans:
            interface, parent = f"{self.trunk}.{customer.vlan_id}", ""
        else:
            interface, parent = "cust0", f'\n        kind = macvlan  parent = "{customer.link}"'
        return VRF_CONFIG.format(
            vrf=customer.vrf, interface=interface, parent=parent, address=GATEWAY_ADDRESS, prefix_length=PREFIX_LENGTH,
            gateway=DEVICE_ADDRESS, host=customer.host,
            templates=", ".join(f'"{each}"' for each in TEMPLATES[self.stack.release.name]))
