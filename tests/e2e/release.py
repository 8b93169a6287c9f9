# SPDX-License-Identifier: GPL-2.0-or-later
"""The Zabbix that a stack runs: the one installed on this machine, or that of another Debian in a chroot."""

import os
import pathlib
import shutil
import subprocess

import zabbix_packages
from processes import ProcessFailed, run_checked

CHROOT_CACHE = "/var/cache/vrfgate"
MAKE_CHROOT = pathlib.Path(__file__).resolve().parent / "make-chroot"

# In a mount namespace of its own: the run directory is where it is outside, and accounts are this machine's.
ENTER_CHROOT = """\
set -e
root=$1 directory=$2 account=$3
shift 3
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind /etc/passwd "$root/etc/passwd"
mount --bind /etc/group "$root/etc/group"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mkdir -p "$root$directory"
mount --bind "$directory" "$root$directory"
exec chroot --userspec="$account:$account" "$root" "$@"
"""

# Its own loader and libraries: the program runs outside of the chroot, where vrfgate starts it.
FOREIGN_PROGRAM = """\
#!/bin/sh
exec {root}/lib64/ld-linux-x86-64.so.2 --library-path {root}/usr/lib/x86_64-linux-gnu {root}{program} "$@"
"""


class Installed:
    """What Debian's packages have installed here."""

    root = pathlib.Path("/")

    def __init__(self):
        self.version = zabbix_packages.server_version(self.root)
        self.name = zabbix_packages.short_version(self.version)

    def missing(self, progress):
        """Why it cannot be had; None when it is there. A proxy that cannot be downloaded is a ProcessFailed."""
        self._proxy(progress)
        return None

    def launch(self, command, account, _directory):
        """What runs a command as that account: the command, and the account that is to call it."""
        return list(map(str, command)), account

    def install_proxy(self, target, progress):
        """Its zabbix_proxy as `target`, for other accounts to run: they may not reach the cache."""
        shutil.copy2(self._proxy(progress), target)

    def _proxy(self, progress):
        cached = zabbix_packages.cached_proxy(self.version)
        if not cached.exists():
            with progress.step("downloading zabbix_proxy (kept for the next time)"):
                zabbix_packages.fetch_proxy(self.version)
        return cached


class Chroot:
    """The Zabbix of another Debian release, in a chroot that is made once and kept."""

    def __init__(self, name, release):
        self.name = name
        self.release = release
        self.root = pathlib.Path(os.environ.get("VRFGATE_CACHE") or CHROOT_CACHE).resolve() / f"debian-{release}"
        self.version = None

    def missing(self, progress):
        """Why it cannot be had; None when it is there, made now or before."""
        if os.geteuid() != 0:
            return "a chroot needs root"
        if not self.root.exists() and not shutil.which("debootstrap"):
            return "debootstrap is not installed"
        try:
            self._make(progress)
            self.version = zabbix_packages.server_version(self.root)
        except (ProcessFailed, OSError) as error:
            return f"the chroot of Debian {self.release} cannot be made: {str(error).splitlines()[-1].strip()}"
        return None

    def _make(self, progress):
        self.root.parent.mkdir(parents=True, exist_ok=True)
        with zabbix_packages.lock(self.root):
            if self.root.exists():
                return
            with progress.step(f"making a chroot of Debian {self.release} (kept for the next time)"):
                run_checked([MAKE_CHROOT, self.release, self.root], f"making {self.root}")

    def launch(self, command, account, directory):
        """The same in the chroot, where `directory` is seen too."""
        return ["unshare", "--mount", "sh", "-c", ENTER_CHROOT, "enter", str(self.root), str(directory), account,
                *map(str, command)], None

    def install_proxy(self, target, _progress):
        target.write_text(FOREIGN_PROGRAM.format(root=self.root, program=zabbix_packages.PROXY_PROGRAM))
        target.chmod(0o755)


def releases():
    """What the end-to-end tests are run with: this machine's Zabbix, and 7.0 where that is another."""
    installed = Installed()
    return [installed] if installed.name == "7.0" else [installed, Chroot("7.0", "trixie")]


def named(name, progress):
    """The release of that name, there to be used; None is the installed one."""
    for release in releases():
        if name in (None, release.name):
            reason = release.missing(progress)
            if reason:
                raise ProcessFailed(reason)
            return release
    raise ProcessFailed(f"no Zabbix {name} to be had here")
