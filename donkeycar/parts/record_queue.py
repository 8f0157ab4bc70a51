"""The queue between the drive loop, which never waits, and the thread that writes records."""

import contextlib
from collections import deque
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

Order = TypeVar("Order")


class Queued(NamedTuple):
    """A record that waits to be written, and its time in milliseconds since 1970."""

    record: dict[str, Any]
    timestamp_ms: int


def owned(value: Any) -> Any:
    """A copy of a value that its producer may still change."""
    return value.copy() if isinstance(value, np.ndarray | list | dict) else value


class RecordQueue(Generic[Order]):
    """Records and orders in the order in which they came; an order is never dropped."""

    def __init__(self) -> None:
        # Its `put` never waits, not even for the thread; a lock might.
        self._queue: SimpleQueue[Queued | Order] = SimpleQueue()
        # Orders that were found in the queue while dropping records.
        self._overtaken: deque[Order] = deque()

    def __len__(self) -> int:
        return self._queue.qsize()

    def put(self, item: Queued | Order) -> None:
        """Add a record or an order; never waits."""
        self._queue.put(item)

    def take(self, timeout_s: float) -> Queued | Order | None:
        """Remove and return the next one; ``None`` if none comes in `timeout_s`."""
        if self._overtaken:
            return self._overtaken.popleft()
        try:
            return self._queue.get(timeout=timeout_s)
        except Empty:
            return None

    def drop_oldest(self) -> bool:
        """Make room by dropping the oldest record; whether one was dropped."""
        with contextlib.suppress(Empty):  # the thread has made room by itself
            item = self._queue.get_nowait()
            if isinstance(item, Queued):
                return True
            self._overtaken.append(item)
        return False
