"""WebDataset: shards in the form of tar files, for reading in order at full speed.

The files of a record follow each other and share their name up to the first dot, the key. The rest
of the name says what a file holds: ``jpg`` the first column of images, ``json`` all other values,
and another column of images its own name before the ending.
Source: https://github.com/webdataset/webdataset, "The WebDataset Format".
"""

import io
import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.formats.exporting.selection import Frame, Progress, Selection
from donkeycar.tub.format import INDEX

# A common size of shards: large enough to be read in one go, small enough to be shuffled.
SHARD_MB = 256
# Each file of a tar has a header of so many bytes, and is filled up to a multiple of it.
BLOCK = 512


def write(
    selection: Selection,
    out: Path,
    progress: Progress | None = None,
    *,
    shard_mb: float = SHARD_MB,
) -> dict[str, Any]:
    """Write shards ``000000.tar``, ``000001.tar``, ...

    Args:
        selection: The records.
        out: The empty folder.
        progress: Called with the progress.
        shard_mb: A shard ends before it is larger than this, in megabytes.

    Raises:
        ConfigError: If `shard_mb` is not more than 0.
    """
    if not shard_mb > 0:
        raise ConfigError(f"`--shard-mb` must be more than 0. Received: --shard-mb {shard_mb:g}")
    shards = _Shards(out, shard_mb * 1e6)
    num_records = 0
    with shards:
        for frame in selection.frames(progress):
            shards.add(_key(frame), list(_files(selection, frame)))
            num_records += 1
    return {"num_records": num_records, "num_shards": shards.number}


class _Shards:
    """Tar files, one after the other.

    Attributes:
        number: How many were begun.
    """

    def __init__(self, folder: Path, max_bytes: float) -> None:
        self.number = 0
        self._folder = folder
        self._max_bytes = max_bytes
        self._size = 0
        self._tar: tarfile.TarFile | None = None

    def add(self, key: str, files: list[tuple[str, bytes]]) -> None:
        """Add the files of one record; they never lie in two shards."""
        size = sum(BLOCK + -(-len(data) // BLOCK) * BLOCK for _, data in files)
        if self._tar is None or (self._size and self._size + size > self._max_bytes):
            self.close()
            path = self._folder / f"{self.number:06}.tar"
            self._tar = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
            self.number += 1
            self._size = 0
        self._size += size
        for ending, data in files:
            # No time and no owner: the same records make the same shard.
            member = tarfile.TarInfo(f"{key}.{ending}")
            member.size = len(data)
            self._tar.addfile(member, io.BytesIO(data))

    def close(self) -> None:
        """Complete the last shard."""
        if self._tar is not None:
            self._tar.close()
            self._tar = None

    def __enter__(self) -> "_Shards":
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()


def _key(frame: Frame) -> str:
    """Key of a record: a dot would end it, and a slash would make a folder of it."""
    origin = re.sub(r"[^\w/-]", "_", frame.row.tub.origin, flags=re.ASCII)
    return f"{origin}/{frame.row.record[INDEX]:09}"


def _files(selection: Selection, frame: Frame) -> Iterator[tuple[str, bytes]]:
    """Endings and contents of the files of a record."""
    for number, key in enumerate(selection.images):
        if key in frame.images:
            image = frame.images[key]
            name = re.sub(r"[^\w-]", "_", key, flags=re.ASCII)
            yield image.ending if number == 0 else f"{name}.{image.ending}", image.data
    yield "json", json.dumps(frame.values).encode()
