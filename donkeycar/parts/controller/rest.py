"""Rest of a throttle control: its value counts only after the control was seen at rest.

A stick rests in the middle of its travel, a trigger or a pedal at one end. The name of an axis does
not prove which of them it is: the same number may be a released trigger or a stick that somebody
holds. So if a control is first seen away from its expected rest, it gives nothing until it has lain
still at rest. If it is first seen at one end, moves all the way to the other end, returns and lies
still, it is a trigger.

Positions run from -1, the smallest value of an axis, to +1.
"""

LOW, CENTRE, HIGH = -1.0, 0.0, 1.0

# Largest distance from the rest, as a share of the travel, at which a worn stick, or a trigger or
# pedal, may lie. Microsoft counts up to 0.24 of a stick as rest (XInput.h: 7849 of 32767), the
# kernel 0.125 (hid-input.c: an eighth of the travel).
NEAR_CENTRE = 0.15
NEAR_END = 0.06

# Noise of a control that nobody touches: a step and a half of an 8-bit stick.
STILL = 0.012

# How long a control must lie still at rest before it counts. It is longer if another rest position
# is possible, too: a finger that holds a trigger half pulled does not keep still for that long.
CALM_S = 0.5
DOUBT_S = 1.5

# A control that lies still for this long beside its rest is worn, and its deadband grows. A thumb
# that moves slowly trembles more than that.
WORN_S = 1.5


def away(position: float, rest: float) -> float:
    """Distance of a control from `rest`, as a share of its travel: 0 to 1."""
    return abs(position - rest) / (1.0 if rest == CENTRE else 2.0)


def is_near(position: float, rest: float, deadzone: float = 0.0) -> bool:
    """Whether a control that rests at `rest` may lie at `position` when nobody touches it."""
    return away(position, rest) <= max(deadzone, NEAR_CENTRE if rest == CENTRE else NEAR_END)


def end_at(position: float) -> float:
    """The end at which a control is, `LOW` or `HIGH`; `CENTRE` if it is not at an end."""
    return next((end for end in (LOW, HIGH) if is_near(position, end)), CENTRE)


class Control:
    """One axis of a device, or one channel of a radio.

    Args:
        position: Its position when it appears, -1 to +1.
        expected: Its expected rest: `LOW`, `CENTRE` or `HIGH`.
        deadzone: Share of its travel around the rest that counts as rest, 0 to 1.
        certain: Whether `expected` is its only possible rest, as for the throttle of a radio. It
            then counts as soon as it is there. Lying still elsewhere proves nothing, because
            friction holds such a stick anywhere.
        now_s: The time, on the clock of all calls.

    Attributes:
        rest: Its rest position, as far as known.
        rested: Whether it was seen there; it counts only then.
        dead: Share of its travel around the rest that counts as rest; it grows for a worn control.
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
        """Take its present position."""
        self.look(now_s)
        if abs(position - self._still_at) > STILL:
            self._still_at, self._still_since_s = position, now_s
        if self._first_end:
            self._crossed |= end_at(position) == -self._first_end
        if self._certain and not self.rested and self._is_near(position):
            self.rested = True
            self._widen()

    def look(self, now_s: float) -> None:
        """Use the fact that it lies still."""
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
        """Widen the deadband so that it contains the present position with its noise."""
        lies = away(self._still_at, self.rest)
        if lies > self.dead:
            self.dead = lies + STILL
