"""Axis of a gamepad: converts the kernel's numbers to positions and distances from rest."""

from donkeycar.parts.controller.codes import AbsInfo
from donkeycar.parts.controller.rest import CENTRE

# A hand that pushes a control from its rest is seen on the way. If the first report is farther away
# than this, the control was held before.
STEP = 0.25


def position_of(value: int, info: AbsInfo) -> float:
    """Where an axis is between its ends, -1 to +1; one without a range is in the middle."""
    span = info.maximum - info.minimum
    if span <= 0:
        return CENTRE
    position = 2 * min(max((value - info.minimum) / span, 0.0), 1.0) - 1
    # A 16-bit axis has no exact middle, so half a step counts as rest, too.
    return CENTRE if abs(position) * span <= 1.0 else position


def flat_of(info: AbsInfo, rest: float) -> float:
    """The kernel's own deadband around `rest`, as a share of the travel; at most a half."""
    span = info.maximum - info.minimum
    return min(info.flat / span * (2 if rest == CENTRE else 1), 0.5) if span > 0 else 0.0


def level(value: int, info: AbsInfo, *, rest: float = CENTRE, deadzone: float = 0.0) -> float:
    """Distance of an axis from its rest, with its direction.

    Args:
        value: The value from the kernel; it is cut to the range.
        info: Range of the axis.
        rest: Where it rests: `LOW`, `CENTRE` or `HIGH`.
        deadzone: Share of the travel that counts as rest, 0 to 1; the kernel's own may be larger.

    Returns:
        -1 to +1 from the centre, 0 to +1 from the low end, -1 to 0 from the high one; 0 for an
        axis without a range.
    """
    if info.maximum <= info.minimum:
        return 0.0
    share = (position_of(value, info) - rest) / (1 if rest == CENTRE else 2)
    dead = max(deadzone, flat_of(info, rest))
    beyond = abs(share) - dead
    return 0.0 if beyond <= 0 else (beyond / (1 - dead)) * (1 if share > 0 else -1)


def first_of(info: AbsInfo, value: int) -> AbsInfo:
    """Position of an axis when its device appeared, from its first report."""
    step = abs(position_of(value, info) - position_of(info.value, info))
    return info if step <= STEP else info._replace(value=value)
