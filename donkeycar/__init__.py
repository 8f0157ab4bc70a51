"""Turns a Raspberry Pi and an RC car into a self-driving car.

The names below are loaded when first used, so that ``import donkeycar`` is fast.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from donkeycar.config import Config, load_config
    from donkeycar.memory import Memory
    from donkeycar.vehicle import Vehicle

__version__ = "6.0.0.dev0"

__all__ = ["Config", "Memory", "Vehicle", "__version__", "load_config"]

_HOMES = {
    "Config": "donkeycar.config",
    "Memory": "donkeycar.memory",
    "Vehicle": "donkeycar.vehicle",
    "load_config": "donkeycar.config",
}


# Modules that code of earlier versions reaches with a dot, as in `dk.vehicle.Vehicle()`.
_MODULES = ("config", "memory", "parts", "utils", "vehicle")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _MODULES:
        return import_module(f"donkeycar.{name}")
    if not name.startswith("_"):
        from donkeycar.gone import refuse_attribute

        refuse_attribute(name)
    raise AttributeError(f"module 'donkeycar' has no attribute {name!r}")


class _Earlier:
    """Import hook that runs last, and explains modules that only earlier versions had."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Refuse such a module; leave all other names to Python."""
        if name.startswith(("donkeycar.", "donkeypart_")):
            from donkeycar.gone import refuse_module

            refuse_module(name)


sys.meta_path.append(_Earlier)
