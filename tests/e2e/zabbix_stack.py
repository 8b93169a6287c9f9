#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Zabbix of its own (PostgreSQL, server, frontend) for tests and demo; ended, nothing of it is left."""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import sys
import tempfile

import postgres
import zabbix_packages
import zabbix_schema
from processes import Process, ProcessFailed, free_port, port_answers
from progress import Progress, Silence
from release import Installed, named
from waiting import Stopped, TimedOut, stop_on_signals, wait_for_stop
from zabbix_api import ZabbixApi

ACCOUNT = "zabbix"
USER, PASSWORD = "Admin", "zabbix"
LOOPBACK = "127.0.0.1"
SERVER_PROGRAM = "/usr/sbin/zabbix_server"
IN_NETNS = ("ip", "netns", "exec")  # what only root may
AS_USER = ("setpriv", "--clear-groups")
READY_SECONDS = 30
UPGRADE_SECONDS = 300
FRONTEND_LOCALE = "en_US.utf8"
SOCKET_PATH_MAX = 107  # sun_path of unix(7), without its closing zero

SERVER_CONFIG = """\
ListenIP=0.0.0.0,::
ListenPort={port}
LogType=console
PidFile={directory}/zabbix_server.pid
SocketDir={directory}
TmpDir={directory}
DBHost={database}
DBPort={database_port}
DBName=zabbix
DBUser=zabbix
CacheUpdateFrequency=1
StartPollers=1
StartIPMIPollers=0
StartPreprocessors=1
StartPollersUnreachable=1
StartHistoryPollers=1
StartTrappers=3
StartPingers=1
StartDiscoverers=1
StartHTTPPollers=1
StartTimers=1
StartEscalators=1
StartAlerters=1
StartDBSyncers=1
StartLLDProcessors=1
StartProxyPollers=1
ProxyConfigFrequency=1
ProxyDataFrequency=1
ServiceManagerSyncFrequency=60
HousekeepingFrequency=0
StatsAllowedIP=127.0.0.1
"""

FRONTEND_CONFIG = """\
<?php
$DB['TYPE'] = 'POSTGRESQL';
$DB['SERVER'] = '{database}';
$DB['PORT'] = '{database_port}';
$DB['DATABASE'] = 'zabbix';
$DB['USER'] = 'zabbix';
$DB['PASSWORD'] = '';
$DB['SCHEMA'] = '';
$DB['DOUBLE_IEEE754'] = true;
$ZBX_SERVER = '127.0.0.1';
$ZBX_SERVER_PORT = '{server_port}';
$ZBX_SERVER_NAME = 'vrfgate demo';
$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
"""

PHP_SETTINGS = {
    "memory_limit": "256M", "post_max_size": "32M", "upload_max_filesize": "16M", "max_execution_time": 300,
    "max_input_time": 300, "date.timezone": "UTC",
}


