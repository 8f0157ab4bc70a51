"""Recipes: how a word in the settings becomes a part."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from donkeycar.config import DEFAULT, Config
from donkeycar.errors import ConfigError
from donkeycar.lazy import named
from donkeycar.settings.schema import SETTINGS
from donkeycar.timing import Clock
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.sim.world import World

Row = TypeVar("Row")


class Recipe(NamedTuple):
    """How to build one part.

    Attributes:
        home: ``"module:Class"``.
        arguments: Its keyword arguments, from the settings, the clock and the simulated world.
        threaded: Whether it runs in a thread of its own.
        settings: The setting of each argument, by the name of the argument, so that an error about
            an argument can name the setting.
    """

    home: str
    arguments: Callable[[Config, Clock, "World | None"], dict[str, Any]]
    threaded: bool = True
    settings: Mapping[str, str] = {}

    def make(self, cfg: Config, clock: Clock, world: "World | None", **more: Any) -> Any:
        """Build the part; `more` are keyword arguments that no setting gives.

        Raises:
            ConfigError: If a setting is refused. The message names it and the place where it was
                written.
        """
        try:
            arguments = self.arguments(cfg, clock, world)
            return named(self.home)(**arguments, **more)
        except ConfigError as error:
            raise ConfigError(placed(cfg, in_settings(str(error), self.settings))) from error


def in_settings(text: str, settings: Mapping[str, str]) -> str:
    """Replace the names of arguments in an error by the names of settings.

    Example:
        >>> text = "`framerate_hz` must be at most 90. Received: framerate_hz=200"
        >>> in_settings(text, {"framerate_hz": "CAMERA_FRAMERATE"})
        '`CAMERA_FRAMERATE` must be at most 90. Received: CAMERA_FRAMERATE=200'
    """
    for argument, setting in settings.items():
        text = text.replace(f"`{argument}`", f"`{setting}`")
        text = re.sub(rf"\b{argument}=", f"{setting}=", text)
    return text


def placed(cfg: Config, text: str, otherwise: str = "") -> str:
    """Add the place of the setting that an error names, unless the error contains it.

    Args:
        cfg: The settings.
        text: The error.
        otherwise: The setting that counts if the owner wrote none of those that it names; "" for
            none.
    """
    names = [*re.findall(r"`([A-Z][A-Z0-9_]+)`", text), *re.findall(r"[A-Z][A-Z0-9_]+", text)]
    places = [cfg.source_of(name) for name in (*names, otherwise) if name in cfg]
    place = next((place for place in places if place != DEFAULT), "")
    told = text.startswith(f"{place}: ") or f"({place})" in text
    return text if not place or told else f"{place}: {text}"


def row_for(table: Mapping[str, Row], setting: str, kind: str) -> Row:
    """Find the row of a word.

    Raises:
        ConfigError: If `table` does not know it.
    """
    if kind not in table:
        row = SETTINGS.get(setting)
        why = ""
        if row is not None and kind in row.later_choices:
            why = ", which does not work in this version yet"
        elif row is not None and kind in row.dead_choices and row.dead_advice:
            why = f". {row.dead_advice}"
        raise ConfigError(
            f"`{setting}` must be one of {', '.join(table)}. Received: {setting}={kind!r}{why}"
        )
    return table[kind]


def build(
    table: Mapping[str, Recipe], setting: str, car: Vehicle, cfg: Config, world: "World | None",
    kind: str | None = None, **more: Any,
) -> tuple[Any, bool]:  # fmt: skip
    """Build the part that `setting` names, or `kind`; `more` are arguments that no setting gives.

    Returns:
        The part, and whether it runs in a thread of its own.

    Raises:
        ConfigError: If `table` does not know the word.
    """
    recipe = row_for(table, setting, cfg[setting] if kind is None else kind)
    return recipe.make(cfg, car.clock, world, **more), recipe.threaded


def written(car: Vehicle, *channels: str, reader: str) -> list[str | None]:
    """`channels`, with ``None`` instead of each channel that no part writes.

    Args:
        car: The parts so far.
        channels: Channels that `reader` reads if they exist.
        reader: Name of the line in ``manage.py``, for a message if a writer is added after it.
    """
    found = [channel if car.writes(channel) else None for channel in channels]
    for channel, there in zip(channels, found, strict=True):
        if there is None:
            car.passed_over.setdefault(channel, reader)
    return found
