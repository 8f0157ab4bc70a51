"""Types and ranges of all settings, checked in one go."""

import math
import reprlib
import types
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import PurePath
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

from pydantic import (
    AfterValidator,
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    create_model,
)
from pydantic import ValidationError as PydanticError

from donkeycar.schema import SETTINGS
from donkeycar.settings.setting import Kind, Setting


class Problem(NamedTuple):
    """A value that a setting cannot have.

    Attributes:
        names: The setting, or all that contradict each other, the likeliest culprit last.
        sentence: The rule, then what came; without the place.
    """

    names: tuple[str, ...]
    sentence: str


def check(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Check every known setting in `values` against its row.

    Args:
        values: Value by name; each known setting must be there, others may be.

    Returns:
        The values as their rows declare them, unchangeable (a list becomes a tuple, a dictionary
        a read-only one), and every problem found. The values are complete if there is none.
    """
    problems: list[Problem] = []
    checked = dict(values)
    try:
        model = _model()(**{name: values[name] for name in SETTINGS})
    except PydanticError as error:
        for place in dict.fromkeys(_place(details["loc"]) for details in error.errors()):
            problems.append(_problem(place, values))
    else:
        checked.update((name, getattr(model, name)) for name in SETTINGS)
        problems.extend(
            Problem(names, f"{sentence}. Received: {_received(names, checked)}")
            for names, sentence, holds in RULES
            if not holds(*(checked[name] for name in names))
        )
    return {name: frozen(value) for name, value in checked.items()}, problems


RULES: tuple[tuple[tuple[str, ...], str, Callable[..., bool]], ...] = (
    (
        ("TRANSFORMATIONS", "IMAGE_H", "ROI_CROP_BOTTOM", "ROI_CROP_TOP"),
        "ROI_CROP_TOP and ROI_CROP_BOTTOM must leave something of IMAGE_H",
        lambda steps, height, bottom, top: "CROP" not in steps or top + bottom < height,
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
        lambda steps, width, right, left: "CROP" not in steps or left + right < width,
    ),
)


def rule(setting: Setting) -> str:
    """What a value of `setting` must be, e.g. ``"a whole number from 0 to 100 (pixels)"``."""
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
    """`value` with its lists as tuples and its dictionaries read-only."""
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


class _Family(BaseModel):
    """A setting that is a dictionary; entries it does not know are kept."""

    model_config = ConfigDict(extra="allow")


def _bool_of_number(value: Any) -> Any:
    """0 and 1 are what many old files say for False and True."""
    return bool(value) if type(value) is int and value in (0, 1) else value


def _text_of_path(value: Any) -> Any:
    return str(value) if isinstance(value, PurePath) else value


def _range(value: Any) -> Any:
    pair = value if isinstance(value, list | tuple) else (value, value)
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
    """Half characters and NUL fit into no file and no path."""
    if "\0" in value:
        raise ValueError("holds a NUL")
    value.encode()
    return value


_TEXT = Annotated[str, Strict(), AfterValidator(_storable)]

_TYPES: dict[Kind, Any] = {
    "bool": Annotated[bool, Strict(), BeforeValidator(_bool_of_number)],
    "int": Annotated[int, Strict()],
    "float": Annotated[float, Strict(), AllowInfNan(False)],
    "range": Annotated[Any, AfterValidator(_range)],
    "str": _TEXT,
    "path": Annotated[_TEXT, BeforeValidator(_text_of_path), Field(min_length=1)],
    "strings": _TEXT,
    "names": Annotated[dict[_TEXT, _TEXT | None], BeforeValidator(_only_a_dict)],
    "function": Annotated[Any, AfterValidator(_function)],
    "any": Any,
}

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


@cache
def _model() -> type[BaseModel]:
    fields: dict[str, Any] = {name: (_annotation(row), ...) for name, row in SETTINGS.items()}
    return create_model("Settings", **fields)


def _annotation(setting: Setting) -> Any:
    """What pydantic checks a value of `setting` against."""
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


def _place(location: tuple[int | str, ...]) -> tuple[str, ...]:
    """Setting, and entry if it is a family, that an error of pydantic is about."""
    name = str(location[0])
    known = {row.name for row in SETTINGS[name].fields}
    return (name, *(str(part) for part in location[1:2] if part in known))


def _problem(place: tuple[str, ...], values: Mapping[str, Any]) -> Problem:
    name = place[0]
    setting, value, label = SETTINGS[name], values[name], name
    if len(place) == 2:
        setting = next(row for row in setting.fields if row.name == place[1])
        value, label = value[place[1]], f"{name}[{place[1]!r}]"
    return Problem((name,), f"{label} must be {rule(setting)}. Received: {label}={_short(value)}")


def _received(names: tuple[str, ...], values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_short(values[name])}" for name in names)


def _short(value: Any) -> str:
    """`repr` of `value` on one line, cut when long."""
    try:
        return " ".join(_REPR.repr(value).split())
    except ValueError:  # Python refuses to write out an integer of thousands of digits
        return f"a {type(value).__name__}"


_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = 60
