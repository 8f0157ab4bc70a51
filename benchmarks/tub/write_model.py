"""What may be on a disk after a power cut: a model of writes that were not synchronised.

A disk may do what it was told since the last call of sync in any order, in part, or not at all; a
file may be there by name and be empty, or hold zeros or bytes of other files where its data did not
arrive. What sync was called for is there. Sources: Pillai and others, "All File Systems Are Not
Created Equal", OSDI 2014; fsync(2), syncfs(2); https://sqlite.org/atomiccommit.html, chapter 9.

A file and its name are apart: fsync of a file keeps its content, fsync of the folder keeps names.
"""

import itertools
import os
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from donkeycar.tub.filesystem import FileSystem

Files = dict[str, bytes]  # content by path


@dataclass(eq=False)
class Inode:
    """A file without its name."""

    size: int = 0


class Write(NamedTuple):
    """Bytes for a file."""

    inode: Inode
    offset: int
    data: bytes


class Name(NamedTuple):
    """A name that a file gets; ``None`` if the name goes. `gone` is the name it had before."""

    path: str
    inode: Inode | None
    gone: str = ""


class Sync(NamedTuple):
    """From here on something is on the disk: a file, the names in a folder, or all of it."""

    inode: Inode | None = None
    folder: str | None = None


Operation = Write | Name
Event = Operation | Sync


