"""Room on a disk, asked before anything is written to it."""

import shutil
from pathlib import Path

from donkeycar.errors import DeviceError

# A car that records needs this much.
RESERVE_BYTES = 100_000_000


def check_room(folder: Path, needed_bytes: int) -> None:
    """Refuse what would fill a disk.

    Args:
        folder: Where it is going to be written; it need not exist yet.
        needed_bytes: Its size.

    Raises:
        DeviceError: If not so much is free, with `RESERVE_BYTES` to spare.
    """
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < needed_bytes + RESERVE_BYTES:
        raise DeviceError(
            f"The disk of {folder} must have {(needed_bytes + RESERVE_BYTES) / 1e6:,.0f} MB free. "
            f"Received: {free / 1e6:,.0f} MB. Delete something, or choose another disk; nothing "
            "was changed"
        )
