"""One trial of the guardian: real processes and one fault, judged by the motor's trace."""

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

from benchmarks import ROOT
from benchmarks.safety.hardware import (
    HARDWARE,
    NEUTRAL_TICKS,
    STEERING_CHANNEL,
    STRAIGHT,
    THROTTLE_CHANNEL,
    Hardware,
)
from benchmarks.safety.verdict import Verdict

START_TIMEOUT_S = 60.0
VERDICT_S = 3.0
POLL_S = 0.005
MAX_TRIES = 5
# How long the car drives at least before the first fault.
MOMENT_S = (0.06, 0.2)

# The state of the chip after the last program: it was killed at full throttle, and the chip was
# then put to sleep or not.
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
    """The guardian stopped the car before the fault, because a busy machine starved its loop."""


class Trial:
    """A car that drives.

    Args:
        folder: Of what is emulated.
        fault: Of the vehicle, out of `car.FAULTS`; "": none.
        hardware: What the motor is wired to, a key of `HARDWARE`.
        prepare: Does something to the hardware before anything is started.

    Attributes:
        wired_to: The emulated hardware.
        process: The guardian.
        watchdog: Process id of the guardian's watchdog, once the car drives.
        vehicle: Process id of the vehicle.
    """

    def __init__(
        self, folder: Path, fault: str, hardware: str, prepare: Callable[[Any], object]
    ) -> None:
        self.watchdog = self.vehicle = 0
        self.wired_to: Hardware = HARDWARE[hardware](folder)
        prepare(self.wired_to)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.safety.car", "guardian", hardware, folder, fault],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def wait_until_driving(self) -> None:
        """Wait until the motor is driven, for however short a time."""
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while self.wired_to.motor.speed <= 0:
            if time.monotonic() > deadline_s or self.process.poll() is not None:
                raise SystemExit(f"the car did not drive: {self.wired_to.motor.sent[-5:]}")
            time.sleep(POLL_S)
        self.watchdog, self.vehicle = self.children()
        time.sleep(random.uniform(*MOMENT_S))

    def send(self, target: str, number: int) -> None:
        """Send a signal to the guardian, the vehicle, the watchdog, or to `both` of the first."""
        pids = {"guardian": self.process.pid, "vehicle": self.vehicle, "watchdog": self.watchdog}
        for name in ("guardian", "vehicle") if target == "both" else (target,):
            with suppress(ProcessLookupError):
                os.kill(pids[name], number)

    def children(self) -> list[int]:
        """Process ids of the watchdog and the vehicle."""
        pid = self.process.pid
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def wait_for_fault(self) -> float:
        """Wait until the vehicle says that its fault begins; return that time."""
        stdout = self.process.stdout
        if stdout is None or not select.select([stdout], [], [], START_TIMEOUT_S)[0]:
            raise SystemExit("the vehicle never had its fault")
        return float(stdout.readline().split()[1])

    def verdict(
        self, began_s: float, *, reached_s: float | None = None, within_s: float = VERDICT_S
    ) -> Verdict:
        """Watch the motor's output until the outcome is certain.

        Args:
            began_s: When the fault began.
            reached_s: From when the time counts, if nothing could reach the motor before.
            within_s: A motor that is driven longer is one that nobody stops.

        Raises:
            Stood: If the motor did not turn when the fault began.
        """
        motor = self.wired_to.motor
        if not motor.drove(began_s):
            raise Stood(f"the motor did not turn: {motor.sent[-3:]}")
        reached_s = began_s if reached_s is None else reached_s
        while motor.stopped(began_s)[0] is None and time.monotonic() < reached_s + within_s:
            time.sleep(POLL_S)
        time.sleep(0.3)
        stopped_s, runaway = motor.stopped(began_s)
        if stopped_s is None:
            return Verdict(float("inf"), runaway=True)
        return Verdict(1000 * max(0.0, stopped_s - reached_s), runaway)

    def end(self) -> None:
        """Kill those of the three processes that still run, the last one first."""
        for pid in (self.watchdog, self.vehicle):
            if pid:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        self.wired_to.close()


