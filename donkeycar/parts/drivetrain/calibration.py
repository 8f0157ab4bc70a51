"""Calibration: find the pulses of a car in small steps, with its wheels in the air.

No pulse goes out before somebody has said that the wheels are in the air, or after a second without
a sign of life. No pulse goes more than 20 % beyond the stored ones. The motor runs only while the
order to run is repeated, and takes a second to reach its pulse.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from donkeycar.driving.command import NEUTRAL, Command
from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.calibration_points import (
    STEERING,
    THROTTLE,
    CalibrationSheet,
    value_from_us,
)
from donkeycar.parts.drivetrain.calibration_rules import check_pulses
from donkeycar.parts.drivetrain.pca9685 import (
    DEFAULT_FREQUENCY_HZ,
    OSCILLATOR_HZ,
    TICKS,
    tick_us,
)
from donkeycar.timing import Clock, RealClock

# The person who calibrates gives a sign of life at least this often, or the motor goes to neutral.
DEAD_MAN_S = 1.0
# How long the motor takes from standing still to the chosen pulse.
RAMP_S = 1.0
LARGEST_STEP_US = 25.0
MAX_UNDO = 200

LOWEST_CLOCK_HZ, HIGHEST_CLOCK_HZ = 20e6, 30e6


@dataclass(frozen=True)
class _Draft:
    """All values that a person can change and undo."""

    pulses: Mapping[str, float] = field(default_factory=dict)
    frequency_hz: float = 60.0
    clock_hz: float = OSCILLATOR_HZ


class Calibration:
    """A calibration in progress.

    Args:
        sheet: The stored pulses, and the widest pulses that may be tried.
        clock: Source of time.

    Attributes:
        sheet: The same.
        ready: Whether the wheels are in the air.
        point: The point that is being calibrated.

    Example:
        >>> from donkeycar.guardian.pulse import PulseRange
        >>> servo = PulseRange(1000, 1500, 2000)
        >>> names = {"left": "LEFT_US", "middle": "MIDDLE_US", "right": "RIGHT_US"}
        >>> pulses = dict(zip(names, servo, strict=True))
        >>> units = dict.fromkeys(names, 1.0)
        >>> sheet = CalibrationSheet("", names, pulses, units, servo, throttle=None)
        >>> calibration = Calibration(sheet)
        >>> calibration.step(20)
        >>> calibration.changes()
        {'LEFT_US': 1020}
    """

    def __init__(self, sheet: CalibrationSheet, *, clock: Clock | None = None) -> None:
        self._clock: Clock = RealClock() if clock is None else clock
        self.sheet = sheet
        self.has_frequency = sheet.frequency is not None
        self.has_clock = sheet.oscillator is not None
        self._stored = self._draft = _Draft(
            dict(sheet.pulses),
            DEFAULT_FREQUENCY_HZ if sheet.frequency is None else sheet.frequency.hz,
            OSCILLATOR_HZ if sheet.oscillator is None else sheet.oscillator.hz,
        )
        self._made_with = self._draft
        self._half_way = self.sheet.half_way
        self._history: list[_Draft] = []
        self.ready = self.began = False
        self.point = next(iter(self.points))
        self._heard_s = -DEAD_MAN_S
        self._running_since_s: float | None = None

    @property
    def points(self) -> list[str]:
        """The points that can be calibrated, in order."""
        return [point for point in (*STEERING, *THROTTLE) if point in self.sheet.names]

    @property
    def pulses(self) -> Mapping[str, float]:
        """Pulse by point, in microseconds."""
        return self._draft.pulses

    @property
    def frequency_hz(self) -> float:
        """PWM frequency that `save` stores, in frames a second."""
        return self._draft.frequency_hz

    @property
    def clock_hz(self) -> float:
        """Clock of the PCA9685 that `save` stores."""
        return self._draft.clock_hz

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to undo."""
        return bool(self._history)

    @property
    def lapsed(self) -> bool:
        """Whether the last sign of life is too old."""
        return self._clock.monotonic() - self._heard_s >= DEAD_MAN_S

    @property
    def running(self) -> bool:
        """Whether the motor has the order to turn."""
        return self._running_since_s is not None and not self.lapsed

    def written(self, point: str) -> int:
        """The value that `save` would write into the setting of a point."""
        return self._written(self._draft, point)

    def hear(self) -> None:
        """Take a sign of life of the person who calibrates."""
        if self.lapsed:
            # A person who comes back has to give the order to run again.
            self._running_since_s = None
        self._heard_s = self._clock.monotonic()

    def confirm(self, *, wheels_up: bool) -> None:
        """Say whether the wheels are in the air; until they are, no pulse goes out."""
        self.ready = wheels_up
        self.began |= wheels_up
        self._running_since_s = None

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
            self._running_since_s = None
        self.point = point

    def run_motor(self, run: bool) -> None:
        """Start the motor at the pulse of the point, or stop it."""
        if not (run and self.ready and self.point in ("forward", "reverse", "start")):
            self._running_since_s = None
        elif self._running_since_s is None:
            self._running_since_s = self._clock.monotonic()

    def stop(self) -> None:
        """Put motor and servo to neutral until somebody confirms again that the wheels are up."""
        self.confirm(wheels_up=False)

    def step(self, step_us: float) -> None:
        """Move the pulse of the point.

        Args:
            step_us: At most `LARGEST_STEP_US` either way.

        Raises:
            ConfigError: If the step is too large or goes too far. The pulse is unchanged then.
        """
        self._check_step(step_us)
        moved = {self.point: self.pulses[self.point] + step_us}
        if self.point == "stopped":
            moved["start"] = self.pulses["start"] + step_us
        self._change(moved)

    def trim(self, step_us: float) -> None:
        """Move all pulses of the steering. Raises the same errors as `step`."""
        self._check_step(step_us)
        moved = [point for point in STEERING if point in self.points]
        self._change({point: self.pulses[point] + step_us for point in moved})

    def invert(self, what: str) -> None:
        """Swap the ends of ``"steering"`` or ``"throttle"``.

        Raises:
            ConfigError: If they cannot be swapped.
        """
        self._running_since_s = None
        ends = {"steering": ("left", "right"), "throttle": ("forward", "reverse")}.get(what)
        if ends is None or not set(ends) <= set(self.points):
            raise ConfigError(f"`invert` has no ends to swap here. Received: invert={what!r}")
        one, other = ends
        moved = {one: self.pulses[other], other: self.pulses[one]}
        if what == "throttle":
            moved["start"] = 2 * self.pulses["stopped"] - self.pulses["start"]
        self._change(moved)

    def set_frequency(self, frequency_hz: float) -> None:
        """Choose the PWM frequency for the next start; pulses keep their length.

        Raises:
            ConfigError: If it is not 40 to 200, or this drivetrain has no such setting.
        """
        if not (self.has_frequency and 40 <= frequency_hz <= 200):
            raise ConfigError(
                f"`frequency_hz` must be 40 to 200. Received: frequency_hz={frequency_hz:g}"
            )
        self._keep(replace(self._draft, frequency_hz=float(frequency_hz)))

    def correct_clock(self, measured_hz: float) -> None:
        """Correct the clock of the PCA9685 from the frame rate that an instrument measured.

        Raises:
            ConfigError: If the chip is not a PCA9685, or its clock cannot be that far off.
        """
        made = self._made_with
        divider = tick_us(made.frequency_hz, made.clock_hz) * made.clock_hz / 1e6
        clock_hz = float(round(measured_hz * TICKS * divider))
        if not (self.has_clock and LOWEST_CLOCK_HZ <= clock_hz <= HIGHEST_CLOCK_HZ):
            expected_hz = made.clock_hz / TICKS / divider
            raise ConfigError(
                f"`measured_hz` must be within 20 % of {expected_hz:.2f}, and the chip a PCA9685. "
                f"Received: measured_hz={measured_hz:g}"
            )
        self._keep(replace(self._draft, clock_hz=clock_hz))

    def undo(self) -> None:
        """Take the last change back. The motor stops."""
        self._running_since_s = None
        if self._history:
            self._draft = self._history.pop()

    def command(self) -> Command:
        """The command for the guardian at this moment."""
        void_s = self._heard_s + DEAD_MAN_S
        if not self.ready or self.lapsed:
            self._running_since_s = None
            return NEUTRAL
        servo = self.point if self.point in STEERING else "middle"
        angle = value_from_us(self.sheet.steering, self._compensated(self.pulses[servo]))
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

    def changes(self) -> dict[str, Any]:
        """The unsaved changes: value by setting, or entries by dictionary.

        A dictionary holds only the entries that differ from the stored ones.
        """
        entries = {
            self.sheet.names[point]: self.written(point)
            for point in self.points
            if self._differs(point)
        }
        changes: dict[str, Any] = {self.sheet.family: entries} if self.sheet.family else entries
        if not entries:
            changes = {}
        if self.sheet.frequency and self.frequency_hz != self._stored.frequency_hz:
            changes[self.sheet.frequency.setting] = self.frequency_hz
        if self.sheet.oscillator and self.clock_hz != self._stored.clock_hz:
            changes[self.sheet.oscillator.setting] = self.clock_hz
        return changes

    def save(self, write: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Store the changes. The motor stops.

        Args:
            write: Called with `changes`, if there are any.

        Returns:
            The stored changes.

        Raises:
            ConfigError: If `write` raises it; the calibration is then unchanged.
        """
        self._running_since_s = None
        changes = self.changes()
        if changes:
            write(changes)
        self._half_way = self._half_way and not self._differs("middle")
        self._stored = self._draft
        return changes

    def _motor_us(self) -> float:
        stopped_us = self.pulses["stopped"]
        if self._running_since_s is None:
            return stopped_us
        share = min((self._clock.monotonic() - self._running_since_s) / RAMP_S, 1.0)
        return stopped_us + share * (self.pulses[self.point] - stopped_us)

    def _compensated(self, pulse_us: float) -> float:
        """The pulse to ask for, as the guardian still calculates with the stored clock."""
        return pulse_us * self.clock_hz / self._made_with.clock_hz

    def _written(self, draft: _Draft, point: str) -> int:
        unit_us = self.sheet.units[point]
        if self.has_frequency:
            unit_us *= tick_us(draft.frequency_hz) / tick_us(self._made_with.frequency_hz)
        if point == "start" and self.has_frequency:
            return round(abs(draft.pulses["start"] - draft.pulses["stopped"]) / unit_us)
        return round(draft.pulses[point] / unit_us)

    def _differs(self, point: str) -> bool:
        """Whether the stored settings would give another pulse."""
        if point == "middle" and self._half_way:
            ends = self.written("left") + self.written("right")
            return abs(self.written("middle") - ends / 2) > 0.5
        return self.written(point) != self._written(self._stored, point)

    def _check_step(self, step_us: float) -> None:
        if not abs(step_us) <= LARGEST_STEP_US:
            raise ConfigError(
                f"`step_us` must be -{LARGEST_STEP_US:g} to {LARGEST_STEP_US:g}. "
                f"Received: step_us={step_us:g}"
            )

    def _change(self, moved: Mapping[str, float]) -> None:
        pulses = {**self.pulses, **moved}
        check_pulses(self.sheet, pulses)
        self._keep(replace(self._draft, pulses=pulses))

    def _keep(self, draft: _Draft) -> None:
        self._history = [*self._history[1 - MAX_UNDO :], self._draft]
        self._draft = draft
