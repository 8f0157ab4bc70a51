"""The tub as owners' own files open it with donkeycar 4 and 5: ``Tub(path, read_only=True)``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from donkeycar.tub import reader, writer
from donkeycar.tub.format import images_folder
from donkeycar.tub.manifest import Manifest


class Tub:
    """A tub to read, and with `inputs` to write; `donkeycar.tub` is the way for new files.

    Unlike the one of donkeycar 5, it makes no folder where there is none to read, survives a crash,
    and deletes only the records that you name.

    Args:
        base_path: The tub's folder.
        inputs: Keys of records that are written.
        types: Type of each.
        metadata: Pairs of name and value.
        max_catalog_len: Records in a file.
        read_only: Whether nothing is written.

    Raises:
        TubError: If there is no tub to read.
    """

    def __init__(
        self,
        base_path: str | Path,
        inputs: Sequence[str] = (),
        types: Sequence[str] = (),
        metadata: Iterable[tuple[str, Any]] = (),
        max_catalog_len: int = 1000,
        read_only: bool = False,
    ) -> None:
        self.base_path = str(base_path)
        self.images_base_path = str(images_folder(Path(base_path).expanduser()))
        self._writer: writer.TubWriter | None = None
        notes = dict(metadata)
        if inputs and not read_only:
            self._writer = writer.TubWriter(
                base_path, inputs, types, metadata=notes, max_len=max_catalog_len
            )
            self._empty = Manifest(list(inputs), list(types), notes)
        self.inputs, self.types = self.manifest.inputs, self.manifest.types
        self.metadata = self.manifest.metadata
        self.input_types = self.manifest.input_types

    @property
    def manifest(self) -> Manifest:
        """Inputs, types, metadata, deleted indexes and the next index."""
        found = self._read()
        return self._empty if found is None else found.manifest

    def _read(self) -> reader.TubReader | None:
        """What is on disk; ``None`` before the first record of a new tub."""
        if self._writer is not None and not self._writer.closed:
            self._writer.flush()
            if not self._writer.next_index:
                return None
        return reader.TubReader(self.base_path)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Records that are not deleted; a picture is the name of its file in `images`."""
        return iter(self._read() or ())

    def __len__(self) -> int:
        """Number of records that are not deleted."""
        return len(self._read() or ())

    def write_record(self, record: Mapping[str, Any]) -> int:
        """Add a record; its index.

        Raises:
            TubError: If the tub was opened for reading.
        """
        return self._open().append({k: v for k, v in record.items() if k in self.input_types})

    def delete_records(self, record_indexes: int | Iterable[int]) -> None:
        """Mark records as deleted."""
        self._open().delete(_several(record_indexes))

    def restore_records(self, record_indexes: int | Iterable[int]) -> None:
        """Take such marks away."""
        self._open().restore(_several(record_indexes))

    def delete_last_n_records(self, n: int) -> None:
        """Mark the last records as deleted."""
        self._open().erase_last(n)

    def close(self) -> None:
        """Close it. Safe to call twice."""
        if self._writer is not None:
            self._writer.close()

    @staticmethod
    def images() -> str:
        """The folder of the pictures, in that of the tub."""
        return "images"

    def _open(self) -> writer.TubWriter:
        if self._writer is None:
            found = self.manifest
            self._writer = writer.TubWriter(self.base_path, found.inputs, found.types)
        return self._writer


def _several(indexes: int | Iterable[int]) -> list[int]:
    return [indexes] if isinstance(indexes, int) else list(indexes)


def __getattr__(name: str) -> Any:
    from donkeycar.gone import missing

    raise missing(__name__, name)
