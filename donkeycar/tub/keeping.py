"""A disk that keeps what a repair replaces, so that the repair can be undone.

`recovered/repair-<n>/before/` holds the files that were replaced or removed, and
`recovered/repair-<n>/steps.jsonl` each step of the repair, noted before it happens: a repair that
was interrupted can be undone, too. The notes say what each file was and what the repair made of it,
so that an undo puts back nothing else and overwrites nothing newer.
"""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from donkeycar.errors import TubError
from donkeycar.tub.catalog import MAX_CATALOG_BYTES
from donkeycar.tub.filesystem import APPEND, CREATE, FileSystem, replace_file, write_all
from donkeycar.tub.format import RECOVERED
from donkeycar.tub.repair_notes import (
    BEFORE,
    FOLDER,
    MAKE,
    MOVE,
    REMOVE,
    REPLACE,
    STEPS,
    Step,
    begin_line,
    end_line,
    line,
)

_REPAIR = re.compile(r"repair-(\d{1,6})", re.ASCII)


class Keeping(FileSystem):
    """A disk that keeps what a repair replaces, and notes what it does; see `undo_repair`.

    Args:
        inner: How to reach the disk.
        tub: The tub's folder.

    Attributes:
        folder: The folder of this repair; ``None`` before its first step.
    """

    def __init__(self, inner: FileSystem, tub: Path) -> None:
        self._inner = inner
        self._tub = tub
        self.folder: Path | None = None
        self._fd = -1
        self._failure = OSError(errno.EIO, "The notes of the repair cannot be written")
        self._num_kept = 0
        self._drafts: set[Path] = set()
        self._noted = hashlib.sha256()

    def open(self, path: Path, flags: int) -> int:
        """Open a file; a new one is noted."""
        if flags == CREATE:
            self._note({"do": MAKE, "path": self._name(path)})
            self._drafts.add(path)
        return self._inner.open(path, flags)

    def write(self, fd: int, data: bytes) -> int:
        """Write some of `data`."""
        return self._inner.write(fd, data)

    def close(self, fd: int) -> None:
        """Close a descriptor."""
        self._inner.close(fd)

    def sync(self, fd: int) -> None:
        """Return once a file is on the disk."""
        self._inner.sync(fd)

    def sync_data(self, fd: int) -> None:
        """Return once the content of a file is on the disk."""
        self._inner.sync_data(fd)

    def sync_directory(self, path: Path) -> None:
        """Return once the names in a folder are on the disk."""
        self._inner.sync_directory(path)

    def sync_files(self, folder: Path, paths: Iterable[Path]) -> None:
        """Return once new files are on the disk."""
        self._inner.sync_files(folder, paths)

    def rename(self, source: Path, target: Path) -> None:
        """Rename a file; the one that it replaces gets a second name first."""
        if source not in self._drafts:
            step: Step = {"do": MOVE, "path": self._name(source), "to": self._name(target)}
            self._note(step | {"before": state_of(source)})
        else:
            step = {"do": MAKE, "path": self._name(target), "sha256": state_of(source)}
            before = state_of(target)
            if before is not None:
                kept = self._next_kept()
                self._note(step | {"do": REPLACE, "kept": kept.name, "before": before})
                self._inner.link(target, kept)
                self._inner.sync_directory(kept.parent)
            else:
                self._note(step)
        self._inner.rename(source, target)
        self._drafts.discard(source)

    def remove(self, path: Path) -> None:
        """Move a file away, instead of removing it; a draft of this repair is removed."""
        if path in self._drafts:
            self._drafts.discard(path)
            self._inner.remove(path)
            return
        kept = self._next_kept()
        step = {"do": REMOVE, "path": self._name(path), "kept": kept.name}
        self._note(step | {"before": state_of(path)})
        self._inner.rename(path, kept)

    def make_directory(self, path: Path) -> None:
        """Make a folder, and note it and each new one around it."""
        new = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(new):
            self._note({"do": FOLDER, "path": self._name(folder)})
        self._inner.make_directory(path)

    def seal(self) -> None:
        """Note that the repair came to its end; a list that lost a line is then told from this."""
        if self._fd >= 0:
            self._write(end_line(self._noted.hexdigest()))

    def end(self) -> None:
        """Close the notes. Safe to call twice."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            self._inner.close(fd)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._tub).as_posix()

    def _next_kept(self) -> Path:
        self._num_kept += 1
        return self._place() / BEFORE / str(self._num_kept)

    def _note(self, step: Step) -> None:
        self._place()
        data = line(step)
        self._write(data)
        self._noted.update(data)

    def _write(self, data: bytes) -> None:
        try:
            write_all(self._inner, self._fd, data)
            self._inner.sync(self._fd)
        except OSError as error:
            self._failure = error
            self.end()  # nothing may follow half a line
            raise

    def _place(self) -> Path:
        """The folder of this repair, which is made before its first step."""
        if self.folder is None:
            around = self._tub / RECOVERED
            is_new = not os.path.lexists(around)
            if not is_new and (around.is_symlink() or not around.is_dir()):
                raise TubError(
                    f"{around} must be a folder of the tub itself. Received: a link or a file. "
                    "Next step: move it away"
                )
            self.folder = around / f"repair-{max(repairs_in(around), default=-1) + 1}"
            self._begin(self.folder)
            if is_new:
                self._note({"do": FOLDER, "path": RECOVERED})
        if self._fd < 0:
            raise self._failure
        return self.folder

    def _begin(self, folder: Path) -> None:
        self._inner.make_directory(folder)
        replace_file(self._inner, folder / STEPS, begin_line())
        # Where this folder is, the notes were: an undo can tell that they are lost.
        self._inner.make_directory(folder / BEFORE)
        for place in (folder, folder.parent, self._tub):
            self._inner.sync_directory(place)
        self._fd = self._inner.open(folder / STEPS, APPEND)
        self._noted.update(begin_line())


def repairs_in(around: Path) -> list[int]:
    """Numbers of the repairs in a folder `recovered`."""
    if not around.is_dir():
        return []
    matches = (_REPAIR.fullmatch(place.name) for place in around.iterdir() if place.is_dir())
    return [int(match[1]) for match in matches if match]


def state_of(place: Path) -> str | None:
    """What a name stands for, to be compared later; ``None`` if nothing has it.

    Returns:
        SHA-256 of an ordinary file, or its size if it is larger than any catalog; for others a
        word, and SHA-256 of where a link leads.
    """
    try:
        status = place.lstat()
        if stat.S_ISLNK(status.st_mode):
            return f"link {hashlib.sha256(os.fsencode(os.readlink(place))).hexdigest()}"
        if stat.S_ISDIR(status.st_mode):
            return "folder"
        if not stat.S_ISREG(status.st_mode):
            return "special"
        if status.st_size > MAX_CATALOG_BYTES:
            return f"{status.st_size} bytes"
        with place.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return "unreadable"
