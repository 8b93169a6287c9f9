# SPDX-License-Identifier: GPL-2.0-or-later
"""Configs by chance, most of them slightly wrong: what a tired operator writes, on the NICs trunk0, nic0 and nic1."""

# What is right, and what is mostly not.
ADDRESSES = (
    ("10.0.0.2/30", "10.0.0.3/29", "10.1.0.2/30", "10.2.0.1/31", "10.3.0.0/31", "10.4.0.2/32", "192.0.2.1/24", "240.0.0.1/24",
     "169.254.1.2/16", "10.255.255.254/8", "fd00::2/64", "fd01::2/48", "fd02::1/127", "fd03::2/128", "fe80::2/64",
     "2001:db8::2/32"),
    ("10.0.0.2/29", "10.0.0.9/24", "10.0.0.2/32", "10.1.0.7/29", "10.0.0.255/24", "0.0.0.1/8", "0.0.0.5/32", "0.0.0.0/0",
     "10.0.0.1/0", "127.0.0.2/8", "224.0.0.2/24", "255.255.255.254/30", "198.18.0.2/30", "198.18.0.6/24", "198.18.0.1/15",
     "198.18.0.10/28", "fd00::3/64", "fd00::2/128", "fd00::/64", "fd00::2/126", "fe80::9/10", "fd5a:b1c0:de00::2/64",
     "fd5a:b1c0:de00::9/120", "fd5a::1/16", "::2/0", "::5/96", "fec0::2/64", "ff02::5/64", "::ffff:10.0.0.2/96",
     "64:ff9b::1/96", "fd00::ffff:ffff:ffff:ffff/64", "2002:a00:2::1/48", "100::1/64"))
