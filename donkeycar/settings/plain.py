"""Quick validation: in most cars nearly every value is obviously right.

A value that does not pass may still be right: `donkeycar.settings.model` knows all rules, and
accepts every value that passes here. It takes longer to load than this whole check takes.
"""

import math
from collections.abc import Callable
from typing import Any

from donkeycar.settings.setting import Kind, Setting

# Stands for no value: the full check has to decide.
UNSURE: Any = object()

# Beyond this, a whole number may have no equal float.
MOST_EXACT = 2**53


def plain_value(setting: Setting, value: Any) -> Any:
    """Return `value` as its row declares it, or `UNSURE`.

    Example:
        >>> row = Setting("CAMERA_FRAMERATE", 20.0, "pictures a second", low=1)
        >>> plain_value(row, 30), plain_value(row, 0) is UNSURE
        (30.0, True)
    """
    if value is None:
        return None if setting.optional or setting.value_kind == "any" else UNSURE
    return _KINDS.get(setting.value_kind, _unsure)(setting, value)


def _allowed(setting: Setting, value: Any) -> Any:
    """Check the range, and the choices if there are any."""
    if (
        (setting.low is None or value >= setting.low)
        and (setting.high is None or value <= setting.high)
        and (not setting.all_choices or value in setting.all_choices)
    ):
        return value
    return UNSURE


def _bool(setting: Setting, value: Any) -> Any:
    return _allowed(setting, value) if type(value) is bool else UNSURE


def _int(setting: Setting, value: Any) -> Any:
    return _allowed(setting, value) if type(value) is int else UNSURE


def _float(setting: Setting, value: Any) -> Any:
    if type(value) is int and abs(value) <= MOST_EXACT:
        value = float(value)
    return _allowed(setting, value) if type(value) is float and math.isfinite(value) else UNSURE


def _text(setting: Setting, value: Any) -> Any:
    is_plain = type(value) is str and value.isascii() and "\0" not in value
    return _allowed(setting, value) if is_plain else UNSURE


def _path(setting: Setting, value: Any) -> Any:
    return _text(setting, value) if value != "" else UNSURE


def _texts(setting: Setting, value: Any) -> Any:
    if type(value) not in (list, tuple):
        return UNSURE
    return _all(tuple(_text(setting, each) for each in value))


def _range(setting: Setting, value: Any) -> Any:
    pair = value if type(value) is tuple else (value, value)
    if len(pair) != 2 or any(type(each) not in (int, float) for each in pair):
        return UNSURE
    is_open = setting.low is None and setting.high is None
    return value if is_open and -math.inf < pair[0] <= pair[1] < math.inf else UNSURE


def _names(setting: Setting, value: Any) -> Any:
    if type(value) is not dict:
        return UNSURE
    words = (*value, *(each for each in value.values() if each is not None))
    return (
        value
        if all(type(word) is str and word.isascii() and "\0" not in word for word in words)
        else UNSURE
    )


def _family(setting: Setting, value: Any) -> Any:
    if type(value) is not dict or any(type(name) is not str for name in value):
        return UNSURE
    known = {row.name: row for row in setting.fields}
    if not known.keys() <= value.keys():
        return UNSURE
    found = {name: plain_value(row, value[name]) for name, row in known.items()}
    return UNSURE if _all(tuple(found.values())) is UNSURE else {**value, **found}


def _all(values: tuple[Any, ...]) -> Any:
    return UNSURE if any(value is UNSURE for value in values) else values


def _any(setting: Setting, value: Any) -> Any:
    return value


def _unsure(setting: Setting, value: Any) -> Any:
    return UNSURE


_KINDS: dict[Kind, Callable[[Setting, Any], Any]] = {
    "bool": _bool,
    "int": _int,
    "float": _float,
    "str": _text,
    "path": _path,
    "strings": _texts,
    "range": _range,
    "names": _names,
    "family": _family,
    "any": _any,
}
