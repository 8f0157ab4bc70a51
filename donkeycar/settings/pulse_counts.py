"""PWM pulse lengths: they are counted in fractions of a frame, so they change with the frequency.

The default pulses are counted for the default frequency. At 50 Hz they would be a fifth longer:
the neutral pulse of 60 Hz would then be 60 % of full throttle.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from donkeycar.settings.layers import FAMILY, FLAT_NAMES, KIND, Layers
from donkeycar.settings.rows.drivetrain import FLAT_KINDS
from donkeycar.settings.schema import SETTINGS

FREQUENCY = "PWM_FREQUENCY"
STOPPED, REVERSE, SCALE = "THROTTLE_STOPPED_PWM", "THROTTLE_REVERSE_PWM", "PWM_THROTTLE_SCALE"
COUNTS, CLOCK_HZ = 4096, 25e6
# Every speed controller that can reverse has its neutral near 1500 us; its transmitter has a trim,
# and a copy of the PCA9685 is off by some per cent.
STANDS_STILL_US = (1300, 1700)


def miscounted(layers: Layers, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Find default pulses that the owner's frequency would make longer or shorter.

    Args:
        layers: The written values, and where they were written.
        values: The checked values.

    Yields:
        The name of the frequency, and a sentence: the rule, the received value, the next step.
    """
    default_hz, rate_hz = SETTINGS[FREQUENCY].default, values[FREQUENCY]
    counts = _as_delivered(layers, values) if rate_hz != default_hz else {}
    if not counts:
        return
    name, count = next(((n, c) for n, c in counts.items() if n == STOPPED), [*counts.items()][0])
    new = {name: round(count * rate_hz / default_hz) for name, count in counts.items()}
    where = _where(values)
    lines = ", ".join(f"{name} = {count}" for name, count in new.items())
    write = f"Add {new} to {where}" if where else f"Write {lines}"
    yield (
        FREQUENCY,
        f"{FREQUENCY} {rate_hz:g} makes other pulses of counts that are meant for {default_hz} "
        f"times per second: {name} {count:g} would be {_us(count, rate_hz):.0f} us instead of "
        f"{_us(count, default_hz):.0f}. Received: {FREQUENCY}={rate_hz:g}. {write}, then calibrate "
        "with the wheels off the ground (donkey calibrate); or delete the line.",
    )


def does_not_stand_still(layers: Layers, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Find a neutral pulse with which most speed controllers would drive.

    Yields:
        The name of the setting that holds it, and a sentence.
    """
    if _where(values) not in (FAMILY, ""):
        return
    family = dict(values[FAMILY])
    if not _where(values):
        family |= {name: values[name] for name in FLAT_NAMES if values[name] is not None}
    stopped, scale = family[STOPPED], family[SCALE]
    stopped_us = _us(stopped * scale, values[FREQUENCY])
    # Without reverse, neutral is one end of the throttle, as in a speed controller of an aeroplane.
    if stopped == family[REVERSE] or STANDS_STILL_US[0] <= stopped_us <= STANDS_STILL_US[1]:
        return
    is_flat = not _where(values) and values[STOPPED] is not None
    holders = (STOPPED,) if is_flat else (FAMILY, FREQUENCY)
    holder = next((name for name in holders if name in layers.sources), None)
    if holder is not None:
        yield (
            holder,
            f"{STOPPED} {stopped:g} is a pulse of {stopped_us:.0f} us, but most speed controllers "
            "stand still near 1500 us and would drive on it. Lift the wheels off the ground and "
            "find Stop: donkey calibrate.",
        )


def _where(values: Mapping[str, Any]) -> str | None:
    """The dictionary with the pulses of a car; "" if they are not in one, ``None`` without any."""
    kind = values[KIND]
    if kind in FLAT_KINDS:
        return ""
    pulsed = kind in SETTINGS and "STEERING_LEFT_PWM" in SETTINGS[kind].default
    return kind if pulsed else None


def _as_delivered(layers: Layers, values: Mapping[str, Any]) -> dict[str, float]:
    """Default counts of pulses that this car uses and no owner wrote, by name."""
    where = _where(values)
    if where is None:
        return {}
    written = layers.entries.get(where or FAMILY, set()) | layers.owned
    return {
        name: count
        for name, count in SETTINGS[where or FAMILY].default.items()
        if name.endswith("_PWM") and count and name not in written
    }


def _us(count: float, rate_hz: float) -> float:
    """A count in microseconds; the PCA9685 divides its clock by whole numbers only."""
    return count * round(CLOCK_HZ / COUNTS / rate_hz) * 1e6 / CLOCK_HZ
