"""A comparison in words: three lines first, then a row for each channel that differs."""

import math
from typing import Any

from donkeycar.replay_drive.compare import STEERING, THROTTLE, Comparison, Difference
from donkeycar.replay_drive.trace import Place, Stop, Trace, Value
from donkeycar.words import count

# More stops than this are counted, not named.
NAMED = 3

HEAD = ("channel", "differs in", "mean", "most", "first", "worst", "there")


def lines_of(trace: Trace, found: Comparison, names: tuple[str, str]) -> list[str]:
    """Three lines: how far the two differ, where, and when they stopped.

    Args:
        trace: The first trace, which knows the names of the recordings.
        found: The comparison.
        names: What the two are called.
    """
    return [_how_far(trace, found, names), _where(trace, found), _stops(trace, found, names)]


def rows_of(trace: Trace, found: Comparison) -> list[tuple[str, ...]]:
    """A row for each channel that differs, the most frequent first; see `HEAD`."""
    return [
        (
            one.channel,
            count(one.num, "record"),
            "" if one.mean is None else f"{one.mean:.4g}",
            "other" if math.isinf(one.most) else f"{one.most:.4g}",
            _short(trace, one.first),
            _short(trace, one.worst),
            " | ".join(_shown(value) for value in one.values),
        )
        for one in sorted(found.changed, key=lambda one: (-one.num, one.channel))
    ]


def notes_of(one: Trace, other: Trace, found: Comparison) -> list[str]:
    """What a person should know of two traces and their comparison, each sentence once."""
    return list(dict.fromkeys([*one.notes, *other.notes, *found.notes]))


def to_json(
    trace: Trace, other: Trace, found: Comparison, names: tuple[str, str]
) -> dict[str, Any]:
    """Everything, for a program: infinite differences are ``null``."""
    return {
        "same": found.is_same,
        "tolerance": found.tolerance,
        "records": found.num_records,
        "compared": list(names),
        "lines": lines_of(trace, found, names),
        "notes": notes_of(trace, other, found),
        "only_in_one": [[_place(trace, place) for place in places] for places in found.only_one],
        "channels": [
            {
                "channel": one.channel,
                "records": one.num,
                "mean": one.mean,
                "most": one.most if math.isfinite(one.most) else None,
                "first": None if one.first is None else _place(trace, one.first),
                "worst": None if one.worst is None else _place(trace, one.worst),
                "there": list(one.values),
                "not_compared": one.num_missing,
            }
            for one in found.differences
        ],
        "stops": [
            [{**_place(trace, stop.place), "reason": stop.reason} for stop in stops]
            for stops in found.stops
            if stops is not None
        ],
        "about": trace.about,
    }


def _how_far(trace: Trace, found: Comparison, names: tuple[str, str]) -> str:
    one, other = names
    if not found.num_records:
        return f"{one} and {other} have no record in common: they are of different recordings."
    of = count(found.num_records, "record")
    steering, throttle = found.of(STEERING), found.of(THROTTLE)
    if found.is_same:
        return (
            f"{one} and {other} are the same: none of {count(len(found.differences), 'channel')} "
            f"differs by more than {found.tolerance:g} in {of}."
        )
    end = "".join(
        f" {name} alone has {count(len(places), 'record')}, from {trace.where(places[0])} on."
        for name, places in zip(names, found.only_one, strict=True)
        if places
    )
    if found.changed and not any(one and one.num for one in (steering, throttle)):
        return (
            f"{one} and {other} steer and accelerate the same; "
            f"{count(len(found.changed), 'other channel')} of {len(found.differences)} "
            f"{'differs' if len(found.changed) == 1 else 'differ'} in {of}.{end}"
        )
    if not found.changed and found.num_missing:
        return (
            f"{one} and {other} do not differ where they can be compared: "
            f"{_compared(found, STEERING, 'steering')}, {_compared(found, THROTTLE, 'throttle')}, "
            f"of {of}."
        )
    if not found.changed:
        return f"{one} and {other} are the same in {of}.{end}"
    return (
        f"{one} and {other} differ: steering {_amount(steering)}, throttle {_amount(throttle)}, "
        f"in {of}.{end}"
    )


def _compared(found: Comparison, channel: str, what: str) -> str:
    one = found.of(channel)
    missing = found.num_records if one is None else one.num_missing
    return f"{what} in {count(found.num_records - missing, 'record')}"


def _amount(one: Difference | None) -> str:
    if one is None or one.mean is None:
        return "is not known"
    most = "with a value in only one" if math.isinf(one.most) else f"at most {one.most:.3f}"
    apart = f" ({count(one.num_missing, 'record')} without it)" if one.num_missing else ""
    return f"by {one.mean:.3f} on average and {most}{apart}"


def _where(trace: Trace, found: Comparison) -> str:
    first = found.first
    if first is None or first.first is None:
        return "No place differs."
    parts = [f"They differ first at {trace.where(first.first)} ({first.channel})"]
    for name, what in ((STEERING, "steering"), (THROTTLE, "throttle")):
        one = found.of(name)
        if one is not None and one.worst is not None:
            values = " and ".join(_shown(value) for value in one.values)
            parts.append(f"{what} most at {trace.where(one.worst)} ({values})")
    return "; ".join(parts) + "."


def _stops(trace: Trace, found: Comparison, names: tuple[str, str]) -> str:
    one, other = found.stops
    if other is None:
        return f"Stops: {_listed(trace, one)}"
    if one == other:
        return f"Stops of both: {_listed(trace, one)}" if one else "Stops: none."
    told = [f"{names[0]} {_listed(trace, one)}", f"{names[1]} {_listed(trace, other)}"]
    return f"Stops: {' '.join(told)}"


def _listed(trace: Trace, stops: list[Stop]) -> str:
    if not stops:
        return "none."
    named = [f"{trace.where(stop.place)}: {stop.reason.rstrip('.')}" for stop in stops[:NAMED]]
    more = "; ..." if len(stops) > NAMED else ""
    return f"{len(stops)} ({'; '.join(named)}{more})."


def _short(trace: Trace, place: Place | None) -> str:
    if place is None:
        return ""
    return str(place.record) if len(trace.tubs) < 2 else f"{trace.tubs[place.tub]}: {place.record}"


def _place(trace: Trace, place: Place) -> dict[str, Any]:
    tubs = trace.tubs
    return {"tub": tubs[place.tub] if place.tub < len(tubs) else "", "record": place.record}


def _shown(value: Value) -> str:
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:.4g}"
    text = value if isinstance(value, str) else ", ".join(f"{one:.3g}" for one in value)
    return text[:40] + ("..." if len(text) > 40 else "") or '""'
