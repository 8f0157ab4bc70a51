"""Reads a LiteRT (``.tflite``) file, and refuses anything else before a library opens it."""

from pathlib import Path

from donkeycar.errors import PilotError
from donkeycar.pilots.files.json_file import read_start
from donkeycar.pilots.files.names import MARKS, beside

# Longest file that can drive. Training checks it before the first epoch: `training.size`.
MAX_BYTES = 50_000_000
# Bytes 4 to 7 of every LiteRT file. Source: schema.fbs of TensorFlow Lite, `file_identifier`.
IDENTIFIER = b"TFL3"


def read_litert(path: Path) -> bytes:
    """Read a LiteRT file, and refuse other files before any library opens them.

    Raises:
        PilotError: If it cannot be read, is not a LiteRT file, or is longer than 50 MB.
    """
    content = read_start(path, MAX_BYTES + 1)
    if content[4:8] != IDENTIFIER:
        raise PilotError(f"{path} is not a LiteRT model. Is the file complete?")
    check_length(path.stat().st_size if len(content) > MAX_BYTES else len(content), path)
    return content


def check_length(num_bytes: int, path: Path) -> None:
    """Refuse a network that is too large to drive, and say what can drive instead.

    Args:
        num_bytes: Length of the LiteRT file.
        path: Path of the file, or of the file that it was made of.

    Raises:
        PilotError: If it is longer than 50 MB.
    """
    if num_bytes <= MAX_BYTES:
        return
    shorter = [beside(path, mark + ".tflite") for mark in MARKS.values() if mark]
    fitting = [one for one in shorter if one.is_file() and one.stat().st_size <= MAX_BYTES]
    way = (
        f"Its file {fitting[-1]} is short enough: name that one"
        if fitting
        else "Train it on smaller frames: RESIZE in TRANSFORMATIONS, or smaller IMAGE_W and IMAGE_H"
    )
    raise PilotError(
        f"A model must be at most {MAX_BYTES // 1_000_000} MB. Received: {path}, "
        f"{num_bytes / 1e6:.0f} MB. {way}."
    )
