"""Says why the pilot does not drive: to the page, to the log, and once how old the camera is."""

import logging
import math
import re
from typing import Protocol

from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)

# A reason is shown for this long after the pilot has recovered, because the motor follows a tick
# or two later.
KEPT_S = 1.0

# The log names a kind of reason once, and again when it was gone for this long. Reasons of one kind
# differ only in their numbers.
LOG_AGAIN_S = 10.0
NUMBER = re.compile(r"\d+")

# The measured age of the camera is reliable after this many answers.
STEADY_ANSWERS = 100


class Delays(Protocol):
    """The methods of the pilot's part that this part needs."""

    num_answers: int

    @property
    def loading(self) -> str:
        """Why the pilot cannot drive at all yet; "" once it is loaded."""

    @property
    def reason(self) -> str:
        """Why no answer is valid now; "" if one is."""

    @property
    def delays(self) -> str:
        """How old frames are, and how long the pilot takes."""


class LastingReason:
    """Shows a reason for `KEPT_S` longer than it lasts.

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
    """Says what is too slow when the answers of a pilot come too late.

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
            mode: Drive mode; the log names a slow component only in modes in which the pilot
                drives.
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
