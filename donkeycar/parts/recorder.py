"""Recorder: writes records into a tub while the car drives."""

import enum
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from donkeycar.errors import DeviceError, PartError, TubError, repr_of, text_of
from donkeycar.parts.disk_room import MIN_FREE_BYTES, MIN_FREE_FRACTION, DiskRoom
from donkeycar.parts.erasure import Erase, Erasure
from donkeycar.parts.left_out import LeftOut
from donkeycar.parts.record_queue import Queued, RecordQueue, owned
from donkeycar.tub import TubWriter
from donkeycar.tub.filesystem import FileSystem
from donkeycar.tub.format import new_tub_path
from donkeycar.tub.lock import TubInUse
from donkeycar.tub.schema import check_types, image_keys

logger = logging.getLogger(__name__)

IDLE_S = 0.1  # how often the thread checks whether a batch is due
LOSSLESS_S = 0.0005  # how often a full queue is checked
PAUSE_S = 0.5
# A power cut costs a second of records at most: this long they wait, and the rest is for the disk.
BATCH_S = 0.7
SHUTDOWN_S = 5.0

# Why records are lost. Opening reads every catalog of the tub.
SLOW_DISK = "the disk does not keep up"
OPENING = "opening this large tub takes longer than they can wait; a new folder opens at once"


class _Stop(enum.Enum):
    STOP = enum.auto()


_STOP = _Stop.STOP


