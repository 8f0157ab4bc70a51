"""From a Debian 13 (Trixie) tree with nothing but Python to a lap in the simulator.

A new tree is made for this, as a new card has it: Python 3.13 with venv and pip. In it the commands
of the README run, once for a car (no TensorFlow: the expert drives) and once for a whole demo (the
expert is recorded, a pilot learns and drives). Linux, root and debootstrap are needed.

Goal: each within 5 minutes of the tree, installation included, with at least one whole lap.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

from benchmarks import ROOT

LIMIT_S = 300.0
# Where the packages of a car come from: the folder of the project, as the README says.
CAR = """
python3 -m venv ~/env && . ~/env/bin/activate && pip install --quiet /donkeycar
donkey createcar --template sim --path ~/simcar && cd ~/simcar
donkey sim record --tub data --track oval --records 600
"""
DEMO = "python3 scripts/demo --no-serve --laps 1 --path /tmp/demo"


class Way(NamedTuple):
    """A way to a first lap.

    Attributes:
        about: What it shows.
        command: What a person types.
        laps: Finds the number of whole laps in what it prints.
    """

    about: str
    command: str
    laps: re.Pattern[str]


WAYS = {
    "car": Way("a car, and the expert drives it", CAR, re.compile(r"records, (\d+) laps?, into")),
    "demo": Way(
        "scripts/demo: the expert is recorded, a pilot learns and drives", DEMO,
        re.compile(r"laps completed by the pilot\D*(\d+)"),
    ),
}  # fmt: skip


def in_tree(cache: str, *words: str) -> tuple[float, subprocess.CompletedProcess[str]]:
    """Run a command in the tree of this cache; the seconds that it took, and what it printed."""
    start_s = time.monotonic()
    done = subprocess.run(
        [sys.executable, "scripts/trixie", *words], cwd=ROOT, text=True, check=False,
        env={**os.environ, "XDG_CACHE_HOME": cache}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    return time.monotonic() - start_s, done


def main(argv: list[str] | None = None) -> int:
    """Print the figures.

    Returns:
        1 if a way fails, drives no whole lap, or takes longer than `LIMIT_S`.
    """
    parser = argparse.ArgumentParser(prog="scripts/bench first_lap", description=__doc__)
    parser.add_argument("ways", nargs="*", metavar="WAY", help=f"of {', '.join(WAYS)}; else all")
    args = parser.parse_args(argv)
    if unknown := set(args.ways) - set(WAYS):
        parser.error(f"a way is one of {', '.join(WAYS)}. Received: {', '.join(sorted(unknown))}")
    missed = []
    for name in args.ways or WAYS:
        way = WAYS[name]
        with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as cache:
            tree_s, made = in_tree(cache, "sh", "-c", "exit 0")
            if made.returncode:
                print(made.stdout)
                return 1
            took_s, done = in_tree(cache, "sh", "-ec", way.command)
        found = way.laps.search(done.stdout)
        laps = int(found[1]) if found else 0
        print(f"{way.about}: {laps} laps after {took_s:.0f} s (the tree itself: {tree_s:.0f} s)")
        if done.returncode or not laps:
            print(done.stdout)
            missed.append(f"{name}: exit code {done.returncode}, {laps} laps")
        if took_s > LIMIT_S:
            missed.append(f"{name}: {took_s:.0f} s, not under {LIMIT_S:.0f}")
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
