# SPDX-License-Identifier: GPL-2.0-or-later
"""The official templates that Debian's frontend carries in its documentation, and files of others in the cache."""

import gzip
import pathlib

import zabbix_packages

DOCUMENTATION = "usr/share/doc/zabbix-frontend-php/templates"
COMMUNITY = "community-templates"


def unpack(release, directory, names=None):
    """Puts the files (of these names, without suffixes) into the directory; their paths."""
    made = []
    for path in sorted(pathlib.Path(release.root, DOCUMENTATION).rglob("*.yaml*")):
        name = path.name.partition(".")[0]
        if names is not None and name not in names:
            continue
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        target = directory / f"{path.parent.name}-{name}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        made.append(target)
    return made


def community(release):
    """Files that others have written for that release, where somebody has put them into the cache."""
    return sorted((zabbix_packages.cache_directory() / COMMUNITY / release.name).glob("*.yaml"))
