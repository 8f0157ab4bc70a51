"""The recording format: append, read, delete, check, repair. It knows no part and no setting.

The names below are loaded when first used: who only needs the name of a new tub does without numpy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from donkeycar.tub.inspection import TubReport, check
    from donkeycar.tub.reader import TubReader, open_tub
    from donkeycar.tub.repairing import Restored, repair, restore
    from donkeycar.tub.writer import TubWriter

__all__ = [
    "Restored",
    "TubReader",
    "TubReport",
    "TubWriter",
    "check",
    "open_tub",
    "repair",
    "restore",
]

_HOMES = {
    "Restored": "repairing",
    "TubReader": "reader",
    "TubReport": "inspection",
    "TubWriter": "writer",
    "check": "inspection",
    "open_tub": "reader",
    "repair": "repairing",
    "restore": "repairing",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"donkeycar.tub.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'donkeycar.tub' has no attribute {name!r}")
