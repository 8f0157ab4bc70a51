"""Telemetry: the channels of the drive loop that the page shows, and their protocol names."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple


class Shown(NamedTuple):
    """How a channel is shown.

    Attributes:
        key: Its name in the protocol.
        form: Converts its value to one that JSON can hold; ``None`` is "not known".
    """

    key: str
    form: Callable[[Any], Any]


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the loop, under the names of the protocol; missing values are "not known".

    Args:
        values: The values of the channels, by name.
    """
    return {row.key: row.form(values.get(channel)) for channel, row in TELEMETRY.items()}


def _rounded(value: Any, *, digits: int) -> float | None:
    """`value` as a number, or ``None``: a pilot may write NaN, a text, or a number of numpy."""
    try:
        return round(float(value), digits) if math.isfinite(value) else None
    except (TypeError, ValueError, OverflowError):
        return None  # the drive mode refuses the value, and names the channel


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _text(value: str | None) -> str:
    return value or ""


def _same(value: Any) -> Any:
    return value


def _choices(value: Any) -> list[dict[str, Any]]:
    return [choice._asdict() for choice in value or ()]


def _place(value: Any) -> list[float | None] | None:
    return None if value is None else [_rounded(number, digits=2) for number in value]


_THOUSANDTHS = partial(_rounded, digits=3)

TELEMETRY = {
    "tub/num_records": Shown("num_records", _whole),
    "tub/status": Shown("recorder_status", _text),
    "tub/reason": Shown("recorder_reason", _text),
    "tub/undoable": Shown("num_undoable", _whole),
    "loop/rate_hz": Shown("loop_hz", partial(_rounded, digits=1)),
    "angle": Shown("angle", _THOUSANDTHS),
    "throttle": Shown("throttle", _THOUSANDTHS),
    "pilot/angle": Shown("pilot_angle", _THOUSANDTHS),
    "pilot/throttle": Shown("pilot_throttle", _THOUSANDTHS),
    "pilot/name": Shown("pilot_name", _text),
    "pilot/choice_note": Shown("pilot_choice_note", _text),
    "pilot/choices": Shown("pilots", _choices),
    "drivetrain/state": Shown("drivetrain_state", _same),
    "drivetrain/reason": Shown("drivetrain_reason", _text),
    # Rounded to hundredths, because every change has to be sent.
    "cam/age_s": Shown("camera_age_s", partial(_rounded, digits=2)),
    "drivetrain/age_p50_s": Shown("wheel_age_p50_s", _THOUSANDTHS),
    "drivetrain/age_p99_s": Shown("wheel_age_p99_s", _THOUSANDTHS),
    "power/reason": Shown("power_reason", _text),
    # Tenths change often enough for a person.
    "motion/speed_m_s": Shown("speed_m_s", partial(_rounded, digits=1)),
    "lap/time_s": Shown("lap_s", partial(_rounded, digits=1)),
    "lap/best_s": Shown("best_lap_s", partial(_rounded, digits=2)),
    "lap/count": Shown("laps", _whole),
    "map/track": Shown("track", _same),
    "map/place": Shown("place", _place),
    "map/put_backs": Shown("put_backs", _whole),
}
