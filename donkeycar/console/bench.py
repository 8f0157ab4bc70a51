"""Calibration on a bench: the messages that pages may send, and the state that they show."""

import threading
from collections.abc import Callable
from typing import Any

from donkeycar.console.bench_walk import BenchWalk, lines_of
from donkeycar.driving.command import Command
from donkeycar.driving.lease import DriverLease
from donkeycar.errors import ConfigError, DonkeyError
from donkeycar.parts.drivetrain.calibration import Calibration
from donkeycar.parts.drivetrain.calibration_notes import CalibrationNotes
from donkeycar.parts.drivetrain.calibration_walk import Question
from donkeycar.timing import Clock, RealClock

NOT_YOURS = "Another page is calibrating this car. Close it, then go on here"

# Type of the value by key of a message.
KEYS: dict[str, type | tuple[type, ...]] = {
    "seq": int,
    "wheels_up": bool,
    "question": str,
    "done": str,
    "point": str,
    "run": bool,
    "share": (int, float),
    "step_us": (int, float),
    "trim_us": (int, float),
    "invert": str,
    "frequency_hz": (int, float),
    "measured_hz": (int, float),
    "undo": bool,
    "save": bool,
    "take_up": bool,
    "throw_away": bool,
    "put_back": bool,
    "stop": bool,
    "bye": bool,
}

# Keys that change values, or the walk; they wait until an earlier walk is taken up or thrown away.
CHANGES = {
    "question", "done", "point", "run", "share", "step_us", "trim_us", "invert", "frequency_hz",
    "measured_hz", "undo", "save", "put_back",
}  # fmt: skip


