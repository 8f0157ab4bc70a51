"""The recording format: append, read, delete, check, repair; independent of parts and settings.

The names below are loaded when first used, so that the name of a new tub needs no numpy.
"""

from typing import TYPE_CHECKING

from donkeycar.lazy import names_of

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

__getattr__ = names_of(__name__, _HOMES)
