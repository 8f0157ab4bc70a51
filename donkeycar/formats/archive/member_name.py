"""Names of the files in an archive, checked before they become paths."""

import re
import unicodedata
from pathlib import PurePosixPath

from donkeycar.errors import ConfigError

# What every disk takes: ext4, NTFS and APFS allow 255 bytes or letters a name.
MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 1024
MAX_DEPTH = 32

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:")
# Devices of Windows, with any ending; and names that it cuts.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def parts_of(name: str) -> tuple[str, ...]:
    r"""The folders and the file of a member's name.

    Raises:
        ConfigError: If the name could lead out of the folder that it is unpacked into.

    Example:
        >>> parts_of("mycar/data/manifest.json")
        ('mycar', 'data', 'manifest.json')
    """
    path = PurePosixPath(name)
    if (
        not name
        or path.is_absolute()
        or "\\" in name
        or _CONTROL.search(name)
        or str(path) != name
        or not path.parts  # "." has none
        or any(part in (".", "..") or _DRIVE.match(part) for part in path.parts)
    ):
        raise ConfigError(
            "The names in an archive must stay inside of its folder. Received: "
            f"{shown(name)}. Nothing was unpacked; do not use this file"
        )
    return path.parts


def check_storable(name: str) -> None:
    """Refuse a name that some disk or system takes for something else, or not at all.

    Raises:
        ConfigError: If it is too long or too deep, no text, or a device of Windows.
    """
    parts = PurePosixPath(name).parts
    try:
        sizes = [len(part.encode()) for part in parts]
    except UnicodeEncodeError:
        sizes = [MAX_PATH_BYTES]
    if (
        len(parts) > MAX_DEPTH
        or sum(sizes) > MAX_PATH_BYTES
        or any(size > MAX_NAME_BYTES for size in sizes)
        or any(_DEVICE.fullmatch(part) or part.endswith((" ", ".")) for part in parts)
    ):
        raise ConfigError(
            "The names in an archive must be ones that every disk takes. Received: "
            f"{shown(name)}. Nothing was unpacked; do not use this file"
        )


def folded(name: str) -> str:
    """A name as a disk sees it that takes capital and small letters for the same.

    Example:
        >>> folded("IMG/A.jpg") == folded("img/a.JPG")
        True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def shown(name: str) -> str:
    """A name from outside, for a message: printable, and not endless."""
    return ascii(name if len(name) <= 100 else f"{name[:100]}...")
