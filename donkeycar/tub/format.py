"""Names of tub format v2, and the checks that make them safe to use.

A tub is a folder::

    manifest.json               5 lines: inputs, types, user metadata, own metadata, catalogs
    catalog_0.catalog           one JSON record a line, at most `MAX_LEN` of them
    catalog_0.catalog_manifest  one line; `line_lengths` is empty, so a reader scans the catalog
    catalog_1.catalog ...
    images/<index>_<key>_.jpg   slashes of the key become underscores
    recovered/<n>/ bytes and images that a crash left without a record

    Names and links inside a tub come from the person who recorded it. They are checked here before
    any file is opened, so that a shared tub cannot point outside its own folder.
"""

import os
import re
import stat
import time
from pathlib import Path

from donkeycar import commands
from donkeycar.errors import TubError

MANIFEST = "manifest.json"
IMAGES = "images"
RECOVERED = "recovered"
MAX_LEN = 1000  # records in one catalog
MAX_LINE_BYTES = 1 << 20
MAX_INDEX = 10**9  # half a year at 60 Hz; a larger number is damage
# A tub with a larger index or catalog number is full: two weeks at 60 Hz must still fit.
LAST_START = 9 * 10**8
MOST_LEN = 100_000  # most records in one catalog, whatever its manifest says

INDEX = "_index"
TIMESTAMP = "_timestamp_ms"
SESSION = "_session_id"

# What to say of a folder that is no tub: it may be a recording all the same.
IMPORT = "`donkey tub import` reads recordings of other programs"

# The frame of a record.
IMAGE_KEY = "cam/image_array"
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

# The placeholder for a line that was moved away. It is not JSON, so every reader skips it, and the
# lines after it keep their position: donkeycar 5 finds deleted records by position.
SET_ASIDE = b"# set aside\n"

_CATALOG = re.compile(r"catalog_(0|[1-9]\d{0,8})\.catalog", re.ASCII)
# With its ending a name has at most 255 letters; no disk takes more.
_IMAGE = re.compile(r"[\w.-]{1,250}\.(jpg|jpeg|png)", re.ASCII | re.IGNORECASE)
_FOLDERS = re.compile(r".*[/\\]", re.DOTALL)
_IMAGES_FOLDER = re.compile(r"(?:\./)?images[/\\]")
_IMAGE_INDEX = re.compile(r"(\d{1,10})_[\w.-]+\.(jpg|png)", re.ASCII)
_TUB = re.compile(r"tub_(\d{1,9})_.*", re.ASCII)
_SESSION = re.compile(r"(?:.*_)?(\d{1,9})", re.ASCII)


def new_tub_path(folder: Path) -> Path:
    """A folder for a new tub: ``tub_N_YY-MM-DD`` with the next free number."""
    names = [match for path in folder.glob("tub_*_*") if (match := _TUB.fullmatch(path.name))]
    number = max((int(match[1]) for match in names), default=0) + 1
    return folder / f"tub_{number}_{time.strftime('%y-%m-%d')}"


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
    """The folder of the images of the tub in `path`.

    Raises:
        TubError: If that is a link out of the tub or to itself, or not a folder.
    """
    folder = path / IMAGES
    check_inside(folder, path)
    if os.path.lexists(folder) and not folder.is_dir():
        raise TubError(f"{folder} must be a folder. Received: a file. Next step: move it away")
    return folder


def check_inside(path: Path, tub: Path) -> None:
    """Refuse a link that leads out of a tub, or to itself.

    The tub's own folder may be a link that its owner made, for example to another disk.

    Args:
        path: A file or folder of the tub; it need not exist.
        tub: The tub's folder.

    Raises:
        TubError: If it is such a link.
    """
    if not path.is_symlink():
        return
    try:
        target = Path(os.path.realpath(path, strict=True))
    except FileNotFoundError:
        target = Path(os.path.realpath(path))
    except OSError as error:
        raise TubError(
            f"{path.name} is a link to itself. Next step: remove it, or put the file in its place"
        ) from error
    if not target.is_relative_to(os.path.realpath(tub)):
        raise TubError(
            f"What belongs to a tub must lie inside the tub. Received: {path.name}, a link to "
            "outside. Next step: put the file or folder itself in its place"
        )


def without_images_folder(name: str) -> str:
    """Name of an image of format v2; some programs write ``images/`` before it."""
    return _IMAGES_FOLDER.sub("", name, count=1) if _IMAGES_FOLDER.match(name) else name


def image_file(name: object) -> str | None:
    """Name of the file that a record means, if it names it by a folder; ``None`` if it is no image.

    Example:
        >>> image_file("/home/pi/mycar/data/images/3_cam_image_array_.jpg")
        '3_cam_image_array_.jpg'
    """
    file = _FOLDERS.sub("", name) if isinstance(name, str) else ""
    return file if _IMAGE.fullmatch(file) else None


def checked_image_path(folder: Path, name: object) -> Path:
    """Path of an image that a record names, after checking that the name is harmless.

    Args:
        folder: Folder of the tub's images.
        name: The name in the record; ``images/`` before it may name the folder of format v2.

    Raises:
        TubError: If the name is not a plain image file name, or leads out of `folder`.
    """
    if isinstance(name, str) and folder.name == IMAGES:
        name = without_images_folder(name)
    if not isinstance(name, str) or not _IMAGE.fullmatch(name):
        shown = repr(name) if len(repr(name)) <= 60 else f"{repr(name)[:60]}..."
        step = ""
        if folder.name == IMAGES and image_file(name) is not None:
            step = f". Next step: {commands.donkey('tub', 'repair', folder.parent)}"
        raise TubError(
            f"An image name must look like '0_cam_image_array_.jpg'. Received: {shown}{step}"
        )
    path = folder / name
    check_inside(path, folder)
    return path


def read_tub_file(tub: Path, name: str, *, max_bytes: int) -> bytes:
    """Content of an ordinary file inside the tub; see `read_regular_file`."""
    check_inside(tub / name, tub)
    return read_regular_file(tub / name, max_bytes=max_bytes)


def read_regular_file(path: Path, *, max_bytes: int) -> bytes:
    """Content of an ordinary file.

    A pipe or a device under a tub's name is refused instead of waited for.

    Args:
        path: The file to read.
        max_bytes: Largest size accepted.

    Raises:
        TubError: If it is not an ordinary file, or larger than `max_bytes`.
        OSError: If it cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    fd = os.open(path, flags)
    status = os.fstat(fd)
    if stat.S_ISDIR(status.st_mode):
        os.close(fd)  # Python cannot open a folder as a file
        raise TubError(f"{path.name} must be an ordinary file. Next step: remove it")
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(status.st_mode):
            raise TubError(f"{path.name} must be an ordinary file. Next step: remove it")
        if status.st_size > max_bytes:
            raise TubError(
                f"{path.name} must be at most {max_bytes} bytes. Received: {status.st_size}"
            )
        return file.read()
