"""Safety test with a camera whose frames are 0 to 120 ms old: the pilot drives, the car stops.

A whole created car runs in two real processes: a guardian with an emulated PCA9685, and
`manage.py drive` with a MOCK camera whose frames have that age, the page and the recorder. The
pilot is a real `linear` or `efficient` network that always gives throttle. One person has the page
open, watches and lets the pilot drive (mode `local`), from a process of its own. Loop and camera
run at 20, 30 or 60 Hz. For the second half of the runs the car is limited to 15 % of a core
(`cpu_share`) by a quota of the kernel with a period of 10 ms. The usual period of 100 ms would
freeze the car for 85 ms at a time, which no slow computer does.

In a run the car drives for a minute, and the trace of the chip shows for which share of it the
motor's pulse was neutral. Then the person falls silent for a moment (S1), and at last the camera
hangs (S8). The time counts from the last heartbeat, and from the exposure of the last frame, to the
first neutral pulse.

Goals: neutral for less than 0.5 % of the minute; S1 within 300 ms; S8 within 250 ms, and the car
ends with an error that names the camera.
"""

import argparse
import contextlib
import itertools
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks.safety.camera_age_car import BLIND, FAULT, Person, Run, make_pilots, running

AGES_S = (0.0, 0.05, 0.08, 0.12)
RATES_HZ = (20, 30, 60)
TYPES = ("linear", "efficient")
SLOW_SHARE = 0.15

DRIVE_S = 60.0
MAX_NEUTRAL_SHARE = 0.005
MAX_SILENT_MS = 300.0
MAX_BLIND_MS = 250.0

# The start is over, and the pilot runs at its usual rate.
SETTLE_S = 4.0


class Found(NamedTuple):
    """The result of one run.

    Attributes:
        neutral_share: Share of the time in which the pilot should have driven, but was neutral.
        silent_ms: Time from the last heartbeat to neutral.
        blind_ms: Time from the exposure of the last frame to neutral.
        ended: Whether the car then ended with an error that names the camera.
        reasons: Reasons that the page showed while the motor waited.
    """

    neutral_share: float
    silent_ms: float
    blind_ms: float
    ended: bool
    reasons: tuple[str, ...]

    def missed(self, *, factor: float = 1.0) -> list[str]:
        """The goals that were missed, with time limits multiplied by `factor`."""
        return [
            what
            for what, reached in (
                ("neutral", self.neutral_share < MAX_NEUTRAL_SHARE),
                ("S1", self.silent_ms <= factor * MAX_SILENT_MS),
                ("S8", self.blind_ms <= factor * MAX_BLIND_MS and self.ended),
            )
            if not reached
        ]


def every_run(
    shares: Sequence[float],
    *,
    types: Sequence[str] = TYPES,
    rates_hz: Sequence[int] = RATES_HZ,
    ages_s: Sequence[float] = AGES_S,
) -> list[Run]:
    """All combinations."""
    return [Run(*each) for each in itertools.product(types, rates_hz, ages_s, shares)]


def drive(run: Run, pilots: Path, seconds: float) -> Found:
    """Let the pilot drive, then fall silent, then take its camera away."""
    with running(run, pilots) as car, contextlib.ExitStack() as undo:
        token = car.wait_for(lambda: re.search(r"/pair#(\S+)", car.said))
        person = Person(car.port, token[1])
        undo.callback(person.end)
        car.wait_for(car.drives)
        time.sleep(SETTLE_S)
        person.reasons.clear()
        from_s = time.monotonic()
        time.sleep(seconds)
        neutral_share = car.neutral_share(from_s, time.monotonic())
        reasons = tuple(sorted(person.reasons - {""}))
        car.wait_for(car.drives)
        person.is_silent = True
        time.sleep(0.6)
        silent_ms = 1000 * (car.neutral_s(person.beat_s) - person.beat_s)
        person.is_silent = False
        car.wait_for(car.drives)
        time.sleep(1.0)
        (car.folder / FAULT).touch()
        car.wait_for((car.folder / BLIND).exists)
        exposed_s = float((car.folder / BLIND).read_text())
        ended = True
        try:
            ended = car.process.wait(20) == 1 and "MockCamera" in car.said
        except subprocess.TimeoutExpired:
            ended = False
        blind_ms = 1000 * (car.neutral_s(exposed_s) - exposed_s)
        return Found(neutral_share, silent_ms, blind_ms, ended, reasons)


def failures(runs: Sequence[Run], *, seconds: float, factor: float = 1.0, pilots: Path | None,
             together: int = 1) -> int:  # fmt: skip
    """Drive all of `runs`, print the result of each, and count those that missed a goal."""
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(together) as pool:
        folder = Path(name) if pilots is None else pilots
        folder.mkdir(parents=True, exist_ok=True)
        make_pilots(folder, sorted({run.type for run in runs}))
        missed = 0
        for run, found in zip(
            runs, pool.map(lambda run: drive(run, folder, seconds), runs), strict=True
        ):
            goals = found.missed(factor=factor)
            missed += bool(goals)
            print(
                f"{run}: neutral {found.neutral_share:.2%}, S1 {found.silent_ms:.0f} ms, "
                f"S8 {found.blind_ms:.0f} ms{', MISSED ' * bool(goals)}{', '.join(goals)} "
                f"{'; '.join(found.reasons)}",
                file=sys.stderr, flush=True,
            )  # fmt: skip
        return missed


def standing(share: float, cases: int, seed: int) -> int:
    """Number of runs at `share` of a core that missed a goal; each drives a minute."""
    runs = every_run([share])
    random.Random(seed).shuffle(runs)  # noqa: S311 - not a secret
    together = max(1, min(4, int(0.6 / share)))
    return failures(runs[:cases], seconds=DRIVE_S, pilots=None, together=together)


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench camera_age", description=__doc__)
    parser.add_argument("--seconds", type=float, default=DRIVE_S, help="of driving, in each run")
    parser.add_argument("--ages", type=float, nargs="+", default=AGES_S, help="seconds")
    parser.add_argument("--rates", type=int, nargs="+", default=RATES_HZ, help="hertz")
    parser.add_argument("--types", nargs="+", choices=TYPES, default=TYPES)
    parser.add_argument("--shares", type=float, nargs="+", default=(1.0, SLOW_SHARE))
    parser.add_argument("--together", type=int, default=1, help="cars that drive at a time")
    parser.add_argument("--factor", type=float, default=1.0, help="on the limits of time")
    parser.add_argument("--pilots", type=Path, help="folder to keep the pilots in")
    args = parser.parse_args(argv)
    runs = every_run(args.shares, types=args.types, rates_hz=args.rates, ages_s=args.ages)
    missed = failures(
        runs, seconds=args.seconds, factor=args.factor, pilots=args.pilots, together=args.together
    )
    print(f"{len(runs)} runs, {missed} missed a goal")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
