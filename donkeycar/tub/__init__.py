"""The recording format: append, read, delete, check, repair. It knows no part and no setting."""

from donkeycar.tub.inspection import TubReport, check, repair
from donkeycar.tub.reader import TubReader, open_tub
from donkeycar.tub.writer import TubWriter

__all__ = ["TubReader", "TubReport", "TubWriter", "check", "open_tub", "repair"]
