"""What a recording lacks: records without a frame, and values that do not fit their columns."""

import logging
from collections import Counter
from collections.abc import Mapping

from donkeycar.words import count

logger = logging.getLogger(__name__)

# For the driver who pressed Record before the camera was ready; no record is lost by that.
WAITING = "Recording begins with the first frame of the camera."


class LeftOut:
    """Counts it; the log hears of each kind once, and of the numbers at the end.

    Attributes:
        num_records: Records that had no usable frame.
        num_values: Values that did not fit, by input.
        sentence: For the driver, about the newest record; "" if nothing of that was left out.

    Example:
        >>> left_out = LeftOut()
        >>> left_out.values({"my/gear": "A column of type int takes whole numbers. Received: 3.7"})
        >>> left_out.sentence
        'my/gear is not recorded. A column of type int takes whole numbers. Received: 3.7.'
    """

    def __init__(self) -> None:
        self.num_records = 0
        self.num_values: Counter[str] = Counter()
        self.sentence = ""
        self._has_begun = False

    def is_too_early(self, frame: object) -> bool:
        """Whether no frame came yet: the log says nothing about that, only the driver is told.

        Args:
            frame: The frame of a record; ``None`` if there is none.
        """
        if self._has_begun:
            return False
        self._has_begun = frame is not None
        self.sentence = "" if self._has_begun else WAITING
        return not self._has_begun

    def record(self, reason: str) -> None:
        """A record had no usable frame."""
        self.num_records += 1
        self._say(f"{count(self.num_records, 'record')} left out. {reason}.", self.num_records)

    def values(self, reasons: Mapping[str, str]) -> None:
        """A record was written.

        Args:
            reasons: Why a value of it was left out, by input; empty if none was.
        """
        self.sentence = ""
        for key, reason in reasons.items():
            self.num_values[key] += 1
            number = self.num_values[key]
            so_far = f", {count(number, 'value')} so far" if number > 1 else ""
            self._say(f"{key} is not recorded{so_far}. {reason}.", number)

    def log_numbers(self) -> None:
        """Say at the end how much it was."""
        for key, number in self.num_values.items():
            logger.warning("%s: %s not recorded", key, count(number, "value"))

    def _say(self, sentence: str, number: int) -> None:
        self.sentence = sentence
        if number == 1:
            logger.warning("%s The log says this only once", sentence)
