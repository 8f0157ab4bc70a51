"""Ten viewers in Foxglove, three of them stalled: what they cost the loop and the car's process.

The console of a car runs in this process, and a loop of 20 Hz gives it a frame of 160x120 and the
state each tick, as a car's does. The viewers run in another process. First nobody watches, then ten
do: seven take everything, three take nothing and do not answer.

Goals: no more ticks are late than without viewers, but for one in a hundred; what the loop does for
the page takes at most 0.1 ms more at the median; ten viewers cost under half of a core; each viewer
that reads gets at least half of the frames, in spite of those that do not.
"""

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from typing import NamedTuple

import numpy as np

from benchmarks.web.console_client import Served, Socket
from benchmarks.web.foxglove_client import HEADERS, FoxgloveViewer, new_link

RATE_HZ = 20
NUM_READERS, NUM_STALLED = 7, 3
MAX_LATE_SHARE = 0.01
MAX_SHOW_S = 0.0001
MAX_CORES = 0.5
LEAST_SHARE_OF_FRAMES = 0.5


class Drive(NamedTuple):
    """What a loop measured.

    Attributes:
        num_ticks: Turns of the loop.
        num_late: Turns that began more than half a tick too late.
        show_s: Median of what a tick gives to the view.
        cores: Processor time of the process, in cores.
    """

    num_ticks: int
    num_late: int
    show_s: float
    cores: float


def drive(car: Served, seconds: float) -> Drive:
    """Give the console a frame and the state, tick by tick."""
    noise = np.random.default_rng(1).integers(0, 256, (15, 20, 3), np.uint8)
    frame = np.kron(noise, np.ones((8, 8, 1), np.uint8))
    shows, num_late = [], 0
    began_s, used_s = time.monotonic(), time.process_time()
    num_ticks = round(seconds * RATE_HZ)
    for tick in range(num_ticks):
        due_s = began_s + tick / RATE_HZ
        time.sleep(max(0.0, due_s - time.monotonic()))
        now_s = time.monotonic()
        num_late += now_s - due_s > 0.5 / RATE_HZ
        picture = np.roll(frame, tick, axis=1)
        given_s = time.monotonic()
        car.show(picture, now_s, int(now_s * 1000), angle=0.1, throttle=0.2)
        shows.append(time.monotonic() - given_s)
    cores = (time.process_time() - used_s) / (time.monotonic() - began_s)
    return Drive(num_ticks, num_late, statistics.median(shows), cores)


def viewers(port: int, paths: list[str], seconds: float) -> int:
    """Run the second process: watch, and print how many pictures each reader got."""
    every = [FoxgloveViewer(Socket(port, path, HEADERS)) for path in paths]
    counts = [0] * NUM_READERS

    def read(place: int) -> None:
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            counts[place] += every[place].data().topic == "/camera"

    for viewer in every:
        viewer.subscribe()
    threads = [threading.Thread(target=read, args=(each,)) for each in range(NUM_READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(counts), flush=True)
    return 0


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench foxglove_view", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--viewers", nargs="+", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.viewers:
        port, *paths = args.viewers
        return viewers(int(port), paths, args.seconds)
    with Served(foxglove=True) as car:
        alone = drive(car, args.seconds)
        paths = [new_link(car) for _ in range(NUM_READERS + NUM_STALLED)]
        command = [sys.executable, "-m", "benchmarks.web.foxglove_view"]
        words = ["--seconds", str(args.seconds), "--viewers", str(car.port), *paths]
        with subprocess.Popen([*command, *words], stdout=subprocess.PIPE, text=True) as other:
            watched = drive(car, args.seconds)
            # Until the last viewer has had its time.
            stop_s = time.monotonic() + 15
            while other.poll() is None and time.monotonic() < stop_s:
                drive(car, 0.5)
            other.kill()
            counts = json.loads((other.stdout.read() if other.stdout else "") or "[]")
    least = min(counts, default=0) / (args.seconds * RATE_HZ)
    for name, run in (("nobody watches", alone), ("ten watch", watched)):
        print(
            f"{name}: {run.num_late} of {run.num_ticks} ticks late, {run.show_s * 1e6:.0f} us of "
            f"the loop a tick, {run.cores:.2f} cores"
        )
    print(f"frames that the slowest reader got: {least:.0%}")
    missed = [
        text
        for text, is_missed in (
            ("late ticks", watched.num_late > alone.num_late + MAX_LATE_SHARE * watched.num_ticks),
            ("time in the loop", watched.show_s > alone.show_s + MAX_SHOW_S),
            ("processor", watched.cores - alone.cores > MAX_CORES),
            ("frames", least < LEAST_SHARE_OF_FRAMES),
        )
        if is_missed
    ]
    for text in missed:
        print("MISSED:", text)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
