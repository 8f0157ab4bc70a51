"""Whose file is this: does it belong to a tub, so that no result may be written there?"""

import os
import re
from pathlib import Path

from donkeycar.tub.catalog import catalogs_in
from donkeycar.tub.format import IMAGES, MANIFEST, RECOVERED, image_index
from donkeycar.tub.v1 import is_v1

# What a tub of format v2 or v1 has beside its images. Some disks take capital letters as small.
_NAMES = re.compile(
    r"manifest\.json|meta\.json|record_\d+\.json|catalog_\d+\.catalog(_manifest)?", re.ASCII
)


def is_list(name: str) -> bool:
    """Whether a file of this name lists the records of a tub."""
    return _NAMES.fullmatch(name.lower()) is not None


def tub_of(path: Path) -> Path | None:
    """The tub whose file `path` is, or would be taken for.

    That are its lists, its images and all in its folder ``recovered``. Another file in the folder
    of a tub, e.g. a picture of its values, is nobody's. Links are followed.

    Args:
        path: A file; it need not exist.

    Returns:
        The folder of the tub; ``None`` if the file belongs to none.
    """
    real = Path(os.path.realpath(path))
    name = real.name.lower()
    folder = real.parent
    if (is_list(name) or image_index(name) is not None) and _is_tub(folder):
        return folder
    in_images = folder.name.lower() == IMAGES and (
        os.path.lexists(real) or image_index(name) is not None
    )
    if in_images and _is_tub(folder.parent):
        return folder.parent
    for around in real.parents:
        if around.name.lower() == RECOVERED and _is_tub(around.parent):
            return around.parent
    return None


def _is_tub(folder: Path) -> bool:
    try:
        return (folder / MANIFEST).exists() or bool(catalogs_in(folder)) or is_v1(folder)
    except OSError:
        return False  # no folder, or one that may not be read
