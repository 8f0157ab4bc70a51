"""Parquet files of a LeRobot dataset: the numbers at once, the pictures one by one."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.commands import install_extra
from donkeycar.errors import DeviceError, TubError
from donkeycar.formats.importing.lerobot.parquet_limits import check_footer, columns_of
from donkeycar.tub.images import MAX_IMAGE_BYTES

if TYPE_CHECKING:
    import pyarrow.parquet as pq

# Each may be as large as `MAX_IMAGE_BYTES`, however small the file is.
NUM_PICTURES_AT_ONCE = 4
_NUMBER = re.compile(r"(\d+)")


def parquet_files(root: Path, folder: str) -> list[Path]:
    """The Parquet files in a folder of a dataset, in the order of their numbers.

    Raises:
        TubError: If one is a link that leads out of the dataset.
    """
    found = [path for path in (root / folder).rglob("*.parquet") if path.is_file()]
    for path in found:
        check_inside(root, path)
    return sorted(found, key=lambda path: [int(n) for n in _NUMBER.findall(str(path))])


def check_inside(root: Path, path: Path) -> None:
    """Refuse a file that lies outside of a dataset.

    Raises:
        TubError: If it does.
    """
    if not os.path.realpath(path).startswith(os.path.join(os.path.realpath(root), "")):
        raise TubError(f"{path.name} leads out of the dataset {root.name}. Copy the file itself")


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn the errors of pyarrow into sentences, a missing library too.

    Raises:
        DeviceError: If pyarrow is missing.
        TubError: If the file is damaged.
    """
    try:
        import pyarrow
    except ImportError as error:
        raise DeviceError(f"--from lerobot needs pyarrow. Next: {install_extra('formats')}") from (
            error
        )
    try:
        yield
    except TubError:
        raise
    except (pyarrow.ArrowException, OSError, ValueError, LookupError, ArithmeticError) as error:
        why = " ".join(str(error).split())[:200]
        raise TubError(f"{path.name} cannot be read as Parquet: {why}. Copy it again") from error


class Frames:
    """One Parquet file of frames.

    Args:
        path: The file.
        pictures: The columns that hold pictures.

    Raises:
        DeviceError: If pyarrow is missing.
        TubError: If the file is damaged, or too large.
    """

    def __init__(self, path: Path, pictures: set[str]) -> None:
        self.path = path
        with readable(path):
            self._file = _opened(path)
            check_footer(path, self._file.metadata)
            there = self._file.schema_arrow.names
            self.pictures = [name for name in there if name in pictures]
            wanted = [name for name in there if name not in pictures]
            self.columns: dict[str, list[Any]] = columns_of(self._file, wanted)
        self._batches: Iterator[Any] = iter(())
        self._rows: dict[str, list[Any]] = {}
        self._start = self._end = 0

    @property
    def num_rows(self) -> int:
        """How many frames it has."""
        num_rows: int = self._file.metadata.num_rows
        return num_rows

    def picture(self, column: str, row: int) -> dict[str, Any]:
        """What a frame holds as a picture: ``bytes`` and ``path``, of which one may be ``None``.

        A few rows are read at a time, so ask in their order; an earlier one begins anew.

        Raises:
            TubError: If the file is damaged, or the picture too large.
        """
        with readable(self.path):
            self._read_until(row)
        value = self._rows[column][row - self._start]
        if isinstance(value, bytes):
            value = {"bytes": value, "path": None}
        if not isinstance(value, dict) or len(value.get("bytes") or b"") > MAX_IMAGE_BYTES:
            raise TubError("it holds no picture, or one that is too large")
        return value

    def _read_until(self, row: int) -> None:
        if row < self._start or self._end == 0:
            self._batches = self._file.iter_batches(
                batch_size=NUM_PICTURES_AT_ONCE, columns=self.pictures
            )
            self._start = self._end = 0
        while row >= self._end:
            batch = next(self._batches, None)
            if batch is None:
                raise ValueError(f"it ends before row {row}")
            self._rows = batch.to_pydict() if row < self._end + batch.num_rows else {}
            self._start, self._end = self._end, self._end + batch.num_rows


def _opened(path: Path) -> "pq.ParquetFile":
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    texts = [
        field.name
        for field in file.schema_arrow
        if pa.types.is_string(field.type) or pa.types.is_binary(field.type)
    ]
    return pq.ParquetFile(path, read_dictionary=texts) if texts else file
