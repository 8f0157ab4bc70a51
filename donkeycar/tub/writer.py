"""Tub writer: adds records so that neither a crash nor a full disk can damage the tub.

A test with a failing disk proves each of these rules:

* A file that a reader needs is never shortened or rewritten in place.
* A batch goes to the disk in this order: images, the lines that name them, then the public count. *
A new catalog contains its first lines when it appears, and the manifest lists it after that. * An
index is never used twice, and an image is never overwritten.
"""

import contextlib
import errno
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from donkeycar.errors import DeviceError, TubError, text_of
from donkeycar.timing import Clock
from donkeycar.tub.filesystem import CREATE, FileSystem, write_file
from donkeycar.tub.format import (
    IMAGE_EXTENSIONS,
    INDEX,
    MAX_LEN,
    MAX_LINE_BYTES,
    SESSION,
    TIMESTAMP,
    image_name,
    images_folder,
    session_number,
)
from donkeycar.tub.images import encode_image
from donkeycar.tub.lock import TubLock
from donkeycar.tub.recovery import recover
from donkeycar.tub.schema import check_types, grow, image_keys
from donkeycar.tub.store import Store
from donkeycar.tub.v1 import is_v1
from donkeycar.tub.values import stored_value

MAX_BATCH = 500  # records; limits memory if a program appends without pause


