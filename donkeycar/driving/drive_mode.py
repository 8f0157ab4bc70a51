"""Drive mode: who steers and who gives throttle, the person or the pilot; one pure rule.

| mode          | steering | throttle                     |
| ------------- | -------- | ---------------------------- |
| `user`        | person   | person                       |
| `local_angle` | pilot    | person                       |
| `local`       | pilot    | pilot, at most the limit     |

In every mode the order expires with the person's link: a car that its driver cannot stop must not
drive. If the pilot has a share in the order, it also expires with the pilot's picture. A pilot that
does not say until when its answer is valid, or names a time too far ahead, has no share.
"""

import logging
import math

from donkeycar.driving.command import NEUTRAL, Command
from donkeycar.driving.moment import life_fault
from donkeycar.errors import PartError
from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)

MODES = ("user", "local_angle", "local")


def _bounded(
    channel: str, value: float | None, limit: float = 1.0, *, scale: float = 1.0
) -> float | None:
    """`value` times `scale` within ``-limit..limit``; ``None`` if it is not finite.

    Raises:
        PartError: If it is not a number at all.
    """
    if value is None:
        return None
    try:
        number = scale * value
        # A text is not a number, not even one that looks like one.
        is_finite = math.isfinite(number)
    except (TypeError, ValueError, OverflowError) as error:
        raise PartError(
            f"`{channel}` must be a number from -1 to 1. Received: {repr(value)[:80]}"
        ) from error
    if not is_finite:
        return None
    return min(max(float(number), -limit), limit)


class DriveMode:
    """A part that turns what the person and the pilot want into one command.

    Args:
        throttle_scale: Factor on the pilot's throttle in mode `local` (`AI_THROTTLE_MULT`), 0 or
            more.
        clock: Source of time, to see whether orders have expired.
    """

    def __init__(self, *, throttle_scale: float = 1.0, clock: Clock | None = None) -> None:
        self.throttle_scale = throttle_scale
        self._clock: Clock = RealClock() if clock is None else clock
        self._mode = "user"
        self._told = False

    def run(
        self,
        mode: str | None,
        user_angle: float | None,
        user_throttle: float | None,
        user_expires_s: float | None,
        max_throttle: float | None,
        pilot_angle: float | None,
        pilot_throttle: float | None,
        pilot_expires_s: float | None,
    ) -> tuple[float, float, Command]:
        """Decide the order of one tick.

        Args:
            mode: One of `MODES`; with any other value the last known mode stays.
            user_angle: -1 to +1.
            user_throttle: -1 to +1.
            user_expires_s: Until when the person's order is valid; ``None`` or 0 is "not at all".
            max_throttle: Limit for throttle in both directions, 0 to 1; ``None`` is 1, and what is
                not finite is 0.
            pilot_angle: -1 to +1, ``None`` without a pilot.
            pilot_throttle: -1 to +1, ``None`` without a pilot.
            pilot_expires_s: Until when the pilot's output is valid; void if that is more than
                `moment.LONGEST_LIFE_S` ahead.

        Returns:
            Angle, throttle and the command. An order that has expired, or a value that is not a
            finite number, gives no throttle.

        Raises:
            PartError: If a value that counts in this mode is not a number at all. The message names
                the channel.
        """
        if mode in MODES:
            self._mode = mode
        limit = 1.0 if max_throttle is None else _bounded("user/max_throttle", max_throttle)
        limit = max(limit or 0.0, 0.0)  # NaN allows nothing
        angle = _bounded("user/angle", user_angle)
        throttle = _bounded("user/throttle", user_throttle, limit)
        expires_s = user_expires_s or 0.0
        source = "user"
        if self._mode != "user":
            expires_s = min(expires_s, self._near(pilot_expires_s or 0.0))
            angle = _bounded("pilot/angle", pilot_angle)
            source = "user+pilot"
        if self._mode == "local":
            scale = self.throttle_scale
            throttle = _bounded("pilot/throttle", pilot_throttle, limit, scale=scale)
            source = "pilot"
        if angle is None or throttle is None or not expires_s > self._clock.monotonic():
            # Steering may hold: a car that coasts to a stop should not also swerve.
            command = NEUTRAL._replace(angle=angle or 0.0)
        else:
            command = Command(angle, throttle, source, expires_s)
        return command.angle, command.throttle, command

    def _near(self, expires_s: float) -> float:
        """Return `expires_s`, or 0.0 if it comes from another clock, which is logged once."""
        fault = life_fault(expires_s, self._clock.monotonic())
        if fault and not self._told:
            logger.warning("The pilot does not drive. %s", fault)
        self._told |= bool(fault)
        return 0.0 if fault else expires_s
