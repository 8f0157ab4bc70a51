"""Counts of pulses in the settings (4096 parts of a frame), converted to microseconds."""

from collections.abc import Sequence

from donkeycar.assembly.drivetrain.context import Context, Settings
from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.pca9685 import tick_us

# Entries that a car may have in a dictionary; a car from before donkeycar 5 has them outside.
STEERING = ("STEERING_LEFT_PWM", "STEERING_RIGHT_PWM")
THROTTLE = ("THROTTLE_FORWARD_PWM", "THROTTLE_STOPPED_PWM", "THROTTLE_REVERSE_PWM")
PULSE_NAMES = (*STEERING, *THROTTLE, "STEERING_MID_PWM", "THROTTLE_DEAD_PWM")

# Counts of pulses are below 750 at every usual frequency; no servo needs such high counts.
LIKELY_US = (800, 2500)


def steering_pulses(context: Context, family: Settings) -> PulseRange:
    """Full left, straight ahead and full right of a dictionary."""
    counts = [family["STEERING_LEFT_PWM"], family["STEERING_RIGHT_PWM"]]
    if family.get("STEERING_MID_PWM") is not None:
        counts.insert(1, family["STEERING_MID_PWM"])
    return context.pulses(*counts, scale=family["PWM_STEERING_SCALE"])


def throttle_pulses(context: Context, family: Settings) -> PulseRange:
    """Full reverse, standing still and full forward of a dictionary."""
    return context.pulses(
        family["THROTTLE_REVERSE_PWM"],
        family["THROTTLE_STOPPED_PWM"],
        family["THROTTLE_FORWARD_PWM"],
        scale=family["PWM_THROTTLE_SCALE"],
    )


def dead_us(context: Context, family: Settings) -> float:
    """Distance from the neutral pulse at which the motor begins to turn, in microseconds."""
    counts: float = (family.get("THROTTLE_DEAD_PWM") or 0) * family["PWM_THROTTLE_SCALE"]
    return counts * tick_us(context.settings["PWM_FREQUENCY"])


def in_microseconds(context: Context, family: Settings, names: Sequence[str]) -> str:
    """A hint if the owner wrote impossible pulses in microseconds instead of counts; else "".

    Args:
        context: The context of the drivetrain.
        family: The dictionary.
        names: Its entries.
    """
    counts = {name: family[name] for name in names}
    if not all(LIKELY_US[0] <= count <= LIKELY_US[1] for count in counts.values()):
        return ""
    count_us = tick_us(context.settings["PWM_FREQUENCY"])
    right = {name: round(count / count_us) for name, count in counts.items()}
    return f". They are counts of 4096ths of a frame. If yours are microseconds, write {right}"
