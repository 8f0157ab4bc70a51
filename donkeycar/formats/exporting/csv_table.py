"""CSV: one line for each record, with the names of its images; also with the images beside it."""

import csv
import json
from pathlib import Path
from typing import Any

from donkeycar.formats.exporting.selection import Frame, Progress, Selection

TABLE = "records.csv"
IMAGES = "images"


def write(
    selection: Selection, out: Path, progress: Progress | None = None, *, images: bool = False
) -> dict[str, Any]:
    """Write a CSV in UTF-8 with a header.

    Numbers are written so that they are read back exactly. An empty field is a missing value; lists
    are JSON. The field of an image holds its name; with `images` it is a path beside the table.

    Args:
        selection: The records.
        out: The file, or with `images` the empty folder.
        progress: Called with the progress.
        images: Whether the image files are written, too, as they are.
    """
    num_records = 0
    path = out / TABLE if images else out
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([*selection.columns, *selection.images])
        for frame in selection.frames(progress):
            row = [_field(frame.values[name]) for name in selection.columns]
            names = [_image(frame, key, out if images else None) for key in selection.images]
            table.writerow([*row, *names])
            num_records += 1
    return {"num_records": num_records}


def _field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _image(frame: Frame, key: str, folder: Path | None) -> str:
    """The field of an image; its file goes into the folder, if there is one."""
    if key not in frame.images:
        return ""
    origin, reader = frame.row.tub
    path = Path(IMAGES, *origin.split("/"), reader.image_path(frame.row.record, key).name)
    if folder is not None:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(frame.images[key].data)
        return path.as_posix()
    return path.name
