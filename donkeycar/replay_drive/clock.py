"""Simulated time in which the work of threads is done in turns, always in the same order."""

import math
from threading import Event
from typing import Protocol


class Worker(Protocol):
    """What a thread or another process would do beside the loop."""

    def due_s(self) -> float:
        """When it wants its next turn, on the clock; infinite if it waits for others."""

    def work(self) -> None:
        """Do one turn."""


class TurnsClock:
    """A clock that advances only while somebody sleeps on it, and gives workers their turns.

    Whoever sleeps lets time pass: each worker gets its turn at the time at which it is due, and of
    those that are due together the first one goes first. So nothing depends on the computer, and
    the same drive gives the same result.

    Attributes:
        workers: Who gets turns.

    Example:
        >>> clock = TurnsClock()
        >>> clock.sleep(0.05)
        >>> clock.monotonic()
        0.05
    """

    def __init__(self) -> None:
        self.workers: list[Worker] = []
        self._now_s = 0.0

    def monotonic(self) -> float:
        """Simulated seconds since this clock was made."""
        return self._now_s

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self._pass(seconds, None)

    def wait(self, event: Event, seconds: float) -> bool:
        """Let time pass until `event` is set, `seconds` at most; return whether it is."""
        return self._pass(seconds, event)

    def _pass(self, seconds: float, event: Event | None) -> bool:
        until_s = self._now_s + max(seconds, 0.0)
        while event is None or not event.is_set():
            dues_s = [worker.due_s() for worker in self.workers]
            due_s = min(dues_s, default=math.inf)
            if due_s > until_s:
                self._now_s = until_s
                return False
            self._now_s = max(self._now_s, due_s)
            self.workers[dues_s.index(due_s)].work()
        return True