class ZabbixStack:
    """The stack as a context manager: inside, `api_url`, `server_port`, `server`, `proxy_binary` and api() are there.

    `directory` becomes the run directory (it must be absent or empty); without, one is made under the
    system's temporary directory. It is removed in either case. Ports of None are chosen free. `release` is which
    Zabbix it is (release.py), by default the installed one.
    """

    def __init__(self, directory=None, server_port=None, web_port=None, progress=None, release=None):
        self.release = release or Installed()
        self.wanted_directory = directory
        self.server_port = server_port or free_port()
        self.web_port = web_port or free_port()
        self.progress = progress or Silence()
        self.undo = contextlib.ExitStack()
        self.directory = self.database = self.server = self.web = self.proxy_binary = None
        self.server_netns, self.server_address = None, LOOPBACK

    @property
    def web_url(self):
        return f"http://127.0.0.1:{self.web_port}/"

    @property
    def api_url(self):
        return f"{self.web_url}api_jsonrpc.php"

    def api(self):
        """A client of the API that is logged in as Admin."""
        client = ZabbixApi(self.api_url)
        client.login(USER, PASSWORD)
        return client

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            self.undo = undo
            self._make_directory()
            self.proxy_binary = self.directory / "zabbix_proxy"
            self.release.install_proxy(self.proxy_binary, self.progress)
            self._start_database()
            with self.progress.step("starting zabbix_server and the frontend"):
                self._make_server()
                self._make_web()
                self._wait_ready()
            self.undo = undo.pop_all()
        return self

    def __exit__(self, *exception):
        return self.undo.__exit__(*exception)

    def _make_directory(self):
        if self.wanted_directory is None:
            self.directory = pathlib.Path(tempfile.mkdtemp(prefix="vrfgate-zabbix-"))
        else:
            self.directory = pathlib.Path(self.wanted_directory).resolve()
            self.directory.mkdir(parents=True, exist_ok=True)
            if any(self.directory.iterdir()):
                raise ProcessFailed(f"{self.directory} is not empty")
        self.undo.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.directory.chmod(0o755)
        longest = self.directory / "server" / "zabbix_server_preprocessing.sock"
        if len(os.fsencode(longest)) > SOCKET_PATH_MAX:
            raise ProcessFailed(f"{self.directory}: too long a path for the sockets in it")

    def _start_database(self):
        version = zabbix_packages.file_version(self.release.version)
        postgresql = postgres.major_version(self.release.root)
        archive = zabbix_packages.cache_directory() / f"zabbix-{version}-postgresql-{postgresql}.tar"
        self.database = postgres.PostgresCluster(self.release, self.directory / "database", reader=ACCOUNT)
        if not archive.exists():
            self._load_database(archive)
        else:
            with self.progress.step("restoring the Zabbix database"):
                self.database.restore(archive)
        with self.progress.step("starting PostgreSQL"):
            self._run_database()

    def _run_database(self):
        self.undo.callback(self.database.stop)
        self.database.start()

    def _load_database(self, archive):
        with self.progress.step("loading the Zabbix database (kept for the next time)") as progress:
            self.database.create()
            with contextlib.ExitStack() as running:
                running.callback(self.database.stop)
                self.database.start()
                zabbix_schema.load(self.release.root, self.database, progress)
            self.database.save(archive)

    def account_directory(self, name):
        """A directory for the files of a program that runs as our account."""
        path = self.directory / name
        path.mkdir(mode=0o750)
        if os.geteuid() == 0:
            shutil.chown(path, ACCOUNT, ACCOUNT)
        return path

    def _wait_ready(self):
        self.server.wait_ready(lambda: port_answers(self.server_port, self.server_address), READY_SECONDS)
        self.web.wait_ready(ZabbixApi(self.api_url).answers, READY_SECONDS)

    @contextlib.contextmanager
    def server_down(self):
        """Inside, no zabbix_server runs."""
        self.server.end()
        try:
            yield
        finally:
            self._start_server()
            self._wait_ready()

    @contextlib.contextmanager
    def server_elsewhere(self, netns, address):
        """Inside, zabbix_server runs in that namespace, where we reach it at this address.

        Its database it reaches all the same: a socket with a path is in no network namespace.
        """
        with self.server_down():
            self.server_netns, self.server_address = netns, address
        try:
            yield
        finally:
            with self.server_down():
                self.server_netns, self.server_address = None, LOOPBACK

    @contextlib.contextmanager
    def api_down(self):
        """Inside, nobody listens where the API is."""
        self.web.end()
        try:
            yield
        finally:
            self._start_web()
            self._wait_ready()

    def upgrade(self, release):
        """Server and frontend become those of another release, with the database as it is: the server upgrades it."""
        self.server.end()
        self.web.end()
        self.release = release
        shutil.rmtree(self.directory / "frontend")
        self._make_frontend()
        self._start_server()
        self.server.wait_ready(lambda: port_answers(self.server_port, self.server_address), UPGRADE_SECONDS)
        self._start_web()
        self._wait_ready()

    def _make_server(self):
        directory = self.account_directory("server")
        config = self.directory / "zabbix_server.conf"
        config.write_text(SERVER_CONFIG.format(port=self.server_port, directory=directory,
                                               database=self.database.socket, database_port=postgres.PORT))
        self._start_server()

    def start(self, name, command, log, netns=None, **options):
        """A process of the stack as its account, which ends with it."""
        command, account = self.release.launch(command, ACCOUNT, self.directory)
        if netns:
            # Without an account the command itself changes to it.
            as_user = [*AS_USER, f"--reuid={account}", f"--regid={account}"] if account else []
            command, account = [*IN_NETNS, netns, *as_user, *command], None
        return self.undo.enter_context(Process(name, command, log, user=account, **options))

    def _start_server(self):
        self.server = self.start("zabbix_server", [SERVER_PROGRAM, "-f", "-c", self.directory / "zabbix_server.conf"],
                                  self.directory / "server" / "zabbix_server.log", self.server_netns)

    def _make_frontend(self):
        config = zabbix_packages.copy_frontend(self.release.root, self.directory / "frontend")
        config.write_text(FRONTEND_CONFIG.format(database=self.database.socket, database_port=postgres.PORT,
                                                 server_port=self.server_port))

    def _make_web(self):
        self.account_directory("web")
        self._make_frontend()
        self._make_locale()
        self._start_web()

    def _start_web(self):
        directory = self.directory / "web"
        command = ["php"]
        for key, value in {**PHP_SETTINGS, "session.save_path": directory, "sys_temp_dir": directory}.items():
            command += ["-d", f"{key}={value}"]
        command += ["-S", f"127.0.0.1:{self.web_port}", "-t", self.directory / "frontend"]
        self.web = self.start("frontend", command, directory / "php.log", environment={
            "PHP_CLI_SERVER_WORKERS": "4", "LOCPATH": str(self.directory / "locale")})

    def _make_locale(self):
        """The frontend complains on every page where there is no locale en_US: the one that is always there will do."""
        locales = self.directory / "locale"
        locales.mkdir()
        (locales / FRONTEND_LOCALE).symlink_to("/usr/lib/locale/C.utf8")

    def facts(self):
        """What a program outside needs to use the stack."""
        return {"api_url": self.api_url, "web_url": self.web_url, "user": USER, "password": PASSWORD,
                "server_port": self.server_port, "server_pid": self.server.pid, "web_pid": self.web.pid,
                "database_socket": str(self.database.socket), "proxy_binary": str(self.proxy_binary),
                "directory": str(self.directory)}


