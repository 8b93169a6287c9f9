#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""A zabbix_proxy that answers the stats request, and nothing else: started by vrfgate in tests of it."""

import json
import socket
import struct
import sys

PORT = 10051


def main():
    if sys.argv[1] == "-V":
        print("zabbix_proxy (Zabbix) 6.0.14")
        return
    answer = json.dumps({"response": "success", "data": {"version": "6.0.14", "uptime": 1, "hosts": 0, "items": 0,
                                                         "requiredperformance": 0}}).encode()
    listener = socket.create_server(("127.0.0.1", PORT))
    while True:
        connection, _ = listener.accept()
        with connection:
            if connection.recv(65536):
                connection.sendall(b"ZBXD\1" + struct.pack("<II", len(answer), 0) + answer)


if __name__ == "__main__":
    main()
