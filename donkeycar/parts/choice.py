"""Choice: one of several names, chosen with one button."""

import logging
from collections.abc import Sequence

import numpy as np

from donkeycar.errors import ConfigError

logger = logging.getLogger(__name__)


class Choice:
    """Chooses the next name each time a button is pressed; after the last, the first.

    While the car records, the choice goes into the tub, so that a pilot learns to drive
    accordingly. While the pilot drives, it gets the choice as an input.

    Args:
        names: The names to choose from, two or more.
        what: The kind of thing that they name, for the log.

    Raises:
        ConfigError: If there are fewer than two names, or two are alike.

    Example:
        >>> lane = Choice(["left", "right"], what="behavior")
        >>> lane.run(False)[:2], lane.run(True)[:2]
        ((0, 'left'), (1, 'right'))
    """

    def __init__(self, names: Sequence[str], *, what: str) -> None:
        if len(names) < 2 or len(set(names)) < len(names):
            raise ConfigError(
                f"There must be two or more different names of a {what} to choose from. "
                f"Received: {list(names)}"
            )
        self.names = list(names)
        self.state = 0
        self._what = what

    def run(self, pressed: bool | None) -> tuple[int, str, np.ndarray]:
        """Return the choice.

        Args:
            pressed: Whether the button was pressed in this tick.

        Returns:
            Its number from 0, its name, and a one-hot array: 1 at its number and 0 elsewhere,
            float32.
        """
        if pressed:
            self.state = (self.state + 1) % len(self.names)
            logger.info("%s: %s", self._what, self.names[self.state])
        one_hot = np.zeros(len(self.names), np.float32)
        one_hot[self.state] = 1
        return self.state, self.names[self.state], one_hot