HOSTS = (
    ("10.0.0.1", "10.1.0.1", "10.2.0.0", "10.3.0.1", "192.0.2.2", "240.0.0.2", "169.254.1.1", "10.200.0.1", "fd00::1",
     "fd01::1", "fd02::", "fe80::1", "2001:db8::1"),
    ("10.0.0.2", "10.0.0.3", "10.0.0.0", "10.0.0.6", "10.9.9.9", "0.0.0.0", "0.0.0.5", "127.0.0.1", "224.0.0.1",
     "255.255.255.255", "198.18.0.1", "198.18.0.2", "fd00::2", "fd00::", "fe80::2", "fd5a:b1c0:de00::1",
     "fd5a:b1c0:de00::2", "::", "::1", "::5", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::2", "fec0::1", "2002:a00:1::1"))
NETWORKS = (
    ("0.0.0.0/0", "10.0.0.0/8", "10.77.0.0/16", "192.168.0.0/16", "198.51.100.7/32", "240.0.0.0/4", "::/0", "fd00::/8",
     "fd77::/16", "2000::/3", "2001:db8:1::/48", "fd5a::/16"),
    ("10.0.0.0/30", "10.0.0.0/29", "10.0.0.1/32", "10.0.0.2/32", "10.0.0.3/32", "10.1.0.0/30", "127.0.0.0/8",
     "127.0.0.1/32", "224.0.0.0/4", "239.1.1.1/32", "255.255.255.255/32", "0.0.0.0/8", "0.0.0.0/32", "169.254.0.0/16",
     "198.18.0.0/30", "198.18.0.0/15", "fd00::/64", "fd00::2/128", "fd00::1/128", "fd01::/48", "fe80::/10", "fe80::/64",
     "fe80::2/128", "ff00::/8", "ff02::1/128", "::1/128", "::/128", "::/96", "::ffff:0:0/96", "fd5a:b1c0:de00::/64",
     "fd5a:b1c0:de00::/126", "fd5a:b1c0:de00::1/128", "2002::/16", "100::/64"))
KINDS = (
    ("kind = macvlan parent = trunk0", "kind = macvlan parent = nic0", "kind = device parent = nic1"),
    ("kind = device parent = nic0", "kind = device parent = trunk0", "kind = macvlan parent = lo", "kind = device parent = lo"))
NAMES = (
    ("a", "b", "cust0", "p0.10", "x.y", "1", "fifteen-letters", "A", "é", "a'b", "a*", "a[0]", "a#b", "eth0@1", "-x", "a..b"),
    ("nic0", "trunk0", "all", "default", "uplink", "uplink0", "vg0", "vg1", "lo0", "a\\\\b", "a/b", "a b"))
MTUS = (("1280", "1400", "1500"), ("68", "576", "1279"))
MACS = (("02:00:00:00:00:01", "02:00:00:00:00:02"), ("02:00:00:00:00:0A", "02:00:00:00:00:0a", "01:00:00:00:00:01"))
LEAVES = (
    ("ipv4", "rp_filter=2"), ("ipv4", "rp_filter=0"), ("ipv4", "accept_redirects=0"), ("ipv6", "disable_ipv6=1"),
    ("ipv6", "disable_ipv6=0"), ("ipv4", "forwarding=1"), ("ipv6", "accept_ra=2"), ("ipv4", "arp_ignore=1"),
    ("ipv6", "no_such=1"), ("ipv4", "disable_ipv6=1"), ("ipv6", "accept_dad=0"), ("ipv4", "proxy_arp=1"), ("ipv4", "tag=3"),
    ("ipv6", "rp_filter=1"))
SETTINGS = (
    ("net.ipv4.ip_forward=1", "net/ipv4/ip_forward=0", "net.ipv4.tcp_keepalive_time=60", "net.core.somaxconn=512",
     "net.ipv4.ip_local_port_range=2000 3000", "net.ipv6.bindv6only=1", "net.ipv4.ip_default_ttl=64",
     "net.ipv4.neigh.default.gc_stale_time=9", "net.ipv4.icmp_echo_ignore_all=1", "net.ipv4.conf.all.log_martians=1"),
    ("net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=0x1", "net.core.bpf_jit_enable=1",
     "net.ipv4.no_such_thing=1", "net.ipv4.neigh.all.gc_stale_time=9", "net.core.rmem_max=300000", "net.ipv4=1",
     "net.ipv4.conf.all=1", "net.ipv6.conf.nobody.accept_ra=0"))


def _one(chance, items):
    """Of ten, nine are right."""
    return chance.choice(items[chance.random() < 0.1])


def _some(chance, items, most):
    return [_one(chance, items) for _ in range(chance.randint(0, most))]


def _list(key, items):
    return f'{key} = {{ {", ".join(chr(34) + item + chr(34) for item in items)} }}\n' if items else ""


def _interface(chance, name):
    text = f'interface "{name}" {{ {_one(chance, KINDS)}\n'
    addresses, gateways = _some(chance, ADDRESSES, 3), _some(chance, HOSTS, 1)
    if chance.random() < 0.9:
        gateways = [each for each in gateways if any((":" in each) == (":" in other) for other in addresses)]
    text += _list("address", addresses) + _list("gateway", gateways)
    if chance.random() < 0.2:
        text += f"mtu = {_one(chance, MTUS)}\n"
    if chance.random() < 0.2:
        text += f"mac = {_one(chance, MACS)}\n"
    return text + "}\n"


def _route(chance, names):
    network, hosts = _one(chance, NETWORKS), _some(chance, HOSTS, 4)
    if chance.random() < 0.9:
        hosts = [each for each in hosts if (":" in each) == (":" in network)]
    text = f'route "{network}" {{ ' + _list("via", hosts)
    if chance.random() < 0.5:
        text += f'dev = "{chance.choice(names)}" '
    if chance.random() < 0.2:
        text += f"metric = {chance.choice((1, 256, 1024, 4294967295))} "
    return text + "}\n"


def _settings(chance, names):
    wanted = _some(chance, SETTINGS, 1)
    if chance.random() < 0.3:
        name, (family, leaf) = chance.choice(names), chance.choice(LEAVES)
        wanted.append(chance.choice((f"net.{family}.conf.{name}.{leaf}", f"net/{family}/conf/{name}/{leaf}")))
    return _list("sysctl", wanted)


def _section(chance, word, name):
    names = [_one(chance, NAMES) for _ in range(chance.choice((1, 1, 2, 3)))]
    text = f"{word} {name} {{\n" + "".join(_interface(chance, each) for each in names)
    text += "".join(_route(chance, names) for _ in range(chance.choice((0, 0, 1, 2))))
    if chance.random() < 0.3:
        text += _settings(chance, names)
    if chance.random() < 0.1:
        text += _list("dns", _some(chance, HOSTS, 2))
    if chance.random() < 0.1:
        text += f"forward = {chance.choice(('true', 'false'))}\n"
    if chance.random() < 0.1:
        text += f"id = {chance.choice((0, 1, 5, 4095, 16777215))}\n"
    return text + "}\n"


def make(chance):
    """A config without its gateway section; few have more than one fault."""
    text = ""
    if chance.random() < 0.2:
        text = 'uplink { mode = nat }\nzabbix { server = "192.0.2.9" }\n'
    elif chance.random() < 0.1:
        text = f"uplink {{ mtu = {chance.choice((1280, 1400, 9000, 65535))} }}\n"
    for number in range(chance.choice((1, 1, 2))):
        text += _section(chance, chance.choice(("vrf", "vrf", "namespace")), f"v{number}")
    return text
