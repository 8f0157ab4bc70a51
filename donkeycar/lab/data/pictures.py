"""Pictures of records: many in one reply, so that scrubbing is smooth."""

import json
import math
import struct
from typing import Any

import numpy as np

from donkeycar.errors import ConfigError, TubError
from donkeycar.lab.action import Reply
from donkeycar.lab.data.tubs import index_of, tub_path
from donkeycar.lab.lab import Lab
from donkeycar.tub.browsing.suspicion import drive_of
from donkeycar.tub.browsing.tub_index import TubIndex
from donkeycar.tub.catalog import catalogs_in, read_lines
from donkeycar.tub.format import (
    IMAGE_KEY,
    INDEX,
    checked_image_path,
    images_folder,
    read_regular_file,
)
from donkeycar.tub.images import MAX_IMAGE_BYTES

MOST = 120
# A reply ends before the picture that would make it larger than this.
MAX_REPLY_BYTES = 8 << 20


def pictures(
    lab: Lab, *, tub: str, first: int, count: int = 30, step: int = 1, key: str = IMAGE_KEY
) -> Reply:
    """Pictures and values of records, as bytes.

    The first four bytes are the length of a JSON text, big-endian; then the text, then the
    pictures. The text has an object for each record: ``position``, ``index``, ``angle``,
    ``throttle`` and ``time_s`` (numbers or null), ``deleted``, and ``bytes``, the length of its
    picture; 0 if it cannot be read.

    Args:
        lab: The lab.
        tub: Name of the tub.
        first: Position of the first record.
        count: Most records.
        step: Each how many-th record.
        key: The column of pictures.
    """
    if not 1 <= count <= MOST or step < 1:
        raise ConfigError(
            f"`count` must be 1 to {MOST}, and `step` at least 1. Received: count={count}, "
            f"step={step}"
        )
    index = index_of(lab, tub)
    if not 0 <= first < max(len(index), 1):
        raise ConfigError(f"`first` must be 0 to {len(index) - 1}. Received: first={first}")
    if key not in index.image_keys:
        raise ConfigError(
            f"`key` must be a column of pictures: {', '.join(index.image_keys) or 'there is none'}."
            f" Received: key={key[:60]!r}"
        )
    return _reply(index, range(first, min(len(index), first + count * step), step), key)


def _reply(index: TubIndex, positions: range, key: str) -> Reply:
    drive = drive_of(index)
    seconds = index.column("time_s")
    rows: list[dict[str, Any]] = []
    files: list[bytes] = []
    room = MAX_REPLY_BYTES
    for position in positions:
        data = _file(index, position, key)
        room -= len(data)
        if room < 0 and rows:
            break
        files.append(data)
        rows.append(
            {
                "position": position,
                "index": int(index.indexes[position]),
                "angle": _number(drive.angle[position]),
                "throttle": _number(drive.throttle[position]),
                "time_s": _number(seconds[position]),  # type: ignore[index]
                "deleted": bool(index.deleted[position]),
                "bytes": len(data),
            }
        )
    text = json.dumps({"records": rows}, separators=(",", ":")).encode()
    body = b"".join([struct.pack(">I", len(text)), text, *files])
    return Reply(body, "application/octet-stream")


def _file(index: TubIndex, position: int, key: str) -> bytes:
    try:
        return read_regular_file(index.image_path(position, key), max_bytes=MAX_IMAGE_BYTES)
    except (TubError, OSError):
        return b""


def _number(value: np.float64) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None


def thumbnail(lab: Lab, *, tub: str) -> Reply:
    """A picture of the middle of a tub, of which only one catalog is read.

    Raises:
        TubError: If there is none.
    """
    path = tub_path(lab, tub)
    names = catalogs_in(path)
    if not names:
        index = index_of(lab, tub)
        if len(index) and index.image_keys:
            return _jpeg(_file(index, len(index) // 2, index.image_keys[0]))
    else:
        lines = read_lines(path, names[len(names) // 2])
        records = [line.record for line in lines if line.record and IMAGE_KEY in line.record]
        records.sort(key=lambda record: record[INDEX])
        if records:
            name = records[len(records) // 2][IMAGE_KEY]
            file = checked_image_path(images_folder(path), name)
            return _jpeg(read_regular_file(file, max_bytes=MAX_IMAGE_BYTES))
    raise TubError(f"A thumbnail needs a picture. Received: {tub[:60]!r}, which has none")


def _jpeg(data: bytes) -> Reply:
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return Reply(data, kind, keep_s=60)
