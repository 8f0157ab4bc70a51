"""Lines and manifest of a tub on the disk; everything in here is safe."""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from donkeycar.errors import TubError
from donkeycar.tub.catalog import catalog_manifest
from donkeycar.tub.filesystem import APPEND, FileSystem, replace_file, write_all
from donkeycar.tub.format import MANIFEST, catalog_name, catalog_number
from donkeycar.tub.recovered import Recovered


class Store:
    """Appends lines to catalogs and keeps the manifest up to date.

    A new catalog contains its first lines when it appears, and is listed after that. The manifest
    is written for a new catalog, a new session, a deletion and at the end; between these only lines
    are appended.

    Args:
        path: The tub's folder.
        fs: How to reach the disk.
        found: The result of the recovery.

    Attributes:
        manifest: The manifest on the disk, plus changes that wait for the next `save`.
        num_live: Number of records that are not deleted.
        next_index: The first index that no record on the disk has.
    """

    def __init__(self, path: Path, fs: FileSystem, found: Recovered) -> None:
        self.manifest = found.manifest
        self._path = path
        self._fs = fs
        self.next_index = found.next_index
        self._runs = found.runs
        absent = [catalog_number(name) or 0 for name in self.manifest.absent_catalogs]
        self._last_number = max(absent, default=-1)
        self._num_lines = found.last_catalog_lines
        self._fd: int | None = None
        deleted = self.manifest.deleted_indexes
        self.num_live = sum(index not in deleted for run in self._runs for index in run)

    def begin_session(self, sessions: dict[str, Any]) -> None:
        """Write a session to the disk before its first record, so that no id is used twice."""
        self.manifest.own["sessions"] = sessions
        if self.manifest.paths:
            self.save()

    def add(self, lines: Sequence[bytes]) -> None:
        """Return once `lines`, each a record with the next index, are on the disk."""
        while lines:
            room = self.manifest.max_len - self._num_lines if self.manifest.paths else 0
            batch = lines[: room if room > 0 else self.manifest.max_len]
            if room > 0:
                self._append(batch)
            else:
                self._start_catalog(batch)
            lines = lines[len(batch) :]

    def newest(self, num_records: int) -> list[int]:
        """Indexes of the newest records that are not deleted, newest first."""
        indexes: list[int] = []
        for run in reversed(self._runs):
            for index in reversed(run):
                if len(indexes) >= num_records:
                    return indexes
                if index not in self.manifest.deleted_indexes:
                    indexes.append(index)
        return indexes

    def set_deleted(self, indexes: set[int], *, deleted: bool) -> None:
        """Delete or restore records.

        Raises:
            TubError: If one of `indexes` belongs to no record.
        """
        starts = [run.start for run in self._runs]
        unknown = [i for i in sorted(indexes) if not self._has(i, starts)]
        if unknown:
            raise TubError(f"There is no record {unknown[0]} in {self._path}")
        # A record that the owner deletes or restores is no longer marked for its image.
        marked = self.manifest.marked
        owned = marked.keys() & indexes
        if owned:
            self.manifest.marked = {i: why for i, why in marked.items() if i not in indexes}
        already = self.manifest.deleted_indexes
        changed = indexes - already if deleted else indexes & already
        if changed or owned:
            self.manifest.deleted_indexes = already ^ changed
            self.save()
            self.num_live += -len(changed) if deleted else len(changed)

    def _has(self, index: int, starts: list[int]) -> bool:
        place = bisect_right(starts, index) - 1
        return place >= 0 and index in self._runs[place]

    def finish(self) -> None:
        """Bring the manifest up to date and close the catalog."""
        if self._runs and self.manifest.current_index != self.next_index:
            self.save()
        self.close()

    def save(self) -> None:
        """Write the manifest."""
        self.manifest.current_index = self.next_index
        replace_file(self._fs, self._path / MANIFEST, self.manifest.to_bytes())

    def close(self) -> None:
        """Close the catalog. Safe to call twice."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            self._fs.close(fd)

    def _append(self, lines: Sequence[bytes]) -> None:
        if self._fd is None:
            self._fd = self._fs.open(self._path / self.manifest.paths[-1], APPEND)
        write_all(self._fs, self._fd, b"".join(lines))
        self._fs.sync_data(self._fd)
        self._num_lines += len(lines)
        self._count(len(lines))

    def _start_catalog(self, lines: Sequence[bytes]) -> None:
        self.close()
        paths = self.manifest.paths
        newest = catalog_number(paths[-1]) or 0 if paths else -1
        number = 1 + max(newest, self._last_number)
        name = catalog_name(number)
        beside = self._path / f"{name}_manifest"
        replace_file(self._fs, beside, catalog_manifest(name, self.next_index))
        replace_file(self._fs, self._path / name, b"".join(lines))
        paths.append(name)
        self._num_lines = len(lines)
        self._count(len(lines))
        self.save()

    def _count(self, num_records: int) -> None:
        stop = self.next_index + num_records
        if self._runs and self._runs[-1].stop == self.next_index:
            self._runs[-1] = range(self._runs[-1].start, stop)
        else:
            self._runs.append(range(self.next_index, stop))
        self.next_index = stop
        self.num_live += num_records
