"""Seven ways for the thread of a part to end; each must stop the car with the part's name."""

import logging
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from donkeycar.driving.command import NEUTRAL, Command
from donkeycar.errors import PartFailed
from donkeycar.vehicle import Vehicle

# Fast, so that many cases take little time; the rate of the car is not measured here.
RATE_HZ = 1000
# A car that has not stopped after this number of ticks, three seconds, has not noticed.
MAX_TICKS = 3000
THROTTLE = 0.6

# How a thread ends, and what the sentence that follows says of it.
WAYS = {
    "return": r"update\(\) returned",
    "exception": "unplugged",
    "SystemExit": "SystemExit",
    "KeyboardInterrupt": "KeyboardInterrupt",
    "GeneratorExit": "GeneratorExit",
    "another BaseException": "Odd",
    "never started": "did not start",
}


class Odd(BaseException):
    """The kind of exception with which some libraries end a thread."""


class Ending:
    """A threaded part that asks for throttle, and whose thread ends on request.

    Args:
        way: One of `WAYS`.
    """

    RAISED = {
        "exception": OSError("unplugged"),
        "SystemExit": SystemExit(0),
        "KeyboardInterrupt": KeyboardInterrupt(),
        "GeneratorExit": GeneratorExit(),
        "another BaseException": Odd(),
    }

    def __init__(self, way: str) -> None:
        self.way = way
        self._told = threading.Event()

    def end(self) -> None:
        """Ask the thread to end."""
        self._told.set()

    def update(self) -> None:
        """Wait for the request, then end."""
        self._told.wait(10)
        if self.way in self.RAISED:
            raise self.RAISED[self.way]

    def run_threaded(self) -> float:
        """Ask for throttle."""
        return THROTTLE

    def shutdown(self) -> None:
        """End."""
        self._told.set()


class Wheels:
    """Records the commands to the motor, and counts those that drive it after the fault."""

    def __init__(self) -> None:
        self.command = NEUTRAL

    def run(self, throttle: float | None) -> None:
        """Drive."""
        self.command = Command(0.0, throttle or 0.0, "user", 0.0)

    def neutral(self) -> None:
        """Stop."""
        self.command = NEUTRAL


class Cue:
    """Ends the thread after some ticks."""

    def __init__(self, part: Ending, ticks: int) -> None:
        self._part, self._ticks = part, ticks

    def run(self) -> None:
        """Count one tick."""
        self._ticks -= 1
        if self._ticks == 0:
            self._part.end()


@contextmanager
def cannot_start(name: str) -> Iterator[None]:
    """Emulate a system that cannot start a thread named `name`."""
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == name:
            raise RuntimeError("can't start new thread")
        start(thread)

    threading.Thread.start = refuse  # type: ignore[method-assign]
    try:
        yield
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]


def stops(way: str, chance: random.Random) -> bool:
    """Whether a car whose part ends in one of `WAYS` stops, with its name and a neutral motor."""
    part, wheels, car = Ending(way), Wheels(), Vehicle()
    car.add(part, outputs=["throttle"], threaded=True)
    car.add(Cue(part, chance.randint(1, 20)))
    car.add(wheels, inputs=["throttle"])
    try:
        if way == "never started":
            with cannot_start("Ending"):
                car.start(rate_hz=RATE_HZ, max_loop_count=MAX_TICKS)
        else:
            car.start(rate_hz=RATE_HZ, max_loop_count=MAX_TICKS)
    except PartFailed as error:
        return str(error).startswith("Ending failed") and wheels.command == NEUTRAL
    return False


def drove_on(cases: int, seed: int) -> int:
    """How many of `cases` threads ended without stopping the car."""
    chance, ways = random.Random(seed), list(WAYS)
    level = logging.getLogger("donkeycar.vehicle").level
    logging.getLogger("donkeycar.vehicle").setLevel(logging.CRITICAL)
    try:
        return sum(not stops(ways[index % len(ways)], chance) for index in range(cases))
    finally:
        logging.getLogger("donkeycar.vehicle").setLevel(level)
