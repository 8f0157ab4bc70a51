"""Table of the transforms by name; makes one from its description."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from importlib import import_module
from typing import Any

from donkeycar.errors import PilotError
from donkeycar.json_text import is_number
from donkeycar.pilots.transform.step import CUSTOM, Step

# The names for `TRANSFORMATIONS`, besides the owner's own: the module and the class of each. A car
# loads only those of its pilot.
TRANSFORMS = {
    "CROP": "border:Crop",
    "CUT": "border:Cut",
    "TRAPEZE": "mask:Trapeze",
    "TRAPEZE_EDGE": "mask:TrapezeEdge",
    "CANNY": "canny:Canny",
    "BLUR": "blur:Blur",
    "RESIZE": "size:Resize",
    "SCALE": "size:Scale",
    "RGB2BGR": "colour:SwapRedBlue",
    "BGR2RGB": "colour:SwapRedBlue",
    "RGB2HSV": "hsv:ToHsv",
    "HSV2RGB": "hsv:FromHsv",
    "BGR2HSV": "hsv:ToHsvOfBlueGreenRed",
    "HSV2BGR": "hsv:FromHsvToBlueGreenRed",
    "RGB2GRAY": "colour:Gray",
    "BGR2GRAY": "colour:GrayOfBlueGreenRed",
    "HSV2GRAY": "hsv:GrayOfHsv",
    "GRAY2RGB": "colour:ThreeChannels",
    "GRAY2BGR": "colour:ThreeChannels",
}

# Types of arguments: their names, and a check for each. A whole number is a number, too.
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
    """Make one step; trust nothing in its description.

    Args:
        name: One of `TRANSFORMS`, or ``CUSTOM_...``.
        arguments: Value by name; those with a default may be left out.

    Raises:
        PilotError: If the step does not exist, or does not take such arguments.
    """
    kind = step_class(name)
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


def step_class(name: str) -> type[Step] | None:
    """The class behind a name; ``None`` if there is none."""
    home = "custom:Custom" if name.startswith(CUSTOM) else TRANSFORMS.get(name)
    if home is None:
        return None
    module, _, class_name = home.partition(":")
    found: type[Step] = getattr(import_module(f"{__package__}.{module}"), class_name)
    return found


def _fits(field: "Field[Any]", value: object) -> bool:
    return KINDS[field.type][1](value)
