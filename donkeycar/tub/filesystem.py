"""All disk calls of the tub writer, in one place.

The tub writer uses a disk only through these calls, so a test can make any of them fail, shorten it
or cut it off. `replace_file` and the functions near it are the only sequences of them.
"""

import ctypes
import errno
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_BINARY: int = getattr(os, "O_BINARY", 0)  # without it, Windows translates line ends
_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)

CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
APPEND = os.O_WRONLY | os.O_APPEND


def _find_syncfs() -> "ctypes._FuncPointer | None":
    try:
        return ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError, TypeError):
        return None  # not Linux


_SYNCFS = _find_syncfs()
_FDATASYNC = getattr(os, "fdatasync", os.fsync)


class FileSystem:
    """The calls of the operating system, with replacements for systems other than Linux."""

    def open(self, path: Path, flags: int) -> int:
        """Open a file and return its descriptor; links are not followed."""
        return os.open(path, flags | _BINARY | _NO_FOLLOW, 0o644)

    def write(self, fd: int, data: bytes) -> int:
        """Write some of `data` and return how many bytes went out, as ``os.write`` does."""
        return os.write(fd, data)

    def close(self, fd: int) -> None:
        """Close a descriptor."""
        os.close(fd)

    def sync(self, fd: int) -> None:
        """Return once a file, data and size, is on the disk."""
        os.fsync(fd)

    def sync_data(self, fd: int) -> None:
        """As `sync`, but the time stamps may wait."""
        _FDATASYNC(fd)

    def sync_directory(self, path: Path) -> None:
        """Return once the names in a folder are on the disk."""
        if os.name == "nt":
            return  # Windows has no such call; it journals names by itself
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def sync_files(self, folder: Path, paths: Iterable[Path]) -> None:
        """Return once freshly written files in `folder` are on the disk, names included.

        Linux commits the whole file system at once, which costs one journal commit for any
        number of files. Elsewhere each file is synchronised by itself.
        """
        if _SYNCFS is not None:
            fd = os.open(folder, os.O_RDONLY)
            try:
                if _SYNCFS(fd):
                    code = ctypes.get_errno()
                    raise OSError(code, os.strerror(code), str(folder))
            finally:
                os.close(fd)
            return
        for path in paths:
            fd = os.open(path, os.O_RDWR | _BINARY)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)
        self.sync_directory(folder)

    def rename(self, source: Path, target: Path) -> None:
        """Replace `target` by `source`, atomically."""
        os.replace(source, target)

    def remove(self, path: Path) -> None:
        """Remove a file, or a link itself."""
        path.unlink()

    def link(self, source: Path, target: Path) -> None:
        """Give a file, or a link itself, a second name; a copy where the disk has no such names."""
        try:
            os.link(source, target, follow_symlinks=False)
        except (OSError, NotImplementedError):
            shutil.copy2(source, target, follow_symlinks=False)
            if not target.is_symlink() and target.is_file():
                # What it replaces is gone with the next rename: it must be whole by then.
                with target.open("rb+") as file:
                    os.fsync(file.fileno())

    def make_directory(self, path: Path) -> None:
        """Make a folder and its parents, unless they exist."""
        path.mkdir(parents=True, exist_ok=True)

    def remove_directory(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()

    def free_bytes(self, path: Path) -> tuple[int, int]:
        """Free and total bytes of the disk that `path` is on."""
        usage = shutil.disk_usage(path)
        return usage.free, usage.total


class Rehearsal(FileSystem):
    """A disk that accepts everything and changes nothing, for a rehearsal of a repair.

    Attributes:
        has_changes: Whether a real disk would have been changed.
    """

    def __init__(self) -> None:
        self.has_changes = False

    def open(self, path: Path, flags: int) -> int:
        """Open nothing."""
        self.has_changes = True
        return -1

    def write(self, fd: int, data: bytes) -> int:
        """Write nothing."""
        return len(data)

    def close(self, fd: int) -> None:
        """Close nothing."""

    def sync(self, fd: int) -> None:
        """Wait for nothing."""

    def sync_directory(self, path: Path) -> None:
        """Wait for nothing."""

    def rename(self, source: Path, target: Path) -> None:
        """Rename nothing."""
        self.has_changes = True

    def remove(self, path: Path) -> None:
        """Remove nothing."""
        self.has_changes = True

    def link(self, source: Path, target: Path) -> None:
        """Link nothing."""
        self.has_changes = True

    def make_directory(self, path: Path) -> None:
        """Make nothing."""
        self.has_changes = True

    def remove_directory(self, path: Path) -> None:
        """Remove nothing."""
        self.has_changes = True


def write_all(fs: FileSystem, fd: int, data: bytes) -> None:
    """Write all of `data`, in as many pieces as the system needs.

    Raises:
        OSError: If the disk is full or broken. Part of `data` may have been written.
    """
    rest = memoryview(data)
    while rest:
        written = fs.write(fd, bytes(rest))
        if written <= 0:
            raise OSError(errno.EIO, "The disk took nothing")
        rest = rest[written:]


def write_file(fs: FileSystem, path: Path, data: bytes, flags: int, *, sync: bool) -> None:
    """Write one file, and close it in any case."""
    fd = fs.open(path, flags)
    try:
        write_all(fs, fd, data)
        if sync:
            fs.sync(fd)
    finally:
        fs.close(fd)


def replace_file(fs: FileSystem, path: Path, data: bytes) -> None:
    """Replace the content of `path`; a crash leaves the old or the new content, never a mixture."""
    temporary = path.with_name(f".{path.name}.tmp")
    if os.path.lexists(temporary):
        # A file left by a crash, or a link that somebody put there: never write through it.
        fs.remove(temporary)
    try:
        write_file(fs, temporary, data, CREATE, sync=True)
        fs.rename(temporary, path)
    except OSError:
        if os.path.lexists(temporary):
            with suppress(OSError):
                fs.remove(temporary)
        raise
    fs.sync_directory(path.parent)
