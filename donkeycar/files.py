"""Atomic writes: a file is replaced as a whole, so that readers and crashes see old or new.

The content goes to a temporary file in the same folder, reaches the disk, and takes the place of
the old file with rename(2). A tub has its own rules for writing (`tub.filesystem`), and the small
program that switches the motor off must not import this package (`management.last_stop`).
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# A file made by mkstemp(3) belongs to its owner alone.
NEW_FILE_MODE = 0o644


@contextmanager
def atomic_path(path: Path, *, mode: int | None = None) -> Iterator[Path]:
    """A temporary file to write to; at the end of the block it replaces `path`.

    If the block raises, `path` stays as it was and the temporary file is removed. A link is
    followed: what it points to is replaced.

    Args:
        path: The file; its folder must exist.
        mode: Permission bits; by default those of the old file, 0644 if there is none.

    Yields:
        Path of the temporary file, in the same folder and with the same suffix.

    Raises:
        OSError: If the disk does not take it.

    Example:
        >>> target = Path(tempfile.mkdtemp()) / "notes.txt"
        >>> with atomic_path(target) as draft:
        ...     _ = draft.write_text("complete")
        >>> target.read_text()
        'complete'
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        # A masked unit of systemd is a link to /dev/null, which must not be replaced.
        raise OSError(errno.EINVAL, "It is not a regular file", str(path))
    if mode is None:
        mode = target.stat().st_mode & 0o777 if target.exists() else NEW_FILE_MODE
    try:
        fd, name = tempfile.mkstemp(
            prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent
        )
    except OSError as error:
        # Name the target, not the temporary file, whose name nobody knows.
        raise OSError(error.errno, error.strerror, str(path)) from None
    os.close(fd)
    draft = Path(name)
    try:
        yield draft
        sync(draft)
        draft.chmod(mode)
        draft.replace(target)
        _sync_folder(target.parent)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def write_atomically(path: Path, content: str | bytes, *, mode: int | None = None) -> None:
    """Replace the content of a file; text is written in UTF-8 with unchanged line ends.

    Raises:
        OSError: If the disk does not take it; `path` is as it was.
    """
    with atomic_path(path, mode=mode) as draft:
        draft.write_bytes(content.encode() if isinstance(content, str) else content)


def sync(path: Path) -> None:
    """Return once the content of a file is on the disk.

    Raises:
        OSError: If the disk does not take it.
    """
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Write the new name to the disk, where the system can; else the old file may return."""
    if os.name == "nt":
        return  # the system journals names by itself, and cannot open a folder
    with suppress(OSError):
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
