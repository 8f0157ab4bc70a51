"""A new tub, written from encoded pictures and ready values: nothing is encoded again.

`donkeycar.tub.TubWriter` records: each record is safe a second later. This one copies into a folder
that nobody reads before all of it is there (`donkeycar.formats.new_folder`), so it waits for no
disk in between.
"""

import json
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from donkeycar.errors import TubError
from donkeycar.formats.importing.item import Item
from donkeycar.formats.importing.picture import stored_picture
from donkeycar.tub.catalog import catalog_manifest
from donkeycar.tub.format import (
    IMAGES,
    INDEX,
    MANIFEST,
    MAX_LEN,
    MAX_LINE_BYTES,
    SESSION,
    TIMESTAMP,
    catalog_name,
    image_name,
    session_number,
)
from donkeycar.tub.manifest import Manifest
from donkeycar.tub.schema import check_types

# How many records tell how much room all of them need, and which share of that is sure.
LOOKED_AT, SURE = 20, 0.8


class NewTub:
    """Writes the records of a tub one after the other; they get the indexes 0, 1, 2 ...

    Args:
        folder: An empty folder.
        types: Type name of each column.
        metadata: Notes to keep with the tub.
        own: Line 4 of the manifest of the tub that it is made of.

    Raises:
        TubError: If a name or a type is not one that a tub can hold.
    """

    def __init__(
        self,
        folder: Path,
        types: Mapping[str, str],
        *,
        metadata: Mapping[str, Any],
        own: Mapping[str, Any] | None = None,
    ) -> None:
        check_types(list(types), list(types.values()))
        self._folder = folder
        self._types = types
        self._lines: list[bytes] = []
        self._sessions: dict[str, None] = {}
        self._marked: dict[int, str] = {}
        self._manifest = Manifest(list(types), list(types.values()), dict(metadata))
        self._manifest.own |= dict(own or {})
        (folder / IMAGES).mkdir()
        self.num_records = 0

    def append(self, item: Item) -> None:
        """Write one record with its pictures.

        Raises:
            TubError: If a picture cannot be had; then nothing of the record was written.
            OSError: If the disk does not take it.
        """
        index = self.num_records
        contents = {key: value for key, value in item.values.items() if value is not None}
        files: dict[str, bytes] = {}
        for key, picture in item.pictures.items():
            name = image_name(index, key, self._types[key])
            files[name] = stored_picture(picture(), self._types[key])
            contents[key] = name
        contents[INDEX] = index
        if item.time_ms is not None:
            contents[TIMESTAMP] = item.time_ms
        if item.session is not None:
            contents[SESSION] = item.session
            self._sessions[item.session] = None
        line = _line(contents)
        if len(line) > MAX_LINE_BYTES:
            raise TubError(f"a record must be at most {MAX_LINE_BYTES} bytes without its pictures")
        for name, data in files.items():
            (self._folder / IMAGES / name).write_bytes(data)
        if item.deleted:
            self._manifest.deleted_indexes.add(index)
            if item.mark:
                self._marked[index] = item.mark
        self._lines.append(line)
        self.num_records += 1
        if len(self._lines) == MAX_LEN:
            self._write_catalog()

    def finish(self) -> None:
        """Write the last catalog and the manifest.

        Raises:
            TubError: If there is no record.
            OSError: If the disk does not take it.
        """
        if not self.num_records:
            raise TubError("A tub needs at least one record. Received: none that can be used")
        if self._lines:
            self._write_catalog()
        self._manifest.current_index = self.num_records
        self._manifest.marked = self._marked
        self._manifest.own.setdefault("created_at", time.time())
        self._manifest.own.pop("sessions", None)
        if self._sessions:
            ids = list(self._sessions)
            last = max(ids, key=session_number)
            self._manifest.own["sessions"] = {
                "all_full_ids": ids,
                "last_id": max(session_number(last), 0),
                "last_full_id": last,
            }
        (self._folder / MANIFEST).write_bytes(self._manifest.to_bytes())

    def _write_catalog(self) -> None:
        name = catalog_name(len(self._manifest.paths))
        start = self.num_records - len(self._lines)
        (self._folder / f"{name}_manifest").write_bytes(catalog_manifest(name, start))
        (self._folder / name).write_bytes(b"".join(self._lines))
        self._manifest.paths.append(name)
        self._lines.clear()


def room_of_items(items: Sequence[Item], types: Mapping[str, str]) -> int:
    """Bytes that the pictures of records will take, as a few of them tell; rather too few."""
    sizes = []
    for item in items[:: len(items) // LOOKED_AT + 1]:
        try:
            sizes += [len(stored_picture(one(), types[key])) for key, one in item.pictures.items()]
        except TubError:
            sizes.append(0)
    if not sizes:
        return 0
    num_pictures = sum(len(item.pictures) for item in items)
    return int(SURE * num_pictures * sum(sizes) / len(sizes))


def _line(contents: dict[str, Any]) -> bytes:
    try:
        text = json.dumps(contents, allow_nan=False, sort_keys=True)
    except ValueError:
        known = {key: item for key, item in _finite(contents).items() if item is not None}
        text = json.dumps(known, allow_nan=False, sort_keys=True)
    except RecursionError as error:
        raise TubError("a value of the record is nested too deeply") from error
    return (text + "\n").encode("ascii")


def _finite(value: Any) -> Any:
    """A value of JSON in which NaN and infinity became null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
