"""One trial of the guardian: two real processes, one fault, and the trace of the chip as judge."""

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.safety_car import (
    DRIVING_TICKS,
    NEUTRAL_TICKS,
    STEERING_CHANNEL,
    STRAIGHT,
    THROTTLE_CHANNEL,
)
from benchmarks.verdict import Verdict
from donkeycar.testing import PCA9685Chip

ROOT = Path(__file__).parents[1]
START_TIMEOUT_S = 60.0
VERDICT_S = 3.0
POLL_S = 0.005
MAX_TRIES = 5

# What the program before left on the chip: it was killed at full throttle, and then the chip was
# put to sleep or not.
FULL_THROTTLE = [
    bytes([0xFE, 101]),
    bytes([0x00, 0x21]),
    bytes([0x06, 0, 0, 0xF4, 0x01]),
    bytes([0x0A, 0, 0, 0xCC, 0x01]),
]
LEFT_OVER = {
    "nothing": [],
    "full throttle": FULL_THROTTLE,
    "asleep": [*FULL_THROTTLE, bytes([0x00, 0x31])],
}


class Stood(Exception):
    """The guardian stopped the car before the fault, as a busy machine starved its loop."""


class Trial:
    """A car that drives.

    Attributes:
        chip: Its emulated chip.
        process: The guardian.
        watchdog: Process id of the guardian's watchdog, once the car drives.
        vehicle: Process id of the vehicle.
    """

    def __init__(self, folder: Path, fault: str, left_over: str) -> None:
        path = folder / "chip"
        self.watchdog = self.vehicle = 0
        self.chip = PCA9685Chip(path)
        for data in LEFT_OVER[left_over]:
            self.chip.transfer(self.chip.address, data)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.safety_car", "guardian", path, fault],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def wait_until_driving(self) -> None:
        """Until the pulses of `THROTTLE` are at the output."""
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while self.chip.ticks(THROTTLE_CHANNEL) != DRIVING_TICKS:
            if time.monotonic() > deadline_s or self.process.poll() is not None:
                raise SystemExit(f"the car did not drive: {self.chip.trace.changes[-5:]}")
            time.sleep(POLL_S)
        self.watchdog, self.vehicle = self.children()

    def children(self) -> list[int]:
        """Process ids of the watchdog and the vehicle."""
        pid = self.process.pid
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def wait_for_fault(self) -> float:
        """Until the vehicle says that its fault begins; when that was."""
        stdout = self.process.stdout
        if stdout is None or not select.select([stdout], [], [], START_TIMEOUT_S)[0]:
            raise SystemExit("the vehicle never had its fault")
        return float(stdout.readline().split()[1])

    def verdict(self, began_s: float, *, reached_s: float | None = None) -> Verdict:
        """Watch the motor's output until it is over.

        Args:
            began_s: When the fault began.
            reached_s: From when the time counts, if nothing could reach the motor before.

        Raises:
            Stood: If the motor did not turn when the fault began.
        """
        before = [change for change in motor(self.chip) if change.time_s < began_s]
        if not before or before[-1].ticks in (0, NEUTRAL_TICKS):
            raise Stood(f"the motor did not turn: {before[-3:]}")
        reached_s = began_s if reached_s is None else reached_s
        while time.monotonic() < reached_s + VERDICT_S:
            if stops(self.chip, began_s):
                break
            time.sleep(POLL_S)
        time.sleep(0.3)
        stopped = stops(self.chip, began_s)
        if not stopped:
            return Verdict(float("inf"), runaway=True)
        after = [c.ticks for c in motor(self.chip) if c.time_s > stopped[0].time_s]
        runaway = any(ticks not in (0, NEUTRAL_TICKS) for ticks in after)
        return Verdict(1000 * (stopped[0].time_s - reached_s), runaway)

    def end(self) -> None:
        """Kill what is left of the three, and nothing else; the last one first."""
        for pid in (self.watchdog, self.vehicle):
            if pid:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        self.chip.close()


def motor(chip: PCA9685Chip) -> list:
    """The changes of the motor's output."""
    return [change for change in chip.trace.changes if change.channel == THROTTLE_CHANNEL]


def stops(chip: PCA9685Chip, since_s: float) -> list:
    """The changes to neutral, or to no pulse, since a moment."""
    return [c for c in motor(chip) if c.time_s >= since_s and c.ticks in (0, NEUTRAL_TICKS)]


@contextmanager
def trial(fault: str = "", left_over: str = "nothing") -> Iterator[Trial]:
    """Start a car, and clean up after it."""
    # In memory, if the system has such a place: a slow disk is no part of the question.
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    with TemporaryDirectory(dir=where) as folder:
        car = Trial(Path(folder), fault, left_over)
        try:
            yield car
        finally:
            car.end()


