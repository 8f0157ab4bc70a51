"""Recordings of an old car: copied byte by byte, each file compared with its original."""

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from donkeycar import commands
from donkeycar.errors import ConfigError, TubError
from donkeycar.management.tub.paths import tubs_in
from donkeycar.tub import check
from donkeycar.words import count

CHUNK_BYTES = 1 << 20
# Room that must be left on the disk for everything else that is written.
SPARE_BYTES = 50_000_000
# Folders of a tub that belong to it; others may be tubs of their own.
_INNER = ("images", "recovered")


class Recording(NamedTuple):
    """One tub to be copied.

    Attributes:
        old: Its folder.
        place: Where it goes, relative to the new car.
    """

    old: Path
    place: Path


class Copied(NamedTuple):
    """A tub after it was copied.

    Attributes:
        place: Its folder, relative to the new car.
        num_files: Number of files, each the same as its original.
        num_bytes: Their size.
        left: Files that were not copied, with the reason.
    """

    place: Path
    num_files: int
    num_bytes: int
    left: list[str]


def recordings_of(folder: Path, data: Path) -> list[Recording]:
    """The tubs in the folder of a car, and where each goes.

    Args:
        folder: Folder of the old car, an absolute path.
        data: Its `DATA_PATH`, an absolute path. The new car has the same inside its own folder.
    """
    data = Path(os.path.abspath(data))
    new_data = data.relative_to(folder) if data.is_relative_to(folder) else Path("data")
    found: list[Recording] = []
    taken: set[Path] = set()
    for tub in tubs_in(folder):
        if tub == folder and not any(_records(folder)):
            continue  # `tubs_in` names the folder itself if there is none
        inside = tub.is_relative_to(data)
        place = new_data / tub.relative_to(data if inside else folder)
        if tub == folder:
            place = new_data / "tub"
        number = 1
        while place in taken:
            number += 1
            place = place.with_name(f"{place.name}_{number}")
        taken.add(place)
        found.append(Recording(tub, place))
    return found


def size_of(recordings: list[Recording]) -> int:
    """Their size in bytes."""
    return sum(path.stat().st_size for each in recordings for path, _ in _files_of(each.old))


def check_room(num_bytes: int, new: Path) -> None:
    """Refuse to begin what the disk cannot hold.

    Args:
        num_bytes: What will be copied.
        new: Where the new car will be.

    Raises:
        ConfigError: If there is too little room.
    """
    place = new
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if num_bytes and free < num_bytes + SPARE_BYTES:
        raise ConfigError(
            f"The disk of {new} must have room for the recordings and models of the old car. "
            f"Received: {free // 1_000_000} MB free, {num_bytes // 1_000_000} MB to copy. Make "
            "room, or add --tubs leave: the recordings stay where they are"
        )


def copy_recording(each: Recording, new: Path, say: Callable[[str], None]) -> Copied:
    """Copy a tub; every file is read again and compared by its SHA-256.

    Links are not followed, because they may lead anywhere.

    Raises:
        ConfigError: If a file cannot be read or written, or a copy differs.
    """
    target = new / each.place
    left = [f"{path.relative_to(each.old)}: {why}" for path, why in _left_of(each.old)]
    say(f"copying {each.old} ...")
    num_files = num_bytes = 0
    for path, inside in _files_of(each.old):
        num_bytes += copy_file(path, target / inside)
        num_files += 1
    return Copied(each.place, num_files, num_bytes, left)


def copy_file(old: Path, new: Path) -> int:
    """Copy a file, and compare the copy with it; return its size.

    Raises:
        ConfigError: If it cannot be read or written, or the copy differs.
    """
    try:
        new.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with open(old, "rb", opener=_no_link) as source, new.open("xb") as target:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                target.write(chunk)
                size += len(chunk)
        with new.open("rb") as written:
            same = hashlib.file_digest(written, "sha256").digest() == digest.digest()
        # Its time tells when it was recorded or trained; who may write it is the new car's affair.
        os.utime(new, (old.stat().st_atime, old.stat().st_mtime))
    except OSError as error:
        raise ConfigError(
            f"Every recording must be copied whole. Received: {error.filename or old}: "
            f"{error.strerror}. Mend that, or add --tubs leave; nothing was changed"
        ) from error
    if not same:
        raise ConfigError(f"{new} is not what {old} is: check the disk. Nothing was changed")
    return size


def reach_disk() -> None:
    """Return once everything that was written is on the disk, where the system can say so."""
    if hasattr(os, "sync"):
        os.sync()


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))


def _files_of(tub: Path) -> Iterator[tuple[Path, Path]]:
    """Ordinary files of a tub, and each one's path inside it."""
    for path, kind in _entries(tub):
        if stat.S_ISREG(kind):
            yield path, path.relative_to(tub)


def _left_of(tub: Path) -> Iterator[tuple[Path, str]]:
    for path, kind in _entries(tub):
        if stat.S_ISLNK(kind):
            yield path, "a link"
        elif not stat.S_ISREG(kind):
            yield path, "no ordinary file"


def _entries(tub: Path) -> Iterator[tuple[Path, int]]:
    """All entries that belong to a tub, except folders, with the type of each."""
    for path in sorted(tub.iterdir()):
        kind = path.lstat().st_mode
        if not stat.S_ISDIR(kind):
            yield path, kind
        elif path.name in _INNER:
            for inner in sorted(path.rglob("*")):
                mode = inner.lstat().st_mode
                if not stat.S_ISDIR(mode):
                    yield inner, mode


def _records(folder: Path) -> Iterator[Path]:
    for pattern in ("record_*.json", "catalog_*.catalog"):
        yield from folder.glob(pattern)


def state_of(copied: Copied, new: Path) -> list[str]:
    """Sentences about a tub in the new car: its records, and what is wrong with it."""
    tub = new / copied.place
    size = f"{count(copied.num_files, 'file')}, {copied.num_bytes / 1e6:.1f} MB"
    try:
        report = check(tub)
    except TubError as error:
        return [f"{copied.place}: {size}, copied as it is. It cannot be read: {error}"]
    told = [f"{copied.place}: {count(report.num_records, 'record')}, {size}"]
    told += [f"{copied.place}: {sentence}" for sentence in report.problems[:3]]
    if len(report.problems) > 3:
        told.append(f"{copied.place}: {len(report.problems) - 3} more; donkey tub check lists them")
    told += [f"{copied.place}: not copied: {each}" for each in copied.left]
    if report.problems:
        step = (report.next_steps or [commands.donkey("tub", "check", tub)])[0]
        told.append(f"{copied.place}: copied as it was. Next: {step}")
    return told
