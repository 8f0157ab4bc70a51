"""Free space on the disk for more records; checked once a second, because it takes a call."""

import time
from pathlib import Path

from donkeycar.errors import DeviceError, text_of
from donkeycar.tub.filesystem import FileSystem

MIN_FREE_BYTES = 200_000_000
MIN_FREE_FRACTION = 0.05
SPACE_CHECK_S = 1.0


class DiskRoom:
    """Watches the free space that a recording may use.

    Args:
        path: A folder on the disk.
        min_bytes: This many bytes must stay free.
        min_fraction: The same, as a share of the disk, 0 to 1. The larger of both counts.
        fs: How to reach the disk.
    """

    def __init__(
        self, path: Path, *, min_bytes: float, min_fraction: float, fs: FileSystem
    ) -> None:
        self._path = path
        self._min_bytes = min_bytes
        self._min_fraction = min_fraction
        self._fs = fs
        self._next_check_s = 0.0

    def shortage(self) -> str:
        """Return a sentence if space is short; "" if it is not, or was not a moment ago.

        Raises:
            DeviceError: If the disk does not answer.
        """
        now_s = time.monotonic()
        if now_s < self._next_check_s:
            return ""
        self._next_check_s = now_s + SPACE_CHECK_S
        try:
            free, total = self._fs.free_bytes(self._path)
        except OSError as error:
            raise DeviceError(
                f"The disk of {self._path} does not answer: {text_of(error)}"
            ) from error
        needed = max(self._min_bytes, self._min_fraction * total)
        if free >= needed:
            return ""
        return (
            f"The disk is almost full: {free / 1e6:.0f} MB free, {needed / 1e6:.0f} MB must stay "
            "free. Delete something, then switch recording off and on."
        )
