"""Identity of a car: the computer that it runs on, and its folder there.

Pairings belong to this identity. A copied SD card is in another computer, and a copied folder has
another path, so that neither takes the pairings with it.
"""

import hashlib
import os
from pathlib import Path

# The serial number of a board (Raspberry Pi, Jetson), as its device tree has it; else the number
# that systemd gave the installation: machine-id(5).
NUMBERS = (Path("/proc/device-tree/serial-number"), Path("/etc/machine-id"))
MAX_NUMBER_BYTES = 256


def car_identity(folder: Path) -> bytes:
    """32 bytes that differ between any two cars; they are no secret.

    Args:
        folder: Folder of the car.
    """
    place = os.fsencode(os.path.realpath(folder))
    return hashlib.sha256(b"\0".join((b"donkeycar", computer_number(), place))).digest()


def computer_number() -> bytes:
    """The number of this computer; empty if it has none."""
    for path in NUMBERS:
        try:
            with path.open("rb") as file:
                number = file.read(MAX_NUMBER_BYTES).strip(b"\0 \r\n")
        except OSError:
            continue
        if number:
            return number
    return b""
