"""Says why the pilot does not drive: to the page, to the log, and once how old the camera is."""

import logging
import math
import re
from typing import Protocol

from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)

# A reason is told for as long after the pilot has recovered: the motor follows a tick or two later.
KEPT_S = 1.0

# The log hears of a kind of reason once; again when it was gone for so long. Only numbers differ
# within a kind.
LOG_AGAIN_S = 10.0
NUMBER = re.compile(r"\d+")

# What a pilot that has just started measured of its camera means something after so many answers.
STEADY_ANSWERS = 100


class Delays(Protocol):
    """What this part needs of the pilot's part."""

    num_answers: int

    @property
    def loading(self) -> str:
        """Why the pilot cannot drive at all yet; "" once it is there."""

    @property
    def reason(self) -> str:
        """Why no answer counts now; "" if one does."""

    @property
    def delays(self) -> str:
        """How old the camera is, and what the pilot needs."""


class LastingReason:
    """Tells a reason for `KEPT_S` longer than it holds.

    Args:
        clock: Source of time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told = ""
        self._until_s = 0.0

    def told(self, reason: str) -> str:
        """Return `reason`, or the last one if it ended just now."""
        now_s = self._clock.monotonic()
        if reason:
            self._told, self._until_s = reason, now_s + KEPT_S
        elif now_s >= self._until_s:
            self._told = ""
        return self._told


class PilotReport:
    """Tells what is too slow when the answers of a pilot come too late.

    Args:
        pilot: The part that runs the pilot.
        clock: Source of time.
    """

    def __init__(self, pilot: Delays, *, clock: Clock | None = None) -> None:
        self._pilot = pilot
        self._clock: Clock = RealClock() if clock is None else clock
        self._lasting = LastingReason(self._clock)
        self._heard_s: dict[str, float] = {}
        self._has_introduced = False

    def run(self, mode: str | None = None) -> tuple[str, str]:
        """Return why the pilot does not drive, and why it cannot be chosen yet; "" if it can.

        Args:
            mode: Drive mode; what is slow is logged only where the pilot has a share.
        """
        now_s = self._clock.monotonic()
        reason = self._pilot.reason
        if reason and mode not in (None, "user"):
            kind = NUMBER.sub("#", reason)
            if now_s - self._heard_s.get(kind, -math.inf) > LOG_AGAIN_S:
                logger.warning("%s", reason)
            self._heard_s[kind] = now_s
        if not self._has_introduced and self._pilot.num_answers >= STEADY_ANSWERS:
            self._has_introduced = True
            logger.info("%s", self._pilot.delays)
        return self._lasting.told(reason), self._pilot.loading
