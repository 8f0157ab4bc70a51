"""Time for the loop, the parts and the simulator: one clock object serves all of them.

Every duration is measured on a monotonic clock, in seconds. Wall time goes into records only.
"""

import time
from collections.abc import Callable
from typing import Protocol

from donkeycar.errors import ConfigError

# The kernel wakes a sleeper late by 50 to 150 us (timer slack and scheduling, measured on x86 Linux
# 6.1). Sleeping that much less and then watching the clock keeps an interval exact to microseconds,
# for a few percent of a core.
SPIN_S = 0.0002

# Share of an interval by which a tick may come early, to make up for a late one before it.
CATCH_UP = 0.002

# Share of an interval after which a tick counts as late: far above the jitter of an idle computer
# (under 1 % at 100 Hz), far below the delay that a driver feels.
LATE_SHARE = 0.1


class Clock(Protocol):
    """The clock methods that donkeycar needs; the ``time`` module has them."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""

    def sleep(self, seconds: float, /) -> None:
        """Return after `seconds`."""


class RealClock:
    """The computer's monotonic clock, with a precise sleep."""

    monotonic = staticmethod(time.monotonic)

    def sleep(self, seconds: float) -> None:
        """Sleep until `seconds` from now, accurate to a few microseconds."""
        due_s = time.monotonic() + seconds
        if seconds > SPIN_S:
            time.sleep(seconds - SPIN_S)
        while time.monotonic() < due_s:
            pass


class SimulatedClock:
    """The clock of a simulation: it advances only when code sleeps.

    Args:
        scale: How many simulated seconds pass in a real one. ``None`` (the default) does not
            wait at all: the loop runs as fast as the computer can, and is reproducible, because
            nothing but sleeping moves the time.

    Raises:
        ConfigError: If `scale` is not greater than 0.

    Example:
        >>> clock = SimulatedClock()
        >>> clock.sleep(0.05)
        >>> clock.monotonic()
        0.05
    """

    def __init__(self, *, scale: float | None = None) -> None:
        if scale is not None and not scale > 0:
            raise ConfigError(f"`scale` must be greater than 0. Received: scale={scale}")
        self.scale = scale
        self._now_s = 0.0
        self._real = RealClock()
        self._real_start_s = self._real.monotonic()

    def monotonic(self) -> float:
        """Simulated seconds since this clock was made."""
        return self._now_s

    def sleep(self, seconds: float) -> None:
        """Advance the time by `seconds`; wait for it if the clock has a scale."""
        if seconds > 0:
            self._now_s += seconds
        if self.scale is not None:
            wait_s = self._real_start_s + self._now_s / self.scale - self._real.monotonic()
            if wait_s > 0:
                self._real.sleep(wait_s)


def wall_time(clock: Clock, *, begin_s: float | None = None) -> Callable[[], float]:
    """The time of day for records that are made while `clock` runs.

    A simulation that does not wait makes minutes of driving in a second. Its records are as far
    apart as they were in the simulation, not as the computer was fast.

    Args:
        clock: The clock of the loop.
        begin_s: When a simulated drive begins, in seconds since 1970; now, if not given.

    Returns:
        A function that gives seconds since 1970: those of the computer, or with a `SimulatedClock`
        `begin_s` and the simulated seconds since this call.

    Example:
        >>> clock = SimulatedClock()
        >>> wall_s = wall_time(clock, begin_s=1000)
        >>> clock.sleep(60)
        >>> wall_s()
        1060.0
    """
    if not isinstance(clock, SimulatedClock):
        return time.time
    offset_s = (time.time() if begin_s is None else begin_s) - clock.monotonic()
    return lambda: offset_s + clock.monotonic()


class RateKeeper:
    """Hold a loop to a fixed rate without drift, and count the ticks that came late.

    Due times are computed from the start, not from the previous wake-up, so a mean rate is exact
    however late single ticks are. A late tick is made up for little by little, by `CATCH_UP` of an
    interval in each following one: one hiccup disturbs one interval, not two. A tick that is late
    by more than one interval starts a new schedule: the loop does not race to catch up, because a
    burst of stale commands is worse than a missed one.

    The reason for a late tick does not matter: a part took too long, or the computer was busy when
    the sleep was over.

    Args:
        rate_hz: Target rate in hertz, greater than 0.
        clock: Source of time.

    Attributes:
        interval_s: Time from tick to tick.
        late_ticks: Ticks so far that began more than `LATE_SHARE` of an interval late, and ticks
            that were skipped by a new schedule. A loop that keeps 16 of 20 Hz has about 20 of them
            a second: 16 that are late, and 4 that are missing.

    Raises:
        ConfigError: If `rate_hz` is not greater than 0.
    """

    def __init__(self, rate_hz: float, *, clock: Clock | None = None) -> None:
        if not rate_hz > 0:
            raise ConfigError(f"`rate_hz` must be greater than 0. Received: rate_hz={rate_hz}")
        self.interval_s = 1 / rate_hz
        self.late_ticks = 0
        self._clock: Clock = RealClock() if clock is None else clock
        self._start_s = self._began_s = self._clock.monotonic()
        self._ticks = 0
        self._lost_s = 0.0

    def wait(self) -> float:
        """Sleep until the next tick is due. Call at the bottom of the loop.

        Returns:
            Seconds that were left, negative if the tick was late.
        """
        self._ticks += 1
        planned_s = self._start_s + self._ticks * self.interval_s
        due_s = max(planned_s, self._began_s + self.interval_s * (1 - CATCH_UP))
        now_s = self._clock.monotonic()
        spare_s = due_s - now_s
        if spare_s > 0:
            self._clock.sleep(spare_s)
            now_s = self._clock.monotonic()
        if now_s - due_s > LATE_SHARE * self.interval_s:
            self.late_ticks += 1
        if now_s - planned_s > self.interval_s:
            self._give_up_schedule(now_s - planned_s, now_s)
        self._began_s = now_s
        return spare_s

    def _give_up_schedule(self, behind_s: float, now_s: float) -> None:
        """Begin a new schedule, and count the ticks that were skipped."""
        missed, self._lost_s = divmod(self._lost_s + behind_s, self.interval_s)
        self.late_ticks += int(missed)
        self._start_s = now_s
        self._ticks = 0
