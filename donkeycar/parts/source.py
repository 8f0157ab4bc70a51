"""Base class for sensors with a thread: a subclass says how to read it, `Source` does the rest."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from donkeycar.errors import ConfigError, PartFailed, StaleData
from donkeycar.timing import Clock, RateKeeper, RealClock

T = TypeVar("T")


class Source(ABC, Generic[T]):
    """A part that reads a device in a thread and hands over the newest value, each value once.

    Subclasses implement `read`, which may block. `run_threaded` never does. A dead thread and a
    device that gives no new values are errors in the loop, never a silent repeat of the last value,
    because the parts that move the car cannot tell a fresh value from a dead sensor.

    Without a thread, `run` reads once in the caller's thread: for scripts, and for a simulation in
    lockstep. On a simulated clock without a scale use only `run`, because a thread that sleeps on
    such a clock would advance the time for all parts.

    Attributes:
        wake: Called in the thread when a value has come.

    Args:
        rate_hz: How often the thread reads, in hertz. ``None`` (the default) if `read` itself
            waits for the device.
        max_age_s: The newest value may be this old, in seconds; more is an error.
        start_timeout_s: The first value must arrive within this time of the first tick, in
            seconds.
        clock: Source of time.

    Raises:
        ConfigError: If a number is not greater than 0, or `rate_hz` is so low that values would
            be too old before the next one comes.

    Example:
        >>> from donkeycar.testing import FakeClock
        >>> class Thermometer(Source[float]):
        ...     def read(self):
        ...         return 21.5
        >>> Thermometer(clock=FakeClock()).run()
        21.5
    """

    #: What the owner should check when no value comes; a sentence at the end of errors.
    what_to_check = ""

    def __init__(
        self,
        *,
        rate_hz: float | None = None,
        max_age_s: float = 0.5,
        start_timeout_s: float = 5.0,
        clock: Clock | None = None,
    ) -> None:
        for name, value in (("max_age_s", max_age_s), ("start_timeout_s", start_timeout_s)):
            if not value > 0:
                raise ConfigError(f"`{name}` must be greater than 0. Received: {name}={value}")
        if rate_hz is not None and not rate_hz > 1 / max_age_s:
            raise ConfigError(
                f"`rate_hz` must be greater than 1 / max_age_s = {1 / max_age_s:g}, or every "
                f"value would be too old. Received: rate_hz={rate_hz}"
            )
        self.rate_hz = rate_hz
        self.max_age_s = max_age_s
        self.start_timeout_s = start_timeout_s
        self.clock: Clock = RealClock() if clock is None else clock
        self.wake: Callable[[], object] = _nothing
        self._stopping = threading.Event()
        self._error: BaseException | None = None
        # Value, time of measurement, number. One tuple, replaced as a whole, so readers need no
        # lock.
        self._latest: tuple[T, float, int] | None = None
        self._taken = 0
        self._asked_s: float | None = None

    @abstractmethod
    def read(self) -> T | None:
        """Return the next value of the device, or ``None`` if there is nothing new."""

    def measured_s(self, value: T) -> float:
        """Return when `value` was true, in seconds on the clock; by default, now."""
        return self.clock.monotonic()

    def pause(self, keeper: RateKeeper | None) -> None:
        """Wait, in the thread, until the next reading is due."""
        if keeper is not None:
            keeper.wait()

    def update(self) -> None:
        """Read until `shutdown`; the body of the part's thread."""
        keeper = None
        if self.rate_hz is not None:
            keeper = RateKeeper(self.rate_hz, clock=self.clock)
        try:
            while not self._stopping.is_set():
                if self._poll():
                    self.wake()
                self.pause(keeper)
        except BaseException as error:
            self._error = error
            self.wake()  # so that the loop stops the car at once, not with its next tick
            if not isinstance(error, Exception):
                raise

    def run(self) -> T | None:
        """Read once, in the caller's thread.

        Returns:
            The value, or ``None`` if there is nothing new.

        Raises:
            StaleData: As `run_threaded`.
        """
        if self._asked_s is None:
            self._asked_s = self.clock.monotonic()
        self._poll()
        return self.run_threaded()

    def run_threaded(self) -> T | None:
        """Return the newest value if it has not been returned before, else ``None``.

        Raises:
            PartFailed: If the thread died; the cause is chained.
            StaleData: If there was no first value within `start_timeout_s`, or no new one for
                longer than `max_age_s`.
        """
        if self._stopping.is_set():
            return None
        name = type(self).__name__
        if self._error is not None:
            what = str(self._error) or repr(self._error)
            raise PartFailed(f"{name} stopped reading: {what}") from self._error
        latest = self._latest
        now_s = self.clock.monotonic()
        if latest is None:
            if self._asked_s is None:
                self._asked_s = now_s
            if now_s - self._asked_s > self.start_timeout_s:
                raise StaleData(
                    f"{name} must give a first value within start_timeout_s="
                    f"{self.start_timeout_s}. Received: none{self._advice()}"
                )
            return None
        value, measured_s, number = latest
        if now_s - measured_s > self.max_age_s:
            raise StaleData(
                f"{name} must give a new value every max_age_s={self.max_age_s}. Received: "
                f"nothing new for {now_s - measured_s:.2f} s{self._advice()}"
            )
        if number == self._taken:
            return None
        self._taken = number
        return value

    def shutdown(self) -> None:
        """Ask the thread to end. Safe to call twice."""
        self._stopping.set()

    def _poll(self) -> bool:
        """Read once; whether there was a new value."""
        value = self.read()
        if value is None:
            return False
        number = 1 if self._latest is None else self._latest[2] + 1
        self._latest = (value, self.measured_s(value), number)
        return True

    def _advice(self) -> str:
        return f". {self.what_to_check}" if self.what_to_check else ""


def _nothing() -> None:
    """Do nothing."""
