# SPDX-License-Identifier: GPL-2.0-or-later
"""A minimal client of the Zabbix JSON-RPC API, 6.0 to 7.0, for tests and demo."""

import json
import urllib.error
import urllib.request

TIMEOUT_SECONDS = 60


class ApiError(Exception):
    """The API refused a request, or could not be reached."""


class ZabbixApi:
    """Calls methods of the API at `url`; after login() with that session."""

    def __init__(self, url):
        self.url = url
        self.session = None
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, method, params):
        """The result of one call."""
        body = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
        if self.session:
            body["auth"] = self.session
        request = urllib.request.Request(self.url, json.dumps(body).encode(),
                                         {"Content-Type": "application/json-rpc"})
        try:
            with self.opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                answer = json.load(response)
        except (OSError, ValueError) as error:
            raise ApiError(f"{method}: {error}") from error
        if "error" in answer:
            raise ApiError(f"{method}: {answer['error'].get('data') or answer['error']}")
        return answer["result"]

    def login(self, user, password):
        self.session = None
        self.session = self.call("user.login", {"username": user, "password": password})

    def create_token(self):
        """A token for whoever is logged in, that does not expire: its id, and the secret itself."""
        tokenid = self.call("token.create", {"name": "vrfgate", "expires_at": 0})["tokenids"][0]
        return tokenid, self.call("token.generate", [tokenid])[0]["token"]

    def answers(self):
        """Whether the API tells its version."""
        try:
            return bool(ZabbixApi(self.url).call("apiinfo.version", []))
        except ApiError:
            return False

    def host(self, name):
        """A host with its interfaces by its technical name, or None."""
        found = self.call("host.get", {"output": "extend", "filter": {"host": [name]}, "selectInterfaces": "extend",
                                       "selectParentTemplates": ["host"]})
        return found[0] if found else None

    def proxies(self):
        """All proxies by name, which is the field `host` before 7.0."""
        return {each.get("name") or each["host"]: each for each in self.call("proxy.get", {"output": "extend"})}

    @staticmethod
    def proxyid(host):
        """The id of a host's proxy, "0" for none, in the words of its version."""
        return host["proxy_hostid"] if "proxy_hostid" in host else host["proxyid"]

    def items(self, host, keys):
        """The items with these keys of a host, by key."""
        found = self.call("item.get", {"output": ["itemid", "key_", "lastvalue", "lastclock", "state", "error"],
                                       "filter": {"host": host, "key_": list(keys)}})
        return {each["key_"]: each for each in found}

    def check_now(self, itemids):
        """Ask the proxies to collect these items at once."""
        if itemids:
            self.call("task.create", [{"type": "6", "request": {"itemid": each}} for each in itemids])
