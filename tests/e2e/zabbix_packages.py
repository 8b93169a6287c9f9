# SPDX-License-Identifier: GPL-2.0-or-later
"""What the stack takes from Debian's packages: versions, the proxy, the frontend. `root` is / or that of a chroot."""

import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile

from processes import ProcessFailed, run_checked

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SERVER_PACKAGE = "zabbix-server-pgsql"
PROXY_PACKAGE = "zabbix-proxy-sqlite3"
PROXY_PROGRAM = "/usr/sbin/zabbix_proxy"
FRONTEND = "usr/share/zabbix"
# What a copy reads elsewhere than Debian's frontend does: its config, and its font by a path of its own, as the
# built-in web server of PHP runs in no directory of the frontend.
FRONTEND_CHANGES = {
    "include/classes/core/CConfigFile.php": (
        "const CONFIG_FILE_PATH = '/etc/zabbix/zabbix.conf.php';",
        "const CONFIG_FILE_PATH = __DIR__.'/../../../conf/zabbix.conf.php';"),
    "include/defines.inc.php": ("realpath('assets/fonts')", "realpath(__DIR__.'/../assets/fonts')"),
}


def cache_directory():
    """Where loaded databases and unpacked packages are kept; VRFGATE_CACHE overrides."""
    path = pathlib.Path(os.environ.get("VRFGATE_CACHE") or REPOSITORY / "build" / "cache").resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def lock(target):
    """Inside, nobody else makes that file or directory of a cache."""
    with open(f"{target}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def server_version(root):
    """The installed version of the server package, which the proxy must equal."""
    command = ["dpkg-query", f"--admindir={root}/var/lib/dpkg", "-W", "-f", "${Version}", SERVER_PACKAGE]
    return run_checked(command, "the server's version").strip()


def short_version(version):
    """The version of Zabbix that tells its API and its configs from others: 1:6.0.14+dfsg-1 is 6.0."""
    return ".".join(version.partition(":")[2].split(".")[:2])


def file_version(version):
    """A package version as part of a file name."""
    return version.replace(":", "_")


def cached_proxy(version):
    """The zabbix_proxy program of this version in the cache, there or not."""
    return cache_directory() / f"{PROXY_PACKAGE}-{file_version(version)}" / PROXY_PROGRAM.lstrip("/")


def fetch_proxy(version):
    """Download and unpack the proxy, whose package cannot be installed beside the server's, into the cache."""
    target = cached_proxy(version)
    with lock(target.parents[2]):
        if not target.exists():
            unpack_proxy(version, target.parents[2])
    return target


def unpack_proxy(version, place):
    with tempfile.TemporaryDirectory(dir=cache_directory(), prefix="unpack-") as directory:
        download(f"{PROXY_PACKAGE}={version}", directory)
        package = next(pathlib.Path(directory).glob("*.deb"))
        unpacked = pathlib.Path(directory) / "root"
        run_checked(["dpkg", "-x", package, unpacked], "unpacking zabbix_proxy")
        unpacked.chmod(0o755)
        unpacked.rename(place)


def download(package, directory):
    """apt-get download; once more with fresh package lists if the first try finds nothing."""
    command = ["apt-get", "-o", "APT::Sandbox::User=root", "download", package]
    try:
        run_checked(command, f"downloading {package}", cwd=directory)
    except ProcessFailed:
        run_checked(["apt-get", "update"], "updating the package lists")
        run_checked(command, f"downloading {package}", cwd=directory)


def dangling_links(directory, names):
    """Those that lead nowhere, such as to a font that is not installed."""
    return [name for name in names if not os.path.exists(os.path.join(directory, name))]


def copy_frontend(root, target):
    """Copy Debian's frontend to be run by itself; the path of its config."""
    shutil.copytree(root / FRONTEND, target, ignore=dangling_links)
    for name, (old, new) in FRONTEND_CHANGES.items():
        text = (target / name).read_text()
        if old not in text:
            raise ProcessFailed(f"the frontend's {name} has no '{old}'")
        (target / name).write_text(text.replace(old, new))
    return target / "conf" / "zabbix.conf.php"
