"""Refresh of hardware: write a value when it changes, and repeat it regularly for safety."""

from collections.abc import Callable
from typing import Generic, TypeVar

from donkeycar.timing import Clock, RealClock

# A lost value, or a chip that was reset, is corrected after this time at most.
REFRESH_S = 0.1

Value = TypeVar("Value")


class Refreshed(Generic[Value]):
    """Keeps a value in hardware up to date: writes it on change and ten times a second.

    Args:
        write: Puts a value into the hardware; may raise ``OSError``.
        clock: Source of time.

    Example:
        >>> from donkeycar.testing import FakeClock
        >>> written = []
        >>> pulse = Refreshed(written.append, clock=FakeClock())
        >>> for value in (370, 370, 400):
        ...     pulse.put(value)
        >>> written
        [370, 400]
    """

    def __init__(self, write: Callable[[Value], None], *, clock: Clock | None = None) -> None:
        self._write = write
        self._clock: Clock = RealClock() if clock is None else clock
        self._value: Value | None = None
        self._written_s = 0.0

    def put(self, value: Value) -> None:
        """Write `value` if it is due. It tries only once: a stuck bus would block again as long.

        Raises:
            OSError: If the write fails. The next call writes again, whatever its value.
        """
        now_s = self._clock.monotonic()
        if value == self._value and now_s - self._written_s < REFRESH_S:
            return
        self._value = None
        self._write(value)
        self._value, self._written_s = value, now_s
