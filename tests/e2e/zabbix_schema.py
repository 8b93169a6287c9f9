# SPDX-License-Identifier: GPL-2.0-or-later
"""Loads the Zabbix schema of Debian's zabbix-server-pgsql into a cluster, in seconds instead of half a minute."""

import gzip
import re

from waiting import check_stopped

SQL_DIRECTORY = "usr/share/zabbix-server-pgsql"
CHUNK_BYTES = 512 * 1024
MAX_ROWS_PER_INSERT = 500
INSERT_START = re.compile(r"(?<=;\n)(?=INSERT INTO )")
INSERT = re.compile(r"(INSERT INTO \w+ \([^)]*\) values )(\(.*\));\n\Z", re.DOTALL)


def read_sql(root, name):
    with gzip.open(root / SQL_DIRECTORY / f"{name}.sql.gz", "rt", encoding="utf-8", newline="\n") as file:
        return file.read()


def merge_inserts(sql):
    """The same statements with neighbouring INSERTs into the same columns made one INSERT of many rows.

    The server spends its time on parsing 130,000 statements; joined, there are some hundreds. Yields each statement
    and how many characters of `sql` are behind it.
    """
    rows, current, behind = [], None, 0
    for statement in INSERT_START.split(sql):
        match = INSERT.fullmatch(statement)
        head = match.group(1) if match else None
        if rows and (head != current or len(rows) >= MAX_ROWS_PER_INSERT):
            yield current + ",\n".join(rows) + ";\n", behind
            rows = []
        current = head
        behind += len(statement)
        if match:
            rows.append(match.group(2))
        else:
            yield statement, behind
    if rows:
        yield current + ",\n".join(rows) + ";\n", behind


def in_chunks(statements):
    """Join statements to strings of about CHUNK_BYTES; yields each with how far it reaches."""
    chunk, size, behind = [], 0, 0
    for statement, behind in statements:
        chunk.append(statement)
        size += len(statement)
        if size >= CHUNK_BYTES:
            yield "".join(chunk), behind
            chunk, size = [], 0
    yield "".join(chunk), behind


def load(root, cluster, progress):
    """Create the database `zabbix` in a started cluster and fill it from the packages below `root`."""
    with cluster.connect("postgres") as connection:
        connection.execute("create database zabbix encoding 'UTF8' template template0")
    schema, images, data = (read_sql(root, name) for name in ("schema", "images", "data"))
    with cluster.connect("zabbix") as connection:
        connection.execute(schema)
        connection.execute(images)
        for chunk, behind in in_chunks(merge_inserts(data)):
            check_stopped()
            connection.execute(chunk)
            progress.percent(behind, len(data))
        connection.execute("vacuum (freeze, analyze)")
