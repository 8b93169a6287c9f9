# SPDX-License-Identifier: GPL-2.0-or-later
"""A TLS server between vrfgate and the real API that hands requests on, and does harm when it is told to."""

import http.server
import socket
import ssl
import threading
import urllib.request

from serving import Serving

SLOW_SECONDS = 10
FLOOD = b"[" + b"{}," * (10 * 1000 * 1000 // 3) + b"{}]"


def well(handler, body):
    handler.reply(handler.ask_api(body))


def truncated(handler, body):
    """Half of the answer, told to be all of it."""
    answer = handler.ask_api(body)
    handler.reply(answer[:len(answer) // 2])


def cut(handler, body):
    """Half of the answer, and the connection ends."""
    answer = handler.ask_api(body)
    handler.reply(answer[:len(answer) // 2], len(answer))


def flood(handler, _body):
    """10 MB of JSON that would take a hundred times as much in memory."""
    handler.reply(FLOOD)


def slow(handler, body):
    handler.server.well.wait(SLOW_SECONDS)
    handler.reply(handler.ask_api(body))


def lost_write(handler, body):
    """As a server that is restarted: hosts are made, but their maker does not hear of it."""
    answer = handler.ask_api(body)
    if b'"host.create"' not in body:
        handler.reply(answer)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.server.lock:
            self.server.open_requests += 1
            self.server.most_requests = max(self.server.most_requests, self.server.open_requests)
        try:
            self.server.fault(self, body)
        except OSError:
            pass  # the client has gone
        finally:
            with self.server.lock:
                self.server.open_requests -= 1

    def ask_api(self, body):
        """What the real API answers."""
        headers = {key: self.headers[key] for key in ("Content-Type", "Authorization") if key in self.headers}
        request = urllib.request.Request(self.server.target, body, headers)
        with self.server.opener.open(request, timeout=60) as answer:
            return answer.read()

    def reply(self, body, told_length=None):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(told_length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    def get_request(self):
        connection, address = super().get_request()
        connection.settimeout(60)
        return connection, address

    def finish_request(self, request, client_address):
        """In the connection's own thread: a client that refuses the certificate keeps nobody waiting."""
        try:
            request = self.context.wrap_socket(request, server_side=True)
        except (ssl.SSLError, OSError):
            return
        super().finish_request(request, client_address)
        try:
            request.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        request.close()


class Relay(Serving):
    """A context manager; set_fault() and set_context() take effect with the next request."""

    def __init__(self, target, context):
        super().__init__(Server(("127.0.0.1", 0), Handler))
        self.server.target = target
        self.server.context = context
        self.server.fault = well
        self.server.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.server.lock = threading.Lock()
        self.server.open_requests = self.server.most_requests = 0
        self.server.well = threading.Event()

    def __exit__(self, *exception):
        self.set_fault(well)
        super().__exit__(*exception)

    def set_fault(self, fault):
        """One of the functions above; `well` also ends a wait that is under way."""
        if fault is well:
            self.server.well.set()
        else:
            self.server.well.clear()
        self.server.fault = fault

    def set_context(self, context):
        self.server.context = context

    def most_requests(self):
        """How many requests there have been at a time, at most."""
        return self.server.most_requests
