"""The motor's commands over time, from the trace of emulated pins; every verdict uses it."""

import time
from collections.abc import Callable
from typing import NamedTuple

from donkeycar.testing.pulse_trace import Change, PulseTrace


class Sent(NamedTuple):
    """A change of the motor's command.

    Attributes:
        time_s: On the monotonic clock.
        speed: -1 backward, 0 to stand still, +1 forward.
    """

    time_s: float
    speed: int


class Motor:
    """A motor, and the trace of what it is wired to.

    Args:
        trace: Of all outputs, whichever process set them.
        speed_of: What a change of an output means for the motor; ``None``: nothing.
        rest_s: For how long a motor that is driven may have no power: in each frame it has some for
            a share of the time.
    """

    def __init__(
        self, trace: PulseTrace, speed_of: Callable[[Change], int | None], *, rest_s: float = 0.0
    ) -> None:
        self.rest_s = rest_s
        self._trace, self._speed_of = trace, speed_of
        self._num_read = 0
        self._sent = [Sent(0.0, 0)]
        self._rests_since_s: float | None = None

    @property
    def sent(self) -> list[Sent]:
        """All changes up to now, oldest first; before the first, the command was to stand."""
        new = self._trace.changes[self._num_read :]
        self._num_read += len(new)
        for change in new:
            speed = self._speed_of(change)
            if speed:
                self._end_rest(change.time_s)
                self._rests_since_s = None
                self._put(change.time_s, speed)
            elif speed == 0 and self._rests_since_s is None:
                self._rests_since_s = change.time_s
        self._end_rest(time.monotonic())
        return list(self._sent)

    @property
    def speed(self) -> int:
        """The present command."""
        return self.sent[-1].speed

    def drove(self, at_s: float) -> bool:
        """Whether the motor was driven at a moment, but for the pause within a frame."""
        last = next(sent for sent in reversed(self.sent) if sent.time_s <= at_s)
        return bool(last.speed) or at_s - last.time_s <= self.rest_s

    def stopped(self, since_s: float) -> tuple[float | None, bool]:
        """When the motor was first stopped after a moment, and whether it was driven again later.

        Args:
            since_s: A moment at which it `drove`.
        """
        sent = self.sent
        driven = max((n for n, each in enumerate(sent) if each.speed and each.time_s <= since_s))
        after = sent[driven + 1 :]
        stands = next((each for each in after if not each.speed), None)
        if stands is None:
            return None, False
        is_driven = any(each.speed for each in after if each.time_s > stands.time_s)
        return max(stands.time_s, since_s), is_driven

    def _end_rest(self, now_s: float) -> None:
        if self._rests_since_s is not None and now_s - self._rests_since_s > self.rest_s:
            self._put(self._rests_since_s, 0)

    def _put(self, time_s: float, speed: int) -> None:
        if self._sent[-1].speed != speed:
            self._sent.append(Sent(time_s, speed))