class TubRecorder:
    """Writes what the car sees and does into a tub, and never delays the loop.

    `run` only puts the values into a queue. A thread of this part makes the JPEGs and waits for the
    disk. When the disk does not keep up, the oldest waiting record is dropped and counted. When the
    disk is full or broken, recording stops, the status says so, and driving goes on. After a pause
    of `PAUSE_S` seconds or more a new recording begins, which tries the disk again. A tub that
    cannot take more records, such as one with a column of another type, stays unchanged: the
    recording goes into a new tub inside it, and the status says where.

    A value that does not fit the type of its column is left out of its record: the log says so once
    for each column, and the status says how many, until one fits again.

    Args:
        path: The tub's folder.
        inputs: Names of the values in a record.
        types: Type name of each input, see `donkeycar.tub.format.TYPES`.
        switched: Whether `run` gets one more value in front, which says whether to record.
        metadata: Notes to keep with the tub.
        queue_size: Most records that may wait, at least 1.
        lossless: Whether `run` waits for room instead of dropping a record, and ends if the tub
            takes no records. For simulations, where time waits, too; never on a car.
        min_free_bytes: Recording stops when the disk has less free.
        min_free_fraction: The same, as a share of the disk, 0 to 1. The larger of both counts.
        wall_s: The time of day of records, in seconds since 1970; for a simulation that does not
            wait, see `donkeycar.timing.wall_time`.
        fs: How to reach the disk.

    Attributes:
        num_dropped: Records lost because the disk did not keep up.
        left_out: Records that had no usable image, and values that did not fit.

    Raises:
        TubError: If `inputs` or `types` are wrong, or `path` is a file.
        PartError: If `queue_size` is below 1.

    Example:
        >>> import tempfile
        >>> recorder = TubRecorder(tempfile.mkdtemp(), inputs=["user/angle"], types=["float"])
        >>> num_records, status = recorder.run(0.25)
        >>> recorder.shutdown()
        >>> recorder.run(0.5)
        (1, '')
    """

    def __init__(
        self,
        path: str | Path,
        *,
        inputs: Sequence[str],
        types: Sequence[str],
        switched: bool = False,
        metadata: Mapping[str, Any] | None = None,
        queue_size: int = 64,
        lossless: bool = False,
        min_free_bytes: int = MIN_FREE_BYTES,
        min_free_fraction: float = MIN_FREE_FRACTION,
        wall_s: Callable[[], float] = time.time,
        fs: FileSystem | None = None,
    ) -> None:
        if queue_size < 1:
            raise PartError(f"`queue_size` must be at least 1. Received: queue_size={queue_size}")
        self.path = Path(path).expanduser()
        if self.path.exists() and not self.path.is_dir():
            raise TubError(f"A tub is a folder. Received: {self.path}, a file")
        self.inputs = list(inputs)
        self.num_dropped = 0
        self.left_out = LeftOut()
        self._types = check_types(inputs, types)
        keys = image_keys(self._types)
        self._frame = self.inputs.index(keys[0]) if keys else None
        self._switched = switched
        self._metadata = dict(metadata or {})
        self._queue_size = queue_size
        self._lossless = lossless
        self._wall_s = wall_s
        self._fs = fs or FileSystem()
        self._room = DiskRoom(
            self.path, min_bytes=min_free_bytes, min_fraction=min_free_fraction, fs=self._fs
        )

        self._queue: RecordQueue[Erase | _Stop] = RecordQueue()
        self._last_take_s = time.monotonic()
        self._retry = False
        self._stopping = False

        # Used by the thread only.
        self._erasure = Erasure()
        self._writer: TubWriter | None = None
        # Written by the thread, read by anyone: each is replaced as a whole.
        self._num_records = 0
        self._failure = ""
        self._detour = ""
        self._is_opened = False
        self._why_dropped = SLOW_DISK
        self._thread = threading.Thread(target=self._work, name="TubRecorder", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:
            raise DeviceError(
                f"The recorder needs a thread of its own. Received: {error}. End other programs of "
                "this computer, or restart it"
            ) from error

    def run(self, *values: Any) -> tuple[int, str]:
        """Queue one record; takes microseconds.

        Args:
            values: One for each input, in their order; in front of them whether to record them, if
                the part was made `switched`. An image must not be changed afterwards.

        Returns:
            Number of records safe on the disk, and a sentence for the driver, "" when all is well.

        Raises:
            PartError: If the number of values is wrong.
        """
        if len(values) != len(self.inputs) + self._switched:
            raise PartError(
                f"TubRecorder needs {len(self.inputs) + self._switched} values. "
                f"Received: {len(values)}"
            )
        if self._switched:
            take, *values_left = values
            if not take:
                return self._num_records, self.status
            values = tuple(values_left)
        if self._frame is not None and self.left_out.is_too_early(values[self._frame]):
            return self._num_records, self.status
        now_s = time.monotonic()
        if now_s - self._last_take_s >= PAUSE_S:
            self._begin_anew()
        self._last_take_s = now_s
        if not self._failure and not self._stopping:
            self._put(values)
        return self._num_records, self.status

    @property
    def status(self) -> str:
        """One sentence for the driver, "" when all is well."""
        if self._failure:
            return self._failure
        if self.num_dropped:
            return f"{self.num_dropped} records lost: {self._why_dropped}."
        return self.left_out.sentence or self._detour

    @property
    def queue_length(self) -> int:
        """Number of records that wait for the thread."""
        return len(self._queue)

    def erase_last(self, num_records: int) -> None:
        """Mark the newest records as deleted, including those that still wait to be written.

        Args:
            num_records: How many, at least 0.
        """
        self.erase(Erase(records=num_records))

    def erase(self, order: Erase) -> None:
        """Erase records, or take the last erasing of this run back."""
        self._queue.put(order)

    @property
    def num_undoable(self) -> int:
        """How many records the next undo would restore."""
        return self._erasure.undoable

    def shutdown(self) -> None:
        """Write the waiting records and close the tub in `SHUTDOWN_S` s. Safe to call twice."""
        if not self._stopping:
            self._stopping = True
            self._queue.put(_STOP)
        self._thread.join(SHUTDOWN_S)
        if self._thread.is_alive():
            logger.warning(
                "The disk of %s did not finish within %.0f s; %d records may be lost",
                self.path,
                SHUTDOWN_S,
                self.queue_length,
            )

    def _begin_anew(self) -> None:
        self.num_dropped = 0
        self.left_out.sentence = ""
        if self._failure and self._thread.is_alive():
            self._failure = ""
            self._retry = True

    def _put(self, values: tuple[Any, ...]) -> None:
        record = {
            key: value if self._types[key] == "image_array" else owned(value)
            for key, value in zip(self.inputs, values, strict=True)
        }
        while len(self._queue) >= self._queue_size and not self._failure:
            if self._lossless:
                time.sleep(LOSSLESS_S)
            else:
                self._drop_oldest()
        self._queue.put(Queued(record, round(self._wall_s() * 1000)))

    def _drop_oldest(self) -> None:
        if self._queue.drop_oldest():
            self.num_dropped += 1
            self._why_dropped = SLOW_DISK if self._is_opened else OPENING

    # From here on: the thread.

    def _work(self) -> None:
        try:
            self._writer = self._open()
            self._is_opened = True
            while (item := self._queue.take(IDLE_S)) is not _STOP:
                self._handle(item)
            self._close()
        except BaseException as error:
            # Any fault here ends the recording and is shown; it must not end the drive. If the
            # thread ended silently, `run` would go on counting records that nobody writes.
            logger.exception("The recorder of %s failed", self.path)
            what = text_of(error) if isinstance(error, Exception) else repr_of(error)
            self._fail(f"Recording stopped by a fault of the recorder: {what}. See the log.")

    def _handle(self, item: Queued | Erase | None) -> None:
        if self._retry:
            self._retry = False
            self._writer = self._open()
        writer = self._writer
        if writer is None:
            return
        try:
            if item is None:
                writer.flush_if_due()
            elif isinstance(item, Erase):
                self._erasure.obey(item, writer)
            elif self._has_room(writer):
                self._append(writer, *item)
            self._num_records = writer.durable_count
        except DeviceError as error:
            self._fail(f"Recording stopped. {error}.")

    def _append(self, writer: TubWriter, record: dict[str, Any], timestamp_ms: int) -> None:
        try:
            self._erasure.note(writer.append(record, timestamp_ms=timestamp_ms), timestamp_ms)
        except TubError as error:
            self.left_out.record(str(error))
            return
        self.left_out.values(writer.omitted)
        writer.omitted.clear()

    def _has_room(self, writer: TubWriter) -> bool:
        shortage = self._room.shortage()
        if not shortage:
            return True
        writer.close()
        self._num_records = writer.durable_count
        self._fail(f"Recording stopped. {shortage}")
        return False

    def _open(self) -> TubWriter | None:
        try:
            writer = self._writer_of(self.path)
        except (DeviceError, TubError) as error:
            inner = None if self._lossless else self._open_inside(error)
            if inner is None:
                self._fail(f"Nothing can be recorded. {error}.")
                return None
            writer = inner
        self._failure = ""
        self._erasure = Erasure()
        self._num_records = writer.durable_count
        return writer

    def _open_inside(self, error: Exception) -> TubWriter | None:
        """A new tub, if the old one exists and takes no records; training reads both."""
        if isinstance(error, DeviceError | TubInUse):
            return None
        path = new_tub_path(self.path)
        try:
            writer = self._writer_of(path)
        except (DeviceError, TubError):
            return None
        self._detour = f"Recording into {path}: {error}."
        logger.warning("%s", self._detour)
        return writer

    def _writer_of(self, path: Path) -> TubWriter:
        types = list(self._types.values())
        notes, fs = self._metadata, self._fs
        return TubWriter(path, self.inputs, types, metadata=notes, fs=fs, batch_s=BATCH_S)

    def _close(self) -> None:
        self.left_out.log_numbers()
        writer = self._writer
        if writer is None:
            return
        try:
            writer.close()
        except DeviceError as error:
            self._fail(f"The end of the recording is lost. {error}.")
        self._num_records = writer.durable_count

    def _fail(self, sentence: str) -> None:
        logger.error("%s", sentence)
        self._failure = sentence
        self._writer = None
