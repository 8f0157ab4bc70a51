"""Erase the newest records when the driver asks for it."""

from collections.abc import Callable


class Eraser:
    """Erases the last records each time a driver asks for it.

    Args:
        erase_last: Called with the number of records.
        num_records: How many records one press erases (`JOYSTICK_ERASE_RECORDS`).

    Example:
        >>> Eraser(print, num_records=100).run(("erase",))
        100
    """

    def __init__(self, erase_last: Callable[[int], None], *, num_records: int = 100) -> None:
        self.num_records = num_records
        self._erase_last = erase_last

    def run(self, actions: tuple[str, ...] | None) -> None:
        """Erase as often as ``"erase"`` is among `actions`, the presses of this tick."""
        for action in actions or ():
            if action == "erase":
                self._erase_last(self.num_records)
