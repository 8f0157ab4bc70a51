"""Fault injection: a disk that fails at a chosen operation, and the checks of a tub afterwards."""

import errno
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peer import PEER, Peer
from donkeycar.errors import DeviceError
from donkeycar.tub import TubReader, TubWriter
from donkeycar.tub.filesystem import FileSystem

# What happens at the chosen operation.
BEFORE = "before"  # the program dies before it
HALF = "half-written"  # the program dies after half of it, if it writes; else after it
FULL = "ENOSPC"  # half of it is written; from then on the disk is full
BROKEN = "EIO"  # it fails, once
SHORT = "short write"  # half of it is written, and the system says so
MODES = (BEFORE, HALF, FULL, BROKEN, SHORT)

INPUTS = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
TYPES = ["image_array", "float", "float", "str"]
MAX_LEN = 5


class Crash(BaseException):
    """The program has crashed: every later operation raises this too."""


class FaultyFileSystem(FileSystem):
    """Counts the operations that change a disk, and lets one of them fail.

    Args:
        at: Number of the operation, from 0; ``None`` for a disk that works.
        mode: What goes wrong, one of `MODES`.
    """

    def __init__(self, at: int | None = None, mode: str = BEFORE) -> None:
        self.num_operations = 0
        self.num_written_bytes = 0
        self.num_syncs = 0
        self._at = at
        self._mode = mode
        self._dead = False
        self._full = False
        self._descriptors: set[int] = set()

    def open(self, path: Path, flags: int) -> int:
        """Open a file."""
        fd: int = self._do(lambda: super(FaultyFileSystem, self).open(path, flags), needs_room=True)
        self._descriptors.add(fd)
        return fd

    def write(self, fd: int, data: bytes) -> int:
        """Write some bytes, or half of them."""

        def write_half() -> int:
            return super(FaultyFileSystem, self).write(fd, data[: len(data) // 2])

        def write() -> int:
            return super(FaultyFileSystem, self).write(fd, data)

        written: int = self._do(write, half=write_half, needs_room=True)
        self.num_written_bytes += written
        return written

    def close(self, fd: int) -> None:
        """Close a file."""
        self._descriptors.discard(fd)
        try:
            self._do(lambda: None)
        finally:
            super().close(fd)  # the system closes it, whatever it answers

    def sync(self, fd: int) -> None:
        """Flush a file to the disk."""
        self.num_syncs += 1
        self._do(lambda: super(FaultyFileSystem, self).sync(fd))

    def sync_data(self, fd: int) -> None:
        """Flush the contents of a file to the disk."""
        self.num_syncs += 1
        self._do(lambda: super(FaultyFileSystem, self).sync_data(fd))

    def sync_directory(self, path: Path) -> None:
        """Flush the names in a folder to the disk."""
        self.num_syncs += 1
        self._do(lambda: super(FaultyFileSystem, self).sync_directory(path))

    def sync_files(self, folder: Path, paths: Iterable[Path]) -> None:
        """Flush new files to the disk."""
        self.num_syncs += 1
        self._do(lambda: super(FaultyFileSystem, self).sync_files(folder, paths))

    def rename(self, source: Path, target: Path) -> None:
        """Rename a file."""
        self._do(lambda: super(FaultyFileSystem, self).rename(source, target), needs_room=True)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        self._do(lambda: super(FaultyFileSystem, self).remove(path))

    def make_directory(self, path: Path) -> None:
        """Make a folder."""
        self._do(lambda: super(FaultyFileSystem, self).make_directory(path), needs_room=True)

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name."""
        self._do(lambda: super(FaultyFileSystem, self).link(source, target), needs_room=True)

    def remove_directory(self, path: Path) -> None:
        """Remove an empty folder."""
        self._do(lambda: super(FaultyFileSystem, self).remove_directory(path))

    def end_program(self) -> None:
        """Close what the crashed program had open, as the system does."""
        for fd in self._descriptors:
            os.close(fd)
        self._descriptors.clear()

    def _do(
        self,
        operation: Callable[[], Any],
        *,
        half: Callable[[], Any] | None = None,
        needs_room: bool = False,
    ) -> Any:
        if self._dead:
            raise Crash
        if self._full and needs_room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        number, self.num_operations = self.num_operations, self.num_operations + 1
        if number != self._at:
            return operation()
        if self._mode in (BEFORE, HALF):
            self._dead = True
            if self._mode == HALF:
                (half or operation)()
            raise Crash
        if self._mode == BROKEN:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if self._mode == FULL:
            self._full = True
            if half is None and needs_room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return (half or operation)()


class Workload:
    """Records into a tub and remembers which records were reported as safe.

    Args:
        path: The tub.
        fs: How to reach the disk.
    """

    def __init__(self, path: Path, fs: FileSystem) -> None:
        self.path = path
        self.fs = fs
        self.safe: dict[int, float] = {}  # index -> angle
        self.maybe_deleted: set[int] = set()

    def run(self, num_records: int) -> bool:
        """Record two sessions; the second has one more sensor.

        Returns:
            Whether it came to its end. If not, the disk failed or the program died.
        """
        try:
            self._first_session(num_records)
            self._second_session(num_records // 4)
        except (Crash, DeviceError):
            return False
        finally:
            if isinstance(self.fs, FaultyFileSystem):
                self.fs.end_program()
        return True

    def _first_session(self, num_records: int) -> None:
        writer = TubWriter(
            self.path, INPUTS, TYPES, max_len=MAX_LEN, fs=self.fs, batch_s=float("inf")
        )
        new: dict[int, float] = {}
        for number in range(num_records):
            angle = number / 100
            new[writer.append(values(angle))] = angle
            if number % 3 == 2:
                writer.flush()
                self.safe.update(new)
        last = max(new)
        self.maybe_deleted.add(last)
        writer.erase_last(1)
        writer.restore([last])
        self.maybe_deleted.clear()
        self.safe.update(new)
        writer.close()

    def _second_session(self, num_records: int) -> None:
        writer = TubWriter(
            self.path, [*INPUTS, "imu/x"], [*TYPES, "float"], fs=self.fs, batch_s=float("inf")
        )
        new = {writer.append({**values(0.5), "imu/x": 1.0}): 0.5 for _ in range(num_records)}
        writer.close()
        self.safe.update(new)


def crashed_tub(path: Path) -> dict[int, float]:
    """Make a tub as a crash leaves it: a torn line, images without a record, stale lengths.

    Returns:
        The angles of its whole records.
    """
    work = Workload(path, FileSystem())
    work.run(12)
    catalog = path / "catalog_2.catalog"
    whole, torn = catalog.read_bytes(), b'{"_index": 15, "_session_id": "26-11'
    catalog.write_bytes(whole + torn)
    lengths = [len(line) for line in whole.splitlines(keepends=True)][:-1]
    stale = {"created_at": 1.5, "line_lengths": lengths, "start_index": 10}
    (path / "catalog_2.catalog_manifest").write_text(json.dumps(stale) + "\n")
    for index in (15, 16):
        (path / "images" / f"{index}_cam_image_array_.jpg").write_bytes(b"\xff\xd8 torn")
    return work.safe


def values(angle: float) -> dict[str, Any]:
    """The values of one record of a small car."""
    image = np.full((8, 8, 3), round(angle * 100) % 256, np.uint8)
    return {
        "cam/image_array": image,
        "user/angle": angle,
        "user/throttle": 0.25,
        "user/mode": "user",
    }


def wrong_with(work: Workload, peer: Peer | None) -> list[str]:
    """Find the faults of a tub after a failure, read by this project and, if given, by the peer.

    Then the program starts again on a disk that works, records, and all is looked at once more.
    """
    path = work.path
    wrong = wrong_now(work, peer)
    images = {file.name: file.read_bytes() for file in (path / "images").glob("*")}
    with TubWriter(path, INPUTS, TYPES, max_len=MAX_LEN) as writer:
        new = {writer.append(values(0.75)): 0.75 for _ in range(2)}
    if new.keys() & work.safe.keys():
        wrong.append(f"indexes used twice: {new.keys() & work.safe.keys()}")
    work.safe.update(new)
    wrong += [f"after starting again: {text}" for text in wrong_now(work, peer)]
    for index in work.safe.keys() - new.keys():
        file = path / "images" / f"{index}_cam_image_array_.jpg"
        if not file.is_file() or images.get(file.name) != file.read_bytes():
            wrong.append(f"{file.name} was overwritten, or is gone")
    return wrong


def wrong_now(work: Workload, peer: Peer | None) -> list[str]:
    """Find the faults of a tub as it is now, read by this project and, if given, by the peer."""
    path = work.path
    if not (path / "manifest.json").exists():
        return ["no manifest, though records were called safe"] if work.safe else []
    wrong = [] if peer is None else _wrong_there(work, peer)
    try:
        tub = TubReader(path)
        for record in tub:
            tub.image(record)
        indexes = [record["_index"] for record in tub.records(include_deleted=True)]
    except ValueError as error:
        return [*wrong, f"here: {error}"]
    if indexes != list(range(len(indexes))):
        wrong.append(f"here: a gap in the indexes {indexes}")
    return wrong + [f"here: {text}" for text in _missing(list(tub), work)]


def _wrong_there(work: Workload, peer: Peer) -> list[str]:
    wrong = []
    answer = peer.read(work.path)
    if answer["error"]:
        wrong.append(f"donkeycar {PEER.version} cannot open it: {answer['error']}")
    if answer["bad_images"]:
        wrong.append(f"donkeycar {PEER.version} finds damaged images {answer['bad_images']}")
    return wrong + [
        f"donkeycar {PEER.version}: {text}" for text in _missing(answer["records"], work)
    ]


def _missing(records: list[dict[str, Any]], work: Workload) -> list[str]:
    found: dict[int, list[float]] = {}
    for record in records:
        found.setdefault(record["_index"], []).append(record["user/angle"])
    return [
        f"record {index} should have the angle {angle}, there is {found.get(index, [])}"
        for index, angle in work.safe.items()
        if found.get(index) != [angle] and not (index in work.maybe_deleted and index not in found)
    ]
