"""Validity of the orders of a pilot of your own that does not say until when they are valid."""

import logging
import math
from collections.abc import Callable
from contextlib import suppress

from donkeycar.driving.moment import exposure_fault
from donkeycar.parts.answer_life import MAX_LIFE_S, in_ms
from donkeycar.parts.pilot_report import LastingReason
from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)


class PilotLife:
    """Limits the orders of a pilot that writes no ``pilot/expires_s`` as those of every pilot.

    The validity of an order counts from the time when it was written, or when the newest frame was
    exposed, whichever is earlier: a camera without new frames ends it, and so does a pilot that
    returns ``None``. If a camera does not say when its frames were exposed, nobody can tell whether
    it has frozen.

    Args:
        age_s: How long ago the older of its angle and throttle was written, in seconds; infinite
            before the first.
        name: Name of the part that writes them, for the log.
        has_camera: Whether the car has one.
        clock: Source of time.

    Example:
        >>> from donkeycar.testing import FakeClock
        >>> PilotLife(lambda: 0.05, name="OwnPilot", clock=FakeClock(10.0)).run(9.99)
        (10.18, '')
    """

    def __init__(
        self,
        age_s: Callable[[], float],
        *,
        name: str,
        has_camera: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self._age_s = age_s
        self._name = name
        self._has_camera = has_camera
        self._clock: Clock = RealClock() if clock is None else clock
        self._lasting = LastingReason(self._clock)
        self._logged: set[str] = set()
        logger.info(
            "%s does not say until when its orders hold (pilot/expires_s): each counts for %.0f ms "
            "from the exposure of the newest frame.",
            name,
            1000 * MAX_LIFE_S,
        )

    def run(self, exposed_s: float | None, *said: object) -> tuple[float, str]:
        """Return until when the order is valid, on the clock, and what is too old if it is not.

        Args:
            exposed_s: When the newest frame was exposed; ``None`` in a car without a camera, and if
                the camera does not say.
            said: The pilot's answer: angle, throttle or both.
        """
        now_s, age_s = self._clock.monotonic(), self._age_s()
        if age_s < MAX_LIFE_S and any(_is_void(value) for value in said):
            shown = ", ".join(str(value)[:40] for value in said)
            void = f"{self._name} gave an answer that is not an order: {shown}."
            return 0.0, self._told_once("void", void)
        fault = exposure_fault(exposed_s, now_s) if self._has_camera else ""
        if fault and exposed_s is not None:
            return 0.0, self._told_once("camera", fault)
        if fault:  # before its first frame; a camera that never says it is told at the start
            return 0.0, self._lasting.told(fault)
        written_s = now_s - age_s
        since_s = written_s if exposed_s is None else min(written_s, exposed_s)
        return max(since_s + MAX_LIFE_S, 0.0), self._lasting.told(self._reason(age_s, exposed_s))

    def _told_once(self, kind: str, fault: str) -> str:
        """Show a mistake of the owner's part, and log it once: somebody may have no page."""
        if kind not in self._logged:
            self._logged.add(kind)
            logger.warning("The pilot does not drive. %s", fault)
        return self._lasting.told(fault)

    def _reason(self, age_s: float, exposed_s: float | None) -> str:
        """The sentence about what is too old at this moment; "" if nothing is."""
        most_ms = 1000 * MAX_LIFE_S
        if age_s == math.inf:
            return f"{self._name} has said nothing yet."
        if age_s >= MAX_LIFE_S:
            return f"{self._name} has said nothing for {in_ms(age_s)}."
        if exposed_s is not None and self._clock.monotonic() - exposed_s >= MAX_LIFE_S:
            frame = in_ms(self._clock.monotonic() - exposed_s)
            return (
                f"The camera's newest frame is {frame} old, more than the {most_ms:.0f} "
                "ms that a pilot can drive with."
            )
        return ""


def _is_void(value: object) -> bool:
    """Whether it is a number out of range; the drive mode refuses values that are not numbers."""
    with suppress(TypeError, ValueError, OverflowError):
        return value is None or not math.isfinite(value)  # type: ignore[arg-type]
    return False
