"""Limits of a calibration: pulses stay in order and close to the stored ones."""

from collections.abc import Mapping

from donkeycar.errors import ConfigError
from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.calibration_points import STEERING, CalibrationSheet


def check_pulses(sheet: CalibrationSheet, pulses: Mapping[str, float]) -> None:
    """Refuse pulses that are out of order or outside the range that may be tried.

    Args:
        sheet: The stored calibration.
        pulses: Pulse by point, in microseconds.

    Raises:
        ConfigError: If a pulse may not be tried.
    """
    _check_order(PulseRange(*(pulses[point] for point in STEERING)), sheet.steering)
    if sheet.throttle is None:
        return
    motor = PulseRange(*(pulses[point] for point in ("reverse", "stopped", "forward")))
    _check_order(motor, sheet.throttle)
    ways_us = [motor.high_us - motor.centre_us, motor.low_us - motor.centre_us]
    most_us = min(abs(way_us) for way_us in ways_us if way_us) / 2
    forward = 1 if ways_us[0] > 0 or ways_us[1] < 0 else -1
    dead_us = forward * (pulses["start"] - motor.centre_us)
    if not -0.5 <= dead_us <= most_us:
        raise ConfigError(
            f"The motor must begin to turn 0 to {most_us:.0f} us from neutral, half of the shorter "
            f"way. Received: {dead_us:.0f} us"
        )


def _check_order(pulses: PulseRange, widest: PulseRange) -> None:
    lowest_us, highest_us = sorted((widest.low_us, widest.high_us))
    low_us, high_us = sorted((pulses.low_us, pulses.high_us))
    if not lowest_us - 0.5 <= low_us or not high_us <= highest_us + 0.5:
        raise ConfigError(
            f"Pulses must be {lowest_us:.0f} to {highest_us:.0f} us: what is stored and 20 %. "
            f"Received: {low_us:.0f} to {high_us:.0f} us. To go farther save, and start again"
        )
    if not low_us <= pulses.centre_us <= high_us or low_us == high_us:
        raise ConfigError(
            f"The middle must be between the ends. Received: {pulses.low_us:.0f}, "
            f"{pulses.centre_us:.0f}, {pulses.high_us:.0f} us"
        )