def driving(probe: Callable[..., Verdict]) -> Callable[..., Verdict]:
    """Repeat a trial that proves nothing, as the car stood."""

    @wraps(probe)
    def again(*args: Any, **options: Any) -> Verdict:
        for _ in range(MAX_TRIES):
            try:
                return probe(*args, **options)
            except Stood as stood:
                print(f"{stood}; once more", file=sys.stderr)
        raise SystemExit("this machine is too busy to drive a car")

    return again


@driving
def inner_fault(fault: str) -> Verdict:
    """The vehicle process goes wrong by itself."""
    with trial(fault) as car:
        return car.verdict(car.wait_for_fault())


@driving
def signal_to(target: str, number: int) -> Verdict:
    """A signal to the guardian, to the vehicle, or to both, as Ctrl-C sends it."""
    with trial() as car:
        car.wait_until_driving()
        time.sleep(random.uniform(0.02, 0.15))
        began_s = time.monotonic()
        if target in ("guardian", "both"):
            os.kill(car.process.pid, number)
        if target in ("vehicle", "both"):
            os.kill(car.vehicle, number)
        return car.verdict(began_s)


@driving
def two_faults(first: tuple[str, int], second: tuple[str, int], apart_s: float) -> Verdict:
    """Two signals, one a while after the other; counted from the first that hits the motor's key.

    Args:
        first: Who is hit, `guardian`, `vehicle` or `watchdog`, and by which signal.
        second: The same.
        apart_s: Between them.
    """
    with trial() as car:
        car.wait_until_driving()
        time.sleep(random.uniform(0.02, 0.15))
        pids = {"guardian": car.process.pid, "vehicle": car.vehicle, "watchdog": car.watchdog}
        began_s = time.monotonic()
        os.kill(pids[first[0]], first[1])
        time.sleep(max(0.0, began_s + apart_s - time.monotonic()))
        # While the guardian is well, the motor is in good hands.
        reached_s = began_s if first[0] == "guardian" else time.monotonic()
        with suppress(ProcessLookupError):
            os.kill(pids[second[0]], second[1])
        return car.verdict(began_s, reached_s=reached_s)


@driving
def bus_away(fault: str, longest_s: float) -> Verdict:
    """The bus fails for a while, and in that moment the guardian dies; counted from its return."""
    with trial() as car:
        car.wait_until_driving()
        time.sleep(random.uniform(0.02, 0.15))
        began_s = time.monotonic()
        car.chip.fail(fault, short_after=3)
        car.process.kill()
        time.sleep(random.uniform(0.0, longest_s))
        reached_s = time.monotonic()
        car.chip.fail()
        return car.verdict(began_s, reached_s=reached_s)


@driving
def bus_stuck_beyond_grace(fault: str, stuck_s: float) -> Verdict:
    """The vehicle dies while the bus is stuck for longer than the guardian's grace."""
    with trial() as car:
        car.wait_until_driving()
        began_s = time.monotonic()
        car.chip.fail(fault, short_after=3)
        os.kill(car.vehicle, signal.SIGKILL)
        time.sleep(stuck_s)
        reached_s = time.monotonic()
        car.chip.fail()
        return car.verdict(began_s, reached_s=reached_s)


@driving
def bus_fault(fault: str, fault_s: float) -> Verdict:
    """The bus fails for a while; counted from the moment it is back."""
    with trial() as car:
        car.wait_until_driving()
        time.sleep(random.uniform(0.02, 0.15))
        car.chip.fail(fault, short_after=3)
        time.sleep(fault_s)
        # Before, not after: the first write that succeeds may come at once, and was once missed.
        began_s = time.monotonic()
        car.chip.fail()
        return car.verdict(began_s)


def start(left_over: str) -> bool:
    """Whether a start sent nothing but neutral, or nothing, before it was armed.

    Args:
        left_over: What the program before left on the chip, out of `LEFT_OVER`.
    """
    with trial("unarmed", left_over) as car:
        own = [c for c in car.chip.trace.changes if c.pid == os.getpid()]
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while car.chip.ticks(THROTTLE_CHANNEL) != NEUTRAL_TICKS:
            if time.monotonic() > deadline_s:
                return False
            time.sleep(POLL_S)
        time.sleep(0.6)  # past the moment when it could arm
        quiet = {THROTTLE_CHANNEL: (0, NEUTRAL_TICKS), STEERING_CHANNEL: (0, STRAIGHT)}
        return all(
            change.ticks in quiet[change.channel]
            for change in car.chip.trace.changes
            if change not in own
        )
