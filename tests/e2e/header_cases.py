# SPDX-License-Identifier: GPL-2.0-or-later
"""Web servers before the real frontend that drop the header Authorization, or want it for a login of their own."""

import base64
import http.server
import threading
import urllib.request

import secret_file
from fleet import Fleet
from serving import Serving
from tap import expect, expect_equal

WEB_LOGIN = "web:lock-41"
HINT = "does not pass the header Authorization on"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        basic = "Basic " + base64.b64encode(WEB_LOGIN.encode()).decode()
        if self.server.wants_login and self.headers.get("Authorization") != basic:
            self.answer(401, b"")
            return
        headers = {"Content-Type": "application/json-rpc"}
        if self.server.wants_login:
            headers["Authorization"] = basic  # as nginx does
        request = urllib.request.Request(self.server.target, body, headers)
        with self.server.opener.open(request, timeout=60) as answer:
            self.answer(200, answer.read())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


def web_server(target, wants_login):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.target, server.wants_login = target, wants_login
    server.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return server


def cases(setting):
    """6.0 has no such header, so there is nothing to drop; with 7.2 neither can be, which a unit test shows."""
    fleet = Fleet(setting, "headers", "h")
    by_password = fleet.login
    by_token = f'token_file = "{secret_file.write(fleet.directory / "token", setting.api.create_token()[1])}"'
    has_header = setting.stack.release.name != "6.0"
    fleet.write(1)
    expect_equal(fleet.sync()[0].returncode, 0, "sync")
    for wants_login, text in ((False, "that drops the header Authorization"), (True, "with a login of its own")):
        with setting.case(f"sync gets through a web server {text}"), \
                Serving(web_server(setting.stack.api_url, wants_login)) as serving:
            url = serving.url("http")
            for fleet.login in (by_password, by_token):
                fleet.write(1)
                text = fleet.config.read_text().replace(
                    setting.stack.api_url, url.replace("//", f"//{WEB_LOGIN}@") if wants_login else url)
                fleet.config.write_text(text)
                done, _seconds, _requests = fleet.sync()
                expect_equal(done.returncode, 0, f"exit status: {done.stderr}")
                expect_equal(HINT in done.stderr, has_header and not wants_login, f"hint: {done.stderr}")
                expect(WEB_LOGIN not in done.stderr + done.stdout, "the login is shown")
