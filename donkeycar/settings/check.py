"""Validation of settings: types and ranges of all settings, checked together."""

import re
import reprlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from donkeycar.settings.plain import UNSURE, plain_value
from donkeycar.settings.schema import SETTINGS, nearest
from donkeycar.settings.setting import Kind, Setting


class Problem(NamedTuple):
    """A wrong value of a setting.

    Attributes:
        names: The setting, or all settings that contradict each other, the likeliest cause last.
        sentence: The rule, then the received value; without the file and line.
    """

    names: tuple[str, ...]
    sentence: str


def check(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Check every known setting in `values` against its row.

    Args:
        values: Values by name. Every known setting must be included; other names are allowed.

    Returns:
        The values as their rows declare them, read-only (a list becomes a tuple, a dictionary
        a read-only one), and every problem found. A wrong value is returned unchanged.
    """
    problems: list[Problem] = []
    checked = dict(values)
    checked.update((name, plain_value(row, values[name])) for name, row in SETTINGS.items())
    unsure = [name for name in SETTINGS if checked[name] is UNSURE]
    bad: set[str] = set()
    if unsure:
        checked.update((name, values[name]) for name in unsure)
        from donkeycar.settings.model import validated

        found, wrong = validated(unsure, values)
        if wrong:
            problems += [_problem(place, values) for place in dict.fromkeys(map(_place, wrong))]
            bad = {problem.names[0] for problem in problems}
            found, _ = validated([name for name in unsure if name not in bad], values)
        checked.update(found)
    problems.extend(
        Problem(names, f"{sentence}. Received: {_received(names, checked)}")
        for names, sentence, holds in RULES
        if bad.isdisjoint(names) and not holds(*(checked[name] for name in names))
    )
    return {name: frozen(value) for name, value in checked.items()}, problems


# Transform steps that remove a border; ROI_CROP_* sets its size.
CROPS = {"CROP", "CUT"}
RULES: tuple[tuple[tuple[str, ...], str, Callable[..., bool]], ...] = (
    (
        ("TRANSFORMATIONS", "IMAGE_H", "ROI_CROP_BOTTOM", "ROI_CROP_TOP"),
        "ROI_CROP_TOP and ROI_CROP_BOTTOM must leave something of IMAGE_H",
        lambda steps, height, bottom, top: not CROPS & set(steps) or top + bottom < height,
    ),
    (
        ("TRANSFORMATIONS", "ROI_TRAPEZE_UL", "ROI_TRAPEZE_UR"),
        "ROI_TRAPEZE_UL must be less than ROI_TRAPEZE_UR",
        lambda steps, left, right: "TRAPEZE" not in steps or left < right,
    ),
    (
        ("TRANSFORMATIONS", "ROI_TRAPEZE_LL", "ROI_TRAPEZE_LR"),
        "ROI_TRAPEZE_LL must be less than ROI_TRAPEZE_LR",
        lambda steps, left, right: "TRAPEZE" not in steps or left < right,
    ),
    (
        ("TRANSFORMATIONS", "IMAGE_H", "ROI_TRAPEZE_MIN_Y", "ROI_TRAPEZE_MAX_Y"),
        "ROI_TRAPEZE_MIN_Y must be less than ROI_TRAPEZE_MAX_Y, and that at most IMAGE_H",
        lambda steps, height, top, bottom: "TRAPEZE" not in steps or top < bottom <= height,
    ),
    (
        ("TRANSFORMATIONS", "IMAGE_W", "ROI_CROP_RIGHT", "ROI_CROP_LEFT"),
        "ROI_CROP_LEFT and ROI_CROP_RIGHT must leave something of IMAGE_W",
        lambda steps, width, right, left: not CROPS & set(steps) or left + right < width,
    ),
    (
        ("PIGPIO_MAX_REVERSE", "PIGPIO_MAX_FORWARD", "PIGPIO_STOPPED_PWM"),
        "PIGPIO_STOPPED_PWM must be between PIGPIO_MAX_REVERSE and PIGPIO_MAX_FORWARD",
        lambda low, high, middle: low < middle < high or low > middle > high,
    ),
    (
        ("PIGPIO_STEERING_MID",),
        "PIGPIO_STEERING_MID must be between the ends of the stick, 1000 and 2000 us",
        lambda middle: 1000 < middle < 2000,
    ),
    (
        ("MM1_STEERING_MID",),
        "MM1_STEERING_MID must be between the ends of the steering, 1000 and 2000 us",
        lambda middle: 1000 < middle < 2000,
    ),
)


def rule(setting: Setting) -> str:
    """The rule for a value of `setting`, e.g. ``"a whole number from 0 to 100 (pixels)"``."""
    each = _WORDS[setting.value_kind]
    if setting.choices:
        words = ", ".join(map(repr, setting.choices))
        text = f"a list of {words}" if setting.value_kind == "strings" else f"one of {words}"
        text += f" or {setting.prefix}_..." if setting.prefix else ""
        return text + (" or None" if setting.optional else "")
    if setting.low is not None and setting.high is not None:
        each += f" from {setting.low:.12g} to {setting.high:.12g}"
    elif setting.low is not None:
        each += f", at least {setting.low:.12g}"
    elif setting.high is not None:
        each += f", at most {setting.high:.12g}"
    if setting.unit:
        each += f" ({setting.unit})"
    return each + (" or None" if setting.optional else "")


def frozen(value: Any) -> Any:
    """`value` with its lists as tuples and its dictionaries as read-only ones."""
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        return tuple(map(frozen, value))
    if isinstance(value, dict):
        return MappingProxyType({key: frozen(entry) for key, entry in value.items()})
    return value


def thawed(value: Any) -> Any:
    """`value` with its read-only dictionaries as ordinary ones."""
    if isinstance(value, MappingProxyType | dict):
        return {key: thawed(entry) for key, entry in value.items()}
    return value


_WORDS: dict[Kind, str] = {
    "bool": "True or False",
    "int": "a whole number",
    "float": "a number",
    "range": "a number, or two with the smaller first",
    "str": "text",
    "path": "a path",
    "strings": "a list of texts",
    "family": "a dictionary",
    "names": "a dictionary of texts",
    "function": "a function",
    "any": "anything",
}


def _place(location: tuple[int | str, ...]) -> tuple[str, ...]:
    """The setting, and the entry if it is a family, in which pydantic found an error."""
    name = str(location[0])
    known = {row.name for row in SETTINGS[name].fields}
    return (name, *(str(part) for part in location[1:2] if part in known))


def _problem(place: tuple[str, ...], values: Mapping[str, Any]) -> Problem:
    name = place[0]
    setting, value, label = SETTINGS[name], values[name], name
    if len(place) == 2:
        setting = next(row for row in setting.fields if row.name == place[1])
        value, label = value[place[1]], f"{name}[{place[1]!r}]"
    hint = _hint(setting, value)
    return Problem(
        (name,),
        f"{label} must be {rule(setting)}. Received: {label}={short(value)}"
        + (f". {hint}" if hint else ""),
    )


def _hint(setting: Setting, value: Any) -> str:
    """What an owner most likely meant by a wrong value, "" if that is unclear."""
    wants_number = setting.value_kind in ("int", "float", "range")
    if wants_number and isinstance(value, int | float):
        is_share = (setting.low, setting.high) == (0, 1) and not setting.unit
        if is_share and 1 < value <= 100:
            return f"{value:g} % is {value / 100:g}"
        return setting.advice
    if isinstance(value, str):
        plain = _UNQUOTED.get(setting.value_kind)
        if plain and plain.fullmatch(value.strip()):
            return f"Write {value.strip()} without quotation marks"
        words = [choice for choice in setting.choices if isinstance(choice, str)]
        same = [word for word in words if word.lower() == value.strip().lower()]
        close = same[0] if same else nearest(value, words) if words else None
        advice = setting.advice if words else ""  # for other types, the advice is about numbers
        return f"Did you mean {close!r}?" if close else advice
    if setting.value_kind == "str" and isinstance(value, int | float):
        return setting.advice
    is_comma = isinstance(value, tuple) and len(value) == 2 and all(type(x) is int for x in value)
    if setting.value_kind != "int" and wants_number and is_comma and value[1] >= 0:
        return f"Write {value[0]}.{value[1]}, with a point"
    return ""


_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?", re.ASCII)
_UNQUOTED: dict[Kind, re.Pattern[str]] = {
    "int": _NUMBER, "float": _NUMBER, "range": _NUMBER, "bool": re.compile("True|False"),
}  # fmt: skip


def _received(names: tuple[str, ...], values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={short(values[name])}" for name in names)


def short(value: Any) -> str:
    """`repr` of `value` on one line, cut when long."""
    try:
        return " ".join(_REPR.repr(value).split())
    except ValueError:  # Python refuses to write out an integer of thousands of digits
        return f"a {type(value).__name__}"


_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = 60
