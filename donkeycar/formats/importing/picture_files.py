"""The picture files around a table, found by what a table of another computer calls them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".ppm", ".tif", ".tiff", ".webp"}
DEEPEST = 4
MOST_FILES = 2_000_000


def is_picture_name(text: str) -> bool:
    """Whether a text ends like the name of a picture."""
    return Path(text).suffix.lower() in SUFFIXES


class PictureFiles:
    """The picture files in a folder and in folders inside; links are not followed.

    Args:
        root: The folder.
    """

    def __init__(self, root: Path) -> None:
        # By their last part, which is the only one that every computer agrees on.
        self._by_name: dict[str, list[Path]] = {}
        self._by_stem: dict[str, list[Path]] = {}
        self._number = 0
        for path in _pictures(root, DEEPEST):
            self._by_name.setdefault(path.name.lower(), []).append(path)
            self._by_stem.setdefault(path.stem.lower(), []).append(path)
            self._number += 1
            if self._number >= MOST_FILES:
                break

    def __len__(self) -> int:
        return self._number

    def find(self, name: str) -> Path | None:
        """The file that a table means.

        Args:
            name: A path, of Windows or not, of this or another computer; capital and small letters
                count alike, and the ending may be missing.

        Returns:
            Of several files with this name, the one whose folders agree best; ``None`` if there is
            none, or if two agree equally.
        """
        parts = [part for part in re.split(r"[/\\]", name.strip().lower()) if part]
        if not parts:
            return None
        found = self._by_name.get(parts[-1]) or self._by_stem.get(parts[-1], [])
        if len(found) <= 1:
            return found[0] if found else None
        agreed = [(_agreement(path, parts), path) for path in found]
        best = max(number for number, _ in agreed)
        candidates = [path for number, path in agreed if number == best]
        return candidates[0] if len(candidates) == 1 else None


def _agreement(path: Path, parts: list[str]) -> int:
    """How many folders above the file are the same, counted from the file."""
    number = 0
    for mine, theirs in zip(path.parts[-2::-1], parts[-2::-1], strict=False):
        if mine.lower() != theirs:
            break
        number += 1
    return number


def _pictures(folder: Path, depth: int) -> Iterator[Path]:
    inner = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                inner.append(Path(entry.path))
            elif is_picture_name(entry.name) and entry.is_file():
                yield Path(entry.path)
    for path in inner:
        if depth > 1 and not path.name.startswith("."):
            yield from _pictures(path, depth - 1)
