"""Which tubs a command line means."""

from collections.abc import Iterable
from pathlib import Path

from donkeycar.errors import ConfigError

# Either marks a folder as a tub: of today, and of 2018.
MARKS = ("manifest.json", "meta.json")


def tub_paths(words: Iterable[str]) -> list[Path]:
    """The tubs that words name; several may stand in one, with commas, as in donkeycar 5.x.

    Args:
        words: Paths of tubs. A folder that is none but holds tubs stands for all of them.
    """
    paths = [Path(path).expanduser() for word in words for path in word.split(",") if path]
    return [tub for path in paths for tub in _inside(path)]


def _inside(path: Path) -> list[Path]:
    """The tubs in a folder, or the folder itself."""
    if not path.is_dir() or _is_tub(path):
        return [path]
    return [inner for inner in sorted(path.iterdir()) if _is_tub(inner)] or [path]


def _is_tub(path: Path) -> bool:
    return any((path / mark).exists() for mark in MARKS)


def one_tub(word: str) -> Path:
    """The one tub that a word names; several with commas, or a folder of several, are too many.

    Raises:
        ConfigError: If it names another number of tubs.
    """
    paths = tub_paths([word])
    if len(paths) != 1:
        raise ConfigError(f"`--tub` must name one tub. Received: {len(paths)} in {word!r}")
    return paths[0]
