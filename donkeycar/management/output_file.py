"""Output file of a command: check that it can be written before minutes of work."""

import os
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.errors import ConfigError
from donkeycar.files import atomic_path

if TYPE_CHECKING:
    from PIL.Image import Image

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")


def output_file(path: Path, *, option: str = "--out", endings: Collection[str] = ()) -> Path:
    """Check the path to which a command will write its result. It creates nothing.

    Args:
        path: The path as typed.
        option: The option with the path.
        endings: Allowed endings of the name, with their dot; empty allows any.

    Returns:
        The path, with ``~`` replaced.

    Raises:
        ConfigError: If it is a folder or a device, has another ending, or cannot be written.
    """
    name = f"{option} {path}"
    target = path.expanduser()
    if endings and target.suffix.lower() not in endings:
        ending = next(iter(endings))
        raise ConfigError(
            f"`{option}` must end in {' or '.join(endings)}. Received: {name}. "
            f"Use {option} {path.with_suffix(ending) if path.name else f'result{ending}'}"
        )
    if target.exists() and not target.is_file():
        kind = "a folder" if target.is_dir() else "no regular file"
        ending = next(iter(endings), "")
        raise ConfigError(
            f"`{option}` must be a file. Received: {name}, {kind}. "
            f"Use {option} {path / f'result{ending}' if target.is_dir() else f'result{ending}'}"
        )
    if why := _why_not(target):
        raise ConfigError(
            f"`{option}` must be a file that can be written. Received: {name} ({why}). "
            f"Choose another folder, e.g. {option} {Path('~') / path.name}"
        )
    return target


def write_picture(path: Path, picture: "Image") -> None:
    """Write a picture in the format of its name, whole or not at all; create its folder.

    Raises:
        OSError: If the disk refuses it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as draft:
        picture.save(draft)


def _why_not(target: Path) -> str:
    """Why the file cannot be written, in the words of the system; "" if it can."""
    folder = target.absolute().parent
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent  # missing folders will be made
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return f"{folder}: {error.strerror}"
