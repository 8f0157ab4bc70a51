"""A control that gives throttle: what it says counts once it was seen at rest.

A stick rests in the middle of its way, a trigger or a pedal at one end. Which of them an axis is,
its name does not prove: the same number may be a released trigger or a stick that somebody holds.
So a control that is first seen elsewhere than where it should rest gives nothing, until it has lain
still at its rest. One that is first seen at an end, goes all the way to the other and comes back to
lie still, is a trigger after all.

Positions run from -1, the smallest value of an axis, to +1.
"""

LOW, CENTRE, HIGH = -1.0, 0.0, 1.0

# So far from its rest, as a share of its way, a worn stick may come to lie, and a trigger or pedal.
# Microsoft takes up to 0.24 of a stick for rest (XInput.h: 7849 of 32767), the kernel 0.125
# (hid-input.c: an eighth of the way).
NEAR_CENTRE = 0.15
NEAR_END = 0.06

# Noise of a control that nobody touches: a step and a half of an 8-bit stick.
STILL = 0.012

# So long a control lies still at its rest before it counts; where another rest would explain what
# was seen as well, longer: a finger that holds a trigger half pulled does not keep so still.
CALM_S = 0.5
DOUBT_S = 1.5

# A control that lies still for so long beside its rest is worn: its dead band grows. A thumb that
# creeps trembles more than that.
WORN_S = 1.5


def away(position: float, rest: float) -> float:
    """How far a control is from `rest`, as a share of its way: 0 to 1."""
    return abs(position - rest) / (1.0 if rest == CENTRE else 2.0)


def is_near(position: float, rest: float, deadzone: float = 0.0) -> bool:
    """Whether a control that rests at `rest` may lie at `position` when nobody touches it."""
    return away(position, rest) <= max(deadzone, NEAR_CENTRE if rest == CENTRE else NEAR_END)


def end_at(position: float) -> float:
    """The end that a control is at, `LOW` or `HIGH`; `CENTRE` if it is at none."""
    return next((end for end in (LOW, HIGH) if is_near(position, end)), CENTRE)


class Control:
    """One axis of a device, or one channel of a radio.

    Args:
        position: Where it is when it appears, -1 to +1.
        expected: Where it should rest: `LOW`, `CENTRE` or `HIGH`.
        deadzone: Share of its way around the rest that is rest, 0 to 1.
        certain: Whether it can rest nowhere else, like the throttle of a radio: it counts as soon
            as it is there. Its friction holds it still anywhere, which says nothing of its rest.
        now_s: The time, on the clock of all calls.

    Attributes:
        rest: Where it rests, as far as is known.
        rested: Whether it was seen there: only then it counts.
        dead: Share of its way around the rest that is rest; it grows if the control is worn.
    """

    def __init__(
        self,
        position: float,
        *,
        expected: float,
        deadzone: float = 0.0,
        certain: bool = False,
        now_s: float,
    ) -> None:
        self.rest = expected
        self.dead = deadzone
        self.rested = is_near(position, expected, deadzone)
        self._deadzone = deadzone
        self._certain = certain
        self._first_end = CENTRE if self.rested or certain else end_at(position)
        self._crossed = False
        self._still_at, self._still_since_s = position, now_s
        if self.rested:
            self._widen()

    def take(self, position: float, now_s: float) -> None:
        """Take where it is now."""
        self.look(now_s)
        if abs(position - self._still_at) > STILL:
            self._still_at, self._still_since_s = position, now_s
        if self._first_end:
            self._crossed |= end_at(position) == -self._first_end
        if self._certain and not self.rested and self._is_near(position):
            self.rested = True
            self._widen()

    def look(self, now_s: float) -> None:
        """See what it says by lying still."""
        still_s = now_s - self._still_since_s
        if not self.rested:
            self._judge(still_s)
        elif still_s >= WORN_S and not self._certain and self._is_near(self._still_at):
            self._widen()

    def _judge(self, still_s: float) -> None:
        if still_s < (DOUBT_S if self._first_end else CALM_S):
            return
        if self._is_near(self._still_at):
            self.rested = True
        elif self._crossed and end_at(self._still_at) == self._first_end:
            self.rest, self.rested = self._first_end, True
        if self.rested:
            self._widen()

    def _is_near(self, position: float) -> bool:
        return is_near(position, self.rest, self._deadzone)

    def _widen(self) -> None:
        """Let the dead band contain where it lies, with its noise."""
        lies = away(self._still_at, self.rest)
        if lies > self.dead:
            self.dead = lies + STILL
