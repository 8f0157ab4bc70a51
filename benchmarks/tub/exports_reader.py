"""Reads exports with the programs that they are for; `exports` asks it, in another environment.

One JSON order a line: the format, and the path. It answers with one row for each record: its tub
and number, angle, throttle, and a digest of the image file; or the shape and mean of a picture that
was encoded again.
"""

import hashlib
import io
import json
import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CAMERA, FRONT = "cam/image_array", "observation.images.front"
# Angles of old tubs have another name.
ANGLES = ("user/angle", "user/steering")


def digest(data: bytes | None) -> str:
    """A short name for the content of a file."""
    return "" if data is None else hashlib.sha1(data, usedforsecurity=False).hexdigest()


def number(value: Any) -> float | None:
    """A number, or ``None`` for what a table has in its place."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    return float(value)


def row(values: Any, image: str) -> list[Any]:
    """The answer about one record, by the names of its columns."""
    angle = next((values[name] for name in ANGLES if name in values), None)
    return [
        values["_origin"],
        int(values["_index"]),
        number(angle),
        number(values["user/throttle"]),
        image,
    ]


def read_parquet(path: Path) -> Iterator[list[Any]]:
    """With pandas, and the pictures once more with DuckDB and with datasets."""
    import duckdb
    import pandas
    from datasets import load_dataset

    table = pandas.read_parquet(path)
    name = str(path).replace("'", "''")
    query = f'select count("{CAMERA}".bytes), sum(octet_length("{CAMERA}".bytes)) from \'{name}\''
    held = [image["bytes"] for image in table[CAMERA] if image is not None]
    if duckdb.sql(query).fetchall()[0] != (len(held), sum(map(len, held))):
        raise ValueError("DuckDB reads other pictures than pandas")
    cache = str(path.parent / "cache")
    dataset = load_dataset("parquet", data_files=str(path), split="train", cache_dir=cache)
    if len(dataset) != len(table) or not hasattr(dataset[0][CAMERA], "getpixel"):
        raise ValueError("datasets reads no pictures")
    for values in table.to_dict("records"):
        yield row(values, digest(values[CAMERA]["bytes"]))


def read_csv(path: Path) -> Iterator[list[Any]]:
    """With pandas; image files beside the table, if it is a folder."""
    import pandas

    folder = path if path.is_dir() else None
    table = pandas.read_csv(
        folder / "records.csv" if folder else path, float_precision="round_trip"
    )
    for values in table.to_dict("records"):
        image = (folder / values[CAMERA]).read_bytes() if folder else None
        yield row(values, digest(image))


def read_webdataset(path: Path) -> Iterator[list[Any]]:
    """With webdataset."""
    import webdataset

    shards = sorted(str(shard) for shard in path.iterdir())
    for sample in webdataset.WebDataset(shards, shardshuffle=False, empty_check=False):
        yield row(json.loads(sample["json"]), digest(sample["jpg"]))


def read_mp4(path: Path) -> Iterator[list[Any]]:
    """With PyAV: shape and mean of each picture."""
    import av

    with av.open(str(path)) as film:
        for frame in film.decode(video=0):
            picture = frame.to_ndarray(format="rgb24")
            yield [list(picture.shape), float(picture.mean())]


def read_lerobot(path: Path) -> Iterator[list[Any]]:
    """With pandas, by what the dataset says of itself."""
    import pandas

    info = json.loads((path / "meta/info.json").read_text(encoding="utf-8"))
    tasks = pandas.read_parquet(path / "meta/tasks.parquet")
    if list(tasks.index) != ["Drive along the track."] or list(tasks.columns) != ["task_index"]:
        raise ValueError(f"pandas reads other tasks: {tasks}")
    for file in sorted((path / "data").rglob("*.parquet")):
        for values in pandas.read_parquet(file).to_dict("records"):
            image = values[FRONT]["bytes"] if FRONT in values else None
            if abs(values["timestamp"] - values["frame_index"] / info["fps"]) > 1e-4:
                raise ValueError(f"frame {values['index']} has another time")
            action = [float(one) for one in values["action"]]
            yield [values["tub.origin"], int(values["tub.index"]), *action, digest(image)]


READERS = {
    "parquet": read_parquet,
    "csv": read_csv,
    "webdataset": read_webdataset,
    "mp4": read_mp4,
    "lerobot": read_lerobot,
}


def main() -> None:
    """Answer orders until there are no more."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    for line in io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8"):
        order = json.loads(line)
        try:
            answer: Any = {"rows": list(READERS[order["format"]](Path(order["path"])))}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
