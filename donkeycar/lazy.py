"""Names of a package that are loaded when they are first used.

Whoever needs one of them does not wait for the libraries of the others.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def names_of(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package (PEP 562).

    Args:
        package: Its name.
        homes: Of each public name the module in the package that defines it.

    Example:
        >>> names_of("donkeycar.testing", {"FakeClock": "clock"})("FakeClock")
        <class 'donkeycar.testing.clock.FakeClock'>
    """

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return load
