"""Writes to hardware that are worth making: on change, and now and then for safety."""

from collections.abc import Callable
from typing import Generic, TypeVar

from donkeycar.timing import Clock, RealClock

# A value that got lost on its way, or a chip that was reset, is made good after this long.
REFRESH_S = 0.1

Value = TypeVar("Value")


class Refreshed(Generic[Value]):
    """Holds a value in hardware: writes it on change and ten times a second.

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
        """Write `value` if it is due, once: a bus that is stuck blocks a second try for as long.

        Raises:
            OSError: If it failed. The next call writes again, whatever its value.
        """
        now_s = self._clock.monotonic()
        if value == self._value and now_s - self._written_s < REFRESH_S:
            return
        self._value = None
        self._write(value)
        self._value, self._written_s = value, now_s
