"""Erasing the newest records of a recording, and taking that back."""

from collections import deque
from typing import NamedTuple

from donkeycar.tub import TubWriter

# How many records are remembered with their time: a quarter of an hour at 20 a second.
MAX_REMEMBERED = 20_000
MAX_UNDOS = 100


class Erase(NamedTuple):
    """An order to the recorder: exactly one of its values is given, or none to take the last back.

    Attributes:
        records: Erase this many records, the newest first.
        seconds: Erase what was recorded in this long before the newest record.
    """

    records: int | None = None
    seconds: float | None = None


UNDO = Erase()


class Erasure:
    """Knows when the newest records were made, and what was erased; used by one thread.

    Records are only marked as deleted; they stay on the disk. What counts as "the last 5 s" ends at
    the newest record that is not erased, so a second press erases the 5 s before.

    Attributes:
        undoable: How many records the next undo brings back; 0 if there is none.
    """

    def __init__(self) -> None:
        self.undoable = 0
        self._made: deque[tuple[int, int]] = deque(maxlen=MAX_REMEMBERED)
        self._erased: deque[list[tuple[int, int]]] = deque(maxlen=MAX_UNDOS)

    def note(self, index: int, timestamp_ms: int) -> None:
        """Remember a record that was appended."""
        self._made.append((index, timestamp_ms))

    def obey(self, order: Erase, writer: TubWriter) -> None:
        """Carry out an order; the marks are on the disk when this returns.

        Raises:
            DeviceError: If the disk refuses.
        """
        if order.records is not None:
            # Also records of an earlier run, whose time is not known here.
            times = dict(self._made)
            gone = sorted(writer.erase_last(order.records))
            self._put_aside([(index, times.get(index, 0)) for index in gone])
        elif order.seconds is not None and self._made:
            since_ms = self._made[-1][1] - 1000 * order.seconds
            erased = [made for made in self._made if made[1] > since_ms]
            writer.delete(index for index, _ in erased)
            self._put_aside(erased)
        elif order == UNDO and self._erased:
            back = self._erased.pop()
            writer.restore(index for index, _ in back)
            self._made = deque(sorted([*self._made, *back]), maxlen=MAX_REMEMBERED)
        self.undoable = len(self._erased[-1]) if self._erased else 0

    def _put_aside(self, erased: list[tuple[int, int]]) -> None:
        if erased:
            gone = set(erased)
            self._made = deque((m for m in self._made if m not in gone), maxlen=MAX_REMEMBERED)
            self._erased.append(erased)
