"""What the drive loop says of itself, for the page."""

import math
from typing import Any, NamedTuple


class Telemetry(NamedTuple):
    """What the loop said at its last tick; ``None`` is "not known"."""

    num_records: int | None = None
    recorder_status: str = ""
    loop_hz: float | None = None
    angle: float | None = None
    throttle: float | None = None
    pilot_angle: float | None = None
    pilot_throttle: float | None = None
    drivetrain_state: str | None = None
    drivetrain_reason: str = ""
    camera_age_s: float | None = None
    recorder_reason: str = ""
    power_reason: str = ""
    pilot_note: str = ""

    def shown(self) -> dict[str, Any]:
        """All of it as JSON can hold it, in the names of the protocol."""
        return {
            "num_records": None if self.num_records is None else int(self.num_records),
            "recorder_status": self.recorder_status,
            "recorder_reason": self.recorder_reason,
            "pilot_note": self.pilot_note,
            "loop_hz": _rounded(self.loop_hz, 1),
            "angle": _rounded(self.angle, 3),
            "throttle": _rounded(self.throttle, 3),
            "pilot_angle": _rounded(self.pilot_angle, 3),
            "pilot_throttle": _rounded(self.pilot_throttle, 3),
            "drivetrain_state": self.drivetrain_state,
            "drivetrain_reason": self.drivetrain_reason,
            "power_reason": self.power_reason,
            # Hundredths: what changes with every message costs a message.
            "camera_age_s": _rounded(self.camera_age_s, 2),
        }


def _rounded(value: float | None, digits: int) -> float | None:
    """`value`, or ``None``: a pilot may say NaN, or a number of numpy's."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), digits)
