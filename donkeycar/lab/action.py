"""Actions of a page: plain functions, and the check of the arguments that a browser sends.

The arguments of a function, with their annotations, are the description of the request: names and
types are checked before it is called. Keyword-only arguments without a default are required.

An action runs in one of several threads: two requests may run it at the same time.
"""

import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from donkeycar.errors import ConfigError
from donkeycar.json_text import is_number

#: What an action returns to be sent as JSON.
JSON = Any


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is not JSON.

    Attributes:
        body: The bytes, or an iterator of parts of them that are sent as they come, or the path of
            a file.
        content_type: E.g. ``"image/jpeg"``.
        filename: Name under which a browser stores it; "" shows it instead.
        keep_s: How long a browser may use it again without asking, in seconds.
    """

    body: bytes | Iterator[bytes] | Path
    content_type: str
    filename: str = ""
    keep_s: int = 0


class Action(NamedTuple):
    """What a page can ask for.

    Attributes:
        method: ``"GET"`` or ``"POST"``.
        path: Its address below the page's, without a leading slash, e.g. ``"sessions"``.
        function: Takes the `Lab`, and by keyword what the browser sent.
    """

    method: Literal["GET", "POST"]
    path: str
    function: Callable[..., Any]


def Get(path: str, function: Callable[..., Any]) -> Action:  # noqa: N802 - reads as a word of a table
    """An action that only looks; its arguments come from the query of the address."""
    return Action("GET", path, function)


def Post(path: str, function: Callable[..., Any]) -> Action:  # noqa: N802 - the same
    """An action that changes something; its arguments are the keys of a JSON object."""
    return Action("POST", path, function)


class BadArgument(ConfigError):
    """A browser sent an argument that an action does not take."""


def from_query(action: Action, query: Mapping[str, list[str]]) -> dict[str, Any]:
    """The keyword arguments of a function, of texts.

    Args:
        action: The action.
        query: The texts of each name; a list takes them all, anything else exactly one.

    Raises:
        BadArgument: If one is unknown, missing, or not of its type.
    """
    wanted = _wanted(action.function)
    values = {}
    for name, texts in query.items():
        kind = _kind_of(wanted, name, texts[-1])
        if _is_list(kind):
            (each,) = typing.get_args(_some(kind))
            values[name] = [_of_text(name, each, text) for text in texts]
        elif len(texts) > 1:
            raise BadArgument(f"`{name}` must be given once. Received: {len(texts)} times")
        else:
            values[name] = _of_text(name, kind, texts[0])
    return _complete(wanted, values)


def from_body(action: Action, body: Any) -> dict[str, Any]:
    """The keyword arguments of a function, of the body of a request.

    Args:
        action: The action.
        body: The parsed JSON.

    Raises:
        BadArgument: If it is no object, or an argument is unknown, missing, or not of its type.
    """
    if not isinstance(body, dict):
        raise BadArgument(f"The body must be a JSON object. Received: {_short(body)}")
    wanted = _wanted(action.function)
    values = {
        name: _of_json(name, _kind_of(wanted, name, value), value) for name, value in body.items()
    }
    return _complete(wanted, values)


class _Argument(NamedTuple):
    kind: Any
    required: bool


@cache
def _wanted(function: Callable[..., Any]) -> dict[str, _Argument]:
    """The arguments that a browser may send: all but the first, which is the lab."""
    kinds = typing.get_type_hints(function)
    arguments = list(inspect.signature(function).parameters.values())[1:]
    return {
        one.name: _Argument(kinds.get(one.name, Any), one.default is inspect.Parameter.empty)
        for one in arguments
    }


def _kind_of(wanted: Mapping[str, _Argument], name: str, value: Any) -> Any:
    if name not in wanted:
        known = ", ".join(wanted) or "none"
        raise BadArgument(
            f"The arguments of this action are: {known}. Received: {name}={_short(value)}"
        )
    return wanted[name].kind


def _complete(wanted: Mapping[str, _Argument], values: dict[str, Any]) -> dict[str, Any]:
    missing = [name for name, one in wanted.items() if one.required and name not in values]
    if missing:
        raise BadArgument(
            f"`{missing[0]}` must be given. Received: {', '.join(values) or 'nothing'}"
        )
    return values


def _of_text(name: str, kind: Any, text: str) -> Any:
    """A value of `kind` that is written as `text`."""
    kind = _some(kind)
    try:
        if kind in (int, float):
            value = kind(text)
            return _of_json(name, kind, value)
    except ValueError:
        raise _wrong(name, kind, text) from None
    if kind is bool:
        if text not in ("true", "false"):
            raise _wrong(name, kind, text)
        return text == "true"
    return _of_json(name, kind, text)


def _of_json(name: str, kind: Any, value: Any) -> Any:
    """`value` if it is of `kind`; a whole number is also a float."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return value
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in arguments:
            return None
        return _of_json(name, _some(kind), value)
    if origin is Literal:
        if value not in arguments or isinstance(value, bool):
            raise _wrong(name, kind, value)
        return value
    if origin is list:
        if not isinstance(value, list):
            raise _wrong(name, kind, value)
        return [_of_json(name, arguments[0], one) for one in value]
    if kind is float and is_number(value):
        return float(value)
    is_odd = kind is float or (kind is int and isinstance(value, bool))
    if is_odd or not isinstance(value, origin or kind):
        raise _wrong(name, kind, value)
    return value


def _some(kind: Any) -> Any:
    """A kind without its ``None``."""
    if typing.get_origin(kind) not in (types.UnionType, typing.Union):
        return kind
    rest = [one for one in typing.get_args(kind) if one is not type(None)]
    if len(rest) != 1:
        raise TypeError(
            f"an argument of an action has one type, or that and None. Received: {kind}"
        )
    return rest[0]


def _is_list(kind: Any) -> bool:
    return typing.get_origin(_some(kind)) is list


_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "an object",
}


def _words(kind: Any) -> str:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return f"{_words(_some(kind))} or null"
    if origin is Literal:
        return "one of " + ", ".join(map(repr, arguments))
    if origin is list:
        return f"a list, each of it {_words(arguments[0])}"
    return _WORDS.get(origin or kind, "something else")


def _wrong(name: str, kind: Any, value: Any) -> BadArgument:
    return BadArgument(f"`{name}` must be {_words(kind)}. Received: {name}={_short(value)}")


def _short(value: Any) -> str:
    """`value` on one line, cut when long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
