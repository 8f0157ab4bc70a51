"""Memory: the channels by which parts exchange values."""

from collections.abc import Iterator, Sequence
from typing import Any

from donkeycar.errors import PartError
from donkeycar.timing import Clock, RealClock


class Memory:
    """Named values, written by parts and read by the parts after them.

    A channel that no part has written yet reads as ``None``. Every channel knows when it was last
    written, so that the parts that move the car can ask how old a value is.

    Args:
        clock: Source of time for the write times.
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock: Clock = RealClock() if clock is None else clock
        self._values: dict[str | None, Any] = {}
        self._written_s: dict[str | None, float] = {}

    def get(self, channels: Sequence[str | None]) -> list[Any]:
        """Read `channels`, in order; the name ``None`` always reads as ``None``."""
        values = self._values
        return [values.get(channel) for channel in channels]

    def put(self, channels: Sequence[str], values: Any) -> None:
        """Write `values` to `channels`.

        Args:
            channels: Names to write. With one name, `values` is the value itself, stored whole;
                with several, a sequence of the same length.
            values: What a part returned. ``None`` writes nothing: the channels keep their
                values, and their ages grow.

        Raises:
            PartError: If the numbers of names and values differ.
        """
        if values is None:
            return
        now_s = self._clock.monotonic()
        if len(channels) == 1:
            self._values[channels[0]] = values
            self._written_s[channels[0]] = now_s
            return
        try:
            count = len(values)
        except TypeError:
            count = 1
        if count != len(channels):
            raise PartError(
                f"Expected {len(channels)} values for channels {list(channels)}. "
                f"Received: {count} values"
            )
        for channel, value in zip(channels, values, strict=True):
            self._values[channel] = value
            self._written_s[channel] = now_s

    def age_s(self, channel: str) -> float:
        """Seconds since `channel` was last written; infinite if it never was."""
        written_s = self._written_s.get(channel)
        return float("inf") if written_s is None else self._clock.monotonic() - written_s

    def __getitem__(self, channel: str) -> Any:
        return self._values[channel]

    def __setitem__(self, channel: str, value: Any) -> None:
        self._values[channel] = value
        self._written_s[channel] = self._clock.monotonic()

    def __contains__(self, channel: object) -> bool:
        return channel in self._values

    def __iter__(self) -> Iterator[str | None]:
        return iter(self._values)

    def keys(self) -> list[str | None]:
        """Names written so far."""
        return list(self._values)
