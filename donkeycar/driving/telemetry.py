"""What the drive loop says of itself, for the page: which channels, under which names."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple


class Shown(NamedTuple):
    """How a channel is shown.

    Attributes:
        key: Its name in the protocol.
        form: Makes of its value what JSON can hold; ``None`` is "not known".
    """

    key: str
    form: Callable[[Any], Any]


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the loop said, in the names of the protocol; what it did not say is not known.

    Args:
        values: What channels hold, by name.
    """
    return {row.key: row.form(values.get(channel)) for channel, row in TELEMETRY.items()}


def _rounded(value: Any, *, digits: int) -> float | None:
    """`value`, or ``None``: a pilot may say NaN, a text, or a number of numpy's."""
    try:
        return round(float(value), digits) if math.isfinite(value) else None
    except (TypeError, ValueError, OverflowError):
        return None  # the drive mode refuses it, and names the channel


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _text(value: str | None) -> str:
    return value or ""


def _same(value: Any) -> Any:
    return value


_THOUSANDTHS = partial(_rounded, digits=3)

TELEMETRY = {
    "tub/num_records": Shown("num_records", _whole),
    "tub/status": Shown("recorder_status", _text),
    "tub/reason": Shown("recorder_reason", _text),
    "loop/rate_hz": Shown("loop_hz", partial(_rounded, digits=1)),
    "angle": Shown("angle", _THOUSANDTHS),
    "throttle": Shown("throttle", _THOUSANDTHS),
    "pilot/angle": Shown("pilot_angle", _THOUSANDTHS),
    "pilot/throttle": Shown("pilot_throttle", _THOUSANDTHS),
    "drivetrain/state": Shown("drivetrain_state", _same),
    "drivetrain/reason": Shown("drivetrain_reason", _text),
    # Hundredths: what changes with every message costs a message.
    "cam/age_s": Shown("camera_age_s", partial(_rounded, digits=2)),
    "power/reason": Shown("power_reason", _text),
}
