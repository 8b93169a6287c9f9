# SPDX-License-Identifier: GPL-2.0-or-later
"""A web server before a real API that limits the size of a request and how many there are, as nginx does."""

import http.server
import urllib.request

from serving import Serving


class Handler(http.server.BaseHTTPRequestHandler):
    """Hands a request on, or refuses it as the server's limits say."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server = self.server
        server.taken += 1
        if len(body) > server.most_bytes:
            self.answer(413, b"<html>413 Request Entity Too Large</html>")
        elif server.taken > server.most_requests:
            self.answer(429, b"<html>429 Too Many Requests</html>")
        else:
            headers = {key: value for key, value in self.headers.items() if key in ("Content-Type", "Authorization")}
            with server.opener.open(urllib.request.Request(server.target, body, headers)) as answer:
                self.answer(answer.status, answer.read())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


class LimitedApi(Serving):
    """A context manager: the API at `target` behind a server with these limits."""

    def __init__(self, target, most_bytes=10**9, most_requests=10**9):
        super().__init__(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        self.server.target, self.server.most_bytes, self.server.most_requests = target, most_bytes, most_requests
        self.server.taken = 0
        self.server.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
