"""``folds.json``: the list of the pilots of an ensemble, read with checks and never trusted.

`donkey train --folds` writes it into the folder of the pilots. donkeycar opens nothing outside that
folder, whatever the list or a link in the folder says.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from donkeycar.errors import PilotError
from donkeycar.pilots.files.bundle import PilotFiles
from donkeycar.pilots.files.json_file import read_object

FORMAT = "donkeycar-folds/1"
SUMMARY = "folds.json"
MAX_BYTES = 1_000_000
MIN_MEMBERS, MAX_MEMBERS = 2, 50
# No path separator, no drive letter, no hidden file.
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\.keras", re.ASCII)


@dataclass(frozen=True)
class UsualSpread:
    """How far the members of an ensemble usually disagree.

    Attributes:
        middle: Spread of their angles in half of the records: disagreement 0.
        limit: Spread in one record in a hundred: disagreement 1.
    """

    middle: float
    limit: float

    def disagreement(self, spread: float) -> float:
        """Convert a spread to a disagreement.

        Example:
            >>> UsualSpread(0.0, 0.5).disagreement(0.25)
            0.5
        """
        return max(0.0, (spread - self.middle) / (self.limit - self.middle))


@dataclass(frozen=True)
class Folds:
    """The content of ``folds.json``.

    Attributes:
        pilots: The ``.keras`` file of each pilot, 2 to 50.
        usual: Their usual disagreement; ``None`` if it was not measured.
    """

    pilots: list[Path]
    usual: UsualSpread | None


def holds_folds(path: Path) -> bool:
    """Whether this is the folder of an ensemble."""
    return path.is_dir() and (path / SUMMARY).exists()


def member_paths(path: Path) -> list[Path]:
    """The pilots behind a path: those of an ensemble's folder, else the path itself.

    Raises:
        PilotError: If the list in the folder is not valid.
    """
    return read_folds(path).pilots if holds_folds(path) else [path]


def read_folds(folder: Path) -> Folds:
    """Read the list in a folder, trusting nothing in it.

    Raises:
        PilotError: If it is not such a list, or a link in the folder leads out of it.
    """
    summary = folder / SUMMARY
    _check_inside(folder, summary)
    content = read_object(summary, "a list of pilots", format=FORMAT, max_bytes=MAX_BYTES)
    names = content.get("pilots")
    if (
        not isinstance(names, list)
        or not MIN_MEMBERS <= len(names) <= MAX_MEMBERS
        or not all(isinstance(name, str) and PLAIN_NAME.fullmatch(name) for name in names)
        or len(set(names)) != len(names)
    ):
        raise PilotError(
            f"{summary}: pilots must be {MIN_MEMBERS} to {MAX_MEMBERS} different names of .keras "
            f"files beside it. Received: {names!r:.80}"
        )
    pilots = [folder / name for name in names]
    for pilot in pilots:
        for file in PilotFiles.of(pilot).every():
            _check_inside(folder, file)
    return Folds(pilots, _usual(summary, content.get("doubt")))


def _check_inside(folder: Path, file: Path) -> None:
    """Refuse a link that leads out of the folder."""
    if file.exists() and not file.resolve().is_relative_to(folder.resolve()):
        raise PilotError(
            f"Pilots that drive together must be in their folder. Received: {file}, a link to "
            f"{file.resolve()}"
        )


def _usual(summary: Path, said: object) -> UsualSpread | None:
    """Read the usual disagreement; older lists do not contain it."""
    if said is None:
        return None
    found = [said.get(name) for name in ("middle", "limit")] if isinstance(said, dict) else []
    numbers = [one for one in found if isinstance(one, int | float) and not isinstance(one, bool)]
    # Compared before the conversion, because a whole number may be too large for a float.
    if len(numbers) != 2 or not 0 <= numbers[0] < numbers[1] < 1e6:
        raise PilotError(
            f"{summary}: doubt must have a limit above its middle, and both 0 or more. "
            f"Received: {said!r:.80}"
        )
    return UsualSpread(float(numbers[0]), float(numbers[1]))
