"""Room for a new tub, asked before anything of it is written."""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from donkeycar.errors import DeviceError
from donkeycar.files import megabytes
from donkeycar.tub.reader import TubReader

# What `st_blocks` counts, whatever the disk.
BLOCK_BYTES = 512
PICTURES = (".jpg", ".jpeg", ".png")


def check_room(out: Path, needed_bytes: int) -> None:
    """Refuse what would fill the disk.

    Args:
        out: What is going to be written; the folders around it need not exist yet.
        needed_bytes: Its size, or an estimate that is not too large.

    Raises:
        DeviceError: If less is free.
    """
    folder = out.expanduser().absolute().parent
    while not folder.exists():
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # a disk that does not say it
    if free < needed_bytes:
        raise DeviceError(
            f"{out} needs {megabytes(needed_bytes)} of room. Received: {megabytes(free)} free in "
            f"{folder}. Nothing was written. Next step: choose another disk, or free some space"
        )


def room_of(files: Iterable[Path]) -> int:
    """Bytes that files take on their disk; holes take none."""
    total = 0
    for file in files:
        with suppress(OSError):
            found = file.stat()
            # Windows does not say it.
            blocks = getattr(found, "st_blocks", None)
            size = found.st_size
            total += size if blocks is None else min(size, BLOCK_BYTES * blocks)
    return total


def room_of_records(tub: TubReader, num_records: int) -> int:
    """Bytes that the images of some records of a tub take, on average."""
    num_all = len(tub.records(include_deleted=True))
    if not num_all:
        return 0
    try:
        with os.scandir(tub.images) as entries:
            # Beside the pictures of a tub of format v1 lie its records.
            size = room_of(
                Path(one.path)
                for one in entries
                if one.name.lower().endswith(PICTURES) and one.is_file()
            )
    except OSError:
        return 0  # not there, or not ours to read; the copy will say so
    return min(size, size * num_records // num_all)
