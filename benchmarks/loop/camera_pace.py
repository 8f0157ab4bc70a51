"""From the camera to the wheels: the age of orders by the clock and by the camera, at 20 Hz.

A simulated camera exposes pictures of a simulated drive 19.8 times a second, stamps them, and hands
them over 60 ms later, as that of a Pi does (`--latency`). A pilot takes 20 ms for a frame. Each
frame carries a number, which the pilot's answer repeats, so the wheels know what they are told of.
The age counts from the exposure of a frame to its first order.

In a car without a part that changes orders, a frame goes to the pilot at once and the answer to the
wheels, by the clock as well: the latency of the camera and the time of the pilot are all that is
left. Where frames and orders have to wait for ticks (a limit for the throttle, a filter for
frames), `LOOP_PACE = "camera"` makes the difference. The earlier donkeycar runs its pilot in the
tick, so its frames wait for the clock, too.

Goals: in a car whose orders wait for ticks, the median age paced by the camera is at most two
thirds of that by the clock; and nowhere is it higher than by the clock, or in the earlier version.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.loop.camera_pace_worker import PILOT_S, WAYS
from benchmarks.peer import PEER, peer_python

WORKER = Path(__file__).with_name("camera_pace_worker.py")
NUM_FRAMES = 100
MAX_SHARE = 2 / 3
# What a busy computer adds; far below what a wait for a tick costs.
NOISE_S = 0.008
TITLES = {
    "clock": "clock",
    "clock+part": "clock, orders wait for ticks",
    "camera": "camera",
    "camera+part": "camera, orders wait for ticks",
    "peer": f"donkeycar {PEER.version}",
}


def simulated_frames(path: Path) -> None:
    """Save pictures of a drive along a simulated track."""
    from donkeycar.rollout import record_expert
    from donkeycar.tub import TubReader

    with tempfile.TemporaryDirectory() as name:
        record_expert(name, "warehouse", NUM_FRAMES, seed=1)
        tub = TubReader(name)
        np.save(path, np.stack([tub.image(record) for record in tub]))


def ages(way: str, frames: Path, seconds: float, latency_s: float) -> list[float]:
    """The ages of one way, ascending."""
    python = peer_python() if way == "peer" else sys.executable
    # -I: neither this folder nor its donkeycar leaks into the earlier one's.
    command = [str(python), "-I", str(WORKER), way, str(frames), str(seconds), str(latency_s)]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stderr}")
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def missed_goals(median_s: dict[str, float]) -> list[str]:
    """The goals that these medians miss."""
    missed = []
    share = median_s["camera+part"] / median_s["clock+part"]
    if share > MAX_SHARE:
        missed.append(f"paced by the camera an order is {share:.0%} as old as by the clock")
    for way, other in (("camera", "clock"), ("camera", "peer"), ("camera+part", "peer")):
        if other in median_s and median_s[way] > median_s[other] + NOISE_S:
            missed.append(f"{TITLES[way]}: older than {TITLES[other]}")
    return missed


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench camera_pace", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="of each run")
    parser.add_argument("--latency", type=float, default=0.06, help="of the camera, in seconds")
    parser.add_argument("--alone", action="store_true", help="without an earlier donkeycar")
    args = parser.parse_args(argv)
    least_s = args.latency + PILOT_S
    print(f"The camera and the pilot take {1000 * least_s:.0f} ms.")
    median_s = {}
    with tempfile.TemporaryDirectory() as name:
        frames = Path(name) / "frames.npy"
        simulated_frames(frames)
        for way in WAYS:
            if way == "peer" and args.alone:
                continue
            found_s = ages(way, frames, args.seconds, args.latency)
            median_s[way] = found_s[len(found_s) // 2]
            p99_ms = 1000 * found_s[int(len(found_s) * 0.99)]
            print(
                f"{TITLES[way]:30} p50 {1000 * median_s[way]:4.0f} ms, p99 {p99_ms:4.0f} ms, "
                f"n={len(found_s)}",
                flush=True,
            )
    missed = missed_goals(median_s)
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
