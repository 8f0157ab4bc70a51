"""Calibration: find the pulses of a car in small steps, with its wheels in the air.

No pulse goes out before somebody has said that the wheels are in the air, or after a second without
a sign of life. No pulse goes more than 20 % beyond the stored ones. The servo glides from one point
to the next. The motor runs only while the order to run is repeated, and begins at a tenth of the
way to the pulse.
"""

from collections.abc import Callable
from typing import Any

from donkeycar.driving.command import NEUTRAL, Command
from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.calibration_edits import CalibrationEdits, Draft
from donkeycar.parts.drivetrain.calibration_glide import Glide
from donkeycar.parts.drivetrain.calibration_points import (
    STEERING,
    CalibrationSheet,
    value_from_us,
)
from donkeycar.timing import Clock, RealClock

# The person who calibrates gives a sign of life at least this often, or the motor goes to neutral.
DEAD_MAN_S = 1.0
# How long the motor takes from neutral to the whole pulse of its point.
RAMP_S = 1.0
# How fast the servo moves from point to point: about a second from the middle to an end.
STEERING_US_PER_S = 400.0
# The motor begins with this share of the way from neutral to the pulse of its point.
FIRST_SHARE = 0.1
# Points that the motor runs at, and of these the ones that it may run at with a share.
MOTOR_RUNS = ("forward", "reverse", "start")
SHARED = ("forward", "reverse")


