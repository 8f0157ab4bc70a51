"""Arbiter: decides which of several drivers holds the wheel; one at a time, the last who used it.

| the wheel is                               | somebody who moves a control |
| ------------------------------------------ | ---------------------------- |
| free                                       | takes it                     |
| held by another kind of driver, and at rest | takes it                     |
| in use, or held by a driver of the same kind | is ignored, and may ask      |

The kinds of driver are the web page, a gamepad and a remote control. Anyone can stop the car, with
or without the wheel.
"""

from typing import NamedTuple

from donkeycar.driving.drive_mode import MODES
from donkeycar.driving.lease import DriverLease
from donkeycar.driving.moment import life_fault
from donkeycar.timing import Clock, RealClock

# A wheel is at rest when nobody has turned it for this long and the throttle is zero.
REST_S = 1.0

NOBODY = "none"

# The drive mode that each action of a gamepad asks for.
MODE_WISHES = {
    "mode": "next", "mode_user": "user", "mode_local_angle": "local_angle", "mode_local": "local",
}  # fmt: skip
# Actions of a gamepad that other parts of the car read.
PASSED_ON = ("erase", "ai_launch")


class Offer(NamedTuple):
    """What a gamepad or a remote control would do if it drove.

    Attributes:
        angle: -1 (left) to +1 (right).
        throttle: -1 to +1.
        expires_s: Until when the offer is valid. A time in the past means that the device is gone,
            and so does a time more than `moment.LONGEST_LIFE_S` ahead.
        moved: Whether the driver moved or pressed a control since the last offer.
        recording: Whether it wants to record; ``None`` if it leaves that to others.
        actions: Names of what was pressed since the last offer.
        note: Why its throttle does nothing, in a sentence; "" if it does.
    """

    angle: float = 0.0
    throttle: float = 0.0
    expires_s: float = 0.0
    moved: bool = False
    recording: bool | None = None
    actions: tuple[str, ...] = ()
    note: str = ""

    def holds(self, now_s: float) -> bool:
        """Whether the driver is still present; an offer without a valid end does not count."""
        return self.expires_s > now_s and not life_fault(self.expires_s, now_s)

    def note_at(self, now_s: float) -> str:
        """Why it gives no throttle, or does not drive at all; "" if it does."""
        return life_fault(self.expires_s, now_s) or self.note


class Arbiter:
    """Hands the wheel to the driver who uses it.

    Args:
        lease: The right to drive.
        clock: Source of time.
    """

    def __init__(self, lease: DriverLease, *, clock: Clock | None = None) -> None:
        self._lease = lease
        self._clock: Clock = RealClock() if clock is None else clock
        self._kind = NOBODY
        self._used_s = 0.0

    @property
    def kind(self) -> str:
        """Kind of the driver; `NOBODY` if the wheel is free."""
        return NOBODY if self._lease.holder is None else self._kind

    def claim(self, client: str, kind: str, *, wants: bool, in_use: bool) -> bool:
        """Take the wheel, or keep it.

        Args:
            client: Who asks.
            kind: Kind of driver, e.g. ``"web"``.
            wants: Whether the client wants to drive; the driver who holds the wheel need not repeat
                it.
            in_use: Whether a control is away from rest, or something was chosen.

        Returns:
            Whether `client` drives now.
        """
        now_s, holder = self._clock.monotonic(), self._lease.holder
        if holder != client:
            if not wants:
                return False
            at_rest = now_s - self._used_s >= REST_S
            if holder is not None and kind != self._kind and in_use and at_rest:
                self._lease.release(holder)
        drives = self._lease.claim(client)
        if drives:
            self._kind = kind
            if in_use or holder != client:
                self._used_s = now_s
        return drives


def next_mode(mode: str, wish: str, *, has_pilot: bool) -> str:
    """The next drive mode, from the present one and the one that somebody asks for.

    Args:
        mode: The present mode.
        wish: A mode, or ``"next"`` for the one after `mode`. Anything else changes nothing.
        has_pilot: Whether pilot modes can be chosen; without a pilot they change nothing.
    """
    wished = MODES[(MODES.index(mode) + 1) % len(MODES)] if wish == "next" else wish
    if wished not in MODES or (wished != "user" and not has_pilot):
        return mode
    return wished
