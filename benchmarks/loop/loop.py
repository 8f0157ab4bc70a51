"""Loop benchmark: cost of a tick and timing jitter, beside an earlier donkeycar in the same run.

Both run `loop_worker.py`, each in its own process and its own environment. Their timing is measured
at the same time, so that other load on the machine affects both alike. It is 5.3, and 5.4 where the
Python is new enough for it: `scripts/trixie scripts/bench loop`.

Goals: ten pass-through parts under 14 us a tick; at 20, 60 and 100 Hz with 30 % load the mean rate
within 0.05 % of what was asked, and the p99 deviation of an interval at most half of the peer's.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.peer import PEER, peer_python

WORKER = Path(__file__).with_name("loop_worker.py")
MAX_TICK_US = 14.0
MAX_RATE_ERROR = 0.0005
MAX_DEVIATION_RATIO = 0.5


def start(python: Path | str, *arguments: object) -> subprocess.Popen:
    """Start the worker. ``-I``: neither this folder nor its donkeycar leaks into the peer's."""
    command = [str(python), "-I", str(WORKER), *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/"
    )


def result(worker: subprocess.Popen) -> dict:
    """The result of a worker."""
    out, err = worker.communicate()
    if worker.returncode:
        raise SystemExit(f"{worker.args} failed:\n{err}")
    return json.loads(out.splitlines()[-1])


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench loop", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="of each run")
    parser.add_argument("--repeats", type=int, default=3, help="medians are taken over these")
    args = parser.parse_args(argv)
    ours, theirs, peer = sys.executable, peer_python(), PEER.version
    missed = []

    ticks = [
        [result(start(python, "tick")) for python in (ours, theirs)] for _ in range(args.repeats)
    ]
    tick_us = statistics.median(ticks[0]["tick_us"] for ticks in ticks)
    peer_us = statistics.median(ticks[1]["tick_us"] for ticks in ticks)
    print(f"tick of 10 pass-through parts: {tick_us:.1f} us, {peer}: {peer_us:.1f} us")
    if tick_us >= MAX_TICK_US:
        missed.append(f"a tick takes {tick_us:.1f} us, not under {MAX_TICK_US}")

    for rate_hz in (20, 60, 100):
        runs = []
        for _ in range(args.repeats):
            pair = [start(python, "pace", rate_hz, args.seconds) for python in (ours, theirs)]
            runs.append([result(worker) for worker in pair])
        error, peer_error = (
            statistics.median(abs(pair[who]["mean_hz"] / rate_hz - 1) for pair in runs)
            for who in (0, 1)
        )
        p99_ms, peer_p99_ms = (
            statistics.median(pair[who]["deviation_p99_ms"] for pair in runs) for who in (0, 1)
        )
        ratio = statistics.median(
            pair[0]["deviation_p99_ms"] / pair[1]["deviation_p99_ms"] for pair in runs
        )
        print(
            f"{rate_hz:3d} Hz, 30 % load: mean rate off by {100 * error:.4f} % ({peer} "
            f"{100 * peer_error:.2f} %), p99 deviation {p99_ms:.3f} ms "
            f"({peer} {peer_p99_ms:.3f} ms), ratio {ratio:.2f}"
        )
        if error > MAX_RATE_ERROR:
            missed.append(f"{rate_hz} Hz: mean rate off by {100 * error:.3f} %")
        if ratio > MAX_DEVIATION_RATIO:
            missed.append(f"{rate_hz} Hz: deviation is {ratio:.2f} of {peer}'s")
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
