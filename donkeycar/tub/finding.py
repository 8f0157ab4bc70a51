"""Finding the tubs below a folder."""

import os
import re
from pathlib import Path

from donkeycar.tub.format import IMAGES, RECOVERED

# Each of these marks a folder as a tub, of today or of 2018. If one is lost, the others remain.
MARK = re.compile(r"manifest\.json|meta\.json|catalog_\d+\.catalog|record_\d+\.json", re.ASCII)
# Files that hold records; a tub without them is empty.
RECORDS = re.compile(r"catalog_\d+\.catalog|record_\d+\.json", re.ASCII)
# Folders of a tub that never hold other tubs.
PASSED_OVER = (IMAGES, RECOVERED)


def tubs_below(folder: Path, *, depth: int = 3) -> list[Path]:
    """The tubs with records in a folder, the folder itself included, in the order of their names.

    Links are not followed: what a page shows stays in its folder.

    Args:
        folder: Where to look.
        depth: How many folders deep.
    """
    found: list[Path] = []
    names = _names(folder)
    if any(RECORDS.fullmatch(name) for name in names):
        found.append(folder)
    if depth:
        for name in sorted(names):
            inner = folder / name
            hidden = name.startswith(".") or name in PASSED_OVER
            if not hidden and inner.is_dir() and not inner.is_symlink():
                found += tubs_below(inner, depth=depth - 1)
    return found


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []  # not ours to read
