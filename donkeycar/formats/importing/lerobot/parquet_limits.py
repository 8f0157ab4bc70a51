"""Limits of a Parquet file from a stranger: a few kilobytes can unpack to many gigabytes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.errors import TubError
from donkeycar.words import count

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

# LeRobot begins a new file at 100 MB: 2,000,000 rows are 28 hours at 20 Hz.
MAX_ROWS = 2_000_000
MAX_VALUES = 100_000_000
# Numbers of a drive shrink ten times at most, pictures hardly at all.
MAX_RATIO = 100
ALWAYS_ALLOWED_BYTES = 64 << 20
# Rows that become Python objects at once.
NUM_ROWS_AT_ONCE = 4096


def check_footer(path: Path, metadata: "pq.FileMetaData") -> None:
    """Refuse a file that says of itself that it unpacks to too much.

    Raises:
        TubError: If it does.
    """
    if metadata.num_rows > MAX_ROWS:
        raise _refused(path, f"have at most {count(MAX_ROWS, 'row')}", f"{metadata.num_rows:,}")
    packed = unpacked = num_values = 0
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for number in range(row_group.num_columns):
            column = row_group.column(number)
            packed += max(0, column.total_compressed_size)
            unpacked += max(0, column.total_uncompressed_size)
            num_values += max(0, column.num_values)
    if num_values > MAX_VALUES:
        raise _refused(path, f"have at most {count(MAX_VALUES, 'value')}", f"{num_values:,}")
    packed = min(packed, path.stat().st_size)
    if unpacked > ALWAYS_ALLOWED_BYTES + MAX_RATIO * packed:
        raise _refused(
            path,
            f"unpack to at most {MAX_RATIO} times its size",
            f"{packed:,} bytes that become {unpacked:,}",
        )


def _refused(path: Path, rule: str, received: str) -> TubError:
    return TubError(
        f"{path.name} must {rule}. Received: {received}. Import part of the dataset, or ask who "
        "made it"
    )


def columns_of(file: "pq.ParquetFile", names: list[str]) -> dict[str, list[Any]]:
    """Columns as lists of Python values. Equal texts are one object, however many rows say them.

    Args:
        file: The file, opened with its columns of text as dictionaries.
        names: The columns.
    """
    columns: dict[str, list[Any]] = {name: [] for name in names}
    if not names:
        return columns
    for batch in file.iter_batches(batch_size=NUM_ROWS_AT_ONCE, columns=names):
        for name, values in zip(batch.schema.names, batch.columns, strict=True):
            columns[name] += _listed(values)
    return columns


def _listed(values: "pa.Array") -> list[Any]:
    if not hasattr(values, "dictionary"):
        listed: list[Any] = values.to_pylist()
        return listed
    words = values.dictionary.to_pylist()
    return [None if place is None else words[place] for place in values.indices.to_pylist()]
