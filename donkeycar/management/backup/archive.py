"""The file that `donkey backup` writes: a tar archive whose last member proves that it is whole.

::

    donkeycar-backup.json   first: format, name of the car, time, version of donkeycar
    mycar/...               the car's folder: ordinary files and folders, nothing else
    SHA256SUMS              last: a line for each file, as sha256sum(1) writes and checks them

It is written and read in one pass, so it may come out of a pipe. Unpacked by hand with tar, its
files are checked with ``sha256sum -c SHA256SUMS``.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Protocol

from donkeycar.errors import ConfigError
from donkeycar.json_text import parse_json

INFO = "donkeycar-backup.json"
SUMS = "SHA256SUMS"
FORMAT = 1
# Of the two members that are read as a whole.
MAX_INFO_BYTES = 1 << 20
MAX_SUMS_BYTES = 1 << 30

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Reads(Protocol):
    """Something that is read piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`; none at the end."""


@dataclass(frozen=True)
class Info:
    """What the first member says.

    Attributes:
        car: Name of the car's folder.
        made: When, in words: ``2026-11-30 20:41``.
        donkeycar: Version that wrote it.
        left_out: What is not in it, one sentence each.
    """

    car: str
    made: str
    donkeycar: str
    left_out: tuple[str, ...] = ()

    def text(self) -> str:
        """The first member.

        Example:
            >>> parse_info(Info("mycar", "2026-11-30 20:41", "6.0.0").text()).car
            'mycar'
        """
        fields = {
            "format": FORMAT,
            "car": self.car,
            "made": self.made,
            "donkeycar": self.donkeycar,
            "left_out": list(self.left_out),
        }
        return json.dumps(fields, indent=1) + "\n"


def parse_info(text: str) -> Info:
    """Read the first member.

    Raises:
        ConfigError: If it is not one, or of a newer format.
    """
    try:
        fields: Any = parse_json(text)
        number, left_out = fields["format"], fields.get("left_out", [])
        info = Info(fields["car"], fields["made"], fields["donkeycar"], tuple(left_out))
        words = (info.car, info.made, info.donkeycar, *info.left_out)
        if not isinstance(number, int) or not all(isinstance(word, str) for word in words):
            raise TypeError
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise not_a_backup("its first file is damaged") from error
    if number > FORMAT:
        raise ConfigError(
            f"The archive must be of format {FORMAT} or older. Received: {number}, written by "
            f"donkeycar {plain(info.donkeycar)}. Update donkeycar on this computer"
        )
    if parts_of(info.car) != (info.car,):
        raise not_a_backup(f"its car is named {plain(info.car)}")
    return info


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
        or any(part in (".", "..") or re.match(r"[A-Za-z]:", part) for part in path.parts)
    ):
        raise ConfigError(
            "The names in an archive must stay inside of the car's folder. Received: "
            f"{plain(name)}. Nothing was unpacked; do not use this file"
        )
    return path.parts


def sums_text(sums: Mapping[str, str]) -> str:
    """The last member: digest by name."""
    return "".join(f"{digest}  {name}\n" for name, digest in sums.items())


def parse_sums(text: str) -> dict[str, str]:
    """Read the last member.

    Raises:
        ConfigError: If a line is not one of sha256sum's.
    """
    sums = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if not match:
            raise not_a_backup(f"its {SUMS} is damaged")
        sums[match[2]] = match[1]
    return sums


def not_a_backup(why: str) -> ConfigError:
    """The refusal of a file that `donkey backup` did not write."""
    return ConfigError(
        f"The archive must be one that `donkey backup` wrote. Received: {why}. Choose another file"
    )


def plain(name: str) -> str:
    """A name from outside, for a message: printable, and not endless."""
    return repr(name if len(name) <= 100 else f"{name[:100]}...")
