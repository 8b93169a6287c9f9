# SPDX-License-Identifier: GPL-2.0-or-later
"""vrfgate and those it is measured beside: each makes, reads and removes the same set of VRFs by programs."""

import pathlib
import sys

from world import RUN, TRUNK

HERE = pathlib.Path(__file__).resolve().parent
GROUP = 7762534
PREFIX = "fd5a:b1c0:de00::"
SHOWN = ("link", "address", "neighbour", "route show table all")


def mac(number, root):
    return f"{'02' if root else '06'}:76:00:00:{number >> 8:02x}:{number & 255:02x}"


def uplink(number, root):
    return f"{PREFIX}{number * 4 + (1 if root else 2):x}"


class Peer:
    """Commands, each a list of words. `largest` is the largest set it is asked for, `rounds` how often at most."""

    name = ""
    largest = 1000
    rounds = 99
    again = None  # the command that finds all in order, where there is one

    def prepare(self, count):
        """What may be done before the clock runs."""


class Vrfgate(Peer):
    name = "vrfgate"

    def __init__(self, build):
        self.program = pathlib.Path(build).resolve() / "vrfgate"
        self.config = RUN / "vrfgate.conf"
        self.up, self.down, self.check, self.sweep = (
            [self.program, word, "-c", self.config] for word in ("up", "down", "check", "plan"))
        self.again = self.up

    def prepare(self, count):
        text = f'gateway {{ name = bench state_dir = "{RUN}/state" run_dir = "{RUN}/run" log_dir = "{RUN}/log" }}\n'
        for i in range(count):
            text += (f"vrf bench{i} {{\n\tinterface cust {{\n\t\tkind = macvlan\n\t\tparent = {TRUNK}\n"
                     '\t\taddress = "10.0.0.2/30"\n\t\tgateway = "10.0.0.1"\n\t}\n}\n')
        self.config.write_text(text)


class Floor(Peer):
    name = "floor"

    def __init__(self, build):
        self.program = pathlib.Path(build).resolve() / "bench" / "floor"

    def prepare(self, count):
        self.up, self.sweep, self.down = ([self.program, word, str(count)] for word in ("up", "sweep", "down"))


class Shell(Peer):
    """A peer whose programs are shell scripts."""

    def prepare(self, count):
        for word, lines in (("up", self.up_lines(count)), ("sweep", self.sweep_lines(count)),
                            ("down", self.down_lines(count))):
            path = self.directory / word
            path.write_text("\n".join(lines) + "\n")
            setattr(self, word, ["sh", "-e", path])

    @property
    def directory(self):
        directory = RUN / self.name.replace(" ", "")
        directory.mkdir(exist_ok=True)
        return directory


def root_lines(i):
    """Arguments of ip for the root namespace: devices are made in place, never moved."""
    return [f"netns add bench{i}",
            f"link add vg{i} address {mac(i, True)} numtxqueues 1 numrxqueues 1 group {GROUP} type veth "
            f"peer name uplink address {mac(i, False)} numtxqueues 1 numrxqueues 1 netns bench{i}",
            f"link set vg{i} addrgenmode none",
            f"link set vg{i} up",
            f"addr add {uplink(i, True)}/126 dev vg{i} nodad",
            f"neigh add {uplink(i, False)} lladdr {mac(i, False)} dev vg{i} nud permanent",
            f"link add link {TRUNK} name cust netns bench{i} group {GROUP} type macvlan mode bridge"]


def inside_lines(i):
    return ["link set lo up",
            "link set uplink addrgenmode none",
            "link set uplink up",
            f"addr add {uplink(i, False)}/126 dev uplink nodad",
            f"neigh add {uplink(i, True)} lladdr {mac(i, True)} dev uplink nud permanent",
            "link set cust addrgenmode none",
            "link set cust up",
            "addr add 10.0.0.2/30 dev cust",
            "route add default via 10.0.0.1"]


class IpBatch(Shell):
    """One batch for the root namespace and one inside each; marks are set as vrfgate's are."""

    name = "ip -batch"
    rounds = 3

    def batch(self, name, lines):
        (self.directory / name).write_text("\n".join(lines) + "\n")
        return self.directory / name

    def up_lines(self, count):
        root = []
        for i in range(count):
            root += [*root_lines(i), f"link property add dev vg{i} altname vrfgate:bench{i}@00000000"]
            self.batch(str(i), [*inside_lines(i), *(
                f"link property add dev {dev} altname vrfgate:bench{i}{link}@00000000"
                for dev, link in (("lo", ""), ("uplink", ":uplink"), ("cust", ":cust")))])
        return [f"ip -batch {self.batch('root', root)}",
                *(f"ip -n bench{i} -batch {self.directory}/{i}" for i in range(count))]

    def sweep_lines(self, count):
        shown = self.batch("shown", SHOWN)
        return [f"ip -batch {shown}", *(f"ip -n bench{i} -batch {shown}" for i in range(count))]

    def down_lines(self, count):
        return [f"ip -batch {self.batch('removal', [f'netns del bench{i}' for i in range(count)])}"]


class IpScript(Shell):
    """A call of ip for each line, as such scripts are."""

    name = "ip script"
    largest = 100
    rounds = 3

    def up_lines(self, count):
        return [line for i in range(count) for line in (
            *(f"ip {each}" for each in root_lines(i)), *(f"ip -n bench{i} {each}" for each in inside_lines(i)))]

    def sweep_lines(self, count):
        return [f"ip {where}{each}" for where in ("", *(f"-n bench{i} " for i in range(count))) for each in SHOWN]

    def down_lines(self, count):
        return [f"ip netns del bench{i}" for i in range(count)]


class Pyroute2(Peer):
    name = "pyroute2"
    largest = 100
    rounds = 3

    def prepare(self, count):
        self.up, self.sweep, self.down = (
            [sys.executable, "-B", HERE / "pyroute2_peer.py", word, str(count)] for word in ("up", "sweep", "down"))


def all_peers(build):
    return [Vrfgate(build), Floor(build), IpBatch(), IpScript(), Pyroute2()]
