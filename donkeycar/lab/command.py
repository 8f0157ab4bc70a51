"""The command that starts the lab worker."""

import hashlib
import sys
from pathlib import Path

# On a car, the worker ends after this long without a request: its memory is the trainer's.
IDLE_S = 600.0


def worker_command(folder: Path, *, is_car: bool, idle_s: float | None = None) -> list[str]:
    """The words that start the worker; the console adds the socket on which it serves.

    Args:
        folder: The folder of the lab.
        is_car: Whether this computer drives, with the settings that the folder has now.
        idle_s: End after this long without a request, in seconds. ``None``: `IDLE_S` on a car,
            never on a PC.
    """
    if idle_s is None and is_car:
        idle_s = IDLE_S
    # -P: a file of the folder must not take the place of a library.
    words = [sys.executable, "-P", "-m", "donkeycar.lab", "--folder", str(folder)]
    words += ["--car", "--driven-by", digest(folder / "myconfig.py")] if is_car else []
    return words + (["--idle-s", f"{idle_s:g}"] if idle_s is not None else [])


def digest(path: Path) -> str:
    """A short digest of a file; "-" if there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError:
        return "-"
