# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a secret can be read that should be in its own file only."""

import os
import pathlib


def in_files(root, secrets, own):
    """The files below root, but for its own, that hold one of the secrets."""
    found = []
    for path in sorted(pathlib.Path(root).rglob("*")):
        if path.is_file() and not path.is_symlink() and path not in own:
            found += [f"{path}: {name}" for name, secret in secrets.items() if secret.encode() in path.read_bytes()]
    return found


def in_processes(secrets):
    """The processes of this machine that have one on their command line or in their environment; not this one."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for kind in ("cmdline", "environ"):
            try:
                text = pathlib.Path("/proc", pid, kind).read_bytes() if int(pid) != os.getpid() else b""
            except OSError:
                continue
            found += [f"{kind} of {pid}: {name}" for name, secret in secrets.items() if secret.encode() in text]
    return found


def in_texts(texts, secrets):
    """The texts, by name, that hold one of the secrets."""
    return [f"{where}: {name}" for where, text in texts.items() for name, secret in secrets.items() if secret in text]
