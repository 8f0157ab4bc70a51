"""The list of contents of a zip archive, bounded before Python reads all of it into memory.

It stands at the end; the end record says its size (APPNOTE.TXT 4.3.14 to 4.3.16).
"""

import os
import struct
from typing import BinaryIO

from donkeycar.errors import ConfigError

# About 100 bytes a member.
MAX_DIRECTORY_BYTES = 64 << 20

_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_END_BYTES, _LONGEST_COMMENT = 22, 1 << 16


def check_directory(file: BinaryIO) -> None:
    """Refuse a list of contents that no recording needs; the file is at its beginning afterwards.

    Raises:
        ConfigError: If it is larger than `MAX_DIRECTORY_BYTES`.
        OSError: If the file cannot be read.
    """
    size = file.seek(0, os.SEEK_END)
    start = max(size - _END_BYTES - _LONGEST_COMMENT - 256, 0)
    file.seek(start)
    tail = file.read()
    file.seek(0)
    sizes = []
    end = tail.rfind(_END)
    if 0 <= end <= len(tail) - _END_BYTES:
        sizes.append(struct.unpack_from("<I", tail, end + 12)[0])
    end64 = tail.rfind(_END64)
    if 0 <= end64 <= len(tail) - 56:
        sizes = [struct.unpack_from("<Q", tail, end64 + 40)[0]]
    if any(number > MAX_DIRECTORY_BYTES for number in sizes):
        raise ConfigError(
            f"The list of contents of an archive must be at most {MAX_DIRECTORY_BYTES:,} bytes. "
            f"Received: {max(sizes):,}. Nothing was unpacked; do not use this file"
        )
