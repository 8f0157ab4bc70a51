"""Loading a pilot in the thread of its part, while a person can already drive."""

import logging
from typing import Any, Protocol

from donkeycar.timing import Clock

logger = logging.getLogger(__name__)

# Why the pilot does not drive yet, for the page and the log.
LOADING = "The pilot is being loaded. Until then, drive by hand."


class Later(Protocol):
    """A pilot that must still be loaded, such as `donkeycar.pilots.inference.later.LaterPilot`."""

    def load(self) -> Any:
        """Load it, which takes time, and return it."""

    def abandon(self) -> None:
        """Make `load` end soon; any thread may call this."""


def later_of(pilot: Any) -> Later | None:
    """Return the pilot itself if it must still be loaded."""
    return pilot if hasattr(pilot, "load") else None


def open_now(later: Later, clock: Clock) -> Any:
    """Load a pilot, and log how long it took.

    Raises:
        PilotError: If it cannot drive this car.
    """
    began_s = clock.monotonic()
    logger.info("%s", LOADING)
    pilot = later.load()
    logger.info("The pilot is there, after %.1f s.", clock.monotonic() - began_s)
    return pilot