class Calibration(CalibrationEdits):
    """A calibration in progress: the values, and what moves.

    Args:
        sheet: The stored pulses, and the widest pulses that may be tried.
        clock: Source of time.

    Attributes:
        ready: Whether the wheels are in the air.
        began: Whether somebody has ever said that they are.
        share: Share of the way from neutral to the pulse at which the motor runs, 0.1 to 1.

    Example:
        >>> from donkeycar.guardian.pulse import PulseRange
        >>> servo = PulseRange(1000, 1500, 2000)
        >>> names = {"left": "LEFT_US", "middle": "MIDDLE_US", "right": "RIGHT_US"}
        >>> pulses = dict(zip(names, servo, strict=True))
        >>> units = dict.fromkeys(names, 1.0)
        >>> sheet = CalibrationSheet("", names, pulses, units, servo, throttle=None)
        >>> calibration = Calibration(sheet)
        >>> calibration.choose("left")
        >>> calibration.step(20)
        >>> calibration.changes()
        {'LEFT_US': 1020}
    """

    def __init__(self, sheet: CalibrationSheet, *, clock: Clock | None = None) -> None:
        super().__init__(sheet)
        self._clock: Clock = RealClock() if clock is None else clock
        self.ready = self.began = False
        self.share = FIRST_SHARE
        self._heard_s = -DEAD_MAN_S
        self._runs = False
        self._servo = Glide(sheet.steering.centre_us, clock=self._clock)
        self._motor = Glide(self.pulses.get("stopped", 0.0), clock=self._clock)

    @property
    def lapsed(self) -> bool:
        """Whether the last sign of life is too old."""
        return self._clock.monotonic() - self._heard_s >= DEAD_MAN_S

    @property
    def running(self) -> bool:
        """Whether the motor has the order to turn."""
        return self._runs and not self.lapsed

    def hear(self) -> None:
        """Take a sign of life of the person who calibrates."""
        if self.lapsed:
            # A person who comes back has to give the order to run again.
            self._rest()
        self._heard_s = self._clock.monotonic()

    def confirm(self, *, wheels_up: bool) -> None:
        """Say whether the wheels are in the air; until they are, no pulse goes out."""
        self.ready = wheels_up
        self.began |= wheels_up
        self._rest()

    def choose(self, point: str) -> None:
        """Go on with another point. The motor stops.

        Raises:
            ConfigError: If the drivetrain has no such point.
        """
        if point not in self.points:
            raise ConfigError(
                f"`point` must be one of {', '.join(self.points)}. Received: point={point!r}"
            )
        if point != self.point:
            self._rest()
        self.point = point

    def run_motor(self, run: bool) -> None:
        """Start the motor at the pulse of the point, or stop it."""
        self._runs = run and self.ready and self.point in MOTOR_RUNS

    def set_share(self, share: float) -> None:
        """Choose the share of the way from neutral to the pulse at which the motor runs.

        Raises:
            ConfigError: If it is not 0.1 to 1, or the point has no such share.
        """
        if self.point not in SHARED:
            raise ConfigError(
                f"`share` is for {' and '.join(SHARED)} only. Received: point={self.point!r}. "
                "Go there first"
            )
        if not FIRST_SHARE <= share <= 1.0:
            raise ConfigError(f"`share` must be {FIRST_SHARE:g} to 1. Received: share={share:g}")
        self.share = float(share)

    def stop(self) -> None:
        """Put motor and servo to neutral until somebody confirms again that the wheels are up."""
        self.confirm(wheels_up=False)

    def invert(self, what: str) -> None:
        """Swap the ends of ``"steering"`` or ``"throttle"``. The motor stops.

        Raises:
            ConfigError: If they cannot be swapped.
        """
        self._rest()
        super().invert(what)

    def undo(self) -> None:
        """Take the last change back. The motor stops."""
        self._rest()
        super().undo()

    def adopt(self, draft: Draft) -> None:
        """Take over all values of a draft. The motor stops.

        Raises:
            ConfigError: If one of its pulses may not be tried.
        """
        self._rest()
        super().adopt(draft)

    def discard(self) -> None:
        """Return to the stored values. The motor stops."""
        self._rest()
        super().discard()

    def save(self, write: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Store the changes, as `CalibrationEdits.save` does. The motor stops."""
        self._rest()
        return super().save(write)

    def command(self, *, held_at: float | None = None) -> Command:
        """The command for the guardian at this moment.

        Args:
            held_at: Steering that the guardian outputs while it carries out no orders, -1 to +1;
                the servo begins there. ``None`` if it carries them out.
        """
        if held_at is not None:
            self._servo.rest(self.pulses_out(held_at, 0.0)[0])
            self._motor.rest(self.pulses.get("stopped", 0.0))
        void_s = self._heard_s + DEAD_MAN_S
        if not self.ready or self.lapsed:
            self._rest()
            return NEUTRAL
        servo = self.point if self.point in STEERING else "middle"
        servo_us = self._servo.towards(self.pulses[servo], rate_per_s=STEERING_US_PER_S)
        angle = value_from_us(self.sheet.steering, self._compensated(servo_us))
        throttle = 0.0
        if self.sheet.throttle is not None:
            motor_us = self._compensated(self._motor_us())
            throttle = value_from_us(self.sheet.throttle, motor_us)
        return Command(angle, throttle, "calibration", void_s)

    def pulses_out(self, steering: float, throttle: float) -> tuple[float, float | None]:
        """The pulses in us for a guardian's values; ``None`` for a motor that takes no pulses."""
        share = self._made_with.clock_hz / self.clock_hz
        motor = self.sheet.throttle
        return (
            share * self.sheet.steering.at(steering),
            None if motor is None else share * motor.at(throttle),
        )

    def _rest(self) -> None:
        """Stop the motor; it begins low again."""
        self._runs = False
        self.share = FIRST_SHARE

    def _motor_us(self) -> float:
        stopped_us = self.pulses["stopped"]
        if not self._runs:
            return self._motor.rest(stopped_us)
        way_us = self.pulses[self.point] - stopped_us
        share = self.share if self.point in SHARED else 1.0
        rate = max(abs(way_us), 1.0) / RAMP_S
        return self._motor.towards(stopped_us + share * way_us, rate_per_s=rate)

    def _compensated(self, pulse_us: float) -> float:
        """The pulse to ask for, as the guardian still calculates with the stored clock."""
        return pulse_us * self.clock_hz / self._made_with.clock_hz
