"""A new folder that appears when all of it is written, or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from donkeycar.drafts import NEW, clear_new, draft_folder
from donkeycar.errors import ConfigError, DeviceError
from donkeycar.files import refusal
from donkeycar.tub.new_folder import cannot_be_written


@contextmanager
def new_folder(path: Path, *, told: list[str], option: str = "--out") -> Iterator[Path]:
    """An empty folder to write to; at the end of the block it becomes `path`.

    If the block raises, Ctrl-C included, what was written is removed and `path` is as it was. What
    a killed command left is removed by the next one that makes the same folder.

    Args:
        path: The folder. It may exist if it is empty; missing folders around it are made.
        told: Takes a sentence about each thing that was removed.
        option: How messages name it.

    Yields:
        Path of the draft, a hidden folder beside `path`.

    Raises:
        ConfigError: If `path` cannot be used.
        DeviceError: If the disk does not take it.

    Example:
        >>> target = Path(tempfile.mkdtemp()) / "tub"
        >>> with new_folder(target, told=[]) as draft:
        ...     _ = (draft / "notes.txt").write_text("complete")
        >>> [file.name for file in target.iterdir()]
        ['notes.txt']
    """
    path = check_new(path, option=option)
    made = _make_around(path, option)
    try:
        told += clear_new(path)
        with draft_folder(path, NEW) as draft:
            try:
                yield draft
            except OSError as error:
                raise refusal(error, path, draft) from error
            draft.chmod(0o755)
            if hasattr(os, "sync"):
                os.sync()  # a power cut after the rename must not leave empty files
            if path.exists():
                path.rmdir()
            draft.rename(path)
    except OSError as error:
        if isinstance(error, DeviceError):
            raise
        raise DeviceError(cannot_be_written(path, error)) from error
    finally:
        for folder in reversed(made):
            with suppress(OSError):  # it is not empty: all went well
                folder.rmdir()


def _make_around(path: Path, option: str) -> list[Path]:
    """Make the missing folders around `path`; return them, outermost first."""
    missing = [folder for folder in path.parents if not os.path.lexists(folder)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise ConfigError(
            f"`{option}` must be a folder that can be made. Received: {option} {path} "
            f"({error.strerror}). Choose another folder, e.g. {option} ~/{path.name}"
        ) from error
    return missing[::-1]


def check_new(path: Path, *, option: str = "--out") -> Path:
    """The absolute path of a folder that is not there yet, or empty.

    Raises:
        ConfigError: If there is something at `path`.
    """
    whole = path.expanduser().absolute()
    if not whole.name:
        raise ConfigError(f"`{option}` must be a new folder. Received: {path}. Choose another name")
    if os.path.lexists(whole) and not (
        whole.is_dir() and not whole.is_symlink() and not any(whole.iterdir())
    ):
        raise ConfigError(
            f"`{option}` must be a new folder. Received: {path}, which is there. Choose another "
            "name"
        )
    return whole
