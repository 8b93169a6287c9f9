#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""How soon the end of a proxy is told, and how soon after that the next one is started.

    detect.py [COUNT]

Starts COUNT proxies (20), as root and without a Zabbix server, and kills each once by SIGKILL. Told is the event on
`vrfgate events -j`, started the event that the next proxy runs.
"""

import os
import pathlib
import shutil
import signal
import statistics
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

# pylint: disable=wrong-import-position
from event_log import EventLog
from gateway import Gateway
from progress import Progress
from release import Installed
from results import print_targets
from waiting import stop_on_signals

PROXIES = 20
HEALTHY_SECONDS = 180
EVENT_SECONDS = 10
DETECT_MS_MAX, RESTART_MS_MAX = 50, 100

CONFIG = """\
gateway {{
    name      = "detect"
    state_dir = "{directory}/state"
    run_dir   = "{directory}/run"
    log_dir   = "{directory}/log"
}}
uplink {{ prefix = "fd5a:b1c0:deed::/64" }}
proxy {{ binary = "{binary}"  health {{ start_period = {start_period} }} }}
"""


def names(count):
    return [f"detect{number}" for number in range(count)]


def write_config(directory, count):
    """The proxies run as another user, who may not reach the cache: the binary is a copy."""
    binary = directory / "zabbix_proxy"
    Installed().install_proxy(binary, Progress())
    path = directory / "vrfgate.conf"
    path.write_text(CONFIG.format(directory=directory, binary=binary, start_period=HEALTHY_SECONDS)
                    + "".join(f"vrf {name} {{ }}\n" for name in names(count)))
    return path


def measure_one(gateway, events, name):
    """Milliseconds from the kill to the news, and from there to the start."""
    pid = gateway.vrf(name)["proxy"]["pid"]
    killed = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    told = events.wait(name, "backoff", "signal 9", EVENT_SECONDS, since=killed)["at"]
    started = events.wait(name, "starting", "", EVENT_SECONDS, since=told)["at"]
    return (told - killed) * 1000, (started - told) * 1000


def measure(directory, count):
    config = write_config(directory, count)
    with Gateway(config, directory / "vrfgate.log") as gateway:
        gateway.wait_healthy(HEALTHY_SECONDS)
        with EventLog(config) as events:
            found = [measure_one(gateway, events, name) for name in names(count)]
        gateway.wait_healthy(HEALTHY_SECONDS)
    return list(zip(*found))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PROXIES
    stop_on_signals()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="vrfgate-detect-"))
    directory.chmod(0o755)
    try:
        detected, restarted = measure(directory, count)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    print_targets([("a dead proxy is told, median", statistics.median(detected), " ms", DETECT_MS_MAX, True),
                   ("the next one is started after that, median", statistics.median(restarted), " ms", RESTART_MS_MAX,
                    True)])
    print(f"\n{count} proxies; slowest: told after {max(detected):.1f} ms, started {max(restarted):.1f} ms later")
    return 0 if statistics.median(detected) <= DETECT_MS_MAX and statistics.median(restarted) <= RESTART_MS_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
