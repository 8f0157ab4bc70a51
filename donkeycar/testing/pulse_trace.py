"""Trace of pulses at a chip's pins, change by change; only this decides if a car stood still.

Source: a record of a chip's outputs needs none. The rule that a change takes effect with the next
frame (`PulseTrace.pulses`) was written without a source at hand: a chip may change at once or with
the next frame, and this is the later of the two.

Not modelled: where in a frame a pulse begins, a pulse that a change cuts or makes longer, how a
servo or a speed controller follows the pulses.
"""

import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_CHANGE = struct.Struct("<dIHHd")


class Change(NamedTuple):
    """One output that changed, at the STOP of a transfer or at a pin.

    Attributes:
        time_s: Time on the monotonic clock, which all processes share.
        pid: The process that caused it.
        channel: 0 to 15.
        ticks: On-time in a frame, 0 (no pulse) to 4096 (always on).
        pulse_us: The same in microseconds, 0.0 for no pulse.
    """

    time_s: float
    pid: int
    channel: int
    ticks: int
    pulse_us: float


class PulseTrace:
    """Changes in the order in which they happened.

    Args:
        path: A file to which several processes may append. ``None`` keeps the changes in memory.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._changes: list[Change] = []
        self._fd = None
        if path is not None:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)

    def append(self, channel: int, ticks: int, pulse_us: float) -> None:
        """Note that an output changed just now."""
        change = Change(time.monotonic(), os.getpid(), channel, ticks, pulse_us)
        if self._fd is None:
            self._changes.append(change)
        else:
            os.write(self._fd, _CHANGE.pack(*change))

    @property
    def changes(self) -> list[Change]:
        """All changes so far, oldest first."""
        if self._fd is not None:
            # Read only what is new, because a caller that waits for a change asks often.
            read = len(self._changes) * _CHANGE.size
            data = os.pread(self._fd, os.fstat(self._fd).st_size - read, read)
            whole = len(data) - len(data) % _CHANGE.size
            self._changes += [Change(*fields) for fields in _CHANGE.iter_unpack(data[:whole])]
        return list(self._changes)

    def pulses(
        self, channel: int, start_s: float, end_s: float, *, frame_s: float
    ) -> Iterator[tuple[float, float]]:
        """The pulse train of an output, as a servo at its pin would see it.

        A change takes effect with the next frame. Frames are counted from `start_s`.

        Yields:
            Time in seconds and width in microseconds of each pulse.
        """
        changes = [change for change in self.changes if change.channel == channel]
        width_us, frame = 0.0, 0
        while (time_s := start_s + frame * frame_s) < end_s:
            while changes and changes[0].time_s <= time_s:
                width_us = changes.pop(0).pulse_us
            if width_us:
                yield time_s, width_us
            frame += 1

    def close(self) -> None:
        """Close the file."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
