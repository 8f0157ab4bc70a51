"""The tub of donkeycar 2 and 3 as owners' own files read it: ``Tub(path).get_record(1)``."""

import random
from pathlib import Path
from typing import Any

from donkeycar.errors import TubError
from donkeycar.tub import reader
from donkeycar.tub.format import INDEX


class Tub:
    """A tub to read, of either format; nothing is written into a tub of format v1 any more.

    Args:
        path: The tub's folder.

    Raises:
        TubError: If there is no tub.
    """

    def __init__(self, path: str | Path) -> None:
        self._reader = reader.TubReader(path)
        self.path = str(self._reader.path)
        self.meta = dict(self._reader.manifest.metadata)
        self.exclude = set(self._reader.manifest.deleted_indexes)
        self._records = {int(record[INDEX]): record for record in self._reader}

    @property
    def inputs(self) -> list[str]:
        """Keys of a record."""
        return self._reader.manifest.inputs

    @property
    def types(self) -> list[str]:
        """Type of each."""
        return self._reader.manifest.types

    def get_input_type(self, key: str) -> str | None:
        """Type of a key; ``None`` if it is unknown."""
        return self._reader.manifest.input_types.get(key)

    def get_index(self, shuffled: bool = True) -> list[int]:
        """Indexes of all records, in order or not."""
        indexes = list(self._records)
        if shuffled:
            random.shuffle(indexes)
        return indexes

    def get_num_records(self) -> int:
        """Number of records."""
        return len(self._records)

    def get_last_ix(self) -> int:
        """The greatest index."""
        return max(self._records)

    def get_json_record(self, ix: int) -> dict[str, Any]:
        """A record as it was stored, with full paths of its pictures.

        Raises:
            TubError: If there is no such record.
        """
        if ix not in self._records:
            raise TubError(f"{self.path} has no record {ix}. Received: {ix}")
        record = self._records[ix]
        pictures = {key for key in record if self.get_input_type(key) == "image_array"}
        return {
            key: str(self._reader.image_path(record, key)) if key in pictures else value
            for key, value in record.items()
        }

    def get_record(self, ix: int) -> dict[str, Any]:
        """A record with its pictures as frames.

        Raises:
            TubError: If there is no such record, or a picture is damaged.
        """
        record = self.get_json_record(ix)
        return {
            key: self._reader.image(self._records[ix], key)
            if self.get_input_type(key) == "image_array"
            else value
            for key, value in record.items()
        }

    def excluded(self, index: int) -> bool:
        """Whether a record was taken out."""
        return index in self.exclude

    def shutdown(self) -> None:
        """Nothing to do."""


def __getattr__(name: str) -> Any:
    from donkeycar.gone import missing

    raise missing(__name__, name)
