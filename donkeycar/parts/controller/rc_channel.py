"""One channel of a radio: decides whether its pulses come from a transmitter or are noise.

A receiver may send pulses of any length when its transmitter is off, and so may a loose wire. Some
of these pulses look like a stick. A transmitter sends a pulse 20 to 150 times a second. A hand
needs several pulses to move a stick from one end to the other, and does not reverse between two
pulses.
"""

from collections import deque
from typing import NamedTuple

# A pulse outside does not count, and a channel without pulses for this time is lost.
SHORTEST_US = 800
LONGEST_US = 2200
MAX_AGE_S = 0.1

# Pulses from the sparks of a motor are too short for any receiver, and are ignored.
SPIKE_US = 100

# A channel counts as heard after this many pulses in a row that are nearly as long as the one
# before: within a tenth of the travel.
PROOF = 10
CALM_US = 100

# The channel is noise if this many of the last pulses were not valid, or reversed after a quarter
# of the travel within one pulse.
JUDGED = 8
BAD = 3
JUMP_US = 250

# This many pulses without proof are noise, and are reported.
PATIENCE = 50

# A board that repeats its last pulses always reports the same when its radio is silent. The pulses
# of a real radio vary by a microsecond now and then, so they never stay the same for this long.
# This was not measured on a board; `docs/first_time.md` says how to check it.
STILL_S = 2.0


class Travel(NamedTuple):
    """The travel of one stick, as lengths of pulses in microseconds.

    Attributes:
        low_us: At -1: full left, or full reverse. It may be the longer end.
        middle_us: At rest.
        high_us: At +1.
    """

    low_us: float = 1000.0
    middle_us: float = 1500.0
    high_us: float = 2000.0

    def position(self, width_us: float) -> float:
        """Position of the stick, -1 to +1."""
        way_us = width_us - self.middle_us
        up_us, down_us = self.high_us - self.middle_us, self.low_us - self.middle_us
        share = way_us / up_us if way_us * up_us >= 0 else -way_us / down_us
        return min(max(share, -1.0), 1.0)


class Channel:
    """Decides whether the pulses of one channel are valid.

    Attributes:
        width_us: Position of the stick: the length of the last pulse. A pulse that jumps by more
            than a quarter of the travel counts only when the next one confirms it.
        heard_s: When that pulse came.
        proven: Whether its pulses come from a transmitter.
    """

    def __init__(self) -> None:
        self.width_us = 0.0
        self.heard_s = float("-inf")
        self.proven = False
        self._last_us = self._step_us = 0.0
        self._calm = 0
        self._unproven = 0
        self._bad: deque[bool] = deque(maxlen=JUDGED)

    @property
    def is_noise(self) -> bool:
        """Whether many pulses came, and none of them like those of a transmitter."""
        return not self.proven and self._unproven >= PATIENCE

    def is_heard(self, now_s: float) -> bool:
        """Whether `width_us` is the position of the stick."""
        return self.proven and now_s - self.heard_s < MAX_AGE_S

    def take(self, width_us: float, now_s: float) -> bool:
        """Take a pulse.

        Args:
            width_us: Its length, in microseconds.
            now_s: The time, on the clock of all calls.

        Returns:
            Whether its length can come from a stick.
        """
        if 0 <= width_us < SPIKE_US:
            return False
        if now_s - self.heard_s >= MAX_AGE_S:
            self._begin()
        is_pulse = SHORTEST_US <= width_us <= LONGEST_US
        step_us = width_us - self._last_us if is_pulse else 0.0
        turns = step_us * self._step_us < 0 and min(abs(step_us), abs(self._step_us)) > JUMP_US
        self._bad.append(turns or not is_pulse)
        self._calm = self._calm + 1 if is_pulse and abs(step_us) <= CALM_US else int(is_pulse)
        if sum(self._bad) >= BAD:
            self._lose()
        elif self._calm >= PROOF:
            self.proven, self._unproven = True, 0
        if not self.proven:
            self._unproven += 1
        if is_pulse:
            if not self.proven or min(abs(step_us), abs(width_us - self.width_us)) <= JUMP_US:
                self.width_us = width_us
            self._last_us, self.heard_s, self._step_us = width_us, now_s, step_us
        return is_pulse

    def _begin(self) -> None:
        """Forget everything, because the channel was silent for long."""
        self.proven, self._calm, self._step_us = False, 0, 0.0
        self._bad.clear()

    def _lose(self) -> None:
        self.proven, self._calm = False, 0


class Sameness:
    """Notices a board that always reports the same pulses."""

    def __init__(self) -> None:
        self._said: list[float] = []
        self._since_s = 0.0

    def lasts(self, said: list[float], now_s: float) -> bool:
        """Whether it has reported only these pulses for `STILL_S`.

        Args:
            said: The lengths of its present pulses.
            now_s: The time, on the clock of all calls.
        """
        if said != self._said:
            self._said, self._since_s = said, now_s
        return now_s - self._since_s >= STILL_S
