"""A sleep that news can interrupt: how the loop hears of a frame or an answer between its ticks."""

import threading
from collections.abc import Callable
from functools import partial

from donkeycar.timing import Clock, RealClock

# What is left of a sleep is slept without an ear for the bell, as precisely as the clock can: it
# is no longer than a part takes to run.
GRAIN_S = 0.001


class Doorbell:
    """A clock whose `sleep` answers the bell, in the thread that sleeps.

    Any thread may ring. Whoever sleeps answers at once, and sleeps on until its time. On a clock
    that nobody waits for, such as that of a simulation, it answers once, before it sleeps; unless
    the clock has ``wait(event, seconds)``, which lets time pass until the event is set.

    Args:
        clock: The clock below.

    Attributes:
        answer: What to do when it rang; whoever owns the bell sets it.

    Example:
        >>> from donkeycar.testing import FakeClock
        >>> bell = Doorbell(FakeClock())
        >>> bell.answer = lambda: print("a frame is there")
        >>> bell.ring()
        >>> bell.sleep(0.05)
        a frame is there
        >>> bell.monotonic()
        0.05
    """

    def __init__(self, clock: Clock) -> None:
        self.answer: Callable[[], object] = _nothing
        self._clock = clock
        self._rung = threading.Event()
        wait = getattr(clock, "wait", None)
        self._is_waited_for = isinstance(clock, RealClock) or wait is not None
        self._wait: Callable[[float], bool] = (
            self._rung.wait if wait is None else partial(wait, self._rung)
        )

    def ring(self) -> None:
        """Have the sleeper answer; from any thread. Does not wait for it."""
        self._rung.set()

    def look(self) -> None:
        """Answer if it rang."""
        if self._rung.is_set():
            self._rung.clear()
            self.answer()

    def wait_for(self, is_over: Callable[[], bool], due_s: float) -> None:
        """Return once `is_over` holds after a ring, at `due_s` at the latest; answer meanwhile."""
        while True:
            self.look()
            wait_s = due_s - self._clock.monotonic()
            if wait_s <= 0 or is_over():
                return
            if self._is_waited_for:
                self._wait(wait_s)
            else:
                self._clock.sleep(wait_s)

    def monotonic(self) -> float:
        """Seconds on the clock below."""
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Return after `seconds`, having answered whenever it rang."""
        if not self._rung.is_set() and not self._is_waited_for:
            self._clock.sleep(seconds)
            return
        due_s = self._clock.monotonic() + seconds
        while True:
            self.look()
            wait_s = due_s - self._clock.monotonic() - GRAIN_S
            if wait_s <= 0 or not self._is_waited_for or not self._wait(wait_s):
                break
        left_s = due_s - self._clock.monotonic()
        if left_s > 0:
            self._clock.sleep(left_s)


def _nothing() -> None:
    """Nobody is at home."""
