"""Turns a Raspberry Pi and an RC car into a self-driving car.

The names below are loaded when first used, so that ``import donkeycar`` costs nothing.
"""

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


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'donkeycar' has no attribute {name!r}")
