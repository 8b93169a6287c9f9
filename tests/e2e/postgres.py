# SPDX-License-Identifier: GPL-2.0-or-later
"""A private PostgreSQL cluster in a directory: unix socket only, nothing synced to disk, for tests and demo."""

import ctypes
import os
import pathlib
import shutil
import signal

from processes import Process, run_as, run_checked

PORT = 5432
ACCOUNT = "postgres"
READY_SECONDS = 20
SETTINGS = {
    "listen_addresses": "", "port": PORT, "unix_socket_permissions": "0777", "max_connections": 100,
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
    "wal_level": "minimal", "max_wal_senders": 0, "shared_buffers": "64MB",
    "min_wal_size": "32MB", "max_wal_size": "256MB",  # the log is in the kept tar too
}


class DatabaseError(Exception):
    """What PostgreSQL said about a statement or a connection."""


def major_version(root):
    """The newest PostgreSQL server installed below `root`."""
    found = sorted((root / "usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise DatabaseError(f"no PostgreSQL server under {root}/usr/lib/postgresql")
    return found[-1].parts[-3]


def load_libpq():
    libpq = ctypes.CDLL("libpq.so.5")
    for name, result, arguments in (
            ("PQconnectdb", ctypes.c_void_p, [ctypes.c_char_p]), ("PQstatus", ctypes.c_int, [ctypes.c_void_p]),
            ("PQerrorMessage", ctypes.c_char_p, [ctypes.c_void_p]), ("PQfinish", None, [ctypes.c_void_p]),
            ("PQexec", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]),
            ("PQresultStatus", ctypes.c_int, [ctypes.c_void_p]), ("PQclear", None, [ctypes.c_void_p]),
            ("PQgetvalue", ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]),
            ("PQping", ctypes.c_int, [ctypes.c_char_p])):
        function = getattr(libpq, name)
        function.restype, function.argtypes = result, arguments
    return libpq


class Connection:
    """A libpq connection; a string of many statements goes over as one message, far faster than psql sends them."""

    SUCCESS = (0, 1, 2)  # PGRES_EMPTY_QUERY, PGRES_COMMAND_OK, PGRES_TUPLES_OK

    def __init__(self, conninfo):
        self.libpq = load_libpq()
        self.handle = self.libpq.PQconnectdb(conninfo.encode())
        if self.libpq.PQstatus(self.handle) != 0:
            message = self._message()
            self.libpq.PQfinish(self.handle)
            raise DatabaseError(message)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.libpq.PQfinish(self.handle)

    def execute(self, statements):
        self.libpq.PQclear(self._result(statements))

    def value(self, query):
        """The first column of the first row, of which there must be one, as text."""
        result = self._result(query)
        try:
            return self.libpq.PQgetvalue(result, 0, 0).decode()
        finally:
            self.libpq.PQclear(result)

    def _result(self, statements):
        """To be cleared by the caller."""
        result = self.libpq.PQexec(self.handle, statements.encode())
        if self.libpq.PQresultStatus(result) not in self.SUCCESS:
            self.libpq.PQclear(result)
            raise DatabaseError(self._message())
        return result

    def _message(self):
        return self.libpq.PQerrorMessage(self.handle).decode(errors="replace").strip()


class PostgresCluster:
    """The cluster in `directory`: data/, socket/ and postgres.log. `reader` is the account that may connect too."""

    def __init__(self, release, directory, reader):
        self.release = release
        self.directory = pathlib.Path(directory)
        self.programs = pathlib.Path("/usr/lib/postgresql", major_version(release.root), "bin")
        self.data = self.directory / "data"
        self.socket = self.directory / "socket"
        self.log = self.directory / "postgres.log"
        self.process = None
        self._make_directories(reader)

    def _make_directories(self, reader):
        """Trust is all the authentication there is, so only our accounts may reach the socket."""
        self.data.mkdir(parents=True, mode=0o700)
        self.socket.mkdir(mode=0o770)
        self.socket.chmod(0o770)
        self.log.touch()
        if os.geteuid() == 0:
            shutil.chown(self.data, ACCOUNT, ACCOUNT)
            shutil.chown(self.socket, ACCOUNT, reader)
            shutil.chown(self.log, ACCOUNT, ACCOUNT)

    def create(self):
        """Make an empty cluster whose superuser is `zabbix`."""
        command = [self.programs / "initdb", "--no-sync", "--auth=trust", "--username=zabbix", "--locale=C.UTF-8",
                   "--encoding=UTF8", "--wal-segsize=16", "--pgdata", self.data]
        command, account = self.release.launch(command, ACCOUNT, self.directory)
        run_checked(command, "making the database cluster", cwd="/", **run_as(account))

    def restore(self, archive):
        run_checked(["tar", "-xf", archive, "-C", self.data], "restoring the database")

    def save(self, archive):
        """Keep the stopped cluster as a tar; it appears under its name only when it is whole."""
        partial = pathlib.Path(f"{archive}.{os.getpid()}")
        try:
            run_checked(["tar", "-cf", partial, "-C", self.data, "."], "saving the database")
            partial.rename(archive)
        finally:
            partial.unlink(missing_ok=True)

    def start(self):
        command = [self.programs / "postgres", "-D", self.data, "-k", self.socket]
        for key, value in SETTINGS.items():
            command += ["-c", f"{key}={value}"]
        command, account = self.release.launch(command, ACCOUNT, self.directory)
        self.process = Process("postgres", command, self.log, user=account, stop_signal=signal.SIGINT)
        libpq = load_libpq()
        self.process.wait_ready(lambda: libpq.PQping(self.conninfo("postgres").encode()) == 0, READY_SECONDS)

    def stop(self):
        if self.process is not None:
            self.process.end()
            self.process = None

    def conninfo(self, database):
        return f"host={self.socket} port={PORT} user=zabbix dbname={database}"

    def connect(self, database):
        return Connection(self.conninfo(database))
