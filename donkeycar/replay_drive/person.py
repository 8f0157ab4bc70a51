"""The person of a recording: what was recorded, and what a car makes of it."""

from collections.abc import Iterator, Sequence
from typing import Any

from donkeycar.json_text import is_number
from donkeycar.replay_drive.trace import Order, Trace, Value
from donkeycar.tub.catalog import Record
from donkeycar.words import count

# A record -> angle and throttle, by the names that tubs have for them.
ANGLES, THROTTLES = ("user/angle", "user/steering"), ("user/throttle",)

LIMIT = "user/max_throttle"


def recorded(record: Record) -> Order:
    """Angle and throttle as they were recorded; ``None`` where there is no number."""
    return Order(_number(record, ANGLES), _number(record, THROTTLES))


def notes_on_person(trace: Trace) -> Iterator[str]:
    """What a person should know of the recorded orders, in sentences.

    They name orders that are missing or out of range, and throttle that the car does not pass on.
    """
    drives = trace.about.get("mode") != "local"
    for index, name in ((0, ANGLES[0]), (1, THROTTLES[0])):
        values = [order[index] for order in trace.person]
        if missing := [row for row, value in enumerate(values) if value is None]:
            yield (
                f"{name} is missing or no number in {_rows(trace, missing)}: not compared with the "
                f"person{'; the car takes 0, as from a stick that is let go of' * drives}"
            )
        if beyond := [row for row, value in enumerate(values) if _most(value) > 1]:
            yield (
                f"{name} is outside of -1 to 1 in {_rows(trace, beyond)} ({values[beyond[0]]:g} "
                f"there): compared as it is{'; the car takes -1 or 1' * drives}"
            )
    throttles = [order.throttle for order in trace.person]
    effect = "the wheels get the limit" if drives else "compared as recorded"
    yield from _on_limit(trace, throttles, "the recorded person", effect)


def notes_on_pilot(trace: Trace) -> Iterator[str]:
    """Where the limit of the car bounds the throttle of a pilot that drives, in a sentence."""
    if trace.about.get("mode") != "local":
        return
    scale = float((trace.about.get("settings") or {}).get("AI_THROTTLE_MULT", 1.0))
    wanted = trace.channels.get("pilot/throttle", [])
    scaled = [value * scale if isinstance(value, float) else None for value in wanted]
    yield from _on_limit(trace, scaled, "the pilot", "the wheels get the limit")


def _on_limit(trace: Trace, throttles: Sequence[Value], who: str, effect: str) -> Iterator[str]:
    limits = trace.channels.get(LIMIT, [])
    pairs = enumerate(zip(throttles, limits, strict=False))
    bounded = [row for row, (value, limit) in pairs if min(_most(value), 1) > _most(limit) > 0]
    if bounded:
        yield (
            f"The throttle of {who} is above the limit of this car, JOYSTICK_MAX_THROTTLE = "
            f"{limits[bounded[0]]:g}, in {_rows(trace, bounded)}: {effect}. Without this limit: "
            "--set JOYSTICK_MAX_THROTTLE=1"
        )


def _rows(trace: Trace, rows: Sequence[int]) -> str:
    return f"{count(len(rows), 'record')}, from {trace.where(trace.places[rows[0]])} on"


def _most(value: Value) -> float:
    return abs(value) if isinstance(value, float) else 0.0


def _number(record: Record, keys: Sequence[str]) -> float | None:
    for key in keys:
        value: Any = record.get(key)
        if is_number(value):
            return float(value)
    return None
