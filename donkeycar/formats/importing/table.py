"""The table of formats that can be imported: one row each."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.importing.item import Source
from donkeycar.formats.importing.options import NUMBERS, Options


class Reader(Protocol):
    """What the module of a format offers."""

    def matches(self, path: Path) -> bool:
        """Whether a folder or a file is of this format."""

    def open_source(self, path: Path, options: Options) -> Source:
        """Open it."""


class Format(NamedTuple):
    """A row of `FORMATS`.

    Attributes:
        module: Module in `donkeycar.formats.importing` that is a `Reader`.
        help: What it is, for a list.
        options: Names of `Options` that it reads, besides `NUMBERS`.
        endings: Endings of a file that is one; empty if it is a folder.
        extra: The extra of this package that its libraries belong to, or "".
    """

    module: str
    help: str
    options: Sequence[str] = ()
    endings: Sequence[str] = ()
    extra: str = ""

    def reader(self) -> Reader:
        """Load the module."""
        return cast(Reader, import_module(f"donkeycar.formats.importing.{self.module}"))

    @property
    def known_options(self) -> tuple[str, ...]:
        """Every option that it reads."""
        return (*self.options, *NUMBERS)


FORMATS = {
    "tub": Format(
        "tub",
        "a tub of donkeycar 2 to 6, or of the Unity simulator",
        ("angle", "throttle", "throttle_value", "recorded_rate_hz"),
    ),
    "udacity": Format(
        "udacity",
        "Udacity's simulator: driving_log.csv and IMG",
        ("cameras", "steering_correction", "recorded_rate_hz"),
        (".csv",),
    ),
    "lerobot": Format(
        "lerobot.dataset",
        "a LeRobot dataset of version 2 or 3",
        ("image", "angle", "throttle", "throttle_value", "duplicates"),
        extra="formats",
    ),
    "csv": Format(
        "csv_folder",
        "pictures and a table that names them",
        ("image", "angle", "throttle", "throttle_value", "time", "recorded_rate_hz"),
        (".csv", ".tsv", ".txt"),
    ),
}


# Folders of a tub that hold no other tubs.
PASSED_OVER = ("images", "recovered")
DEEPEST = 4


def check_format(name: str | None) -> None:
    """Refuse a word that is no format.

    Raises:
        ConfigError: If it is none.
    """
    if name is not None and name not in FORMATS:
        raise ConfigError(f"`--from` must be one of {', '.join(FORMATS)}. Received: {name}")


def recordings_in(path: Path, name: str | None) -> list[tuple[Path, str]]:
    """The recordings in a folder, or the one that it is; each with its format.

    A tub may hold other tubs; other recordings hold none.

    Args:
        path: A folder or a file.
        name: The format, if the person said it; ``None`` looks at the files.

    Raises:
        TubError: If there is nothing, or nothing known, at `path`.
    """
    if not path.exists():
        raise TubError(f"There must be a recording to import. Received: {path}, which is not there")
    found = list(_inside(path, name, DEEPEST))
    if not found and name is not None:
        found = [(path, name)]  # its reader says what is missing
    if not found:
        raise TubError(
            f"A recording must be of a known format: {', '.join(FORMATS)}. Received: {path}, which "
            "looks like none. Check the path, or say --from FORMAT to see what it lacks"
        )
    return found


def _inside(path: Path, name: str | None, depth: int) -> Iterator[tuple[Path, str]]:
    words = [name] if name is not None else list(FORMATS)
    word = next((word for word in words if FORMATS[word].reader().matches(path)), None)
    if word is not None:
        yield path, word
    if depth == 0 or not path.is_dir() or word not in (None, "tub"):
        return
    for folder in sorted(path.iterdir()):
        hidden = folder.name.startswith(".")
        passed_over = folder.name in PASSED_OVER and word is not None
        if folder.is_dir() and not folder.is_symlink() and not hidden and not passed_over:
            yield from _inside(folder, name, depth - 1)