@contextmanager
def trial(
    fault: str = "",
    hardware: str = "pca9685",
    prepare: Callable[[Any], object] = lambda wired_to: None,
) -> Iterator[Trial]:
    """Start a car, and clean up after it."""
    # In memory, if the system has such a place: a slow disk is no part of the question.
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    with TemporaryDirectory(dir=where) as folder:
        car = Trial(Path(folder), fault, hardware, prepare)
        try:
            yield car
        finally:
            car.end()


def driving(probe: Callable[..., Verdict]) -> Callable[..., Verdict]:
    """Repeat trials that prove nothing because the car stood still."""

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
def inner_fault(fault: str, hardware: str = "pca9685") -> Verdict:
    """Cause a fault inside the vehicle process."""
    with trial(fault, hardware) as car:
        return car.verdict(car.wait_for_fault())


@driving
def signal_to(target: str, number: int, hardware: str = "pca9685") -> Verdict:
    """Send a signal to the guardian, to the vehicle, or to both as Ctrl-C does."""
    with trial(hardware=hardware) as car:
        car.wait_until_driving()
        began_s = time.monotonic()
        car.send(target, number)
        return car.verdict(began_s)


@driving
def two_faults(
    first: tuple[str, int], second: tuple[str, int], apart_s: float, hardware: str = "pca9685"
) -> Verdict:
    """Two signals, one a while after the other; counted from the first that hits the motor's key.

    Args:
        first: Who is hit, `guardian`, `vehicle` or `watchdog`, and by which signal.
        second: The same.
        apart_s: Between them.
        hardware: What the motor is wired to.
    """
    with trial(hardware=hardware) as car:
        car.wait_until_driving()
        began_s = time.monotonic()
        car.send(*first)
        time.sleep(max(0.0, began_s + apart_s - time.monotonic()))
        # While the guardian is well, the motor is in good hands.
        reached_s = began_s if first[0] == "guardian" else time.monotonic()
        car.send(*second)
        return car.verdict(began_s, reached_s=reached_s)


@driving
def bus_away(
    fault: str, away_s: tuple[float, float], dies: str = "", hardware: str = "pca9685"
) -> Verdict:
    """The hardware does not do as told for a while; counted from its return.

    Args:
        fault: Out of those of the hardware.
        away_s: For how long, at least and at most.
        dies: Who is killed in the moment in which it begins, `guardian` or `vehicle`; "": nobody.
        hardware: What the motor is wired to.
    """
    with trial(hardware=hardware) as car:
        car.wait_until_driving()
        began_s = time.monotonic()
        car.wired_to.fail(fault)
        if dies:
            car.send(dies, signal.SIGKILL)
        time.sleep(random.uniform(*away_s))
        # Before, not after: the first write that succeeds may come at once, and was once missed.
        reached_s = time.monotonic()
        car.wired_to.fail()
        return car.verdict(began_s, reached_s=reached_s)


def start(left_over: str) -> bool:
    """Whether a start sent no pulse other than neutral before it was armed.

    Args:
        left_over: What the program before left on the chip, out of `LEFT_OVER`.
    """

    def leave(wired_to: Any) -> None:
        for data in LEFT_OVER[left_over]:
            wired_to.chip.transfer(wired_to.chip.address, data)

    with trial("unarmed", prepare=leave) as car:
        chip = car.wired_to.chip
        own = [c for c in chip.trace.changes if c.pid == os.getpid()]
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while chip.ticks(THROTTLE_CHANNEL) != NEUTRAL_TICKS:
            if time.monotonic() > deadline_s:
                return False
            time.sleep(POLL_S)
        time.sleep(0.6)  # past the moment when it could arm
        quiet = {THROTTLE_CHANNEL: (0, NEUTRAL_TICKS), STEERING_CHANNEL: (0, STRAIGHT)}
        return all(
            change.ticks in quiet[change.channel]
            for change in chip.trace.changes
            if change not in own
        )
