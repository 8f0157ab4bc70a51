"""How a word in the settings becomes a part."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.timing import Clock
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.sim.world import World


class Recipe(NamedTuple):
    """How to build one part.

    Attributes:
        home: ``"module:Class"``.
        arguments: Its keyword arguments, from the settings, the clock and the simulated world.
        threaded: Whether it runs in a thread of its own.
    """

    home: str
    arguments: Callable[[Config, Clock, "World | None"], dict[str, Any]]
    threaded: bool = True

    def make(self, cfg: Config, clock: Clock, world: "World | None") -> Any:
        """Build the part."""
        module, _, name = self.home.partition(":")
        return getattr(import_module(module), name)(**self.arguments(cfg, clock, world))


def recipe_for(table: dict[str, Recipe], setting: str, kind: str) -> Recipe:
    """Find the recipe of a word.

    Raises:
        ConfigError: If `table` does not know it.
    """
    if kind not in table:
        raise ConfigError(
            f"`{setting}` must be one of {', '.join(table)}. Received: {setting}={kind!r}"
        )
    return table[kind]


def build(
    table: dict[str, Recipe], setting: str, car: Vehicle, cfg: Config, world: "World | None",
    kind: str | None = None,
) -> tuple[Any, bool]:  # fmt: skip
    """Build the part that `setting` names, or `kind`.

    Returns:
        The part, and whether it runs in a thread of its own.

    Raises:
        ConfigError: If `table` does not know the word.
    """
    recipe = recipe_for(table, setting, cfg[setting] if kind is None else kind)
    return recipe.make(cfg, car.clock, world), recipe.threaded


def written(car: Vehicle, *channels: str, reader: str) -> list[str | None]:
    """`channels`; instead of one that no part writes, ``None``, which reads as none.

    Args:
        car: The parts so far.
        channels: What `reader` would like to know.
        reader: Name of the line in ``manage.py``, for whoever adds a writer after it.
    """
    found = [channel if car.writes(channel) else None for channel in channels]
    for channel, there in zip(channels, found, strict=True):
        if there is None:
            car.passed_over.setdefault(channel, reader)
    return found
