"""Options of a pilot that nobody needs to say, because the recordings say them."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from donkeycar.pilots.options import Options
from donkeycar.pilots.registry import NETWORK, PilotType
from donkeycar.training.records.columns import vectors
from donkeycar.training.records.recordings import Recordings

# Bins need some room between the first and the last.
MIN_RANGE = 0.1
# A sensor that never changes is not divided by nothing.
MIN_SPREAD = 1e-3


def found_options(kind: PilotType, given: Options, recordings: Recordings) -> dict[str, Any]:
    """Complete the options of a pilot that is about to be trained.

    Args:
        kind: Its type.
        given: Options that somebody chose; they stay as they are.
        recordings: What it is to learn from.

    Returns:
        Every option of the type, none of them ``None``; the choices of the network are left out.

    Raises:
        PilotError: If an option is not possible.
    """
    options = kind.complete(given)
    for name, value in options.items():
        if value is None:
            options[name] = FOUND[name](recordings, kind)
    return kind.complete(options)


def network_of(given: Options) -> Mapping[str, Any]:
    """Choices of the network among given options."""
    chosen: Mapping[str, Any] = given.get(NETWORK, {})
    return chosen


def throttle_range(recordings: Recordings, kind: PilotType | None = None) -> list[float]:
    """Throttle of the first and of the last bin: what was driven, reverse only if it was."""
    throttles = recordings.labels[:, 1]
    low = min(0.0, float(throttles.min()))
    high = max(float(throttles.max()), low + MIN_RANGE)
    return [round(low, 3), round(min(high, 1.0), 3)]


def _straight(recordings: Recordings, kind: PilotType) -> float:
    return _throttle_by_angle(recordings)[0]


def _bend(recordings: Recordings, kind: PilotType) -> float:
    return _throttle_by_angle(recordings)[1]


def _throttle_by_angle(recordings: Recordings) -> tuple[float, float]:
    """Throttle straight ahead and at full lock: the line that fits what was driven best."""
    turn, throttle = np.abs(recordings.labels[:, 0]), recordings.labels[:, 1]
    line, *_ = np.linalg.lstsq(np.stack([1 - turn, turn], axis=1), throttle, rcond=None)
    straight, bend = np.clip(line, throttle.min(), throttle.max())
    return round(float(straight), 3), round(float(bend), 3)


def _reverse(recordings: Recordings, kind: PilotType) -> bool:
    return bool(recordings.labels[:, 1].min() < 0)


def _mean(recordings: Recordings, kind: PilotType) -> list[float]:
    table = _vectors(recordings, kind)
    return [round(float(value), 6) for value in table.mean(axis=0)]


def _spread(recordings: Recordings, kind: PilotType) -> list[float]:
    table = _vectors(recordings, kind)
    return [max(MIN_SPREAD, round(float(value), 6)) for value in table.std(axis=0)]


def _vectors(recordings: Recordings, kind: PilotType) -> np.ndarray:
    """Vectors of the records that have them; zeros if none does, which is refused later."""
    table = vectors(recordings, kind.vector_channels).astype(float)
    known = table[np.isfinite(table).all(axis=1)]
    return known if len(known) else np.zeros((1, len(kind.vector_channels)))


# Every option whose default is `None`.
FOUND: dict[str, Callable[[Recordings, PilotType], Any]] = {
    "throttle_range": throttle_range,
    "throttle_straight": _straight,
    "throttle_bend": _bend,
    "reverse": _reverse,
    "imu_mean": _mean,
    "imu_spread": _spread,
}
