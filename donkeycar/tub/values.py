"""Conversion of the values of a channel to the values of a record."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from donkeycar.errors import TubError

# How many letters of a value a message shows.
SHOWN = 60
_PLAIN = (float, int, bool)


def stored_value(value: object, type_name: str) -> Any:
    """Convert a value of a channel to JSON.

    It takes numbers and arrays of NumPy and Python. It refuses values that would have to be changed
    to fit: 3.7 is not a whole number, and "no" is a text, not False.

    Args:
        value: The value of the channel.
        type_name: One of `TYPES` that is not an image.

    Returns:
        A value for ``json.dumps``. ``None`` if there is nothing to store: no value, or a number
        that is not finite. Inside a list such a number becomes ``None``.

    Raises:
        TubError: If the value does not fit the type.
    """
    if value is None:
        return None
    column = COLUMNS[type_name]
    try:
        return column.convert(value)
    except Exception as error:  # also an exception of the value's own class
        better = next((name for name in _SUGGESTED if _fits(value, name)), None)
        instead = f", or give the column the type {better}" if better else ""
        raise TubError(
            f"A column of type {type_name} takes {column.takes}. Received: {_shown(value)}. "
            f"Next step: let the part write such a value{instead}"
        ) from error


def _float(value: Any) -> float | None:
    number = float(_number(value))
    return number if math.isfinite(number) else None


def _int(value: Any) -> int | None:
    number = _number(value)
    if isinstance(number, float):
        if not math.isfinite(number):
            return None
        if not number.is_integer():
            raise ValueError("not a whole number")
    return int(number)


def _boolean(value: Any) -> bool:
    number = _number(value)
    if number not in (0, 1):
        raise ValueError("neither true nor false")
    return bool(number)


def _str(value: Any) -> str:
    value = _single(value)
    if not isinstance(value, str):
        raise TypeError("not a text")
    # UTF-8 on disk: a lone surrogate would make the line unreadable elsewhere. `__str__` of an
    # enumeration of texts says its name, not its value.
    return str.__str__(value).encode("utf-8", "replace").decode("utf-8")


def _numbers(value: Any) -> list[Any]:
    if isinstance(value, np.ndarray) and value.ndim and value.dtype.kind in "bui":
        whole: list[Any] = value.tolist()
        return whole
    return [_number_item(item) for item in _items(value)]


def _number_item(value: Any) -> Any:
    if type(value) in _PLAIN:
        return _finite(value)
    if value is None:
        return None
    return _numbers(value) if _is_sequence(value) else _finite(value)


def _list(value: Any) -> list[Any]:
    return [_item(item) for item in _items(value)]


def _item(value: Any) -> Any:
    if type(value) in _PLAIN:
        return _finite(value)
    if _is_sequence(value):
        return _list(value)
    if isinstance(value, dict):
        return {str(key): _item(item) for key, item in value.items()}
    if value is None:
        return None
    value = _single(value)
    return _str(value) if isinstance(value, str) else _finite(value)


def _items(value: Any) -> Sequence[Any]:
    if not _is_sequence(value):
        raise TypeError("not a list")
    items: Sequence[Any] = value.tolist() if isinstance(value, np.ndarray) else value
    return items


def _is_sequence(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim > 0
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def _finite(value: Any) -> bool | int | float | None:
    number = _number(value)
    return None if isinstance(number, float) and not math.isfinite(number) else number


def _number(value: Any) -> bool | int | float:
    """A number of Python; a text that looks like a number is not one."""
    value = _single(value)
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, str | bytes | bytearray) or not hasattr(value, "__float__"):
        raise TypeError("not a number")
    return float(value)


def _single(value: Any) -> Any:
    return value.item() if isinstance(value, np.ndarray | np.generic) else value


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except Exception:  # from a class of another program
        text = "a value that cannot be shown"
    text = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
    return f"{' '.join(text.split())} ({type(value).__name__})"


def _fits(value: object, type_name: str) -> bool:
    try:
        COLUMNS[type_name].convert(value)
    except Exception:
        return False
    return True


class Column(NamedTuple):
    """The values that a column of one type takes.

    Attributes:
        takes: A description in words.
        convert: Converts a value to JSON, or raises an error.
    """

    takes: str
    convert: Callable[[Any], Any]


COLUMNS = {
    "float": Column("numbers", _float),
    "int": Column("whole numbers", _int),
    "boolean": Column("True and False, or 1 and 0", _boolean),
    "str": Column("texts", _str),
    "nparray": Column("arrays, lists and tuples of numbers", _numbers),
    "list": Column("arrays, lists and tuples of numbers and texts", _list),
    "vector": Column("arrays, lists and tuples of numbers", _numbers),
}
# Types that are tried for a value that does not fit the type of its column.
_SUGGESTED = ("int", "float", "str", "vector", "list")
