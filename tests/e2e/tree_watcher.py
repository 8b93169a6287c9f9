# SPDX-License-Identifier: GPL-2.0-or-later
"""Watches all along that at most one proxy tree of a VRF is alive, by /proc alone: vrfgate is not asked."""

import contextlib
import os
import pathlib
import threading
import time

PERIOD_SECONDS = 0.01
YOUNG_SECONDS = 1  # until then a process may turn into another program
CONFIG_NAME = "zabbix_proxy.conf"
PROC = pathlib.Path("/proc")


def read_state(pid):
    """State letter and start time of a process; None where there is none, or one that has ended."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else (fields[0], fields[19])


def read_pid_namespace(pid):
    """The inode of a process's pid namespace."""
    return os.readlink(f"/proc/{pid}/ns/pid")


class Member:
    """A process that was seen: its pid namespace, and the VRF that its command line names."""

    def __init__(self, pid, start_time):
        self.pid, self.start_time = pid, start_time
        self.seen = time.monotonic()
        self.namespace = read_pid_namespace(pid)
        self.vrf = None

    def is_young(self):
        return time.monotonic() - self.seen < YOUNG_SECONDS

    def lives(self):
        state = read_state(self.pid)
        return state is not None and state[1] == self.start_time


class TreeWatcher:
    """A context manager: while inside, a thread looks at the proxies below a run directory.

    A tree is what lives in one pid namespace, where a process's command line names the proxy's config; a proxy that
    were outside of such a namespace would be a tree of its own, too.
    """

    def __init__(self, run_directory):
        self.directory = str(pathlib.Path(run_directory) / "vrfs") + "/"
        self.own_namespace = read_pid_namespace("self")
        self.members = {}
        self.vrf_of_tree = {}
        self.trees_seen = 0
        self.doubles = []
        self.samples = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.ended.set()
        self.thread.join()

    def living(self, vrf):
        """The live processes of a VRF's proxy."""
        return [each.pid for each in list(self.members.values())
                if self.vrf_of_tree.get(self._tree(each)) == vrf and each.lives()]

    def _run(self):
        while not self.ended.wait(PERIOD_SECONDS):
            self._sample()
            self.samples += 1

    def _sample(self):
        pids = {int(name) for name in os.listdir("/proc") if name.isdigit()}
        for pid in self.members.keys() - pids:
            del self.members[pid]
        # The kernel gives the number of a namespace that is gone to another one.
        for tree in self.vrf_of_tree.keys() - {self._tree(each) for each in self.members.values()}:
            del self.vrf_of_tree[tree]
        for pid in pids:
            with contextlib.suppress(OSError):
                self._look(pid)
        self._judge()

    def _look(self, pid):
        member = self.members.get(pid)
        if member is None:
            state = read_state(pid)
            if state is None:
                return
            member = self.members[pid] = Member(pid, state[1])
        elif not member.is_young():
            return
        if member.vrf is None:
            member.vrf = self._vrf_of(pid)
        tree = self._tree(member)
        if member.vrf is not None and tree not in self.vrf_of_tree:
            self.vrf_of_tree[tree] = member.vrf
            self.trees_seen += 1

    def _vrf_of(self, pid):
        """The VRF whose proxy's config is on the command line of a process."""
        for argument in (PROC / str(pid) / "cmdline").read_text(errors="replace").split("\0"):
            vrf, _, name = argument.removeprefix(self.directory).partition("/")
            if argument.startswith(self.directory) and name == CONFIG_NAME:
                return vrf
        return None

    def _tree(self, member):
        """What tells its tree: the pid namespace, or the process itself where it has none of its own."""
        return (member.namespace, member.pid if member.namespace == self.own_namespace else 0)

    def _judge(self):
        """Two trees of a VRF at one time, each proven by a process that lives both before and after the other was seen.
        """
        trees = {}
        for member in list(self.members.values()):
            tree = self._tree(member)
            if tree in self.vrf_of_tree:
                trees.setdefault(self.vrf_of_tree[tree], {}).setdefault(tree, []).append(member)
        for vrf, found in trees.items():
            if len(found) > 1:
                self._judge_twins(vrf, list(found.values()))

    def _judge_twins(self, vrf, found):
        alive = [[each for each in members if each.lives()] for members in found]
        still = [[each for each in members if each.lives()] for members in alive]
        together = [members for members in still if members]
        if len(together) > 1:
            self.doubles.append(f"{vrf}: " + " beside ".join(str([each.pid for each in each_tree])
                                                              for each_tree in together))