class TubWriter:
    """Appends records to a tub of format v2; makes the tub if there is none.

    Opening first brings the tub into order: incomplete files of a crash move to `recovered/`. Only
    one thread may use a writer at a time.

    Args:
        path: The tub's folder.
        inputs: Names of the values in a record. New ones are added to an old tub's.
        types: Type name of each input, see `donkeycar.tub.format.TYPES`.
        metadata: Notes to keep with the tub, added to its existing ones.
        max_len: Most records in one catalog file. An existing tub keeps its own number.
        fs: How to reach the disk.
        batch_s: Longest time, in seconds, that a record may wait for its batch.
        clock: Source of time for `batch_s`.

    Attributes:
        path: The tub's folder.
        session_id: The ``_session_id`` of this writer's records.
        notes: What opening had to repair, one sentence each.
        omitted: Inputs with a value that could not be stored, and the newest reason.
        closed: Whether the writer is closed, as requested or because the disk failed.

    Raises:
        TubError: If `inputs` or `types` are wrong or do not fit the tub, if `path` is not a folder
            or is a tub of format v1, or if another program records into it.
        DeviceError: If the disk refuses.

    Example:
        >>> import tempfile
        >>> with TubWriter(tempfile.mkdtemp(), ["user/angle"], ["float"]) as tub:
        ...     first = tub.append({"user/angle": 0.5})
        ...     tub.flush()
        ...     first, tub.durable_count
        (0, 1)
    """

    def __init__(
        self,
        path: str | Path,
        inputs: Sequence[str],
        types: Sequence[str],
        *,
        metadata: Mapping[str, Any] | None = None,
        max_len: int = MAX_LEN,
        fs: FileSystem | None = None,
        batch_s: float = 1.0,
        clock: Clock | None = None,
    ) -> None:
        if max_len < 1:
            raise TubError(f"`max_len` must be at least 1. Received: max_len={max_len}")
        if not batch_s >= 0:
            raise TubError(f"`batch_s` must be at least 0. Received: batch_s={batch_s}")
        self.path = Path(path).expanduser()
        self.omitted: dict[str, str] = {}
        self.closed = False
        self._types = check_types(inputs, types)
        self._frame = next(iter(image_keys(self._types)), None)
        self._fs = fs or FileSystem()
        self._batch_s = batch_s
        self._clock: Clock = clock or time
        self._pending: list[bytes] = []
        self._pending_images: list[Path] = []
        self._pending_since_s = 0.0
        if self.path.exists() and not self.path.is_dir():
            raise TubError(f"A tub is a folder. Received: {self.path}, a file")
        if os.path.lexists(self.path) and not self.path.exists():
            raise DeviceError(
                f"{self.path} is a link to nothing. Next step: make the folder it leads to, or "
                "connect the disk"
            )
        if self.path.is_dir() and is_v1(self.path):
            raise TubError(
                f"{self.path} is a tub of format v1, which is only read. "
                "Next step: record into another folder"
            )
        try:
            self._fs.make_directory(images_folder(self.path))
            self._lock = TubLock(self.path)
            try:
                self._open(dict(metadata or {}), max_len)
            except BaseException:
                self._lock.release()
                raise
        except OSError as error:
            raise DeviceError(_why(error, self.path)) from error

    def _open(self, metadata: dict[str, Any], max_len: int) -> None:
        json.dumps(metadata)
        found = recover(self.path, self._fs)
        self.notes = found.notes
        manifest = found.manifest
        grow(manifest, self._types)
        manifest.metadata.update(metadata)
        if not manifest.paths:
            manifest.max_len = max_len
        ids = list(dict.fromkeys([*manifest.session_ids, *found.session_ids]))
        number = max([manifest.last_session_number, *map(session_number, ids)]) + 1
        self.session_id = f"{time.strftime('%y-%m-%d')}_{number}"
        self._sessions: dict[str, Any] | None = {
            "all_full_ids": [*ids, self.session_id],
            "last_id": number,
            "last_full_id": self.session_id,
        }
        self._store = Store(self.path, self._fs, found)
        self._next_index = found.next_index

    @property
    def durable_count(self) -> int:
        """Number of records of this tub that are safe on the disk and not deleted."""
        return self._store.num_live

    @property
    def next_index(self) -> int:
        """Index that the next record will get."""
        return self._next_index

    @property
    def num_pending(self) -> int:
        """Number of records that wait for their batch."""
        return len(self._pending)

    def append(self, record: Mapping[str, Any], *, timestamp_ms: int | None = None) -> int:
        """Add a record. It is safe once a batch has been flushed.

        A value that is ``None``, not finite or of the wrong type is left out of the record; for a
        wrong type, `omitted` gets a note. A record without its frame (the first image among the
        inputs) is refused.

        Args:
            record: A value for each input, or for some of them.
            timestamp_ms: Time of the record, in milliseconds since 1970; now, if not given.

        Returns:
            The record's index.

        Raises:
            TubError: If the record is refused, or the writer is closed.
            DeviceError: If the disk refuses. The writer has then closed itself; all records that
                `durable_count` had counted are safe.
        """
        self._check_open()
        index = self._next_index
        contents, images = self._encode(record, index)
        contents[INDEX] = index
        contents[SESSION] = self.session_id
        contents[TIMESTAMP] = round(time.time() * 1000) if timestamp_ms is None else timestamp_ms
        line = (json.dumps(contents, allow_nan=False, sort_keys=True) + "\n").encode("ascii")
        if len(line) > MAX_LINE_BYTES:
            raise TubError(f"A record must be at most {MAX_LINE_BYTES} bytes without its images")
        with self._closing_on_error():
            for path, data in images.items():
                write_file(self._fs, path, data, CREATE, sync=False)
        if not self._pending:
            self._pending_since_s = self._clock.monotonic()
        self._pending.append(line)
        self._pending_images += images
        self._next_index += 1
        self.flush_if_due()
        return index

    def flush_if_due(self) -> None:
        """Flush if a record has waited for `batch_s`; call this when nothing is appended."""
        if self._pending and (
            len(self._pending) >= MAX_BATCH
            or self._clock.monotonic() - self._pending_since_s >= self._batch_s
        ):
            self.flush()

    def flush(self) -> None:
        """Return once every record appended so far is safe on the disk.

        Raises:
            TubError: If the writer is closed.
            DeviceError: If the disk refuses, as for `append`.
        """
        self._check_open()
        if not self._pending:
            return
        with self._closing_on_error():
            self._fs.sync_files(images_folder(self.path), self._pending_images)
            if self._sessions is not None:
                self._store.begin_session(self._sessions)
                self._sessions = None
            self._store.add(self._pending)
        self._pending.clear()
        self._pending_images.clear()

    def delete(self, indexes: Iterable[int]) -> None:
        """Mark records as deleted; they stay on the disk and can be restored.

        Raises:
            TubError: If there is no record with one of these indexes.
            DeviceError: If the disk refuses, as for `append`.
        """
        self._set_deleted(indexes, deleted=True)

    def restore(self, indexes: Iterable[int]) -> None:
        """Restore deleted records; the counterpart of `delete`."""
        self._set_deleted(indexes, deleted=False)

    def erase_last(self, num_records: int) -> list[int]:
        """Mark the newest records as deleted, not counting those that are deleted already.

        Args:
            num_records: How many, at least 0.

        Returns:
            Their indexes, newest first.
        """
        self.flush()
        indexes = self._store.newest(num_records)
        self.delete(indexes)
        return indexes

    def close(self) -> None:
        """Flush, and bring the manifest up to date. Safe to call twice.

        Raises:
            DeviceError: If the disk refuses, as for `append`.
        """
        if self.closed:
            return
        self.flush()
        with self._closing_on_error():
            self._store.finish()
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def _encode(
        self, record: Mapping[str, Any], index: int
    ) -> tuple[dict[str, Any], dict[Path, bytes]]:
        contents: dict[str, Any] = {}
        images: dict[Path, bytes] = {}
        for key, value in record.items():
            type_name = self._types.get(key)
            if type_name is None:
                raise TubError(f"{key!r} is not among the inputs {list(self._types)}")
            if value is None and key != self._frame:
                continue
            try:
                if type_name in IMAGE_EXTENSIONS:
                    data = encode_image(value, type_name)
                    stored = image_name(index, key, type_name)
                    images[images_folder(self.path) / stored] = data
                else:
                    stored = stored_value(value, type_name)
            except TubError as error:
                if key == self._frame:
                    raise
                self.omitted[key] = str(error)
                continue
            if stored is not None:
                contents[key] = stored
        return contents, images

    def _check_open(self) -> None:
        if self.closed:
            raise TubError(f"The writer of {self.path} is closed. Next step: open another")

    def _set_deleted(self, indexes: Iterable[int], *, deleted: bool) -> None:
        self.flush()
        with self._closing_on_error():
            self._store.set_deleted(set(indexes), deleted=deleted)

    @contextlib.contextmanager
    def _closing_on_error(self) -> Iterator[None]:
        # After a failed write nobody knows what reached the disk, so change nothing more. The tub
        # is readable as it is, and the next writer tidies up.
        try:
            yield
        except OSError as error:
            self._release()
            raise DeviceError(_why(error, self.path)) from error

    def _release(self) -> None:
        self.closed = True
        self._pending.clear()
        self._pending_images.clear()
        with contextlib.suppress(OSError):  # already synchronised, or already reported
            self._store.close()
        self._lock.release()


def _why(error: OSError, path: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk of {path} is full. Next step: free some space"
    why = text_of(error)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path} may not be written to: {why}. Next step: check its owner and rights"
    return f"The disk of {path} does not work: {why}. Next step: check it, or record elsewhere"
