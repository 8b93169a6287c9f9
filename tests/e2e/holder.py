# SPDX-License-Identifier: GPL-2.0-or-later
"""A customer that keeps a proxy's trappers busy with requests that never come whole."""

import contextlib
import threading

import trapper
from world import GATEWAY_ADDRESS


class Holder:
    """A context manager: a customer that keeps so many connections of one byte each open, each anew when it ends."""

    def __init__(self, netns, count):
        self.netns = netns
        self.connections = [None] * count
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.over.set()
        self.thread.join()

    def _connect(self):
        connection = trapper.socket_in_netns(self.netns)
        connection.settimeout(1)
        connection.connect((GATEWAY_ADDRESS, trapper.TRAPPER_PORT))
        connection.sendall(b"Z")
        connection.setblocking(False)
        return connection

    @staticmethod
    def _is_open(connection):
        try:
            return connection.recv(1) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def _run(self):
        while not self.over.wait(0.02):
            for index, connection in enumerate(self.connections):
                if connection and self._is_open(connection):
                    continue
                if connection:
                    connection.close()
                self.connections[index] = None
                with contextlib.suppress(OSError):
                    self.connections[index] = self._connect()
        for connection in filter(None, self.connections):
            connection.close()
