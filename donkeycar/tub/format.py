"""The names of tub format v2, and which of them may be trusted.

A tub is a folder::

    manifest.json               5 lines: inputs, types, user metadata, own metadata, catalogs
    catalog_0.catalog           one JSON record a line, at most `MAX_LEN` of them
    catalog_0.catalog_manifest  one line; `line_lengths` is empty, so a reader scans the catalog
    catalog_1.catalog ...
    images/<index>_<key>_.jpg   slashes of the key become underscores
    recovered/<n>/              bytes and images that a crash left without a record

Names inside a tub come from whoever recorded it. They are checked here before any path is made,
so that a shared tub cannot point outside its own folder.
"""

import os
import re
import stat
from pathlib import Path

from donkeycar.errors import TubError

MANIFEST = "manifest.json"
IMAGES = "images"
RECOVERED = "recovered"
MAX_LEN = 1000  # records in one catalog
MAX_LINE_BYTES = 1 << 20
MAX_INDEX = 10**9  # half a year at 60 Hz; anything above is damage

INDEX = "_index"
TIMESTAMP = "_timestamp_ms"
SESSION = "_session_id"

IMAGE_EXTENSIONS = {"image_array": ".jpg", "gray16_array": ".png"}
TYPES = (
    "float",
    "str",
    "int",
    "boolean",
    "nparray",
    "list",
    "vector",
    *IMAGE_EXTENSIONS,
)

# What stands in for a line that was set aside. It is not JSON, so every reader skips it, and the
# lines after it keep their position: donkeycar 5 finds deleted records by position.
SET_ASIDE = b"# set aside\n"

_CATALOG = re.compile(r"catalog_(0|[1-9]\d{0,8})\.catalog", re.ASCII)
_IMAGE = re.compile(r"[\w.-]+\.(jpg|jpeg|png)", re.ASCII | re.IGNORECASE)
_IMAGE_INDEX = re.compile(r"(\d{1,10})_[\w.-]+\.(jpg|png)", re.ASCII)
_SESSION = re.compile(r"(?:.*_)?(\d{1,9})", re.ASCII)


def catalog_name(number: int) -> str:
    """File name of the catalog with this number, counted from 0."""
    return f"catalog_{number}.catalog"


def catalog_number(name: object) -> int | None:
    """Number in the file name of a catalog; ``None`` if it is not such a name."""
    match = _CATALOG.fullmatch(name) if isinstance(name, str) else None
    return int(match[1]) if match else None


def image_name(index: int, key: str, type_name: str) -> str:
    """File name of the image that record `index` holds under `key`."""
    return f"{index}_{key.replace('/', '_')}_{IMAGE_EXTENSIONS[type_name]}"


def image_index(name: str) -> int | None:
    """Record index in the file name of an image; ``None`` if it has none."""
    match = _IMAGE_INDEX.fullmatch(name)
    return int(match[1]) if match else None


def session_number(session_id: object) -> int:
    """Running number at the end of a session id such as ``26-11-20_3``; -1 if it has none."""
    match = _SESSION.fullmatch(session_id) if isinstance(session_id, str) else None
    return int(match[1]) if match else -1


def images_folder(path: Path) -> Path:
    """Where the tub in folder `path` keeps its images.

    Raises:
        TubError: If that is a link out of the tub.
    """
    folder = path / IMAGES
    if folder.is_symlink() and not folder.resolve().is_relative_to(path.resolve()):
        raise TubError(f"The images must lie inside the tub. Received: {folder} is a link")
    return folder


def checked_image_path(folder: Path, name: object) -> Path:
    """Path of an image that a record names, once that name is known to be harmless.

    Args:
        folder: Where the tub keeps its images.
        name: What the record holds.

    Raises:
        TubError: If the name is not a plain image file name, or leads out of `folder`.
    """
    if not isinstance(name, str) or not _IMAGE.fullmatch(name):
        raise TubError(f"An image name must look like '0_cam_image_array_.jpg'. Received: {name!r}")
    path = folder / name
    if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
        raise TubError(f"An image must lie inside its tub. Received: {name!r}, a link to outside")
    return path


def read_regular_file(path: Path, *, max_bytes: int) -> bytes:
    """Content of an ordinary file.

    A pipe or a device under a tub's name is refused instead of waited for.

    Args:
        path: What to read.
        max_bytes: Largest size accepted.

    Raises:
        TubError: If it is not an ordinary file, or larger than `max_bytes`.
        OSError: If it cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    fd = os.open(path, flags)
    with os.fdopen(fd, "rb") as file:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise TubError(f"{path.name} must be an ordinary file. Next step: remove it")
        if status.st_size > max_bytes:
            raise TubError(
                f"{path.name} must be at most {max_bytes} bytes. Received: {status.st_size}"
            )
        return file.read()
