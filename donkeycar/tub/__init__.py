"""The recording format: append, read, delete, check, repair. It knows no part and no setting."""

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
