"""The files behind a frame, for an engine that shares work out to several computers.

A shard is one file that such an engine (Ray Data, Spark, Dask) can read by itself. The list names
all records of a frame once; how many are in each helps to share them out evenly.
"""

from dataclasses import dataclass
from typing import Literal

ShardKind = Literal["catalog", "parquet", "tub"]


@dataclass(frozen=True)
class Shard:
    """A file of records.

    Attributes:
        path: Path or address of the file.
        kind: ``catalog`` (a record a line, JSON), ``parquet``, or ``tub``: a whole tub that only
            `TubReader` reads well, because it is damaged or of format v1; `path` is its folder.
        num_records: Records in it, deleted ones too.
        deleted: Indexes of its deleted records, in rising order; a catalog still holds their lines.
        tub: Path or address of its tub.
        car: Name of the car.
    """

    path: str
    kind: ShardKind
    num_records: int
    deleted: tuple[int, ...]
    tub: str
    car: str
