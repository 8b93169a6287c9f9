# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands that talk to the Zabbix API, as root: who it is that talks."""

import contextlib
import http.server
import json
import os
import pathlib
import re
import threading

from lab import REPOSITORY, expect_said
from tap import expect, expect_equal

HOSTILE = "\033]0;owned\a\033[2J"
LOOPBACK = "0100007F"


def talker(port):
    """The user of the connection that comes from this port, and the capabilities of the process that has it."""
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == f"{LOOPBACK}:{port:04X}":
            return int(fields[7]), capabilities_of_holder(f"socket:[{fields[9]}]")
    return None


def capabilities_of_holder(name):
    for descriptor in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if os.readlink(descriptor) == name:
                status = (descriptor.parent.parent / "status").read_text()
                return set(re.findall(r"^Cap(?:Prm|Eff|Bnd):\s(\w+)$", status, re.MULTILINE))
    return None


class Answerer(http.server.BaseHTTPRequestHandler):
    """An API that says its version, and refuses the rest in words of its own; it notes who asked for what."""

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        calls = request if isinstance(request, list) else [request]
        self.server.asked += [(call["method"], talker(self.client_address[1])) for call in calls]
        answers = [self.answer(call) for call in calls]
        body = json.dumps(answers if isinstance(request, list) else answers[0]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @staticmethod
    def answer(call):
        if call["method"] == "apiinfo.version":
            return {"jsonrpc": "2.0", "id": call["id"], "result": "6.0.14"}
        if call["method"] == "configuration.importcompare" or call["method"].startswith("proxy."):
            return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": 1, "message": HOSTILE, "data": HOSTILE}}
        return {"jsonrpc": "2.0", "id": call["id"], "result": []}

    def log_message(self, *_arguments):
        pass


@contextlib.contextmanager
def api(lab):
    """Writes a config that names it; what was asked is in its list."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answerer)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    token = lab.base / "token"
    token.write_text("0" * 64 + "\n")
    token.chmod(0o600)
    lab.write(f'zabbix {{ url = "http://127.0.0.1:{server.server_port}/" token_file = "{token}" }}\n'
              'proxy { user = nobody }\nvrf acme { }\n')
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def what_asks_the_api_has_no_rights(lab):
    # Root's alone, and read all the same.
    template = lab.base / "template.yaml"
    template.write_text(next((REPOSITORY / "templates" / "6.0").glob("*.yaml")).read_text())
    template.chmod(0o600)
    for words, method in ((("import", "-n", template), "configuration.importcompare"), (("sync", "-n"), "proxy.get"),
                          (("sync",), "proxy.get"), (("leave",), "proxy.get"),
                          (("leave", "--yes"), "proxy.get"), (("rotate-psk", "acme"), "proxy.get")):
        with api(lab) as server:
            verb, *rest = words
            done = lab.command(verb, *rest)
            expect_equal(done.returncode, 1, f"{verb}: exit status ({done.stderr})")
            expect(method in [asked for asked, _ in server.asked], f"{verb} asked for {server.asked} only: {done}")
            for asked, who in server.asked:
                expect(who and who[0] != 0, f"{verb} asks for {asked} as root: {who}")
                expect_equal(who[1], {"0" * 16}, f"capabilities of {verb} when it asks for {asked}")
            expect("\033" not in done.stdout + done.stderr, f"{verb} lets the server command the terminal: {done}")


def a_key_that_zabbix_does_not_take_stays(lab):
    with api(lab):
        lab.command("sync")
        key = lab.base / "state" / "vrfs" / "acme" / "psk"
        before = key.read_text()
        expect_said(lab.command("rotate-psk", "acme"), 1, stdout="", stderr="the key stays as it is")
        expect_equal(key.read_text(), before, "the key")


CASES = [what_asks_the_api_has_no_rights, a_key_that_zabbix_does_not_take_stays]