def run(arguments):
    """Start the stack, print its facts as one line of JSON, stay until told to stop."""
    stop_on_signals()
    try:
        progress = Progress()
        release = named(arguments.release, progress)
        with ZabbixStack(arguments.dir, arguments.server_port, arguments.web_port, progress, release) as stack:
            print(json.dumps(stack.facts()), flush=True)
            wait_for_stop()
    except Stopped as stopped:
        print(f"zabbix_stack: {stopped}", file=sys.stderr)
        return 1
    except (ProcessFailed, TimedOut, postgres.DatabaseError, OSError) as error:
        print(f"zabbix_stack: {error}", file=sys.stderr)
        return 1
    return 0


def main():
    parser = argparse.ArgumentParser(description="A real Zabbix for tests and demo.")
    commands = parser.add_subparsers(dest="command", required=True)
    runner = commands.add_parser("run", help="start it, print its facts as JSON, stay until SIGINT or SIGTERM")
    runner.add_argument("--dir", help="run directory, absent or empty; removed at the end")
    runner.add_argument("--release", help="6.0 or 7.0 (default: the installed one)")
    runner.add_argument("--server-port", type=int, help="port of zabbix_server (default: a free one)")
    runner.add_argument("--web-port", type=int, help="port of the frontend (default: a free one)")
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
