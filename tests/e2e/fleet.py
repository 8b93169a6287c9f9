# SPDX-License-Identifier: GPL-2.0-or-later
"""A config of many VRFs, and the vrfgate that brings a Zabbix in step with it."""

import time

import secret_file
from gateway import Gateway
from tap import expect_equal
from zabbix_stack import PASSWORD, USER

N_VRFS = 100
TEMPLATES = {"6.0": ("ICMP Ping", "Linux by SNMP"), "7.0": ("Linux by SNMP", "Zabbix agent")}

CONFIG = """\
gateway {{
    name = "{name}"
    state_dir = "{directory}/state"  run_dir = "{directory}/run"  log_dir = "{directory}/log"
}}
zabbix {{
    url = "{url}"  {login}
    prune = {prune}
}}
"""
VRF = """\
vrf {vrf} {{
    interface eth0.{vlan} {{ address = {{ "10.0.0.2/24" }} }}
    proxy {{ mode = {mode} {proxy} }}
    host {vrf}-ce1 {{ address = "10.0.0.1"  templates = {{ {templates} }} {host} }}
    host {vrf}-ce2 {{ address = "10.0.0.3"  templates = {{ {templates} }} }}
}}
"""


class Fleet:
    """A config of many VRFs with two hosts each, whose names begin with the letter, and the vrfgate that reads it."""

    def __init__(self, setting, name="fleet", letter="v"):
        self.name, self.letter = name, letter
        self.directory = setting.directory / name
        self.directory.mkdir()
        self.stack = setting.stack
        self.config = self.directory / "vrfgate.conf"
        self.gateway = Gateway(self.config, self.directory / "log")
        self.password = self.directory / "password"
        self.log_in_as(USER, PASSWORD)

    def log_in_as(self, user, password):
        secret_file.write(self.password, password)
        self.login = f'user = "{user}"  password_file = "{self.password}"'

    def write(self, count=N_VRFS, prune="false", proxy="", host=""):
        """The first VRF gets the further keys of its proxy and its first host."""
        text = CONFIG.format(name=self.name, directory=self.directory, url=self.stack.api_url, login=self.login,
                             prune=prune)
        templates = ", ".join(f'"{each}"' for each in TEMPLATES[self.stack.release.name])
        for number in range(count):
            first = number == 0
            text += VRF.format(vrf=f"{self.letter}{number:03d}", vlan=number + 1, templates=templates,
                               mode="passive" if number % 10 == 9 else "active", proxy=proxy if first else "",
                               host=host if first else "")
        self.config.write_text(text)

    def write_hosts(self, *hosts, prune="false"):
        """One VRF with these host sections."""
        self.config.write_text(
            CONFIG.format(name=self.name, directory=self.directory, url=self.stack.api_url, login=self.login, prune=prune)
            + f"vrf {self.letter} {{\n    interface eth0.9 {{ address = \"10.0.0.2/24\" }}\n" + "\n".join(hosts) + "\n}\n")

    def requests(self):
        """How many requests the frontend has had."""
        return (self.stack.directory / "web" / "php.log").read_text().count("POST /api_jsonrpc.php")

    def sync(self, *arguments):
        """Outcome, seconds and requests of one `vrfgate sync`."""
        requests, started = self.requests(), time.monotonic()
        done = self.gateway.command("sync", *arguments)
        return done, time.monotonic() - started, self.requests() - requests


def last_line(done):
    return done.stdout.splitlines()[-1] if done.stdout else done.stderr


def as_done(line):
    """A last line of sync -n in the words of sync."""
    for verb in ("make", "change", "delete"):
        line = line.replace(f"to {verb}", {"make": "made"}.get(verb, f"{verb}d"))
    return line


def sync_as_shown(fleet):
    """A sync that does exactly what sync -n shows: the same lines, numbers and problems. Returns it."""
    shown, _seconds, _requests = fleet.sync("-n")
    done, _seconds, _requests = fleet.sync()
    expect_equal(sorted(shown.stderr.splitlines()), sorted(done.stderr.splitlines()), "problems of sync")
    expect_equal(sorted(as_done(shown.stdout).splitlines()), sorted(done.stdout.splitlines()), "lines of sync")
    return done
