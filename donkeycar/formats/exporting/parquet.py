"""Parquet: one table with the image files in it, as they are.

An image is a struct of its bytes and its path, and the schema says so under the key that the
datasets library of Hugging Face reads, so that it decodes them.
Source: https://huggingface.co/docs/datasets/about_dataset_features (features), and the key
``huggingface`` that datasets 5.2 writes into the schema of a Parquet file.
"""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.formats.exporting.selection import Frame, Progress, Selection

if TYPE_CHECKING:
    import pyarrow as pa

# Records in a row group: a reader that wants one record reads so many; 5 MB of a usual car.
ROWS = 1000
PLAIN = {"float": "float64", "int": "int64", "boolean": "bool", "str": "string"}


def write(selection: Selection, out: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Write a table of all columns; missing values are null.

    Lists of numbers are lists; a column whose lists hold something else is a text of JSON.

    Args:
        selection: The records.
        out: The file.
        progress: Called with the progress.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = schema_of(selection)
    frames = selection.frames(progress)
    num_records = 0
    # Images are compressed already; the rest is small.
    names = [f"{key}.bytes" for key in selection.images]
    plain = dict.fromkeys(selection.columns, "ZSTD") | dict.fromkeys(names, "NONE")
    with pq.ParquetWriter(out, schema, compression=plain, use_dictionary=False) as writer:
        while batch := list(islice(frames, ROWS)):
            writer.write_table(pa.Table.from_pylist(list(_rows(selection, batch)), schema=schema))
            num_records += len(batch)
    return {"num_records": num_records}


def schema_of(selection: Selection) -> "pa.Schema":
    """The schema of the table, with what the datasets library wants to know."""
    import pyarrow as pa

    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    fields, features = [], {}
    for name, kind in selection.columns.items():
        depth = selection.depths.get(name)
        plain = PLAIN.get(kind, "string" if depth == 0 else "float64")
        feature: dict[str, Any] = {"dtype": plain, "_type": "Value"}
        arrow = pa.type_for_alias(plain)
        for _ in range(depth or 0):
            feature = {"feature": feature, "_type": "List"}
            arrow = pa.list_(arrow)
        fields.append(pa.field(name, arrow, metadata={"donkeycar": kind}))
        features[name] = feature
    for name, kind in selection.images.items():
        fields.append(pa.field(name, image, metadata={"donkeycar": kind}))
        features[name] = {"_type": "Image"}
    info = json.dumps({"info": {"features": features}})
    return pa.schema(fields, metadata={"huggingface": info})


def _rows(selection: Selection, frames: list[Frame]) -> Iterator[dict[str, Any]]:
    texts = [name for name, depth in selection.depths.items() if depth == 0]
    for frame in frames:
        row = dict(frame.values)
        for name in texts:
            if row[name] is not None:
                row[name] = json.dumps(row[name], ensure_ascii=False)
        for key in selection.images:
            image = frame.images.get(key)
            row[key] = image and {"bytes": image.data, "path": path_in(frame, key)}
        yield row


def path_in(frame: Frame, key: str) -> str:
    """A path for an image that is different for every record of an export."""
    origin, reader = frame.row.tub
    return f"{origin}/{reader.image_path(frame.row.record, key).name}"
