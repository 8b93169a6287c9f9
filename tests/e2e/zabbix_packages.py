# SPDX-License-Identifier: GPL-2.0-or-later
"""What the stack takes from Debian's packages: versions, the proxy, the frontend. `root` is / or that of a chroot."""

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
FRONTEND_CONFIG_CLASS = "include/classes/core/CConfigFile.php"
FRONTEND_CONFIG_LINE = "const CONFIG_FILE_PATH = '/etc/zabbix/zabbix.conf.php';"


def cache_directory():
    """Where loaded databases and unpacked packages are kept; VRFGATE_CACHE overrides."""
    path = pathlib.Path(os.environ.get("VRFGATE_CACHE") or REPOSITORY / "build" / "cache").resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


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
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(dir=cache_directory(), prefix="unpack-") as directory:
        download(f"{PROXY_PACKAGE}={version}", directory)
        package = next(pathlib.Path(directory).glob("*.deb"))
        unpacked = pathlib.Path(directory) / "root"
        run_checked(["dpkg", "-x", package, unpacked], "unpacking zabbix_proxy")
        unpacked.chmod(0o755)
        unpacked.rename(target.parents[2])
    return target


def download(package, directory):
    """apt-get download; once more with fresh package lists if the first try finds nothing."""
    command = ["apt-get", "-o", "APT::Sandbox::User=root", "download", package]
    try:
        run_checked(command, f"downloading {package}", cwd=directory)
    except ProcessFailed:
        run_checked(["apt-get", "update"], "updating the package lists")
        run_checked(command, f"downloading {package}", cwd=directory)


def copy_frontend(root, target):
    """Copy Debian's frontend and let the copy read conf/zabbix.conf.php inside itself instead of /etc/zabbix."""
    shutil.copytree(root / FRONTEND, target, ignore_dangling_symlinks=True)
    config_class = target / FRONTEND_CONFIG_CLASS
    text = config_class.read_text()
    if FRONTEND_CONFIG_LINE not in text:
        raise ProcessFailed(f"the frontend's {FRONTEND_CONFIG_CLASS} does not name its config file as expected")
    config_class.write_text(text.replace(
        FRONTEND_CONFIG_LINE, "const CONFIG_FILE_PATH = __DIR__.'/../../../conf/zabbix.conf.php';"))
    return target / "conf" / "zabbix.conf.php"
