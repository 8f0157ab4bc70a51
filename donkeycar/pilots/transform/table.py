"""The transforms by name, and how one is made of what somebody wrote down."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from donkeycar.errors import PilotError
from donkeycar.json_text import is_number
from donkeycar.pilots.transform.blur import Blur
from donkeycar.pilots.transform.border import Crop, Cut
from donkeycar.pilots.transform.canny import Canny
from donkeycar.pilots.transform.colour import (
    Gray,
    GrayOfBlueGreenRed,
    SwapRedBlue,
    ThreeChannels,
)
from donkeycar.pilots.transform.custom import CUSTOM, Custom
from donkeycar.pilots.transform.hsv import (
    FromHsv,
    FromHsvToBlueGreenRed,
    GrayOfHsv,
    ToHsv,
    ToHsvOfBlueGreenRed,
)
from donkeycar.pilots.transform.mask import Trapeze, TrapezeEdge
from donkeycar.pilots.transform.size import Resize, Scale
from donkeycar.pilots.transform.step import Step

# What `TRANSFORMATIONS` may name, besides the owner's own.
TRANSFORMS: dict[str, type[Step]] = {
    "CROP": Crop,
    "CUT": Cut,
    "TRAPEZE": Trapeze,
    "TRAPEZE_EDGE": TrapezeEdge,
    "CANNY": Canny,
    "BLUR": Blur,
    "RESIZE": Resize,
    "SCALE": Scale,
    "RGB2BGR": SwapRedBlue,
    "BGR2RGB": SwapRedBlue,
    "RGB2HSV": ToHsv,
    "HSV2RGB": FromHsv,
    "BGR2HSV": ToHsvOfBlueGreenRed,
    "HSV2BGR": FromHsvToBlueGreenRed,
    "RGB2GRAY": Gray,
    "BGR2GRAY": GrayOfBlueGreenRed,
    "HSV2GRAY": GrayOfHsv,
    "GRAY2RGB": ThreeChannels,
    "GRAY2BGR": ThreeChannels,
}

# Types of arguments: what they are called, and what is one. A whole number is a number too.
KINDS: dict[Any, tuple[str, Callable[[Any], bool]]] = {
    int: ("a whole number", lambda value: type(value) is int),
    float: ("a number", is_number),
    bool: ("true or false", lambda value: type(value) is bool),
    str: ("text", lambda value: type(value) is str),
    int | None: ("a whole number or null", lambda value: value is None or type(value) is int),
    float | None: (
        "a number or null",
        lambda value: value is None or is_number(value),
    ),
}


def make_step(name: str, arguments: Mapping[str, Any]) -> Step:
    """Make one step, trusting nothing.

    Args:
        name: One of `TRANSFORMS`, or ``CUSTOM_...``.
        arguments: Value by name; those with a default may be left out.

    Raises:
        PilotError: If there is no such step, or it does not take such arguments.
    """
    kind = Custom if name.startswith(CUSTOM) else TRANSFORMS.get(name)
    if kind is None:
        raise PilotError(
            f"A transform must be one of {sorted(TRANSFORMS)} or {CUSTOM}... "
            f"Received: name={name!r:.60}"
        )
    known = {field.name: field for field in fields(kind) if field.init}
    needed = {name for name, field in known.items() if field.default is MISSING}
    fits = all(_fits(known[key], value) for key, value in arguments.items() if key in known)
    if not fits or not needed <= set(arguments) <= set(known):
        wanted = ", ".join(f"{name} ({KINDS[field.type][0]})" for name, field in known.items())
        raise PilotError(f"{name} takes {wanted or 'nothing'}. Received: {dict(arguments)!r:.200}")
    return kind(**arguments)


def _fits(field: "Field[Any]", value: object) -> bool:
    return KINDS[field.type][1](value)
