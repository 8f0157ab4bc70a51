"""The recording format: append, read, delete, check, repair; independent of parts and settings.

The names below are loaded when first used, so that the name of a new tub needs no numpy.
"""

from typing import TYPE_CHECKING

from donkeycar.lazy import names_of

if TYPE_CHECKING:
    from donkeycar.tub.building import Built
    from donkeycar.tub.copying import copy
    from donkeycar.tub.deletion import Deleted, delete
    from donkeycar.tub.info import TubInfo, tub_info
    from donkeycar.tub.inspection import TubReport, check
    from donkeycar.tub.merging import merge
    from donkeycar.tub.reader import TubReader, open_tub
    from donkeycar.tub.repairing import Restored, repair, restore
    from donkeycar.tub.splitting import split
    from donkeycar.tub.undo import undo_repair
    from donkeycar.tub.writer import TubWriter

__all__ = [
    "Built",
    "Deleted",
    "Restored",
    "TubInfo",
    "TubReader",
    "TubReport",
    "TubWriter",
    "check",
    "copy",
    "delete",
    "merge",
    "open_tub",
    "repair",
    "restore",
    "split",
    "tub_info",
    "undo_repair",
]

_HOMES = {
    "Built": "building",
    "Deleted": "deletion",
    "Restored": "repairing",
    "TubInfo": "info",
    "TubReader": "reader",
    "TubReport": "inspection",
    "TubWriter": "writer",
    "check": "inspection",
    "copy": "copying",
    "delete": "deletion",
    "merge": "merging",
    "open_tub": "reader",
    "repair": "repairing",
    "restore": "repairing",
    "split": "splitting",
    "tub_info": "info",
    "undo_repair": "undo",
}

__getattr__ = names_of(__name__, _HOMES)
