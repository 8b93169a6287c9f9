# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured: kept, and shown as a table, a list of targets and a plot."""

import math
import statistics
import subprocess

MEASURES = (  # key, title, what a figure is divided by, decimals
    ("up", "up, ms per VRF", True, 2),
    ("again", "no-op up, ms", False, 1),
    ("sweep", "drift sweep, ms", False, 1),
    ("down", "down, ms per VRF", True, 2),
    ("memory", "memory, KiB per VRF", True, 0),
)


class Results:
    """Medians by measure, peer and number of VRFs."""

    def __init__(self, peers, counts):
        self.peers, self.counts = peers, counts
        self.values = {}

    def add(self, measure, peer, count, value):
        self.values.setdefault((measure, peer, count), []).append(value)

    def median(self, measure, peer, count):
        """None where it was not measured."""
        values = self.values.get((measure, peer, count))
        return statistics.median(values) if values else None

    def rounds(self, peer, count):
        return len(self.values.get(("up", peer, count), ()))

    def ratio(self, measure, above, below, count):
        a, b = self.median(measure, above, count), self.median(measure, below, count)
        return None if a is None or not b else a / b


def _cell(value, decimals, width=11):
    return f"{'-' if value is None else f'{value:.{decimals}f}':>{width}}"


def print_table(results):
    peers = results.peers
    print(f"{'':20}{'VRFs':>6}" + "".join(f"{name:>11}" for name in peers) +
          f"{'/ floor':>11}{'ip -batch /':>13}")
    for measure, title, per_vrf, decimals in MEASURES:
        for count in results.counts:
            if not any((measure, peer, count) in results.values for peer in peers):
                continue
            row = [results.median(measure, peer, count) for peer in peers]
            row = [value / count if value is not None and per_vrf else value for value in row]
            print(f"{title:20}{count:6}" + "".join(_cell(value, decimals) for value in row) +
                  _cell(results.ratio(measure, "vrfgate", "floor", count), 2) +
                  _cell(results.ratio(measure, "ip -batch", "vrfgate", count), 1, 13))
            title = ""
    print(f"{'rounds':20}{'':6}" + "".join(
        f"{'/'.join(str(results.rounds(peer, count)) for count in results.counts):>11}" for peer in peers))


def print_targets(targets):
    """Each (what, value, unit, bound, at most?); a value of None was not measured."""
    print(f"\n{'target':58}{'measured':>12}")
    for what, value, unit, bound, most in targets:
        reached = value is not None and (value <= bound if most else value >= bound)
        verdict = "not measured" if value is None else "reached" if reached else "missed"
        wanted = f"{what}: {'at most' if most else 'at least'} {bound:g}{unit}"
        shown = "-" if value is None else "never" if value == math.inf else f"{value:.{2 if value < 100 else 0}f}{unit}"
        print(f"{wanted:58}{shown:>12}  {verdict}")


PLOT = """
set terminal pngcairo size 1200,560 font "sans,11"
set output "{png}"
set multiplot layout 1,2
set logscale xy
set xlabel "VRFs"
set ylabel "ms per VRF"
set grid
set key top left
set xrange [0.8:1300]
"""


def plot(results, directory):
    """A PNG of ms per VRF against their number: up and down. Returns its path."""
    png = directory / "bench.png"
    script = PLOT.format(png=png)
    for measure in ("up", "down"):
        curves, data = [], ""
        for peer in results.peers:
            points = [(count, results.median(measure, peer, count)) for count in results.counts]
            data += "".join(f"{count} {value / count}\n" for count, value in points if value is not None) + "e\n"
            curves.append(f'"-" with linespoints linewidth 2 title "{peer}"')
        script += f'set title "{measure}"\nplot {", ".join(curves)}\n{data}'
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
    return png
