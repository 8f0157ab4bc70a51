"""Stop latency of a gamepad, a remote control and the page, and after a device is unplugged.

A whole car runs in two real processes; the devices are sockets. The time counts from the moment
before the person stops, to the first neutral (or no) pulse in the trace of the emulated hardware,
or to the last power at the pins of the Pi. A runaway is any later pulse that is not neutral while
the stick is still pushed. There must be no runaway, and no pulse below neutral at all. The goals
are S10 and S11 of the reliability specification; their limits may be stretched for a
machine that is shared.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks import ROOT
from benchmarks.controllers.stop_people import PadPerson, PagePerson, RemotePerson
from benchmarks.safety.hardware import HARDWARE
from benchmarks.safety.motor_trace import Motor
from benchmarks.safety.verdict import Verdict, figures

RATE_HZ = 20
WAIT_S = 30.0
POLL_S = 0.002
# How long the stick stays pushed after the stop.
HOLD_S = 0.2

Person = PadPerson | PagePerson | RemotePerson


class Way(NamedTuple):
    """One way to stop.

    Attributes:
        person: The person who drives and stops.
        stop: How they stop.
        again: What they do before they can resume.
        goal_ms: Longest allowed time to neutral, in 99 of 100 trials, or in all if `for_all`.
        for_all: Whether the goal is for the slowest trial.
    """

    person: type[Person]
    stop: Callable[[Person], None]
    again: Callable[[Person], None]
    goal_ms: float
    for_all: bool = False


def nothing(person: Person) -> None:
    """The person is ready to resume."""


def plug_in(person: PadPerson) -> None:
    """Put the cable back; resuming takes half a second of a steady link."""
    person.plug()
    person.push(0.0)
    time.sleep(0.6)


WAYS = {
    "S11 stop button of a gamepad": Way(PadPerson, PadPerson.stop, nothing, 50),
    "S11 stop switch of a remote control": Way(RemotePerson, RemotePerson.stop, nothing, 50),
    "S11 Stop on the page": Way(PagePerson, PagePerson.stop, nothing, 50),
    "S10 gamepad unplugged": Way(PadPerson, PadPerson.unplug, plug_in, 100, for_all=True),
}


class Car:
    """A car, and the people who drive it.

    Args:
        hardware: The hardware that its motor is wired to, a key of `HARDWARE`.
        folder: Folder of the car and of the emulated devices.
        rate_hz: Ticks per second.

    Attributes:
        motor: The commands that the motor got.
    """

    def __init__(self, hardware: str, folder: Path, rate_hz: float) -> None:
        self._wired_to = HARDWARE[hardware](folder)
        self.motor: Motor = self._wired_to.motor
        words = ["guardian", hardware, folder, str(rate_hz)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.controllers.stop_car", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
        )
        port, token = self.process.stdout.readline().split()
        time.sleep(1.0)  # until the page is served
        self._place = folder, int(port), token
        self._people: list[Person] = []

    def join(self, kind: type[Person]) -> Person:
        """Let a person of this kind join."""
        self._people.append(kind(*self._place))
        return self._people[-1]

    def soon(self, is_driven: bool, wait_s: float) -> bool:
        """Whether the motor starts, or stops, within a time."""
        end_s = time.monotonic() + wait_s
        while (self.motor.speed != 0) != is_driven:
            if time.monotonic() > end_s:
                return False
            time.sleep(POLL_S)
        return True

    def stop(self, act: Callable[[], None]) -> Verdict | None:
        """Let somebody stop; return the verdict from the trace while the stick stays pushed.

        It is ``None`` if the car stood still before, as its loop may stall on a busy machine.
        """
        began_s = time.monotonic()
        act()
        if not self.soon(False, WAIT_S):
            return Verdict(float("inf"), runaway=True)
        time.sleep(HOLD_S)
        if not self.motor.drove(began_s):
            return None
        stopped_s, runaway = self.motor.stopped(began_s)
        return Verdict(1000 * (stopped_s - began_s), runaway)

    def reversed(self) -> bool:
        """Whether the motor was ever told to go backward."""
        return any(sent.speed < 0 for sent in self.motor.sent)

    def close(self) -> None:
        """End both processes."""
        for person in self._people:
            person.close()
        self.process.terminate()
        self.process.wait(WAIT_S)
        self.process.stdout.close()
        self._wired_to.close()


@contextmanager
def car(rate_hz: float, hardware: str = "pca9685") -> Iterator[Car]:
    """Start a car, and clean up after it."""
    # In memory, if the system has such a folder, because a slow disk is not measured here.
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    with TemporaryDirectory(dir=where) as folder:
        started = Car(hardware, Path(folder), rate_hz)
        try:
            yield started
        finally:
            started.close()


def drive(driven: Car, person: Person) -> None:
    """Drive on, whatever stopped the car before; a person may have to try several times."""
    end_s = time.monotonic() + WAIT_S
    while time.monotonic() < end_s:
        person.push(0.0)
        time.sleep(0.1)
        person.resume()
        time.sleep(0.1)
        person.push(1.0)
        if driven.soon(True, 1.5):
            return
    raise SystemExit(f"the car did not drive: {driven.motor.sent[-5:]}")


def trials(
    way: Way, number: int, seed: random.Random, rate_hz: float, hardware: str = "pca9685"
) -> list[Verdict]:
    """Run this many trials of a stop."""
    verdicts: list[Verdict] = []
    with car(rate_hz, hardware) as driven:
        person = driven.join(way.person)
        while len(verdicts) < number:
            drive(driven, person)
            time.sleep(seed.uniform(0.1, 0.2))
            verdict = driven.stop(lambda: way.stop(person))
            if verdict is not None:
                verdicts.append(verdict)
            way.again(person)
        if driven.reversed():
            verdicts.append(Verdict(float("inf"), runaway=True))
    return verdicts


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench gamepad_stop", description=__doc__)
    parser.add_argument("--trials", type=int, default=200, help="of each way to stop")
    parser.add_argument("--rate", type=float, default=RATE_HZ, help="ticks a second")
    parser.add_argument("--stretch", type=float, default=1.5, help="of the limits")
    parser.add_argument("--hardware", choices=HARDWARE, default="pca9685", help="of the motor")
    parser.add_argument("--only", default="", help="ways whose name contains this")
    args = parser.parse_args(argv)
    missed = False
    for name, way in WAYS.items():
        if args.only not in name:
            continue
        seen = figures(trials(way, args.trials, random.Random(1), args.rate, args.hardware))
        limit_ms = way.goal_ms * args.stretch
        measured_ms = seen.max_ms if way.for_all else seen.p99_ms
        missed |= measured_ms > limit_ms or seen.runaways > 0
        print(f"{name}, {args.rate:g} Hz: {seen}; limit {limit_ms:g} ms", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
