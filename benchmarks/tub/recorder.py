"""Recorder benchmark: its cost for the loop, beside an earlier donkeycar, and in a long tub.

Both run `recorder_worker.py`, each in its own process and its own environment, one after the other,
on the disk of the temporary folder. It is 5.3, and 5.4 where the Python is new enough for it:
`scripts/trixie scripts/bench recorder`.

Goals: at 60 Hz the 99th percentile of what a record costs the loop is under 0.3 ms, and nothing is
dropped; over 100,000 records neither that nor the time a record takes grows.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.peer import PEER, peer_python

WORKER = Path(__file__).with_name("recorder_worker.py")
RATE_HZ = 60
MAX_P99_MS = 0.3
MAX_GROWTH = 1.25  # what measuring on a shared machine leaves uncertain


def measure(python: Path | str, *arguments: object) -> dict:
    """Run the worker once in a new folder."""
    what, *numbers = map(str, arguments)
    with tempfile.TemporaryDirectory() as folder:
        command = [str(python), "-I", str(WORKER), what, f"{folder}/tub", *numbers]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench recorder", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="of the run at 60 Hz")
    parser.add_argument("--records", type=int, default=100_000, help="of the long tub")
    args = parser.parse_args(argv)
    missed = []

    ours = measure(sys.executable, "pace", RATE_HZ, args.seconds)
    peer = measure(peer_python(), "pace", RATE_HZ, args.seconds)
    for name, run in (("here", ours), (PEER.version, peer)):
        print(
            f"{RATE_HZ} Hz, {name:>4}: p50 {run['p50_ms']:.3f} ms, p99 {run['p99_ms']:.3f} ms, "
            f"longest {run['max_ms']:.2f} ms inside the loop; {run['dropped']} dropped"
        )
    if ours["p99_ms"] >= MAX_P99_MS:
        missed.append(f"p99 is {ours['p99_ms']:.3f} ms, not under {MAX_P99_MS}")
    if ours["dropped"]:
        missed.append(f"{ours['dropped']} records dropped at {RATE_HZ} Hz")

    tubs = measure(sys.executable, "long", args.records)
    first, last = tubs["first"], tubs["last"]
    print(f"{last['records']} records in one tub, {last['dropped']} dropped")
    for name, key in (
        ("inside the loop, mean", "mean_ms"),
        ("inside the loop, p99", "p99_ms"),
        ("in its thread, a record", "record_ms"),
    ):
        growth = last[key] / first[key]
        print(
            f"  {name}: {first[key]:.3f} ms in the first tenth of a tub, {last[key]:.3f} ms in the "
            f"last: {growth:.2f} times"
        )
        if growth > MAX_GROWTH:
            missed.append(f"{name} grows with the tub, {growth:.2f} times")
    if last["records"] != args.records:
        missed.append(f"{last['records']} of {args.records} records are in the tub")
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
