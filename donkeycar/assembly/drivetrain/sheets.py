"""Calibration points of drivetrains whose settings count pulses in 4096 parts of a frame."""

from collections.abc import Mapping

from donkeycar.assembly.drivetrain.context import Settings
from donkeycar.assembly.drivetrain.counts import PULSE_NAMES
from donkeycar.guardian.pulse import LONGEST_US, PulseRange
from donkeycar.parts.drivetrain.calibration_points import (
    STEERING,
    THROTTLE,
    CalibrationSheet,
    Rate,
    widened,
)
from donkeycar.parts.drivetrain.pca9685 import tick_us

HIGHEST_COUNT = 4095

_STEERING_NAMES = {
    "left": "STEERING_LEFT_PWM", "middle": "STEERING_MID_PWM", "right": "STEERING_RIGHT_PWM",
}  # fmt: skip
_THROTTLE_NAMES = {
    "reverse": "THROTTLE_REVERSE_PWM", "stopped": "THROTTLE_STOPPED_PWM",
    "forward": "THROTTLE_FORWARD_PWM", "start": "THROTTLE_DEAD_PWM",
}  # fmt: skip


def counted_sheet(family: str, settings: Settings) -> CalibrationSheet:
    """Read pulses that are counted in 4096 parts of a frame.

    Args:
        family: The dictionary that holds them; "" for a car from before donkeycar 5.
        settings: All settings of the car, by name.

    Raises:
        ConfigError: If a pulse is impossible.
    """
    values = dict(settings[family or "PWM_STEERING_THROTTLE"])
    if not family:
        own = {name: settings.get(name) for name in PULSE_NAMES}
        values |= {name: value for name, value in own.items() if value is not None}
    count_us = tick_us(settings["PWM_FREQUENCY"])
    steering_us = count_us * values["PWM_STEERING_SCALE"]
    left, right = (values[_STEERING_NAMES[point]] for point in ("left", "right"))
    middle = values.get("STEERING_MID_PWM")
    pulses = {
        "left": left * steering_us,
        "middle": ((left + right) / 2 if middle is None else middle) * steering_us,
        "right": right * steering_us,
    }
    names, units = dict(_STEERING_NAMES), dict.fromkeys(STEERING, steering_us)
    throttle = None
    if "THROTTLE_STOPPED_PWM" in values:
        throttle_us = count_us * values["PWM_THROTTLE_SCALE"]
        for point in ("reverse", "stopped", "forward"):
            pulses[point] = values[_THROTTLE_NAMES[point]] * throttle_us
        way = 1 if pulses["forward"] >= pulses["stopped"] else -1
        dead = values.get("THROTTLE_DEAD_PWM") or 0
        pulses["start"] = pulses["stopped"] + way * dead * throttle_us
        names |= _THROTTLE_NAMES
        units |= dict.fromkeys(THROTTLE, throttle_us)
        motor = _range(pulses, "reverse", "stopped", "forward").check("throttle")
        throttle = widened(motor, highest_us=min(LONGEST_US, HIGHEST_COUNT * throttle_us))
    servo = _range(pulses, *STEERING).check("steering")
    return CalibrationSheet(
        family,
        names,
        pulses,
        units,
        steering=widened(servo, highest_us=min(LONGEST_US, HIGHEST_COUNT * steering_us)),
        throttle=throttle,
        half_way=middle is None,
        frequency=Rate("PWM_FREQUENCY", float(settings["PWM_FREQUENCY"])),
        oscillator=_oscillator(family, settings),
    )


def _oscillator(family: str, settings: Settings) -> Rate | None:
    """The clock of the PCA9685 that makes the pulses; a car without a dictionary has one."""
    entries = settings[family] if family else {}
    pins = [str(value) for name, value in entries.items() if name.endswith("_PIN")]
    if family and not any(pin.startswith("PCA9685.") for pin in pins):
        return None
    return Rate("PCA9685_OSCILLATOR_HZ", float(settings["PCA9685_OSCILLATOR_HZ"]))


def _range(pulses: Mapping[str, float], low: str, centre: str, high: str) -> PulseRange:
    return PulseRange(pulses[low], pulses[centre], pulses[high])
