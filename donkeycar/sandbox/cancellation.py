"""Cancellation: ends child processes when nobody needs their answer any more."""

import threading
from typing import Protocol


class Killable(Protocol):
    """A process that `kill` ends, from any thread, even after it has ended by itself."""

    def kill(self) -> None:
        """End the process."""


class Cancellation:
    """Ends the children that one thread waits for, from another thread.

    The waiting thread is then told that the child did not answer, as if somebody had killed it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._children: list[Killable] = []

    def cancel(self) -> None:
        """Kill all running children, and all that start from now on. Safe to call twice."""
        with self._lock:
            self._is_cancelled = True
            for child in self._children:
                child.kill()

    def hold(self, child: Killable) -> None:
        """Register a child, which ends when `cancel` is called, or at once if it was."""
        with self._lock:
            self._children.append(child)
            if self._is_cancelled:
                child.kill()
