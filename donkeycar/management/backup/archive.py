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
from typing import Any, Protocol

from donkeycar.errors import ConfigError
from donkeycar.formats.archive.member_name import parts_of, shown
from donkeycar.json_text import parse_json

INFO = "donkeycar-backup.json"
SUMS = "SHA256SUMS"
FORMAT = 1
# Of the two members that are read as a whole.
MAX_INFO_BYTES = 1 << 20
MAX_SUMS_BYTES = 1 << 30

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


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
            f"donkeycar {shown(info.donkeycar)}. Update donkeycar on this computer"
        )
    if parts_of(info.car) != (info.car,):
        raise not_a_backup(f"its car is named {shown(info.car)}")
    return info


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
