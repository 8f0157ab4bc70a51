"""`donkey tub copy`: a whole tub byte by byte, or some of its records as a new tub."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from donkeycar.errors import DeviceError, TubError, text_of
from donkeycar.files import FULL
from donkeycar.tub.belonging import is_list
from donkeycar.tub.building import Built, Progress, build, new_for
from donkeycar.tub.format import IMAGES, RECOVERED, check_inside
from donkeycar.tub.lock import TubLock
from donkeycar.tub.new_folder import new_folder
from donkeycar.tub.reader import TubReader
from donkeycar.tub.room import room_of
from donkeycar.tub.selection import Selection
from donkeycar.tub.sources import open_sources
from donkeycar.tub.splitting import part_metadata
from donkeycar.words import count_are

CHUNK_BYTES = 1 << 20
# Folders that belong to a tub; others may be tubs of their own.
INNER = (IMAGES, RECOVERED)
MOST_NAMED = 3


def copy(
    tub: str | Path,
    out: str | Path,
    *,
    selection: Selection | None = None,
    progress: Progress | None = None,
) -> Built:
    """Copy a tub, and compare the copy with it.

    A whole tub is copied file by file, damage included. Chosen records become a new tub, with new
    indexes and the same values, times, session ids and image files.

    Args:
        tub: Folder of the tub; chosen records need format v2.
        out: Folder of the copy; it must not exist.
        selection: Which records; ``None`` for the whole tub.
        progress: Called now and then with what is done, and what is to be done.

    Raises:
        TubError: If there is no tub, nothing is chosen, chosen records are damaged, one of its
            lists of records is a link that leads out, a program records into it, `out` exists, or
            the copy differs.
        DeviceError: If a disk refuses. No copy is left then.
    """
    if selection is None or selection.is_all:
        return _copy_whole(Path(tub).expanduser(), Path(out).expanduser(), progress)
    with (
        open_sources([tub], selection) as (sources, notes),
        new_for(sources, out, notes) as draft,
    ):
        metadata = part_metadata(sources[0])
        built = build(draft, Path(out).expanduser(), sources, metadata=metadata, progress=progress)
    built.notes += notes
    return built


def _copy_whole(tub: Path, out: Path, progress: Progress | None) -> Built:
    source = TubReader(tub)
    records = source.records(include_deleted=True)
    lock = TubLock(tub)
    try:
        built = Built(out, len(records), len(records) - len(source), sessions=source.sessions)
        files, left = _files_of(tub)
        _check_lists(tub, left)
        room = room_of(file for file, _ in files)
        with new_folder(out, told=built.notes, needed_bytes=room, sources=[tub]) as draft:
            for done, (file, inside) in enumerate(files):
                if progress is not None and done % 100 == 0:
                    progress(done, len(files))
                _copy_file(file, draft / inside, built)
                built.num_images += inside.parts[0] == IMAGES
            if progress is not None:
                progress(len(files), len(files))
        if left:
            built.notes.append(
                f"{count_are(len(left), 'thing')} no file of the tub, and not copied: "
                f"{', '.join(left[:MOST_NAMED])}{', ...' if len(left) > MOST_NAMED else ''}"
            )
        return built
    finally:
        lock.release()


def _check_lists(tub: Path, left: list[str]) -> None:
    """Refuse a tub whose records would not be copied: its copy would be empty, or lose marks."""
    if name := next((name for name in left if is_list(name)), None):
        raise TubError(
            f"{tub} must hold its own {name}. Received: a link that leads out, or no ordinary "
            "file. Next step: put the file itself in its place"
        )


def _copy_file(old: Path, new: Path, built: Built) -> None:
    try:
        new.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(old, flags), "rb") as source, new.open("xb") as target:
            if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                raise TubError(f"{old} was replaced while it was copied. Nothing was kept")
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                if chunk.count(0) == len(chunk):
                    target.seek(len(chunk), os.SEEK_CUR)  # a hole stays a hole
                else:
                    target.write(chunk)
                built.num_bytes += len(chunk)
            target.truncate()
        with new.open("rb") as written:
            same = hashlib.file_digest(written, "sha256").digest() == digest.digest()
        status = old.stat()
        os.utime(new, (status.st_atime, status.st_mtime))
    except OSError as error:
        if isinstance(error, DeviceError) or error.errno in FULL:
            raise
        raise DeviceError(f"{old} cannot be copied: {text_of(error)}. No copy was kept") from error
    if not same:
        raise TubError(f"{new} is not what {old} is. No copy was kept. Next step: check the disk")


def _files_of(tub: Path) -> tuple[list[tuple[Path, Path]], list[str]]:
    """The files that belong to a tub, each with its path inside, and the names of what does not."""
    files, left = [], []
    for path in _entries(tub):
        inside = path.relative_to(tub)
        is_file = False
        with suppress(OSError, TubError):
            check_inside(path, tub)  # a link to another file of the tub is copied as that file
            is_file = stat.S_ISREG(path.stat().st_mode)
        if is_file:
            files.append((path, inside))
        else:
            left.append(str(inside))
    return files, left


def _entries(tub: Path) -> Iterator[Path]:
    """Everything in a tub except folders; other tubs in it are left out."""
    for path in sorted(tub.iterdir()):
        if path.name in INNER and path.is_dir() and _is_inside(path, tub):
            for folder, folders, names in os.walk(path):
                links = [name for name in folders if (Path(folder) / name).is_symlink()]
                yield from (Path(folder) / name for name in sorted([*names, *links]))
        elif path.is_symlink() or not path.is_dir():
            yield path


def _is_inside(path: Path, tub: Path) -> bool:
    with suppress(TubError):
        check_inside(path, tub)
        return True
    return False