class Bench:
    """One calibration and its clients, whose messages come in another thread than the loop.

    Args:
        calibration: The calibration in progress.
        write: Stores changes, see `Calibration.save`; returns the place, for the person to read.
        questions: Questions of the car's walk, in order.
        notes: Keeps an unfinished walk; ``None`` keeps it only for this run.
        clock: Source of time.
    """

    def __init__(
        self,
        calibration: Calibration,
        *,
        write: Callable[[dict[str, Any]], str],
        questions: tuple[Question, ...],
        notes: CalibrationNotes | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._calibration = calibration
        self._write = write
        self._walk = BenchWalk(calibration, questions, notes or CalibrationNotes(None, ""))
        self._lease = DriverLease(clock=RealClock() if clock is None else clock)
        self._lock = threading.Lock()
        self._saved: list[str] = []
        self._out: dict[str, Any] = {
            "steering_us": None, "throttle_us": None, "guardian": "boot", "reason": "",
        }  # fmt: skip

    @property
    def began(self) -> bool:
        """Whether somebody has ever confirmed that the wheels are in the air."""
        return self._calibration.began

    def tick(self, steering: float, throttle: float, guardian: str, reason: str) -> Command:
        """Do one turn of the loop.

        Args:
            steering: Steering that the guardian outputs, -1 to +1.
            throttle: The same for the motor.
            guardian: The guardian's state, as `GuardedDrivetrain` returns it.
            reason: Why the guardian does not run.

        Returns:
            The next command for the guardian.
        """
        with self._lock:
            pulses: tuple[float | None, float | None] = (None, None)
            if guardian in ("safe", "run"):
                pulses = self._calibration.pulses_out(steering, throttle)
            self._out = {
                "steering_us": pulses[0], "throttle_us": pulses[1], "guardian": guardian,
                "reason": reason,
            }  # fmt: skip
            # A servo that a guardian holds or centres goes on from there, and does not jump.
            return self._calibration.command(held_at=None if guardian == "run" else steering)

    def take(self, client: str, message: dict[str, Any]) -> dict[str, Any]:
        """Carry out a message of `client`; return the answer.

        Anybody may stop; everything else is only for the client that holds the lease.
        """
        with self._lock:
            try:
                _check(message)
                return self._take(client, message)
            except DonkeyError as error:
                if message.get("stop"):
                    self._stop()
                return {"error": str(error)}
            finally:
                self._walk.keep()

    def leave(self, client: str) -> None:
        """Forget a client; if it calibrated, the car goes to neutral."""
        with self._lock:
            if self._lease.release(client):
                self._stop()

    def questions(self) -> list[dict[str, Any]]:
        """The questions of the walk, in order; they never change."""
        return self._walk.words()

    def close(self) -> None:
        """Write what is kept of the walk, and end."""
        self._walk.close()

    def state(self, client: str) -> dict[str, Any]:
        """The state that a page shows."""
        with self._lock:
            calibration, sheet = self._calibration, self._calibration.sheet
            holder = self._lease.holder
            return {
                "ready": calibration.ready,
                "point": calibration.point,
                "share": calibration.share,
                "running": calibration.running,
                "lapsed": calibration.lapsed,
                "points": {
                    point: {
                        "us": round(calibration.pulses[point], 1),
                        "setting": sheet.names[point],
                        "value": calibration.written(point),
                        "was": calibration.was_written(point),
                    }
                    for point in calibration.points
                },
                "frequency_hz": calibration.frequency_hz if calibration.has_frequency else None,
                "clock_hz": calibration.clock_hz if calibration.has_clock else None,
                "limits": {
                    "steering": [round(end_us) for end_us in sheet.steering],
                    "throttle": sheet.throttle and [round(end_us) for end_us in sheet.throttle],
                },
                "can_undo": calibration.can_undo,
                "changes": lines_of(calibration.changes()),
                "saved": self._saved,
                **self._walk.state(),
                "you": holder in (None, client),
                **self._out,
            }

    def _take(self, client: str, message: dict[str, Any]) -> dict[str, Any]:
        calibration = self._calibration
        if message.get("stop"):
            self._stop()
            return {}
        if message.get("bye"):
            if self._lease.release(client):
                self._stop()
            return {}
        if not self._lease.claim(client):
            raise ConfigError(NOT_YOURS)
        calibration.hear()
        # The motor stops before other values change, and starts after that.
        if not message.get("run", True):
            calibration.run_motor(False)
        if "wheels_up" in message:
            calibration.confirm(wheels_up=message["wheels_up"])
            self._walk.confirm(wheels_up=message["wheels_up"])
        if CHANGES & {key for key, value in message.items() if value is not False}:
            self._walk.check_answered()
        actions: dict[str, Callable[[Any], object]] = {
            "question": self._walk.go,
            "done": self._walk.tick,
            "point": self._walk.choose,
            "share": calibration.set_share,
            "step_us": calibration.step,
            "trim_us": calibration.trim,
            "invert": calibration.invert,
            "frequency_hz": calibration.set_frequency,
            "measured_hz": calibration.correct_clock,
        }
        for key, action in actions.items():
            if key in message:
                action(message[key])
        orders: dict[str, Callable[[], object]] = {
            "undo": calibration.undo,
            "take_up": self._walk.take_up,
            "throw_away": self._walk.throw_away,
            "put_back": self._walk.put_back,
        }
        for key, order in orders.items():
            if message.get(key):
                order()
        if message.get("save"):
            return self._save()
        if message.get("run"):
            calibration.run_motor(True)
        return {}

    def _save(self) -> dict[str, Any]:
        where: list[str] = []
        stored = self._calibration.stored
        changes = self._calibration.save(lambda changes: where.append(self._write(changes)))
        self._saved = lines_of(changes)
        self._walk.saved(stored)
        return {"saved_to": where[0] if where else ""}

    def _stop(self) -> None:
        self._calibration.stop()
        self._walk.confirm(wheels_up=False)


def _check(message: dict[str, Any]) -> None:
    for key, value in message.items():
        kind = KEYS.get(key)
        if kind is None:
            raise ConfigError(f"A message has one of the keys {', '.join(KEYS)}. Received: {key!r}")
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ConfigError(f"`{key}` has the wrong type. Received: {key}={str(value)[:40]!r}")
        if isinstance(value, int | float) and not abs(value) < 1e9:
            raise ConfigError(f"`{key}` must be a sensible number. Received: {key}={value}")
