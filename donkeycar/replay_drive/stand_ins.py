"""What stands in for the person and the sensors of a recorded drive."""

from collections.abc import Callable, Sequence
from typing import Any

from donkeycar.driving.arbiter import Offer
from donkeycar.driving.drive_mode import MODES
from donkeycar.errors import ConfigError
from donkeycar.replay_drive.person import recorded
from donkeycar.timing import Clock
from donkeycar.tub.catalog import Record

# As a gamepad: an offer that outlasts a few ticks.
OFFER_LIFE_S = 0.25


class RecordedPerson:
    """Offers what the person did in the recording, and chooses the drive mode in the run-up.

    Args:
        mode: The drive mode: ``"user"``, ``"local_angle"`` or ``"local"``.
        shown: Returns the record of the newest frame; ``None`` in the run-up.
        clock: Source of time.

    Raises:
        ConfigError: If there is no such mode.
    """

    def __init__(self, mode: str, shown: Callable[[], Record | None], *, clock: Clock) -> None:
        if mode not in MODES:
            raise ConfigError(f"`mode` must be one of {', '.join(MODES)}. Received: mode={mode!r}")
        self._mode = mode
        self._shown = shown
        self._clock = clock
        self._is_new = True

    def run(self, mode: str | None, reason: str | None) -> Offer:
        """Return the offer of this tick.

        Args:
            mode: The drive mode of the tick before.
            reason: Why the car did not drive in it.
        """
        record = self._shown()
        actions: tuple[str, ...] = ()
        if record is None and mode is not None and mode != self._mode:
            actions = (f"mode_{self._mode}",)
        elif record is None and reason:
            actions = ("resume",)
        is_new, self._is_new = self._is_new, False
        angle, throttle = (None, None) if record is None else recorded(record)
        return Offer(
            _bounded(angle),
            _bounded(throttle),
            self._clock.monotonic() + OFFER_LIFE_S,
            moved=is_new,
            actions=actions,
        )


class RecordedChannels:
    """Writes what sensors and buttons wrote when a frame was recorded.

    Args:
        channels: Their names, at least one.
        shown: Returns the record of the newest frame.
    """

    def __init__(self, channels: Sequence[str], shown: Callable[[], Record]) -> None:
        self._channels = tuple(channels)
        self._shown = shown
        self._last: list[Any] = [None] * len(self._channels)

    def run(self, sequence: int | None) -> Any:
        """Return their values; where a record lacks one, the last one.

        Args:
            sequence: Number of the newest frame; there are no values before the first.
        """
        if sequence is None:
            return None
        record = self._shown()
        found = [record.get(channel) for channel in self._channels]
        self._last = [
            last if value is None else value for value, last in zip(found, self._last, strict=True)
        ]
        if any(value is None for value in self._last):
            return None
        return tuple(self._last) if len(self._last) > 1 else self._last[0]


def _bounded(value: float | None) -> float:
    """A recorded value within -1 to +1; 0 if it is missing, as from a stick that is let go of."""
    return 0.0 if value is None else min(max(value, -1.0), 1.0)
