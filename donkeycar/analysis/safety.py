"""The safety limit: how many rows may leave the engine for the memory of the program."""

import warnings
from dataclasses import dataclass, field

from donkeycar.errors import AnalysisError

SAFETY_LIMIT = 1000


class SafetyLimitWarning(UserWarning):
    """An answer was cut off at the safety limit."""


@dataclass
class Safety:
    """How many rows an action may pull into memory.

    Attributes:
        limit: Most rows, 1 or more.
        is_off: Whether the next action may pull all rows; the one after it is limited again.
    """

    limit: int = SAFETY_LIMIT
    is_off: bool = field(default=False)

    def set_limit(self, rows: int) -> None:
        """Change the limit.

        Raises:
            AnalysisError: If it is not a whole number of 1 or more.
        """
        if type(rows) is not int or rows < 1:
            raise AnalysisError(
                f"The safety limit must be a whole number of 1 or more. Received: {rows!r}. To "
                "pull all rows once, use `safety_off()`"
            )
        self.limit = rows

    def take(self) -> int | None:
        """The limit of the action that begins now; ``None`` if it has none."""
        off, self.is_off = self.is_off, False
        return None if off else self.limit


def warn_cut_off(limit: int, what: str) -> None:
    """Say that an answer is not complete."""
    warnings.warn(
        f"Only the first {limit} {what} were pulled into memory. `set_safety_limit(rows)` changes "
        "the limit, `safety_off()` switches it off for one action",
        SafetyLimitWarning,
        stacklevel=4,
    )
