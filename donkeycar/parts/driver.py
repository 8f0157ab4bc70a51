"""Driver part: turns the wishes of gamepad, remote control and pages into one order."""

import logging
import math
from typing import NamedTuple

from donkeycar.driving.arbiter import Offer
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.driver_link import HUNG
from donkeycar.driving.message import BUTTONS
from donkeycar.driving.moment import life_fault
from donkeycar.driving.reasons import reason_for
from donkeycar.errors import PartError
from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)

# The end of an order is noticed one tick ahead, so that the motor is neutral in time. This is the
# interval of the loop and a little for jitter, a guess until the rate is measured, and never so
# much that an order would expire at once.
TICK_MARGIN = 1.1
FIRST_TICK_S = 0.055
MAX_TICK_S = 0.1

# If the loop stood still for longer, the car stopped, and somebody may be walking up to it. The
# slowest loop, `DRIVE_LOOP_HZ = 1`, does not count as hung.
HUNG_AFTER_S = 1.5


class Driving(NamedTuple):
    """What the driver wants in this tick.

    Attributes:
        angle: -1 (left) to +1 (right).
        throttle: -1 to +1, within the limit of the driver.
        mode: The drive mode.
        recording: Whether to record.
        expires_s: When the order expires; 0.0 if nobody may drive.
        reason: Why the car does not drive; "" if it does.
        max_throttle: The driver's limit for throttle.
        source: Who drives: ``"web"``, ``"gamepad"``, ``"rc"`` or ``"none"``.
        actions: Buttons for other parts that were pressed since the last tick: ``"erase"``,
            ``"ai_launch"``, ``"pilot:NAME"`` and those of `donkeycar.driving.message.ACTIONS`.
    """

    angle: float
    throttle: float
    mode: str
    recording: bool
    expires_s: float
    reason: str
    max_throttle: float
    source: str
    actions: tuple[str, ...]


class DriverPart:
    """Passes the offers of this tick to the cockpit, and returns the order of the driver.

    It has no thread and no port, so it also works in a car without a web page. After a gap of
    `HUNG_AFTER_S` between two ticks, the car waits for Resume, because a throttle that was held,
    or a pilot, would otherwise drive off by itself.

    Args:
        cockpit: The place where drivers meet.
        clock: Source of time, the same as the loop's.

    Example:
        >>> from donkeycar.testing import FakeClock
        >>> cockpit = Cockpit(clock=FakeClock())
        >>> DriverPart(cockpit, clock=FakeClock()).run().reason
        'Nobody drives. Move the stick of the drive page, a gamepad or a remote control.'
    """

    def __init__(self, cockpit: Cockpit, *, clock: Clock | None = None) -> None:
        self._cockpit = cockpit
        self._clock: Clock = RealClock() if clock is None else clock
        self._ran_s = math.inf
        self._told: set[str] = set()

    def run(
        self,
        gamepad: Offer | None = None,
        rc: Offer | None = None,
        rate_hz: float | None = None,
        pilot_note: str | None = None,
    ) -> Driving:
        """Return what the driver wants now.

        Args:
            gamepad: Offer of a gamepad in the car; ``None`` if the car reads none.
            rc: Offer of a remote control.
            rate_hz: Measured rate of the loop.
            pilot_note: Why pilot modes cannot be chosen yet; "" or ``None`` if they can.

        Raises:
            PartError: If a channel of offers holds something else.
        """
        cockpit = self._cockpit
        cockpit.pilot_note = pilot_note or ""
        now_s = self._clock.monotonic()
        if now_s - self._ran_s > HUNG_AFTER_S:
            cockpit.hold(HUNG)
        self._ran_s = now_s
        for client, offer in ((cockpit.gamepad, gamepad), (cockpit.rc, rc)):
            if offer is None:
                continue
            if not isinstance(offer, Offer):
                raise PartError(
                    f"`{client.kind}/offer` must hold an Offer of donkeycar.driving.arbiter. "
                    f"Received: {offer!r}. Wrap the part that writes it: AsOffer(part, "
                    "['user/angle', 'user/throttle']), see docs/parts.md"
                )
            self._tell_of_another_clock(client.kind, offer.expires_s, now_s)
            cockpit.take(client, offer)
        limit = cockpit.max_throttle
        tick_s = TICK_MARGIN / rate_hz if rate_hz else FIRST_TICK_S
        angle, throttle, expires_s, code = cockpit.order.at(now_s, tick_s=min(tick_s, MAX_TICK_S))
        return Driving(
            angle,
            min(max(throttle, -limit), limit),
            cockpit.mode,
            cockpit.recording,
            expires_s,
            reason_for(code, cockpit.unready),
            limit,
            cockpit.source,
            tuple(cockpit.actions.popleft() for _ in range(len(cockpit.actions))),
        )

    def _tell_of_another_clock(self, kind: str, expires_s: float, now_s: float) -> None:
        """Log once that the offers of a controller never count; the page says it, too."""
        fault = life_fault(expires_s, now_s)
        if fault and kind not in self._told:
            self._told.add(kind)
            logger.warning("What writes %s/offer does not drive. %s", kind, fault)


class ButtonsPart:
    """Says for one tick which programmable buttons were pressed, on a page or a gamepad.

    Args:
        cockpit: The cockpit that hears the presses.
    """

    def __init__(self, cockpit: Cockpit) -> None:
        self._cockpit = cockpit

    def run(self) -> tuple[bool, ...]:
        """Whether each of the five was pressed since the last call."""
        presses = self._cockpit.pressed
        pressed = {presses.popleft() for _ in range(len(presses))}
        return tuple(button in pressed for button in BUTTONS)
