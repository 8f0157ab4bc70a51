"""Angle and throttle of a foreign recording: by default nothing is guessed.

A recording without them, with holes in them, or with values that no car can drive is refused with
the flag that decides it.
"""

from collections.abc import Sequence

from donkeycar.errors import TubError
from donkeycar.formats.importing.item import ANGLE, THROTTLE, Item, Source
from donkeycar.formats.importing.options import Options, listed
from donkeycar.json_text import is_number
from donkeycar.words import either

LOWEST, HIGHEST = -1.0, 1.0
# Columns in which other versions and other people keep them.
OTHER_NAMES = {
    ANGLE: ("pilot/angle", "user/steering", "steering", "angle"),
    THROTTLE: ("pilot/throttle", "throttle"),
}
FLAGS = {ANGLE: "--angle", THROTTLE: "--throttle"}
NUMERIC = ("float", "int")


def settle(source: Source, options: Options) -> None:
    """Give each record its angle and throttle as the person decided, in place.

    Columns that are named are copied: they stay in the tub under their own name, too.

    Raises:
        TubError: If there is something to decide, and nothing was said.
    """
    columns = {ANGLE: options.angle, THROTTLE: options.throttle}
    scales = {
        ANGLE: (options.angle_zero, options.angle_scale),
        THROTTLE: (options.throttle_zero, options.throttle_scale),
    }
    for key, names in columns.items():
        if key == THROTTLE and options.throttle_value is not None:
            for item in source.items:
                item.values[key] = options.throttle_value
        elif names is not None:
            _copy(source, key, names)
        elif not source.strict and key not in source.types:
            named = next((name for name in OTHER_NAMES[key] if name in source.types), "COLUMN")
            source.facts.append(
                f"no column {key}. If another one holds it, say {FLAGS[key]} {named}"
            )
            continue
        _drop_what_is_no_number(source, key)
        zero, scale = scales[key]
        if zero is not None or scale is not None:
            _rescale(source, key, zero or 0.0, 1.0 if scale is None else scale)
        source.types.setdefault(key, "float")
    for key in columns:
        if key in source.types:
            _settle_missing(source, key, options.missing)
            _settle_range(source, key, options.out_of_range)


def _copy(source: Source, key: str, names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in source.types]
    if unknown:
        raise TubError(
            f"`{FLAGS[key]}` must name columns of {source.name}: {listed(source.types)}. "
            f"Received: {FLAGS[key]} {unknown[0]}"
        )
    for item in source.items:
        numbers = (item.values.get(name) for name in names)
        item.values[key] = next((number for number in numbers if is_number(number)), None)


def _drop_what_is_no_number(source: Source, key: str) -> None:
    """A text, a list, a NaN: the record has no number there."""
    for item in source.items:
        if not is_number(item.values.get(key)):
            item.values[key] = None


def _rescale(source: Source, key: str, zero: float, scale: float) -> None:
    for item in source.items:
        value = item.values[key]
        if value is not None:
            item.values[key] = (value - zero) / scale


def _settle_missing(source: Source, key: str, choice: str | None) -> None:
    lacking = [item for item in source.items if item.values[key] is None]
    if not lacking or (choice is None and not source.strict):
        return
    if choice is None or (choice == "previous" and len(lacking) == len(source.items)):
        raise TubError(_lacks(source, key, lacking))
    last: dict[str | None, float] = {}
    num_before = 0
    for item in source.items:
        if item.values[key] is not None:
            last[item.session] = item.values[key]
        elif choice == "zero":
            item.values[key] = 0.0
        elif choice == "previous" and item.session in last:
            item.values[key] = last[item.session]
        else:
            item.deleted = True
            num_before += 1
    done = {
        "zero": f"{len(lacking)} got 0",
        "previous": f"{len(lacking) - num_before} got the number of the record before",
    }.get(choice, "")
    marked = f"{num_before} marked as deleted" if num_before else ""
    source.facts.append(f"no {key}: {', '.join(part for part in (done, marked) if part)}")


def _lacks(source: Source, key: str, lacking: list[Item]) -> str:
    named = [
        name
        for name in OTHER_NAMES[key]
        if name in source.types and any(is_number(item.values.get(name)) for item in lacking)
    ]
    received = (
        f"{len(lacking)} of {len(source.items)} records without, the first: {lacking[0].origin}"
    )
    if named and len(lacking) == len(source.items):
        step = f"Say which column it is, e.g. {FLAGS[key]} {named[0]}"
    elif named:
        step = f"Say where it is then, e.g. {FLAGS[key]} {key},{named[0]}"
    elif len(lacking) < len(source.items):
        step = "Say what becomes of them: --missing delete, zero or previous"
    elif key == THROTTLE:
        step = "Say which column it is with --throttle, or one for all with --throttle-value"
    else:
        numbers = [
            name for name, kind in source.types.items() if kind in NUMERIC and name not in FLAGS
        ]
        step = f"Say which column it is with {FLAGS[key]}: {listed(numbers)}"
    return f"Every record needs a number as {key}. Received: {received}. {step}"


def _settle_range(source: Source, key: str, choice: str | None) -> None:
    outside = [
        item
        for item in source.items
        if item.values[key] is not None and not LOWEST <= item.values[key] <= HIGHEST
    ]
    if not outside or (choice is None and not source.strict):
        return
    word = FLAGS[key].removeprefix("--")
    worst = max(outside, key=lambda item: abs(item.values[key]))
    if choice is None:
        raise TubError(
            f"{key} must be -1 to +1. Received: {worst.values[key]:g} in {worst.origin}, and "
            f"{len(outside)} of {len(source.items)} outside. Say --{word}-scale "
            f"{abs(worst.values[key]):g} if that is the full turn, or --out-of-range keep, clip or "
            "delete"
        )
    for item in outside:
        if choice == "clip":
            item.values[key] = min(max(item.values[key], LOWEST), HIGHEST)
        elif choice == "delete":
            item.deleted = True
    done = {"keep": "kept as they are", "clip": "set to -1 or +1", "delete": "marked as deleted"}
    source.facts.append(
        f"{len(outside)} {either(len(outside), 'value', 'values')} of {key} outside of -1 to +1, "
        f"the worst in {worst.origin}: {done[choice]}"
    )
