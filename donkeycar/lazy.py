"""Lazy import: names of a package that are loaded when they are first used.

Code that needs one of them does not wait for the libraries of the others.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from donkeycar.errors import ConfigError


def names_of(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package (PEP 562).

    Args:
        package: Its name.
        homes: For each public name, the module of the package that defines it.

    Example:
        >>> names_of("donkeycar.testing", {"FakeClock": "clock"})("FakeClock")
        <class 'donkeycar.testing.clock.FakeClock'>
    """

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return load


def named(place: str) -> Any:
    """What ``"module:name"`` stands for; the module is imported now.

    Raises:
        ConfigError: If there is no such thing.

    Example:
        >>> named("math:tau") > 6
        True
    """
    module, _, name = place.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name != module:
            raise
        raise ConfigError(
            f"A row of a table must name something that there is. Received: {place!r}. Mend the "
            "row, or add the file"
        ) from error
