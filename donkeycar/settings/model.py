"""Validation with pydantic; it is loaded only for values that the quick check leaves open."""

import math
import numbers
import types
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    ValidationError,
    create_model,
)

from donkeycar.settings.schema import SETTINGS
from donkeycar.settings.setting import Kind, Setting

Place = tuple[int | str, ...]


def validated(
    names: Iterable[str], values: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Place]]:
    """Check the settings `names` of `values`.

    Returns:
        Their values as their rows declare them, none if any is wrong; and the place of each wrong
        value: the name of the setting, then the path to the wrong entry.
    """
    fields: dict[str, Any] = {name: (_annotation(SETTINGS[name]), ...) for name in names}
    try:
        model = create_model("Settings", **fields)(**{name: values[name] for name in fields})
    except ValidationError as error:
        return {}, [details["loc"] for details in error.errors()]
    return {name: getattr(model, name) for name in fields}, []


class _Family(BaseModel):
    """A setting that is a dictionary; unknown entries are kept."""

    model_config = ConfigDict(extra="allow")


def _plain(value: Any) -> Any:
    """Convert a number of a library, for example numpy, to Python's own type."""
    if type(value) in (bool, int, float) or getattr(value, "ndim", 0) != 0:
        return value
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return int(value) if isinstance(value, numbers.Integral) else float(value)
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return value.item() if kind and kind in "biuf" else value


def _bool_of_number(value: Any) -> Any:
    """Accept 0 and 1, which many old files have for False and True."""
    value = _plain(value)
    return bool(value) if type(value) is int and value in (0, 1) else value


def _int_of_float(value: Any) -> Any:
    """Accept a whole number that is written as a float, such as 4.0."""
    value = _plain(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _text_of_path(value: Any) -> Any:
    return str(value) if isinstance(value, PurePath) else value


def _range(value: Any) -> Any:
    value = tuple(map(_plain, value)) if isinstance(value, list | tuple) else _plain(value)
    pair = value if isinstance(value, tuple) else (value, value)
    whole_or_not = all(type(number) in (int, float) for number in pair)
    if len(pair) != 2 or not whole_or_not or not -math.inf < pair[0] <= pair[1] < math.inf:
        raise ValueError("not a range")
    return value


def _function(value: Any) -> Any:
    if not callable(value):
        raise ValueError("not a function")
    return value


def _only_a_dict(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("not a dictionary")
    return value


def _storable(value: str) -> str:
    """Refuse surrogates and NUL, which no file and no path can hold."""
    if "\0" in value:
        raise ValueError("holds a NUL")
    value.encode()
    return value


_TEXT = Annotated[str, Strict(), AfterValidator(_storable)]

_TYPES: dict[Kind, Any] = {
    "bool": Annotated[bool, Strict(), BeforeValidator(_bool_of_number)],
    "int": Annotated[int, Strict(), BeforeValidator(_int_of_float)],
    "float": Annotated[float, Strict(), AllowInfNan(False), BeforeValidator(_plain)],
    "range": Annotated[Any, AfterValidator(_range)],
    "str": _TEXT,
    "path": Annotated[_TEXT, BeforeValidator(_text_of_path), Field(min_length=1)],
    "strings": _TEXT,
    "names": Annotated[dict[_TEXT, _TEXT | None], BeforeValidator(_only_a_dict)],
    "function": Annotated[Any, AfterValidator(_function)],
    "any": Any,
}


def _annotation(setting: Setting) -> Any:
    """The pydantic type for a value of `setting`."""
    if setting.fields:
        fields: dict[str, Any] = {row.name: (_annotation(row), ...) for row in setting.fields}
        entries = create_model(setting.name, __base__=_Family, **fields)
        return Annotated[entries, BeforeValidator(_only_a_dict), AfterValidator(dict)]
    each = _TYPES[setting.value_kind]
    if setting.low is not None:
        each = Annotated[each, Field(ge=setting.low)]
    if setting.high is not None:
        each = Annotated[each, Field(le=setting.high)]
    if setting.all_choices:
        each = Annotated[each, AfterValidator(_one_of(setting))]
    if setting.value_kind == "strings":
        several: Any = types.GenericAlias(tuple, (each, ...))
        each = Annotated[several, BeforeValidator(_only_a_sequence)]
    return each | None if setting.optional else each


def _only_a_sequence(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise ValueError("not a list")
    return value


def _one_of(setting: Setting) -> Callable[[Any], Any]:
    def validate(value: Any) -> Any:
        is_own = setting.prefix and isinstance(value, str) and value.startswith(setting.prefix)
        if value not in setting.all_choices and not is_own:
            raise ValueError("not one of the choices")
        return value

    return validate