class LoggedDisk(FileSystem):
    """A disk that works, and keeps what it was told, in order.

    Args:
        root: The folder whose files it is about.
        note: What to keep beside each event, such as what was called safe until then.

    Attributes:
        before: The files that were there in the beginning.
        events: Each event, with what `note` returned.
    """

    def __init__(self, root: Path, note: Callable[[], object]) -> None:
        self.before: dict[str, Inode] = {}
        self.content: dict[Inode, bytes] = {}
        self.events: list[tuple[Event, object]] = []
        self._root, self._note = root, note
        for path in root.rglob("*") if root.is_dir() else ():
            if path.is_file():
                inode = Inode(path.stat().st_size)
                self.before[self._path(path)] = inode
                self.content[inode] = path.read_bytes()
        self._names = dict(self.before)
        self._open: dict[int, Inode] = {}

    def open(self, path: Path, flags: int) -> int:
        """Open a file; a new one gets its name."""
        fd = super().open(path, flags)
        if flags & os.O_CREAT:
            inode = self._names[self._path(path)] = Inode()
            self._log(Name(self._path(path), inode))
        self._open[fd] = self._names[self._path(path)]
        return fd

    def write(self, fd: int, data: bytes) -> int:
        """Write at the end, as a tub always does."""
        written = super().write(fd, data)
        inode = self._open[fd]
        self._log(Write(inode, inode.size, bytes(data[:written])))
        inode.size += written
        return written

    def sync(self, fd: int) -> None:
        """Keep the content of a file."""
        super().sync(fd)
        self._log(Sync(inode=self._open[fd]))

    def sync_data(self, fd: int) -> None:
        """The same."""
        super().sync_data(fd)
        self._log(Sync(inode=self._open[fd]))

    def sync_directory(self, path: Path) -> None:
        """Keep the names in a folder."""
        super().sync_directory(path)
        self._log(Sync(folder=self._path(path)))

    def sync_files(self, folder: Path, paths: Iterable[Path]) -> None:
        """Keep everything."""
        super().sync_files(folder, paths)
        self._log(Sync())

    def rename(self, source: Path, target: Path) -> None:
        """Give a file the name of another one."""
        super().rename(source, target)
        old, new = self._path(source), self._path(target)
        self._names[new] = self._names.pop(old)
        self._log(Name(new, self._names[new], gone=old))

    def remove(self, path: Path) -> None:
        """Take a name away."""
        super().remove(path)
        del self._names[self._path(path)]
        self._log(Name(self._path(path), None))

    def link(self, source: Path, target: Path) -> None:
        """Give a file one more name."""
        super().link(source, target)
        inode = self._names[self._path(target)] = self._names[self._path(source)]
        self._log(Name(self._path(target), inode))

    def _log(self, event: Event) -> None:
        self.events.append((event, self._note()))

    def _path(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


class Outcome(NamedTuple):
    """What a power cut may leave.

    Attributes:
        files: The files.
        has_junk: Whether bytes of other files stand in one.
    """

    files: Files
    has_junk: bool = False


@dataclass
class Disk:
    """What is on the disk for certain, and what may be."""

    names: dict[str, Inode]
    content: dict[Inode, bytes]
    pending: list[Operation] = field(default_factory=list)

    @classmethod
    def of(cls, log: LoggedDisk) -> "Disk":
        """The disk before the first event."""
        return cls(dict(log.before), dict(log.content))

    def step(self, event: Event) -> None:
        """Let one thing happen."""
        if not isinstance(event, Sync):
            self.pending.append(event)
            return
        kept = [each for each in self.pending if _is_kept(each, event)]
        self.pending = [each for each in self.pending if not _is_kept(each, event)]
        for operation in kept:
            _do(operation, self.names, self.content)

    def outcomes(self, back: int) -> Iterator[Outcome]:
        """Everything that a power cut may leave.

        Args:
            back: How many of the newest operations come in any order, in part or not at all. Of
                those before, all have arrived, or none.
        """
        split = max(0, len(self.pending) - back)
        older, recent = self.pending[:split], self.pending[split:]
        for first in (older, []) if older else ([],):
            for number in range(len(recent) + 1):
                for order in itertools.permutations(recent, number):
                    yield from self._outcomes([*first, *order])

    def _outcomes(self, done: list[Operation]) -> Iterator[Outcome]:
        """What these operations may leave: all of their bytes, none, half, zeros, or others."""
        names, content = dict(self.names), dict(self.content)
        for operation in done:
            _do(operation, names, content)
        yield Outcome(_files(names, content))
        unsure = dict.fromkeys(each.inode for each in self.pending if isinstance(each, Write))
        if not unsure.keys() & set(names.values()):
            return
        for spoil in (_nothing, _half, _zeros, _junk):
            spoilt = {
                inode: spoil(self.content.get(inode, b""), content.get(inode, b""))
                for inode in unsure
            }
            has_junk = spoil is _junk
            yield Outcome(_files(names, content | spoilt), has_junk)
            for inode in unsure:  # one file alone
                yield Outcome(_files(names, content | {inode: spoilt[inode]}), has_junk)


def _nothing(kept: bytes, full: bytes) -> bytes:
    return kept


def _half(kept: bytes, full: bytes) -> bytes:
    return full[: (len(kept) + len(full)) // 2]


def _zeros(kept: bytes, full: bytes) -> bytes:
    return kept + bytes(max(0, len(full) - len(kept)))


def _junk(kept: bytes, full: bytes) -> bytes:
    """Bytes of a file that was there before (ext4 with data=writeback)."""
    more = len(full) - len(kept)
    return kept + random.Random(more).randbytes(more) if more > 0 else kept  # noqa: S311


def _do(operation: Operation, names: dict[str, Inode], content: dict[Inode, bytes]) -> None:
    if isinstance(operation, Write):
        old = content.get(operation.inode, b"").ljust(operation.offset, b"\0")
        end = operation.offset + len(operation.data)
        content[operation.inode] = old[: operation.offset] + operation.data + old[end:]
        return
    if operation.gone:
        names.pop(operation.gone, None)
    if operation.inode is None:
        names.pop(operation.path, None)
    else:
        names[operation.path] = operation.inode


def _is_kept(operation: Operation, sync: Sync) -> bool:
    if sync.inode is None and sync.folder is None:
        return True
    if isinstance(operation, Write):
        return operation.inode is sync.inode
    return sync.folder is not None and _folder(operation.path) == sync.folder


def _folder(path: str) -> str:
    return Path(path).parent.as_posix()


def _files(names: dict[str, Inode], content: dict[Inode, bytes]) -> Files:
    return {path: content.get(inode, b"") for path, inode in names.items()}
