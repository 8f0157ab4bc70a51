"""Read a backup in one pass: nothing of it appears before all of it was checked."""

import hashlib
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, cast

from donkeycar.errors import ConfigError
from donkeycar.formats.archive.member_name import parts_of, shown
from donkeycar.formats.archive.room import check_room
from donkeycar.formats.archive.tar_headers import ShortHeaders
from donkeycar.management.backup.archive import (
    INFO,
    MAX_INFO_BYTES,
    MAX_SUMS_BYTES,
    SUMS,
    Info,
    not_a_backup,
    parse_info,
    parse_sums,
)

GZIP = b"\x1f\x8b"
PIECE = 1 << 18
INCOMPLETE = "The archive must be complete. Received: {why}. Copy it again, or use another one"


@dataclass
class Unpacked:
    """What was read.

    Attributes:
        info: What the archive says of itself.
        num_files: Ordinary files in it.
        num_bytes: Their size.
    """

    info: Info
    num_files: int = 0
    num_bytes: int = 0
    sums: dict[str, str] = field(default_factory=dict, repr=False)


def read_backup(file: BinaryIO, place: Callable[[Info], Path | None]) -> Unpacked:
    """Read and check an archive, and unpack it where that is wanted.

    Args:
        file: The archive, from its beginning; it is read once, and may be a pipe.
        place: Asked when the name of the car is known: a new, empty folder for its files, or
            ``None`` to check only.

    Raises:
        ConfigError: If it is not a backup, or damaged, or holds anything but ordinary files and
            folders with names inside of the car's.
        DeviceError: If the disk has too little room.
        OSError: If the disk does not take it.
    """
    head = file.read(len(GZIP))
    joined = _Joined(head, file)
    mode: Literal["r|gz", "r|"] = "r|gz" if head == GZIP else "r|"
    with (
        _sentences(),
        tarfile.open(fileobj=cast(BinaryIO, joined), mode=mode, tarinfo=ShortHeaders) as tar,
    ):
        first = tar.next()
        if first is None or first.name != INFO or not _is_plain(first):
            raise not_a_backup("an archive of something else")
        unpacked = Unpacked(parse_info(_text(tar, first, MAX_INFO_BYTES)))
        into = place(unpacked.info)
        while (member := tar.next()) is not None:
            # It keeps all of them: 100 MB for an hour of driving.
            tar.members.clear()  # type: ignore[attr-defined]
            if member.name == SUMS:
                _compare(unpacked.sums, parse_sums(_text(tar, member, MAX_SUMS_BYTES)))
                return unpacked
            _take(tar, member, into, unpacked)
    raise ConfigError(INCOMPLETE.format(why=f"one without {SUMS} at its end"))


def _take(
    tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path | None, unpacked: Unpacked
) -> None:
    car, *parts = parts_of(member.name)
    if car != unpacked.info.car or not (_is_plain(member) or member.isdir()):
        what = "a link" if member.issym() or member.islnk() else "something else"
        raise ConfigError(
            f"An archive must hold only files and folders of {unpacked.info.car}. Received: {what} "
            f"named {shown(member.name)}. Nothing was unpacked; do not use this file"
        )
    target = None if into is None else into.joinpath(*parts)
    if member.isdir():
        if target is not None:
            target.mkdir(parents=True, exist_ok=True)
        return
    if not parts or member.name in unpacked.sums:
        raise not_a_backup(f"{shown(member.name)} is in it twice")
    unpacked.num_files += 1
    unpacked.num_bytes += member.size
    unpacked.sums[member.name] = _copy(tar, member, target)


def _copy(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path | None) -> str:
    """Write one file, and return its digest."""
    source = tar.extractfile(member)
    if source is None:
        raise not_a_backup(f"{shown(member.name)} is no file")
    digest = hashlib.sha256()
    left = member.size
    if target is None:
        while piece := source.read(PIECE):
            digest.update(piece)
            left -= len(piece)
    else:
        check_room(target.parent, member.size)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            while piece := source.read(PIECE):
                digest.update(piece)
                left -= len(piece)
                out.write(piece)
        # Never set-uid, never for everybody to write, always for its owner to read.
        target.chmod(member.mode & 0o755 | 0o600)
        # A time that no system can hold is no reason to lose a car: the file is as of now then.
        with suppress(OverflowError, ValueError, OSError):
            os.utime(target, (member.mtime, member.mtime))
    if left:
        raise ConfigError(INCOMPLETE.format(why=f"one that ends inside of {shown(member.name)}"))
    return digest.hexdigest()


def _is_plain(member: tarfile.TarInfo) -> bool:
    return member.isreg() and not member.issparse()


def _text(tar: tarfile.TarFile, member: tarfile.TarInfo, max_bytes: int) -> str:
    source = tar.extractfile(member) if _is_plain(member) else None
    if source is None or member.size > max_bytes:
        raise not_a_backup(f"its {member.name} is no short text")
    content = source.read()
    if len(content) != member.size:
        raise ConfigError(INCOMPLETE.format(why=f"one that ends inside of {member.name}"))
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise not_a_backup(f"its {member.name} is no text") from error


def _compare(found: dict[str, str], said: dict[str, str]) -> None:
    for name in sorted(said.keys() | found.keys()):
        if name not in found:
            raise ConfigError(INCOMPLETE.format(why=f"one without {shown(name)}"))
        if found[name] != said.get(name):
            raise ConfigError(INCOMPLETE.format(why=f"{shown(name)}, whose content has changed"))


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn the errors of tarfile and zlib into sentences."""
    try:
        yield
    except (EOFError, zlib.error) as error:
        raise ConfigError(INCOMPLETE.format(why="one that is cut off or damaged")) from error
    except tarfile.TarError as error:
        if "unexpected end" in str(error):
            raise ConfigError(INCOMPLETE.format(why="one that is cut off")) from error
        raise not_a_backup("no tar archive, or a damaged one") from error


class _Joined:
    """A file of which the first bytes were read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int = -1, /) -> bytes:
        if not self._head:
            return self._rest.read(size)
        piece, self._head = self._head[:size], self._head[size:]
        return piece + self._rest.read(size - len(piece))
