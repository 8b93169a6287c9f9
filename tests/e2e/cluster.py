# SPDX-License-Identifier: GPL-2.0-or-later
"""The nodes of one Zabbix server (its own high availability) on the database of a stack, each at its own address."""

import contextlib
import os
import re
import signal

import postgres
from processes import group_members, port_answers
from waiting import wait_until
from zabbix_stack import SERVER_CONFIG, SERVER_PROGRAM

FAILOVER_DELAY_SECONDS = 10  # the least that the server takes
ACTIVE_SECONDS = 60
TAKEOVER_SECONDS = 120


class Cluster:
    """A context manager: in the place of the stack's server a node at each address, in its namespace or None.

    `node_address` tells of a namespace where else the frontend finds its node, or None.
    """

    def __init__(self, stack, places, node_address):
        self.stack = stack
        self.places = places
        self.node_address = node_address
        self.nodes = {}
        self.undo = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            undo.enter_context(self.stack.server_down())
            undo.callback(self._end)
            frontend = self.stack.directory / "frontend" / "conf" / "zabbix.conf.php"
            text = frontend.read_text()
            # It asks the database for the active node where it is told no server.
            frontend.write_text(re.sub(r"^\$ZBX_SERVER(_PORT)? = .*\n", "", text, flags=re.MULTILINE))
            undo.callback(frontend.write_text, text)
            self._forget_nodes()
            undo.callback(self._forget_nodes)
            for address in self.places:
                self.start(address)
            self.undo = undo.pop_all()
        return self

    def __exit__(self, *exception):
        return self.undo.__exit__(*exception)

    def _end(self):
        for node in self.nodes.values():
            node.end()

    def _forget_nodes(self):
        """A server without a name waits for those that the database has."""
        with self.stack.database.connect("zabbix") as database:
            database.execute("delete from ha_node;"
                             f"update config set ha_failover_delay = '{FAILOVER_DELAY_SECONDS}s';")

    def start(self, address):
        name = f"node-{address}"
        directory = self.stack.directory / name
        if not directory.exists():
            self.stack.account_directory(name)
        config = self.stack.directory / f"{name}.conf"
        text = SERVER_CONFIG.format(port=self.stack.server_port, directory=directory,
                                    database=self.stack.database.socket, database_port=postgres.PORT)
        where = self.node_address(self.places[address]) or address
        text = text.replace("ListenIP=0.0.0.0,::", "ListenIP=" + ",".join(dict.fromkeys((address, where))))
        config.write_text(f"{text}TrapperTimeout=3\nHANodeName={name}\nNodeAddress={where}:{self.stack.server_port}\n")
        self.nodes[address] = self.stack.start("zabbix_server", [SERVER_PROGRAM, "-f", "-c", config],
                                               directory / "zabbix_server.log", self.places[address])

    def kill(self, address):
        """All of a node at once, as when its machine fails."""
        node = self.nodes[address]
        os.killpg(node.pid, signal.SIGKILL)
        wait_until(lambda: not group_members(node.pid), ACTIVE_SECONDS, f"{address} gone")
        node.end()

    def active(self):
        """The address of the node that listens; None while there is none."""
        return next((each for each in self.nodes if port_answers(self.stack.server_port, each)), None)

    def wait_active(self, others_than=None, seconds=ACTIVE_SECONDS):
        wait_until(lambda: self.active() not in (None, others_than), seconds, "an active node")
        return self.active()
