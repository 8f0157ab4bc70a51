"""Tub reader: reads tubs of formats v1 and v2."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from donkeycar.errors import TubError
from donkeycar.tub.catalog import ReadLines, Record, catalogs_in, read_lines
from donkeycar.tub.contents import Contents, Skipped, read_v2
from donkeycar.tub.format import IMAGE_KEY, IMPORT, INDEX, MANIFEST, SESSION, checked_image_path
from donkeycar.tub.images import decode_image, image_shape, refuse_no_depth
from donkeycar.tub.manifest import Manifest
from donkeycar.tub.schema import depth_keys
from donkeycar.tub.v1 import is_v1, read_v1


class TubReader:
    """The records of a tub, in the order they were recorded.

    It reads formats v1 and v2, damaged or not, and changes nothing. Values come as they were
    stored: a field that was not recorded is missing, a number may be an int, a float or null.

    Args:
        path: The tub's folder.
        read_lines: Reads a catalog.

    Attributes:
        path: The tub's folder.
        version: Format of the tub, 1 or 2.
        manifest: Inputs, types, metadata and deleted indexes.
        skipped: Lines and files that could not be read, and why.
        first_out_of_place: First record that is not on the line of its index: donkeycar 5 finds
            deleted records by line, and would delete others from there on. ``None`` if all are in
            place.

    Raises:
        TubError: If there is no tub at `path`.
        OSError: If the folder cannot be read.

    Example:
        >>> import tempfile
        >>> from donkeycar.tub import TubWriter
        >>> folder = tempfile.mkdtemp()
        >>> with TubWriter(folder, ["user/angle"], ["float"]) as tub:
        ...     index = tub.append({"user/angle": 0.25})
        >>> [record["user/angle"] for record in TubReader(folder)]
        [0.25]
    """

    def __init__(self, path: str | Path, *, read_lines: ReadLines = read_lines) -> None:
        self.path = Path(path).expanduser()
        contents = _read(self.path, read_lines)
        self.version = contents.version
        self.manifest: Manifest = contents.manifest
        self.skipped: list[Skipped] = contents.skipped
        self.first_out_of_place = contents.first_out_of_place
        self._images = contents.images
        self._all = contents.records
        self._live = [r for r in self._all if r[INDEX] not in self.manifest.deleted_indexes]

    def __len__(self) -> int:
        """Number of records that are not deleted."""
        return len(self._live)

    def __iter__(self) -> Iterator[Record]:
        """Records that are not deleted."""
        return iter(self._live)

    def records(self, *, include_deleted: bool = False) -> list[Record]:
        """The records as a list.

        Args:
            include_deleted: Whether to return deleted records, too.
        """
        return list(self._all if include_deleted else self._live)

    @property
    def sessions(self) -> list[str]:
        """Session ids in the order of recording; tubs from before 2021 have none."""
        return list(dict.fromkeys(str(r[SESSION]) for r in self._all if SESSION in r))

    @property
    def images(self) -> Path:
        """The folder of its images; that of the records in most tubs of format v1."""
        return self._images

    def image_path(self, record: Record, key: str = IMAGE_KEY) -> Path:
        """Path of the image of a record.

        Args:
            record: One of this tub's records.
            key: The image's key.

        Raises:
            TubError: If the record has no such image, or names a forbidden file.
        """
        if key not in record:
            raise TubError(f"Record {record.get(INDEX)} has no {key}")
        return checked_image_path(self._images, record[key])

    def image(self, record: Record, key: str = IMAGE_KEY) -> npt.NDArray[np.generic]:
        """The image of a record.

        Args:
            record: One of this tub's records.
            key: The image's key.

        Returns:
            ``uint8`` `(height, width, 3)` RGB, grey pictures included; depth is ``uint16``
            `(height, width)`.

        Raises:
            TubError: If the image is missing or damaged, or the file is not an image, or holds
                colours or 8 bits where the column holds depth.
        """
        path = self.image_path(record, key)
        image = decode_image(path)
        if key in depth_keys(self.manifest.input_types):
            refuse_no_depth(image, path.name)
        return image

    def image_shape(self, record: Record, key: str = IMAGE_KEY) -> tuple[int, ...]:
        """The shape of the image of a record, without decoding it.

        Args:
            record: One of this tub's records.
            key: The image's key.

        Raises:
            TubError: If the image is missing, or is not an image.
        """
        return image_shape(self.image_path(record, key))


def open_tub(path: str | Path) -> TubReader:
    """Open a tub for reading; see `TubReader`."""
    return TubReader(path)


def _read(path: Path, read_lines: ReadLines) -> Contents:
    if not path.is_dir():
        raise TubError(f"There is no tub at {path}. Next step: {_folder_instead(path)}")
    if (path / MANIFEST).exists() or catalogs_in(path):
        return read_v2(path, read_lines)
    if is_v1(path):
        return read_v1(path)
    inner = sorted(f.name for f in path.iterdir() if f.is_dir() and (f / MANIFEST).exists())
    if inner:
        raise TubError(
            f"{path} contains tubs, but is not one itself. Next step: name one, e.g. {inner[0]}"
        )
    raise TubError(f"{path} holds no records. Next step: record some, or {_folder_instead(path)}")


def _folder_instead(path: Path) -> str:
    """What to say for a file of a tub, or its folder of images, that was named in its place."""
    around = Path(os.path.abspath(path)).parent
    if path.exists() and ((around / MANIFEST).exists() or catalogs_in(around) or is_v1(around)):
        return f"name the folder of the tub: {around}"
    return f"check the path. {IMPORT}" if path.exists() else "check the path"
