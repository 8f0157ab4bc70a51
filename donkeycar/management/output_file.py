"""Output file of a command: check that it can be written before minutes of work."""

import os
import sys
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.drafts import abandoned_files, clear
from donkeycar.errors import ConfigError
from donkeycar.files import atomic_path
from donkeycar.tub.belonging import tub_of

if TYPE_CHECKING:
    from PIL.Image import Image

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")


def output_file(path: Path, *, option: str = "--out", endings: Collection[str] = ()) -> Path:
    """Check the path to which a command will write its result. It creates nothing.

    What a killed run of the command left beside the path is removed.

    Args:
        path: The path as typed.
        option: The option with the path.
        endings: Allowed endings of the name, with their dot; empty allows any.

    Returns:
        The path, with ``~`` replaced.

    Raises:
        ConfigError: If it is a folder or a device, has another ending, cannot be written, or
            belongs to a tub: nothing that a command writes may take the place of a recording.
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
    if tub := tub_of(target):
        raise ConfigError(
            f"`{option}` must be no file of a tub. Received: {name}, which belongs to the tub "
            f"{tub}. Choose another folder, e.g. {option} {Path('~') / path.name}"
        )
    if why := _why_not(target):
        raise ConfigError(
            f"`{option}` must be a file that can be written. Received: {name} ({why}). "
            f"Choose another folder, e.g. {option} {Path('~') / path.name}"
        )
    for sentence in clear(abandoned_files(Path(os.path.realpath(target)).parent, [target.name])):
        print(f"note: {sentence}", file=sys.stderr)
    return target


def different_files(*, reads: Iterable[Path | None] = (), **writes: Path | None) -> None:
    """Check that each output of a command has a file of its own, which it does not read, either.

    Args:
        reads: The files that the command reads.
        writes: The file of each option, with underscores in its name; ``None`` if not given.

    Raises:
        ConfigError: If two are the same file: one would be lost.
    """
    taken = {os.path.realpath(path.expanduser()): "" for path in reads if path is not None}
    for name, path in writes.items():
        if path is None:
            continue
        option = "--" + name.replace("_", "-")
        real = os.path.realpath(path)
        if real in taken:
            other = f"what `{taken[real]}` writes" if taken[real] else "what this command reads"
            raise ConfigError(
                f"`{option}` must be another file than {other}. Received: {option} {path}. "
                "Choose another name"
            )
        taken[real] = option


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
