"""Atomic writes: a file is replaced as a whole, so that readers and crashes see old or new.

The content goes to a temporary file in the same folder, reaches the disk, and takes the place of
the old file with rename(2). A tub has its own rules for writing (`tub.filesystem`), and the small
program that switches the motor off must not import this package (`management.last_stop`).
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# A file made by mkstemp(3) belongs to its owner alone.
NEW_FILE_MODE = 0o644
# A disk, or the share of it that a user may have, is full.
FULL = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)
ALMOST_FULL_BYTES = 10_000_000
# In the names of temporary files, so that a killed command's are told from an owner's.
DRAFT = "draft"


@contextmanager
def atomic_path(
    path: Path, *, mode: int | None = None, prefix: str | None = None
) -> Iterator[Path]:
    """A temporary file to write to; at the end of the block it replaces `path`.

    If the block raises, `path` stays as it was and the temporary file is removed. A link is
    followed: what it points to is replaced.

    Args:
        path: The file; its folder must exist.
        mode: Permission bits; by default those of the old file, 0644 if there is none.
        prefix: How the name of the temporary file begins; by default with a dot, the name of
            the file and the word `DRAFT`.

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
            prefix=f".{target.stem}.{DRAFT}-" if prefix is None else prefix,
            suffix=target.suffix,
            dir=target.parent,
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
        sync_folder(target.parent)
    except OSError as error:
        raise refusal(error, path, draft) from error
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


def refusal(error: OSError, path: Path, draft: Path) -> OSError:
    """The refusal of a disk, with the name of the file that was asked for.

    The system names no file when it refuses to write, or the temporary one. If the disk is full,
    the text says how much room it had.

    Args:
        error: What the system said; an error about another file is returned as it is.
        path: The file or folder that was to be written.
        draft: The temporary one, as far as it was written.
    """
    told = error.filename
    if told is not None and not Path(os.fsdecode(told)).is_relative_to(draft):
        return error
    if error.errno is None and type(error) is not OSError:
        return error  # a sentence of ours
    text, free = error.strerror or str(error), ALMOST_FULL_BYTES
    with suppress(OSError):
        free = shutil.disk_usage(path.parent).free
    # Some libraries do not say that it was full. With much room left, it lacks something else: a
    # share of it for this user, or names of files.
    if free < ALMOST_FULL_BYTES and (error.errno is None or error.errno in FULL):
        room = megabytes(_size_of(draft) + free)
        text += f": {room} in {path.parent} were not enough"
    return OSError(errno.EIO if error.errno is None else error.errno, text, str(path))


def _size_of(path: Path) -> int:
    files = [path, *path.rglob("*")] if path.is_dir() else [path]
    return sum(file.lstat().st_size for file in files if file.is_file())


def megabytes(num_bytes: int) -> str:
    """A size for a person.

    Example:
        >>> megabytes(1_234_567), megabytes(345_678_901), megabytes(12)
        ('1.23 MB', '346 MB', '0.01 MB')
    """
    size = max(num_bytes, 10_000) / 1e6 if num_bytes else 0.0
    return f"{size:,.2f} MB" if size < 10 else f"{size:,.0f} MB"


def sync(path: Path) -> None:
    """Return once the content of a file is on the disk.

    Raises:
        OSError: If the disk does not take it.
    """
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Write the new name to the disk, where the system can; else the old file may return."""
    if os.name == "nt":
        return  # the system journals names by itself, and cannot open a folder
    with suppress(OSError):
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
