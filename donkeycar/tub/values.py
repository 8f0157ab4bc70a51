"""From the values of a channel to what a record may hold."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from donkeycar.errors import TubError


def stored_value(value: object, type_name: str) -> Any:
    """Convert a value of a channel to JSON.

    NumPy numbers and arrays are as welcome as Python's.

    Args:
        value: What the channel held.
        type_name: One of `TYPES` that is not an image.

    Returns:
        Something ``json.dumps`` takes. ``None`` if there is nothing to store: no value, or a
        number that is not finite. Inside a list such a number becomes ``None``.

    Raises:
        TubError: If the value does not fit the type.
    """
    if value is None:
        return None
    try:
        return _CONVERT[type_name](value)
    except (TypeError, ValueError, OverflowError) as error:
        shown = repr(value)
        shown = shown if len(shown) <= 60 else f"{shown[:60]}..."
        raise TubError(f"A value of type {type_name} is needed. Received: {shown}") from error


def _float(value: Any) -> float | None:
    number = float(_single(value))
    return number if math.isfinite(number) else None


def _int(value: Any) -> int | None:
    value = _single(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return int(value)


def _boolean(value: Any) -> bool:
    return bool(_single(value))


def _str(value: Any) -> str:
    # UTF-8 on disk: a lone surrogate would make the line unreadable elsewhere.
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _list(value: Any) -> list[Any]:
    if isinstance(value, str | bytes):
        raise TypeError("a text is not a list")
    return [_item(item) for item in value]


def _item(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_item(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _item(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float):
        return value
    return _str(value)


def _single(value: Any) -> Any:
    return value.item() if isinstance(value, np.ndarray | np.generic) else value


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "float": _float,
    "int": _int,
    "boolean": _boolean,
    "str": _str,
    "nparray": _list,
    "list": _list,
    "vector": _list,
}
