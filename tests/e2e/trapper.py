# SPDX-License-Identifier: GPL-2.0-or-later
"""Speaks to the trapper of a proxy from inside its namespace: sends values, and says what was accepted."""

import contextlib
import ctypes
import json
import os
import re
import socket
import struct

CLONE_NEWNET = 0x40000000
TRAPPER_PORT = 10051
TIMEOUT_SECONDS = 5
MAGIC = b"ZBXD\x01"
HEADER = struct.Struct("<5sII")
PROCESSED = re.compile(r"processed: (\d+); failed: (\d+)")


def enter_netns(fd):
    if ctypes.CDLL(None, use_errno=True).setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def socket_in_netns(name):
    """A TCP socket that lives in a namespace, by name or path; the thread is back in its own when it is made."""
    with contextlib.ExitStack() as undo:
        fds = []
        for path in ("/proc/thread-self/ns/net", os.path.join("/run/netns", name)):
            fds.append(os.open(path, os.O_RDONLY))
            undo.callback(os.close, fds[-1])
        home, there = fds
        enter_netns(there)
        try:
            return socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        finally:
            enter_netns(home)


def receive(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionError("the proxy closed the connection")
        data += part
    return data


def ask(netns, request):
    """The answer of the proxy in a namespace to a request, both JSON. OSError where it gave none."""
    body = json.dumps(request).encode()
    with socket_in_netns(netns) as connection:
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect(("127.0.0.1", TRAPPER_PORT))
        connection.sendall(HEADER.pack(MAGIC, len(body), 0) + body)
        _, size, _ = HEADER.unpack(receive(connection, HEADER.size))
        return json.loads(receive(connection, size))


def send_values(netns, values):
    """Send a list of dicts (host, key, value, clock, ns) to the proxy of a namespace; how many were accepted and
    refused. OSError where it did not answer: nothing is known of the values then."""
    answer = ask(netns, {"request": "sender data", "data": values})
    return tuple(map(int, PROCESSED.search(answer["info"]).groups()))
