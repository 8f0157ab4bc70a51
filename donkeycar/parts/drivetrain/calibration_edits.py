"""Values of a calibration: what a person changes, takes back and saves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.guardian.pulse import LONGEST_US, SHORTEST_US
from donkeycar.parts.drivetrain.calibration_points import STEERING, CalibrationSheet
from donkeycar.parts.drivetrain.calibration_rules import check_pulses
from donkeycar.parts.drivetrain.pca9685 import (
    DEFAULT_FREQUENCY_HZ,
    OSCILLATOR_HZ,
    TICKS,
    tick_us,
)

LARGEST_STEP_US = 25.0
MAX_UNDO = 200

# The order in which a person calibrates. A servo begins in the middle, so that it never jumps to
# an end.
ORDER = ("middle", "left", "right", "forward", "stopped", "start", "reverse")

LOWEST_CLOCK_HZ, HIGHEST_CLOCK_HZ = 20e6, 30e6


@dataclass(frozen=True)
class Draft:
    """All values that a person can change and undo.

    Attributes:
        pulses: Pulse by point, in microseconds.
        frequency_hz: PWM frequency, in frames a second.
        clock_hz: Clock of the PCA9685.
    """

    pulses: Mapping[str, float] = field(default_factory=dict)
    frequency_hz: float = 60.0
    clock_hz: float = OSCILLATOR_HZ


class CalibrationEdits:
    """The values of a calibration, apart from what moves.

    Args:
        sheet: The stored pulses, and the widest pulses that may be tried.

    Attributes:
        sheet: The same.
        point: The point that is being calibrated.
    """

    def __init__(self, sheet: CalibrationSheet) -> None:
        self.sheet = sheet
        self.has_frequency = sheet.frequency is not None
        self.has_clock = sheet.oscillator is not None
        self._stored = self._draft = Draft(
            dict(sheet.pulses),
            DEFAULT_FREQUENCY_HZ if sheet.frequency is None else sheet.frequency.hz,
            OSCILLATOR_HZ if sheet.oscillator is None else sheet.oscillator.hz,
        )
        self._made_with = self._draft
        self._half_way = self.sheet.half_way
        self._history: list[Draft] = []
        self.point = next(iter(self.points))

    @property
    def points(self) -> list[str]:
        """The points that can be calibrated, in the order of the walk: the middle first."""
        return [point for point in ORDER if point in self.sheet.names]

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
    def draft(self) -> Draft:
        """All values as they are now."""
        return self._draft

    @property
    def stored(self) -> Draft:
        """All values as the settings hold them."""
        return self._stored

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to undo."""
        return bool(self._history)

    def written(self, point: str) -> int:
        """The value that `save` would write into the setting of a point."""
        return self._written(self._draft, point)

    def was_written(self, point: str) -> int:
        """The value that the settings hold for a point."""
        return self._written(self._stored, point)

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
        """Take the last change back."""
        if self._history:
            self._draft = self._history.pop()

    def adopt(self, draft: Draft) -> None:
        """Take over all values of a draft; `undo` takes them back.

        Raises:
            ConfigError: If one of its pulses may not be tried.
        """
        check_pulses(self.sheet, draft.pulses)
        self._keep(draft)

    def fits(self, draft: Draft) -> bool:
        """Whether a draft is of this drivetrain: the same points, and no impossible number."""
        rates = 0 < draft.frequency_hz < 1000 and 0 < draft.clock_hz < 1e9
        pulses = draft.pulses.values()
        return (
            rates
            and set(draft.pulses) == set(self.sheet.pulses)
            and all(SHORTEST_US <= pulse_us <= LONGEST_US for pulse_us in pulses)
        )

    def changes_to(self, draft: Draft) -> dict[str, Any]:
        """Return what `save` would write to store `draft`, which need not be within the limits.

        For a program that sends no pulses: nothing else changes.
        """
        before, self._draft = self._draft, draft
        changes = self.changes()
        self._draft = before
        return changes

    def discard(self) -> None:
        """Return to the stored values; `undo` takes that back."""
        if self._draft != self._stored:
            self._keep(self._stored)

    def changes(self) -> dict[str, Any]:
        """The unsaved changes: value by setting, or entries by dictionary.

        A dictionary holds only the entries that differ from the stored ones.
        """
        entries = {
            name: self.written(point)
            for point, name in self.sheet.names.items()
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
        """Store the changes.

        Args:
            write: Called with `changes`, if there are any.

        Returns:
            The stored changes.

        Raises:
            ConfigError: If `write` raises it; the calibration is then unchanged.
        """
        changes = self.changes()
        if changes:
            write(changes)
        self._half_way = self._half_way and not self._differs("middle")
        self._stored = self._draft
        return changes

    def _written(self, draft: Draft, point: str) -> int:
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

    def _keep(self, draft: Draft) -> None:
        self._history = [*self._history[1 - MAX_UNDO :], self._draft]
        self._draft = draft
