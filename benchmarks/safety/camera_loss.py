"""Camera loss while a pilot drives: how soon the motor is neutral, for every camera.

Each camera of `rigs.LOSABLE` is that of its CAMERA_TYPE on a stand-in for its hardware; OWN is a
class of an owner. A real car drives with it at 20 Hz (`piloted_car`), and only the camera fails: it
raises, hangs, repeats the same picture, gives one only every 0.6 s, gives pictures that are smaller
than a frame, goes round in old pictures with new time stamps, or stamps its pictures in the future
or each earlier than the one before. Frames are 0, 50, 80 or 120 ms old on arrival where the
hardware says how old they are. The time counts from the exposure of the last new frame to the
moment from which the motor never turned again; then the car must stop with an error that names the
camera. `--paced` lets the frames begin the ticks (LOOP_PACE "camera").

Goals: p99 at most 250 ms for each camera and way; every car stopped.
"""

import argparse
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.safety.piloted_car import RATE_HZ, PilotedCar, Stood
from benchmarks.safety.rigs import LOSABLE
from benchmarks.safety.rigs.light import KINDS, OF_STAMPS
from benchmarks.safety.verdict import Verdict, figures
from donkeycar.timing import RealClock

AGES_S = (0.0, 0.05, 0.08, 0.12)
MAX_P99_MS = 250.0
# How long the motor is watched after the fault; the car must have stopped by itself by then, or, on
# a machine that starves it, a little later.
WATCH_S = 0.7
GRACE_S = 2.0
MAX_TRIES = 5


def trial(kind: str, seed: int, word: str = "OWN", *, paced: bool = False) -> Verdict:
    """Drive, let the camera fail in the way of `kind`, and observe the motor.

    Args:
        kind: One of `KINDS`.
        seed: Seed of what it sees and of the moment.
        word: Which camera, one of `LOSABLE`.
        paced: Whether its frames begin the ticks.

    Returns:
        The time from the exposure of the last new frame until the motor stays neutral. It is a
        runaway if the car did not stop by itself, with an error that names the camera.
    """
    chance = random.Random(seed)  # noqa: S311 - not a secret
    car = _driving(seed, word, paced=paced)
    time.sleep(chance.uniform(0.05, 0.05 + 2 / RATE_HZ))
    car.light.fault(kind)
    time.sleep(WATCH_S)
    car.wait_until_it_stops(GRACE_S)
    car.end()
    stopped = type(car.camera).__name__ in car.error
    neutral_s = float("inf")
    if car.motor.throttle == 0.0:
        # If the machine was late, it was neutral before the last frame came: then there is no
        # delay.
        neutral_s = max(0.0, car.motor.notes[-1][0] - car.light.last_new_s)
    return Verdict(1000 * neutral_s, runaway=not stopped)


def _driving(seed: int, word: str, *, paced: bool) -> PilotedCar:
    """A car that drives, the first that does on this machine."""
    for _ in range(MAX_TRIES):
        rig = LOSABLE[word](word, RealClock())
        age_s = AGES_S[seed % len(AGES_S)] if rig.knows_age else 0.0
        car = PilotedCar(rig, age_s=age_s, seed=seed, paced=paced)
        try:
            car.wait_until_it_drives()
            return car
        except Stood as stood:
            print(f"{stood}; once more", file=sys.stderr)
    raise SystemExit("this machine is too busy to drive a car")


def lose_cameras(
    kind: str,
    num_trials: int,
    seed: int,
    together: int = 1,
    word: str = "OWN",
    *,
    paced: bool = False,
) -> list[Verdict]:
    """Fail in the way of `kind` so many times, with so many cars at a time."""
    with ThreadPoolExecutor(together) as pool:
        seeds = range(seed, seed + num_trials)
        return list(pool.map(lambda number: trial(kind, number, word, paced=paced), seeds))


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench camera_loss", description=__doc__)
    parser.add_argument("cameras", nargs="*", metavar="CAMERA", help=f"of {', '.join(LOSABLE)}")
    parser.add_argument("--kind", action="append", choices=KINDS, help="all if left out")
    parser.add_argument("--trials", type=int, default=200, help="of each camera and kind")
    parser.add_argument(
        "--paced", action="store_true", help="the frames begin the ticks (LOOP_PACE camera)"
    )
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    unknown = [word for word in args.cameras if word not in LOSABLE]
    if unknown:
        parser.error(f"a camera must be one of {', '.join(LOSABLE)}. Received: {unknown[0]}")
    missed = False
    # One car at a time: a stand-in for a library or the kernel is there for the whole process.
    for word in args.cameras or LOSABLE:
        for kind in args.kind or KINDS:
            if kind in OF_STAMPS and not LOSABLE[word].knows_age:
                continue
            verdicts = lose_cameras(kind, args.trials, args.seed, word=word, paced=args.paced)
            seen = figures(verdicts)
            missed |= seen.p99_ms > MAX_P99_MS or seen.runaways > 0
            print(f"{word} {kind}: {seen}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
