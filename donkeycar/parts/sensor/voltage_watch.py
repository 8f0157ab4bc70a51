"""Under-voltage warning while the car drives."""

import logging
from contextlib import suppress
from pathlib import Path

from donkeycar.parts.sensor.pi_power import is_too_low
from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)

# The kernel checks at the same interval.
EVERY_S = 2.0
# A motor pulls the voltage down for a moment: the sentence stays until it can be read.
HOLD_S = 30.0

REASON = "The Pi has too little voltage and may stop at any moment. See what donkey doctor says."
IN_THE_LOG = (
    "Under-voltage: the Pi has less than 4.63 V and may stop at any moment. Stop, and run "
    "`donkey doctor`: it says what to do. The log says this only once"
)


class VoltageWatch:
    """Asks the kernel every two seconds, which takes a few microseconds.

    Args:
        alarm: The file from `pi_power.voltage_alarm`; ``None`` on a computer without it.
        clock: Source of time.

    Example:
        >>> VoltageWatch(None).run()
        ''
    """

    def __init__(self, alarm: Path | None, *, clock: Clock | None = None) -> None:
        self._alarm = alarm
        self._clock: Clock = RealClock() if clock is None else clock
        self._due_s = self._until_s = float("-inf")
        self._told = False

    def run(self) -> str:
        """Return a sentence for the driver; "" if there was no under-voltage for a while."""
        now_s = self._clock.monotonic()
        if self._alarm is not None and now_s >= self._due_s:
            self._due_s = now_s + EVERY_S
            with suppress(OSError):  # the voltage is then unknown, and the car drives on
                if is_too_low(self._alarm):
                    self._until_s = now_s + HOLD_S
                    self._tell()
        return REASON if now_s < self._until_s else ""

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            logger.warning(IN_THE_LOG)
