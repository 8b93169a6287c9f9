# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTP server that answers every API request in one wrong way, as broken installations and proxies do."""

import http.server

from serving import Serving

HTML = b"<!DOCTYPE html><html><body>Zabbix is down for maintenance</body></html>"
TRAP_PATH = "/elsewhere"
ANSWERS = {
    "status 500": (500, "text/plain", b"Internal Server Error"),
    "status 413": (413, "text/html", HTML),
    "status 429": (429, "text/html", HTML),
    "an empty 500": (500, "text/html", b""),
    "an empty body": (200, "application/json", b""),
    "an HTML page": (200, "text/html", HTML),
    "invalid JSON": (200, "application/json", b'{"jsonrpc": "2.0", "result": '),
    "JSON that is no answer": (200, "application/json", b"[]"),
    "a redirect": (302, "text/html", b""),
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as server.answer says; remembers the paths that were asked for."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        status, content_type, body = self.server.answer
        self.server.paths.append(self.path)
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", TRAP_PATH)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


class FaultyApi(Serving):
    """A context manager: a server on a free loopback port that gives the named one of ANSWERS."""

    def __init__(self, name):
        super().__init__(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        self.server.answer = ANSWERS[name]
        self.server.paths = []

    def was_followed(self):
        """Whether a redirect was followed."""
        return TRAP_PATH in self.server.paths
