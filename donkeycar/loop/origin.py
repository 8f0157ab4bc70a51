"""Where the exception of a part came from: what its author needs, and a driver can skip."""

import sysconfig
import traceback
from pathlib import Path

from donkeycar.errors import DonkeyError

# Code that the author of a part did not write: where it is, or what its folder is called.
STANDARD_LIBRARY = sysconfig.get_paths()["stdlib"]
DONKEYCAR = str(Path(__file__).parents[1])
PACKAGES = ("site-packages", "dist-packages")


def origin_of(error: BaseException) -> str:
    """Return ``" (KeyError in myparts.py, line 34)"``, or "" if the text of the error says enough.

    Errors of donkeycar and of the system are sentences about the car. All others are mostly
    mistakes in the code of a part, and the text of a KeyError is no more than ``'imu'``. The line
    is the last one outside of libraries.

    Example:
        >>> origin_of(OSError("no such camera"))
        ''
    """
    while isinstance(error, DonkeyError) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, DonkeyError | OSError) or not isinstance(error, Exception):
        return ""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not _is_of_a_library(frame.filename)]
    if not own:
        return ""
    place = own[-1]
    return f" ({type(error).__name__} in {Path(place.filename).name}, line {place.lineno})"


def _is_of_a_library(filename: str) -> bool:
    return filename.startswith((STANDARD_LIBRARY, DONKEYCAR, "<")) or any(
        folder in Path(filename).parts for folder in PACKAGES
    )
